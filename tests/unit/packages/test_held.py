from __future__ import annotations

import pytest

from garboard.model.gap import Gap
from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.package import Frozen, Hold, Package
from garboard.packages.assemble import assemble
from garboard.packages.held import frozen


def installed(name: str, **more: str) -> Package:
    return Package(type="deb", name=name, version="1", scheme="deb", arch="amd64", **more)


def held(*names: str, more: tuple[Package, ...] = ()) -> set[str]:
    facts = (installed("libc6", source_name="glibc"), installed("linux-image-6"), *more)
    files = Files(
        histories=(
            FileHistory(reader="dpkg", path="status", versions=(FileVersion(layer=0, facts=facts),)),
            FileHistory(
                reader="dpkg",
                path="preferences",
                versions=(
                    FileVersion(layer=0, facts=(Hold(type="deb", names=("linux-image-6",), how="before"),)),
                    FileVersion(layer=1, facts=(Hold(type="deb", names=names, how="held"),)),
                ),
            ),
        )
    )
    return {one.name for one in assemble(files).packages if one.held == "held"}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("libc6", {"libc6"}),
        ("libc6:amd64", {"libc6"}),
        ("libc6:i386", set()),
        ("src:glibc", {"libc6"}),
        ("glibc", set()),
    ]
    + [("linux-*", {"linux-image-6"}), ("src:gl*", {"libc6"}), ("/^linux-image/", {"linux-image-6"}), ("zlib", set())]
    + [("*", {"libc6", "linux-image-6"}), ("lib?6", {"libc6"}), ("libc6:any", {"libc6"})],
)
def test_names_and_patterns(name: str, found: set[str]) -> None:
    assert held(name) == found


def test_what_another_package_manager_holds_is_not_held() -> None:
    other = installed("bash")
    facts = (other, Hold(type="rpm", names=("bash",), how="locked"))
    files = Files(histories=(FileHistory(reader="x", path="x", versions=(FileVersion(layer=0, facts=facts),)),))
    assert [one.held for one in assemble(files).packages] == [""]


def test_more_patterns_than_are_compared_are_a_gap() -> None:
    facts = (installed("bash"), Hold(type="deb", names=tuple(f"a{at}*" for at in range(1000)), how="held"))
    files = Files(histories=(FileHistory(reader="x", path="etc/x", versions=(FileVersion(layer=0, facts=facts),)),))
    gaps = [gap for gap in assemble(files).gaps if gap.subject == "etc/x"]
    assert gaps == [Gap(stage="catalog", subject="etc/x", reason=gaps[0].reason)]
    assert "more than 64 patterns" in gaps[0].reason


def test_an_archive_holds_for_the_layers_whose_settings_name_it() -> None:
    first, live, second = (Frozen(type="deb", archive="a"),), (), (Frozen(type="deb", archive="b"),)
    versions = tuple(FileVersion(layer=at * 2, facts=facts) for at, facts in enumerate((first, live, second)))
    removed = FileVersion(layer=9, facts=None)
    path = "etc/apt/sources.list"
    assert frozen([FileHistory(reader="dpkg", path=path, versions=versions)]) == (
        Frozen(type="deb", archive="a", since=0, until=2),
        Frozen(type="deb", archive="b", since=4),
    )
    assert frozen([FileHistory(reader="dpkg", path=path, versions=(versions[0], removed))]) == (
        Frozen(type="deb", archive="a", since=0, until=9),
    )
