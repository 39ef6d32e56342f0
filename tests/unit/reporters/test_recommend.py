"""A recommendation for a person and for a program."""

import csv
import datetime as dt
import io
import json

import msgspec
import pytest

from garboard.model.gap import Gap
from garboard.model.lifecycle import Lifespan, State
from garboard.model.recommendation import Counts, FindingKey, Group, Objection, Prediction, Recommendation, Row, Verdict
from garboard.reporters.recommend import csv as recommend_csv
from garboard.reporters.recommend import json as recommendation_json
from garboard.reporters.recommend import markdown as recommend_markdown
from garboard.reporters.recommend import table
from garboard.reporters.recommend import text as recommend_text

NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
BASE = Row(reference="ruby:2.5.1", key="k", counts=Counts(high=6, low=217), packages=400, size=300_000_000)
BETTER = Row(
    reference="ruby:2.5",
    key="l",
    group=Group.MINOR,
    counts=Counts(high=6, medium=34, low=2, negligible=1),
    prediction=Prediction(counts=Counts(high=7), removes=3, adds=1, packages=9),
    packages=39,
    size=12_345_678,
    created="2026-08-01T00:00:00Z",
    lifespans=(Lifespan(name="Ruby 2.5", product="ruby", cycle="2.5", eol="2027-01-01", state=State.SUPPORTED),),
    warnings=("musl instead of glibc",),
    better=True,
)
FOUND = Recommendation(
    verdict=Verdict.BETTER, base=BASE, how="told", yours=Counts(high=9), rows=(BETTER,), created=NOW, compared=1
)


def text(found, **more):
    return recommend_text.render(found, **more).decode()


def test_the_guides_tables_in_a_scan():
    assert list(table.section(FOUND, color=False)) == [
        "Base Image  Vulnerabilities  Severity",
        "ruby:2.5.1  223              0 critical, 6 high, 0 medium, 217 low",
        "",
        "Recommendations for base image upgrade:",
        "",
        "Minor upgrades",
        "Base Image    Vulnerabilities  Severity",
        "ruby:2.5      43               0 critical, 6 high, 34 medium, 2 low, 1 negligible",
        "  your image  7                0 critical, 7 high, 0 medium, 0 low",
    ]


def test_the_same_with_packages_and_sizes():
    assert list(table.section(FOUND, color=False, measured=True)) == [
        "Base Image  Vulnerabilities  Severity                               Packages  Size",
        "ruby:2.5.1  223              0 critical, 6 high, 0 medium, 217 low  400       300.0 MB",
        "",
        "Recommendations for base image upgrade:",
        "",
        "Minor upgrades",
        "Base Image    Vulnerabilities  Severity                                            Packages  Size",
        "ruby:2.5      43               0 critical, 6 high, 34 medium, 2 low, 1 negligible  39        12.3 MB",
        "  your image  7                0 critical, 7 high, 0 medium, 0 low                 9",
    ]


@pytest.mark.parametrize("more", [{"unknown": ("git",)}, {"gaps": ("a doubt",)}, {"least": True}])
def test_your_image_is_shown_in_a_scan_only_if_it_is_known_exactly(more):
    row = msgspec.structs.replace(BETTER, prediction=msgspec.structs.replace(BETTER.prediction, **more))
    said = "\n".join(table.section(msgspec.structs.replace(FOUND, rows=(row,)), color=False))
    assert "ruby:2.5" in said
    assert "your image" not in said


def test_built_from_scratch():
    said = text(Recommendation(wanted="scratch", how="built FROM scratch: there is no base to better", created=NOW))
    assert said.startswith("\nBuilt FROM scratch: there is no base to better.\n")
    assert "cannot be told" not in said


def test_what_was_passed_over_is_counted():
    found = msgspec.structs.replace(FOUND, verdict=Verdict.BEST, rows=(), passed_over=2)
    assert "\n2 more are not recommended in any case: --all tells why.\n" in text(found)


def test_the_most_secure_version():
    found = msgspec.structs.replace(FOUND, verdict=Verdict.BEST, rows=())
    said = "According to our scan, you are currently using the most secure version of the selected base image"
    *_, last = table.section(found, color=False)
    assert last == f"{said} (compared with 1 other)"
    *_, last = table.section(msgspec.structs.replace(found, compared=2, data_date="2026-08-30"), color=False)
    assert last == f"{said} (compared with 2 others, by data of 2026-08-30)"


def test_nothing_is_said_of_a_base_that_is_not_known():
    assert list(table.section(Recommendation(), color=False)) == []
    unknown = msgspec.structs.replace(FOUND, verdict=Verdict.UNKNOWN, rows=())
    said = list(table.section(unknown, color=False))
    assert not any("most secure" in line for line in said)
    assert said[-1] == "Whether there is a better base cannot be told."


def test_a_scan_marks_what_nobody_maintains():
    over = Lifespan(name="Ruby 2.5", product="ruby", cycle="2.5", eol="2021-04-05", state=State.ENDED)
    row = msgspec.structs.replace(BETTER, lifespans=(over,))
    base = msgspec.structs.replace(BASE, warnings=("Ruby 2.5 is no longer maintained since 2021-04-05",))
    said = list(table.section(msgspec.structs.replace(FOUND, base=base, rows=(row,)), color=False))
    assert said[2] == "    ! Ruby 2.5 is no longer maintained since 2021-04-05"
    assert said[-2] == "    ! Ruby 2.5 is no longer maintained"


def test_columns_for_what_is_asked_next():
    said = text(FOUND)
    head = next(line for line in said.splitlines() if "Your image" in line and "Removes" in line)
    row = next(line for line in said.splitlines() if line.startswith("ruby:2.5 "))
    cells = [
        row[head.index(title) :].split("  ")[0]
        for title in ("Your image", "Removes", "Adds", "Packages", "Size", "Age")
    ]
    assert cells == ["7", "3", "1", "39", "12.3 MB", "31 d"]
    assert row.endswith("Ruby 2.5 2027-01-01")
    assert "    ! musl instead of glibc\n" in said


def test_what_is_not_known_is_said():
    prediction = Prediction(counts=Counts(high=1), unknown=("git",), gaps=("a doubt",))
    row = msgspec.structs.replace(BETTER, prediction=prediction)
    said = text(msgspec.structs.replace(FOUND, rows=(row,), gaps=(Gap(stage="s", subject="x", reason="y"),)))
    assert "≥ 1         ≥ 0      ≥ 0 " in said
    assert "    ? not known there: git\n    ~ a doubt\n" in said
    assert said.endswith("Not covered:\n  - x: y\n")


def test_what_is_not_recommended_is_shown_when_all_is_asked_for():
    row = msgspec.structs.replace(BETTER, objections=(Objection(code="eol", reason="it is over"),))
    found = msgspec.structs.replace(FOUND, verdict=Verdict.BEST, rows=(row,))
    assert "ruby:2.5 " not in text(found)
    assert "    ✗ eol: it is over\n" in text(found, everything=True)


def test_three_rows_of_each_group_and_the_number_of_the_rest():
    rows = tuple(msgspec.structs.replace(BETTER, reference=f"ruby:2.{at}") for at in range(5))
    found = msgspec.structs.replace(FOUND, rows=rows)
    assert "  and 2 more: --all\n" in text(found)
    assert "ruby:2.4" not in text(found)
    assert "ruby:2.4" in text(found, everything=True)


@pytest.mark.parametrize("what", ["judged", "counts"])
def test_what_could_not_be_judged_has_no_number(what):
    row = msgspec.structs.replace(BETTER, **{"judged": {"judged": False}, "counts": {"counts": None}}[what])
    assert table.cells(row) == ("ruby:2.5", "?", "could not be judged")


def test_names_cannot_reach_the_terminal():
    row = msgspec.structs.replace(BETTER, reference="ruby:\033[2J", warnings=("\033]0;x\007",))
    assert "\033" not in text(msgspec.structs.replace(FOUND, rows=(row,)))


@pytest.mark.parametrize(
    ("lifespan", "expected"),
    [
        ({"eol": "2027-01-01", "state": State.SUPPORTED}, "D 1 2027-01-01"),
        ({"eol": "2026-01-01", "extended": "2028-01-01", "state": State.EXTENDED}, "D 1 2028-01-01"),
        ({"eol": "2026-01-01", "extended": "2028-01-01", "state": State.SUPPORTED}, "D 1 2026-01-01"),
        ({"eol": "2020-01-01", "state": State.ENDED}, "D 1 ended 2020-01-01"),
        ({"state": State.ENDED}, "D 1 ended"),
        ({"state": State.SUPPORTED}, "D 1 no end set"),
        ({}, "D 1 ?"),
    ],
)
def test_until(lifespan, expected):
    assert table.until([Lifespan(name="D 1", product="d", **lifespan)]) == expected


@pytest.mark.parametrize("created", ["", "yesterday", "2026-08-01"])
def test_an_age_that_is_not_known(created):
    assert table.age(created, NOW) == "?"


def test_json():
    key = FindingKey(vulnerability="CVE-1", type="deb", package="a", version="1", source="b")
    row = msgspec.structs.replace(BETTER, prediction=Prediction(remaining=(key,)))
    found = json.loads(recommendation_json.render(msgspec.structs.replace(FOUND, rows=(row,))))
    assert found["verdict"] == "better"
    assert found["base"]["vulnerabilities"] == {
        "total": 223, "critical": 0, "high": 6, "medium": 0, "low": 217, "negligible": 0, "unknown": 0
    }  # fmt: skip
    (row,) = found["rows"]
    assert row["yourImage"]["remaining"] == [{"id": "CVE-1", "type": "deb", "package": "a", "version": "1"}]
    assert row["support"][0]["state"] == "supported"
    assert row["recommended"] is True


def test_as_markdown():
    objected = msgspec.structs.replace(BETTER, reference="a|b", objections=(Objection(code="x", reason="no @tag"),))
    found = msgspec.structs.replace(
        FOUND, rows=(BETTER, objected), gaps=(Gap(stage="match", subject="a", reason="is *odd*"),)
    )
    lines = recommend_markdown.render(found).decode().splitlines()
    assert lines[:3] == ["## `ruby:2.5.1`", "", "told. Recommendations for base image upgrade:"]
    head, _, base, better = lines[4:8]
    assert [one.strip() for one in head.split("|")[1:-1]] == [
        *("Base Image", "Change", "Vulnerabilities", "Severity", "Your image", "Removes", "Adds"),
        *("Packages", "Size", "Age", "Supported until", "To know"),
    ]
    assert "| `ruby:2.5.1` | in use | 223 |" in base
    assert "| 7 | 3 | 1 | 39 | 12.3 MB |" in better
    assert better.endswith("| Ruby 2.5 2027-01-01 | musl instead of glibc |")
    assert lines[-1] == "* a: is \\*odd\\*"
    everything = recommend_markdown.render(found, everything=True).decode()
    assert "`a¦b`" in everything
    assert "not recommended: no \\@tag |" in everything
    assert "a¦b" not in "\n".join(lines)


def test_as_lines_of_a_spreadsheet():
    objected = msgspec.structs.replace(BETTER, reference="=1+1", objections=(Objection(code="x", reason="no"),))
    found = msgspec.structs.replace(FOUND, rows=(BETTER, objected))
    base, better = csv.DictReader(io.StringIO(recommend_csv.render(found).decode()))
    assert (base["base_image"], base["change"], base["high"], base["packages"], base["size"]) == (
        "ruby:2.5.1", "in use", "6", "400", "300000000",
    )  # fmt: skip
    assert (better["recommended"], better["your_image"], better["least"]) == ("yes", "7", "no")
    *_, last = csv.DictReader(io.StringIO(recommend_csv.render(found, everything=True).decode()))
    assert (last["base_image"], last["recommended"], last["to_know"]) == (
        "'=1+1",
        "no",
        "musl instead of glibc; not recommended: no",
    )


def test_every_format_where_nothing_is_known():
    nothing = Recommendation(wanted="x", how="not in the catalog")
    assert recommend_markdown.render(nothing).decode() == f"## Base image\n\nnot in the catalog. {table.NOT_TOLD}\n"
    assert len(recommend_csv.render(nothing).splitlines()) == 1
