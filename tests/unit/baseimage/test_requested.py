"""What lines ask the package manager for."""

import pytest

from garboard.baseimage.requested import asked
from garboard.model.dockerfile import PackageRequest, UnknownRequest

KINDS = {"apt-get": "deb", "pip": "pypi", "npm": "npm"}


def apt(name, command="apt-get install -y", **more):
    return PackageRequest(manager="apt-get", ecosystem="deb", name=name, command=f"{command} {name}", **more)


def test_names_without_their_architecture():
    found = asked([apt("git"), apt("libc6:amd64")], KINDS, upgrades=False)
    assert found.names == {"git", "libc6"}
    assert found.certain
    assert found.recommends
    assert found.bare == frozenset()


@pytest.mark.parametrize(
    "command",
    [
        "apt-get install -y --no-install-recommends",
        "apt-get -o APT::Install-Recommends=0 install",
        "apt-get -o APT::Install-Recommends=false install",
        "dnf install --setopt=install_weak_deps=False",
        "aptitude install --without-recommends",
    ],
)
def test_without_what_is_recommended(command):
    found = asked([apt("git", command), apt("vim")], KINDS, upgrades=False)
    assert found.bare == {"git"}
    assert found.recommends
    assert not asked([apt("git", command)], KINDS, upgrades=False).recommends


def test_a_name_that_is_asked_for_in_both_ways_is_not_bare():
    assert (
        asked([apt("git", "apt-get install --no-install-recommends"), apt("git")], KINDS, upgrades=False).bare == set()
    )


def test_packages_of_languages_are_none_of_the_package_managers():
    pip = PackageRequest(manager="pip", ecosystem="pypi", name="flask", command="pip install flask")
    manifest = UnknownRequest(manager="pip", text="-r x", reason="a file says what", command="pip install -r x")
    found = asked([pip, manifest], KINDS, upgrades=False)
    assert found.names == frozenset()
    assert found.certain


@pytest.mark.parametrize(
    "request_",
    [
        UnknownRequest(manager="apt-get", text="$X", reason="a variable", command="apt-get install $X"),
        UnknownRequest(manager="", text="x", reason="a script", command="./x"),
        apt("git", conditional=True),
    ],
)
def test_what_cannot_be_named_or_may_not_run_is_not_certain(request_):
    assert not asked([request_], KINDS, upgrades=False).certain


def test_names_of_which_a_version_or_a_release_is_asked_for():
    requests = [
        apt("git"),
        apt("curl", version="7.88.1"),
        apt("jq", specifier="1.*"),
        apt("vim", "apt-get install -y -t bookworm-backports"),
        apt("nano", "apt-get install -y --target-release=sid"),
        apt("less", "apt-get install -y --try-hard"),
    ]
    assert asked(requests, KINDS, upgrades=False).pinned == {"curl", "jq", "vim", "nano"}


def test_commands_in_their_order():
    both = "apt-get install --no-install-recommends a b"
    requests = [PackageRequest(manager="apt-get", ecosystem="deb", name=name, command=both) for name in "ab"]
    found = asked([*requests, apt("git")], KINDS, upgrades=False)
    assert found.steps == ((frozenset("ab"), False), (frozenset(["git"]), True))
