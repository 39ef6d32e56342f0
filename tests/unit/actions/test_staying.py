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
        ("npm install -g @scope/other git@^1", typed("git", "npm"), "raise"),
        ("pip install --no-index --find-links https://a.test/wheels git", pip("git"), "raise"),
        ("pip install --no-index --find-links $WHEELS git", pip("git"), "raise"),
        ("make -C /srv deps", pip("git"), "raise"),
        ("git clone https://a.test/x && cd x && npm ci", typed("git", "npm"), "raise"),
        ("apt-get install -y $PACKAGES", deb("git"), "rebuild"),
        ("cat names | xargs apt-get install -y", deb("git"), "rebuild"),
        ("apt-get install -y {git,vim}", deb("git"), "rebuild"),
        ("apt-get download git && dpkg -i git*.deb", deb("git"), "rebuild"),
        ("bash -exc 'apt-get update; apt-get install -y git'", deb("git"), "rebuild"),
        ("install_packages git", deb("git"), "rebuild"),
        ("dnf -y update", typed("git", "rpm"), "rebuild"),
        ("apk -U upgrade", typed("git", "apk"), "rebuild"),
    ],
)
def test_what_an_archive_has_comes_from_it(command: str, package: Package, kind: str) -> None:
    assert told(choose(report(line(command, package)))) == [(kind, 1, 0)]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("command", "package", "word"),
    [
        ("gdebi -n x.deb", deb("git"), "`x.deb`"),
        ("dpkg -i $DEB", deb("git"), "what `dpkg -i $DEB` installs"),
        ("rpm -ivh git-1-1.x86_64.rpm", typed("git", "rpm"), "`git-1-1.x86_64.rpm`"),
        ("rpm -Uvh $URL", typed("git", "rpm"), "what `rpm -Uvh $URL` installs"),
        ("dnf install -y git-1-1.x86_64.rpm", typed("git", "rpm"), "`git-1-1.x86_64.rpm`"),
        ("yum localinstall -y *.rpm", typed("git", "rpm"), "`*.rpm`"),
        ("apk add --allow-untrusted /p/*.apk", typed("git", "apk"), "`/p/*.apk`"),
        ("npm install https://a.test/git-1.tgz", typed("git", "npm"), "`https://a.test/git-1.tgz`"),
        ("npm install git@https://a.test/git-1.tgz", typed("git", "npm"), "`git@https://a.test/git-1.tgz`"),
        ("npm i git@file:../git", typed("git", "npm"), "`git@file:../git`"),
        ("yarn add file:./git", typed("git", "npm"), "`file:./git`"),
        ("pip install vendor/git", pip("git"), "`vendor/git`"),
        ("pip install *.whl", pip("git"), "`*.whl`"),
        ("gem install ./git-1.gem", typed("git", "gem"), "`./git-1.gem`"),
    ],
)
def test_a_file_is_one_although_its_name_is_a_version(command: str, package: Package, word: str, known: bool) -> None:
    """With the command that asked known too, in which the file's name looks like a version that a line names."""
    one = line(command, package)
    if known:
        one = msgspec.structs.replace(one, introduced=msgspec.structs.replace(one.introduced, command=command))
    found = choose(report(one))
    assert told(found) == [("replace", 1, 0)]
    assert found.actions[0].text.startswith(f"Put git 2 or later in the place of {word}, which")


@pytest.mark.parametrize(
    ("text", "package", "word"),
    [
        ("ls *.deb | xargs dpkg -i", deb("git"), "*.deb"),
        ("find /d -name '*.deb' -exec dpkg -i {} +", deb("git"), "*.deb"),
        ("find /d -name '*.deb' -exec dpkg -i {} \\;", deb("git"), "*.deb"),
        ("find /d -name '*.deb' -print0 | xargs -0 apt-get install -y", deb("git"), "*.deb"),
        ("for f in *.deb; do dpkg -i $f; done", deb("git"), "*.deb"),
        ('for f in /d/*.deb; do apt-get install -y "${f}"; done', deb("git"), "/d/*.deb"),
        ('find . -name "*.deb" | while read -r f; do apt-get install -y "$f"; done', deb("git"), "*.deb"),
        ("X=/tmp/x.deb; apt-get install -y $X", deb("git"), "/tmp/x.deb"),
        ("apt-get install -y $(ls /d/*.deb)", deb("git"), "/d/*.deb"),
        ("ls *.rpm | xargs rpm -ivh", typed("git", "rpm"), "*.rpm"),
        ("for f in *.rpm; do dnf install -y $f; done", typed("git", "rpm"), "*.rpm"),
        ("find / -name '*.apk' | xargs apk add", typed("git", "apk"), "*.apk"),
        ("for w in /w/*.whl; do pip install $w; done", pip("git"), "/w/*.whl"),
        ("ls /w/*.whl | xargs pip install", pip("git"), "/w/*.whl"),
    ],
)
def test_files_through_pipes_loops_and_variables(text: str, package: Package, word: str) -> None:
    found = choose(report(line(text, package)))
    assert told(found) == [("replace", 1, 0)]
    assert f"in the place of `{word}`, which" in found.actions[0].text


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("/install.sh", "/install.sh"),
        ("./setup", "./setup"),
        ("bash /tmp/setup.sh", "bash /tmp/setup.sh"),
        ("chmod +x i.sh && sudo ./i.sh -y", "./i.sh -y"),
        ('["/install.sh", "-y"]', "/install.sh -y"),
        ("curl -fsSL https://a.test/i | sh", "curl -fsSL https://a.test/i | sh"),
        ("wget -qO- https://a.test/i | bash -s -- -y", "wget -qO- https://a.test/i | bash -s -- -y"),
        ("bash <(curl -s https://a.test/i)", "bash <(curl -s https://a.test/i)"),
        ('sh -c "$(curl -s https://a.test/i)"', 'sh -c "$(curl -s https://a.test/i)"'),
        ("apt-get install -y vim && /install.sh", "/install.sh"),
        ("apt-get install -y vim && curl https://a.test/i | bash -", None),
        ("tar xf rootfs.tar -C /", "RUN tar xf rootfs.tar -C /"),
        ("ansible-playbook x.yml", "RUN ansible-playbook x.yml"),
    ],
)
def test_what_a_script_installs_nobody_can_promise(text: str, script: str | None) -> None:
    found = choose(report(line(text, deb("git", automatic=True))))
    assert not found.actions
    why = f"what `{script or f'RUN {text}'.removeprefix('RUN ')}` installs is not known, and so neither is what a rebuild brings"
    assert [one.reason for one in found.remaining] == [why]


def test_what_a_line_asks_for_beside_a_script_is_promised_with_what_it_needs() -> None:
    lib = deb("libgit", automatic=True)
    text = "curl -sL https://a.test/setup | bash - && apt-get install -y git"
    assert told(choose(report(line(text, deb("git"))))) == [("rebuild", 1, 0)]
    asked = line(text, lib, paths=((deb("git").id, lib.id),))
    assert told(choose(report(asked, packages=(deb("git"),)))) == [("rebuild", 1, 0)]
    assert told(choose(report(line(f"{text}; apt-get upgrade -y", lib)))) == [("rebuild", 1, 0)]
    assert told(choose(report(line(text, lib)))) == []


def test_a_line_that_is_not_known_promises_nothing() -> None:
    one = line("", deb("git", automatic=True))
    one = msgspec.structs.replace(one, introduced=msgspec.structs.replace(one.introduced, instruction=""))
    found = choose(report(one))
    assert not found.actions
    assert found.remaining[0].reason.startswith("which line installs it is not known")


def test_packages_of_a_root_that_a_line_adds_come_with_that() -> None:
    one = line("", deb("git"))
    who = msgspec.structs.replace(one.introduced, instruction="ADD --chown=0:0 rootfs.tar.xz /")
    found = choose(report(msgspec.structs.replace(one, introduced=who)))
    assert told(found) == [("replace", 1, 0)]
    assert "in the place of `rootfs.tar.xz`, which" in found.actions[0].text


def test_what_a_files_package_needs_comes_from_the_index() -> None:
    needed = pip("six")
    one = line("pip install ./git-1.tar.gz", needed, paths=(("pkg:pypi/git@1", needed.id),))
    assert told(choose(report(one))) == [("raise", 1, 0)]


STATE = "the line has to name a state of that repository which has the fix; whether one has it is not known"
ALONE = "alone: a version with the fix has to be put there"


@pytest.mark.parametrize(
    ("command", "package", "reason"),
    [
        ("npm install u/git#v1", typed("git", "npm"), f"installed from u/git#v1: {STATE}"),
        ("npm i git@github:u/git#1", typed("git", "npm"), f"installed from git@github:u/git#1: {STATE}"),
        (
            "npm i git+https://a.test/git.git",
            typed("git", "npm"),
            f"installed from git+https://a.test/git.git: {STATE}",
        ),
        ("pnpm add git@a.test:u/git.git", typed("git", "npm"), f"installed from git@a.test:u/git.git: {STATE}"),
        ("pip install git+https://a.test/git@v1", pip("git"), f"installed from git+https://a.test/git@v1: {STATE}"),
        ("pip install 'git @ git+ssh://a.test/git@v1'", pip("git"), f"installed from git+ssh://a.test/git@v1: {STATE}"),
        (
            "pip install -e hg+https://a.test/x#egg=git",
            pip("git"),
            f"installed from hg+https://a.test/x#egg=git: {STATE}",
        ),
        ("pip install --no-index --find-links /w git", pip("git"), f"installed from a folder (/w) {ALONE}"),
        ("pip install --no-index -f ./w git==1", pip("git"), f"installed from a folder (./w) {ALONE}"),
        ("pip install --no-index -f=/w -r r.txt", pip("git"), f"installed from a folder (/w) {ALONE}"),
        ("pip install --index-url file:///simple git", pip("git"), f"installed from a folder (file:///simple) {ALONE}"),
        (
            "npm install --offline git@1",
            typed("git", "npm"),
            f"installed from what was stored before (--offline) {ALONE}",
        ),
        ("gem install --local git", typed("git", "gem"), f"installed from what was stored before (--local) {ALONE}"),
        (
            "curl -L https://a.test/x.tgz | tar xz",
            typed("git", "npm"),
            "comes with what `curl -L https://a.test/x.tgz` brings: that has to have the fix, the line asks for no version of it",
        ),
        (
            "/install.sh",
            pip("git"),
            "comes with what `/install.sh` brings: that has to have the fix, the line asks for no version of it",
        ),
    ],
)
def test_no_version_is_asked_of_a_line_that_cannot_give_it(command: str, package: Package, reason: str) -> None:
    one = line(command, package)
    for known in ("", command):
        who = msgspec.structs.replace(one.introduced, command=known)
        found = choose(report(msgspec.structs.replace(one, introduced=who)))
        assert not found.actions
        assert [left.reason for left in found.remaining] == [reason]


@pytest.mark.parametrize(
    ("text", "package", "place"),
    [
        ("echo 'deb [trusted=yes] file:///repo ./' > /etc/apt/sources.list.d/a.list && apt-get install -y git", "deb",
         "file:///repo"),
        ("echo deb copy:/repo ./ > /etc/apt/sources.list && apt install -y git", "deb", "copy:/repo"),
        ("printf 'Types: deb\\nURIs: file:/repo\\nSuites: ./\\n' > /etc/apt/sources.list.d/a.sources; apt install git",
         "deb", "file:/repo"),
        ("add-apt-repository 'deb cdrom:/d ./' && apt install git", "deb", "cdrom:/d"),
        ("apk add --repository /repo git", "apk", "/repo"),
        ("apk add -X ./repo git", "apk", "./repo"),
        ("echo /repo >> /etc/apk/repositories && apk add git", "apk", "/repo"),
        ("dnf --repofrompath=a,file:///repo install -y git", "rpm", "file:///repo"),
        ("dnf install -y --repofrompath a,/repo --repo a git", "rpm", "/repo"),
        ("printf '[a]\\nbaseurl=file:///repo\\n' > /etc/yum.repos.d/a.repo && dnf install -y git", "rpm", "file:///repo"),
        ("dnf config-manager --add-repo file:///repo && dnf install -y git", "rpm", "file:///repo"),
        ("zypper ar dir:/repo a && zypper in -y git", "rpm", "dir:/repo"),
        ("zypper addrepo /repo a; zypper in git", "rpm", "/repo"),
    ],
)  # fmt: skip
def test_a_folder_in_an_archives_place_has_nothing_newer(text: str, package: str, place: str) -> None:
    found = choose(report(line(text, typed("git", package, automatic=True))))
    assert not found.actions
    why = f"one of its archives is a folder or a disc ({place}): that has nothing newer than what lies there"
    assert [one.reason for one in found.remaining] == [why]


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("mkdir -p /repo && apk add git", "apk"),
        ("curl -X POST https://a.test && apk add git", "apk"),
        ("echo https://a.test/main >> /etc/apk/repositories && apk add git", "apk"),
        ("dnf config-manager --add-repo /etc/a.repo && dnf install -y git", "rpm"),
        ("zypper ar https://a.test/repo a && zypper in -y git", "rpm"),
        ("echo 'deb mirror+file:/etc/apt/mirrors sid main' > /etc/apt/sources.list && apt install git", "deb"),
        ("echo file:///srv > /etc/x && apt-get install -y git", "deb"),
    ],
)
def test_other_folders_are_no_archives(text: str, package: str) -> None:
    assert told(choose(report(line(text, typed("git", package, automatic=True))))) == [("rebuild", 1, 0)]


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
