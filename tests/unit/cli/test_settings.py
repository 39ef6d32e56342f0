"""What a command needs is opened once: the Dockerfile, the catalog, the database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from demo import sample

from garboard.cli import main
from garboard.cli.docker import scan as plugin
from tests.unit.cli.image_on_disk import write_image

DOCKERFILE = "FROM debian:12\nRUN apt-get install -y curl\n"


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {"DB": "db", "CATALOG": "catalog", "CACHE": "cache"}.items():
        monkeypatch.setenv(f"GARBOARD_{name}", str(tmp_path / value))
    monkeypatch.setenv("GARBOARD_OFFLINE", "1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    return str(write_image(tmp_path / "app.tar"))


def pipe(text: str) -> str:
    """The name of a pipe with a text, as a shell's ``<(…)`` has it: it can be read once."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as file:
        file.write(text)
    return f"/dev/fd/{reader}"


@pytest.mark.parametrize(
    "words", [["scan"], ["actions"], ["layers"], ["explain", "curl"], ["scan", "--exclude-base"]], ids=" ".join
)
def test_the_dockerfile_may_be_a_pipe(
    image: str, words: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command, *more = words
    file = tmp_path / "Dockerfile"
    file.write_text(DOCKERFILE)
    code = main.run([command, image, *more, "-f", str(file), "--json"])
    whole = capfd.readouterr().out
    name = pipe(DOCKERFILE)
    assert main.run([command, image, *more, "-f", name, "--json"]) == code
    assert capfd.readouterr().out == whole.replace(str(file), name)
    assert whole.count(str(file)) > 0 or command in {"actions", "explain"}


def test_docker_scan_of_a_pipe(image: str, capfd: pytest.CaptureFixture[str]) -> None:
    name = pipe(DOCKERFILE)
    assert plugin.run(["scan", "-f", name, "--json", image]) in {0, 1, 3}
    found = json.loads(capfd.readouterr().out)
    assert found["docker"]["baseImage"] == "debian:12"


@pytest.mark.parametrize("module", ["garboard", "garboard.cli.docker.scan"])
def test_standard_input(image: str, module: str) -> None:
    words = ["scan", image, "-f", "-", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", module, *words], input=DOCKERFILE.encode(), capture_output=True, check=False
    )
    assert done.stderr == b""
    assert json.loads(done.stdout)["docker"]["baseImage"] == "debian:12"


OPENED = """
import collections, os, sys
opened = collections.Counter()
def hook(event, values):
    if event in ("sqlite3.connect", "open"):
        opened[os.path.basename(str(values[0]).partition("?")[0])] += 1
sys.addaudithook(hook)
from garboard.cli.main import run
code = run(sys.argv[1:])
names = ("bases.catalog", "debian.sqlite", "Dockerfile")
print(code, {name: opened[name] for name in names}, file=sys.stderr)
"""


def test_each_is_opened_once(tmp_path: Path) -> None:
    sample.write(tmp_path)
    env = os.environ | {"GARBOARD_DB": str(tmp_path / "db"), "GARBOARD_CATALOG": str(tmp_path / "bases.catalog")}
    env |= {"GARBOARD_CACHE": str(tmp_path / "cache"), "GARBOARD_OFFLINE": "1", "SOURCE_DATE_EPOCH": "1580515200"}
    bases = [f"docker-archive:{path}" for path in sorted((tmp_path / "bases").iterdir())]
    feeds = ["--from", str(tmp_path / "feeds"), "debian", "osv:npm", "endoflife"]
    for words in (["catalog", "add", *bases], ["db", "update", *feeds]):
        subprocess.run([sys.executable, "-m", "garboard", *words], env=env, check=True, capture_output=True)
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_bytes(Path(sample.__file__).with_name("Dockerfile").read_bytes())
    for command in ("scan", "actions", "recommend"):
        words = [sys.executable, "-c", OPENED, command, str(tmp_path / "blog.tar"), "-f", str(dockerfile)]
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
        assert done.stderr == "1 {'bases.catalog': 1, 'debian.sqlite': 1, 'Dockerfile': 1}\n", command
        assert "ruby:2." in done.stdout


def test_a_named_pipe_is_read_to_its_end_once(image: str, tmp_path: Path) -> None:
    fifo = tmp_path / "Dockerfile"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=(DOCKERFILE,))
    writer.start()
    assert main.run(["scan", image, "-f", str(fifo), "-o", str(tmp_path / "out")]) in {0, 1, 3}
    writer.join(10)
    assert not writer.is_alive()
    assert "debian:12" in (tmp_path / "out").read_text()
