"""The registry has every format that there is, and each is called as its report's protocol says."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from garboard import reporters
from garboard.reporters import Formats, protocols
from garboard.reporters.view import View
from tests.unit.reporters import findings

FOLDER = Path(reporters.__file__).parent
REGISTRY = {name: one for name, one in vars(reporters).items() if isinstance(one, Formats)}
REGISTERED = sorted(f"{one.report}.{name}" for one in REGISTRY.values() for name in one.names)
MODULES = sorted(f"{path.parent.name}.{path.stem}" for path in FOLDER.glob("*/*.py") if path.stem != "__init__")


def defines(module: str, name: str) -> bool:
    """Whether a module defines a function of this name."""
    tree = ast.parse((FOLDER / f"{module.replace('.', '/')}.py").read_bytes())
    return any(isinstance(one, ast.FunctionDef) and one.name == name for one in tree.body)


@pytest.mark.parametrize("module", MODULES)
def test_what_renders_is_in_the_registry(module: str) -> None:
    assert defines(module, "render") == (module in REGISTERED), (
        f"{module}: its name belongs into garboard/reporters/__init__.py"
    )


@pytest.mark.parametrize("module", MODULES)
def test_what_holds_several_images_is_in_the_registry(module: str) -> None:
    several = {f"{one.report}.{name}" for one in REGISTRY.values() for name in one.several}
    assert several <= {*REGISTERED}
    assert defines(module, "several") == (module in several), f"{module}: ``several`` of its report's line"


@pytest.mark.parametrize("module", REGISTERED)
def test_what_is_in_the_registry_is_there_and_renders(module: str) -> None:
    assert module in MODULES, f"there is no garboard/reporters/{module.replace('.', '/')}.py"
    assert callable(importlib.import_module(f"garboard.reporters.{module}").render)


@pytest.mark.parametrize("module", REGISTERED)
def test_it_is_called_as_the_protocol_says(module: str) -> None:
    name = next(name for name, one in REGISTRY.items() if f"{one.report}." == module[: len(one.report) + 1])
    protocol = re.search(r"p\.(\w+)", reporters.__annotations__[name])
    assert protocol
    wanted = inspect.signature(getattr(protocols, protocol[1]).render)
    found = inspect.signature(importlib.import_module(f"garboard.reporters.{module}").render)
    assert parameters(found) == parameters(wanted)[1:]
    assert found.return_annotation == wanted.return_annotation


@pytest.mark.parametrize("module", [one for one in REGISTERED if one.split(".")[0] in {"scan", "inventory"}])
def test_a_document_is_its_parts(module: str) -> None:
    """Of every report that may be of several images."""
    found = importlib.import_module(f"garboard.reporters.{module}")
    wanted = inspect.signature(protocols.ReportRenderer.parts)
    assert parameters(inspect.signature(found.parts)) == parameters(wanted)[1:]
    report = findings.scanned()
    view = View(template="{{ report.image }}")
    assert b"".join(found.parts(report, view)) == found.render(report, view)


def parameters(signature: inspect.Signature) -> list[tuple[object, ...]]:
    """Types of those by position, names and types of those by keyword; an optional one takes what the protocol gives."""
    return [
        (one.name if one.kind is one.KEYWORD_ONLY else "", str(one.annotation).removesuffix(" | None"))
        for one in signature.parameters.values()
    ]


def test_a_format_is_imported_when_it_is_wanted() -> None:
    import subprocess
    import sys

    code = (
        "import sys, garboard.cli.inventory as one\n"
        "print([name for name in sys.modules if name.startswith('garboard.reporters.')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
