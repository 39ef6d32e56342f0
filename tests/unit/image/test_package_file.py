"""One file as what is scanned: what is in it counts, and nothing else of its folder."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from garboard import image
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.workflows.scan import take_inventory


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


JAR = zipped(**{"META-INF/maven/g/a/pom.properties": "groupId=g\nartifactId=a\nversion=1\n", "a/B.class": ""})
WHEEL = zipped(**{"a-1.dist-info/METADATA": "Name: a\nVersion: 1\n"})
LOCK = json.dumps({"packages": {"": {"name": "x"}, "node_modules/a": {"version": "1.0.0"}}}).encode()


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.jar", JAR, ("g/a", "1")),
        ("A.WAR", JAR, ("g/a", "1")),
        ("a-1-py3-none-any.whl", WHEEL, ("a", "1")),
        ("file:package-lock.json", LOCK, ("a", "1.0.0")),
        ("file:other.whl", WHEEL, ("a", "1")),
    ],
)
def test_a_file_is_scanned(tmp_path: Path, name: str, data: bytes, found: tuple[str, str]) -> None:
    scheme, colon, file = name.rpartition(":")
    (tmp_path / file).write_bytes(data)
    (tmp_path / "b.whl").write_bytes(WHEEL.replace(b"a-1.dist", b"b-1.dist"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/c.jar").write_bytes(JAR)
    opened, inventory = take_inventory(f"{scheme}{colon}{tmp_path / file}", Options())
    assert opened.source == "file"
    assert [(one.full_name, one.version) for one in inventory.packages if not one.application] == [found]
    assert inventory.gaps == ()


@pytest.mark.parametrize("name", ["a.gem", "a.nupkg", "a.crate"])
def test_what_cannot_be_looked_into_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    inventory = take_inventory(str(tmp_path / name), Options())[1]
    assert inventory.packages == ()
    assert [(gap.subject, name in gap.reason) for gap in inventory.gaps] == [("package files", True)]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is not a file"):
        image.load(f"file:{tmp_path}", Options())
