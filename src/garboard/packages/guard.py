"""Limits what the bytes of one file can do to a scan: whatever a cataloger raises is a gap for that file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What no package's name or version has, and what hides or turns around text."""

_SHOWN: Final = 200


def guarded(facts: Iterator[Fact], file: File) -> Iterator[Fact]:
    """The facts that a cataloger states of a file.

    What it raises, a package without a name or with control characters in it, and text that is not valid Unicode (a lone surrogate in JSON), is a gap instead.
    """
    try:
        for fact in facts:
            yield _sound(fact, file)
    except Exception as error:  # noqa: BLE001  (any fault in reading one file must not lose the others)
        reason = f"cannot be read beyond this point: {worded(error)}"
        yield Gap(stage="catalog", subject=file.path, reason=reason.encode("utf-8", "replace").decode())


def _sound(fact: Fact, file: File) -> Fact:
    """The fact, or a gap instead of a package that has no name or one with control characters, and of text that cannot be written in a report."""
    if isinstance(fact, Package) and not fact.name:
        return Gap(stage="catalog", subject=file.path, reason="states a package that has no name: it was not judged")
    if isinstance(fact, Package) and _CONTROL.search(f"{fact.namespace}{fact.name}{fact.version}") is not None:
        shown = _CONTROL.sub("\ufffd", f"{fact.full_name} {fact.version}".strip())[:_SHOWN]
        reason = f"states a package whose name or version has control characters, and which was not judged: {shown}"
        return Gap(stage="catalog", subject=file.path, reason=reason.encode("utf-8", "replace").decode())
    try:
        msgspec.msgpack.encode(fact)
    except UnicodeEncodeError:
        kind = fact.name if isinstance(fact, Package) else type(fact).__name__
        name = kind.encode("utf-8", "replace").decode()
        return Gap(stage="catalog", subject=file.path, reason=f"{name} holds text that is not valid Unicode")
    return fact
