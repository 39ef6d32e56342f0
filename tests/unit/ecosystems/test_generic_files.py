"""Kernels, modules and models, by the beginnings of their files."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import image as images
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.gap import Gap
from garboard.model.package import HIGH, Evidence, Package, Unread
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.executables import elf
from tests.unit.image.layers.builders import Given, link, tar
from tests.unit.packages.test_unread import deb, layer

cataloger = cataloger_of("generic")
RELEASE = "6.1.0-18-amd64"
MODULES = f"lib/modules/{RELEASE}"


def bzimage(text: str = f"{RELEASE} (builder@host) #1 SMP Debian 6.1.76-1") -> bytes:
    """As far as the boot protocol goes."""
    data = bytearray(0x3000)
    data[:2] = b"MZ"
    data[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", data, 0x20E, 0x2000)
    data[0x2200 : 0x2200 + len(text)] = text.encode()
    return bytes(data)


@pytest.mark.parametrize(
    ("path", "data", "sure"),
    [
        ("boot/vmlinuz", bzimage(), True),
        ("boot/vmlinuz-other", bzimage(), True),
        (f"usr/{MODULES}/vmlinuz", bzimage(), True),
        (f"boot/vmlinuz-{RELEASE}", b"\x1f\x8b", False),
        (f"{MODULES}/vmlinuz", b"MZ", False),
        (f"{MODULES}/modules.builtin", b"kernel/fs/x.ko\n", False),
    ],
)
def test_a_kernel(path: str, data: bytes, sure: bool) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.type, found.name, found.version) == ("generic", "linux", RELEASE)
    assert (found.evidence == Evidence(confidence=HIGH, offset=0x2200)) is sure


@pytest.mark.parametrize("path", ["boot/vmlinuz", "boot/vmlinuz-virt", "lib/modules/latest/modules.builtin"])
def test_a_kernel_without_a_version_is_told(path: str) -> None:
    assert isinstance(read(cataloger, path, b"MZ")[0], Unread)


def test_a_module_that_is_none_of_the_kernels_own() -> None:
    data = elf({".modinfo": b"\0version=2.4.1\0license=GPL v2\0name=zfs\0vermagic=6.1.0 SMP\0"})
    for folder in ("updates/dkms", "extra", "extra/zfs"):
        (found,) = packages(read(cataloger, f"{MODULES}/{folder}/zfs.ko", data))
        assert (found.name, found.version, found.licenses) == ("zfs", "2.4.1", ("GPL v2",))
        assert found.evidence is not None
        assert data[found.evidence.offset :].startswith(b"2.4.1")
    assert isinstance(read(cataloger, f"{MODULES}/extra/x.ko", elf({".modinfo": b"srcversion=1\0"}))[0], Unread)


def test_what_a_package_brought_is_that_package() -> None:
    files = {
        "boot/vmlinuz-x": bzimage(),
        f"{MODULES}/modules.builtin": b"",
        f"{MODULES}/extra/a.ko": elf({".modinfo": b"\0version=1\0"}),
    }
    for owned in (True, False):
        given_ = layer({**files, **(deb("linux-image", *files) if owned else {})})
        found = assemble(images.read(Given(given_), CATALOGERS, NoCache(), Options()))
        assert [one.name for one in found.packages if one.type == "generic"] == (
            [] if owned else ["a", "linux", "linux"]
        )
        assert [gap.subject for gap in found.gaps] == (["distribution"] if owned else [])


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(*entries: tuple[str, str | int], version: int = 3) -> bytes:
    body = b"".join(
        text(key) + (struct.pack("<I", 8) + text(value) if isinstance(value, str) else struct.pack("<II", 4, value))
        for key, value in entries
    )
    tokens = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 32000)
    return b"GGUF" + struct.pack("<IQQ", version, 201, len(entries) + 1) + body + tokens


LLAMA = gguf(
    ("general.architecture", "llama"),
    ("general.file_type", 15),
    ("general.name", "Tiny Llama"),
    ("llama.block_count", 22),
    ("general.license", "apache-2.0"),
    ("general.version", "1.1"),
)


def safetensors(metadata: dict[str, str] | None) -> bytes:
    stated = {"__metadata__": metadata} if metadata is not None else {}
    header = json.dumps({"a.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, **stated}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4)


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("models/q4.gguf", LLAMA, ("Tiny Llama", "1.1", "llama", ("apache-2.0",))),
        ("models/q4.gguf", gguf(version=2), ("q4", "", "", ())),
        ("m/xl.safetensors", safetensors({"modelspec.title": "SDXL", "modelspec.license": "CreativeML", "modelspec.architecture": "sd-xl"}),
         ("SDXL", "", "sd-xl", ("CreativeML",))),
        ("m/model.safetensors", safetensors({"format": "pt"}), ("model", "", "", ())),
        ("m/model.safetensors", safetensors(None), ("model", "", "", ())),
    ],
)  # fmt: skip
def test_a_model(path: str, data: bytes, expected: tuple[object, ...]) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.name, found.version, found.arch, found.licenses) == expected


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.gguf", b""),
        ("a.gguf", b"GGUF\x03"),
        ("a.gguf", gguf(version=1)),
        ("a.gguf", LLAMA[:60]),
        ("a.safetensors", b"\0" * 20),
        ("a.safetensors", b"version https://git-lfs.github.com/spec/v1\n"),
        ("a.safetensors", struct.pack("<Q", 40) + b'{"__metadata__":{"a":'),
    ],
)
def test_a_model_that_cannot_be_read_is_a_gap(path: str, data: bytes) -> None:
    assert gaps(read(cataloger, path, data))


def test_a_model_behind_a_link_whose_target_has_another_name() -> None:
    data = tar([("cache/blobs/abc", LLAMA), link("cache/snapshots/1/m.gguf", "../../blobs/abc")])
    found = assemble(images.read(Given(data), CATALOGERS, NoCache(), Options()))
    assert [(one.name, one.locations[0].path) for one in found.packages] == [("Tiny Llama", "cache/blobs/abc")]


@given(
    st.sampled_from([("a.gguf", LLAMA), ("a.safetensors", safetensors({"title": "x"})), ("boot/vmlinuz", bzimage())]),
    st.data(),
)
def test_damaged_files_end(given_: tuple[str, bytes], draw: st.DataObject) -> None:
    path, data = given_[0], bytearray(given_[1])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert all(isinstance(fact, Package | Gap | Unread) for fact in read(cataloger, path, bytes(data)))
