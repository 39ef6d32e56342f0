"""Pulling from registries that are well, guarded, slow, lying and broken."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from garboard.image.credentials import Login
from garboard.image.handle import Content, Opened
from garboard.image.options import Options
from garboard.image.sources import registry
from garboard.image.sources.authorization import Asking, authorize, parse_challenges
from garboard.model.errors import ImageError, NetworkError, OfflineError
from garboard.model.image import Platform
from garboard.model.limits import Limits
from garboard.net.client import Client, InwardError
from tests.unit.image.fake_registry import Fake, Handler, sha256, tar

LAYERS = [tar({"a": b"a"}), tar({"b": bytes(range(256)) * 4000}), tar({"c": b"c"})]


@pytest.fixture(autouse=True)
def _no_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fakes() -> Iterator[Callable[[], Fake]]:
    servers = []

    def start() -> Fake:
        fake = Fake()
        servers.append(fake.start())
        return fake

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def fake(fakes: Callable[[], Fake]) -> Fake:
    found = fakes()
    found.push("team/app", "1", LAYERS, config={"Labels": {"a": "b"}})
    return found


def opened(fake: Fake, name: str = "team/app:1", **options: Any) -> Opened:
    found = registry.open(f"{fake.host}/{name}", Options(insecure=frozenset({fake.host}), **options))
    assert found.trusted
    return found


def pulled(image: Opened, need: tuple[int, ...] = (0, 1, 2)) -> list[str]:
    """The digests of the uncompressed layers, by index."""
    read: dict[str, str] = {}
    lock = threading.Lock()

    def consume(label: str, content: Content) -> None:
        assert isinstance(content, Iterator)
        digest = sha256(gzip.decompress(b"".join(content)))
        with lock:
            assert label not in read
            read[label] = digest

    image.read(need, consume)
    image.close()
    return [read[image.label(index)] for index in need]


def test_an_image_is_pulled(fake: Fake) -> None:
    image = opened(fake)
    assert pulled(image) == [sha256(layer) for layer in LAYERS] == [layer.diff_id for layer in image.image.layers]
    found = image.image
    assert (found.name, found.source) == (f"{fake.host}/team/app:1", "registry")
    assert (found.tags, found.labels) == ((f"{fake.host}/team/app:1",), (("a", "b"),))
    assert found.manifest_digest == sha256(fake.repositories["team/app"]["1"])


def test_only_what_is_needed_is_pulled(fake: Fake) -> None:
    image = opened(fake)
    fake.requests.clear()
    assert pulled(image, (1,)) == [sha256(LAYERS[1])]
    assert fake.requests == [f"/v2/team/app/blobs/{image.label(1)}"]
    image.read((), lambda _label, _content: pytest.fail("nothing was needed"))


def test_a_blob_that_two_layers_share_is_pulled_once(fake: Fake) -> None:
    fake.push("team/app", "2", [LAYERS[0], LAYERS[1], LAYERS[0]])
    image = opened(fake, "team/app:2")
    fake.requests.clear()
    assert len(pulled(image)) == 3
    assert len(fake.requests) == 2


def test_a_digest_chooses_and_is_verified(fake: Fake) -> None:
    digest = sha256(fake.repositories["team/app"]["1"])
    assert opened(fake, f"team/app:other@{digest}").image.manifest_digest == digest
    fake.repositories["team/app"][digest] = b'{"schemaVersion": 2}'
    with pytest.raises(ImageError, match="not what its digest promises"):
        opened(fake, f"team/app@{digest}")


def test_platforms(fake: Fake) -> None:
    entries = {
        "linux/amd64": fake.push("team/app", "x", LAYERS[:1]),
        "linux/s390x": fake.push("team/app", "y", LAYERS[1:2], "linux/s390x"),
        "unknown/unknown": fake.push("team/app", "z", LAYERS[2:]),
    }
    inner = fake.index("team/app", "inner", entries)
    fake.index("team/app", "many", entries)
    fake.document(
        "team/app",
        "nested",
        {"manifests": [{"mediaType": "application/vnd.oci.image.index.v1+json", "digest": inner, "size": 1}]},
    )
    s390x = Platform(architecture="s390x")
    for tag in ("many", "nested"):
        image = opened(fake, f"team/app:{tag}", platform=s390x)
        assert (image.image.platform, image.image.manifest_digest) == (s390x, entries["linux/s390x"])
    with pytest.raises(ImageError, match="does not exist for the platform linux/riscv64") as caught:
        opened(fake, "team/app:many", platform=Platform(architecture="riscv64"))
    assert "linux/amd64, linux/s390x" in caught.value.hint
    with pytest.raises(ImageError, match="not for the platform linux/s390x"):
        opened(fake, platform=s390x)


def test_indexes_nested_without_end_are_an_error(fake: Fake) -> None:
    digest = fake.push("team/app", "x", LAYERS)
    for _ in range(6):
        digest = fake.document("team/app", "deep", {"manifests": [{"digest": digest, "size": 1}]})
    with pytest.raises(ImageError, match="deeper than 4"):
        opened(fake, "team/app:deep")


def test_bearer_tokens(fake: Fake) -> None:
    fake.auth = "bearer"
    assert len(pulled(opened(fake))) == 3
    assert fake.tokens == 1
    assert "/token?service=fake%2C+registry&scope=repository%3Ateam%2Fapp%3Apull" in fake.requests


def test_expired_tokens_are_renewed(fake: Fake) -> None:
    fake.auth = "bearer"
    image = opened(fake)
    fake.expired.add("Bearer token-1")
    assert len(pulled(image)) == 3
    assert fake.tokens == 2


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_logins(fake: Fake, auth: str) -> None:
    fake.auth, fake.login = auth, "me:secret"
    assert len(pulled(opened(fake, username="me", password="secret"))) == 3
    with pytest.raises(ImageError, match=r"refuses the login of me|may not be read") as refused:
        opened(fake, username="me", password="wrong")
    assert "wrong" not in refused.value.message + refused.value.hint
    with pytest.raises(ImageError) as missing:
        opened(fake)
    assert "docker login" in missing.value.hint


def test_stored_logins_and_identity_tokens(fake: Fake, tmp_path: Path) -> None:
    fake.auth, fake.login = "bearer", "refresh-me"
    config = {"auths": {fake.host: {"auth": "bWU6", "identitytoken": "refresh-me"}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert len(pulled(opened(fake, config_dir=str(tmp_path)))) == 3
    assert "POST /token" in fake.requests


def test_a_token_server_without_tls_gets_no_password(fake: Fake) -> None:
    asking = Asking(Login("me", "secret"), "a", fake.host, insecure=False, outward=False)
    with pytest.raises(NetworkError, match="no https address"):
        authorize(Client(), {"bearer": {"realm": f"http://{fake.host}/token"}}, asking)
    assert fake.requests == []


LOGINS = [Login("me", "secret"), Login("me", "", "refresh-me")]


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("realm", ["http://{}/token", "http://127.0.0.1@{}/token", "http://elsewhere.invalid/token"])
def test_no_login_is_sent_in_plain_text_to_another_host(fake: Fake, login: Login, realm: str) -> None:
    """Not even where plain HTTP is allowed for the registry, here under another name of the same machine."""
    other = fake.host.replace("127.0.0.1", "localhost")
    asking = Asking(login, "a", fake.host, insecure=True, outward=False)
    with pytest.raises(NetworkError, match="its login over plain HTTP to another host") as raised:
        authorize(Client(), {"bearer": {"realm": realm.format(other)}}, asking)
    assert "127.0.0.1@" not in raised.value.message
    assert fake.requests == []


@pytest.mark.parametrize("realm", ["https://[", "https:///token", "//a/token", "file:///etc/passwd", ""])
def test_a_realm_that_is_no_address(realm: str) -> None:
    asking = Asking(LOGINS[0], "a", "a.example", insecure=True, outward=True)
    with pytest.raises(NetworkError, match="no https address"):
        authorize(Client(), {"bearer": {"realm": realm}}, asking)


INWARD = ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("host", INWARD)
@pytest.mark.parametrize("login", [None, *LOGINS])
def test_a_registry_elsewhere_names_no_token_server_here(
    host: str, login: Login | None, proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1" if proxied else "")
    asking = Asking(login, "a", "registry.invalid", insecure=True, outward=True)
    with pytest.raises(InwardError):
        authorize(Client(), {"bearer": {"realm": f"https://{host}:1/token"}}, asking)


@pytest.mark.parametrize("what", ["realm", "redirect"])
def test_a_registry_elsewhere_leads_to_nothing_here(fake: Fake, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry answers as this machine's proxy, so that it is one whose address is not known here."""
    monkeypatch.setenv("HTTP_PROXY", f"http://{fake.host}")

    def answer(handler: Handler) -> bool:
        inward = f"http://{fake.host}/secret"
        if what == "realm":
            handler.reply(401, WWW_Authenticate=f'Bearer realm="{inward}"')
        else:
            handler.reply(307, Location=inward)
        return True

    fake.intercept = answer
    with pytest.raises(InwardError):
        registry.open("registry.invalid/app:1", Options(insecure=frozenset({"registry.invalid"})))
    assert fake.requests == ["http://registry.invalid/v2/app/manifests/1"]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", {}),
        ("Negotiate", {"negotiate": {}}),
        ('Basic realm="a b"', {"basic": {"realm": "a b"}}),
        (
            'bearer realm="https://a/t",service="s",scope="r:a:pull,push"',
            {"bearer": {"realm": "https://a/t", "service": "s", "scope": "r:a:pull,push"}},
        ),
        (
            'Negotiate, Basic realm="a", Bearer realm=b, service="c\\"d"',
            {"negotiate": {}, "basic": {"realm": "a"}, "bearer": {"realm": "b", "service": 'c"d'}},
        ),
        ('Bearer realm="unclosed', {"bearer": {}}),
        ("Bearer =,=,", {"bearer": {}}),
    ],
)
def test_challenges(header: str, found: dict[str, dict[str, str]]) -> None:
    assert parse_challenges(header) == found


def test_a_missing_image_is_an_error(fake: Fake) -> None:
    with pytest.raises(ImageError, match=r"team/app:none does not exist"):
        opened(fake, "team/app:none")


def test_a_denial_is_told_in_the_registrys_words(fake: Fake) -> None:
    def denied(handler: Handler) -> bool:
        handler.reply(403, b'{"errors":[{"code":"DENIED","message":"pay \\u001b[31mfirst"}]}')
        return True

    fake.intercept = denied
    with pytest.raises(ImageError, match=r"may not be read: pay  \[31mfirst"):
        opened(fake)


def test_old_manifests_are_an_error(fake: Fake) -> None:
    fake.document("team/app", "old", {"schemaVersion": 1, "fsLayers": []})
    with pytest.raises(ImageError, match="schema 1"):
        opened(fake, "team/app:old")


def test_a_manifest_beyond_the_limit_is_an_error(fake: Fake) -> None:
    fake.document("team/app", "big", {"padding": "x" * (9 * 1024 * 1024)})
    with pytest.raises(NetworkError, match="longer than the limit"):
        opened(fake, "team/app:big")


def test_a_changed_configuration_is_an_error(fake: Fake) -> None:
    digest = json.loads(fake.repositories["team/app"]["1"])["config"]["digest"]
    fake.blobs[digest] += b" "
    with pytest.raises(ImageError, match="not what its digest promises"):
        opened(fake)


@pytest.mark.parametrize("change", [lambda blob: blob[:-1] + b"!", lambda blob: blob + b"!", lambda blob: blob[:-1]])
def test_a_changed_layer_is_an_error(fake: Fake, change: Callable[[bytes], bytes]) -> None:
    image = opened(fake)
    fake.blobs[image.label(1)] = change(fake.blobs[image.label(1)])
    with pytest.raises(ImageError, match=r"not what its digest promises|longer than the"):
        image.read((0, 1, 2), lambda _label, content: [None for _ in content] and None)  # type: ignore[union-attr]


def test_a_layer_is_verified_even_if_its_reader_stops(fake: Fake) -> None:
    image = opened(fake)
    fake.blobs[image.label(1)] = fake.blobs[image.label(1)][:-1] + b"!"
    with pytest.raises(ImageError, match="not what its digest promises"):
        image.read((1,), lambda _label, content: next(content) and None)  # type: ignore[arg-type]


def test_a_cut_layer_is_continued(fake: Fake) -> None:
    image = opened(fake)
    blob = fake.blobs[image.label(1)]

    def cutting(handler: Handler) -> bool:
        if not handler.path.endswith(image.label(1)):
            return False
        wanted = handler.headers.get("Range", "bytes=0-")
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        part = blob[start : start + len(blob) // 2 + 1]
        handler.reply(
            206 if start else 200,
            part,
            length=len(blob) - start,
            Content_Range=f"bytes {start}-{len(blob) - 1}/{len(blob)}",
        )
        return True

    fake.intercept = cutting
    assert pulled(image)[1] == sha256(LAYERS[1])
    assert sum(path.endswith(image.label(1)) for path in fake.requests) == 2


def test_a_busy_registry_is_waited_for(fake: Fake) -> None:
    answered = iter([False])

    def busy(handler: Handler) -> bool:
        if next(answered, True):
            return False
        handler.reply(429, b"", Retry_After="0")
        return True

    fake.intercept = busy
    assert len(pulled(opened(fake))) == 3


def test_blobs_elsewhere_get_no_token(fakes: Callable[[], Fake], fake: Fake) -> None:
    fake.auth = "bearer"
    storage = fakes()
    storage.blobs = fake.blobs

    def elsewhere(handler: Handler) -> bool:
        if "/blobs/" not in handler.path:
            return False
        handler.reply(307, Location=f"http://{storage.host}{handler.path}?signature=x")
        return True

    fake.intercept = elsewhere
    assert len(pulled(opened(fake))) == 3
    assert len(storage.headers) == 4
    assert all("authorization" not in headers for headers in storage.headers)


def test_one_failure_stops_the_others(fake: Fake) -> None:
    image = opened(fake)

    def consume(label: str, content: Content) -> None:
        if label == image.label(0):
            raise ValueError("the reader's own")
        for _ in content:  # type: ignore[union-attr]
            pass

    with pytest.raises(ValueError, match="the reader's own"):
        image.read((0, 1, 2), consume)


def test_mirrors_are_asked_first(fakes: Callable[[], Fake], fake: Fake) -> None:
    empty, mirror = fakes(), fakes()
    mirror.push("library/debian", "12", LAYERS)
    mirrors = (("docker.io", empty.host), (fake.host, "unused.invalid"), ("docker.io", mirror.host))
    options = Options(mirrors=mirrors, insecure=frozenset({empty.host, mirror.host}), username="me", password="secret")
    image = registry.open("debian:12", options)
    assert len(pulled(image)) == 3
    assert image.image.tags == ("debian:12",)
    assert empty.requests == ["/v2/library/debian/manifests/12"]
    assert all("authorization" not in headers for headers in mirror.headers)


def test_a_lying_mirror_is_an_error(fakes: Callable[[], Fake], fake: Fake) -> None:
    mirror = fakes()
    digest = sha256(fake.repositories["team/app"]["1"])
    mirror.repositories = {"team/app": {digest: b"{}"}}
    options = Options(mirrors=((fake.host, mirror.host),), insecure=frozenset({fake.host, mirror.host}))
    with pytest.raises(ImageError, match="not what its digest promises"):
        registry.open(f"{fake.host}/team/app@{digest}", options)


def test_plain_http_has_to_be_allowed(fake: Fake) -> None:
    with pytest.raises(NetworkError, match="does not speak TLS") as caught:
        registry.open(f"{fake.host}/team/app:1", Options())
    assert f"--insecure {fake.host}" in caught.value.hint


def test_offline_is_an_error() -> None:
    with pytest.raises(OfflineError, match=r"debian:12 would have to be fetched from docker\.io"):
        registry.open("debian:12", Options(offline=True))


def test_foreign_layers_are_an_error_when_they_are_missing(fake: Fake) -> None:
    document = json.loads(fake.repositories["team/app"]["1"])
    document["layers"][0]["urls"] = ["https://example.com/layer"]
    fake.document("team/app", "foreign", document)
    assert len(pulled(opened(fake, "team/app:foreign"))) == 3
    image = opened(fake, "team/app:foreign")
    del fake.blobs[image.label(0)]
    with pytest.raises(ImageError, match="foreign layer"):
        pulled(image)


def test_progress_is_told(fake: Fake) -> None:
    told: dict[str, tuple[int, int | None]] = {}
    image = opened(fake, progress=lambda label, done, total: told.update({label: (done, total)}))
    pulled(image)
    assert all(done == total == len(fake.blobs[label]) for label, (done, total) in told.items())
    assert len(told) == 3


def test_detection() -> None:
    assert registry.detect("debian:12", Options())
    assert not registry.detect("./Debian", Options())
    assert registry.SCHEMES == ("registry",)


HASTY = Limits(answer_seconds=1, window_seconds=1, window_bytes=1000)


@pytest.mark.parametrize("part", ["manifests/", "blobs/"])
@pytest.mark.timeout(20)
def test_a_registry_that_drips(fake: Fake, part: str) -> None:
    def drip(handler: Handler) -> bool:
        if part not in handler.path:
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while True:
            handler.wfile.write(b"{")
            time.sleep(0.05)

    fake.intercept = drip
    with pytest.raises(NetworkError, match="less than the limit of 1000 bytes in 1 seconds") as raised:
        opened(fake, limits=HASTY)
    assert "GARBOARD_LIMIT_WINDOW_BYTES" in raised.value.hint
    assert len([path for path in fake.requests if part in path]) == 1
