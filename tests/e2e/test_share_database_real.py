"""The database shared by a real registry: only what changed moves, and nothing that is wrong is taken."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import time
from pathlib import Path

import pytest

from tests.e2e import feeding, running, serving
from tests.e2e.running import Ended, Garboard
from tests.e2e.serving import Registry

SHARDS = ("alpine:v3.20", "debian", "kev", "nvd:2024")
SECDB = {"packages": [{"pkg": {"name": "curl", "secfixes": {"8.0-r0": ["CVE-2024-1000"]}}}]}
CVE = {"id": "CVE-2024-1000", "metrics": {"cvssMetricV31": [{"cvssData": {"vectorString": feeding.CRITICAL}}]}}
DOCUMENTS = {
    "debian-tracker/tracker/data/json": {"curl": {"CVE-2024-1000": {"releases": {"bookworm": {"status": "open"}}}}},
    "kev/known_exploited_vulnerabilities.json": {
        "vulnerabilities": [{"cveID": "CVE-2024-1000", "dateAdded": "2026-01-01"}]
    },
    "nvd/feeds/json/cve/2.0/nvdcve-2.0-2024.json": {"vulnerabilities": [{"cve": CVE}]},
    "alpine-secdb/v3.20/main.json": SECDB,
    "wolfi/os/security.json": SECDB,
}


class World:
    """A machine that fetches from a mirror and pushes, and others that pull."""

    def __init__(self, folder: Path, hub: Registry) -> None:
        self.folder, self.hub, self.mirror = folder, hub, folder / "mirror"
        self.address = f"{hub.host}/team/{folder.name}:latest"
        for path, document in DOCUMENTS.items():
            (self.mirror / path).parent.mkdir(parents=True, exist_ok=True)
            (self.mirror / path).write_text(json.dumps(document))
        self.fetch(*SHARDS, "wolfi")

    def run(self, *words: str | Path, db: str = "db", login: bool = True) -> Ended:
        env = {"DOCKER_CONFIG": str(self.hub.config if login else self.folder)}
        return Garboard(self.folder / "home", self.folder / db).run("db", *words, env=env)

    def fetch(self, *shards: str) -> None:
        ended = self.run("update", "--offline", "--from", self.mirror, "--accept-shrink", *shards)
        assert ended.code == 0, ended.err

    def push(self, *shards: str, **kwargs: bool) -> Ended:
        return self.run("push", "--insecure", self.hub.host, self.address, *shards, **kwargs)

    def pull(self, *shards: str, db: str = "there", digest: str = "", login: bool = True) -> Ended:
        origin = f"registry:{self.address}{digest}"
        return self.run("update", "--insecure", self.hub.host, "--from", origin, *shards, db=db, login=login)

    def change(self) -> None:
        """Fetch other data, in a later second: states are told apart by the second in which they were fetched."""
        before = int(time.time())
        while int(time.time()) == before:
            time.sleep(0.05)
        path = self.mirror / "kev/known_exploited_vulnerabilities.json"
        kev = json.loads(path.read_text())
        kev["vulnerabilities"][0]["dateAdded"] = "2026-02-02"
        path.write_text(json.dumps(kev))
        self.fetch("kev")


@pytest.fixture
def world(tmp_path: Path, hub: Registry) -> World:
    return World(tmp_path, hub)


def pinned(ended: Ended) -> str:
    return "@" + ended.out.split("@")[1].split(":", 2)[0] + ":" + ended.out.split("@")[1].split(":")[1]


def test_only_what_changed_moves(world: World) -> None:
    first = world.push()
    assert first.code == 0, first.err
    assert "wolfi: left out: its license forbids handing the data on" in first.err
    assert "4 shards" in first.out
    pulled = world.pull()
    assert pulled.code == 0, pulled.err
    assert "4 new, 0 unchanged" in pulled.out
    for name in SHARDS:
        quoted = name.replace(":", "%3A")
        assert (world.folder / f"db/{quoted}.sqlite").read_bytes() == (
            world.folder / f"there/{quoted}.sqlite"
        ).read_bytes()
    assert "4 shards, 0 B of" in world.push().out
    assert "0 new, 4 unchanged, 0 B read" in world.pull().out
    world.change()
    before = len(world.hub.blobs())
    again = world.push()
    assert again.code == 0, again.err
    assert "1 new, 3 unchanged" in world.pull().out
    assert len(world.hub.blobs()) - before <= 2
    assert "2026-02-02" in world.run("show", "CVE-2024-1000", db="there").out


def test_a_digest_gives_the_same_answer_ever(world: World) -> None:
    digest = pinned(world.push())
    world.change()
    world.push()
    assert world.pull(db="then", digest=digest).code == 0
    assert world.pull(db="now").code == 0
    then, now = (world.run("show", "CVE-2024-1000", db=db).out for db in ("then", "now"))
    assert ("2026-01-01" in then, "2026-02-02" in now) == (True, True)
    assert world.pull(db="again", digest=digest).code == 0
    assert world.run("diff", world.folder / "then", world.folder / "again", db="").out.startswith("0 new")
    # An older state is taken by its digest only.
    assert world.pull(db="now", digest=digest).code == 0
    assert "2026-01-01" in world.run("show", "CVE-2024-1000", db="now").out


def test_an_older_state_under_the_tag_is_left_alone(world: World) -> None:
    world.push()
    assert world.pull(db="there").code == 0
    old = world.folder / "old"
    shutil.copytree(world.folder / "there", old)
    world.change()
    world.push()
    assert world.pull(db="there").code == 0
    assert world.run("push", "--insecure", world.hub.host, world.address, db="old").code == 0
    back = world.pull(db="there")
    assert back.code == 0
    assert "kev: left alone" in back.err
    assert "2026-02-02" in world.run("show", "CVE-2024-1000", db="there").out


def test_some_shards_and_those_that_may_not_be_handed_on(world: World) -> None:
    refused = world.push("debian", "wolfi")
    assert (refused.code, "wolfi is not pushed" in refused.err) == (2, True)
    assert world.push("--restricted", "debian", "wolfi").code == 0
    assert "1 new" in world.pull("debian").out
    assert "has no shard alpine:v3.20" in world.pull("alpine:v3.20").err
    assert world.push("nobody").code == 2


def test_what_is_wrong_is_not_taken(world: World) -> None:
    assert world.pull().code == 2, "nothing is there"
    assert world.push(login=False).code == 2
    world.push("debian", "kev")
    assert world.pull(login=False).code == 2
    digest = pinned(world.push("debian", "kev"))
    manifest = json.loads(world.hub.blob(digest.removeprefix("@")).read_bytes())
    layer = next(one for one in manifest["layers"] if one["annotations"]["garboard.shard.name"] == "kev")
    blob = world.hub.blob(layer["digest"])
    whole = blob.read_bytes()
    for wrong in (whole[:-9], whole[:40] + b"x" + whole[41:], gzip.compress(b"no shard")):
        blob.write_bytes(wrong)
        ended = world.pull(db="fresh")
        assert ended.code == 2, ended.err
        assert "damaged" in ended.err
        assert not list((world.folder / "fresh").glob("*.sqlite")), "all or nothing"
    blob.write_bytes(whole)
    assert world.pull(db="fresh").code == 0


def test_an_image_is_no_database(world: World, tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    (layout / "blobs/sha256").mkdir(parents=True)
    root = tmp_path / "root.tar"
    root.write_bytes(b"\0" * 10240)
    world.hub.push(f"docker-archive:{_image(tmp_path, root)}", f"team/{world.folder.name}:latest")
    ended = world.pull()
    assert (ended.code, "is no database of garboard" in ended.err) == (2, True)


def _image(folder: Path, root: Path) -> Path:
    """A docker archive of one empty layer."""
    import hashlib
    import tarfile

    diff = f"sha256:{hashlib.sha256(root.read_bytes()).hexdigest()}"
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [diff]}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "manifest.json").write_text(
        json.dumps([{"Config": "config.json", "RepoTags": ["a:1"], "Layers": ["root.tar"]}])
    )
    with tarfile.open(folder / "image.tar", "w") as archive:
        for name in ("config.json", "manifest.json", "root.tar"):
            archive.add(folder / name, name)
    return folder / "image.tar"


def key(folder: Path, kind: str = "ed25519") -> tuple[Path, Path]:
    """A new key by OpenSSL, and its public part."""
    private, public = folder / f"{kind}.pem", folder / f"{kind}.pub"
    options = ("-pkeyopt", "ec_paramgen_curve:P-256") if kind == "ec" else ()
    running.run("openssl", "genpkey", "-algorithm", kind, *options, "-out", str(private))
    running.run("openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public))
    return private, public


def signed_by(world: World, private: Path) -> Ended:
    ended = world.run("push", "--insecure", world.hub.host, "--sign-key", private, world.address, "debian", "kev")
    assert ended.code == 0, ended.err
    return ended


def trusting(world: World, public: Path, db: str = "there", digest: str = "") -> Ended:
    origin = f"registry:{world.address}{digest}"
    return world.run("update", "--insecure", world.hub.host, "--from", origin, "--verify-key", public, db=db)


def seen(world: World, db: str = "there") -> str:
    return world.run("show", "CVE-2024-1000", db=db).out


@pytest.mark.parametrize("kind", ["ed25519", "ec"])
def test_what_is_signed_is_taken(world: World, kind: str) -> None:
    private, public = key(world.folder, kind)
    assert "signed with serial" in signed_by(world, private).out
    first = trusting(world, public)
    assert (first.code, "2 new" in first.out, "not verified" in first.err) == (0, True, False), first.err
    assert trusting(world, public).code == 0, "the same again"
    world.change()
    signed_by(world, private)
    assert trusting(world, public).code == 0
    assert "2026-02-02" in seen(world)
    unverified = world.pull(db="unverified")
    assert (unverified.code, unverified.err.count("not verified")) == (0, 1)


def test_who_did_not_sign_is_refused(world: World) -> None:
    private, public = key(world.folder)
    stranger = key(world.folder, "ec")[0]
    signed_by(world, private)
    assert trusting(world, public).code == 0
    before = seen(world)
    world.change()
    world.push("debian", "kev")
    unsigned = trusting(world, public)
    assert (unsigned.code, "is not signed" in unsigned.err) == (2, True), unsigned.err
    signed_by(world, stranger)
    forged = trusting(world, public)
    assert (forged.code, "no signature" in forged.err) == (2, True), forged.err
    assert seen(world) == before


def test_an_old_state_is_refused_and_can_be_named(world: World) -> None:
    private, public = key(world.folder)
    old = pinned(signed_by(world, private))
    world.change()
    signed_by(world, private)
    assert trusting(world, public).code == 0
    name = world.address.partition("/")[2].partition(":")[0]
    manifest = world.hub.ask("GET", f"/v2/{name}/manifests/{old.removeprefix('@')}")
    world.hub.put_manifest(name, "latest", manifest)
    back = trusting(world, public)
    assert (back.code, "older than" in back.err) == (2, True), back.err
    assert "2026-02-02" in seen(world)
    assert trusting(world, public, digest=old).code == 0
    assert "2026-01-01" in seen(world), "by its digest"
    assert trusting(world, public).code == 2, "what was accepted once is not forgotten"


def test_what_has_expired_is_refused(world: World) -> None:
    """Signed here as cosign does it: the payload's and the manifest's form are cosign's own."""
    private, public = key(world.folder, "ec")
    digest = pinned(world.push("debian", "kev")).removeprefix("@")
    for expires, code in (("2026-01-01", 2), ("2999-01-01", 0)):
        payload = {
            "critical": {
                "identity": {"docker-reference": ""},
                "image": {"docker-manifest-digest": digest},
                "type": "cosign container image signature",
            },
            "optional": {"garboard.serial": "1", "garboard.expires": expires},
        }
        file = world.folder / "payload"
        file.write_text(json.dumps(payload))
        running.run("openssl", "dgst", "-sha256", "-sign", str(private), "-out", f"{file}.sig", str(file))
        signature = base64.b64encode(Path(f"{file}.sig").read_bytes()).decode()
        name = world.address.partition("/")[2].partition(":")[0]
        layer = {
            **world.hub.put_blob(name, file.read_bytes()),
            "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
            "annotations": {"dev.cosignproject.cosign/signature": signature},
        }
        config = {**world.hub.put_blob(name, b"{}"), "mediaType": "application/vnd.oci.image.config.v1+json"}
        manifest = {"schemaVersion": 2, "mediaType": serving.MANIFEST, "config": config, "layers": [layer]}
        world.hub.put_manifest(name, digest.replace(":", "-") + ".sig", json.dumps(manifest).encode())
        ended = trusting(world, public)
        assert (ended.code, "counted until 2026-01-01" in ended.err) == (code, code == 2), ended.err
