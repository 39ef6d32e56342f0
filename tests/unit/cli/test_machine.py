"""What the machine lacks is told as that: it is no fault of the image's, nor garboard's, and never a clean report."""

from __future__ import annotations

import errno
import gzip
import io
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from garboard.cli.failure import said
from tests.unit.cli.image_on_disk import OS_RELEASE, tar, write_layers

MIB = 1024 * 1024


def image(path: Path) -> Path:
    """An image whose compressed layer holds an archive that is too large to be read in memory."""
    jar = io.BytesIO()
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        archive.writestr("data.bin", bytes(9 * MIB))
    write_layers(path, {"COPY app.jar /": {"etc/os-release": OS_RELEASE, "srv/app.jar": jar.getvalue()}})
    with_layer = path.with_suffix(".gz.tar")
    layer = tar({"etc/os-release": OS_RELEASE, "srv/app.jar": jar.getvalue()})
    with_layer.write_bytes(path.read_bytes().replace(layer, gzip.compress(layer).ljust(len(layer), b"\0")))
    return with_layer


def limited(limit: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(limit, (value, value))


def inventory(path: Path, folder: Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "garboard", "inventory", path],
        env={"XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_disk_without_room(tmp_path: Path) -> None:
    path = image(tmp_path / "image.tar")
    ended = inventory(path, tmp_path)
    assert "srv/app.jar" in ended.stdout, ended.stderr
    shutil.rmtree(tmp_path / "cache")
    ended = inventory(path, tmp_path, limited(resource.RLIMIT_FSIZE, MIB))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert (
        f"error: file too large (temporary files are in {tmp_path})\nhint: raise the limit: ulimit -f" in ended.stderr
    )
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE])
def test_what_is_wanting_has_a_way_out(number: int) -> None:
    found = said(OSError(number, "No Space", "/some/file"), [])
    assert found is not None
    assert found[0] == "/some/file: no space"
    assert found[1]


def test_other_errors_stay_faults_of_the_program() -> None:
    assert said(OSError(errno.ENOENT, "no such file", "/some/file"), []) is None
    assert said(ValueError("x"), []) is None
