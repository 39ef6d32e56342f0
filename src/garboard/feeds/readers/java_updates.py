"""Java's updates as NVD names them: ``1.8.0`` and ``update311``. It lists the newest update that is affected, and seldom the older ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.model.advisory import Range

NAME: Final = "java"

_LAST_OLD: Final = 8
"""Up to Java 8 a version is ``1.8.0_311``, from 9 on ``11.0.13``."""
_SERIES: Final = 10
"""Oracle's update 311 and OpenJDK's 312 are of one day; the next ones are 321 and 322."""
_OLD: Final = re.compile(r"(?:1\.)?([1-8])(?:\.0)?(?:\.0)?(?:(?:u|_|update_?)(\d{1,4}))?")
_NEW: Final = re.compile(r"(\d{1,3})(?:\.\d{1,4}){0,4}")
_UPDATE: Final = re.compile(r"update_?(\d{1,4})")
_EARLIER: Final = re.compile(r"\b([1-8])(?:\.0)?(?:u| Update )(\d{1,4}) and (?:earlier|prior)\b")


def spelled(version: str, update: str = "") -> str:
    """A version as a runtime calls itself: ``1.8.0_311`` for ``8`` and ``update311``; empty for a preview, or anything else."""
    old = _OLD.fullmatch(version)
    if old is None:
        new = _NEW.fullmatch(version)
        return version if new and int(new[1]) > _LAST_OLD and not update else ""
    found = _UPDATE.fullmatch(update)
    if update and found is None:
        return ""
    number = found[1] if found else old[2]
    return f"1.{old[1]}.0" + (f"_{int(number):02}" if number and int(number) else "")


def within(interval: Range) -> Range:
    """An interval with its ends as a runtime spells them; those that cannot be are left as they are."""
    start, plus = interval.introduced.removesuffix("+"), interval.introduced.endswith("+")
    return Range(
        introduced=(spelled(start) or start) + "+" * plus if start != "0" else start,
        fixed=spelled(interval.fixed) or interval.fixed,
        last_affected=spelled(interval.last_affected) or interval.last_affected,
    )


def earlier(description: str) -> Iterator[Range]:
    """What a description says of older updates: ``7 Update 17 and earlier``."""
    for line, update in _EARLIER.findall(description):
        yield Range(introduced=f"1.{line}.0", last_affected=spelled(line, f"update{update}"))


def untold(versions: Iterable[str]) -> tuple[Range, ...]:
    """For each line with a listed version: its older versions, and those of the same day, of which a list does not tell."""
    ends: dict[str, tuple[int, ...]] = {}
    for version in versions:
        numbers = tuple(int(one) for one in re.findall(r"\d+", version))
        line = f"1.{numbers[1]}.0" if numbers[0] == 1 else str(numbers[0])
        ends[line] = max(ends.get(line, ()), numbers)
    return tuple(Range(introduced=line, fixed=_after(numbers)) for line, numbers in ends.items())


def _after(numbers: tuple[int, ...]) -> str:
    if numbers[0] == 1:
        update = numbers[3] if len(numbers) > 3 else 0
        return f"1.{numbers[1]}.0_{(update // _SERIES + 1) * _SERIES}"
    feature, interim, update = (*numbers, 0, 0)[:3]
    return f"{feature}.{interim}.{update + 1}"
