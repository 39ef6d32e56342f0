"""A registry's repository into the catalogue: politely, once, and with nothing left out in silence."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from garboard.basecatalog import bundle
from garboard.basecatalog.store import Store
from garboard.basecatalog.writer import Writer
from garboard.image.layers.cache import FolderCache
from garboard.image.options import Options
from garboard.image.repository import RemoteRepository
from garboard.model.errors import ImageError, NetworkError, OfflineError, UsageError
from garboard.model.image import Platform
from garboard.model.package import Inventory
from garboard.model.timestamp import rfc3339
from garboard.workflows import sync_catalog
from garboard.workflows.sync_catalog import Synced, SyncFilter
from tests.unit.basecatalog.entries import AMD64, NOW
from tests.unit.image.fake_registry import OCI_MANIFEST, Fake, Handler, tar
from tests.unit.image.layers import builders as written

RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
LATER = dt.datetime(2026, 8, 11, 12, tzinfo=dt.UTC)


def root(*packages: str) -> bytes:
    stanza = "Package: {}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
    return tar({"etc/os-release": RELEASE, "var/lib/dpkg/status": "".join(map(stanza.format, packages)).encode()})


ROOT = root("libc6", "bash")


@pytest.fixture(autouse=True)
def _no_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fake() -> Iterator[Fake]:
    made = Fake()
    server = made.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def catalog(tmp_path: Path) -> Writer:
    return Writer(Store(tmp_path / "catalogue.sqlite", write=True))


class Syncing:
    """The line with a folder for layers."""

    def __init__(self, fake: Fake, writer: Writer, folder: Path) -> None:
        self.fake, self.writer, self._cache = fake, writer, FolderCache(folder / "cache")
        self.told: list[str] = []

    def __call__(
        self, *, now: dt.datetime = NOW, pause: Callable[[float], None] | None = None, **wanted: Any
    ) -> Synced:
        wanted.setdefault("platforms", (AMD64,))
        options = Options(insecure=frozenset({self.fake.host}))
        with contextlib.closing(RemoteRepository(f"{self.fake.host}/team/app", options)) as remote:
            if pause:
                remote._client._pause = pause
            tell = lambda _n, _of, tag, what: self.told.append(f"{tag}: {what}")  # noqa: E731
            return sync_catalog.sync(
                remote, self.writer, SyncFilter(**wanted), now=now, cache=self._cache, options=options, tell=tell
            )

    @property
    def names(self) -> dict[str, bool]:
        return {name.tag: name.current for one in self.writer.catalog.images() for name in one.names}

    def blobs(self) -> Counter[str]:
        return Counter(path for path in self.fake.requests if "/blobs/" in path)


@pytest.fixture
def sync(fake: Fake, catalog: Writer, tmp_path: Path) -> Syncing:
    return Syncing(fake, catalog, tmp_path)


def test_tags_of_one_image_are_read_once(fake: Fake, sync: Syncing) -> None:
    digest = fake.push("team/app", "1", [ROOT], created="2026-08-01T00:00:00Z", history=[{"created_by": "ADD root"}])
    fake.repositories["team/app"]["latest"] = fake.repositories["team/app"]["1"]
    fake.push("team/app", "2", [ROOT, tar({"b": b"b"})])
    done = sync()
    assert (done.tags, done.read, done.unchanged, done.gaps) == (3, 2, 1, ())
    assert set(sync.blobs().values()) == {1}
    (one,) = [found for found in sync.writer.catalog.images() if found.key == digest]
    assert sorted(name.tag for name in one.names) == ["1", "latest"]
    assert (one.packages, one.distro, one.image.created, one.source) == (
        2,
        "debian 12",
        "2026-08-01T00:00:00Z",
        "registry",
    )


def test_what_is_unchanged_is_not_fetched(fake: Fake, sync: Syncing) -> None:
    fake.push("team/app", "1", [ROOT])
    sync()
    fake.requests.clear()
    done = sync(now=LATER)
    assert (done.read, done.unchanged) == (0, 1)
    assert fake.requests == ["/v2/team/app/tags/list?n=1000", "/v2/team/app/manifests/1"]  # the latter a HEAD
    assert sync.writer.catalog.images()[0].names[0].seen == rfc3339(LATER)


def test_what_a_bundle_says_is_read_all_the_same(fake: Fake, sync: Syncing, tmp_path: Path) -> None:
    """Of its images and of what an index holds: only the registry knows."""
    import msgspec

    fake.push("team/app", "1", [ROOT])
    sync()
    bundle.export(sync.writer.catalog, tmp_path / "x")
    told = Writer(Store(tmp_path / "told.sqlite", write=True))
    bundle.unpack(told, tmp_path / "x", now=NOW)
    (one,) = told.catalog.images()
    false = Inventory(packages=told.catalog.inventories([one.key])[one.key].packages[:1])
    other = Writer(Store(tmp_path / "false.sqlite", write=True))
    other.add(msgspec.structs.replace(one, distro="debian 99"), false)
    bundle.export(other.catalog, tmp_path / "y")
    here = Syncing(fake, Writer(Store(tmp_path / "here.sqlite", write=True)), tmp_path / "cache here")
    bundle.unpack(here.writer, tmp_path / "y", now=NOW)
    done = here(now=LATER)
    assert (done.read, done.unchanged) == (1, 0)
    (found,) = here.writer.catalog.images()
    assert (found.packages, found.distro, found.source, found.added) == (2, "debian 12", "registry", rfc3339(LATER))
    assert len(here.writer.catalog.inventories([found.key])[found.key].packages) == 2
    assert here(now=LATER).unchanged == 1


def test_pages(fake: Fake, sync: Syncing) -> None:
    for number in range(7):
        fake.push("team/app", str(number), [ROOT, tar({str(number): b""})])
    fake.page = 3
    assert sync().tags == 7
    assert sum("/tags/list" in path for path in fake.requests) == 3


def test_pages_without_end_are_an_error(fake: Fake, sync: Syncing) -> None:
    def again(handler: Handler) -> bool:
        if "/tags/list" not in handler.path:
            return False
        handler.reply(200, b'{"tags":["1"]}', Link='</v2/team/app/tags/list?n=1&last=1>; rel="next"')
        return True

    fake.intercept = again
    with pytest.raises(NetworkError, match="without end"):
        sync()


def test_the_next_page_is_asked_of_the_same_host(fake: Fake, sync: Syncing) -> None:
    """A link elsewhere would take the login along."""
    fake.push("team/app", "1", [ROOT])

    def elsewhere(handler: Handler) -> bool:
        if handler.path != "/v2/team/app/tags/list?n=1000":
            return False
        handler.reply(200, b'{"tags":["1"]}', Link='<https://evil.example/v2/team/app/tags/list?last=1>; rel="next"')
        return True

    fake.intercept = elsewhere
    assert sync().tags == 1
    assert "/v2/team/app/tags/list?last=1" in fake.requests


def test_globs_choose_and_other_tags_are_not_gone(fake: Fake, sync: Syncing) -> None:
    for tag in ("1-slim", "1", "2-slim"):
        fake.push("team/app", tag, [ROOT, tar({tag: b""})])
    sync()
    assert sync(tags=("*-slim",)).tags == 2
    assert sync.names == {"1-slim": True, "1": True, "2-slim": True}


def test_a_tag_that_moved_and_one_that_went(fake: Fake, sync: Syncing) -> None:
    fake.push("team/app", "1", [ROOT])
    fake.push("team/app", "2", [ROOT, tar({"2": b""})])
    sync()
    del fake.repositories["team/app"]["2"]
    new = fake.push("team/app", "1", [ROOT, tar({"new": b""})])
    done = sync(now=LATER)
    assert (done.read, done.gone) == (1, 1)
    found = sync.writer.catalog.named(f"{fake.host}/team/app", "1", AMD64)
    assert [(one.key == new, one.names[0].current) for one in found] == [(True, True), (False, False)]
    assert sync.names["2"] is False


def test_platforms(fake: Fake, sync: Syncing) -> None:
    amd = fake.push("team/app", "amd", [ROOT])
    arm = fake.push("team/app", "arm", [ROOT, tar({"arm": b""})], platform="linux/arm64")
    fake.index("team/app", "1", {"linux/amd64": amd, "linux/arm64": arm, "unknown/unknown": arm})
    del fake.repositories["team/app"]["amd"], fake.repositories["team/app"]["arm"]
    assert sync().read == 1
    assert sync(platforms=(Platform(architecture="s390x"),)).other == 1
    done = sync(platforms=None)
    assert (done.read, done.unchanged) == (1, 1)
    (found,) = sync.writer.catalog.named(f"{fake.host}/team/app", "1", Platform(architecture="arm64"))
    assert (found.key, found.names[0].index_digest) == (arm, min(sync.writer.catalog.listed()))


def test_since(fake: Fake, sync: Syncing) -> None:
    fake.push("team/app", "old", [ROOT], created="2026-01-31T23:59:59Z")
    fake.push("team/app", "new", [ROOT, tar({"new": b""})], created="2026-02-01T00:00:00Z")
    fake.push("team/app", "undated", [ROOT, tar({"undated": b""})])
    done = sync(since="2026-02-01")
    assert (done.read, done.older) == (2, 1)
    assert sync.names == {"new": True, "undated": True}
    fake.requests.clear()
    assert sync(since="2026-02-01").older == 1
    assert not sync.blobs()  # how old it is is known by now
    assert sync().read == 1


def test_what_cannot_be_read_is_a_gap_and_the_tag_does_not_name_the_old_image(fake: Fake, sync: Syncing) -> None:
    fake.push("team/app", "1", [ROOT])
    fake.push("team/app", "good", [ROOT, tar({"good": b""})])
    sync()
    fake.document("team/app", "1", {"schemaVersion": 1, "fsLayers": [{"blobSum": "sha256:0"}]})
    fake.document("team/app", "chart", {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": [], "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", **fake.put(b"{}")}})  # fmt: skip
    fake.index("team/app", "attested", {"unknown/unknown": "sha256:" + "0" * 64})
    done = sync(now=LATER)
    reasons = {gap.subject.rpartition(":")[2]: gap.reason for gap in done.gaps}
    assert set(reasons) == {"1", "chart", "attested"}
    assert "schema 1" in reasons["1"]
    assert "not a container image" in reasons["chart"]
    assert "only attestations" in str(done.gaps) or "holds no image" in reasons["attested"]
    assert sync.names == {"1": False, "good": True}
    assert any(text.startswith("1: not read") for text in sync.told)


def test_false_bytes_are_not_taken(fake: Fake, sync: Syncing) -> None:
    fake.push("team/app", "1", [ROOT])
    layer = json.loads(fake.repositories["team/app"]["1"])["layers"][0]["digest"]
    fake.blobs[layer] = fake.blobs[layer][:-1] + b"x"
    done = sync()
    assert "digest" in done.gaps[0].reason
    assert sync.writer.catalog.images() == ()


def test_retry_after_is_honored(fake: Fake, sync: Syncing) -> None:
    """Longer than a scan would wait; how often each was refused is counted."""
    fake.push("team/app", "1", [ROOT])
    refused: Counter[str] = Counter()

    def busy(handler: Handler) -> bool:
        refused[handler.command + handler.path] += 1
        if refused[handler.command + handler.path] > 1:
            return False
        handler.reply(429, b"{}", Retry_After="300")
        return True

    fake.intercept = busy
    waited: list[float] = []
    assert sync(pause=waited.append).read == 1
    assert waited == [300.0] * len(refused)
    assert len(refused) == 5  # tags, HEAD, manifest, configuration, layer


def test_it_stops_when_the_network_fails_and_goes_on_from_there(fake: Fake, sync: Syncing) -> None:
    for number in range(9):
        fake.push("team/app", str(number), [ROOT, tar({str(number): b""})])

    def broken(handler: Handler) -> bool:
        if handler.command == "HEAD" and handler.path[-1] >= "4":
            handler.reply(500, b"")
            return True
        return False

    fake.intercept = broken
    with pytest.raises(NetworkError, match="3 tags in a row"):
        sync()
    assert sorted(sync.names) == ["0", "1", "2", "3"]
    fake.intercept = lambda _handler: False
    done = sync()
    assert (done.read, done.unchanged) == (5, 4)
    assert set(sync.blobs().values()) == {1}


def test_one_failure_of_the_network_is_a_gap(fake: Fake, sync: Syncing) -> None:
    for number in range(9):
        fake.push("team/app", str(number), [ROOT, tar({str(number): b""})])

    def broken(handler: Handler) -> bool:
        if handler.command == "HEAD" and handler.path[-1] in "147":
            handler.reply(500, b"")
            return True
        return False

    fake.intercept = broken
    done = sync()
    assert (done.read, len(done.gaps), done.gone) == (6, 3, 0)


def test_a_registry_that_does_not_tell_digests(fake: Fake, sync: Syncing) -> None:
    digest = fake.push("team/app", "1", [ROOT])

    def silent(handler: Handler) -> bool:
        if handler.command != "HEAD":
            return False
        handler.reply(200)
        return True

    fake.intercept = silent
    assert sync().read == 1
    assert sync.writer.catalog.has(digest)
    assert sum(path.endswith("/manifests/1") for path in fake.requests) == 2  # HEAD, then GET, and the manifest no more


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_logins(fake: Fake, sync: Syncing, auth: str, tmp_path: Path) -> None:
    fake.push("team/app", "1", [ROOT])
    fake.auth, fake.login = auth, "me:secret"
    options = Options(insecure=frozenset({fake.host}), username="me", password="secret")
    with contextlib.closing(RemoteRepository(f"{fake.host}/team/app", options)) as remote:
        done = sync_catalog.sync(
            remote, sync.writer, SyncFilter(), now=NOW, cache=FolderCache(tmp_path / "c"), options=options
        )
    assert done.read == 1
    assert fake.tokens <= 1


def test_a_mirror_lists_and_serves_under_the_registrys_name(fake: Fake, sync: Syncing, tmp_path: Path) -> None:
    fake.push("library/python", "3.12", [ROOT])
    options = Options(insecure=frozenset({fake.host}), mirrors=(("docker.io", fake.host),))
    with contextlib.closing(RemoteRepository("python", options)) as remote:
        sync_catalog.sync(
            remote, sync.writer, SyncFilter(), now=NOW, cache=FolderCache(tmp_path / "c"), options=options
        )
    assert sync.writer.catalog.repositories() == ("docker.io/library/python",)


def test_no_such_repository(sync: Syncing) -> None:
    with pytest.raises(ImageError, match="does not exist"):
        sync()


def test_names_that_are_no_repository(fake: Fake) -> None:
    with pytest.raises(UsageError, match="not a repository"):
        RemoteRepository(f"{fake.host}/team/app:1", Options())
    with pytest.raises(OfflineError):
        RemoteRepository(f"{fake.host}/team/app", Options(offline=True))
    assert not fake.requests


def add(writer: Writer, path: Path, folder: Path, *names: str) -> None:
    sync_catalog.add(str(path), writer, now=NOW, cache=FolderCache(folder / "cache"), options=Options(), names=names)


def test_an_archive(catalog: Writer, tmp_path: Path) -> None:
    path = written.docker_archive(tmp_path / "a.tar", [ROOT], ("golden/base:1",))
    add(catalog, path, tmp_path, "registry.example/golden/base:1")
    (found,) = catalog.catalog.images()
    assert {name.canonical for name in found.names} == {"docker.io/golden/base:1", "registry.example/golden/base:1"}
    assert found.key == found.image.config_digest
    assert found.packages == 2


def test_an_archive_that_lies_about_its_layers_is_refused(catalog: Writer, tmp_path: Path) -> None:
    """Else images would be recognised by what it claims."""
    path = written.docker_archive(tmp_path / "a.tar", [ROOT])
    claimed, real = written.sha256(ROOT), written.sha256(root("other"))
    data = path.read_bytes().replace(f'"sha256:{claimed}"'.encode(), f'"sha256:{real}"'.encode())
    path.write_bytes(data)
    with pytest.raises(ImageError, match="not what it claims"):
        add(catalog, path, tmp_path)
    assert catalog.catalog.images() == ()


def test_what_has_no_layers_is_no_base(catalog: Writer, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    with pytest.raises(UsageError, match="no layers"):
        add(catalog, Path(f"dir:{tmp_path}"), tmp_path)


def test_repo_info_is_for_recommending_alone(catalog: Writer, shared: Path) -> None:
    tree = shared / "data/images/repo-info"
    files = [(str(path), path.read_bytes()) for path in sorted(tree.rglob("*.md"))]
    count, gaps = sync_catalog.import_repo_info(catalog, files, now=NOW)
    assert count == 31
    assert [gap.subject.rpartition("/")[2] for gap in gaps] == ["3.12-slim-bookworm.EXCERPT.md"]
    (alpine,) = catalog.catalog.named("docker.io/library/python", "3.14.7-alpine3.23", AMD64)
    found = catalog.catalog.inventories([alpine.key])[alpine.key]
    assert found.distro
    assert found.distro.ecosystem == "Alpine:v3.23"
    assert {package.ecosystem for package in found.packages} == {"Alpine:v3.23"}
    assert "issues are missed" in found.gaps[0].reason
    assert not any(catalog.catalog.has(one.key) for one in catalog.catalog.images())
    assert sync_catalog.import_repo_info(catalog, files, now=LATER)[0] == 31
    assert len(catalog.catalog.images()) == 31


def test_signatures_are_no_images_and_no_gaps(fake: Fake, sync: Syncing) -> None:
    fake.push("team/app", "1", [ROOT])
    fake.document("team/app", f"sha256-{'0' * 64}.sig", {"schemaVersion": 2})
    fake.document("team/app", f"sha256-{'0' * 64}", {"schemaVersion": 2})
    done = sync()
    assert (done.tags, done.companions, done.gaps) == (1, 2, ())


def test_a_platform_that_nobody_knows_is_passed_over(fake: Fake, sync: Syncing) -> None:
    amd = fake.push("team/app", "amd", [ROOT])
    fake.index("team/app", "1", {"linux/amd64": amd, "plan 9 (x)/mips!": amd[:-1] + "0"})
    assert sync(tags=("1",)).read == 1


def test_an_image_added_from_a_registry_knows_its_index(fake: Fake, catalog: Writer, tmp_path: Path) -> None:
    amd = fake.push("team/app", "amd", [ROOT])
    index = fake.index("team/app", "1", {"linux/amd64": amd, "linux/arm64": amd[:-1] + "0"})
    options = Options(insecure=frozenset({fake.host}), platform=AMD64)
    sync_catalog.add(
        f"registry:{fake.host}/team/app:1", catalog, now=NOW, cache=FolderCache(tmp_path / "c"), options=options
    )
    (found,) = catalog.catalog.images()
    assert (found.key, found.names[0].index_digest) == (amd, index)


def test_who_waits_for_a_busy_registry_can_be_stopped(fake: Fake) -> None:
    """The wish to wait for 15 minutes is cut short, and what was asked fails."""
    fake.push("team/app", "1", [ROOT])

    def busy(handler: Handler) -> bool:
        handler.reply(429, b"{}", Retry_After="900")
        return True

    fake.intercept = busy
    with contextlib.closing(
        RemoteRepository(f"{fake.host}/team/app", Options(insecure=frozenset({fake.host})))
    ) as remote:
        remote.stop()
        with pytest.raises(NetworkError, match="429"):
            remote.tags()


def test_an_image_without_packages_is_not_the_best_of_all_bases(fake: Fake, sync: Syncing) -> None:
    digest = fake.push("team/app", "1", [tar({"x": b""})])
    sync()
    found = sync.writer.catalog.inventories([digest])[digest]
    assert found.packages == ()
    assert "no package that is known" in found.gaps[0].reason


def test_what_a_mirror_does_not_list_is_not_gone(fake: Fake, sync: Syncing, tmp_path: Path) -> None:
    fake.push("team/app", "1", [ROOT])
    fake.push("team/app", "2", [ROOT, tar({"2": b""})])
    options = Options(insecure=frozenset({fake.host}), mirrors=(("registry.example", fake.host),))
    for _ in range(2):
        with contextlib.closing(RemoteRepository("registry.example/team/app", options)) as remote:
            sync_catalog.sync(
                remote, sync.writer, SyncFilter(), now=NOW, cache=FolderCache(tmp_path / "c"), options=options
            )
        assert sync.names == {"1": True, "2": True}
        fake.repositories["team/app"].pop("2", None)


@pytest.mark.parametrize("listed", [b'{"tags":["../x"]}', b'{"tags":[1]}', b"<html>", b'{"tags":["a\\nb"]}'])
def test_what_is_no_list_of_tags(fake: Fake, sync: Syncing, listed: bytes) -> None:
    def answer(handler: Handler) -> bool:
        handler.reply(200, listed)
        return True

    fake.intercept = answer
    with pytest.raises(NetworkError, match="tag"):
        sync()


def test_an_index_of_too_many_images_is_a_gap(fake: Fake, sync: Syncing) -> None:
    digests = {f"linux/x{number}": f"sha256:{number:064x}" for number in range(600)}
    fake.index("team/app", "1", digests)
    done = sync()
    assert "the limit is 500" in done.gaps[0].reason
