"""Streams of Red Hat Enterprise Linux, by an image's content manifests and its label."""

from __future__ import annotations

import json
import lzma
import re

import pytest

from garboard.model.gap import Gap
from garboard.model.package import MAINLINE, Distro
from garboard.packages import distro, redhat_streams
from tests.unit.ecosystems.reading import read

PATH = "root/buildinfo/content_manifests/{}.json"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2", "Red Hat EUS 9.2"),
        ("rhel-8-for-aarch64-appstream-aus-rpms__8_DOT_4", "Red Hat AUS 8.4"),
        ("rhel-8-for-x86_64-baseos-e4s-rpms", "Red Hat E4S"),
        ("rhel-8-for-x86_64-baseos-tus-debug-rpms__8_DOT_6", "Red Hat TUS 8.6"),
        ("rhel-7-server-eus-rpms__7_DOT_6__x86_64", "Red Hat EUS 7.6"),
        ("rhel-9-for-x86_64-baseos-rpms", MAINLINE),
        ("ubi-9-appstream-rpms", MAINLINE),
        ("rhocp-4.12-for-rhel-8-x86_64-rpms", ""),
        ("my-status-rpms", ""),
        ("rhel-7-server-rpms", MAINLINE),
        ("rhel-6-workstation-optional-rpms", MAINLINE),
        ("codeready-builder-for-rhel-8-x86_64-eus-rpms__8_DOT_4", "Red Hat EUS 8.4"),
        ("satellite-tools-6.10-for-rhel-8-x86_64-eus-rpms", ""),
        ("rhel-sap-for-rhel-7-server-eus-rpms__7_DOT_7__x86_64", ""),
        ("rhel-7-for-power-eus-supplementary-rpms", ""),
        ("x" * 5000, ""),
        ("", ""),
    ],
)
def test_repositories(name: str, expected: str) -> None:
    assert redhat_streams.of_repository(name) == expected


@pytest.mark.parametrize(
    ("cpe", "expected"),
    [
        ("cpe:/a:redhat:rhel_eus:9.2::appstream", ("Red Hat EUS 9.2",)),
        ("cpe:/o:redhat:rhel_aus:8.4::baseos", ("Red Hat AUS 8.4",)),
        ("cpe:/o:redhat:rhel_eus_long_life:8.6", ("Red Hat EUS 8.6",)),
        ("cpe:/o:redhat:enterprise_linux:9::baseos", (MAINLINE,)),
        ("cpe:/a:redhat:openshift:4.12::el9", ()),
        ("", ()),
    ],
)
def test_labels(cpe: str, expected: tuple[str, ...]) -> None:
    assert redhat_streams.of_cpe(cpe) == expected


def chosen(*manifests: object, version: str = "9.2") -> Distro | None:
    own = read(distro, "etc/os-release", f"ID=rhel\nVERSION_ID={version}\n")[0]
    assert isinstance(own, Distro)
    candidates = {"etc/os-release": own}
    for number, manifest in enumerate(manifests):
        (fact,) = read(distro, PATH.format(number), json.dumps(manifest))
        assert isinstance(fact, Distro)
        candidates[PATH.format(number)] = fact
    return distro.choose(candidates)


def test_an_image_has_the_streams_of_all_its_manifests() -> None:
    eus = {"content_sets": ["rhel-9-for-x86_64-baseos-eus-rpms", "rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2"]}
    main = {"metadata": {"icm_version": 1}, "content_sets": ["ubi-9-baseos-rpms"], "image_contents": []}
    other = {"content_sets": ["rhel-8-for-x86_64-baseos-eus-rpms__8_DOT_4"]}
    found = chosen(main, eus, other)
    assert found is not None
    assert (found.ecosystem, found.streams) == ("Red Hat:enterprise_linux:9", (MAINLINE, "Red Hat EUS 9.2"))
    assert len(found.repositories) == 4
    assert distro.with_streams(found, ("Red Hat E4S 9.2",)).streams[-1] == "Red Hat E4S 9.2"
    plain = chosen({"content_sets": []})
    assert plain is not None
    assert plain.streams == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"content_sets": 3}',
        b"[" * 100_000,
        json.dumps({"content_sets": [f"{n}" for n in range(1001)]}).encode(),
    ],
)
def test_a_manifest_that_is_none_is_a_gap(data: bytes) -> None:
    (gap,) = read(distro, PATH.format("a"), data)
    assert isinstance(gap, Gap)


def test_names_agree_with_red_hats_own_map(shared) -> None:
    """Of repositories whose products are all streams of one minor release, or all Enterprise Linux itself."""
    data = json.loads(lzma.decompress((shared / "data/redhat/repository-to-cpe.json.xz").read_bytes()))["data"]
    compared = others = 0
    for name, about in data.items():
        told = {redhat_streams.of_cpe(cpe) for cpe in about["cpes"]}
        if told == {()}:
            others += bool(redhat_streams.of_repository(name))
        if len(told) == 1 and told != {()} and re.match(r"rhel-[89]-for-x86_64-(?:baseos|appstream)-", name):
            ((expected,),) = told
            found = redhat_streams.of_repository(name)
            if "-debug-" in name or "-source-" in name:
                continue
            assert found in {expected, expected.rpartition(" ")[0]}, name
            compared += 1
    assert compared > 30
    assert others < 10  # old tools of OpenStack's, with a name like a stream's
