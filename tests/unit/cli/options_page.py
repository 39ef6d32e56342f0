"""The table in ``docs/options.md``, made of the commands themselves.

To renew it after a change: ``GARBOARD_RENEW=1 pytest tests/unit/cli/test_options.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from garboard.cli.params import Option
from tests.unit.cli.given import commands

PAGE = Path(__file__).resolve().parents[3] / "docs" / "options.md"
BEGIN = "<!-- options: begin -->\n"
END = "<!-- options: end -->\n"


def page() -> str:
    """The page with the table as it should be; written where GARBOARD_RENEW is set."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = f"{before}{BEGIN}{''.join(_rows())}{END}{after}"
    if os.environ.get("GARBOARD_RENEW"):
        PAGE.write_text(text, encoding="utf-8")
    return text


def _rows() -> Iterator[str]:
    takers: dict[str, list[str]] = {}
    options: dict[str, Option[object]] = {}
    for command, made in commands():
        for option in made.params:
            if isinstance(option, Option):
                takers.setdefault(option.opts[-1], []).append(command)
                options[option.opts[-1]] = option
    yield "| option | variable | what it says | of |\n|---|---|---|---|\n"
    for long in sorted(options):
        option = options[long]
        metavar = f" {option.metavar}".replace("|", "\\|") if option.metavar else ""
        spelled = ", ".join(f"`{name}{metavar if name == long else ''}`" for name in option.opts)
        variables = ", ".join(f"`{name}`" for name in option.variables)
        yield f"| {spelled} | {variables} | {option.help} | {', '.join(sorted(takers[long]))} |\n"
