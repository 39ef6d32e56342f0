import hashlib
import socket

import pytest

from garboard.model.errors import OfflineError, UsageError
from garboard.model.mirror import WantedDocument
from garboard.net.client import Client
from garboard.workflows.query_mirrors import Web, address, drive, mirror


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("http://mirror.example:8081/", ("", "http://mirror.example:8081")),
        (
            "http://deb.debian.org/debian=https://mirror.example/debian12/",
            ("http://deb.debian.org/debian", "https://mirror.example/debian12"),
        ),
    ],
)
def test_the_option(text, pair):
    assert mirror(text) == pair


@pytest.mark.parametrize("text", ["mirror.example", "docker.io=mirror.example", "http://", "ftp://x", "x=http://y"])
def test_what_is_no_mirror(text):
    with pytest.raises(UsageError):
        mirror(text)


PAIRS = (
    ("", "http://any.example:81"),
    ("http://deb.debian.org/debian", "http://m.example/d"),
    ("http://deb.debian.org/debian-security", "http://m.example/s"),
)


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("http://deb.debian.org/debian/dists/x", "http://m.example/d/dists/x"),
        ("http://deb.debian.org/debian-security/dists/x", "http://m.example/s/dists/x"),
        ("http://deb.debian.org/debian-ports/dists/x", "http://any.example:81/debian-ports/dists/x"),
        ("https://list.example/m?repo=x", "http://any.example:81/m?repo=x"),
    ],
)
def test_addresses(url, there):
    assert address(url, PAIRS) == there
    assert address(url, ()) == url


def test_an_asker_is_driven_to_its_end():
    def asking():
        answers = yield (1, 2)
        more = yield ()
        return [*answers, *more]

    assert drive(asking(), lambda wanted: tuple(one * 10 for one in wanted)) == [10, 20]


DATA = b"an index"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def web(httpserver, tmp_path):
    httpserver.expect_request("/there").respond_with_data(DATA)
    httpserver.expect_request("/gone").respond_with_data(b"", status=404)
    base = httpserver.url_for("").rstrip("/")
    return Web(Client(pause=lambda _: None), mirrors=(("", base),), folder=tmp_path / "kept")


def wanted(*names, limit=100, sha256=""):
    return WantedDocument(urls=tuple(f"http://deb.example/{name}" for name in names), limit=limit, sha256=sha256)


def test_the_first_that_is_there(web):
    (answer,) = web.fetch([wanted("gone", "there")])
    assert answer.data == DATA
    assert answer.url.endswith("/there")


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        (wanted("gone"), "is not there (404)"),
        (wanted("there", limit=3), "longer than 3 bytes"),
        (wanted("there", sha256="0" * 64), "SHA-256 digest differs"),
    ],
)
def test_problems(web, one, problem):
    (answer,) = web.fetch([one])
    assert answer.data is None
    assert problem in answer.problem


def test_what_has_a_digest_is_kept(web, httpserver):
    assert web.fetch([wanted("there", sha256=SHA256)])[0].data == DATA
    assert web.fetch([wanted("there", sha256=SHA256)])[0].data == DATA
    assert len(httpserver.log) == 1
    (web.folder / SHA256).write_bytes(b"damaged")
    assert web.fetch([wanted("there", sha256=SHA256)])[0].data == DATA
    assert len(httpserver.log) == 2


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "x.localhost",
        "[::1]",
        "169.254.169.254",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fd00:ec2::254]",
        "224.0.0.1",
        "metadata.google.internal",
    ],
)
def test_an_image_sends_nobody_to_this_machine(host, httpserver):
    (answer,) = Web(Client()).fetch([WantedDocument(urls=(f"http://{host}:{httpserver.port}/there",), limit=100)])
    assert answer.data is None
    assert "may not send anybody" in answer.problem
    assert not httpserver.log


@pytest.fixture
def names(monkeypatch):
    """Names and their addresses, beside which there are none."""
    known = {}

    def looked_up(host, port, *_, **__):
        found = known.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr("garboard.net.transport.socket.getaddrinfo", looked_up)
    return known


def asked(httpserver, host, path="there", **more):
    url = f"http://{host}:{httpserver.port}/{path}"
    (answer,) = Web(Client(pause=lambda _: None), **more).fetch([WantedDocument(urls=(url,), limit=100)])
    return answer


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("192.0.2.1", "127.0.0.1"), ("169.254.169.254",)])
def test_nor_by_a_name_of_this_machine(addresses, httpserver, names):
    httpserver.expect_request("/there").respond_with_data(DATA)
    names["vm.example"] = addresses
    answer = asked(httpserver, "vm.example")
    assert answer.data is None
    assert f"vm.example ({addresses[-1]})" in answer.problem
    assert "may not send anybody" in answer.problem
    assert not httpserver.log


@pytest.fixture
def only_two(monkeypatch):
    """The tests' server is taken for one that is elsewhere, by one of its addresses alone."""
    monkeypatch.setattr("garboard.net.transport.is_inward", lambda address: address != "127.0.0.1")


def test_nor_by_a_redirect(httpserver, names, only_two):
    names |= {"127.0.0.1": ("127.0.0.1",), "deb.example": ("127.0.0.1",), "vm.example": ("127.0.0.2",)}
    httpserver.expect_request("/there").respond_with_data(DATA)
    for host in ("127.0.0.2", "vm.example", "deb.example"):
        target = f"http://{host}:{httpserver.port}/there"
        httpserver.expect_request(f"/to-{host}").respond_with_data(status=302, headers={"Location": target})
    names["127.0.0.2"] = ("127.0.0.2",)
    assert asked(httpserver, "deb.example", "to-deb.example").data == DATA
    for host in ("127.0.0.2", "vm.example"):
        answer = asked(httpserver, "deb.example", f"to-{host}")
        assert answer.data is None
        assert "may not send anybody" in answer.problem
    assert [request.path for request, _ in httpserver.log].count("/there") == 1


def test_a_connection_is_made_to_the_address_that_was_judged(httpserver, names, only_two, monkeypatch):
    httpserver.expect_request("/there").respond_with_data(DATA)
    lookups = []
    names |= {"deb.example": ("127.0.0.1",), "127.0.0.1": ("127.0.0.1",)}
    found = socket.getaddrinfo

    def looked_up(host, *rest, **more):
        lookups.append(host)
        return found(host, *rest, **more)

    monkeypatch.setattr("garboard.net.transport.socket.getaddrinfo", looked_up)
    assert asked(httpserver, "deb.example").data == DATA
    assert lookups == ["deb.example", "127.0.0.1"]


def test_a_user_may_name_this_machine(httpserver):
    httpserver.expect_request("/there").respond_with_data(DATA)
    base = f"http://127.0.0.1:{httpserver.port}"
    assert asked(httpserver, "127.0.0.1").data is None
    for mirrors in ((("", base),), ((base, base),)):
        assert asked(httpserver, "127.0.0.1", mirrors=mirrors).data == DATA


def test_a_proxy_is_not_asked_for_what_is_this_machine_here(httpserver, names, monkeypatch):
    names |= {"vm.example": ("127.0.0.1",), "127.0.0.1": ("127.0.0.1",), "169.254.169.254": ("169.254.169.254",)}
    names["[::ffff:127.0.0.1]"] = names["::ffff:127.0.0.1"] = ("::ffff:127.0.0.1",)
    for name in ("HTTP_PROXY", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{httpserver.port}")
    httpserver.expect_request("/there").respond_with_data(DATA)
    for host in ("vm.example", "169.254.169.254", "[::ffff:127.0.0.1]", "metadata.google.internal"):
        assert "may not send anybody" in asked(httpserver, host).problem
    assert not httpserver.log
    assert asked(httpserver, "known-to-the-proxy.example").data == DATA


def test_a_host_that_cannot_be_reached_is_asked_once(names, monkeypatch):
    tried = []
    monkeypatch.setattr("garboard.net.transport.is_inward", lambda address: bool(tried.append(address)))
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # nobody listens
        port = unheard.getsockname()[1]
        names |= {"deb.example": ("127.0.0.1",), "127.0.0.1": ("127.0.0.1",)}
        web = Web(Client(pause=lambda _: None))
        one = WantedDocument(urls=(f"http://deb.example:{port}/a", f"http://deb.example:{port}/b"), limit=100)
        first, second = (web.fetch([one])[0].problem for _ in range(2))
    assert len(tried) == 1
    assert f"deb.example:{port} was not asked again: cannot connect" in first
    assert second == first


def test_a_host_that_answers_is_asked_again(web, httpserver):
    web.fetch([wanted("gone")])
    web.fetch([wanted("gone")])
    assert len(httpserver.log) == 2


@pytest.mark.parametrize("url", ["http://[", "http://x:99999/", "http://\udcff/", "http://" + "a" * 300 + "/"])
def test_what_is_no_address(url):
    (answer,) = Web(Client(pause=lambda _: None)).fetch([WantedDocument(urls=(url,), limit=100)])
    assert answer.data is None
    assert answer.problem


def test_offline_opens_no_connection(web):
    with pytest.raises(OfflineError):
        Web(Client(offline=True), mirrors=web.mirrors).fetch([wanted("there")])


def test_what_is_kept_is_bounded(web, monkeypatch):
    monkeypatch.setattr("garboard.workflows.query_mirrors.CACHE_BYTES", 3)
    web.fetch([wanted("there", sha256=SHA256)])
    web.tidy()
    assert not list(web.folder.iterdir())
