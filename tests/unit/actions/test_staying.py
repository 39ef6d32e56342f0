"""No action promises a package that no build of the same lines brings in another version."""

from __future__ import annotations

import msgspec
import pytest

from garboard.actions.plan import Known, choose
from garboard.model.action import ActionKind, Actions
from garboard.model.finding import Finding
from garboard.model.mirror import Offer, Offers, Outcome, UpgradeState
from garboard.model.package import Frozen, Package
from garboard.model.report import Report
from garboard.workflows.rebuild import NewerBase, rebuild
from tests.unit.actions.scans import deb, finding, pip, report

APT = deb("apt", 0)
SNAPSHOT = "http://snapshot.debian.org/archive/debian/20240101T000000Z"
FROZEN = "its archive is frozen (snapshot.debian.org/x): it has nothing newer than at that time"


def told(found: Actions) -> list[tuple[str, int, int]]:
    """What was told, but for what one could do without."""
    return [(one.kind.value, one.before, one.after) for one in found.actions if one.kind is not ActionKind.DROP]


def typed(name: str, kind: str, **more: object) -> Package:
    return deb(name, type=kind, scheme=kind, purl=f"pkg:{kind}/{name}@1", **more)


def line(text: str, package: Package, **more: object) -> Finding:
    """With what is known without a Dockerfile: the line, and not which command in it asked."""
    one = finding("CVE-1", package, "2", command="", **more)
    return msgspec.structs.replace(one, introduced=msgspec.structs.replace(one.introduced, instruction=f"RUN {text}"))


@pytest.mark.parametrize(
    ("command", "package", "word"),
    [
        ("apt-get install -y ./git.deb", deb("git"), "./git.deb"),
        ("apt-get update && apt-get install -y /tmp/git_1_amd64.deb vim", deb("git"), "/tmp/git_1_amd64.deb"),
        ("dpkg -i /tmp/*.deb", deb("git"), "/tmp/*.deb"),
        ("dpkg --install git_1_all.deb || apt-get -f install -y", deb("git", automatic=False), "git_1_all.deb"),
        ("rpm -ivh https://a.test/git-1-1.x86_64.rpm", typed("git", "rpm"), "https://a.test/git-1-1.x86_64.rpm"),
        ("dnf install -y vim https://a.test/latest.rpm", typed("git", "rpm"), "https://a.test/latest.rpm"),
        ("apk add --allow-untrusted ./git.apk", typed("git", "apk"), "./git.apk"),
        ("pip install /w/git-1-py3-none-any.whl", pip("git"), "/w/git-1-py3-none-any.whl"),
        ("pip install 'git @ https://a.test/x.zip'", pip("git"), "https://a.test/x.zip"),
        ("pip3.11 install git+https://a.test/x#egg=git", pip("git"), "git+https://a.test/x#egg=git"),
        ("python3 -m pip install -e /src/git", pip("git"), "/src/git"),
        ("uv pip install ./git", pip("git"), "./git"),
        ("npm install /npm/git-1.tgz", typed("git", "npm"), "/npm/git-1.tgz"),
        ("gem install ./git-1.gem", typed("git", "gem"), "./git-1.gem"),
        ("apt-get upgrade -y && dpkg -i x.deb", deb("x"), "x.deb"),
    ],
)
def test_what_a_line_installs_from_a_file_is_replaced(command: str, package: Package, word: str) -> None:
    found = choose(report(line(command, package)))
    assert told(found) == [("replace", 1, 0)]
    assert found.actions[0].text == (
        f"Put {package.name} 2 or later in the place of `{word}`, which the line installs again as it is"
    )
    base = msgspec.structs.replace(package, layer=0)
    assert "replace" not in [kind for kind, *_ in told(choose(report(line(command, base), packages=(APT,))))]


@pytest.mark.parametrize(
    ("command", "package", "kind"),
    [
        ("apt-get install -y ./vim.deb git", deb("git"), "rebuild"),
        ("apt-get install -y ./vim.deb", deb("git", automatic=True), "rebuild"),
        ("apt-get install -y git && curl -O https://a.test/git.deb", deb("git"), "rebuild"),
        ("apt-get install -y -t /x git", deb("git"), "rebuild"),
        ("dnf install -y git && rpm --import https://a.test/key", typed("git", "rpm"), "rebuild"),
        ("apk add --repository https://a.test/edge git", typed("git", "apk"), "rebuild"),
        ("apt-get upgrade -y && dpkg -i vim_1_all.deb", deb("git"), "rebuild"),
        ("pip install --find-links /wheels -t /app -r ./requirements.txt git", pip("git"), "raise"),
        ("pip install --index-url https://a.test/simple git", pip("git"), "raise"),
        ("npm install -g git", typed("git", "npm"), "raise"),
    ],
)
def test_what_an_archive_has_comes_from_it(command: str, package: Package, kind: str) -> None:
    assert told(choose(report(line(command, package)))) == [(kind, 1, 0)]


def test_what_a_files_package_needs_comes_from_the_index() -> None:
    needed = pip("six")
    one = line("pip install ./git-1.tar.gz", needed, paths=(("pkg:pypi/git@1", needed.id),))
    assert told(choose(report(one))) == [("raise", 1, 0)]


def frozen(scan: Report, *archives: Frozen) -> Report:
    return msgspec.structs.replace(scan, inventory=msgspec.structs.replace(scan.inventory, frozen=archives))


ARCHIVE = "snapshot.debian.org/x"


@pytest.mark.parametrize(
    ("archive", "ours", "bases"),
    [
        (Frozen(type="deb", archive=ARCHIVE), False, False),
        (Frozen(type="deb", archive=ARCHIVE, since=1), False, True),
        (Frozen(type="deb", archive=ARCHIVE, until=1), False, False),
        (Frozen(type="rpm", archive=ARCHIVE), True, True),
    ],
)
def test_a_frozen_archive_brings_nothing_newer(archive: Frozen, ours: bool, bases: bool) -> None:
    scan = report(
        finding("CVE-1", deb("git", automatic=True), "2"), finding("CVE-2", deb("libc6", 0), "2"), packages=(APT,)
    )
    found = choose(frozen(scan, archive))
    assert [kind for kind, *_ in told(found)] == ["rebuild"] * ours + ["upgrade"] * bases
    assert {one.reason for one in found.remaining} == (set() if ours and bases else {FROZEN})


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (f"echo deb {SNAPSHOT} sid main > /etc/apt/sources.list && apt-get install -y git", True),
        (
            "sed -i 's|deb.debian.org|snapshot.debian.org/archive/debian/1|' /etc/apt/sources.list; apt install git",
            True,
        ),
        ("apt-get install -y --snapshot 20240101T000000Z git", True),
        ("echo deb http://m.test/2024-01-01 sid main > /etc/apt/sources.list && apt-get install -y git", True),
        (f"curl -O {SNAPSHOT}/pool/x.gz && apt-get install -y git", False),
        ("apt-get install -y git && ./get http://m.test/2024-01-01/app.tar.gz", False),
    ],
)
def test_a_line_that_names_a_frozen_archive(text: str, stays: bool) -> None:
    found = choose(report(line(text, deb("git", automatic=True))))
    assert told(found) == ([] if stays else [("rebuild", 1, 0)])
    assert [one.reason.startswith("its archive is frozen") for one in found.remaining] == [True] * stays


HELD = "pinned by apt's preferences"


@pytest.mark.parametrize("how", ["held by dpkg", HELD])
def test_an_upgrade_does_not_bring_what_is_held_and_says_so(how: str) -> None:
    held = deb("libc6", 0, held=how, source_name="glibc")
    scan = report(
        finding("CVE-1", held, "2"),
        finding("CVE-2", deb("libc-bin", 0, source_name="glibc"), "2"),
        finding("CVE-3", deb("zlib1g", 0), "2"),
        packages=(APT,),
    )
    found = choose(scan)
    assert told(found) == [("upgrade", 3, 2)]
    why = f"libc6 ({how}: that has to be lifted first), libc-bin (built of one source with libc6, which is {how})"
    assert found.actions[0].risk.endswith(f"; not counted is what it does not bring: {why}")
    assert {one.reason for one in found.remaining} == {
        f"{how}: that has to be lifted first",
        f"built of one source with libc6, which is {how}",
    }


def test_a_line_installs_what_it_holds_before_it_holds_it() -> None:
    assert told(choose(report(finding("CVE-1", deb("git", held="held by dpkg"), "2")))) == [("rebuild", 1, 0)]
    found = choose(report(finding("CVE-1", deb("git", held=HELD, automatic=True), "2")))
    assert not found.actions
    assert found.remaining[0].reason == f"{HELD}: that has to be lifted first"


def test_a_version_that_a_line_names_can_be_raised_although_it_holds() -> None:
    held = typed("git", "apk", held="pinned in apk's world")
    assert told(choose(report(finding("CVE-1", held, "2", command="apk add git=1")))) == [("raise", 1, 0)]


def offers(*packages: Package) -> Offers:
    return Offers(
        offers=tuple(
            Offer(type=one.type, name=one.name, arch=one.arch, installed=one.version, version="2", source_version="2",
                  standing=UpgradeState.UPGRADE)
            for one in packages
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("apt-get install -y ./git.deb", Outcome.HELD),
        (f"echo deb {SNAPSHOT} sid main > /etc/apt/sources.list && apt-get install -y git", Outcome.HELD),
        ("apt-get install -y git", Outcome.PUBLISHED),
    ],
)
def test_the_mirrors_word_is_not_enough_for_a_line_that_does_not_ask_them(text: str, outcome: Outcome) -> None:
    git = deb("git")
    scan = report(line(text, git))
    found = rebuild(scan, offers(git), NewerBase())
    assert [one.outcome for one in found.prospects] == [outcome]
    known = Known(prospects={(one.finding.vulnerability.id, one.finding.package.id): one for one in found.prospects})
    kinds = [kind for kind, *_ in told(choose(scan, known))]
    assert kinds == (["rebuild"] if outcome is Outcome.PUBLISHED else ["replace"] if "git.deb" in text else [])


def test_the_mirrors_word_counts_for_an_archive_that_the_image_still_names() -> None:
    git = deb("git")
    scan = frozen(report(finding("CVE-1", git, "2")), Frozen(type="deb", archive=ARCHIVE))
    assert [one.outcome for one in rebuild(scan, offers(git), NewerBase()).prospects] == [Outcome.PUBLISHED]
