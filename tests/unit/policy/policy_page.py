"""The tables in ``docs/policy.md``, made of the tables that read policies.

To renew them after a change: ``GARBOARD_RENEW=1 pytest tests/unit/policy/test_policy_page.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from garboard.policy import document, of_findings, of_images
from garboard.policy.values import Kind, Unfit

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policy.md"
_Row = tuple[str, Kind, str]


def page() -> str:
    """The page with the tables as they should be; written where GARBOARD_RENEW is set."""
    text = PAGE.read_text(encoding="utf-8")
    for name, rows in tables().items():
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{''.join(_table(rows))}{end}{after}"
    if os.environ.get("GARBOARD_RENEW"):
        PAGE.write_text(text, encoding="utf-8")
    return text


def tables() -> dict[str, tuple[_Row, ...]]:
    """The rows of each table."""
    return {
        "conditions of findings": tuple((name, one.kind, one.text) for name, one in of_findings.CONDITIONS.items()),
        "conditions of images": tuple((name, one.kind, one.text) for name, one in of_images.CONDITIONS.items()),
        "ignores": tuple((name, kind, text) for name, (_, kind, text) in document.IGNORE.items()),
    }


def wanted(kind: Kind) -> str:
    """What a value has to be, in the words of the error that another one gets."""
    try:
        kind.read(object())
    except Unfit as error:
        return str(error).removeprefix("wants ").partition(";")[0]
    raise AssertionError("it takes anything")


def _table(rows: Iterable[_Row]) -> Iterator[str]:
    yield "| key | value | what it says |\n|---|---|---|\n"
    for name, kind, text in rows:
        yield f"| `{name}` | {wanted(kind)} | {text} |\n".replace("a|b", "a\\|b")
