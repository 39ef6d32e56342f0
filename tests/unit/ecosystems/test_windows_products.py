"""Products of Windows, by the versions in the resources of their programs and libraries."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import image as images
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.gap import Gap
from garboard.model.package import Inventory, Package, Unread
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.programs import explained
from tests.unit.ecosystems.reading import file
from tests.unit.executables import pe
from tests.unit.image.layers.builders import Given
from tests.unit.packages.test_unread import DOTNET, deb, layer


def version_resource(texts: dict[str, str], *, before: int = 64) -> bytes:
    """``VS_VERSIONINFO`` with its strings, behind what other resources there are."""

    def text(key: str, value: str) -> bytes:
        spelled = f"{key}\0".encode("utf-16-le")
        head = 6 + len(spelled)
        stored = f"{value}\0".encode("utf-16-le")
        body = spelled + bytes(-head % 4) + stored
        return struct.pack("<HHH", 6 + len(body), len(stored) // 2, 1) + body

    strings = b"".join(one + bytes(-len(one) % 4) for one in (text(key, value) for key, value in texts.items()))
    key = "VS_VERSION_INFO\0".encode("utf-16-le")
    head = bytes(-(6 + len(key)) % 4) + struct.pack("<II", 0xFEEF04BD, 0x10000) + bytes(44)
    body = key + head + strings
    return bytes(before) + struct.pack("<HHH", 6 + len(body), 52, 0) + body


def program(name: str = "Contoso Tools", version: str = "4.2.1.0", **more: str) -> bytes:
    return pe(
        {
            ".text": b"x",
            ".rsrc": version_resource(
                {"CompanyName": "Contoso", "ProductName": name, "ProductVersion": version, **more}
            ),
        }
    )


def inventory(*layers: bytes) -> Inventory:
    return assemble(images.read(Given(*layers), CATALOGERS, NoCache(), Options()))


@pytest.mark.parametrize("path", ["app/tool.exe", "app/tool.dll", "app/TOOL.DLL"])
@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("4.2.1.0", "4.2.1.0"),
        ("4, 2, 1, 0", "4.2.1.0"),
        ("13.0.1+4fba53a324c445", "13.0.1"),
        ("8.0.0-rc.1.23419.4+92959931a", "8.0.0-rc.1.23419.4"),
        ("10.0.1 (WinBuild.160101.0800)", "10.0.1"),
    ],
)
def test_the_product_is_in_the_inventory(path: str, version: str, expected: str) -> None:
    data = program(version=version)
    found = inventory(layer({path: data}))
    ((one),) = found.packages
    assert (one.type, one.name, one.version, one.vendor) == ("generic", "Contoso Tools", expected, "Contoso")
    assert one.evidence is not None
    assert data[one.evidence.offset :].startswith(version.encode("utf-16-le"))
    assert not found.gaps


def test_a_product_is_named_once_for_all_of_its_files() -> None:
    files = {f"Windows/System32/{number}.dll": program() for number in range(30)}
    found = inventory(layer(files), layer({"app/other.dll": program(version="5.0")}))
    assert [(one.version, len(one.locations)) for one in found.packages] == [("4.2.1.0", 20), ("5.0", 1)]


def test_what_something_else_explains_is_not_told_twice() -> None:
    assert [one.type for one in inventory(layer({"app/a.deps.json": DOTNET, "app/a.dll": program()})).packages] == [
        "nuget"
    ]
    owned = inventory(layer({"usr/lib/a/a.dll": program(), **deb("a", "usr/lib/a/a.dll")}))
    assert [one.type for one in owned.packages] == ["deb"]


@pytest.mark.parametrize(
    "data", [pe({".rsrc": b""}), pe({".text": b"x"}), program(name=""), program(version="unknown"), program()[:600]]
)
def test_one_without_a_name_or_a_version_is_told_as_before(data: bytes) -> None:
    found = inventory(layer({"app/a.dll": data, "srv/b.exe": data}))
    assert not found.packages
    assert {gap.subject for gap in found.gaps} == {".NET and Windows libraries", "Windows programs"}


@given(st.data())
def test_damaged_resources_end(draw: st.DataObject) -> None:
    data = bytearray(program())
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(4, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert all(isinstance(fact, Package | Gap | Unread) for fact in explained(file("a.dll", bytes(data))))
