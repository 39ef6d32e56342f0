"""The packages that ``conan.lock`` declares, of Conan 1 and 2, and what a conanfile asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "conan"
ORDER: Final = "semver"
_KINDS: Final = ("requires", "build_requires", "python_requires", "config_requires")
_KNOWN: Final = frozenset({"version", "alias", "overrides", *_KINDS})
_ASKED: Final = re.compile(r"""(?:^|["'])([a-z0-9_][a-z0-9_.+-]*)/(\[[^\]]*\]|[0-9A-Za-z_.+-]+)""")
_PARTIAL: Final = (
    "lists only what is asked for by name: what that needs is not known; `conan lock create .` writes a conan.lock"
)
_REFERENCE: Final = r'\s*(?:"ref"\s*:\s*)?"([^"#@]+)'


def catalog(file: File, /) -> Iterator[Fact]:
    """Each recipe with its version, those for the build alone too."""
    if not file.path.endswith(".lock"):
        return lock_text.facts(file, _required, type_=TYPE, order=ORDER, writer="Conan", partial=_PARTIAL)
    return lock_text.facts(file, _recipes, type_=TYPE, order=ORDER, writer="Conan")


def _required(text: str) -> Iterator[Pinned]:
    """References of the sections or attributes that end with ``requires``, with a version or a range of versions."""
    within = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            within = line.strip().endswith("requires]")
        elif (within or "requires" in line) and (found := _ASKED.search(line)) is not None:
            exact = not found[2].startswith("[")
            yield Pinned(found[1], found[2] if exact else "", asked=True, line=number)


def _recipes(text: str) -> Iterator[Pinned | Remark]:
    document = msgspec.json.decode(text)
    yield from lock_text.newer(document.get("version"), ("0.1", "0.2", "0.3", "0.4", "0.5"))
    lines = lock_text.lines(text, _REFERENCE)
    if "graph_lock" in document:
        nodes = document["graph_lock"]["nodes"]
        references = [(one.get("ref") or "", one.get("requires") or ()) for one in nodes.values()]
    else:
        nodes = {}
        yield from lock_text.unknown_parts(document, _KNOWN)
        references = [(one, ()) for kind in _KINDS for one in document.get(kind) or ()]
    for reference, needed in references:
        plain = reference.partition("#")[0].partition("@")[0]
        name, _, version = plain.partition("/")
        needs = tuple((nodes[one].get("ref") or "").partition("/")[0] for one in needed if one in nodes)
        if name:
            yield Pinned(name, version, needs, line=lines.get(plain, 0))
