"""The report by a template of the user's own: Jinja2, in its sandbox, with the JSON report as ``report``.

It has neither files nor the environment, and cannot change what it is given; a name that the report does not have is an error. Where
the template's file is for HTML or XML, what it prints is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, overload

from garboard import json_text
from garboard.model.errors import UsageError
from garboard.model.report import Report
from garboard.reporters.scan import json
from garboard.reporters.view import View

if TYPE_CHECKING:
    from jinja2 import Template

_MARKUP: Final = (".html", ".htm", ".xml", ".svg")
_ENDINGS: Final = (".j2", ".jinja2", ".jinja", ".tpl", ".tmpl")
_WORST_FIRST: Final = ("critical", "high", "medium", "low", "negligible", "unknown")


def render(report: Report, view: View) -> bytes:
    """The whole text, UTF-8.

    Raises:
        UsageError: the template is wrong, asks for what is not there, or Jinja2 is not installed.
    """
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once. Raises as `render`."""
    whole, entries = json.pieces(report, view)
    document: dict[str, Any] = json_text.builtins(whole)
    document["vulnerabilities"] = _Entries(entries)
    template = _template(view)
    from jinja2 import TemplateError

    try:
        made = template.render(report=document, severities=_WORST_FIRST)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise UsageError(f"the template {view.template_name} fails: {error}", "see the JSON report: --json") from error
    yield made.encode("utf-8", "replace")


class _Entries(Sequence[dict[str, Any]]):
    """The elements of ``vulnerabilities``, each made when its turn comes: all of them would take several times the memory."""

    def __init__(self, entries: Callable[[], Iterator[json.Entry]]) -> None:
        self._entries = entries
        self._count = -1

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(json_text.builtins, self._entries())

    def __repr__(self) -> str:
        return repr([*self])

    def __len__(self) -> int:
        if self._count < 0:
            self._count = sum(1 for _ in self._entries())
        return self._count

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, at: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(at, slice):
            return [*self][at]
        if at < 0:
            at += len(self)
        found = next(islice(self._entries(), max(at, 0), None), None) if at >= 0 else None
        if found is None:
            raise IndexError(at)
        return dict(json_text.builtins(found))


def _template(view: View) -> Template:
    try:
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise UsageError("templates need Jinja2, which is not installed", "pip install 'garboard[template]'") from error
    if not view.template:
        raise UsageError("--format template needs a template", "name its file: --template FILE")
    name = view.template_name.lower()
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=name.endswith(_MARKUP), keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": list}
    try:
        return environment.from_string(view.template)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        at = f"{view.template_name}:{line}" if line else view.template_name
        raise UsageError(f"the template {at} is wrong: {error}", "it is written as Jinja2 documents it") from error
