"""What scripts of Rust state in themselves: Cargo's own (``---``), and those of rust-script and cargo-script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text, toml_text
from garboard.lock_text import Pinned, Remark
from garboard.model.faults import worded
from garboard.model.image import File
from garboard.model.package import Fact

_FRONT: Final = re.compile(r"(?s)\A(?:#![^\[\n][^\n]*\n)?\s*---[ \t]*(?:cargo)?[ \t]*\n(.*?)\n---")
_COMMENT: Final = re.compile(r"(?m)^//![ \t]*```[ \t]*cargo[ \t]*\n((?://![^\n]*\n)*)")
_SHORT: Final = re.compile(r"(?m)^//[ \t]*cargo-deps:[ \t]*([^\n]+)")


def catalog(file: File, /) -> Iterator[Fact]:
    """The crates that a script asks for: none states a version, as Cargo's requirements are ranges unless they say otherwise."""
    text = lock_text.legible(file.data)
    return lock_text.script(file.path, _stated(text), type_="cargo", order="semver", partial=lock_text.DIRECT)


def _stated(text: str) -> Iterator[Pinned | Remark]:
    if (found := _SHORT.search(text)) is not None:
        yield from _pinned({name.partition("=")[0].strip(" \"'"): None for name in found[1].split(",")})
    elif (found := _FRONT.match(text)) is not None:
        yield from _manifest(found[1])
    elif (found := _COMMENT.search(text)) is not None:
        lines = (line[3:].removeprefix(" ") for line in found[1].splitlines())
        yield from _manifest("\n".join(line for line in lines if not line.startswith("```")))


def _manifest(text: str) -> Iterator[Pinned | Remark]:
    try:
        document = toml_text.loads(text)
    except ValueError as error:
        yield Remark(f"states what it needs in a form that cannot be read: {worded(error)}")
        return
    yield from _pinned(lock_text.mapping(document.get("dependencies")))


def _pinned(needs: object) -> Iterator[Pinned]:
    for name, wanted in lock_text.mapping(needs).items():
        stated = lock_text.mapping(wanted)
        if "path" not in stated:
            version = lock_text.text_of(stated.get("version") or wanted)
            exact = version.lstrip("= ") if version.startswith("=") and "," not in version else ""
            yield Pinned(str(stated.get("package") or name), exact, asked=True)
