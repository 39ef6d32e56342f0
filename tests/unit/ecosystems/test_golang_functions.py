"""The functions of a Go program, and whether those that have a vulnerability are among them."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.golang.functions import by_module, has
from garboard.executables import Executable
from garboard.feeds.readers import osv_advisory
from garboard.matching import match
from garboard.model.advisory import Advisory, Affected, Range
from garboard.model.package import Package
from tests.unit.executables import elf
from tests.unit.matching.known import Known, inventory

NAMES = (
    "main.main",
    "net/http.(*Client).Do",
    "net/http.Get.func1",
    "net/http.Get.func1.2",
    "golang.org/x/net/http2.(*Framer).ReadFrame",
    "golang.org/x/net/html.Parse",
    "gopkg.in/yaml%2ev3.Unmarshal",
    "example.org/a.Map[go.shape.int,example.org/b.T].Get",
    "runtime.text",
    "type:.eq.runtime.x",
)
MODULES = ("golang.org/x/net", "gopkg.in/yaml.v3", "example.org/a")


def table(*names: str, magic: int = 0xFFFFFFF1, size: int = 8, order: str = "<") -> bytes:
    word = 2 if magic == 0xFFFFFFFA else 3
    text = b"".join(name.encode() + b"\0" for name in names)
    start = 8 + (word + 2) * size
    words = [1] * word + [start, start + len(text)]
    form = order + ("Q" if size == 8 else "I") * len(words)
    return struct.pack(f"{order}IHBB", magic, 0, 1, size) + struct.pack(form, *words) + text


def functions(data: bytes, *, wide: bool = True, order: str = "<") -> dict[str, bytes]:
    program = Executable(memoryview(elf({".gopclntab": data}, wide=wide, order=order)))
    return by_module(program, MODULES, "stdlib")


@pytest.mark.parametrize("magic", [0xFFFFFFF1, 0xFFFFFFF0, 0xFFFFFFFA])
@pytest.mark.parametrize(("size", "order"), [(8, "<"), (8, ">"), (4, "<"), (4, ">")])
def test_functions_by_module(magic: int, size: int, order: str) -> None:
    found = functions(table(*NAMES, magic=magic, size=size, order=order), wide=size == 8, order=order)
    assert set(found) == {"stdlib", *MODULES}
    for module, name in (
        ("stdlib", "net/http.Client.Do"),
        ("stdlib", "net/http.Get"),
        ("stdlib", "net/http"),
        ("golang.org/x/net", "golang.org/x/net/http2.Framer.ReadFrame"),
        ("golang.org/x/net", "golang.org/x/net/html"),
        ("gopkg.in/yaml.v3", "gopkg.in/yaml.v3.Unmarshal"),
        ("example.org/a", "example.org/a.Map.Get"),
    ):
        assert has(found[module], name), name
    assert not has(found["golang.org/x/net"], "golang.org/x/net/http2.Framer.WriteFrame")
    assert not has(found["golang.org/x/net"], "golang.org/x/net/idna")
    assert not has(b"", "net/http.Get")


@given(
    st.lists(st.text(st.characters(codec="ascii", exclude_characters="\0%[]()"), min_size=1, max_size=12), max_size=30)
)
def test_what_is_in_the_table_is_found(symbols: list[str]) -> None:
    names = [f"golang.org/x/net/html.{symbol}" for symbol in symbols if "/" not in symbol]
    names = [name for name in names if "func" not in name and "wrap" not in name and "-fm" not in name]
    found = functions(table(*names)).get("golang.org/x/net", b"")
    assert all(has(found, name) for name in names)


@given(st.binary(max_size=200), st.integers(0, 80))
def test_a_damaged_table_tells_nothing_or_less(data: bytes, at: int) -> None:
    whole = bytearray(table(*NAMES))
    whole[at : at + len(data)] = data
    functions(bytes(whole))
    functions(data)


def test_a_table_without_names_is_not_known() -> None:
    assert functions(b"") == {}
    assert functions(table(*NAMES)[:20]) == {}
    assert functions(table(*NAMES, magic=0xFFFFFFFB)) == {}


def advisory(*imports: object, identifier: str = "GO-2024-1") -> Advisory:
    entry = {
        "package": {"ecosystem": "Go", "name": "golang.org/x/net"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.17.0"}]}],
        "ecosystem_specific": {"imports": list(imports)},
    }
    record = {"id": identifier, "aliases": ["CVE-2024-1000"], "affected": [entry]}
    found = osv_advisory.advise(osv_advisory.read(json.dumps(record).encode()), "Go", "osv")
    assert found is not None
    return found


FRAMES = {"path": "golang.org/x/net/http2", "symbols": ["Framer.ReadFrame", "Server.ServeConn"]}
IDNA = {"path": "golang.org/x/net/idna", "symbols": ["ToASCII"]}


@pytest.mark.parametrize(
    ("imports", "symbols"),
    [
        ([FRAMES], ("golang.org/x/net/http2.Framer.ReadFrame", "golang.org/x/net/http2.Server.ServeConn")),
        ([{"path": "a/b"}], ("a/b",)),
        ([{"path": "a/b", "symbols": []}], ("a/b",)),
        ([{"path": "a/b", "symbols": "x"}], ("a/b",)),
        ([FRAMES, 3], ()),
        ([{"symbols": ["x"]}], ()),
        ([{"path": "a/b", "symbols": ["x"] * 1001}], ("a/b",)),
        ([{"path": f"a/{number}"} for number in range(1001)], ()),
    ],
)
def test_symbols_of_a_record(imports: list[object], symbols: tuple[str, ...]) -> None:
    assert advisory(*imports).affected[0].symbols == symbols


@pytest.mark.parametrize(
    ("advisories", "noted"),
    [
        ((advisory(FRAMES),), False),
        ((advisory(IDNA),), True),
        ((advisory(IDNA, FRAMES),), False),
        ((advisory({"path": "golang.org/x/net/idna"}),), True),
        ((advisory({"path": "golang.org/x/net/html"}),), False),
        ((advisory(),), False),
        ((advisory(IDNA), advisory(identifier="GHSA-aaaa-bbbb-cccc")), True),
        ((advisory(IDNA), advisory(FRAMES, identifier="GO-2024-2")), False),
    ],
)
def test_functions_that_are_not_there_are_noted_and_drop_nothing(advisories: tuple[Advisory, ...], noted: bool) -> None:
    held = functions(table(*NAMES))["golang.org/x/net"]
    for functions_of in (held, b""):
        package = Package(
            type="golang",
            namespace="golang.org/x",
            name="net",
            version="v0.10.0",
            scheme="semver",
            ecosystem="Go",
            purl="pkg:golang/golang.org/x/net@v0.10.0",
            functions=functions_of,
        )
        (finding,) = match(inventory(package), Known(*advisories, covers=("Go",))).findings
        assert bool(finding.note) == (noted and bool(functions_of))
        assert finding.fixed_in == "0.17.0"


WINDOWS = {"path": "golang.org/x/net/html", "goos": ["windows"]}
ARM = {"path": "golang.org/x/net/html", "goos": ["linux", "darwin"], "goarch": ["arm64"]}


@pytest.mark.parametrize(
    ("advisories", "built_for", "note"),
    [
        ((advisory(WINDOWS),), "linux/amd64", "the program is built for linux/amd64, and only windows has the vulnerability"),
        ((advisory(WINDOWS),), "windows/arm64", ""),
        ((advisory(WINDOWS),), "", ""),
        ((advisory(WINDOWS, ARM),), "linux/arm64", ""),
        ((advisory(ARM),), "linux/amd64", "the program is built for linux/amd64, and only linux/arm64, darwin/arm64 has the vulnerability"),
        ((advisory(WINDOWS, FRAMES),), "linux/amd64", ""),
        ((advisory(WINDOWS | {"goos": "windows"}),), "linux/amd64", ""),
        ((advisory(WINDOWS | {"goos": ["a/b"]}),), "linux/amd64", ""),
        ((advisory(WINDOWS, *[FRAMES] * 1000),), "linux/amd64", ""),
        ((advisory({"path": "golang.org/x/net/html", "goarch": ["386"]}),), "linux/amd64", "the program is built for linux/amd64, and only 386 has the vulnerability"),
        ((advisory(WINDOWS), advisory(identifier="GHSA-aaaa-bbbb-cccc")), "linux/amd64", "the program is built for linux/amd64, and only windows has the vulnerability"),
    ],
)  # fmt: skip
def test_what_other_systems_have_is_noted_and_drops_nothing(
    advisories: tuple[Advisory, ...], built_for: str, note: str
) -> None:
    package = Package(
        type="golang",
        namespace="golang.org/x",
        name="net",
        version="v0.10.0",
        scheme="semver",
        ecosystem="Go",
        purl="pkg:golang/golang.org/x/net@v0.10.0",
        built_for=built_for,
    )
    (finding,) = match(inventory(package), Known(*advisories, covers=("Go",))).findings
    assert finding.note == note


def test_a_union_with_what_names_no_functions_names_none() -> None:
    one = Affected(ecosystem="Go", package="a", scheme="semver", ranges=(Range(introduced="0"),), symbols=("a.X",))
    union = osv_advisory._union
    assert union(one, Affected(ecosystem="Go", package="a", scheme="semver")).symbols == ()
    assert union(one, one).symbols == ("a.X",)
