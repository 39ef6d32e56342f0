"""Java archives that do not state their group, known by an index of the user's own repository."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from garboard.cli import main
from garboard.database.jars import FILE, Jars
from garboard.image.options import Options
from garboard.model.errors import DatabaseError
from garboard.workflows.scan import take_inventory

GRADLE = ".gradle/caches/modules-2/files-2.1"


def jar(text: str, inner: dict[str, bytes] | None = None) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("org/example/A.class", text)
        for name, content in (inner or {}).items():
            archive.writestr(name, content)
    return data.getvalue()


def write(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def index(tmp_path: Path, repository: Path) -> Jars:
    main.run(["db", "jars", str(repository), "--db", str(tmp_path / "db")])
    return Jars(tmp_path / "db")


def names(image: Path, jars: Jars) -> set[tuple[str, str, str]]:
    found = take_inventory(f"dir:{image}", Options(names_of_archives=jars))[1]
    return {(one.namespace, one.name, one.version) for one in found.packages}


ONE, TWO, TWICE = jar("one"), jar("two"), jar("twice")
MAVEN = {
    "org/one/tool/1.0/tool-1.0.jar": ONE,
    "org/one/tool/1.0/tool-1.0-sources.jar": TWO,
    "org/two/tool/2.0/tool-2.0.jar": TWO,
    "org/a/twice/1/twice-1.jar": TWICE,
    "org/b/twice/1/twice-1.jar": TWICE,
    "org/one/tool/1.0/other.jar": jar("other"),
    "short.jar": jar("short"),
}


@pytest.mark.parametrize("layout", ["maven", "gradle"])
def test_the_group_of_an_archive_that_does_not_state_it(tmp_path: Path, layout: str) -> None:
    repository = write(tmp_path / "m2", MAVEN)
    if layout == "gradle":
        files = {
            f"{GRADLE}/org.one/tool/1.0/{'a' * 40}/tool-1.0.jar": ONE,
            f"{GRADLE}/org.two/tool/2.0/{'b' * 39}/tool-2.0.jar": TWO,
        }
        repository = write(tmp_path / "home", files)
    jars = index(tmp_path, repository)
    image = write(
        tmp_path / "image",
        {
            "etc/passwd": b"",
            "srv/renamed-9.9.jar": ONE,
            "srv/fat-1.jar": jar("fat", {"BOOT-INF/lib/tool-2.0.jar": TWO}),
        },
    )
    assert names(image, jars) == {("org.one", "tool", "1.0"), ("", "fat", "1"), ("org.two", "tool", "2.0")}
    assert ("", "renamed", "9.9") in names(image, Jars(tmp_path / "none"))


def test_an_archive_of_two_names_keeps_none(tmp_path: Path) -> None:
    image = write(tmp_path / "image", {"etc/passwd": b"", "srv/twice-1.jar": TWICE})
    assert names(image, index(tmp_path, write(tmp_path / "m2", MAVEN))) == {("", "twice", "1")}


def test_the_command_uses_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index(tmp_path, write(tmp_path / "m2", MAVEN))
    assert "3 archives" in capsys.readouterr().out
    image = write(tmp_path / "image", {"etc/passwd": b"", "srv/tool-1.0.jar": ONE})
    main.run(["inventory", f"dir:{image}", "--no-cache", "--db", str(tmp_path / "db")])
    assert "org.one:tool" in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"not a database" * 100])
def test_a_damaged_index_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    image = write(tmp_path / "image", {"etc/passwd": b"", "srv/tool-1.0.jar": ONE})
    with pytest.raises(DatabaseError, match="cannot be read"):
        names(image, Jars(tmp_path))
