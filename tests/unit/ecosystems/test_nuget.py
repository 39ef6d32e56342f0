"""NuGet packages of .NET applications and frameworks."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.nuget.program import SIGNATURE
from garboard.model.gap import Gap
from garboard.model.package import Package, Unread
from garboard.packages.programs import explained
from tests.unit.ecosystems.reading import cataloger_of, file, gaps, packages, read
from tests.unit.executables import elf, mach, pe

cataloger = cataloger_of("nuget")
APPLICATION = {
    "runtimeTarget": {"name": ".NETCoreApp,Version=v6.0/linux-x64", "signature": ""},
    "targets": {
        ".NETCoreApp,Version=v6.0": {},
        ".NETCoreApp,Version=v6.0/linux-x64": {
            "Shop/1.0.0": {"dependencies": {"Newtonsoft.Json": "12.0.1"}, "runtime": {"Shop.dll": {}}},
            "Newtonsoft.Json/12.0.1": {"runtime": {"lib/netstandard2.0/Newtonsoft.Json.dll": {}}},
            "Npgsql/4.0.0": {"runtimeTargets": {"x": {}}, "dependencies": {"System.Memory": "4.5.1"}},
            "System.Memory/4.5.1": {},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1": {"runtime": {"System.dll": {}}},
        },
    },
    "libraries": {
        "Shop/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "Newtonsoft.Json/12.0.1": {"type": "package"},
        "Npgsql/4.0.0": {"type": "package"},
        "System.Memory/4.5.1": {"type": "package"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1": {"type": "runtimepack"},
        "Own/1.0.0": {"type": "reference"},
    },
}


def listed(document: object) -> list[tuple[str, str, bool]]:
    found = packages(read(cataloger, "app/Shop.deps.json", json.dumps(document)))
    return [(one.name, one.version, one.application) for one in found]


def test_what_an_application_brings() -> None:
    assert listed(APPLICATION) == [
        ("Shop", "1.0.0", True),
        ("Newtonsoft.Json", "12.0.1", False),
        ("Npgsql", "4.0.0", False),
        ("Microsoft.NETCore.App.Runtime.linux-x64", "6.0.1", False),
    ]


def test_its_requirements_and_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(APPLICATION).encode()
    shop, *_ = packages(read(cataloger, "app/Shop.deps.json", data))
    assert shop.requires == (("Newtonsoft.Json",),)


def test_a_target_that_is_not_named() -> None:
    assert listed({**APPLICATION, "runtimeTarget": ".NETCoreApp,Version=v6.0/linux-x64"})[1:2] == [
        ("Newtonsoft.Json", "12.0.1", False)
    ]
    only = {"targets": {"x": {"A/1.0": {"native": {"a.so": {}}}}}, "libraries": {"A/1.0": {"type": "Package"}}}
    assert listed(only) == [("A", "1.0", False)]


@pytest.mark.parametrize("document", ["", "[]", '{"libraries": 1}', '{"targets": {"x": 1}}', "[" * 5000])
def test_what_cannot_be_read_is_a_gap(document: str) -> None:
    (reason,) = gaps(read(cataloger, "a.deps.json", document))
    assert "is not what .NET's build writes" in reason


def test_a_library_without_a_version_is_a_gap() -> None:
    (reason,) = gaps(read(cataloger, "a.deps.json", '{"libraries": {"A": {"type": "package"}}}'))
    assert "states no version" in reason


def test_without_a_target_all_packages_of_the_list_are_told() -> None:
    found = listed({"libraries": APPLICATION["libraries"]})
    assert [name for name, _, application in found if not application] == [
        "Newtonsoft.Json",
        "Npgsql",
        "System.Memory",
        "Microsoft.NETCore.App.Runtime.linux-x64",
    ]


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json", ".NETCoreApp,Version=v8.0/linux-x64",
         [("Microsoft.NETCore.App.Runtime.linux-x64", "8.0.1")]),
        ("shared/Microsoft.AspNetCore.App/9.0.0-rc.1/Microsoft.AspNetCore.App.deps.json", ".NETCoreApp,Version=v9.0",
         [("Microsoft.AspNetCore.App", "9.0.0-rc.1")]),
        ("shared/Microsoft.NETCore.App/latest/Microsoft.NETCore.App.deps.json", ".NETCoreApp,Version=v8.0/linux-x64", []),
        ("opt/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json", ".NETCoreApp,Version=v8.0/linux-x64", []),
    ],
)  # fmt: skip
def test_a_shared_framework_without_a_package_has_its_folders_version(
    path: str, target: str, expected: list[tuple[str, str]]
) -> None:
    document = {"runtimeTarget": {"name": target}, "targets": {target: {}}, "libraries": {}}
    found = packages(read(cataloger, path, json.dumps(document)))
    assert [(one.name, one.version) for one in found] == expected


def bundled(
    document: bytes, form: Callable[..., bytes] = elf, *, version: int = 6, named: bool = True, at: int = 0
) -> bytes:
    """A program with a bundle of one file behind it."""
    section = {elf: ".data", mach: "__data", pe: ".data"}[form]

    def host(where: int) -> bytes:
        data = b"x" * 24 + struct.pack("<q", where) + SIGNATURE + bytes(8)
        return form({section: data}) if form is not elf else elf({section: data}, named=named)

    place = len(host(0))
    header = struct.pack("<IIi", version, 0, 1) + b"\x0cabcdefghijkl"
    if version >= 2:
        header += struct.pack("<qqqqQ", place if document else 0, len(document), 0, 0, 0)
    return host(at or place + len(document)) + document + header


@pytest.mark.parametrize("form", [elf, mach, pe])
@pytest.mark.parametrize("version", [2, 6])
@pytest.mark.parametrize("named", [True, False])
def test_the_list_in_a_program_of_one_file(form: Callable[..., bytes], version: int, named: bool) -> None:
    program = bundled(json.dumps(APPLICATION).encode(), form, version=version, named=named)
    found = list(explained(file("srv/shop", program)))
    assert [(one.name, one.inside) for one in found if isinstance(one, Package)][1] == ("Newtonsoft.Json", "deps.json")
    assert len(found) == 4


@pytest.mark.parametrize("program", [bundled(b""), bundled(b"{}", version=1)])
def test_a_bundle_without_a_list_is_told(program: bytes) -> None:
    (found,) = explained(file("srv/shop", program))
    assert isinstance(found, Unread)
    assert found.reason


@pytest.mark.parametrize(
    "program",
    [bundled(b"{", at=1), bundled(b"{}", version=99), bundled(b"{}")[:-40], bundled(b"{}", at=-5), bundled(b"nothing"), bundled(b"{}", at=2**62)],
)  # fmt: skip
def test_a_damaged_bundle_is_a_gap(program: bytes) -> None:
    (found,) = explained(file("srv/shop", program))
    assert isinstance(found, Gap)


def test_a_host_without_a_bundle_and_other_data_behind_a_program_are_passed_over() -> None:
    assert list(explained(file("srv/shop", elf({".data": bytes(8) + SIGNATURE}) + b"more"))) == []
    assert list(explained(file("srv/shop", elf({".data": SIGNATURE}) + b"more"))) == []
    assert list(explained(file("srv/shop", elf({".data": b""}) + b"more"))) == []


@given(st.data())
def test_damaged_bundles_end(draw: st.DataObject) -> None:
    data = bytearray(bundled(json.dumps(APPLICATION).encode()))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(4, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert all(isinstance(fact, Package | Gap | Unread) for fact in explained(file("srv/shop", bytes(data))))
