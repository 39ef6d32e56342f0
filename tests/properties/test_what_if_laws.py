"""What-if of nothing is the image itself; of two changes it is one after the other; and it is the scan of what it says."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

import msgspec
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from garboard.image.options import Options
from garboard.model.advisory import Advisory, Affected, CveFacts, FeedState, Hit, Range, Rating
from garboard.model.errors import UsageError
from garboard.model.finding import Finding
from garboard.model.image import FileHistory, Files, FileVersion, Image
from garboard.model.package import Distro, Inventory, Package
from garboard.model.what_if import WantedChanges
from garboard.packages.assemble import assemble, complete
from garboard.packages.other_versions import restated
from garboard.whatif.dropped import dropped
from garboard.whatif.lines import without
from garboard.whatif.raised import raised
from garboard.workflows.judge import judge
from garboard.workflows.scan import Taken, analyze
from garboard.workflows.what_if import Means, what_if

NOW = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
DEBIAN = Distro(id="debian", version="12", ecosystem="Debian:12")
NAMES = tuple("abcdefgh")
names = st.sampled_from(NAMES)


@dataclasses.dataclass(frozen=True)
class Data:
    """A database of a few advisories."""

    advisories: tuple[Advisory, ...]

    def covers(self, ecosystem: str) -> bool:
        return bool(ecosystem)

    def hits(self, ecosystem: str, package: str) -> Iterable[Hit]:
        for one in self.advisories:
            for affected in one.affected:
                if (affected.ecosystem, affected.package) == (ecosystem, package):
                    yield Hit(advisory=msgspec.structs.replace(one, affected=()), affected=affected)

    def names(self, ecosystem: str) -> Iterable[str]:
        return {each.package for one in self.advisories for each in one.affected if each.ecosystem == ecosystem}

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        return {}

    def begin(self) -> None:
        pass

    def used(self) -> tuple[FeedState, ...]:
        return ()


@st.composite
def inventories(draw) -> Inventory:
    found = []
    for name in sorted(draw(st.sets(names, min_size=2))):
        kind = draw(st.sampled_from(["deb", "deb", "pypi"]))
        needs = draw(st.sets(names, max_size=2)) - {name}
        found.append(
            Package(
                type=kind,
                name=name,
                version=draw(st.sampled_from(["1", "2"])),
                scheme="deb" if kind == "deb" else "pep440",
                arch="amd64" if kind == "deb" else "",
                source_name=draw(st.sampled_from(["", "", "source"])) if kind == "deb" else "",
                layer=draw(st.sampled_from([0, 1, 2])),
                automatic=draw(st.sampled_from([None, True, False])),
                essential=draw(st.sampled_from([False, False, False, True])),
                requires=tuple((one,) for one in sorted(needs)),
            )
        )
    return Inventory(packages=complete(found, DEBIAN), distro=DEBIAN)


@st.composite
def databases(draw) -> Data:
    found = []
    for number, name in enumerate(draw(st.lists(st.sampled_from((*NAMES, "source")), max_size=8))):
        fixed = draw(st.sampled_from(["", "2", "3", "4"]))
        affected = tuple(
            Affected(
                ecosystem=ecosystem,
                package=name,
                scheme=scheme,
                ranges=(Range(introduced=draw(st.sampled_from(["", "2"])), fixed=fixed),),
                rating=Rating(source="debian", word="high"),
            )
            for ecosystem, scheme in (("Debian:12", "deb"), ("PyPI", "pep440"))
        )
        found.append(Advisory(id=f"CVE-2024-{1000 + number}", feed="debian", affected=affected))
    return Data(tuple(found))


def judged(data: Data):
    def found(inventory: Inventory) -> tuple[Finding, ...]:
        return judge(inventory, data).findings

    return found


def raising(inventory: Inventory, name: str, version: str, data: Data) -> Inventory:
    return raised(inventory, name, version, judged(data), lambda one: data.hits(one.ecosystem, one.name)).inventory


def facts(inventory: Inventory, data: Data) -> tuple[set[str], set[tuple[str, str, str]]]:
    report = analyze(Image(name="app", source="docker"), inventory, data, NOW)
    return (
        {one.id for one in inventory.packages},
        {(one.vulnerability.id, one.package.id, one.fixed_in) for one in report.findings},
    )


def says_what_to_do(error: UsageError) -> None:
    """A change that cannot be made tells what can be."""
    assert error.hint


def means(data: Data) -> Means:
    return Means(database=data, now=NOW, options=Options(offline=True))


@given(inventories(), databases())
def test_nothing_changes_nothing(inventory: Inventory, data: Data) -> None:
    found = what_if(Taken(Image(name="app", source="docker"), inventory, None), WantedChanges(), means(data))
    assert found.after == found.before
    assert found.gaps == ()
    assert without(inventory, (), lambda _count: inventory).inventory == inventory


@given(inventories(), databases(), st.lists(names, max_size=2, unique=True), st.lists(names, max_size=2, unique=True))
def test_it_is_the_scan_of_the_changed_inventory(
    inventory: Inventory, data: Data, drops: list[str], raises: list[str]
) -> None:
    wanted = WantedChanges(drops=tuple(drops), raises=tuple((one, "5") for one in raises))
    try:
        found = what_if(Taken(Image(name="app", source="docker"), inventory, None), wanted, means(data))
    except UsageError as error:
        says_what_to_do(error)
        return
    after = dropped(inventory, drops).inventory
    for name in raises:
        after = raising(after, name, "5", data)
    assert found.after.inventory == after
    assert found.after == analyze(Image(name="app", source="docker"), after, data, NOW)
    assert not {one.name for one in after.packages} & set(drops)


@given(inventories(), databases(), names, names)
def test_two_changes_are_one_after_the_other(inventory: Inventory, data: Data, drop: str, rise: str) -> None:
    try:
        apart = raising(dropped(inventory, (drop,)).inventory, rise, "5", data)
        other = dropped(raising(inventory, rise, "5", data), (drop,)).inventory
    except UsageError:
        reject()
    assert facts(apart, data) == facts(other, data)


@given(inventories(), names, names)
def test_two_drops_are_one_after_the_other(inventory: Inventory, first: str, second: str) -> None:
    assume(first != second)
    try:
        after = dropped(inventory, (first,)).inventory
        assume(any(one.name == second for one in after.packages))  # else one took the other along: they touch
        apart = dropped(after, (second,)).inventory
    except UsageError:
        reject()
    assert dropped(inventory, (first, second)).inventory == apart


@given(inventories(), names)
def test_what_is_left_lacks_nothing_that_it_had(inventory: Inventory, name: str) -> None:
    try:
        after = dropped(inventory, (name,)).inventory
    except UsageError as error:
        says_what_to_do(error)
        return
    there = {one.name for one in after.packages if one.type == "deb"}
    had = {one.name for one in inventory.packages if one.type == "deb"}
    for one in after.packages:
        if one.type == "deb":
            assert {each for (each,) in one.requires} & had <= there
    ids = {one.id for one in after.packages}
    assert all({*one.depends_on} <= ids for one in after.packages)


@given(inventories(), databases(), names)
def test_a_raise_without_version_leaves_nothing_that_has_a_fix(inventory: Inventory, data: Data, name: str) -> None:
    try:
        after = raising(inventory, name, "", data)
    except UsageError as error:
        says_what_to_do(error)
        return
    left = [one for one in judge(after, data).findings if one.package.name == name]
    assert not [one for one in left if one.fixed_in]
    assert len(after.packages) == len(inventory.packages)


@given(inventories(), st.sampled_from(["3", "4", "5"]))
def test_a_restated_package_is_that_of_a_scan(inventory: Inventory, version: str) -> None:
    for one in inventory.packages:
        bare = msgspec.structs.replace(one, version=version, purl="", depends_on=())
        (whole,) = complete((bare,), DEBIAN)
        assert restated(one, version, DEBIAN).purl == whole.purl


@st.composite
def histories(draw) -> tuple[list[dict[str, str]], Files]:
    """What dpkg's file lists after each of a few layers."""
    states: list[dict[str, str]] = []
    for _ in range(draw(st.integers(2, 4))):
        state = dict(states[-1]) if states else {}
        for name in draw(st.sets(names, max_size=3)):
            if name in state and draw(st.booleans()):
                del state[name]
            else:
                state[name] = draw(st.sampled_from(["1", "2", "3"]))
        states.append(state)
    versions = tuple(
        FileVersion(
            layer=index,
            facts=tuple(
                Package(type="deb", name=name, version=version, scheme="deb", arch="amd64")
                for name, version in sorted(state.items())
            ),
        )
        for index, state in enumerate(states)
    )
    history = FileHistory(reader="dpkg", path="var/lib/dpkg/status", versions=versions)
    return states, Files(histories=(history,))


@given(histories(), st.integers(0, 3))
def test_without_a_line_what_it_brought_is_gone_and_what_it_replaced_is_back(
    made: tuple[list[dict[str, str]], Files], index: int
) -> None:
    states, files = made
    index %= len(states)

    def below(count: int) -> Inventory:
        kept = tuple(one for one in files.histories[0].versions if one.layer < count)
        return assemble(Files(histories=(msgspec.structs.replace(files.histories[0], versions=kept),) if kept else ()))

    whole = assemble(files)
    after = {one.name: one.version for one in without(whole, {index}, below).inventory.packages}
    lower, upper = (states[index - 1] if index else {}), states[index]
    if index == len(states) - 1:
        assert after == lower
        return
    changed = {name for name in NAMES if lower.get(name) != upper.get(name)}
    for name in NAMES:
        touched_later = any(states[later].get(name) != upper.get(name) for later in range(index + 1, len(states)))
        expected = states[-1].get(name) if name not in changed or touched_later else lower.get(name)
        if not touched_later:
            assert after.get(name) == expected
