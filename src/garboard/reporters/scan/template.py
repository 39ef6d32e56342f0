"""The report by a template of the user's own: Jinja2, in its sandbox, with the JSON report as ``report``.

It has neither files nor the environment, and cannot change what it is given; a name that the report does not have is an error. Where
the template's file is for HTML or XML, what it prints is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

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
    document: dict[str, Any] = msgspec.json.decode(json.render(report, view))
    template = _template(view)
    from jinja2 import TemplateError

    try:
        made = template.render(report=document, severities=_WORST_FIRST)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise UsageError(f"the template {view.template_name} fails: {error}", "see the JSON report: --json") from error
    yield made.encode("utf-8", "replace")


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
    try:
        return environment.from_string(view.template)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        at = f"{view.template_name}:{line}" if line else view.template_name
        raise UsageError(f"the template {at} is wrong: {error}", "it is written as Jinja2 documents it") from error
