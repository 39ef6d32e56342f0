from __future__ import annotations

import msgspec
import pytest

from garboard.model.package import Package
from garboard.reporters.scan.tree import dependency_tree
from tests.unit.reporters.attributed import report


def tree(needs: dict[str, tuple[str, ...]]) -> list[str]:
    packages = tuple(
        Package(type="deb", name=name, version="1", scheme="deb", purl=name, depends_on=needed)
        for name, needed in needs.items()
    )
    scan = report()
    inventory = msgspec.structs.replace(scan.inventory, packages=packages)
    return list(dependency_tree(msgspec.structs.replace(scan, inventory=inventory), "docker-image|app"))[1:]


def test_what_a_package_needs_stands_below_its_first_appearance() -> None:
    assert tree({"a": ("b", "c"), "b": ("c",), "c": ("a",), "d": ("b",)}) == [
        "   └─ d @ 1",
        "      └─ b @ 1",
        "         └─ c @ 1",
        "            └─ a @ 1",
        "               ├─ b @ 1",
        "               └─ c @ 1",
    ]
    assert tree({"a": ("c", "x"), "b": ("c",), "c": ()}) == [
        "   ├─ a @ 1", "   │  └─ c @ 1", "   └─ b @ 1", "      └─ c @ 1",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [100, 5_000])
def test_a_tree_has_a_limit_that_it_tells(count: int) -> None:
    """Each line of a chain is indented by all above it."""
    lines = tree({f"p{one}": (f"p{one + 1}",) for one in range(count)})
    assert sum(map(len, lines)) < 9 * 1024 * 1024
    assert lines[-1].startswith("   … beyond the limit") is (count > 1000)
    assert (len(lines) == count) is (count < 1000)
