"""Registry logins, as Docker and Podman store them.

These are read, in this order: the login given with the command, $REGISTRY_AUTH_FILE, Docker's ``config.json``,
``$XDG_RUNTIME_DIR/containers/auth.json`` and ``~/.config/containers/auth.json``. Each file can hold logins (``auths``)
or name programs that hold them (``credHelpers`` for one registry, ``credsStore`` for all; the protocol is that of
docker-credential-helpers). Nothing here is ever shown or logged.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from garboard.image.options import Options
from garboard.image.reference import HUB
from garboard.model.errors import ImageError, UsageError

_HUB_KEY = "https://index.docker.io/v1/"
_LARGEST = 8 * 1024 * 1024
_PATIENCE = 60
"""Seconds that a helper may take: some ask a person to unlock a key chain."""
_HELPER = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Login:
    """A login. ``token`` is an OAuth2 refresh token (Docker's *identity token*), used instead of a password."""

    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


class _Auth(msgspec.Struct):
    auth: str | None = None
    username: str | None = None
    password: str | None = None
    identitytoken: str | None = None


class _File(msgspec.Struct, rename="camel"):
    auths: dict[str, _Auth | None] | None = None
    creds_store: str | None = None
    cred_helpers: dict[str, str] | None = None


class _Answer(msgspec.Struct, rename="pascal"):
    username: str = ""
    secret: str = ""


def find(registry: str, repository: str, options: Options) -> Login | None:
    """Return the login for a repository; None if there is none, which means an anonymous request.

    Raises:
        ImageError: A file is malformed, or a helper that it names is missing or fails.
    """
    if options.username or options.password:
        if not (options.username and options.password):
            raise UsageError("a registry login needs both a user name and a password")
        return Login(options.username, options.password)
    for path in _files(options.config_dir):
        content = _read(path)
        login = content and _login(content, path, registry, repository)
        if login:
            return login
    return None


def docker_folder(config_dir: str) -> Path:
    """Return the folder of the docker command's configuration."""
    return Path(config_dir or os.environ.get("DOCKER_CONFIG") or Path("~/.docker").expanduser())


def _files(config_dir: str) -> Iterator[Path]:
    if chosen := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(chosen)
    yield docker_folder(config_dir) / "config.json"
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime, "containers", "auth.json")
    yield Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser(), "containers", "auth.json")


def _read(path: Path) -> _File | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST)
        return msgspec.json.decode(data, type=_File) if data.strip() else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ImageError(f"cannot read the registry logins in {path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(f"the registry logins in {path} are malformed: {error}", "mend or remove the file") from error


def _login(content: _File, path: Path, registry: str, repository: str) -> Login | None:
    helpers = {_registry_of(key): helper for key, helper in (content.cred_helpers or {}).items()}
    helper = helpers.get(registry) or content.creds_store
    if helper and (login := _ask(helper, _HUB_KEY if registry == HUB else registry, path)):
        return login
    auths = {_registry_of(key): auth for key, auth in (content.auths or {}).items()}
    for key in _scopes(registry, repository):
        auth = auths.get(key)
        if auth is not None and (login := _decoded(auth, path)):
            return login
    return None


def _scopes(registry: str, repository: str) -> Iterator[str]:
    """Yield the keys that can apply to a repository, the narrowest first (containers-auth.json(5))."""
    parts = repository.split("/")
    for end in range(len(parts), 0, -1):
        yield "/".join((registry, *parts[:end]))
    yield registry


def _registry_of(key: str) -> str:
    """Return a key without what older versions of Docker put around the registry's name."""
    name = key.partition("://")[2].partition("/")[0] if "://" in key else key
    name = name.removesuffix("/v1/").removesuffix("/v2/").rstrip("/")
    host, slash, rest = name.partition("/")
    return (HUB if host in {"index.docker.io", "registry-1.docker.io"} else host) + slash + rest


def _decoded(auth: _Auth, path: Path) -> Login | None:
    username, password = auth.username or "", auth.password or ""
    if auth.auth:
        try:
            text = base64.b64decode(auth.auth, validate=True).decode()
        except ValueError as error:  # from base64 or UTF-8
            raise ImageError(f"a registry login in {path} is malformed: auth is not base64", "log in again") from error
        username, colon, password = text.partition(":")
        if not colon:
            raise ImageError(f"a registry login in {path} is malformed: auth holds no password", "log in again")
        password = password.rstrip("\0")
    login = Login(username, password, auth.identitytoken or "")
    return login if login.token or (login.username and login.password) else None


def _ask(helper: str, server: str, path: Path) -> Login | None:
    import subprocess

    program = f"docker-credential-{helper}"
    if not _HELPER.fullmatch(helper):
        raise ImageError(f"{path} names a credential helper that is no program's name: {helper!r}")
    try:
        done = subprocess.run(
            [program, "get"], input=server.encode(), capture_output=True, timeout=_PATIENCE, check=False
        )
    except FileNotFoundError as error:
        raise ImageError(
            f"the credential helper {program} is not installed",
            f"install it, or remove it from {path}, or give the login with the command",
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(f"the credential helper {program} cannot be asked: {error}", f"{path} names it") from error
    if done.returncode:
        said = (done.stdout.strip() or done.stderr.strip()).decode(errors="replace")[:200]
        if "credentials not found" in said:
            return None
        raise ImageError(f"the credential helper {program} fails for {server}: {said}", f"{path} names it")
    try:
        answer = msgspec.json.decode(done.stdout, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ImageError(f"the credential helper {program} answers no JSON", f"{path} names it") from error
    if answer.username == "<token>":
        return Login(token=answer.secret)
    return Login(answer.username, answer.secret) if answer.username and answer.secret else None
