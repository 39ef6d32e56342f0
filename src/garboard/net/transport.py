"""How `garboard.net.client`, its only user, reaches the other end: proxies, certificates, Unix sockets, commands.

urllib3, ssl and subprocess are imported with the first connection, because the imports take longer than most commands.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from garboard.model.errors import NetworkError
from garboard.net.egress import is_inward, is_inward_name

if TYPE_CHECKING:
    import ssl
    import subprocess

    import urllib3
    from urllib3.connection import HTTPConnection

    from garboard.net.pace import Pace

CONNECTIONS = 8
"""Idle connections kept for each host."""


class InwardError(NetworkError):
    """An untrusted address led to this machine, its link or a cloud's metadata service."""

    def __init__(self, host: str, address: str = "") -> None:
        named = f"{host} ({address})" if address and address != host else host
        super().__init__(f"{named} is on this machine or this link, or tells a cloud's secrets")


class UnreachedError(NetworkError):
    """A host that cannot be found, cannot be connected to, or does not answer in time."""


class TlsError(NetworkError):
    """A connection with an untrusted certificate, or to an end that does not speak TLS (``plain``)."""

    plain = False


class SlowError(NetworkError):
    """A server that sends less than a limit in a given time; another attempt would take as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A fixed other end that receives every request, whatever host the URL names.

    It is either ``socket``, the path of a Unix socket; or ``command``, a process that speaks HTTP on its standard input
    and output (``ssh … docker system dial-stdio``); or ``direct``, an ordinary host that is reached without a proxy.
    For ``direct``, the files ``certificate`` and ``key`` (PEM), if given, authenticate the client.
    """

    socket: str = ""
    command: tuple[str, ...] = ()
    direct: bool = False
    certificate: str = ""
    key: str = ""


def is_loopback(host: str) -> bool:
    """Report whether a host name or address means this machine."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def proxy_for(parts: SplitResult) -> str:
    """Return the proxy that the environment sets for an address; empty if none. This machine has none, as in Go."""
    host, scheme = parts.hostname or "", parts.scheme
    found = _variable(f"{scheme}_proxy") or _variable("all_proxy")
    # A CGI program's HTTP_PROXY is a request's "Proxy:" header, which anyone can send.
    if scheme == "http" and "REQUEST_METHOD" in os.environ:
        found = os.environ.get("http_proxy", "")
    port = parts.port or {"https": 443}.get(scheme, 80)
    if not found or is_loopback(host) or _exempt(host, port, _variable("no_proxy")):
        return ""
    return found if "://" in found else f"http://{found}"


def _variable(name: str) -> str:
    return os.environ.get(name) or os.environ.get(name.upper(), "")


def _exempt(host: str, port: int, no_proxy: str) -> bool:
    """Report whether NO_PROXY (domains, ``host:port``, addresses, CIDR blocks, ``*``) covers a host."""
    for entry in filter(None, (part.strip().lower() for part in no_proxy.split(","))):
        if "/" in entry:
            if _in_block(host, entry):
                return True
            continue
        name, _, suffix = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
        domain = name.removeprefix("*").removeprefix(".")
        if (not suffix or suffix == str(port)) and (not domain or host == domain or host.endswith(f".{domain}")):
            return True
    return False


def _in_block(host: str, block: str) -> bool:
    from ipaddress import ip_address, ip_network

    with contextlib.suppress(ValueError):
        return ip_address(host) in ip_network(block, strict=False)
    return False


def refuse_inward(host: str) -> None:
    """Refuse a host that is this machine or its link, as far as that is known here.

    For connections through a proxy, which resolves names itself: a name that is unknown here can be known there.

    Raises:
        InwardError: The host is inward.
    """
    if is_inward_name(host):
        raise InwardError(host)
    with contextlib.suppress(OSError, UnicodeError):
        outward_addresses(host, 0)


def leads_inward(host: str) -> bool:
    """Report whether a host is known here to be this machine or its link."""
    try:
        refuse_inward(host)
    except InwardError:
        return True
    return False


def outward_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host.

    Raises:
        InwardError: One of the addresses is inward.
        OSError: There are no addresses.
    """
    found = [str(each[4][0]) for each in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)]
    for address in found:
        if is_inward(address):
            raise InwardError(host, address)
    return list(dict.fromkeys(found))


def proxy_manager(
    proxy: str, context: ssl.SSLContext, pace: Pace | None = None, *, outward: bool = False
) -> urllib3.PoolManager:
    """Return connections through ``proxy``, or direct ones if it is empty.

    With ``outward``, direct connections to an inward address are refused. Answers keep to ``pace``, if there is one.
    """
    manager = _plain_manager(proxy, context)
    manager.pool_classes_by_scheme = _pools(pace, outward=outward and not proxy)
    return manager


def _plain_manager(proxy: str, context: ssl.SSLContext) -> urllib3.PoolManager:
    import urllib3

    if not proxy:
        return urllib3.PoolManager(maxsize=CONNECTIONS, ssl_context=context)
    parts = urlsplit(proxy)
    if parts.scheme not in {"http", "https"}:
        raise NetworkError(f"proxies of kind {parts.scheme} are not supported", "name an http:// or https:// proxy")
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return urllib3.ProxyManager(
        proxy,
        maxsize=CONNECTIONS,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=login) if login else None,
        ssl_context=context,
        proxy_ssl_context=context,
    )


def _pools(pace: Pace | None, *, outward: bool) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Return pools by scheme that keep to a pace; ``outward`` ones connect to exactly the addresses that were checked."""
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected_outward(self, self._dns_host) if outward else super()._new_conn()

    class Tls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected_outward(self, self._dns_host) if outward else super()._new_conn()

    if pace is not None:
        from garboard.net.pace import paced

        Plain.response_class = Tls.response_class = paced(pace)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def _connected_outward(one: HTTPConnection, host: str) -> socket.socket:
    from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
    from urllib3.util.connection import create_connection

    if is_inward_name(host):
        raise InwardError(host)
    try:
        addresses = outward_addresses(host, one.port)
    except (socket.gaierror, UnicodeError) as error:
        reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(one.host, one, reason) from error
    failed: OSError = OSError("it has no address")
    for address in addresses:
        try:
            return create_connection((address, one.port), one.timeout, one.source_address, one.socket_options)
        except OSError as error:
            failed = error
    if isinstance(failed, TimeoutError):
        raise ConnectTimeoutError(one, f"Connection to {one.host} timed out") from failed
    raise NewConnectionError(one, f"Failed to establish a new connection: {failed}") from failed


def tls_context(ca_file: str, peer: Peer) -> ssl.SSLContext:
    """Return a context that trusts the system's authorities, ``ca_file`` and the file in SSL_CERT_FILE."""
    import ssl

    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for path in dict.fromkeys(filter(None, (ca_file, os.environ.get("SSL_CERT_FILE", "")))):
        with _reading(path):
            context.load_verify_locations(path)
    if peer.certificate:
        with _reading(peer.certificate):
            context.load_cert_chain(peer.certificate, peer.key)
    return context


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # ssl.SSLError is one
        raise NetworkError(f"cannot read certificates from {path}: {root_cause(error)}", "name a PEM file") from error


def peer_pool(peer: Peer, connect_timeout: float) -> urllib3.HTTPConnectionPool:
    """Return a pool in which each connection leads to one Unix socket, or to one command's standard input and output."""
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.exceptions import NewConnectionError

    class Connection(HTTPConnection):
        _process: subprocess.Popen[bytes] | None = None

        def connect(self) -> None:
            try:
                if peer.command:
                    self._process, self.sock = _started(peer.command)
                else:
                    self.sock = _connected(peer.socket, connect_timeout)
            except OSError as error:
                raise NewConnectionError(self, str(error)) from error

        def close(self) -> None:
            super().close()
            process, self._process = self._process, None
            if process is not None:
                # A response that ends with its connection is read after this: the command ends by itself when its input
                # ends, which is when the last reader has closed.
                threading.Thread(target=process.wait, daemon=True).start()

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    return Pool("localhost", maxsize=CONNECTIONS)


def _connected(path: str, timeout: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _started(command: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    import subprocess

    ours, theirs = socket.socketpair()
    with theirs:
        try:
            return subprocess.Popen(list(command), stdin=theirs.fileno(), stdout=theirs.fileno()), ours
        except OSError:
            ours.close()
            raise


def root_cause(error: BaseException) -> str:
    """Return the message of the innermost error."""
    inner = error
    while (following := inner.__cause__ or inner.__context__) is not None:
        inner = following
    return (inner.strerror if isinstance(inner, OSError) and inner.strerror else str(inner)) or type(inner).__name__


def host_of(url: str) -> str:
    """Return an address's ``host[:port]``, without a user or password in front of it."""
    return urlsplit(url).netloc.rpartition("@")[2]


def shown(url: str) -> str:
    """Return an address fit for messages: without a user, a password, or a query (which may be a signature)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{host_of(url)}{parts.path}"


class BrokenError(UnreachedError):
    """A broken connection that a second attempt may fix."""


@contextlib.contextmanager
def translated(url: str) -> Iterator[None]:
    """Translate urllib3's errors into garboard's."""
    from urllib3 import exceptions

    from garboard.net.pace import PaceError

    try:
        yield
    except PaceError as error:
        hint = f"look at the network, or choose a nearer mirror; {error.variable} sets the limit"
        raise SlowError(f"{host_of(url)} {error.what}", hint) from error
    except exceptions.HTTPError as error:
        raise _network_error(error, url) from error


def _network_error(error: Exception, url: str) -> NetworkError:
    from urllib3 import exceptions

    host = host_of(url)
    match error:
        case exceptions.ProxyError():
            return UnreachedError(
                f"the proxy for {host} fails: {root_cause(error)}", "look at HTTPS_PROXY and NO_PROXY"
            )
        case exceptions.NameResolutionError():
            return UnreachedError(f"cannot resolve {host}", "look at the name, the network, and HTTPS_PROXY")
        case exceptions.ReadTimeoutError() | exceptions.ConnectTimeoutError() if "timed out" in str(error):
            return UnreachedError(f"{host} does not answer in time", "look at the network, and HTTPS_PROXY")
        case exceptions.NewConnectionError():
            return UnreachedError(
                f"cannot connect to {host}: {root_cause(error)}", "look at the address, and HTTPS_PROXY"
            )
        case exceptions.SSLError():
            return _tls_error(error, host)
        case _:
            return BrokenError(f"the connection to {host} broke: {root_cause(error)}", "try again")


def _tls_error(error: Exception, host: str) -> TlsError:
    text = str(error)
    if "WRONG_VERSION_NUMBER" in text or "RECORD_LAYER_FAILURE" in text or "record layer failure" in text:
        refused = TlsError(f"{host} does not speak TLS", "it may be a plain HTTP server")
        refused.plain = True
        return refused
    return TlsError(
        f"the certificate of {host} cannot be trusted: {root_cause(error)}",
        "if it is signed by an authority of your own, name its certificate with --ca-file",
    )
