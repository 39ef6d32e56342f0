"""Versions in ``pyproject.toml``: what a project and its extras ask for by PEP 621.

Source: https://packaging.python.org/en/latest/specifications/pyproject-toml/#dependencies-optional-dependencies
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from garboard import lock_text, toml_text
from garboard.ecosystems.python.edited_requirements import requirement
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import telling

_LARGEST: Final = 1024 * 1024
_LISTS: Final = ("dependencies", "optional-dependencies")


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a project ask for at least a version of a package that it asks for by name.

    Raises:
        CannotEdit: it does not do so, or not in a way that can be raised for certain.
    """
    if len(data) > _LARGEST:
        raise CannotEdit(f"the file is larger than {_LARGEST} bytes")
    try:
        before = _lists(data)[0]
    except (ValueError, RecursionError) as error:
        raise CannotEdit("the file is no TOML with a project in it") from error
    new = {key: [requirement(one, name, version) for one in stated] for key, stated in before.items()}
    if new == before:
        raise CannotEdit("the project does not ask for it, or not for an earlier version than that")
    changed = {
        old: now for key, stated in before.items() for old, now in zip(stated, new[key], strict=True) if old != now
    }
    return telling(data, _places(data, changed), _lists, new)


def _places(data: bytes, changed: dict[str, str]) -> Iterator[Splice]:
    """Where texts stand between quotes as they are meant."""
    for old, new in changed.items():
        for found in re.finditer(rb"([\"'])" + re.escape(old.encode()) + rb"(?=\1)", data):
            yield Splice(start=found.end(1), end=found.end(), new=new.encode())


def _lists(data: bytes) -> tuple[dict[str, list[str]], Any]:
    """The lists of requirements by their names, and all else that the file says.

    Raises:
        ValueError: it is not what a project's file has to be.
        CannotEdit: it has no project.
    """
    document = toml_text.loads(data.decode("utf-8"))
    project = document.get("project")
    if not isinstance(project, dict):
        raise CannotEdit("it has no table `[project]`: what the tables of tools ask for is not changed")
    groups = {f"[{key}]": one for key, one in lock_text.table(project, _LISTS[1]).items()}
    lists = {"": project.get(_LISTS[0], []), **groups}
    if not all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists.values()):
        raise ValueError("a list has what is no requirement")
    rest = {key: one for key, one in project.items() if key not in _LISTS}
    return lists, {**document, "project": rest}
