"""The client against servers that misbehave as real ones do."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest

from garboard.model.errors import NetworkError, OfflineError
from garboard.model.limits import Limits
from garboard.net.client import Client, NotModified, Peer, SlowError, StatusError, TlsError

BODY = bytes(range(256)) * 4096
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.server.answers[self.path.partition("?")[0]](self)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def reply(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def servers() -> Iterator[Callable[[], Server]]:
    started: list[HTTPServer] = []

    def start() -> Server:
        server = Server()
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(servers: Callable[[], Server]) -> Server:
    return servers()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(waits: list[float]) -> Iterator[Client]:
    with Client(pause=waits.append, read_timeout=5) as made:
        yield made


def test_body_is_raw_despite_content_encoding(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(200, b"\x1f\x8bnot really", Content_Encoding="gzip")
    with client.get(f"{server.url}/") as response:
        assert (response.status, response.content_length, response.headers["content-encoding"]) == (200, 12, "gzip")
        assert response.read(100) == b"\x1f\x8bnot really"


def test_chunks_are_bounded_and_whole(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(200, BODY)
    with client.get(f"{server.url}/") as response:
        chunks = list(response.chunks(100_000))
    assert b"".join(chunks) == BODY
    assert max(map(len, chunks)) <= 100_000


def test_connections_are_reused(server: Server, client: Client) -> None:
    peers = set()

    def answer(handler: Handler) -> None:
        peers.add(handler.client_address)
        handler.reply(404 if handler.path == "/gone" else 200, b"x")

    server.answers.update({"/": answer, "/gone": answer})
    for path in ("/", "/gone", "/"):
        client.get(server.url + path).discard()
    assert len(peers) == 1


def test_a_body_over_the_limit_is_an_error(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(200, b"12345")
    assert client.get(f"{server.url}/").read(5) == b"12345"
    with pytest.raises(NetworkError, match="longer than the limit of 4 bytes"):
        client.get(f"{server.url}/").read(4)


@pytest.mark.parametrize("status", [304, 401, 404])
def test_statuses_that_are_answers(server: Server, client: Client, status: int) -> None:
    server.answers["/"] = lambda h: h.reply(status)
    with client.get(f"{server.url}/") as response:
        assert response.status == status


def test_other_statuses_are_errors_with_their_body(server: Server, client: Client) -> None:
    server.answers["/a"] = lambda h: h.reply(403, b'{"errors":[]}')
    with pytest.raises(StatusError, match="/a answers with status 403") as caught:
        client.get(f"{server.url}/a?signature=secret")
    assert (caught.value.status, caught.value.body) == (403, b'{"errors":[]}')
    assert "secret" not in caught.value.message


def test_busy_servers_are_asked_again_when_they_say(server: Server, client: Client, waits: list[float]) -> None:
    answers = iter([(429, {"Retry_After": "7"}), (503, {}), (200, {})])

    def answer(handler: Handler) -> None:
        status, headers = next(answers)
        handler.reply(status, b"x", **headers)

    server.answers["/"] = answer
    assert client.get(f"{server.url}/").status == 200
    assert waits == [7.0, 1.0]


def test_a_server_that_stays_busy_is_an_error(server: Server, client: Client, waits: list[float]) -> None:
    server.answers["/"] = lambda h: h.reply(503)
    with pytest.raises(StatusError) as caught:
        client.get(f"{server.url}/")
    assert (caught.value.status, len(server.seen), waits) == (503, 4, [0.5, 1.0, 2.0])


def test_a_long_wait_is_an_error(server: Server, client: Client, waits: list[float]) -> None:
    server.answers["/"] = lambda h: h.reply(429, Retry_After="3600")
    with pytest.raises(StatusError) as caught:
        client.get(f"{server.url}/")
    assert "3600 seconds" in caught.value.hint
    assert waits == []


def test_retry_after_may_be_a_date(server: Server, client: Client, waits: list[float]) -> None:
    answers = iter([429, 200])
    server.answers["/"] = lambda h: h.reply(next(answers), Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    assert client.get(f"{server.url}/").status == 200
    assert waits == [0.0]


def test_a_broken_connection_is_tried_again(server: Server, client: Client) -> None:
    broken = iter([True, False])

    def answer(handler: Handler) -> None:
        if next(broken):
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        else:
            handler.reply(200, b"x")

    server.answers["/"] = answer
    assert client.get(f"{server.url}/").read(9) == b"x"


def test_authorization_stays_on_the_same_host(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(307, Location="/b")
    server.answers["/b"] = lambda h: h.reply(200)
    assert client.get(f"{server.url}/", {"Authorization": "Basic x"}).url == f"{server.url}/b"
    assert server.seen[1][1]["authorization"] == "Basic x"


def test_authorization_is_dropped_on_another_host(servers: Callable[[], Server], client: Client) -> None:
    one, other = servers(), servers()
    one.answers["/"] = lambda h: h.reply(302, Location=f"{other.url}/b")
    other.answers["/b"] = lambda h: h.reply(200, b"x")
    assert client.get(f"{one.url}/", {"authorization": "Basic x", "Accept": "a/b"}).read(9) == b"x"
    assert "authorization" not in other.seen[0][1]
    assert other.seen[0][1]["accept"] == "a/b"


def test_endless_redirects_are_an_error(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(301, Location="/")
    with pytest.raises(NetworkError, match="redirects more than 10 times"):
        client.get(f"{server.url}/")


def test_a_cut_body_is_an_error(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(200, BODY[:1000], length=2000)
    with pytest.raises(NetworkError, match="broke"):
        client.get(f"{server.url}/").read(10_000)


def _cutting(part: int) -> Answer:
    def answer(handler: Handler) -> None:
        wanted = handler.headers.get("Range")
        if wanted is None:
            handler.reply(200, BODY[:part], length=len(BODY), ETag='"v1"')
        else:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            end = min(start + part, len(BODY))
            handler.reply(
                206,
                BODY[start:end],
                length=len(BODY) - start,
                Content_Range=f"bytes {start}-{len(BODY) - 1}/{len(BODY)}",
            )

    return answer


def test_a_cut_body_is_continued(server: Server, client: Client) -> None:
    server.answers["/"] = _cutting(400_000)
    with client.get(f"{server.url}/") as response:
        assert b"".join(response.chunks(65536)) == BODY
    assert [headers.get("range") for _, headers in server.seen] == [None, "bytes=400000-", "bytes=800000-"]
    assert server.seen[1][1]["if-range"] == '"v1"'


def test_a_body_that_is_cut_too_often_is_an_error(server: Server, client: Client) -> None:
    server.answers["/"] = _cutting(1000)
    with pytest.raises(NetworkError):
        client.get(f"{server.url}/").read(len(BODY))
    assert len(server.seen) == 4


def test_a_changed_body_is_not_continued(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(200, BODY[:1000], length=2000, ETag='"v1"')
    with pytest.raises(NetworkError, match="does not continue it"):
        client.get(f"{server.url}/").read(10_000)


def test_download_asks_only_for_what_changed(server: Server, client: Client) -> None:
    def answer(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == '"v1"':
            handler.reply(304, ETag='"v1"')
        else:
            handler.reply(200, b"new", ETag='"v1"')

    server.answers["/"] = answer
    first = client.download(f"{server.url}/", last_modified="Wed, 21 Oct 2015 07:28:00 GMT")
    assert not isinstance(first, NotModified)
    assert (first.read(10), server.seen[0][1]["if-modified-since"]) == (b"new", "Wed, 21 Oct 2015 07:28:00 GMT")
    second = client.download(f"{server.url}/", etag=first.headers["ETag"])
    assert isinstance(second, NotModified)
    assert second.headers["etag"] == '"v1"'


def test_download_of_nothing_is_an_error(server: Server, client: Client) -> None:
    server.answers["/"] = lambda h: h.reply(404)
    with pytest.raises(StatusError):
        client.download(f"{server.url}/")


def test_post_and_head(server: Server, client: Client) -> None:
    def echo(handler: Handler) -> None:
        handler.reply(
            200, handler.rfile.read(int(handler.headers.get("Content-Length", "0"))), X_Method=handler.command
        )

    server.answers["/"] = echo
    assert client.post(f"{server.url}/", b"body").read(10) == b"body"
    assert client.head(f"{server.url}/").headers["x-method"] == "HEAD"


def test_offline_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    with pytest.raises(OfflineError, match=r"no connection is opened to example\.com"):
        Client(offline=True).get("https://user:secret@example.com/a")
    with pytest.raises(OfflineError):
        Client(offline=True, peer=Peer(command=("ssh", "host"))).get("http://docker/a")


@pytest.mark.parametrize("url", ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https:///x"])
def test_addresses_that_are_refused(client: Client, url: str) -> None:
    with pytest.raises(NetworkError):
        client.get(url)


def test_refused_connections_and_unknown_names_say_so(client: Client) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(NetworkError, match=f"cannot connect to 127.0.0.1:{port}: Connection refused"):
            client.get(f"http://127.0.0.1:{port}/")
    with pytest.raises(NetworkError, match=r"cannot resolve registry\.invalid"):
        client.get("https://registry.invalid/")


def test_a_silent_server_is_an_error(waits: list[float]) -> None:
    with socket.socket() as silent, Client(read_timeout=0.1, pause=waits.append) as client:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NetworkError, match="does not answer in time"):
            client.get(f"http://127.0.0.1:{silent.getsockname()[1]}/")


def test_proxies_of_the_environment(server: Server, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["http://example.com/a"] = lambda h: h.reply(200, b"through")
    monkeypatch.setenv("http_proxy", server.url.replace("//", "//me:p%40ss@"))
    assert client.get("http://example.com/a", insecure=True).read(10) == b"through"
    assert server.seen[0][1]["proxy-authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize(
    ("url", "no_proxy", "through"),
    [
        ("https://example.com/", "", True),
        ("https://example.com/", "example.com", False),
        ("https://a.example.com/", ".example.com", False),
        ("https://a.example.com/", "*.example.com", False),
        ("https://notexample.com/", "example.com", True),
        ("https://example.com/", "example.com:5000", True),
        ("https://example.com:5000/", "example.com:5000", False),
        ("https://10.1.2.3/", "10.0.0.0/8", False),
        ("https://11.1.2.3/", "10.0.0.0/8", True),
        ("https://example.com/", " a , * ", False),
        ("https://localhost/", "", False),
    ],
)
def test_no_proxy(url: str, no_proxy: str, through: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.parse import urlsplit

    from garboard.net.transport import proxy_for

    monkeypatch.setenv("HTTPS_PROXY", "proxy:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert proxy_for(urlsplit(url)) == ("http://proxy:3128" if through else "")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    try:
        subprocess.run([*command, "-keyout", str(key), "-out", str(cert), *subject], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed: TLS is not tested")
    return cert, key


def test_authorities_of_ones_own(
    servers: Callable[[], Server], certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answers["/"] = lambda h: h.reply(200, b"x")
    url = server.url.replace("http:", "https:")
    with pytest.raises(TlsError, match="cannot be trusted") as caught:
        Client().get(f"{url}/")
    assert not caught.value.plain
    assert "--ca-file" in caught.value.hint
    assert Client(ca_file=str(certificate[0])).get(f"{url}/").read(9) == b"x"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert Client().get(f"{url}/").read(9) == b"x"
    with pytest.raises(NetworkError, match="cannot read certificates from /nowhere"):
        Client(ca_file="/nowhere").get(f"{url}/")


def test_plain_http_behind_https_is_told_apart(server: Server, client: Client) -> None:
    with pytest.raises(TlsError) as caught:
        client.get(server.url.replace("http:", "https:"))
    assert caught.value.plain


class UnixServer(ThreadingHTTPServer):
    address_family = socket.AF_UNIX
    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)  # type: ignore[arg-type]


class UnixHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return "unix"


@pytest.fixture
def unix_path(tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "s")
    server = UnixServer(path, UnixHandler)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield path
    server.shutdown()
    server.server_close()


def test_unix_sockets_serve_even_offline(unix_path: str) -> None:
    with Client(offline=True, peer=Peer(socket=unix_path)) as client:
        assert client.get("http://docker/images/a%2Fb/json?x=1").read(100) == b"/images/a%2Fb/json?x=1"


def test_a_missing_unix_socket_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="No such file or directory"):
        Client(peer=Peer(socket=str(tmp_path / "none"))).get("http://docker/")


def test_a_command_may_be_the_other_end(unix_path: str) -> None:
    relay = f"""
import socket, sys, threading, os
s = socket.socket(socket.AF_UNIX); s.connect({unix_path!r})
def up():
    while data := os.read(0, 65536): s.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536): os.write(1, data)
"""
    with Client(peer=Peer(command=(sys.executable, "-c", relay))) as client:
        assert client.get("http://docker/hello").read(100) == b"/hello"
    with pytest.raises(NetworkError, match="No such file"):
        Client(peer=Peer(command=("no-such-program",))).get("http://docker/")


def test_importing_the_module_loads_nothing_heavy() -> None:
    code = "import sys, garboard.net.client; print([m for m in ('urllib3', 'ssl', 'truststore', 'subprocess') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout == b"[]\n"


def _dripping(before: bytes, drop: bytes, after: bytes = b"") -> Answer:
    """Send ``drop`` every 50 ms for at most ten seconds."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.wfile.write(before)
            for _ in range(200):
                handler.wfile.write(drop)
                time.sleep(0.05)
            handler.wfile.write(after)

    return answer


HEAD = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: 100000\r\n"
WINDOW = "less than the limit of 1000 bytes in 1 seconds"
HASTY = Limits(window_seconds=1, window_bytes=1000)
SLOW = {
    "body": (_dripping(HEAD + LENGTH + b"\r\n", b"x"), HASTY, WINDOW),
    "body without a length": (_dripping(HEAD + b"\r\n", b"x"), HASTY, WINDOW),
    "chunks": (_dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), HASTY, WINDOW),
    "resumable body": (_dripping(HEAD + LENGTH + b'ETag: "1"\r\n\r\n', b"x"), HASTY, WINDOW),
    "error": (_dripping(b"HTTP/1.1 500 No\r\n" + LENGTH + b"\r\n", b"x"), HASTY, "status 500"),
    "status": (_dripping(b"HTTP/1.1 200 ", b"x"), HASTY, WINDOW),
    "header": (_dripping(HEAD + b"A: ", b"x"), HASTY, WINDOW),
    "headers": (_dripping(HEAD, b"A: x\r\n"), HASTY, WINDOW),
    "informational answers": (_dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), HASTY, WINDOW),
    "fast headers": (
        _dripping(HEAD + b"A: ", b"x" * 100),
        Limits(answer_seconds=1),
        "limit of 1 seconds to begin its answer",
    ),
    "fast body": (
        _dripping(HEAD + b"\r\n", b"x" * 10_000),
        Limits(transfer_seconds=1),
        "more than the limit of 1 seconds",
    ),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_server_that_drips(server: Server, what: str) -> None:
    server.answers["/"], limits, message = SLOW[what]
    slow = pytest.raises(StatusError if "status" in message else SlowError, match=message)
    with slow as raised, Client(pause=[].append, limits=limits) as client:
        client.get(server.url + "/", resume=True).read(10**9)
    assert "status" in message or "GARBOARD_LIMIT_" in raised.value.hint
    assert len(server.seen) == 1


def test_what_is_large_and_slow_but_moves(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.wfile.write(HEAD + b"Content-Length: 30000\r\n\r\n")
        for _ in range(30):
            handler.wfile.write(bytes(1000))
            time.sleep(0.05)

    server.answers["/"] = answer
    with Client(pause=[].append, limits=Limits(window_seconds=1, window_bytes=5000)) as client:
        assert len(client.get(server.url + "/").read(10**9)) == 30_000


def test_only_waiting_for_the_server_counts(server: Server) -> None:
    server.answers["/"] = lambda handler: handler.reply(200, BODY * 4)
    total = 0
    with Client(pause=[].append, limits=Limits(transfer_seconds=1, window_seconds=1, window_bytes=10**9)) as client:
        for chunk in client.get(server.url + "/").chunks(1024 * 1024):
            total += len(chunk)
            time.sleep(0.4)
    assert total == len(BODY) * 4
