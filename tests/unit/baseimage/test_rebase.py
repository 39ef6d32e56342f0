"""What an image would hold upon another base."""

import pytest

from garboard.baseimage.delta import Requested, take_apart
from garboard.baseimage.rebase import Predictor
from garboard.model.attribution import Attribution, Base, LayerOrigin, Origin
from garboard.model.package import Distro
from tests.unit.baseimage.rebases import deb, inventory, module


def upon(image, old, new, asked=(), available=None, **more):
    recommends = more.pop("recommends", True)
    bare = frozenset(more.pop("bare", ()))
    upgrades = more.pop("upgrades", False)
    yours = take_apart(
        image,
        old,
        more.pop("attribution", None),
        Requested(names=frozenset(asked), bare=bare, recommends=recommends, upgrades=upgrades),
        exact=more.pop("exact", True),
    )
    return Predictor(yours).upon(new, available)


def held(predicted):
    return sorted(f"{one.name}={one.version}" for one in predicted.packages)


def test_nothing_of_yours_is_the_new_base_itself():
    old, new = inventory("a=1", "b=1"), inventory("a=2")
    predicted = upon(old, old, new)
    assert held(predicted) == ["a=2"]
    assert predicted.unknown == predicted.gaps == ()


def test_what_you_installed_stays_and_the_base_is_replaced():
    old, new = inventory("libc=1"), inventory("libc=2")
    git = deb("git", "5", requires=(("libc",),))
    assert held(upon(inventory("libc=1", git), old, new, ["git"])) == ["git=5", "libc=2"]


def test_what_only_the_old_base_had_comes_with_what_needs_it():
    old = inventory("libc=1", deb("perl", "3", requires=(("perl-base",),)), "perl-base=3", "vim=1")
    git = deb("git", "5", requires=(("libc",), ("perl", "other")))
    predicted = upon(inventory(*old.packages, git), old, inventory("libc=2"), ["git"])
    assert held(predicted) == ["git=5", "libc=2", "perl-base=3", "perl=3"]
    assert len(predicted.gaps) == 1
    assert "perl, perl-base" in predicted.gaps[0]


def test_what_you_asked_for_and_the_old_base_had_already():
    """The line did nothing there, and it will do something here."""
    old = inventory("libc=1", deb("curl", "7", requires=(("libcurl",),)), "libcurl=7")
    assert held(upon(old, old, inventory("libc=1"), ["curl"])) == ["curl=7", "libc=1", "libcurl=7"]


@pytest.mark.parametrize(("recommends", "expected"), [(True, ["git=5", "less=1", "patch=1"]), (False, ["git=5"])])
def test_recommended_packages(recommends, expected):
    old = inventory("patch=1", "less=1")
    git = deb("git", "5", recommends=(("patch",), ("less",), ("never-there",)))
    image = inventory(*old.packages, git)
    assert held(upon(image, old, inventory(), ["git"], recommends=recommends)) == expected


def test_each_line_has_its_own_way_with_recommended_packages():
    old = inventory("less=1", "ctags=1", "locales=1", "perl=1")
    perl = deb("perl", "1", recommends=(("locales",),))
    git = deb("git", "5", requires=(("perl",),), recommends=(("less",),))
    vim = deb("vim", "9", recommends=(("ctags",),))
    image = inventory("less=1", "ctags=1", "locales=1", perl, git, vim)
    new = inventory()
    assert held(upon(image, old, new, ["git", "vim"], bare=["git"])) == ["ctags=1", "git=5", "perl=1", "vim=9"]
    assert held(upon(image, old, new, ["git", "vim"], bare=["vim"])) == [
        "git=5",
        "less=1",
        "locales=1",
        "perl=1",
        "vim=9",
    ]


def test_what_the_new_base_provides_is_not_brought():
    old = inventory("mawk=1")
    tool = deb("tool", "1", requires=(("awk",), ("mawk", "gawk")))
    new = inventory(deb("gawk", "9", provides=("awk",)))
    assert held(upon(inventory(*old.packages, tool), old, new, ["tool"])) == ["gawk=9", "tool=1"]


def test_an_unsatisfied_requirement_stays_one():
    tool = deb("tool", "1", requires=(("rpmlib(x)",),))
    predicted = upon(inventory(tool), inventory(), inventory(), ["tool"])
    assert (held(predicted), predicted.unknown) == (["tool=1"], ())


def test_what_you_raised_stays_raised_where_the_new_base_is_lower():
    old, image = inventory("ssl=1", "zlib=1"), inventory("ssl=3", "zlib=2")
    assert held(upon(image, old, inventory("ssl=2", "zlib=2"))) == ["ssl=3", "zlib=2"]


def test_what_you_raised_and_the_new_base_has_not_is_gone():
    assert held(upon(inventory("ssl=3"), inventory("ssl=1"), inventory("a=1"))) == ["a=1"]


def test_versions_are_compared_as_the_package_manager_does():
    old, image = inventory("ssl=1.9"), inventory("ssl=1.10~rc1")
    assert held(upon(image, old, inventory("ssl=1.9.9"))) == ["ssl=1.10~rc1"]
    assert held(upon(image, old, inventory("ssl=1.10"))) == ["ssl=1.10"]


def test_an_asked_package_is_the_newer_of_both():
    old, image = inventory(), inventory("git=5")
    assert held(upon(image, old, inventory("git=4"), ["git"])) == ["git=5"]
    assert held(upon(image, old, inventory("git=6"), ["git"])) == ["git=6"]


def test_what_you_removed_is_removed_again():
    old = inventory("a=1", "nano=1")
    assert held(upon(inventory("a=1"), old, inventory("a=2", "nano=2"))) == ["a=2"]


def test_what_was_asked_for_and_removed_again_is_not_there():
    old = inventory("a=1")
    assert held(upon(old, old, inventory("a=2"), ["gcc"])) == ["a=2"]


OTHER = Distro(id="debian", version="13", ecosystem="Debian:13")
ALPINE = Distro(id="alpine", version="3.20", ecosystem="Alpine:v3.20")


@pytest.mark.parametrize("distro", [OTHER, ALPINE])
def test_upon_another_release_nothing_is_invented(distro):
    git = (deb("git", "5", requires=(("perl",),)), deb("perl", "1", automatic=True))
    predicted = upon(inventory("a=1", *git), inventory("a=1"), inventory("a=9", distro=distro), ["git"])
    assert held(predicted) == ["a=9"]
    assert predicted.unknown == ("git",)


def test_upon_another_release_what_is_there_is_known():
    predicted = upon(inventory("curl=1"), inventory(), inventory("curl=9", distro=OTHER), ["curl"])
    assert (held(predicted), predicted.unknown) == (["curl=9"], ())


def test_without_packages_of_the_system_another_release_is_known():
    old, new = inventory("a=1"), inventory("b=9", distro=ALPINE)
    predicted = upon(inventory("a=1", module("flask", "3.0")), old, new)
    assert (held(predicted), predicted.unknown) == (["b=9", "flask=3.0"], ())


def test_an_index_tells_versions():
    old = inventory("libc=1", "perl=1")
    git = deb("git", "5", requires=(("perl",),))
    available = {"git": deb("git", "6", requires=(("perl",),)), "perl": deb("perl", "2")}
    predicted = upon(inventory(*old.packages, git), old, inventory("libc=2"), ["git"], available)
    assert held(predicted) == ["git=6", "libc=2", "perl=2"]
    assert predicted.gaps == ()


def test_an_index_of_another_release_tells_all():
    available = {"git": deb("git", "6", requires=(("perl",), ("nowhere",))), "perl": deb("perl", "2")}
    new = inventory("a=9", distro=OTHER)
    predicted = upon(inventory("a=1", "git=5"), inventory("a=1"), new, ["git"], available)
    assert held(predicted) == ["a=9", "git=6", "perl=2"]
    assert predicted.unknown == ("nowhere",)


def test_language_packages_of_yours_stay_and_those_of_the_base_are_replaced():
    old = inventory(module("pip", "24.0"), module("setuptools", "65"))
    image = inventory(*old.packages, module("flask", "3.0"))
    new = inventory(module("pip", "25.0", "usr/local/lib/python3.13/site-packages"))
    assert held(upon(image, old, new)) == ["flask=3.0", "pip=25.0"]


def test_a_language_package_that_you_replaced_replaces_that_of_the_new_base():
    old, image = inventory(module("pip", "24.0")), inventory(module("pip", "26.0"))
    new = inventory(module("pip", "25.0", "usr/local/lib/python3.13/site-packages"))
    assert held(upon(image, old, new)) == ["pip=26.0"]


def test_a_language_package_that_you_removed_is_removed_again():
    assert held(upon(inventory(), inventory(module("pip", "24.0")), inventory(module("pip", "25.0")))) == []


def test_copies_in_other_places_are_other_packages():
    old = inventory(module("pip", "24.0"))
    image = inventory(*old.packages, module("pip", "24.0", "opt/venv/lib/python3.12/site-packages"))
    assert held(upon(image, old, inventory(module("pip", "25.0")))) == ["pip=24.0", "pip=25.0"]


def test_a_base_that_is_not_the_very_one_needs_layers():
    asked = Requested()
    image, old = inventory(deb("git", "5", layer=1), deb("libc", "1", layer=0)), inventory("libc=2")
    assert take_apart(image, old, None, asked, exact=False) is None
    attribution = Attribution(
        base=Base(layers=1),
        layers=(LayerOrigin(index=0, origin=Origin.BASE), LayerOrigin(index=1, origin=Origin.DOCKERFILE)),
    )
    yours = take_apart(image, old, attribution, asked, exact=False)
    assert (list(yours.added), list(yours.raised)) == (["git"], [])
    predicted = Predictor(yours).upon(inventory("libc=3"))
    assert held(predicted) == ["git=5", "libc=3"]
    assert any("very image" in gap for gap in predicted.gaps)


def test_siblings_of_what_the_new_base_raised_are_doubted():
    old = inventory(deb("libssl", "1", source_name="openssl", source_version="1"))
    dev = deb("libssl-dev", "1", source_name="openssl", source_version="1", requires=(("libssl",),))
    new = inventory(deb("libssl", "2", source_name="openssl", source_version="2"))
    predicted = upon(inventory(*old.packages, dev), old, new, ["libssl-dev"])
    assert held(predicted) == ["libssl-dev=1", "libssl=2"]
    assert any("libssl-dev" in gap for gap in predicted.gaps)


def recommending():
    """git with what it recommends, as a line brought them."""
    git = deb("git", "5", requires=(("perl",),), recommends=(("less",), ("ssh",)))
    ssh = deb("ssh", "9", automatic=True, recommends=(("xauth",),))
    brought = (
        deb("perl", "1", automatic=True),
        deb("less", "1", automatic=True),
        ssh,
        deb("xauth", "1", automatic=True),
    )
    return git, brought


@pytest.mark.parametrize("index", [False, True])
def test_recommendations_of_what_the_new_base_has_do_not_come(index):
    git, brought = recommending()
    image = inventory("libc=1", git, deb("vim", "9", recommends=(("less",),)), *brought)
    available = {one.name: one for one in image.packages} | {"git": deb("git", "6", recommends=git.recommends)}
    new = inventory("libc=1", git, "perl=1")
    found = upon(image, inventory("libc=1"), new, ["git"], available if index else None)
    version = "6" if index else "5"
    assert held(found) == [f"git={version}", "less=1", "libc=1", "perl=1", "vim=9"]  # vim recommends less, too
    assert held(upon(image, inventory("libc=1"), inventory("libc=1"), ["git"]))[-1] == "xauth=1"


def test_a_recommendation_that_is_new_comes_with_an_upgrade():
    old = deb("git", "5", recommends=(("less",),))
    newer = deb("git", "6", recommends=(("less",), ("ssh",)))
    available = {"git": newer, "less": deb("less", "1"), "ssh": deb("ssh", "9")}
    found = upon(inventory(old), inventory("libc=1"), inventory(old), ["git"], available)
    assert held(found) == ["git=6", "ssh=9"]


def venv(*packages, python="3.11"):
    return [module(*one.split("="), folder=f"opt/venv/lib/python{python}/site-packages") for one in packages]


@pytest.mark.parametrize(("python", "least"), [("3.11", False), ("3.13", True)])
def test_what_the_bases_python_puts_into_an_environment_is_not_known_upon_another(python, least):
    old = inventory("libc=1", module("pip", "24", folder="usr/local/lib/python3.11/site-packages"))
    new = inventory("libc=1", module("pip", "25", folder=f"usr/local/lib/python{python}/site-packages"))
    image = inventory(*old.packages, *venv("pip=23", "setuptools=65", "idna=3"))
    yours = take_apart(image, old, None, Requested(environments=True), exact=True)
    found = Predictor(yours).upon(new)
    assert found.least is least
    assert held(found) == sorted(["idna=3", "libc=1", "pip=25", *([] if least else ["pip=23", "setuptools=65"])])
    assert any("pip, setuptools" in gap for gap in found.gaps) is least


def test_a_tool_that_a_line_installs_is_yours():
    old = inventory("libc=1")
    image = inventory("libc=1", *venv("pip=23", "setuptools=65"))
    asked = Requested(environments=True, tools=frozenset(["setuptools"]))
    found = Predictor(take_apart(image, old, None, asked, exact=True)).upon(inventory("libc=1", "python3.13=1"))
    assert held(found) == ["libc=1", "python3.13=1", "setuptools=65"]
