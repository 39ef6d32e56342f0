import datetime as dt

import msgspec
import pytest

from garboard.image.options import Options
from garboard.model.advisory import Status
from garboard.model.attribution import Attribution, Base, Certainty, Introduction, LayerOrigin, Origin, Place
from garboard.model.errors import ImageError
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Digest, Image, Layer
from garboard.model.mirror import MirrorRepository, Moved, Offer, Offers, Outcome, UpgradeState
from garboard.model.package import Inventory, Package
from garboard.model.report import Report
from garboard.workflows import rebuild as rebuilding
from garboard.workflows.rebuild import NewerBase, newer_base, rebuild

PLACE = Place(file="Dockerfile", line=12)
BASE = Introduction(origin=Origin.BASE, layer=0)
MIRRORS = (MirrorRepository(url="http://deb.example/", name="stable main"),)


def ours(command="apt-get install -y curl git", asked_for="", **more):
    return Introduction(
        origin=Origin.DOCKERFILE, layer=1, instruction=f"RUN {command}", command=command, asked_for=asked_for,
        place=PLACE, **more,
    )  # fmt: skip


def finding(introduced, name="curl", *, fixed="1-2", kind="deb", source="", status=Status.FIXED):
    package = Package(
        type=kind, name=name, version="1-1", scheme={"pypi": "pep440", "npm": "semver"}.get(kind, kind), arch="amd64",
        purl=f"pkg:{kind}/{name}@1-1", source_name=source,
    )  # fmt: skip
    vulnerability = Vulnerability(id=f"CVE-2026-{name}")
    return Finding(vulnerability=vulnerability, package=package, fixed_in=fixed, introduced=introduced, status=status)


def report(*findings, instructions=("RUN apt-get install -y git",), packages=(), base=None):
    layers = (
        LayerOrigin(index=0, origin=Origin.BASE),
        *(
            LayerOrigin(index=at, origin=Origin.DOCKERFILE, instruction=text, place=PLACE)
            for at, text in enumerate(instructions, 1)
        ),
    )
    known = base or Base(name="debian:12", layers=1, how=Certainty.EXACT)
    return Report(
        created=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC),
        image=Image(name="app", source="docker", layers=tuple(Layer(diff_id=Digest(f"sha256:{at}")) for at in "01")),
        inventory=Inventory(packages=(*(one.package for one in findings), *packages)),
        findings=findings,
        judged=1,
        attribution=Attribution(base=known, layers=layers),
    )


def offer(name="curl", version="1-2", standing=UpgradeState.UPGRADE, **more):
    return Offer(
        type="deb", name=name, arch="amd64", installed="1-1", version=version, source_version=version,
        standing=standing, **more,
    )  # fmt: skip


def judged(one, *offers, newer=None, **more):
    found = Offers(offers=offers, repositories=MIRRORS)
    (prospect,) = rebuild(report(one, **more), found, newer or NewerBase()).prospects
    return prospect


def test_a_package_of_an_unpinned_line():
    one = judged(finding(ours()), offer())
    assert (one.outcome, one.version, one.place) == (Outcome.PUBLISHED, "1-2", PLACE)


def test_a_pin_on_the_line():
    one = judged(finding(ours("apt-get install -y curl=1-1 git")), offer())
    assert (one.outcome, one.place) == (Outcome.HELD, PLACE)
    assert "names the version" in one.reason


def test_a_package_that_comes_with_a_pinned_one():
    who = ours("apt-get install -y curl=1-1", asked_for="curl")
    curl = finding(None, "curl").package
    library = finding(who, "libcurl4", source="curl")
    assert judged(library, offer("libcurl4"), packages=(curl,)).outcome is Outcome.HELD
    other = finding(who, "libssh2-1", source="libssh2")
    assert judged(other, offer("libssh2-1"), packages=(curl,)).outcome is Outcome.PUBLISHED


@pytest.mark.parametrize("standing", [UpgradeState.HELD, UpgradeState.PINNED, UpgradeState.KEPT_BACK])
def test_what_the_package_manager_keeps(standing):
    one = judged(finding(ours()), offer(standing=standing, reason="why"))
    assert (one.outcome, one.reason) == (Outcome.HELD, "why")


@pytest.mark.parametrize(("names", "place"), [("git \\\\\n curl", PLACE), ("git", None)])
def test_where_a_line_holds_it(names, place):
    held = offer(standing=UpgradeState.HELD, reason="dpkg is told to hold it")
    assert judged(finding(BASE), held, instructions=(f"RUN apt-mark hold {names}",)).place == place


@pytest.mark.parametrize(
    ("instructions", "outcome"),
    [
        (("RUN apt-get install curl", "RUN apt-mark hold curl"), Outcome.PUBLISHED),
        (("RUN apt-get install curl && apt-mark hold curl",), Outcome.PUBLISHED),
        (("RUN apt-mark hold curl && apt-get install git",), Outcome.HELD),
    ],
)
def test_a_hold_counts_only_for_what_is_installed_later(instructions, outcome):
    held = Offers(offers=(offer(standing=UpgradeState.HELD, reason="dpkg is told to hold it"),), repositories=MIRRORS)
    asked = []

    def released(names):
        asked.append(names)
        return Offers(offers=(offer(),), repositories=MIRRORS)

    one = report(finding(ours()), finding(ours()), finding(BASE), instructions=instructions)
    first, second, third = rebuild(one, held, NewerBase(), (), released).prospects
    assert first.outcome is second.outcome is outcome
    assert third.outcome is Outcome.HELD
    assert asked == ([frozenset({"curl"})] if outcome is Outcome.PUBLISHED else [])


@pytest.mark.parametrize(
    ("instruction", "outcome"),
    [
        ("RUN apt-get update && apt-get upgrade -y", Outcome.PUBLISHED),
        ("RUN apt-get -y dist-upgrade", Outcome.PUBLISHED),
        ("RUN apt-get install -y curl", Outcome.PUBLISHED),
        ("RUN apt-get install -y --only-upgrade git", Outcome.BASE_BEHIND),
        ("RUN apt-get update && apt-get install -y git", Outcome.BASE_BEHIND),
        ("RUN pip install --upgrade pip", Outcome.BASE_BEHIND),
    ],
)
def test_the_bases_packages_need_an_upgrade(instruction, outcome):
    assert judged(finding(BASE), offer(), instructions=(instruction,)).outcome is outcome


def test_each_instruction_is_read_once_whatever_the_number_of_findings(monkeypatch):
    read = []
    monkeypatch.setattr(rebuilding, "doings", lambda text: read.append(text) or ())
    findings = [finding(BASE, f"p{at}") for at in range(20)]
    found = Offers(offers=tuple(offer(f"p{at}") for at in range(20)), repositories=MIRRORS)
    assert len(rebuild(report(*findings, instructions=("RUN a", "RUN b")), found, NewerBase()).prospects) == 20
    assert read == ["RUN a", "RUN b"]


def test_a_long_instruction_is_read_to_its_end_and_quoted_in_part():
    one = judged(finding(ours("apt " * 500_000)), offer(), instructions=("apt " * 500_000,))
    assert one.outcome is Outcome.PUBLISHED
    assert len(one.reason) < 2000
    assert judged(finding(BASE), offer(), instructions=("apt " * 500_000,)).outcome is Outcome.BASE_BEHIND


def test_nobodys_packages():
    one = judged(finding(None), offer())
    assert one.outcome is Outcome.BASE_BEHIND
    assert "whose it is, is not known" in one.reason


def test_without_a_fix():
    one = judged(finding(BASE, fixed="", status=Status.WILL_NOT_FIX), offer())
    assert (one.outcome, one.reason) == (Outcome.NO_FIX, "the distribution will not fix it")


def test_a_fix_that_the_mirrors_do_not_have():
    one = judged(finding(ours(), fixed="1-3"), offer())
    assert one.outcome is Outcome.UNPUBLISHED
    assert "the mirrors have 1-2, and the fix is in 1-3" in one.reason


@pytest.mark.parametrize("offers", [(), (offer(standing=UpgradeState.ABSENT),)])
def test_a_package_that_no_mirror_has(offers):
    one = judged(finding(ours()), *offers)
    assert one.outcome is Outcome.UNKNOWN


def test_versions_that_cannot_be_compared():
    assert judged(finding(ours(), fixed="not a version"), offer()).outcome is Outcome.UNKNOWN


def test_a_copied_package():
    one = judged(finding(ours("COPY --from=build / /", copied_from="build")), offer())
    assert one.outcome is Outcome.UNKNOWN
    assert "copied from build" in one.reason


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("pip install jinja2==3.0", Outcome.HELD),
        ("pip install jinja2", Outcome.UNKNOWN),
        ("pip install jinja2-cli==3.0", Outcome.UNKNOWN),
    ],
)
def test_language_packages(command, outcome):
    one = judged(finding(ours(command), "jinja2", kind="pypi", fixed="3.1"))
    assert one.outcome is outcome


def test_every_unknown_outcome_is_a_gap():
    findings = (finding(ours()), finding(ours(), "git"))
    result = rebuild(report(*findings), Offers(repositories=MIRRORS), NewerBase())
    assert [gap.subject for gap in result.gaps] == ["2 findings"]
    assert result.outcomes == {(one.vulnerability.id, one.package.id): Outcome.UNKNOWN for one in findings}


class Nothing:
    """A database that covers Debian and knows nothing, or only what it is given."""

    def __init__(self, *ecosystems):
        self._ecosystems = ecosystems

    def names(self, ecosystem):
        return ()

    def covers(self, ecosystem):
        return ecosystem in self._ecosystems

    def hits(self, ecosystem, package):
        return ()

    def facts(self, cves):
        return {}

    def begin(self):
        pass

    def used(self):
        return ()


def newer(layers=("sha256:9",), ecosystem="Debian:12"):
    of = Image(
        name="debian:12", source="registry", manifest_digest="sha256:new",
        layers=tuple(Layer(diff_id=Digest(one)) for one in layers),
    )  # fmt: skip
    package = Package(
        type="deb", name="curl", version="1-2", scheme="deb", purl="pkg:deb/debian/curl@1-2", ecosystem=ecosystem
    )
    return of, Inventory(packages=(package,))


def looked_up(monkeypatch, image, one, database=None, **more):
    def configuration(reference, options):
        if isinstance(image[0], Exception):
            raise image[0]
        assert reference == more.get("instead", "registry:debian:12")
        return image[0]

    monkeypatch.setattr(rebuilding.images, "configuration", configuration)
    database = database or Nothing("Debian:12")
    return newer_base(one, database, Options(), lambda reference: image, **more)


def test_a_tag_that_has_moved(monkeypatch):
    one = report(finding(BASE))
    found = looked_up(monkeypatch, newer(), one)
    assert found.moved == Moved(name="debian:12", moved=True, digest="sha256:new")
    assert judged(finding(BASE), offer(), newer=found).outcome is Outcome.PULL
    assert judged(finding(ours()), offer(), newer=found).outcome is Outcome.PUBLISHED


def test_a_moved_tag_that_still_has_the_issue():
    found = NewerBase(Moved(name="debian:12", moved=True), frozenset({("CVE-2026-curl", "deb", "curl")}))
    assert judged(finding(BASE), offer(), newer=found).outcome is Outcome.BASE_BEHIND


def test_a_base_that_is_named_by_its_digest():
    found = NewerBase(Moved(name="debian:12", moved=True), frozenset(), pinned=Place(file="Dockerfile", line=1))
    one = judged(finding(BASE), offer(), newer=found)
    assert (one.outcome, one.place.line) == (Outcome.HELD, 1)


def test_a_tag_that_has_not_moved(monkeypatch):
    found = looked_up(monkeypatch, newer(layers=("sha256:0",)), report(finding(BASE)))
    assert found.moved.moved is False
    assert judged(finding(BASE), offer(), newer=found).outcome is Outcome.BASE_BEHIND


def test_what_cannot_be_looked_up_is_a_gap(monkeypatch):
    found = looked_up(monkeypatch, (ImageError("no such image"), None), report(finding(BASE)))
    assert found.moved.moved is None
    assert "no such image" in found.gaps[0].reason


def test_a_newer_base_without_data_is_a_gap(monkeypatch):
    found = looked_up(monkeypatch, newer(ecosystem="Debian:14"), report(finding(BASE)))
    assert found.moved.moved
    assert "there are no data of Debian:14" in found.gaps[0].reason
    assert judged(finding(BASE), offer(), newer=found).outcome is Outcome.BASE_BEHIND


def test_a_base_without_a_name_is_a_gap():
    found = newer_base(report(base=Base(layers=1)), Nothing(), Options(), lambda _: None)
    assert "its name is not known" in found.gaps[0].reason


def test_another_place_for_the_newer_base(monkeypatch):
    found = looked_up(monkeypatch, newer(), report(finding(BASE)), instead="oci-dir:new")
    assert found.moved.moved


def test_findings_are_never_lost():
    findings = tuple(finding(who, name) for name in ("curl", "git") for who in (BASE, ours(), None))
    result = rebuild(report(*findings), Offers(offers=(offer(),), repositories=MIRRORS), NewerBase())
    assert tuple(one.finding for one in result.prospects) == findings
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(result), type=type(result)) == result
