"""The pods that ``Podfile.lock`` declares, and what a ``Podfile`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text, yaml_text
from garboard.lock_text import Named, Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "cocoapods"
_POD: Final = re.compile(r"([^\s(/]+)(?:/[^\s(]+)?(?: \(([^)]*)\))?")
_ASKED: Final = re.compile(r"""\s*pod[\s(]+["']([^"'/]+)""")


def catalog(file: File, /) -> Iterator[Fact]:
    """Each pod with its version; its parts (``Pod/Part``) are of the same."""
    if file.path.endswith("Podfile"):
        return lock_text.asked(file, _required, type_=TYPE, hint="`pod install` writes Podfile.lock")
    return lock_text.facts(file, _pods, type_=TYPE, order="", writer="CocoaPods")


def _required(text: str) -> Named:
    return (
        (found[1], number)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _ASKED.match(line)) is not None
    )


def _name(text: str) -> str:
    found = _POD.match(text)
    return found[1] if found is not None else text


def _pods(text: str) -> Iterator[Pinned]:
    (document,) = yaml_text.read(text)
    lines = lock_text.lines(text, r"  - \"?([^\s(/\"]+)")
    asked = {_name(one) for one in document.get("DEPENDENCIES") or ()}
    found: dict[str, tuple[str, dict[str, None]]] = {}
    for entry in document["PODS"] or ():
        stated = entry if isinstance(entry, dict) else {entry: ()}
        for label, needs in stated.items():
            pod = _POD.match(label)
            if pod is None:
                raise ValueError(f"{label[:100]} is no pod")
            known = found.setdefault(pod[1], (pod[2] or "", {}))[1]
            known.update(dict.fromkeys(map(_name, needs or ())))
    for name, (version, needed) in found.items():
        needed.pop(name, None)
        yield Pinned(name, version, tuple(needed), asked=name in asked, line=lines.get(name, 0))
