"""Files of MSBuild that speak of each other: shared properties, imports, and versions for all projects of a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.packages.test_declared import read


def project(*items: str, more: str = "") -> str:
    return f"<Project>\n{more}\n<ItemGroup>\n" + "\n".join(items) + "\n</ItemGroup>\n</Project>\n"


def properties(**values: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return f"<PropertyGroup>{inner}</PropertyGroup>"


def asks(name: str, version: str = "", *, other: str = "") -> str:
    return f'<PackageReference Include="{name}"' + (f' Version="{version}"' if version else "") + f"{other}/>"


def central(name: str, version: str) -> str:
    return f'<PackageVersion Include="{name}" Version="{version}"/>'


def versions(tmp_path: Path, files: dict[str, str]) -> set[str]:
    return {f"{one.full_name}@{one.version}" for one in read(tmp_path, files).packages}


CENTRAL = "Directory.Packages.props"
BOTH = project(central("A", "1.0"), central("B", "2.0"))
PINNING = properties(CentralPackageTransitivePinningEnabled="true")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a/a.csproj": project(asks("A"))}, {"A@1.0"}),
        ({"a/a.csproj": project(asks("a")), "b/b.fsproj": project(asks("B"))}, {"A@1.0", "B@2.0"}),
        ({"a/a.csproj": project(asks("A", other=' VersionOverride="1.5"'))}, {"A@1.5"}),
        (
            {"a/a.csproj": project(asks("A", other=' VersionOverride="1.5"')), "b/b.csproj": project(asks("A"))},
            {"A@1.0", "A@1.5"},
        ),
        ({"a/a.csproj": project('<PackageReference Include="A"><VersionOverride>1.5</VersionOverride></PackageReference>')}, {"A@1.5"}),
        ({"a/a.csproj": project(), "Directory.Build.props": project(asks("B"))}, {"B@2.0"}),
        ({"a/a.csproj": project(), "eng/x.targets": project(asks("B", other=" Condition=\"'$(X)' == 'y'\""))}, {"B@2.0"}),
        ({}, {"A@1.0", "B@2.0"}),
        ({"a/a.csproj": project(asks("$(Unknown)"))}, {"A@1.0", "B@2.0"}),
        ({"a/a.csproj": project(asks("$(N)"), more=properties(N="A"))}, {"A@1.0"}),
        ({"a/a.csproj": project(asks("A")), "b/b.csproj": "<Project"}, {"A@1.0", "B@2.0"}),
        ({"a/a.csproj": project(asks("A")), "Directory.Build.props": project(more=PINNING)}, {"A@1.0", "B@2.0"}),
        ({"a/a.csproj": project(asks("A")), "global.json": '{"msbuild-sdks": {}}'}, {"A@1.0"}),
        ({"a/a.csproj": project(asks("A"), more='<Sdk Name="S" Version="3.0"/>')}, {"A@1.0", "B@2.0", "S@3.0"}),
        ({"a/a.csproj": project('<GlobalPackageReference Include="G" Version="1.0"/>')}, {"G@1.0"}),
    ],
)  # fmt: skip
def test_central_versions_count_where_a_project_takes_them(
    tmp_path: Path, files: dict[str, str], expected: set[str]
) -> None:
    assert versions(tmp_path, {CENTRAL: BOTH, **files}) == expected


def test_a_file_that_is_called_otherwise_but_for_capitals_is_read(tmp_path: Path) -> None:
    files = {"directory.packages.props": BOTH, "a/A.CsProj": project(asks("A"))}
    assert versions(tmp_path, files) == {"A@1.0"}


USES = project(asks("A", "$(FooVersion)"))


@pytest.mark.parametrize(
    "files",
    [
        {"Directory.Build.props": project(more=properties(FooVersion="1.0"))},
        {"src/Directory.Build.props": project(more=properties(fooversion="1.0"))},
        {"Directory.Build.props": project(more=properties(Major="1", FooVersion="$(Major).0"))},
        {"Directory.Build.targets": project(more=properties(FooVersion="1.0"))},
        {
            "Directory.Build.props": project(more='<Import Project="$(MSBuildThisFileDirectory)eng\\Versions.props"/>'),
            "eng/Versions.props": project(more=properties(FooVersion="1.0")),
        },
        {
            "Directory.Build.props": project(more=properties(FooVersion="1.0")),
            "src/Directory.Build.props": project(
                more="<Import Project=\"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))\"/>"
            ),
        },
        {
            "Directory.Build.props": project(
                more="<PropertyGroup><FooVersion Condition=\"'$(FooVersion)' == ''\">1.0</FooVersion></PropertyGroup>"
            )
        },
        {"Directory.Build.props": project(more=properties(FooVersion="1.0")), "x/Directory.Build.props": project(more=properties(FooVersion="9.0"))},
    ],
)  # fmt: skip
def test_properties_of_what_a_project_takes_in(tmp_path: Path, files: dict[str, str]) -> None:
    found = read(tmp_path, {"src/a/a.csproj": USES, **files})
    assert [f"{one.full_name}@{one.version}" for one in found.packages] == ["A@1.0"]
    assert [one.locations[0].line for one in found.packages] == [4]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"other/Directory.Build.props": project(more=properties(FooVersion="1.0"))},
        {
            "Directory.Build.props": project(more=properties(FooVersion="1.0")),
            "src/Directory.Build.props": project(more=properties(Other="1.0")),
        },
        {"Directory.Build.props": project(more=properties(FooVersion="$(FooVersion)"))},
        {
            "Directory.Build.props": project(
                more="<PropertyGroup Condition=\"'$(X)' == ''\"><FooVersion>1.0</FooVersion></PropertyGroup>"
            )
        },
        {
            "Directory.Build.props": project(
                more=properties(FooVersion="1.0")
                + "<PropertyGroup><FooVersion Condition=\"'$(X)' == ''\">2.0</FooVersion></PropertyGroup>"
            )
        },
    ],
)
def test_properties_that_are_not_known_are_told(tmp_path: Path, files: dict[str, str]) -> None:
    found = read(tmp_path, {"src/a/a.csproj": USES, **files})
    assert found.packages == ()
    assert any("asks for A, and no lock file says in which versions" in gap.reason for gap in found.gaps)


def test_files_that_take_in_each_other(tmp_path: Path) -> None:
    files = {"a.csproj": project(asks("A", "1.0"), more='<Import Project="b.props"/>')}
    files["b.props"] = project(more='<Import Project="a.csproj"/><Import Project="b.props"/>')
    assert versions(tmp_path, files) == {"A@1.0"}
