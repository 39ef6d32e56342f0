"""Images of a Docker engine, located like the docker command does: $DOCKER_HOST, contexts, the usual sockets."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from garboard.image.credentials import docker_folder
from garboard.image.handle import AnyOpened
from garboard.image.options import Options
from garboard.image.sources import docker_api as api
from garboard.image.sources.docker_api import Engine
from garboard.image.sources.exported import open_exported
from garboard.model.errors import GarboardError, UsageError
from garboard.net.client import Peer

SCHEMES: tuple[str, ...] = ("docker",)
_QUICK = 2.0
"""Seconds that a name without a scheme may cost at a local engine; ten times that at a remote one."""
_DEFAULT_SOCKET = "/var/run/docker.sock"


class _Settings(msgspec.Struct, rename="camel"):
    current_context: str | None = None


class _Endpoint(msgspec.Struct, rename="pascal"):
    host: str = ""


class _Endpoints(msgspec.Struct):
    docker: _Endpoint | None = None


class _Context(msgspec.Struct, rename="pascal"):
    endpoints: _Endpoints


def detect(name: str, options: Options, /) -> bool:
    """Report whether an engine exists, answers at once, and has the image."""
    try:
        engine = endpoint(options)
    except GarboardError:
        return False
    if engine.peer.socket and not os.path.exists(engine.peer.socket):  # noqa: PTH110
        return False
    return api.has(engine, name, options, _QUICK if engine.peer.socket else 10 * _QUICK)


def open(name: str, options: Options, /) -> AnyOpened:  # noqa: A001 - the Source protocol's
    """Open the image with that name or id in the engine."""
    return open_exported(endpoint(options), name, options)


def endpoint(options: Options) -> Engine:
    """Return the engine that the docker command would use.

    Raises:
        UsageError: A context does not exist, or an address is of an unknown kind.
    """
    if host := os.environ.get("DOCKER_HOST"):
        verified = os.environ.get("DOCKER_TLS_VERIFY") or os.environ.get("DOCKER_CERT_PATH")
        folder = os.environ.get("DOCKER_CERT_PATH") or str(docker_folder(options.config_dir))
        return at(host, Path(folder) if verified else None)
    docker = docker_folder(options.config_dir)
    context = os.environ.get("DOCKER_CONTEXT") or _current(docker / "config.json")
    if context in {"", "default"}:
        return at(f"unix://{_usual_socket()}", None)
    key = hashlib.sha256(context.encode()).hexdigest()
    tls = docker / "contexts" / "tls" / key / "docker"
    return at(_host_of(docker / "contexts" / "meta" / key / "meta.json", context), tls if tls.is_dir() else None)


def at(host: str, tls: Path | None) -> Engine:
    """Return the engine at an address written like DOCKER_HOST; ``tls`` is a folder with ca.pem, cert.pem and key.pem."""
    parts = urlsplit(host)
    if parts.scheme == "unix":
        return _engine(Peer(socket=parts.netloc + parts.path))
    if parts.scheme in {"tcp", "http", "https"} and parts.hostname:
        return _over_tcp(parts.netloc, tls) if tls else _engine(Peer(direct=True), f"http://{parts.netloc}")
    if parts.scheme == "ssh" and parts.hostname:
        where = [*(["-p", str(parts.port)] if parts.port else []), *(["-l", parts.username] if parts.username else [])]
        remote = ["--", parts.hostname, "docker", "system", "dial-stdio"]
        return _engine(Peer(command=("ssh", "-o", "ConnectTimeout=30", "-T", *where, *remote)))
    raise UsageError(f"the engine's address cannot be used: {host}", "known are unix://, tcp:// and ssh://")


def _over_tcp(netloc: str, tls: Path) -> Engine:
    certificate = tls / "cert.pem"
    peer = Peer(
        direct=True,
        certificate=str(certificate) if certificate.exists() else "",
        key=str(tls / "key.pem") if certificate.exists() else "",
    )
    authority = tls / "ca.pem"
    return _engine(peer, f"https://{netloc}", str(authority) if authority.exists() else "")


def _engine(peer: Peer, base: str = "http://localhost", ca_file: str = "") -> Engine:
    return Engine(product="Docker", scheme=SCHEMES[0], peer=peer, base=base, ca_file=ca_file)


def _usual_socket() -> str:
    """Return the system's socket, else that of a rootless engine or of Docker Desktop."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    usual = (_DEFAULT_SOCKET, f"{runtime}/docker.sock", str(Path("~/.docker/run/docker.sock").expanduser()))
    return next((path for path in usual if os.path.exists(path)), _DEFAULT_SOCKET)  # noqa: PTH110


def _current(settings: Path) -> str:
    try:
        return msgspec.json.decode(settings.read_bytes(), type=_Settings).current_context or ""
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ""  # like the docker command without a configuration; logins are read elsewhere, and fail there


def _host_of(meta: Path, context: str) -> str:
    try:
        found = msgspec.json.decode(meta.read_bytes(), type=_Context).endpoints.docker
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the docker context {context} cannot be read: {error}", "choose another with DOCKER_CONTEXT"
        ) from error
    if found is None or not found.host:
        raise UsageError(f"the docker context {context} names no engine", "choose another with DOCKER_CONTEXT")
    return found.host
