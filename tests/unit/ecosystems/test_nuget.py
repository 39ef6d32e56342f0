"""NuGet packages of .NET applications and frameworks."""

from __future__ import annotations

import json

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

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
