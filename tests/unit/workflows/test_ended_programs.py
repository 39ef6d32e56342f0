"""Programs and runtimes whose line has ended are told, as releases of distributions are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import ecosystems
from garboard.baseimage.lifecycle import (
    JAVA_PRODUCTS,
    REPOSITORY_PRODUCTS,
    SOFTWARE_PRODUCTS,
    Lifetimes,
    has_end,
)
from garboard.feeds import endoflife
from garboard.model.advisory import CveFacts, FeedState, Hit
from garboard.model.image import Image
from garboard.model.lifecycle import Cycle, Support
from garboard.model.package import Inventory, Package
from garboard.model.report import Coverage, Report
from garboard.workflows import scan
from tests.unit.packages.test_declared import read

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
CYCLES = {
    "nodejs": (
        Cycle(product="nodejs", name="24", eol="2028-04-30"),
        Cycle(product="nodejs", name="19", eol="2023-06-01"),
    ),
    "openssl": (Cycle(product="openssl", name="1.1.1", eol="2023-09-11"), Cycle(product="openssl", name="3.5")),
    "eclipse-temurin": (
        Cycle(product="eclipse-temurin", name="20", eol="2023-09-19"),
        Cycle(product="eclipse-temurin", name="8", eol="2030-12-31"),
    ),
    "oracle-jdk": (Cycle(product="oracle-jdk", name="7", eol="2019-07-31"),),
    "go": (Cycle(product="go", name="1.19", ended=True), Cycle(product="go", name="1.26", ended=False)),
}


class Data:
    """A database that covers everything and knows no issue."""

    def covers(self, _ecosystem: str) -> bool:
        return True

    def hits(self, _ecosystem: str, _package: str) -> Iterable[Hit]:
        return ()

    def names(self, _ecosystem: str) -> Iterable[str]:
        return ()

    def facts(self, _cves: Iterable[str]) -> dict[str, CveFacts]:
        return {}

    def begin(self) -> None:
        pass

    def used(self) -> tuple[FeedState, ...]:
        return ()

    def cycles(self, product: str) -> tuple[Cycle, ...]:
        return CYCLES.get(product, ())

    def support(self, _ecosystem: str) -> tuple[Support, ...]:
        return ()


def program(name: str, version: str, **fields: str) -> Package:
    kind = fields.pop("type", "generic")
    ecosystem = {"generic": f"Software:{name}", "golang": "Go"}.get(kind, "")
    return Package(type=kind, name=name, version=version, scheme="deb", ecosystem=ecosystem, **fields)  # type: ignore[arg-type]


def scanned(*packages: Package) -> Report:
    return scan.analyze(Image(name="app", source="docker"), Inventory(packages=packages), Data(), NOW)


def ends(report: Report) -> list[tuple[str, str]]:
    return [(gap.subject, gap.reason) for gap in report.gaps if "ended on" in gap.reason]


ENDED = {
    "Node.js 19": program("node", "19.9.0"),
    "OpenSSL 1.1.1": program("openssl", "1.1.1w"),
    "Temurin 20": program("java", "20.0.2", vendor="Eclipse Adoptium"),
    "Oracle's JDK 7": program("java", "1.7.0_80", vendor="Oracle Corporation"),
    "Go 1.19": program("stdlib", "1.19.13", type="golang"),
}
SUPPORTED = [
    program("node", "24.1.0"),
    program("openssl", "3.5.1"),
    program("java", "1.8.0_402", vendor="Eclipse Adoptium"),
    program("java", "20.0.2", vendor="Somebody"),
    program("java", "20.0.2"),
    program("stdlib", "1.26.1", type="golang"),
    program("node", "18.0.0"),  # a line that the data do not list
    program("redis", "1.0"),  # a product that the data do not list
    program("node", "19.9.0", type="npm"),
    program("node", "19.9.0", owner="nodejs"),
]


@pytest.mark.parametrize("name", ENDED)
def test_a_line_past_its_end_is_never_clean(name: str) -> None:
    report = scanned(ENDED[name], program("node", "24.1.0"))
    ((subject, reason),) = ends(report)
    assert subject == name
    assert "so 1 package without a known issue was not judged" in reason
    assert (report.coverage, report.unjudged) == (Coverage.PARTIAL, (ENDED[name],))


def test_each_line_is_told_once() -> None:
    (told,) = ends(scanned(program("node", "19.9.0"), program("node", "19.1.0")))
    assert "so 2 packages" in told[1]


@pytest.mark.parametrize("package", SUPPORTED, ids=lambda one: f"{one.type} {one.name} {one.version} {one.vendor}")
def test_what_has_not_ended(package: Package) -> None:
    assert ends(scanned(package)) == []


@given(name=st.sampled_from(sorted({*SOFTWARE_PRODUCTS, "java", "stdlib"})), version=st.text(max_size=20))
def test_any_version_has_an_answer(name: str, version: str) -> None:
    for vendor in ("", *JAVA_PRODUCTS):
        for kind in ("generic", "golang"):
            Lifetimes(Data(), NOW).of_program(program(name, version, type=kind, vendor=vendor))


def test_what_a_file_names_ends_whatever_its_release(tmp_path: Path) -> None:
    of = scan.analyze(
        Image(name="app", source="dir"),
        read(tmp_path, {".nvmrc": "v19\n", ".node-version": "24\n", ".tool-versions": "terraform 1.5\n"}),
        Data(),
        NOW,
    )
    assert [subject for subject, _ in ends(of)] == ["Node.js 19"]
    (unknown,) = (
        gap.reason for gap in of.gaps if "is not known: terraform 1.5" in gap.reason and "maintained" in gap.reason
    )
    assert "node" not in unknown
    assert not of.tested


NAMED_ONLY = {"dotnet", "elixir", "go"}
"""Runtimes that files of a source tree name, and that no program is told to be."""


def test_every_name_is_known_and_every_product_is_fetched() -> None:
    assert SOFTWARE_PRODUCTS.keys() - ecosystems.software().keys() <= {"rabbitmq", *NAMED_ONLY}
    wanted = {
        product for table in (SOFTWARE_PRODUCTS, JAVA_PRODUCTS, REPOSITORY_PRODUCTS) for product, _ in table.values()
    }
    assert wanted <= set(endoflife.PRODUCTS)
    assert sorted(set(endoflife.PRODUCTS)) == list(endoflife.PRODUCTS)
    assert has_end(program("redis", "7"))
    assert not has_end(program("left-pad", "7"))
