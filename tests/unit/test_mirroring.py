import hashlib

import pytest

from garboard.http import Client
from garboard.mirroring import Web, address, drive, mirror
from garboard.model.errors import OfflineError, UsageError
from garboard.model.mirror import Wanted


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
    return Wanted(urls=tuple(f"http://deb.example/{name}" for name in names), limit=limit, sha256=sha256)


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
    ],
)
def test_an_image_sends_nobody_to_this_machine(host, httpserver):
    (answer,) = Web(Client()).fetch([Wanted(urls=(f"http://{host}:{httpserver.port}/there",), limit=100)])
    assert answer.data is None
    assert "may not send anybody" in answer.problem
    assert not httpserver.log


@pytest.mark.parametrize("url", ["http://[", "http://x:99999/", "http://\udcff/", "http://" + "a" * 300 + "/"])
def test_what_is_no_address(url):
    (answer,) = Web(Client(pause=lambda _: None)).fetch([Wanted(urls=(url,), limit=100)])
    assert answer.data is None
    assert answer.problem


def test_offline_opens_no_connection(web):
    with pytest.raises(OfflineError):
        Web(Client(offline=True), mirrors=web.mirrors).fetch([wanted("there")])


def test_what_is_kept_is_bounded(web, monkeypatch):
    monkeypatch.setattr("garboard.mirroring.CACHE_BYTES", 3)
    web.fetch([wanted("there", sha256=SHA256)])
    web.tidy()
    assert not list(web.folder.iterdir())
