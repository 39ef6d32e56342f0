"""One name, one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import garboard

SOURCE = Path(garboard.__file__).parent
DOCUMENTS = ("reporters", "sbom")
"""Rooms of written documents: their classes are named as each format names its parts, and are used in one module."""
OF_EACH_COMMAND = ("Settings",)
"""What every module of a command defines for itself, under the name that its decorator looks for."""


def test_a_public_class_is_defined_once():
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE)
        if place.parts[0] in DOCUMENTS:
            continue
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in OF_EACH_COMMAND:
                found[node.name].append(str(place))
    assert len(found) > 300
    assert {name: places for name, places in found.items() if len(places) > 1} == {}
