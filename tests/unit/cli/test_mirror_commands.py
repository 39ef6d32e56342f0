import json
import sys

import pytest

from garboard.cli.main import run
from garboard.cli.read_opening import package_mirrors
from garboard.cli.rebuild import command as rebuild
from tests.unit.cli.given import given
from tests.unit.cli.image_on_disk import write_image


@pytest.fixture
def image(tmp_path, monkeypatch):
    monkeypatch.setenv("GARBOARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GARBOARD_DB", str(tmp_path / "db"))
    return str(write_image(tmp_path / "image.tar"))


def said(capfdbinary, *words):
    code = run([str(word) for word in words])
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


@pytest.mark.parametrize("words", [("scan", "--from-mirror"), ("rebuild",)])
def test_offline_is_refused(image, capfdbinary, words):
    code, out, err = said(capfdbinary, *words, image, "--offline")
    assert (code, out) == (2, "")
    assert "--offline forbids" in err


@pytest.mark.parametrize("words", [("scan", "--from-mirror"), ("rebuild",)])
def test_a_mirror_that_is_none(image, capfdbinary, words):
    code, _, err = said(capfdbinary, *words, image, "--package-mirror", "mirror.example")
    assert code == 2
    assert "--package-mirror takes URL or FROM=TO" in err


def test_a_mirror_without_its_command(image, capfdbinary):
    code, _, err = said(capfdbinary, "scan", image, "--package-mirror", "http://mirror.example")
    assert code == 2
    assert "--from-mirror" in err


def test_an_image_that_names_no_mirror_judges_nothing(image, capfdbinary):
    code, out, _ = said(capfdbinary, "scan", "--from-mirror", image, "--json", "--quiet")
    assert code == 3
    gaps = [gap["reason"] for gap in json.loads(out)["gaps"]]
    assert any("names no package mirror" in reason for reason in gaps)
    assert any("fixable only" in reason for reason in gaps)


def test_the_option_for_registries_takes_an_address_too(image, capfdbinary):
    code, _, err = said(capfdbinary, "scan", "--from-mirror", image, "--mirror", "http://mirror.example", "--quiet")
    assert (code, err) == (3, "")


def test_indexes_are_kept_beside_the_layers_cache(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "platformdirs", None)  # what costs so much is not loaded for it
    monkeypatch.delenv("GARBOARD_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert package_mirrors(given(rebuild, "x")).folder == tmp_path / "garboard" / "mirrors-1"
    monkeypatch.setenv("GARBOARD_CACHE", str(tmp_path / "own"))
    assert package_mirrors(given(rebuild, "x")).folder == tmp_path / "own" / "mirrors-1"
    assert package_mirrors(given(rebuild, "x", "--no-cache")).folder is None
