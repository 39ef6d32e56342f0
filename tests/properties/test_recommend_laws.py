"""Laws of tags and of predictions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garboard.baseimage.delta import Requested, take_apart
from garboard.baseimage.rebase import Predictor
from garboard.baseimage.tags import parse
from garboard.model.package import Inventory
from tests.unit.baseimage.rebases import deb, inventory, module

WORDS = st.sampled_from(
    [
        "3",
        "3.12",
        "3.12.4",
        "v2",
        "8u502",
        "b07",
        "rc1",
        "rc",
        "5",
        "slim",
        "alpine",
        "alpine3.20",
        "3.24",
        "bookworm",
        "noble",
        "jdk",
        "21",
        "jdk21",
        "latest",
        "lts",
        "jod",
        "20240904",
        "otp",
        "27",
        "beta1",
        "sid",
        "fpm",
        "and",
        "x",
    ]
)
REPOSITORIES = st.sampled_from(
    ["python", "node", "debian", "ubuntu", "alpine", "traefik", "corp/own", "registry.example:5000/a/b"]
)


@given(REPOSITORIES, st.lists(WORDS, min_size=1, max_size=6).map("-".join))
def test_the_parts_of_a_tag_join_to_it(repository, text):
    tag = parse(repository, text)
    assert "-".join(part.text for part in tag.parts) == text
    assert tag == parse(repository, text)
    assert tag.floating == (not tag.version)


NAMES = st.sampled_from("abcdefgh")
PACKAGES = st.dictionaries(NAMES, st.sampled_from("123"), max_size=6)


@st.composite
def inventories(draw) -> Inventory:
    """Packages that need some of the others, whether those are there or not."""
    needs = st.lists(NAMES, max_size=2, unique=True)
    packages = [
        deb(name, version, requires=tuple((one,) for one in draw(needs)))
        for name, version in sorted(draw(PACKAGES).items())
    ]
    modules = [module(name, version) for name, version in sorted(draw(PACKAGES).items())]
    return inventory(*packages, *modules)


def held(packages):
    return sorted((one.type, one.name, one.version) for one in packages)


def predicted(image, old, new, asked=frozenset()):
    return Predictor(take_apart(image, old, None, Requested(names=asked), exact=True)).upon(new)


@given(inventories(), inventories())
def test_upon_its_own_base_an_image_is_itself(image, old):
    assert held(predicted(image, old, old).packages) == held(image.packages)


@given(inventories(), inventories())
def test_an_image_that_adds_nothing_is_its_base(old, new):
    assert held(predicted(old, old, new).packages) == held(new.packages)


@given(inventories(), inventories(), inventories(), st.frozensets(NAMES, max_size=3))
def test_every_package_comes_from_somewhere_and_none_comes_twice(image, old, new, asked):
    found = predicted(image, old, new, asked).packages
    known = {*held(image.packages), *held(old.packages), *held(new.packages)}
    assert set(held(found)) <= known
    assert len({(one.type, one.name) for one in found}) == len(found)


@given(inventories(), inventories(), inventories())
def test_what_your_lines_added_is_there(image, old, new):
    names = {(one.type, one.name) for one in predicted(image, old, new).packages}
    before = {(one.type, one.name) for one in old.packages}
    assert {(one.type, one.name) for one in image.packages} - before <= names
