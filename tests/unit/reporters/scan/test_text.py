from __future__ import annotations

import re

import msgspec
import pytest

from garboard.cli.filtering import exit_code
from garboard.model.advisory import Severity
from garboard.model.attribution import Base, Introduction, Origin
from garboard.model.finding import Finding
from garboard.model.package import Location
from garboard.reporters.scan.text import render
from garboard.reporters.view import View
from tests.unit.reporters.attributed import BASE, COPIED, NOBODY, OURS, finding, report
from tests.unit.reporters.findings import scanned

MIXED = (finding("bzip2", BASE), finding("curl", OURS), finding("lib", COPIED), finding("odd", NOBODY))


def text(*findings: object, view: View | None = None, **more: object) -> str:
    return render(report(*findings, **more), view or View()).decode()


@pytest.mark.parametrize(
    ("introduced", "line"),
    [
        (BASE, "  Introduced by your base image (ruby:2.5.1)\n  Fixed in: 2"),
        (
            OURS,
            "  Introduced in your Dockerfile by `RUN apt-get update && apt-get install -y git vim` (Dockerfile:3)\n",
        ),
        (COPIED, "  Copied from stage build by `COPY --from=build /o /o` (Dockerfile:3)\n"),
        (NOBODY, "  Introduced by layer 1: RUN make\n"),
        (
            msgspec.structs.replace(NOBODY, origin=Origin.DOCKERFILE),
            "  Introduced by layer 1 above your base image: RUN make\n",
        ),
        (
            msgspec.structs.replace(COPIED, stage_instruction="RUN pip install x"),
            "Copied from stage build by `COPY --from=build /o /o` (Dockerfile:3), brought there by `RUN pip install x`\n",
        ),
        (Introduction(layer=1, instruction="RUN \x1b[31mx"), "  Introduced by layer 1: RUN \ufffd[31mx\n"),
    ],
)
def test_who_brought_a_package_in(introduced: Introduction, line: str) -> None:
    assert line in text(finding("a", introduced))


def test_nothing_is_said_where_there_are_no_layers() -> None:
    assert "Introduced by" not in text(finding("a", None))


def test_an_issue_of_several_packages_says_each_way_once() -> None:
    source = [msgspec.structs.replace(finding(name, who, cve="CVE-1"), package=msgspec.structs.replace(
        finding(name, who).package, source_name="src")) for name, who in (("a", BASE), ("b", OURS), ("c", OURS))]  # fmt: skip
    shown = text(*source)
    assert shown.count("Introduced in your Dockerfile") == 1
    assert shown.count("Introduced by your base image") == 1


def test_the_summary_tells_base_and_shares() -> None:
    shown = text(*MIXED)
    assert (
        "Base image:        ruby:2.5.1\n                   1 of 2 layers, exact: its only layer is the lowest" in shown
    )
    assert "Base image       1 issue\nYour Dockerfile  2 issues\nNot known        1 issue\n" in shown


def test_excluding_the_base_hides_counts_and_says() -> None:
    view = View(exclude_base=True)
    shown = text(*MIXED, view=view)
    assert "found in bzip2" not in shown
    assert "Tested 4 dependencies for known issues, found 3 issues." in shown
    assert "--exclude-base: 1 issue of the base image is left out" in shown
    assert "Base image       1 issue  (left out)" in shown


def test_excluding_an_unknown_base_hides_nothing() -> None:
    view = View(exclude_base=True)
    shown = text(finding("a", NOBODY), view=view, base=Base(name="ruby:2.5.1"))
    assert "found in a" in shown
    assert "is not known, so nothing is left out" in shown
    assert "your Dockerfile" not in shown


def test_the_exit_code_follows_what_is_shown() -> None:
    of = report(finding("bzip2", BASE))
    assert exit_code(of, View()) == 1
    assert exit_code(of, View(exclude_base=True)) == 0
    assert exit_code(report(finding("a", NOBODY)), View(exclude_base=True)) == 1


def test_shares_are_of_what_the_other_filters_leave() -> None:
    of = report(*MIXED, finding("low", BASE, Severity.LOW), finding("unfixed", OURS, fixed=""))
    assert sum(View().shares(of)) == 6
    assert View(severity=Severity.HIGH, only_fixed=True).shares(of) == (1, 2, 1)


def test_a_declared_package_has_its_file_and_line() -> None:
    of = scanned()
    (first, *_) = of.findings
    package = msgspec.structs.replace(first.package, declared=True, locations=(Location(path="web/yarn.lock", line=7),))
    finding = msgspec.structs.replace(first, package=package, introduced=None)
    inventory = msgspec.structs.replace(of.inventory, packages=(package,), dockerfiles=("a b/Dockerfile",))
    image = msgspec.structs.replace(of.image, name="/src/shop", layers=())
    tree = msgspec.structs.replace(
        of, image=image, findings=(finding,), inventory=inventory, target_file="", attribution=None
    )
    told = render(tree, View()).decode()
    assert "  Declared in web/yarn.lock:7\n" in told
    assert re.search(r"(?m)^Target file: +web/yarn.lock$", told)
    assert re.search(r"(?m)^Source tree: +\S", told)
    assert "Docker image:" not in told
    assert "  garboard scan IMAGE -f 'a b/Dockerfile'\n" in told
    assert re.search(r"(?m)^Project name: +shop$", told)


def test_issues_of_kernel_headers_are_one_block() -> None:
    def of_headers(name: str, cve: str) -> Finding:
        one = finding(name, BASE, cve=cve)
        return msgspec.structs.replace(one, package=msgspec.structs.replace(one.package, source_name="linux"))

    headers = [of_headers("linux-libc-dev", f"CVE-2024-{place}") for place in range(300)]
    kernel = [of_headers(name, "CVE-2024-7") for name in ("linux-libc-dev", "linux-image-6.1")]
    text = render(report(*headers, finding("curl", OURS)), View()).decode()
    assert text.count("✗ ") == 2
    assert "✗ 300 issues in headers of the kernel: linux/linux-libc-dev@" in text
    assert "found 301 issues" in text
    assert "headers of the kernel" not in render(report(*kernel), View()).decode()
