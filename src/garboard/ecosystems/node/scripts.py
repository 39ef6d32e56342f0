"""What modules of JavaScript and TypeScript import by addresses, as Deno and browsers do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.lock_text import Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

_IMPORT: Final = re.compile(
    r"""(?m)^(?![ \t]*(?://|\*))[^\n]*?(?:\bfrom|\bimport)[ \t]*(?:\([ \t]*)?["']((?:npm:|jsr:|https://)[^"'\s]+)["']"""
)
_OF_NPM: Final = re.compile(
    r"(?:npm:/?|https://(?:esm\.sh|unpkg\.com|esm\.run|cdn\.skypack\.dev|cdn\.jsdelivr\.net/npm|(?:ga\.|cdn\.)?jspm\.(?:io|dev)/npm:)/?(?:v\d+/)?)"
    r"((?:@[\w.-]+/)?[\w.-]+)(?:@([^/?#]+))?(?:[/?#].*)?"
)
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+[\w.+-]*")
_HINT: Final = "Deno pins it in a deno.lock, if it has a deno.json"


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages of npm that a module imports; of others that it does."""
    text = lock_text.legible(file.data)
    return lock_text.script(
        file.path, _imported(text), type_="npm", order="semver", hint=_HINT, partial=lock_text.DIRECT
    )


def _imported(text: str) -> Iterator[Pinned | Remark]:
    for found in _IMPORT.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        package = _OF_NPM.fullmatch(found[1])
        if package is None:
            yield Remark("imports modules by their addresses: they were not judged")
        else:
            version = package[2] or ""
            yield Pinned(package[1], version if _EXACT.fullmatch(version) else "", asked=True, line=line)
