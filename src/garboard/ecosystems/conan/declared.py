"""The packages that ``conan.lock`` declares, of Conan 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "conan"
ORDER: Final = "semver"
_KINDS: Final = ("requires", "build_requires", "python_requires", "config_requires")
_REFERENCE: Final = r'\s*(?:"ref"\s*:\s*)?"([^"#@]+)'


def catalog(file: File, /) -> Iterator[Fact]:
    """Each recipe with its version, those for the build alone too."""
    return lock_text.facts(file, _recipes, type_=TYPE, order=ORDER, writer="Conan")


def _recipes(text: str) -> Iterator[Pinned]:
    document = msgspec.json.decode(text)
    lines = lock_text.lines(text, _REFERENCE)
    if "graph_lock" in document:
        nodes = document["graph_lock"]["nodes"]
        references = [(one.get("ref") or "", one.get("requires") or ()) for one in nodes.values()]
    else:
        nodes = {}
        references = [(one, ()) for kind in _KINDS for one in document.get(kind) or ()]
    for reference, needed in references:
        plain = reference.partition("#")[0].partition("@")[0]
        name, _, version = plain.partition("/")
        needs = tuple((nodes[one].get("ref") or "").partition("/")[0] for one in needed if one in nodes)
        if name:
            yield Pinned(name, version, needs, line=lines.get(plain, 0))
