"""What an image would hold upon another base, where the mirrors tell which packages there are and what these require."""

from dataclasses import dataclass

import pytest

from garboard.baseimage.delta import Requested, take_apart
from garboard.baseimage.rebase import Exacting, Predictor
from garboard.model.package import Distro
from tests.unit.baseimage.rebases import deb, inventory

OTHER = Distro(id="debian", version="13", ecosystem="Debian:13")


@dataclass
class Index:
    """``needs`` are least versions by (package, what it requires); of ``ties`` there is only the one version that goes."""

    packages: dict
    needs: dict
    ties: frozenset

    def __contains__(self, name):
        return name in self.packages

    def get(self, name, default=None):
        return self.packages.get(name, default)

    def suffices(self, package, number, other):
        del number
        if (package.name, other.name) in self.ties:
            return self.packages[other.name].version == other.version
        return other.version >= self.needs.get((package.name, other.name), "")

    def tied(self, package, number, name):
        return (package.name, name) in self.ties and name in package.requires[number]


def index(*packages, needs=(), ties=(), **others):
    listed = [deb(*one.split("=")) if isinstance(one, str) else one for one in packages]
    return Index({one.name: one for one in listed} | others, dict(needs), frozenset(ties))


def upon(image, old, new, available, **asked):
    asked["names"] = frozenset(asked.pop("names", ()))
    asked["pinned"] = frozenset(asked.pop("pinned", ()))
    return Predictor(take_apart(image, old, None, Requested(**asked), exact=True)).upon(new, available)


def held(predicted):
    return sorted(f"{one.name}={one.version}" for one in predicted.packages)


def test_it_is_exacting():
    assert isinstance(index(), Exacting)
    assert not isinstance({}, Exacting)


def test_the_new_base_is_raised_to_what_is_required():
    dev = deb("dev", "3", requires=(("lib",),))
    old, image = inventory("lib=1"), inventory("lib=3", dev)
    found = upon(image, old, inventory("lib=2"), index(dev, "lib=3", needs={("dev", "lib"): "3"}), names=["dev"])
    assert (held(found), found.gaps) == (["dev=3", "lib=3"], ())
    found = upon(image, old, inventory("lib=2"), index(dev, "lib=3", needs={("dev", "lib"): "2"}), names=["dev"])
    assert held(found) == ["dev=3", "lib=2"]  # it does: nobody would touch it


def test_what_goes_with_one_version_alone_is_raised_too():
    dev, tied = deb("dev", "3", requires=(("lib",),)), deb("tied", "3", requires=(("lib",),))
    base = inventory("lib=2", deb("tied", "2", requires=(("lib",),)), deb("loose", "2", requires=(("lib",),)))
    available = index(
        dev, tied, deb("loose", "3", requires=(("lib",),)), "lib=3",
        needs={("dev", "lib"): "3"}, ties=[("tied", "lib")],
    )  # fmt: skip
    found = upon(inventory(dev, *base.packages), inventory(), base, available, names=["dev"])
    assert held(found) == ["dev=3", "lib=3", "loose=2", "tied=3"]


def test_an_upgrade_takes_what_the_mirrors_have():
    old = inventory("a=1", "b=1", "nano=1")
    available = index("a=2", deb("b", "2", requires=(("new",),)), "new=1", "nano=9")
    found = upon(inventory("a=1", "b=1"), old, old, available, upgrades=True)
    assert held(found) == ["a=2", "b=2", "new=1"]
    assert "new" in found.gaps[0]
    assert "kept back" in found.gaps[0]


def test_a_version_that_is_asked_for_stays():
    old, image = inventory("a=1"), inventory("a=1", "curl=5")
    found = upon(image, old, inventory("a=1"), index("curl=9"), names=["curl"], pinned=["curl"])
    assert held(found) == ["a=1", "curl=5"]
    assert "curl" in found.gaps[0]
    other = upon(image, old, inventory("a=2", distro=OTHER), index("curl=9"), names=["curl"], pinned=["curl"])
    assert other.unknown == ("curl",)


def test_what_no_mirror_has_is_as_it_was():
    found = upon(inventory("own=5"), inventory(), inventory("a=1"), index(), names=["own"])
    assert held(found) == ["a=1", "own=5"]
    assert "no mirror has these" in found.gaps[0]
    newer = upon(inventory("own=5"), inventory(), inventory(), index("own=4"), names=["own"])
    assert held(newer) == ["own=5"]  # of a version of its own: it is from elsewhere


@pytest.mark.parametrize("asked_too", [(), ("mta",)])
def test_what_provides_a_name_comes_for_it(asked_too):
    tool = deb("tool", "1", requires=(("mailer",),))
    mta = deb("mta", "1", provides=("mailer",))
    found = upon(
        inventory(tool, "mta=0"), inventory(), inventory(distro=OTHER), index(tool, mta, mailer=mta),
        names=["tool", *asked_too],
    )  # fmt: skip
    assert (held(found), found.unknown) == (["mta=1", "tool=1"], ())


def test_of_several_none_is_guessed_unless_one_is_asked_for():
    tool, mta = deb("tool", "1", requires=(("mailer",),)), deb("mta", "1", provides=("mailer",))
    available = index(tool, mta, mailer=None)
    found = upon(inventory(tool), inventory(), inventory(distro=OTHER), available, names=["tool"])
    assert found.unknown == ("mailer",)
    found = upon(inventory(tool, mta), inventory(), inventory(distro=OTHER), available, names=["tool", "mta"])
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("steps", "extra"),
    [([("curl", False), ("git", True)], False), ([("git", True), ("curl", False)], True)],
)
def test_the_first_command_that_brings_a_package_says_whether_its_recommendations_come(steps, extra):
    shared = deb("lib", "1", recommends=(("extra",),))
    curl, git = (deb(name, "1", requires=(("lib",),)) for name in ("curl", "git"))
    found = upon(
        inventory(curl, git, deb("lib", "1", automatic=True)), inventory(), inventory(distro=OTHER),
        index(curl, git, shared, "extra=1"), names=["curl", "git"], bare=frozenset(["curl"]),
        steps=tuple((frozenset([name]), recommends) for name, recommends in steps),
    )  # fmt: skip
    assert ("extra=1" in held(found)) is extra


def test_what_your_lines_brought_without_what_it_recommends_comes_without():
    lib = deb("lib", "1", recommends=(("extra",),))
    git = deb("git", "1", requires=(("lib",),))
    found = upon(inventory(git, lib), inventory(), inventory(), index(git, lib, "extra=1"), names=["git"])
    assert held(found) == ["git=1", "lib=1"]


def test_an_index_is_of_use_only_where_lines_install():
    old = inventory("a=1")
    assert not Predictor(take_apart(old, old, None, Requested(), exact=True)).asks
    assert Predictor(take_apart(old, old, None, Requested(names=frozenset(["a"])), exact=True)).asks
