"""Lines that install what is only recommended: what goes with the option that leaves it out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from garboard.actions.plan import Known, choose
from garboard.model.action import Action, ActionKind
from garboard.model.attribution import LayerOrigin, Origin, Place
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.shellcommands.recommended import lean_option
from tests.unit.actions.scans import deb, finding, report

PLACE = Place(file="Dockerfile", line=3)


def scanned(*packages: Package, text: str = "apt-get install -y git", issues: tuple[str, ...] = ()) -> Report:
    """A report in which each package has an issue, or those that are named."""
    found = [
        finding(f"CVE-{at}", one, paths=((packages[0].id, one.id), (one.id,)) if at else ((one.id,),))
        for at, one in enumerate(packages)
        if not issues or one.name in issues
    ]
    scan = report(*found, packages=packages)
    assert scan.attribution is not None
    layers = (
        scan.attribution.layers[0],
        LayerOrigin(index=1, origin=Origin.DOCKERFILE, instruction=f"RUN {text}", place=PLACE),
    )
    return msgspec.structs.replace(scan, attribution=msgspec.structs.replace(scan.attribution, layers=layers))


def trims(scan: Report, known: Known | None = None) -> Iterator[Action]:
    return (one for one in choose(scan, known).actions if one.kind is ActionKind.TRIM)


def git(*recommended: str, needs: tuple[str, ...] = ()) -> Package:
    return deb("git", needs=needs, recommends=tuple((one,) for one in recommended), automatic=False)


def test_what_only_others_recommend_goes_with_what_it_needs_itself() -> None:
    packages = (
        git("less", "patch", needs=("perl",)),
        deb("less", automatic=True, needs=("tinfo",), installed_size=5),
        deb("tinfo", automatic=True, installed_size=7),
        deb("perl", automatic=True),
    )
    (action,) = trims(scanned(*packages))
    assert action.text == (
        "Install without what is only recommended: add `--no-install-recommends` to `RUN apt-get install -y git`"
    )
    assert [issue[2] for issue in action.clears] == ["less", "tinfo"]
    assert (action.command, action.place, action.packages, action.size) == ("--no-install-recommends", PLACE, 2, -12)
    assert action.risk == "only if your application does without less, tinfo; ask by name for what it needs"


@pytest.mark.parametrize(
    "packages",
    [
        pytest.param((git("less"), deb("less", automatic=False)), id="asked for"),
        pytest.param((git("less"), deb("less")), id="it is not known who asked"),
        pytest.param((git("less", needs=("less",)), deb("less", automatic=True)), id="needed"),
        pytest.param((git("less"), deb("less", automatic=True, essential=True)), id="never removed"),
        pytest.param((git("less"), deb("less", 0, automatic=True)), id="of the base"),
        pytest.param(
            (
                git("less"),
                deb("less", automatic=True),
                deb("man", 0, automatic=False, recommends=(("less",),)),
            ),
            id="recommended in the base",
        ),
    ],
)
def test_what_is_there_for_another_reason_stays(packages: tuple[Package, ...]) -> None:
    assert not list(trims(scanned(*packages)))


def test_what_the_image_runs_is_not_taken_from_it() -> None:
    packages = (git("less"), deb("less", automatic=True))
    assert list(trims(scanned(*packages)))
    assert not list(trims(scanned(*packages, text="apt-get install -y git && less /etc/motd")))


def test_an_option_that_clears_nothing_is_no_advice() -> None:
    assert not list(trims(scanned(git("less"), deb("less", automatic=True), issues=("git",))))


def test_a_package_that_is_dropped_afterwards_takes_only_the_rest_along() -> None:
    packages = (git("less", needs=("perl",)), deb("less", automatic=True), deb("perl", automatic=True))
    actions = choose(scanned(*packages)).actions
    assert [(one.kind, one.packages, len(one.clears)) for one in actions] == [
        (ActionKind.TRIM, 1, 1),
        (ActionKind.DROP, 2, 2),
    ]


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("apt-get install -y git", True),
        ("apt-get update && \\\n  apt -y install git", True),
        ("DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get install git", True),
        ('["apt-get", "install", "git"]', True),
        ("apt-get install -y --no-install-recommends git; apt-get install vim", True),
        ("apt-get install -y --no-install-recommends git", False),
        ("apt-get -o APT::Install-Recommends=0 install git", False),
        ("apt-get -o APT::Install-Recommends=false install git", False),
        ("apt-get remove git", False),
        ("echo apt-get; install -d /x", False),
        ("# apt-get install git", False),
        ("apk add git", False),
    ],
)
def test_the_commands_that_lack_the_option(text: str, *, lacks: bool) -> None:
    assert lean_option(text, "deb") == ("--no-install-recommends" if lacks else "")


def test_what_another_line_would_install_as_recommended_is_not_dropped() -> None:
    vim = deb("vim", recommends=(("git",),), automatic=False)
    actions = choose(scanned(git(), vim, issues=("git",), text="apt-get install -y git vim")).actions
    assert not actions
    text = "apt-get install -y --no-install-recommends git vim"
    (action,) = choose(scanned(git(), vim, issues=("git",), text=text)).actions
    assert action.kind is ActionKind.DROP


def test_removals_that_were_chosen_come_first_and_count_alone() -> None:
    """One package that two others need, which may go each: of the first that goes, the shared one stays."""
    packages = (
        deb("git", needs=("perl",), automatic=False),
        deb("vim", needs=("perl",), automatic=False),
        deb("perl", automatic=True),
    )
    scan = scanned(*packages, text="apt-get install -y --no-install-recommends git vim")
    every = [one.text.split()[1] for one in choose(scan).actions]
    assert sorted(every) == ["git", "vim"]
    first = choose(scan, Known(first=lambda kind, name: name == every[1])).actions
    assert [one.text.split()[1] for one in first] == every[::-1]
    assert [issue[2] for issue in first[0].clears] == [every[1]]
