"""Which profiles of a ``pom.xml`` are active (https://maven.apache.org/guides/introduction/introduction-to-profiles.html)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_JAVA: Final = range(8, 27)
"""Releases of Java that builds are run by."""
_RANGE: Final = re.compile(r"([\[(])([\d.]*)(?:(,)([\d.]*))?([\])])")
_OF_THE_SYSTEM: Final = ("env.", "java.", "os.", "user.", "file.", "path.", "line.", "sun.", "maven.")
"""How properties begin that are set without a command line."""


def active(root: Element) -> tuple[list[Element], list[Element]]:
    """The profiles that are active where a command line does not say so, and those of which that is not known.

    One that is active by default is so where no other of its file is.
    """
    found, unsure, default = [], [], []
    for one in root.findall("profiles/profile"):
        activation = one.find("activation")
        if activation is None:
            continue
        told = _is_active(activation)
        if told:
            found.append(one)
        elif told is None:
            unsure.append(one)
        elif _text(activation, "activeByDefault") == "true":
            default.append(one)
    if not found and not unsure:
        found = default
    elif not found:
        unsure = [one for one in root.findall("profiles/profile") if one in (*unsure, *default)]
    return found, unsure


def _is_active(activation: Element) -> bool | None:
    """Whether all of its conditions hold; None where that is not known, False also where there are none."""
    answers: list[bool | None] = []
    for one in activation:
        if one.tag == "property":
            answers.append(_property(_text(one, "name"), _text(one, "value")))
        elif one.tag == "jdk":
            answers.append(_java((one.text or "").strip()))
        elif one.tag in {"os", "file", "packaging", "condition"}:
            answers.append(None)
    if False in answers or not answers:
        return False
    return None if None in answers else True


def _property(name: str, value: str) -> bool | None:
    """Of one that nothing sets."""
    if not name or name.removeprefix("!").startswith(_OF_THE_SYSTEM):
        return None
    return name.startswith("!") or value.startswith("!")


def _java(stated: str) -> bool | None:
    """Whether each Java fits, or none; None where it depends on which one."""
    found = _RANGE.fullmatch(stated.replace(" ", ""))
    if found is None:
        return None
    lowest, highest = _release(found[2]), _release(found[4] or ("" if found[3] else found[2]))
    fitting = [one for one in _JAVA if _above(one, lowest, found[1]) and _above(-one, _negative(highest), found[5])]
    return bool(fitting) if len(fitting) in {0, len(_JAVA)} else None


def _release(text: str) -> float | None:
    """``1.8`` is 8; None where nothing limits it."""
    parts = [int(one[:9]) for one in text.split(".") if one]
    if parts[:1] == [1] and len(parts) > 1:
        parts = parts[1:]
    return float(parts[0]) + (0.5 if any(parts[1:]) else 0) if parts else None


def _negative(number: float | None) -> float | None:
    return None if number is None else -number


def _above(release: int, limit: float | None, bracket: str) -> bool:
    return limit is None or release > limit or (release == limit and bracket in "[]")


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()
