"""garboard: what is wrong with a container image, whose it is, and the one change that clears the most of it.

``garboard.scan("image.tar", database=garboard.open_database(), now="2026-01-01T00:00:00Z")`` returns a
`garboard.model.report.Report`. Nothing is imported before it is asked for: a command that prints its version starts as
fast as the interpreter.
"""

from __future__ import annotations

from garboard._version import __version__

TYPE_CHECKING = False  # as in `typing`, which would double the time of `garboard --version`
if TYPE_CHECKING:
    from garboard.database.read import Database, open_database
    from garboard.model.report import Report
    from garboard.workflows.scan import scan

__all__ = ["Database", "Report", "__version__", "open_database", "scan"]

_HOMES = {
    "scan": "garboard.workflows.scan",
    "Report": "garboard.model.report",
    "Database": "garboard.database.read",
    "open_database": "garboard.database.read",
}

if not TYPE_CHECKING:  # a type checker that saw it would take every misspelt name for something

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(name)
        import importlib

        return getattr(importlib.import_module(home), name)
