"""From an image or a Dockerfile to a recommendation, with a real catalogue and a database of a few advisories."""

from __future__ import annotations

import dataclasses
import datetime as dt

import msgspec
import pytest

from garboard.baseimage.ranking import why
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image
from garboard.matching import match
from garboard.model.advisory import Advisory, Affected, Range, Rating
from garboard.model.attribution import Attribution, Base, LayerOrigin, Origin
from garboard.model.baseimage import Approval
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle
from garboard.model.package import Distro
from garboard.model.recommendation import Counts, Group, Prediction, Verdict
from garboard.reporters.recommend.text import render
from garboard.workflows.recommend import Subject, Wish, recommend
from tests.unit.baseimage.rebases import Data, base, deb, image, inventory, module, name, writer

NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
ALPINE = Distro(id="alpine", version="3.20.3", ecosystem="Alpine:v3.20")
NOT_APPROVED = "not approved: no approval in force has it"
TRIXIE = Distro(id="debian", version="13", ecosystem="Debian:13")


def advisory(package, fixed="", rating="high", ecosystem="Debian:12", identifier="", scheme="deb"):
    affected = Affected(
        ecosystem=ecosystem,
        package=package,
        scheme=scheme,
        ranges=(Range(fixed=fixed),),
        rating=Rating(source="debian", word=rating),
    )
    return Advisory(id=identifier or f"CVE-2024-{package}-{fixed}", feed="debian", affected=(affected,))


DATA = Data(
    advisory("lib", "2"),
    advisory("lib", "3"),
    advisory("curl", rating="medium"),
    advisory("git", rating="low"),
    advisory("tool", rating="low"),
    covers=("Debian:12", "Debian:13", "PyPI"),
    cycles=(
        Cycle(product="python", name="3.13", eol="2029-10-31"),
        Cycle(product="python", name="3.12", eol="2028-10-31"),
        Cycle(product="python", name="3.9", eol="2025-10-31"),
        Cycle(product="debian", name="12", eol="2026-07-11", extended="2028-06-30"),
        Cycle(product="debian", name="13", eol="2028-08-09"),
        Cycle(product="alpine-linux", name="3.20", eol="2026-04-01"),
    ),
)


class Shelf:
    """A catalogue being filled."""

    def __init__(self, folder):
        self._writer = writer(folder)
        self.catalog = self._writer.catalog

    def add(self, layers, names, *packages, distro="debian 12", held=None, size=None, **more):
        one = base(layers, *(f"python:{tag}" if isinstance(tag, str) else tag for tag in names), **more)
        one = msgspec.structs.replace(one, distro=distro, size=size or one.size)
        identity, _, version = distro.partition(" ")
        own = Distro(
            id=identity, version=version, ecosystem=f"Debian:{version}" if identity == "debian" else "Alpine:v3.20"
        )
        self._writer.add(one, inventory(*packages, distro=held or own) if packages else None)
        return one

    def built(self, repository, *shared):
        self._writer.build(repository, shared)

    def approve(self, *patterns):
        for pattern in patterns:
            self._writer.approve(Approval(pattern=pattern))


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


@pytest.fixture
def full(shelf):
    """A base in use, and what it could be replaced with."""
    shelf.add("ab", ["3.12.4-bookworm", "3.12-bookworm", "3.12"], "lib=1", "curl=7", "git=2")
    shelf.add("ac", ["3.12.5-bookworm"], "lib=2", "curl=7", "git=2")
    shelf.add("ad", ["3.13.1-bookworm", "3.13-bookworm"], "lib=3", "curl=7", "git=2")
    shelf.add("ae", ["3.12.4-slim-bookworm", "3.12-slim-bookworm"], "lib=1")
    shelf.add("af", ["3.12.5-slim-bookworm", "3.12-slim"], "lib=3")
    shelf.add("ag", ["3.14.0rc1-bookworm"], "lib=3")
    shelf.add("ah", ["latest"], "lib=3")
    shelf.add("ai", ["3.9.1-slim-bookworm"], "lib=3")
    apk = msgspec.structs.replace(deb("lib", "3"), type="apk", ecosystem="Alpine:v3.20")
    shelf.add("aj", ["3.12.5-alpine3.20"], apk, distro="alpine 3.20.3")
    return shelf


def unbuilt(text="python:3.12.4-bookworm"):
    return Subject(base=text)


def built(*packages, lines="", below="ab", at="python:3.12.4-bookworm", mine=1):
    """An image with one layer upon two of a base."""
    dockerfile = parse(f"FROM {at}\n{lines}\n".encode())
    held = inventory(*packages)
    of = image(*below, *("xyz"[:mine]), name="app:1")
    layers = tuple(
        LayerOrigin(index=at, origin=Origin.BASE if at < len(below) else Origin.DOCKERFILE)
        for at in range(len(of.layers))
    )
    return Subject(
        base=at,
        image=of,
        inventory=held,
        findings=match(held, DATA).findings,
        attribution=Attribution(base=Base(name=at, layers=len(below)), layers=layers),
        dockerfile=dockerfile,
    )


def rows(found):
    return [(row.reference.removeprefix("python:"), row.group) for row in found.recommended]


def row(found, tag):
    return next(one for one in found.rows if one.is_called(tag))


def test_a_dockerfile_alone(full):
    found = recommend(unbuilt(), full.catalog, DATA, NOW)
    assert found.verdict is Verdict.BETTER
    assert found.base.reference == "python:3.12.4-bookworm"
    assert found.base.counts.total == 4
    assert rows(found) == [
        ("3.12.5-bookworm", Group.PATCH),
        ("3.13.1-bookworm", Group.MINOR),
        ("3.12.5-slim-bookworm", Group.ALTERNATIVE),
    ]
    assert all(one.prediction is None for one in found.rows)
    assert found.yours is None


def test_what_a_nearer_base_beats_is_left_out(full):
    found = recommend(unbuilt(), full.catalog, DATA, NOW)
    (against,) = row(found, "3.12.4-slim-bookworm").objections
    assert (against.code, against.reason.partition(" ")[0]) == ("beaten", "python:3.12.5-bookworm")
    asked = recommend(unbuilt(), full.catalog, DATA, NOW, Wish(include=frozenset(("beaten",))))
    assert row(asked, "3.12.4-slim-bookworm") in asked.recommended


def test_a_pull_and_a_patch_stay_beside_a_jump_that_is_better(shelf):
    shelf.add("ab", [name("python:3.12-slim", seen="2026-01-01T00:00:00+00:00")], "lib=1", "curl=7")
    shelf.add("ac", [name("python:3.12-slim", seen="2026-08-01T00:00:00+00:00"), "3.12.4-slim"], "lib=2", "curl=7")
    shelf.add("ad", ["3.13.1-slim", "3.13-slim"], "lib=3")
    shelf.add("ae", ["3.14.1-slim", "3.14-slim"], "lib=3", "git=2")
    found = recommend(built("lib=1", "curl=7", at="python:3.12-slim"), shelf.catalog, DATA, NOW)
    assert rows(found)[:2] == [("3.12-slim", Group.REBUILD), ("3.13-slim", Group.MINOR)]


def test_who_uses_slim_is_not_sent_to_the_full_image(full):
    found = recommend(unbuilt("python:3.12.4-slim-bookworm"), full.catalog, DATA, NOW)
    assert all("slim" in one.reference for one in found.recommended)
    assert {one.code for one in row(found, "3.13.1-bookworm").objections} == {"larger"}
    asked = recommend(
        unbuilt("python:3.12.4-slim-bookworm"), full.catalog, DATA, NOW, Wish(include=frozenset(("larger",)))
    )
    assert any("slim" not in one.reference for one in asked.rows if not one.objections)


def test_tags_are_as_precise_as_the_users(full):
    found = recommend(unbuilt("python:3.12"), full.catalog, DATA, NOW)
    assert rows(found)[1:3] == [("3.13-bookworm", Group.MINOR), ("3.12-slim", Group.ALTERNATIVE)]


def test_only_the_best_with_all_that_they_would_have(shelf):
    shelf.add("ab", ["3.12.0-bookworm"], "lib=1", "curl=1")
    for at in range(1, 6):
        shelf.add(f"a{at}", [f"3.12.{at}-bookworm"], "lib=3", "curl=1")
    shelf.add("az", ["3.12.0-slim-bookworm"], "lib=1", "curl=1", "git=1")
    wish = Wish(details=True, best_only=True)
    found = recommend(built("lib=1", "curl=1", at="python:3.12.0-bookworm"), shelf.catalog, DATA, NOW, wish)
    assert len(found.rows) == 3
    assert all(one.prediction.remaining and one.prediction.removed for one in found.rows)
    assert (found.verdict, found.compared) == (Verdict.BETTER, 6)


def test_the_prediction_is_of_your_image(full):
    subject = built("lib=1", "curl=7", "git=2", deb("tool", "1", layer=2), lines="RUN apt-get install tool git")
    found = recommend(subject, full.catalog, DATA, NOW, Wish(details=True))
    assert found.yours.total == 5
    slim = row(found, "3.12.5-slim-bookworm")
    assert slim.counts.total == 0
    assert slim.prediction.counts.total == 2  # git and tool, which the lines ask for
    assert (slim.prediction.removes, slim.prediction.adds) == (3, 0)
    assert {key.package for key in slim.prediction.remaining} == {"git", "tool"}
    assert {key.package for key in slim.prediction.removed} == {"lib", "curl"}
    assert slim.prediction.added == ()


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("3.14.0rc1-bookworm", "prerelease"),
        ("latest", "latest"),
        ("3.9.1-slim-bookworm", "eol"),
        ("3.12.5-alpine3.20", "eol"),
    ],
)
def test_what_is_never_recommended_unless_asked_for(full, tag, code):
    found = recommend(unbuilt(), full.catalog, DATA, NOW, Wish(everything=True))
    one = row(found, tag)
    assert code in {objection.code for objection in one.objections}
    assert one not in found.recommended
    asked = recommend(unbuilt(), full.catalog, DATA, NOW, Wish(include=frozenset((code, "older"))))
    assert any(one.is_called(tag) for one in asked.rows)


def test_alpine_is_warned_of(full):
    found = recommend(unbuilt(), full.catalog, DATA, NOW, Wish(everything=True))
    alpine = row(found, "3.12.5-alpine3.20")
    assert any("musl" in warning for warning in alpine.warnings)
    assert not alpine.judged  # there are no data of Alpine here, so that it looks clean must not count
    assert not alpine.better


def test_a_newer_image_of_the_same_tag(shelf):
    shelf.add("ab", [name("python:3.12-slim", seen="2026-01-01T00:00:00+00:00")], "lib=1")
    newer = shelf.add("ac", [name("python:3.12-slim", seen="2026-08-01T00:00:00+00:00"), "3.12.4-slim"], "lib=2")
    found = recommend(built("lib=1", at="python:3.12-slim"), shelf.catalog, DATA, NOW)
    assert rows(found) == [("3.12-slim", Group.REBUILD)]
    assert found.rows[0].key == newer.key
    assert found.rows[0].prediction.removes == 1


def test_an_image_upon_an_earlier_image_of_the_tag_that_the_catalog_never_had(shelf):
    shelf.add("ac", ["3.12-slim", "3.12.4-slim"], "lib=2")
    subject = built(deb("lib", "1", layer=0), deb("tool", "1", layer=2), below="qr", at="python:3.12-slim")
    found = recommend(subject, shelf.catalog, DATA, NOW)
    assert "another one" in found.how
    assert rows(found) == [("3.12-slim", Group.REBUILD)]
    assert (found.rows[0].prediction.removes, found.rows[0].prediction.adds) == (1, 0)
    assert any("very image" in gap for gap in found.rows[0].prediction.gaps)


def test_the_best_is_said_to_be(shelf):
    shelf.add("ab", ["3.12.4-slim"], "lib=3")
    shelf.add("ac", ["3.12.4"], "lib=3", "curl=1")
    found = recommend(unbuilt("python:3.12.4-slim"), shelf.catalog, DATA, NOW)
    assert (found.verdict, found.compared, found.recommended) == (Verdict.BEST, 1, ())


def python(minor, eol):
    return Cycle(product="python", name=f"3.{minor}", eol=eol)


def test_a_newer_image_of_a_dead_line_is_better_and_marked(shelf):
    shelf.add("ab", ["3.9.1-bookworm"], "lib=1")
    shelf.add("ac", ["3.9.2-bookworm"], "lib=3")
    shelf.add("ad", ["3.8.9-slim-bookworm"], "lib=3")
    data = Data(*DATA._advisories, covers=("Debian:12",), cycles=(python(9, "2025-10-31"), python(8, "2024-10-07")))
    found = recommend(unbuilt("python:3.9.1-bookworm"), shelf.catalog, data, NOW, Wish(everything=True))
    assert rows(found) == [("3.9.2-bookworm", Group.PATCH)]
    assert found.recommended[0].warnings == ("Python 3.9 is no longer maintained since 2025-10-31",)
    assert "eol" in {one.code for one in row(found, "3.8.9-slim-bookworm").objections}
    best = recommend(unbuilt("python:3.9.2-bookworm"), shelf.catalog, data, NOW)
    assert best.verdict is Verdict.UNKNOWN
    assert "most secure" not in render(best).decode()
    assert any(gap.reason.startswith("Python 3.9 is no longer maintained since 2025-10-31") for gap in best.gaps)


@pytest.mark.parametrize("data", [DATA, Data(cycles=(python(8, "2024-10-07"),), covers=())])
def test_the_end_of_life_of_a_base_that_is_not_there_is_told(full, data):
    found = recommend(unbuilt("python:3.8" if data is not DATA else "python:3.9-slim"), full.catalog, data, NOW)
    assert found.base is None
    assert [gap.reason[:36] for gap in found.gaps[1:]] in (
        ["Python 3.8 is no longer maintained s"],
        ["Python 3.9 is no longer maintained s"],
    )


def test_without_any_data_nothing_is_judged(shelf):
    shelf.add("ab", ["3.12.4"], "lib=1")
    shelf.add("ac", ["3.12.5"], "lib=3")
    subject = built("lib=1", at="python:3.12.4")
    found = recommend(subject, shelf.catalog, Data(covers=()), NOW)
    assert (found.verdict, found.base.judged, found.compared) == (Verdict.UNKNOWN, False, 0)
    assert any("could not be judged" in gap.reason for gap in found.gaps)


def from_line(text, **arguments):
    dockerfile = parse(f"{text}\nRUN x\n".encode())
    return Subject(base=base_image(dockerfile, build_args=arguments), dockerfile=dockerfile, build_args=arguments)


@pytest.mark.parametrize("text", ["FROM scratch", "ARG X=scratch\nFROM $X", "FROM scratch AS a\nFROM a"])
def test_scratch_is_known_and_no_base(full, text):
    found = recommend(from_line(text), full.catalog, DATA, NOW)
    assert (found.base, found.gaps) == (None, ())
    assert found.how == "built FROM scratch: there is no base to better"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ARG X\nFROM $X", "FROM names a variable without a value: --build-arg X=…"),
        ("ARG X\nARG Y\nFROM $X:$Y AS a\nFROM a", "FROM names a variable without a value: --build-arg X=… --build-arg Y=…"),
        ("ARG X=\nFROM $X", "FROM cannot be known: the name of the base image is empty"),
    ],
)  # fmt: skip
def test_a_variable_in_from_without_a_value(full, text, reason):
    found = recommend(from_line(text), full.catalog, DATA, NOW)
    assert [gap.reason for gap in found.gaps] == [reason]
    assert recommend(from_line(text, X="python:3.12.4-bookworm", Y="1"), full.catalog, DATA, NOW).gaps[:1] != found.gaps


@pytest.mark.parametrize("wanted", ["python:3.8", "ruby:3", "", "::", "python@sha256:" + "0" * 64])
def test_a_base_that_is_not_there_is_a_gap_and_no_good_news(full, wanted):
    found = recommend(unbuilt(wanted), full.catalog, DATA, NOW)
    assert (found.verdict, found.base) == (Verdict.UNKNOWN, None)
    assert len(found.gaps) == 1


def test_a_base_named_by_its_digest(full):
    one = full.catalog.named("docker.io/library/python", "3.12.4-bookworm", image("a").platform)[0]
    found = recommend(unbuilt(f"python@{one.image.manifest_digest}"), full.catalog, DATA, NOW)
    assert found.base.key == one.key
    assert found.verdict is Verdict.BETTER


def test_a_digest_that_is_not_there_is_advised_by_its_tag(full):
    found = recommend(unbuilt("python:3.12.4-bookworm@sha256:" + "0" * 64), full.catalog, DATA, NOW)
    assert found.base.reference == "python:3.12.4-bookworm"
    assert "does not have its digest" in found.how
    assert rows(found)[0] == ("3.12.5-bookworm", Group.PATCH)


def test_a_from_that_was_edited_is_not_undone(full):
    subject = built("lib=1", "curl=7", "git=2")
    edited = Base(name="python:3.12.4-bookworm", layers=2, stated="python:3.13-slim", edited=True)
    subject = dataclasses.replace(subject, attribution=msgspec.structs.replace(subject.attribution, base=edited))
    found = recommend(subject, full.catalog, DATA, NOW)
    assert (found.verdict, found.rows) == (Verdict.UNKNOWN, ())
    assert found.base.counts.total == 4
    assert any("your Dockerfile now says FROM python:3.13-slim: rebuild first" in gap.reason for gap in found.gaps)
    nameless = msgspec.structs.replace(subject.attribution, base=msgspec.structs.replace(edited, name=""))
    of = image("q", "r", "s", name="app:1")
    found = recommend(dataclasses.replace(subject, base="", image=of, attribution=nameless), full.catalog, DATA, NOW)
    assert [gap.reason[:51] for gap in found.gaps] == ["your Dockerfile now says FROM python:3.13-slim: reb"]


def test_a_base_without_known_packages_cannot_be_judged(shelf):
    shelf.add("ab", ["3.12.4"])
    shelf.add("ac", ["3.12.5"], "lib=3")
    found = recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW)
    assert found.verdict is Verdict.UNKNOWN
    assert found.base.counts is None
    assert found.gaps


def test_candidates_without_data_are_told_of(shelf):
    shelf.add("ab", ["3.12.4"], "lib=1")
    shelf.add("ac", ["3.12.5"], "lib=1", held=Distro(id="debian", version="99", ecosystem="Debian:99"))
    held = inventory("lib=1").packages[0]
    shelf.add("ad", ["3.12.6"], msgspec.structs.replace(held, ecosystem="Debian:99"))
    for wish in (Wish(), Wish(best_only=True)):
        found = recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW, wish)
        assert found.recommended == ()
        assert any("could not be judged" in gap.reason for gap in found.gaps)


def test_who_could_compare_with_nothing_is_not_told_that_it_is_the_best(shelf):
    shelf.add("ab", ["3.12.4"], "lib=1")
    shelf.add("ac", ["3.12.5"])
    assert recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW).verdict is Verdict.UNKNOWN
    shelf.add("ad", ["3.12.6"], "lib=1")
    found = recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW)
    assert (found.verdict, len(found.gaps)) == (Verdict.BEST, 1)


def test_what_is_not_wholly_known_is_not_better(shelf):
    shelf.add("ab", ["3.12.4"], "lib=1")
    partly = msgspec.structs.replace(
        inventory("lib=3"), gaps=(Gap(stage="bases", subject="x", reason="a list of names"),)
    )
    shelf._writer.add(msgspec.structs.replace(base("ac", "python:3.12.5"), distro="debian 12"), partly)
    found = recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW)
    assert found.recommended == ()
    assert [(one.code, one.reason) for one in found.rows[0].objections] == [("incomplete", "a list of names")]
    asked = recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW, Wish(include=frozenset(("incomplete",))))
    assert [one.warnings for one in asked.recommended] == [("a list of names",)]


def test_another_release_leaves_your_packages_unknown(shelf):
    shelf.add("ab", ["3.12.4-bookworm"], "lib=1", "curl=7")
    shelf.add(
        "ac", ["3.12.4-trixie"], msgspec.structs.replace(deb("lib", "3"), ecosystem="Debian:13"), distro="debian 13"
    )
    found = recommend(built("lib=1", "curl=7", deb("tool", "1", layer=2)), shelf.catalog, DATA, NOW)
    one = row(found, "3.12.4-trixie")
    assert one.group is Group.ALTERNATIVE
    assert one.prediction.unknown == ("tool",)
    assert one.better  # the base itself has fewer


def test_issues_of_unknown_packages_do_not_count_as_gone(shelf):
    shelf.add("ab", ["3.12.4-bookworm"], "lib=1", "curl=7")
    new = msgspec.structs.replace(deb("lib", "3"), ecosystem="Debian:13")
    shelf.add("ac", ["3.12.4-trixie"], new, distro="debian 13")
    tool = deb("tool", "1", layer=2, requires=(("git",), ("curl",)))
    subject = built("lib=1", "curl=7", tool, deb("git", "2", layer=2, automatic=True))
    found = recommend(subject, shelf.catalog, DATA, NOW, Wish(detail="3.12.4-trixie"))
    one = row(found, "3.12.4-trixie")
    assert (found.yours.total, one.prediction.unknown) == (5, ("tool",))
    assert one.prediction.removes == 2  # of lib; tool, git that it brought, and curl that it needs may all be there
    assert {key.package for key in one.prediction.removed} == {"lib"}
    said = list(why(one, found.yours))
    assert said[0] == "Your image would have at least 0 issues; today it is 5."
    assert not any(
        "→" in text and text.endswith(".") and text.split(":")[0] in {"High", "Low", "Medium"} for text in said
    )


def test_one_issue_is_one_issue(full):
    found = recommend(built("lib=2", at="python:3.12.4-bookworm"), full.catalog, DATA, NOW)
    one = msgspec.structs.replace(found.rows[0], prediction=Prediction(counts=Counts(high=1)))
    assert "Your image would have 1 issue; today it is 1." in list(why(one, found.yours))
    assert "Your image:        1 issue (" in render(found).decode()


def test_an_index_makes_another_release_known(shelf):
    shelf.add("ab", ["3.12.4-bookworm"], "lib=1")
    shelf.add(
        "ac", ["3.12.4-trixie"], msgspec.structs.replace(deb("lib", "3"), ecosystem="Debian:13"), distro="debian 13"
    )
    subject = built("lib=1", deb("tool", "1", layer=2), lines="RUN apt-get install tool")
    index = {"tool": msgspec.structs.replace(deb("tool", "9"), ecosystem="Debian:13")}
    found = recommend(subject, shelf.catalog, DATA, NOW, Wish(detail="3.12.4-trixie"), indexes=lambda _base: index)
    one = row(found, "3.12.4-trixie")
    assert one.prediction.unknown == ()
    assert one.prediction.counts.total == 0


def test_indexes_are_asked_for_one_release_after_the_other(shelf):
    shelf.add("ab", ["3.12.4-bookworm"], "lib=1")
    for at in range(1, 7):
        held = msgspec.structs.replace(deb("lib", "3"), ecosystem=f"Debian:{12 + at % 2}")
        shelf.add(
            f"a{at}", [f"3.12.{4 + at}-{'trixie' if at % 2 else 'bookworm'}"], held, distro=f"debian {12 + at % 2}"
        )
    asked = []
    subject = built("lib=1", deb("tool", "1", layer=2), lines="RUN apt-get install tool")
    recommend(subject, shelf.catalog, DATA, NOW, indexes=lambda base: asked.append(base.distro.version))
    assert asked == ["12"] * 3 + ["13"] * 3


def test_without_packages_of_the_system_no_index_is_asked_for(full):
    def refuse(_base):
        raise AssertionError

    recommend(built("lib=1", "curl=7", "git=2"), full.catalog, DATA, NOW, indexes=refuse)


def test_approved_bases_come_first(full):
    full.approve("python:3.12.4-slim*")
    found = recommend(unbuilt(), full.catalog, DATA, NOW)
    assert found.base.approved is False
    alternatives = [one for one in found.recommended if one.group is Group.ALTERNATIVE]
    assert [one.approved for one in alternatives] == [True, False]
    only = recommend(unbuilt(), full.catalog, DATA, NOW, Wish(approved_only=True))
    assert rows(only) == [("3.12.4-slim-bookworm", Group.ALTERNATIVE)]
    assert NOT_APPROVED in only.base.warnings


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize(
    ("patterns", "reason"),
    [
        ((), "nothing is approved, so no base may be recommended; garboard catalog approve"),
        (("ruby:*",), "no other approved base of its kind is in the catalog"),
        (("python:3.12.4-bookworm",), "no other approved base of its kind is in the catalog"),
        (
            ("python:latest", "python:3.14*"),
            "no approved base may be recommended (latest, prerelease): --all tells why",
        ),
    ],
)
def test_who_compares_with_nothing_is_not_told_that_it_is_the_best(full, patterns, reason, everything):
    full.approve(*patterns)
    wish = Wish(approved_only=True, everything=everything)
    found = recommend(unbuilt(), full.catalog, DATA, NOW, wish)
    assert found.verdict is Verdict.UNKNOWN
    assert reason in [gap.reason for gap in found.gaps]


def test_an_approval_that_is_over_approves_nothing(full):
    full._writer.approve(Approval(pattern="python:*", until="2026-08-31"))
    found = recommend(unbuilt(), full.catalog, DATA, NOW, Wish(approved_only=True))
    assert found.verdict is Verdict.UNKNOWN
    assert NOT_APPROVED in found.base.warnings
    assert any("nothing is approved" in gap.reason for gap in found.gaps)


def test_the_best_of_the_approved(full):
    full.approve("python:3.13.1-bookworm", "python:3.12*bookworm")
    found = recommend(unbuilt("python:3.13.1-bookworm"), full.catalog, DATA, NOW, Wish(approved_only=True))
    assert found.verdict is Verdict.UNKNOWN  # all others are older
    assert NOT_APPROVED not in found.base.warnings
    found = recommend(unbuilt("python:3.12.5-slim-bookworm"), full.catalog, DATA, NOW, Wish(approved_only=True))
    assert found.verdict is Verdict.BEST


def test_what_could_not_be_compared_is_told_beside_a_better_one(full):
    full.add("ak", ["3.12.6-bookworm"])
    partly = msgspec.structs.replace(inventory("lib=3"), gaps=(Gap(stage="bases", subject="x", reason="names"),))
    full._writer.add(msgspec.structs.replace(base("al", "python:3.12.7-bookworm"), distro="debian 12"), partly)
    found = recommend(unbuilt(), full.catalog, DATA, NOW)
    assert found.verdict is Verdict.BETTER
    reasons = [gap.reason for gap in found.gaps if gap.subject == "other bases"]
    assert "1 bases could not be judged: their packages or data of them are missing" in reasons
    assert "1 bases could not be compared: not all of their packages are known (--all)" in reasons


def test_without_a_list_nothing_is_said_of_approval(full):
    assert recommend(unbuilt(), full.catalog, DATA, NOW).base.approved is None


def test_what_the_maintainers_no_longer_build_is_not_recommended(shelf):
    shelf.add("ab", ["3.12.4"], "lib=1")
    shelf.add("ac", ["3.12.5"], "lib=3")
    shelf.built("docker.io/library/python", ("3.12.4", "3.12"))
    found = recommend(unbuilt("python:3.12.4"), shelf.catalog, DATA, NOW, Wish(everything=True))
    assert "unsupported" in {one.code for one in row(found, "3.12.5").objections}


def test_node_and_its_odd_lines(shelf):
    for layers, tag, version in (("ab", "22.1.0", "1"), ("ac", "23.1.0", "3"), ("ad", "24.1.0", "3")):
        shelf.add(layers, [name(f"node:{tag}")], f"lib={version}")
    found = recommend(unbuilt("node:22.1.0"), shelf.catalog, DATA, NOW, Wish(everything=True))
    assert [one.reference for one in found.recommended] == ["node:24.1.0"]
    assert found.recommended[0].group is Group.MAJOR
    assert any("major version of Node.js" in one for one in found.recommended[0].warnings)
    assert [one.code for one in row(found, "23.1.0").objections] == ["short-lived"]


def test_distroless_is_an_alternative(shelf):
    shelf.add("ab", ["3.11.2-bookworm"], "lib=1", "bash=1", "apt=1")
    shelf.add("ac", [name("gcr.io/distroless/python3-debian12:nonroot")], "lib=2")
    found = recommend(unbuilt("python:3.11.2-bookworm"), shelf.catalog, DATA, NOW)
    (one,) = found.recommended
    assert one.group is Group.ALTERNATIVE
    assert [text.partition(":")[0] for text in one.warnings] == [
        "2 of 3 packages fewer",
        "no shell",
        "no package manager",
    ]


def test_another_flavor_is_warned_of(full):
    found = recommend(unbuilt(), full.catalog, DATA, NOW)
    assert row(found, "3.12.5-slim-bookworm").warnings == ("another flavour: slim, 2 of 3 packages fewer",)
    assert row(found, "3.12.5-bookworm").warnings == ()
    back = recommend(unbuilt("python:3.12.4-slim-bookworm"), full.catalog, DATA, NOW, Wish(everything=True))
    assert row(back, "3.12.5-bookworm").warnings == ("another flavour: without slim",)


STAGES = """\
FROM python:3.12.4 AS build
RUN python3 -m venv /opt/venv
FROM golang:1.23 AS tool
RUN go build
FROM python:3.12.4 AS unused
RUN true
FROM python:3.12.4-bookworm
COPY --from=build /opt/venv /opt/venv
COPY --from=tool /tool /usr/bin/
"""


def test_every_from_that_must_move_together_is_named(full):
    subject = Subject(base="python:3.12.4-bookworm", dockerfile=parse(STAGES.encode()))
    found = recommend(subject, full.catalog, DATA, NOW)
    said = (
        "line 1 (FROM python:3.12.4 AS build) must move with it: what is copied from there is made for its own Python"
    )
    assert said in row(found, "3.13.1-bookworm").warnings
    assert not any("must move" in one for one in row(found, "3.12.5-bookworm").warnings)
    assert sum("must move" in one for one in row(found, "3.13.1-bookworm").warnings) == 1


def test_a_base_upon_which_the_build_would_stop_is_told_of_before(full):
    lines = "FROM python:3.12.4-bookworm\nRUN apt-get purge -y curl\n"
    subject = Subject(base="python:3.12.4-bookworm", dockerfile=parse(lines.encode()))
    found = recommend(subject, full.catalog, DATA, NOW)
    slim = row(found, "3.12.5-slim-bookworm")
    assert any(one.startswith("`apt-get purge -y curl` stops the build: curl is not there") for one in slim.warnings)
    assert not any("stops the build" in one for one in row(found, "3.12.5-bookworm").warnings)


def test_debian_is_its_own_version(shelf):
    for layers, tags, version in (("ab", ["12.5", "bookworm-20240904"], "1"), ("ac", ["12.6", "bookworm"], "2")):
        shelf.add(layers, [name(f"debian:{tag}") for tag in tags], f"lib={version}")
    newest = msgspec.structs.replace(deb("lib", "9"), ecosystem="Debian:13")
    shelf.add("ad", [name("debian:13.1"), name("debian:trixie")], newest, distro="debian 13")
    found = recommend(unbuilt("debian:12.5"), shelf.catalog, DATA, NOW)
    assert [(one.reference, one.group) for one in found.recommended] == [
        ("debian:12.6", Group.MINOR),
        ("debian:13.1", Group.MAJOR),
    ]


def test_the_order_does_not_depend_on_how_the_catalog_was_filled(tmp_path):
    entries = [(f"a{at}", [f"3.12.{at}-bookworm"], f"lib={1 + at % 3}") for at in range(9)]
    found = []
    for at, order in enumerate((entries, entries[::-1])):
        (tmp_path / str(at)).mkdir()
        shelf = Shelf(tmp_path / str(at))
        for layers, tags, *packages in order:
            shelf.add(layers, tags, *packages)
        found.append(recommend(unbuilt("python:3.12.0-bookworm"), shelf.catalog, DATA, NOW))
    assert found[0] == found[1]


def test_language_packages_of_yours_are_counted(full):
    data = Data(advisory("flask", ecosystem="PyPI", identifier="CVE-9", scheme="pep440"), covers=("Debian:12", "PyPI"))
    held = inventory("lib=1", "curl=7", "git=2", module("flask", "3.0", layer=2))
    subject = built("lib=1", "curl=7", "git=2", module("flask", "3.0", layer=2))
    subject = Subject(**{**{f: getattr(subject, f) for f in subject.__slots__}, "findings": match(held, data).findings})
    found = recommend(subject, full.catalog, data, NOW, Wish(everything=True))
    assert all(one.prediction.counts.total == 1 for one in found.rows if one.prediction and one.counts)
