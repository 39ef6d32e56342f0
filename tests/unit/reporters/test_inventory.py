"""Inventories for people and for programs."""

from __future__ import annotations

import json

from garboard.model.package import Package
from garboard.reporters.inventory import json as inventory_json
from garboard.reporters.inventory import text as inventory_text
from garboard.reporters.view import View
from tests.unit.reporters.inventories import nothing, report


def text(color: bool = False) -> str:
    return inventory_text.render(report(), View(color=color)).decode()


def test_the_table_is_aligned() -> None:
    lines = text().splitlines()
    assert lines[0].split() == ["NAME", "VERSION", "TYPE", "LAYER"]
    start = lines[0].index("LAYER")
    rows = lines[1 : lines.index("")]
    assert len(rows) == len(report().inventory.packages)
    assert all(row[start - 1] == " " != row[start] for row in rows)
    assert lines[0].index("TYPE") == next(row for row in rows if row.startswith("musl")).index("apk")


def test_owned_packages_are_marked_and_not_counted() -> None:
    found = text()
    assert "part of python3-six\n" in found
    assert (
        "Packages:      11 (6 npm, 2 deb, 1 apk, 1 pypi, 1 rpm); not counted: 1 part of another package, 1 application\n"
        in found
    )
    assert "Distribution:  Debian GNU/Linux 12\n" in found


def test_gaps_stand_at_the_end_and_steer_no_terminal() -> None:
    assert text().endswith("Not covered:\n  - var/lib/rpm/Packages: is damaged: “no header”\n  - a\ufffd[31m: is odd\n")
    assert "\u202e" not in text()
    assert text(color=True).count("\x1b") == 2


def test_no_package_at_all() -> None:
    found = inventory_text.render(nothing(), View()).decode()
    assert (
        found == "Distribution:  none found\nPackages:      0\n\nNot covered: nothing that this inventory knows of.\n"
    )


def test_every_fact_is_in_the_json() -> None:
    found = json.loads(inventory_json.render(report(), View()))
    entries = found["packages"]
    assert len(entries) == len(report().inventory.packages)
    renamed = {"scheme": "versionScheme", "layer": "layerIndex", "licences": "licenses"}
    inner = {
        "functions",
        "built_for",
        "inside",
        "limits",
        "line",
        "programs",
        "publishable",
        "section",
    }  # of use to judgement and advice alone
    for field in set(Package.__struct_encode_fields__) - inner:
        first, *rest = field.split("_")
        assert renamed.get(field, first + "".join(part.capitalize() for part in rest)) in entries[0]
    six = next(entry for entry in entries if entry["name"] == "six")
    assert six["owner"] in {entry["id"] for entry in entries}
    assert six["locations"] == [
        {
            "path": "usr/lib/python3/dist-packages/six.egg-info",
            "line": 0,
            "layerIndex": 0,
            "layerDiffId": "sha256:" + "a" * 64,
        }
    ]
    assert found["image"]["layers"][1]["createdBy"] == "RUN pip install x"
    assert [step["emptyLayer"] for step in found["image"]["history"]] == [False, True, False, False]
    assert found["distribution"]["codename"] == "bookworm"
    assert sum(found["totals"].values()) == 11
    assert len(found["gaps"]) == 2


def test_nothing_as_json() -> None:
    found = json.loads(inventory_json.render(nothing(), View()))
    assert (found["packages"], found["distribution"], found["totals"]) == ([], None, {})
