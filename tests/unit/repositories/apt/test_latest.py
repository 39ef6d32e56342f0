"""The newest packages that an image's sources have, of its own release and of another."""

import pytest
from msgspec.structs import replace

from garboard.model.package import Distro, Inventory, Package
from garboard.repositories import apt
from garboard.repositories.apt import Exchange
from garboard.workflows.query_mirrors import Newer, drive
from tests.unit.repositories.fake_mirror import Mirror, debian, image, installed_stanza, stanza

ROOT = "http://deb.example/debian"
SOURCES = {
    "etc/apt/sources.list": f"deb {ROOT} bookworm main\ndeb {ROOT} bookworm-security main\ndeb {ROOT} bookworm-backports main\n"
}
BOOKWORM = Distro(id="debian", version="12", codename="bookworm", ecosystem="Debian:12")
TRIXIE = Distro(id="debian", version="13", ecosystem="Debian:13")
TO_TRIXIE = Exchange("bookworm", "trixie")


def settled(documents, exchange=None, files=None):
    mirror = Mirror(documents)
    of = image([installed_stanza("dpkg", "1")], {**SOURCES, **(files or {})})
    found = drive(apt.newest(of, exchange, lambda one: one), mirror.fetch)
    return found, mirror


def archive(name, main=(), security=(), backports=()):
    return {
        **debian(ROOT, name, main),
        **debian(ROOT, f"{name}-security", security),
        **debian(ROOT, f"{name}-backports", backports, pretty={"NotAutomatic": "yes", "ButAutomaticUpgrades": "yes"}),
    }


def test_the_newest_under_the_images_policy():
    documents = archive(
        "bookworm", [stanza("curl", "1"), stanza("jq", "1")], [stanza("curl", "2")], [stanza("curl", "3")]
    )
    found, _ = settled(documents)
    assert (found.packages.get("curl").version, found.packages.get("jq").version) == ("2", "1")
    assert found.packages.get("none") is None
    assert "none" not in found.packages
    assert found.gaps == ()


def test_the_images_pins_count():
    pin = {"etc/apt/preferences": "Package: curl\nPin: release n=bookworm-backports\nPin-Priority: 900\n"}
    documents = archive("bookworm", [stanza("curl", "1")], (), [stanza("curl", "3")])
    assert settled(documents, files=pin)[0].packages.get("curl").version == "3"


def test_a_package_is_as_dpkg_tells_it():
    text = stanza(
        "git", "1:2.47-0+b1", source="git-source (1:2.47-0)", pre_depends="libc6 (>= 2.38)",
        depends="perl, liberror-perl | other (<< 3) | third:any", recommends="less, ssh-client",
        provides="git-core (= 2), git-man", priority="required",
    )  # fmt: skip
    one = settled(archive("bookworm", [text]))[0].packages.get("git")
    assert one == Package(
        type="deb", name="git", version="1:2.47-0+b1", scheme="deb", arch="amd64", source_name="git-source",
        source_version="1:2.47-0", requires=(("libc6",), ("perl",), ("liberror-perl", "other", "third")),
        recommends=(("less",), ("ssh-client",)), provides=("git-core", "git-man"), essential=True,
    )  # fmt: skip


def test_a_name_that_is_only_provided():
    packages = [
        stanza("mawk", "1", provides="awk, text", priority="required"),
        stanza("gawk", "1", provides="awk", priority="optional"),
        stanza("exim4", "1", provides="mta", priority="optional"),
        stanza("postfix", "1", provides="mta", priority="optional"),
    ]
    found = settled(archive("bookworm", packages))[0].packages
    assert found.get("text").name == "mawk"
    assert found.get("awk").name == "mawk"  # apt prefers the higher priority
    assert "mta" in found
    assert found.get("mta") is None  # nothing is guessed


def test_which_versions_are_required():
    packages = [stanza("dev", "2", depends="lib (= 2), tool (>= 1.5) | other"), stanza("lib", "2")]
    found = settled(archive("bookworm", packages))[0].packages
    dev, lib = found.get("dev"), found.get("lib")
    assert found.suffices(dev, 0, lib)
    assert not found.suffices(dev, 0, replace(lib, version="1"))
    assert not found.suffices(dev, 1, replace(lib, name="tool", version="1.4"))
    assert found.suffices(dev, 1, replace(lib, name="other", version="0"))
    assert [found.tied(dev, at, name) for at, name in ((0, "lib"), (1, "tool"))] == [True, False]
    assert found.suffices(replace(dev, version="1"), 0, replace(lib, version="0"))  # of that nothing is known


def test_the_other_release():
    documents = archive("bookworm", [stanza("curl", "1")]) | archive(
        "trixie", [stanza("curl", "8")], [stanza("curl", "9")], [stanza("curl", "10")]
    )
    found, mirror = settled(documents, TO_TRIXIE)
    assert found.packages.get("curl").version == "9"
    assert not [url for url in mirror.asked if "bookworm" in url or "backports" in url]


def test_sources_that_name_no_release_stay():
    files = {
        "etc/apt/sources.list": f"deb {ROOT} bookworm main\ndeb {ROOT} nodistro main\ndeb {ROOT} bookwormish main\n"
    }
    documents = {
        **debian(ROOT, "trixie", [stanza("curl", "8")]),
        **debian(ROOT, "nodistro", [stanza("node", "22")]),
        **debian(ROOT, "bookwormish", [stanza("other", "1")]),
    }
    found, _ = settled(documents, TO_TRIXIE, files)
    assert [found.packages.get(name).version for name in ("curl", "node", "other")] == ["8", "22", "1"]


@pytest.mark.parametrize(
    ("documents", "files", "exchange", "reason"),
    [
        (archive("bookworm", [stanza("curl", "1")]), {}, TO_TRIXIE, "not there"),
        (
            {**archive("trixie", [stanza("curl", "1")]), **debian(ROOT, "trixie-security", (), owner="stranger")},
            {},
            TO_TRIXIE,
            "its signature is not good",
        ),
        ({}, {"etc/apt/sources.list": f"deb {ROOT} stable main"}, TO_TRIXIE, "what stands for stable"),
        ({}, {"etc/apt/sources.list": ""}, None, "names no package mirror"),
        ({}, {}, Exchange("bookworm", "../evil"), "is no codename"),
        (
            archive("bookworm", [stanza("curl", "1")]),
            {"etc/apt/sources.list.d/x.list": "deb file:/srv ./\n"},
            None,
            "are not looked at",
        ),
    ],
)
def test_what_was_not_read_whole_is_not_used(documents, files, exchange, reason):
    found, _ = settled(documents, exchange, files)
    assert found.packages is None
    assert reason in " | ".join(gap.reason for gap in found.gaps)


def test_an_index_that_was_changed_is_not_used():
    documents = archive("bookworm", [stanza("curl", "1")])
    documents[f"{ROOT}/dists/bookworm-security/main/binary-amd64/Packages.xz"] += b"x"
    found, _ = settled(documents)
    assert found.packages is None
    assert found.gaps


# -- of bases


def newer(documents, distro=BOOKWORM):
    mirror = Mirror(documents)
    of = replace(image([installed_stanza("dpkg", "1")], SOURCES), distro=distro)
    return Newer(of, mirror.fetch), mirror


def test_bases_of_one_release_share_an_index():
    asked, mirror = newer(archive("bookworm", [stanza("curl", "1")]))
    first = asked(Inventory(distro=BOOKWORM))
    assert asked(Inventory(distro=replace(BOOKWORM, codename="", pretty_name="x"))) is first
    assert mirror.asked.count(f"{ROOT}/dists/bookworm/InRelease") == 1


def test_matching_can_judge_what_is_there():
    asked, _ = newer(archive("bookworm") | archive("trixie", [stanza("curl", "8-1", source="curl-source")]))
    one = asked(Inventory(distro=TRIXIE)).get("curl")
    assert one.ecosystem == "Debian:13"
    assert one.purl == "pkg:deb/debian/curl@8-1?arch=amd64&distro=debian-13&upstream=curl-source"


@pytest.mark.parametrize(
    "distro", [None, Distro(id="alpine", version="3.20"), Distro(id="ubuntu", version="24.04"), Distro(id="fedora")]
)
def test_bases_of_other_distributions_have_none(distro):
    asked, mirror = newer(archive("bookworm"))
    assert asked(Inventory(distro=distro)) is None
    assert asked.gaps == ()
    assert mirror.asked == []


def test_a_release_without_a_known_codename():
    asked, mirror = newer(archive("bookworm"))
    assert asked(Inventory(distro=Distro(id="debian", version="99", ecosystem="Debian:99"))) is None
    assert "codename" in asked.gaps[0].reason
    assert mirror.asked == []


def test_what_is_missing_of_a_release_is_told_once():
    asked, _ = newer({})
    for _ in range(2):
        assert asked(Inventory(distro=TRIXIE)) is None
    assert len(asked.gaps) == 2
