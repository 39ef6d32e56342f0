from __future__ import annotations

import pytest

from garboard.matching.rejected import consider
from garboard.model.explanation import Standing
from garboard.model.package import Package
from tests.unit.matching.known import Known, advisory, affected, pypi

PASSED_OVER = {
    "owned": pypi("a", "2", owner="pkg:deb/debian/python3-a@1"),
    "an application": pypi("a", "2", application=True),
    "without data": Package(type="npm", name="a", version="1", scheme="semver"),
}
DATABASE = Known(
    advisory("CVE-1-1", affected("x", "2", ecosystem="PyPI", scheme="pep440")),
    advisory("CVE-1-2", affected("x", "2", ecosystem="PyPI", scheme="pep440")),
)


@pytest.mark.parametrize("first", PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_comes_after_a_package_that_is_passed_over_is_considered(first: Package) -> None:
    found = consider((first, pypi("x", "2")), DATABASE, ["cve-1-2"])
    assert [(one.package.name, one.ids, one.standing, one.fixed_in) for one in found] == [
        ("x", ("CVE-1-2",), Standing.FIXED, "2")
    ]
