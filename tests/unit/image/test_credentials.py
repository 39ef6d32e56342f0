"""Logins as Docker and Podman keep them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from garboard.image.credentials import Login, find
from garboard.image.options import Options
from garboard.model.errors import ImageError, UsageError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path


def auth(username: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def helper(home: Path, name: str, script: str) -> None:
    path = write(home / "bin" / f"docker-credential-{name}", f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def config(home: Path, **content: Any) -> Path:
    return write(home / ".docker" / "config.json", content)


def test_nothing_means_anonymous(home: Path) -> None:
    assert find("quay.io", "a/b", Options()) is None


def test_what_the_user_gives_wins(home: Path) -> None:
    config(home, auths={"quay.io": auth("me", "secret")})
    assert find("quay.io", "a", Options(username="you", password="x")) == Login("you", "x")
    with pytest.raises(UsageError):
        find("quay.io", "a", Options(username="you"))


@pytest.mark.parametrize(
    "key", ["quay.io", "https://quay.io", "https://quay.io/v1/", "quay.io/v2/", "http://quay.io/v2/"]
)
def test_keys_of_older_versions(home: Path, key: str) -> None:
    config(home, auths={"other": auth("x", "y"), key: auth("me", "se:cret")})
    assert find("quay.io", "a", Options()) == Login("me", "se:cret")


@pytest.mark.parametrize("key", ["https://index.docker.io/v1/", "docker.io", "index.docker.io"])
def test_docker_hub(home: Path, key: str) -> None:
    config(home, auths={key: auth("me", "secret")})
    assert find("docker.io", "library/debian", Options()) == Login("me", "secret")
    assert find("index.example.io", "library/debian", Options()) is None


def test_plain_fields_and_identity_tokens(home: Path) -> None:
    config(home, auths={"a.io": {"username": "me", "password": "p"}, "b.io": {**auth("x", ""), "identitytoken": "T"}})
    assert find("a.io", "r", Options()) == Login("me", "p")
    assert find("b.io", "r", Options()) == Login("x", "", "T")


def test_order_of_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> str:
        login = find("quay.io", "a/b", Options())
        assert login
        return login.username

    write(home / ".config" / "containers" / "auth.json", {"auths": {"quay.io": auth("config", "x")}})
    assert found() == "config"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    write(home / "run" / "containers" / "auth.json", {"auths": {"quay.io": auth("runtime", "x")}})
    assert found() == "runtime"
    config(home, auths={"quay.io": auth("docker", "x")})
    assert found() == "docker"
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(write(home / "mine", {"auths": {"quay.io": auth("chosen", "x")}})))
    assert found() == "chosen"


def test_the_docker_folder_may_be_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "one" / "config.json", {"auths": {"quay.io": auth("one", "x")}})
    write(home / "two" / "config.json", {"auths": {"quay.io": auth("two", "x")}})
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "one"))
    assert find("quay.io", "a", Options()) == Login("one", "x")
    assert find("quay.io", "a", Options(config_dir=str(home / "two"))) == Login("two", "x")


def test_the_narrowest_scope_wins(home: Path) -> None:
    config(home, auths={"quay.io": auth("all", "x"), "quay.io/a": auth("a", "x"), "quay.io/a/b": auth("b", "x")})
    assert [find("quay.io", path, Options()).username for path in ("a/b", "a/c", "ab/c")] == ["b", "a", "all"]  # type: ignore[union-attr]


def test_helpers(home: Path) -> None:
    helper(
        home,
        "one",
        """read server; printf '{"ServerURL":"%s","Username":"me","Secret":"for %s"}' "$server" "$server" """,
    )
    helper(home, "two", """printf '{"Username":"<token>","Secret":"T"}'""")
    config(home, credsStore="one", credHelpers={"gcr.io": "two"}, auths={"quay.io": {}})
    assert find("quay.io", "a", Options()) == Login("me", "for quay.io")
    assert find("docker.io", "a", Options()) == Login("me", "for https://index.docker.io/v1/")
    assert find("gcr.io", "a", Options()) == Login(token="T")


def test_a_helper_without_a_login_lets_others_answer(home: Path) -> None:
    helper(home, "none", "echo credentials not found in native keychain; exit 1")
    config(home, credsStore="none", auths={"quay.io": auth("me", "secret")})
    assert find("quay.io", "a", Options()) == Login("me", "secret")
    assert find("ghcr.io", "a", Options()) is None


def test_helpers_that_fail(home: Path) -> None:
    helper(home, "broken", "echo the key chain is locked; exit 1")
    helper(home, "odd", "echo hello")
    config(home, credHelpers={"a.io": "broken", "b.io": "missing", "c.io": "../x", "d.io": "odd"})
    for registry, message in {
        "a.io": "docker-credential-broken fails for a.io: the key chain is locked",
        "b.io": "docker-credential-missing is not installed",
        "c.io": "no program's name",
        "d.io": "answers no JSON",
    }.items():
        with pytest.raises(ImageError, match=message) as caught:
            find(registry, "a", Options())
        assert str(home / ".docker" / "config.json") in caught.value.hint + caught.value.message


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"auths": 1}', '{"auths": {"quay.io": {"auth": "%%%"}}}', '{"auths": {"quay.io": {"auth": "YWJj"}}}'],
)
def test_malformed_files_are_errors(home: Path, content: str) -> None:
    path = write(home / ".docker" / "config.json", content)
    with pytest.raises(ImageError, match=str(path)):
        find("quay.io", "a", Options())


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(Login("me", "secret", "secret"))
