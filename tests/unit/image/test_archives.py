"""Archives on this machine, and the cache: opened by prefix and by content, whole or with a clear error."""

from __future__ import annotations

import gzip
import json
import os
import re
import sys

import pytest

from garboard import image as images
from garboard.image.handle import OpenedTree
from garboard.image.layers.cache import FolderCache, NoCache
from garboard.image.options import Options
from garboard.model.errors import ImageError, UsageError
from garboard.model.image import Platform
from tests.unit.image.layers.builders import (  # fmt: skip
    Given,
    Seeing,
    config,
    docker_archive,
    folder,
    hard,
    link,
    live,
    oci_archive,
    oci_blobs,
    oci_dir,
    sha256,
    tar,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LAYERS = (tar([("etc/release", b"one"), ("app/package.json", b"a")]), tar(["app/.wh.package.json", ("x.egg", b"e")]))
EXPECTED = {"etc/release": "one", "x.egg": "e"}


def scan(name: object, cache=None, **options: object) -> dict[str, str]:
    opened = images.load(str(name), Options(**options))
    try:
        return live(images.read(opened, (Seeing(),), cache or NoCache(), Options(**options)))
    finally:
        close = getattr(opened, "close", None)
        if close:
            close()


@pytest.mark.parametrize("prefix", ["", "docker-archive:"])
@pytest.mark.parametrize("old", [False, True])
def test_docker_archives(tmp_path, prefix, old):
    assert scan(f"{prefix}{docker_archive(tmp_path / 'a.tar', LAYERS, old=old)}") == EXPECTED


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
def test_docker_archives_compressed_as_a_whole(tmp_path, compress):
    path = docker_archive(tmp_path / "a.tar", LAYERS, old=True)
    path.write_bytes(compress(path.read_bytes()))
    assert scan(path) == scan(f"docker-archive:{path}") == EXPECTED
    cache = FolderCache(tmp_path / "cache")
    assert scan(path, cache) == scan(path, cache) == EXPECTED


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("make", [docker_archive, lambda path, layers: oci_archive(path, oci_blobs(layers))])
def test_progress_reaches_its_total(tmp_path, make, compress):
    path = make(tmp_path / "a.tar", LAYERS)
    path.write_bytes(compress(path.read_bytes()))
    shown: list[tuple[str, int, int | None]] = []
    scan(path, progress=lambda *one: shown.append(one))
    assert {label for label, _, _ in shown} == {str(path)}
    assert shown[-1][1] == shown[-1][2] > 0


def test_docker_archives_with_linked_layers(tmp_path):
    document = config([LAYERS[0], LAYERS[0]])
    manifest = json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["a/layer.tar", "b/layer.tar"]}]).encode()
    for second in (link("b/layer.tar", "../a/layer.tar"), hard("b/layer.tar", "a/layer.tar")):
        path = tmp_path / "a.tar"
        path.write_bytes(tar([("a/layer.tar", LAYERS[0]), second, ("c.json", document), ("manifest.json", manifest)]))
        assert scan(path) == {"etc/release": "one", "app/package.json": "a"}


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress, bytes])
@pytest.mark.parametrize("prefix", ["", "oci"])
def test_oci_layouts(tmp_path, compress, prefix):
    blobs = oci_blobs(LAYERS, compress=compress)
    folder_name, archive = oci_dir(tmp_path / "layout", blobs), oci_archive(tmp_path / "a.tar", blobs)
    assert scan(f"{prefix and 'oci-dir:'}{folder_name}") == EXPECTED
    assert scan(f"{prefix and 'oci-archive:'}{archive}") == EXPECTED


def test_an_image_is_chosen_by_its_tag(tmp_path):
    blobs = oci_blobs(LAYERS)
    place = oci_dir(tmp_path / "layout", blobs)
    assert scan(f"oci-dir:{place}:app:1") == EXPECTED
    with pytest.raises(ImageError, match="no image named nope"):
        scan(f"oci-dir:{place}:nope")


def two_images(path):
    documents = [config([layer]) for layer in LAYERS]
    manifest = [
        {"Config": f"{n}.json", "RepoTags": [f"app:{n}"], "Layers": [f"{n}/layer.tar"]} for n in range(len(LAYERS))
    ]
    files = [(f"{n}/layer.tar", layer) for n, layer in enumerate(LAYERS)]
    files += [(f"{n}.json", document) for n, document in enumerate(documents)]
    path.write_bytes(tar([*files, ("manifest.json", json.dumps(manifest).encode())]))


def test_further_images_of_an_archive_are_a_gap(tmp_path):
    path = tmp_path / "a.tar"
    two_images(path)
    opened = images.load(str(path), Options())
    assert [("app:1" in gap.reason) for gap in opened.gaps()] == [True]
    assert scan(f"{path}:app:1") == {"x.egg": "e"}


@pytest.mark.parametrize(
    ("names", "architectures", "further"),
    [
        (("clean", "bad"), ("amd64", "amd64"), "bad"),
        (("clean", "bad"), ("amd64", "arm64"), "bad"),
        (("app:1", "app:1"), ("amd64", "arm64"), ""),
        ((None, None), ("amd64", "arm64"), ""),
    ],
)
def test_further_images_of_a_layout_with_platforms(tmp_path, names, architectures, further):
    blobs = oci_blobs(LAYERS)
    index = json.loads(blobs["index.json"])
    (one,) = index["manifests"]
    index["manifests"] = [
        {**one, "platform": {"os": "linux", "architecture": architecture},
         "annotations": {"org.opencontainers.image.ref.name": name} if name else {}}
        for name, architecture in zip(names, architectures, strict=True)
    ]  # fmt: skip
    blobs["index.json"] = json.dumps(index).encode()
    opened = images.load(
        f"oci-dir:{oci_dir(tmp_path / 'layout', blobs)}", Options(platform=Platform(architecture="amd64"))
    )
    told = [gap.reason for gap in opened.gaps()]
    assert [one.rpartition(": ")[2] for one in told if "further" in one] == ([further] if further else [])


def test_a_folder_is_a_root_file_system(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "opt/db").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "etc/release").write_bytes(b"one")
    (tmp_path / "opt/db/status").write_bytes(b"s")
    (tmp_path / "var/db").symlink_to("/opt/db")
    (tmp_path / "package.json").symlink_to("/etc/passwd")  # of this machine: must not be followed out of the folder
    assert scan(f"dir:{tmp_path}") == scan(tmp_path) == {"etc/release": "one", "var/db/status": "s"}


def test_what_may_not_be_read_in_a_folder_is_a_gap(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/package.json").write_bytes(b"x" * 100)
    opened = images.load(f"dir:{tmp_path}", Options())
    assert isinstance(opened, OpenedTree)
    import msgspec

    from garboard.model.limits import DEFAULT

    options = Options(limits=msgspec.structs.replace(DEFAULT, file_bytes=10))
    files = images.read(opened, (Seeing(),), NoCache(), options)
    assert "limit" in files.histories[0].versions[0].facts[0].reason


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(tar(["x"])), "manifest.json"),
        (lambda path: path.write_bytes(tar([("manifest.json", b"{}")])), "malformed"),
        (lambda path: path.write_bytes(tar([("manifest.json", b"[]")])), "no image"),
        (lambda path: path.write_bytes(tar([("manifest.json", b'[{"Config":"c","Layers":[]}]')])), "incomplete"),
        (lambda path: path.write_bytes(docker_archive(path, LAYERS).read_bytes()[:3000]), "middle|damaged"),
    ],
)
def test_what_is_no_docker_archive_is_a_clear_error(tmp_path, make, message):
    path = tmp_path / "a.tar"
    make(path)
    with pytest.raises(ImageError, match=message) as caught:
        scan(f"docker-archive:{path}")
    assert caught.value.exit_code == 2


def test_a_missing_layer_is_named(tmp_path):
    manifest = json.dumps([{"Config": "c", "Layers": ["gone/layer.tar"]}]).encode()
    path = tmp_path / "a.tar"
    path.write_bytes(tar([("c", config(LAYERS[:1])), ("manifest.json", manifest)]))
    with pytest.raises(ImageError, match="gone/layer.tar"):
        scan(path)


def test_a_path_that_does_not_exist_and_an_empty_name():
    with pytest.raises(ImageError, match="does not exist"):
        scan("docker-archive:/nowhere/a.tar")
    with pytest.raises(UsageError):
        scan("")
    with pytest.raises(UsageError):
        scan("docker-archive:")


def test_an_oci_manifest_that_is_not_its_digest_is_an_error(tmp_path):
    blobs = oci_blobs(LAYERS)
    index = json.loads(blobs["index.json"])
    name = "blobs/" + index["manifests"][0]["digest"].replace(":", "/")
    blobs[name] = blobs[name] + b" "
    with pytest.raises(ImageError, match="promises"):
        scan(oci_dir(tmp_path / "layout", blobs))


def test_the_platform_of_an_archive_is_compared(tmp_path):
    path = docker_archive(tmp_path / "a.tar", LAYERS)
    with pytest.raises(ImageError, match="linux/arm64"):
        scan(path, platform=Platform(architecture="arm64"))


# -- verification and the cache


def lying(path):
    """An archive whose configuration claims another layer than it holds."""
    docker_archive(path, [LAYERS[0]])
    honest = sha256(LAYERS[0]).encode()
    other = tar([("etc/release", b"poison")])
    name = f"blobs/sha256/{honest.decode()}"
    document = config([LAYERS[0]])
    manifest = json.dumps([{"Config": "c", "Layers": [name]}]).encode()
    path.write_bytes(tar([(name, other), ("c", document), ("manifest.json", manifest)]))
    return path


def test_a_lying_archive_is_a_gap_with_verify(tmp_path):
    path = lying(tmp_path / "a.tar")
    options = Options(verify=True)
    files = images.read(images.load(str(path), options), (Seeing(),), NoCache(), options)
    assert live(files) == {"etc/release": "poison"}
    assert any(sha256(LAYERS[0]) in gap.reason for gap in files.gaps)


def test_a_lying_archive_neither_reads_nor_poisons_the_shared_cache(tmp_path):
    cache = FolderCache(tmp_path / "cache")
    trusted = Given(LAYERS[0], trusted=True)
    path = lying(tmp_path / "a.tar")
    assert scan(path, cache) == {"etc/release": "poison"}
    assert live(images.read(trusted, (Seeing(),), cache, Options())) == {"etc/release": "one", "app/package.json": "a"}
    assert scan(path, cache) == {"etc/release": "poison"}


def test_a_server_that_lies_is_an_error(tmp_path):
    opened = Given(LAYERS[0], trusted=True)
    opened.layers = (LAYERS[1],)
    cache = FolderCache(tmp_path)
    with pytest.raises(ImageError, match="configuration says"):
        images.read(opened, (Seeing(),), cache, Options())
    opened.layers = LAYERS[:1]
    images.read(opened, (Seeing(),), cache, Options())
    assert opened.handed_over == [0, 0], "what was not verified must not have been cached"


def test_the_caches_folder_is_looked_through_once_a_run(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(os, "scandir", lambda folder, own=os.scandir: looked.append(folder) or own(folder))
    cache = FolderCache(tmp_path)
    images.read(Given(*(tar([f"file-{number}"]) for number in range(20)), trusted=True), (Seeing(),), cache, Options())
    assert len(looked) == 1
    assert len(list(cache._folder.iterdir())) == 20


def test_a_cache_beyond_its_limit_is_pruned_in_the_same_run(tmp_path):
    cache = FolderCache(tmp_path, bound=8000)
    layers = [tar([f"file-{number}-{step}" for step in range(20)]) for number in range(100)]
    images.read(Given(*layers, trusted=True), (Seeing(),), cache, Options())
    assert 0 < sum(path.stat().st_size for path in cache._folder.iterdir()) <= 8000


def test_a_cached_layer_is_not_read_again_and_a_shared_base_only_once(tmp_path):
    cache = FolderCache(tmp_path)
    first, second = Given(*LAYERS, trusted=True), Given(LAYERS[0], tar(["more"]), trusted=True)
    images.read(first, (Seeing(),), cache, Options())
    images.read(second, (Seeing(),), cache, Options())
    again = Given(*LAYERS, trusted=True)
    assert live(images.read(again, (Seeing(),), cache, Options())) == EXPECTED
    assert (first.handed_over, second.handed_over, again.handed_over) == ([0, 1], [1], [])


def test_another_reader_or_version_or_limit_is_another_answer(tmp_path):
    cache = FolderCache(tmp_path)

    class Newer(Seeing):
        VERSION = 2

    for reader in (Seeing(), Newer(), Seeing("x")):
        opened = Given(LAYERS[0], trusted=True)
        images.read(opened, (reader,), cache, Options())
        assert opened.handed_over


def test_a_rewritten_archive_is_read_again(tmp_path):
    cache = FolderCache(tmp_path / "cache")
    path = tmp_path / "a.tar"
    docker_archive(path, [tar([("etc/release", b"one")])])
    assert scan(path, cache) == {"etc/release": "one"}
    docker_archive(path, [tar([("etc/release", b"two")])])
    assert scan(path, cache) == {"etc/release": "two"}


def test_a_damaged_cache_entry_is_a_miss(tmp_path):
    cache = FolderCache(tmp_path)
    images.read(Given(*LAYERS, trusted=True), (Seeing(),), cache, Options())
    for entry in tmp_path.rglob("*"):
        if entry.is_file():
            entry.write_bytes(entry.read_bytes()[:-7])
    opened = Given(*LAYERS, trusted=True)
    assert live(images.read(opened, (Seeing(),), cache, Options())) == EXPECTED
    assert opened.handed_over == [0, 1]


def test_the_cache_keeps_to_its_bound(tmp_path):
    cache = FolderCache(tmp_path, bound=20_000)
    for n in range(40):
        layer = tar([(f"d{n}/{m}/package.json", b"%d" % m) for m in range(20)])
        images.read(Given(layer, trusted=True), (Seeing(),), cache, Options())
    assert sum(entry.stat().st_size for entry in tmp_path.rglob("*") if entry.is_file()) <= 20_000


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    cache = FolderCache(tmp_path / "file" / "below")
    assert live(images.read(Given(*LAYERS, trusted=True), (Seeing(),), cache, Options())) == EXPECTED


def test_links_are_found_through_the_cache_too(tmp_path):
    cache = FolderCache(tmp_path)
    layer = tar([("opt/db/status", b"x"), link("var/db", "/opt/db"), folder("var")])
    for expected in ([0, 0], []):
        opened = Given(layer, trusted=True)
        assert live(images.read(opened, (Seeing(),), cache, Options())) == {"var/db/status": "x"}
        assert opened.handed_over == expected


def test_a_projects_folder_is_not_taken_for_an_image_of_its_name(tmp_path, monkeypatch):
    from garboard.image.sources import directory

    (tmp_path / "blog").mkdir()
    (tmp_path / "root/etc").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    spelled = ("blog", "./blog", "blog/", str(tmp_path / "blog"), "root", "root:1", "nowhere")
    assert [name for name in spelled if directory.detect(name, Options())] == ["./blog", "blog/", spelled[3], "root"]


ROOT = (folder("etc"), ("etc/release", b"root"), ("app/package.json", b"a"), ("usr/.wh..x", b""))


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress])
@pytest.mark.parametrize("prefix", ["", "root-archive:"])
def test_the_tar_of_a_root_file_system_is_read_like_its_folder(tmp_path, compress, prefix):
    path = tmp_path / "exported.tar"
    path.write_bytes(compress(tar([".dockerenv", *ROOT])))
    assert scan(f"{prefix}{path}") == {"etc/release": "root", "app/package.json": "a"}
    opened = images.load(f"{prefix}{path}", Options())
    assert isinstance(opened, OpenedTree)
    assert opened.image.source == "root-archive"


def test_a_large_root_file_system_is_no_archive_of_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr("garboard.image.recognize.MEMBERS", 50)
    path = tmp_path / "exported.tar"
    path.write_bytes(tar([*ROOT, *(f"usr/{number}" for number in range(100))]))
    assert scan(path)["etc/release"] == "root"


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
@pytest.mark.parametrize("prefix", ["", "oci-archive:", "docker-archive:"])
def test_oci_archives_compressed_as_a_whole(tmp_path, compress, prefix):
    path = oci_archive(tmp_path / "a.tar", oci_blobs(LAYERS))
    path.write_bytes(compress(path.read_bytes()))
    assert scan(f"{prefix}{path}") == EXPECTED
    assert images.load(f"{prefix}{path}:app:1", Options()).image.source == "oci-archive"


def existing(tmp_path, what: str):
    """A path at which something is that is no image."""
    path = tmp_path / "debian"
    match what:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "an empty file":
            path.touch()
        case "a file":
            path.write_text("a note")
        case "a tar archive":
            path.write_bytes(tar(["project/notes"]))
        case "compressed":
            path.write_bytes(gzip.compress(b"a note"))
    return path


@pytest.mark.parametrize(
    "what", ["a folder", "a pipe", "a device", "an empty file", "a file", "a tar archive", "compressed"]
)
def test_what_exists_is_refused_as_what_it_is_and_never_looked_up(tmp_path, monkeypatch, what):
    """Its name would be a valid one of Docker Hub."""
    existing(tmp_path, what)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    with pytest.raises(ImageError, match=f"debian is {what}") as caught:
        images.load("debian", Options(offline=True))
    assert caught.value.hint


@pytest.mark.parametrize("name", ["app.tar", "images/App.TAR.gz", "bom.cdx.json"])
def test_a_file_that_is_not_there_is_never_looked_up(tmp_path, monkeypatch, name):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    with pytest.raises(ImageError, match=f"there is no file {name}") as caught:
        images.load(name, Options())
    assert caught.value.hint == f"check the path; registry:{name} is an image of that name"


@pytest.mark.parametrize("scheme", ["docker-archive", "oci-archive", "root-archive", "dir", "oci-dir"])
@pytest.mark.parametrize("what", ["a pipe", "a device"])
def test_a_pipe_or_a_device_is_an_error_at_once(tmp_path, scheme, what):
    path = existing(tmp_path, what)
    with pytest.raises(ImageError, match=re.escape(str(path))):
        images.load(f"{scheme}:{path}", Options())


def gaps(path) -> list[str]:
    return [
        gap.reason for gap in images.read(images.load(str(path), Options()), (Seeing(),), NoCache(), Options()).gaps
    ]


def test_a_layer_that_was_emptied_is_told(tmp_path):
    """Without its digest being computed: no layer of files has that of an empty one."""
    document = config(LAYERS)
    manifest = json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["a/layer.tar", "b/layer.tar"]}]).encode()
    path = tmp_path / "a.tar"
    members = [
        ("a/layer.tar", LAYERS[0]),
        ("b/layer.tar", bytes(1024)),
        ("c.json", document),
        ("manifest.json", manifest),
    ]
    path.write_bytes(tar(members))
    (reason,) = gaps(path)
    assert "layer 2 is empty" in reason


def test_an_empty_layer_that_claims_to_be_one_is_no_gap(tmp_path):
    assert gaps(docker_archive(tmp_path / "a.tar", (LAYERS[0], bytes(1024), tar([])))) == []


def test_a_history_of_more_layers_than_there_are_is_told(tmp_path):
    document = json.loads(config(LAYERS[:1])) | {"history": [{"created_by": "a"}, {"created_by": "b"}]}
    manifest = json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["a/layer.tar"]}]).encode()
    path = tmp_path / "a.tar"
    members = [("a/layer.tar", LAYERS[0]), ("c.json", json.dumps(document).encode()), ("manifest.json", manifest)]
    path.write_bytes(tar(members))
    assert gaps(path) == ["its history tells of 2 layers, and it has 1: some may have been taken out"]


@pytest.mark.parametrize("part", ["layer", "config", "manifest"])
@pytest.mark.parametrize("archive", ["oci-dir", "oci-archive", "compressed"])
def test_a_blob_of_another_size_than_its_descriptor_says(tmp_path, part, archive):
    """The digests are right: only the size is not."""
    blobs = oci_blobs(LAYERS)
    index = json.loads(blobs["index.json"])
    name = "blobs/" + index["manifests"][0]["digest"].replace(":", "/")
    manifest = json.loads(blobs.pop(name))
    if part != "manifest":
        described = manifest["layers"][0] if part == "layer" else manifest["config"]
        described["size"] += 1
    document = json.dumps(manifest).encode()
    blobs[f"blobs/sha256/{sha256(document)}"] = document
    index["manifests"][0] |= {"digest": f"sha256:{sha256(document)}", "size": len(document) + (part == "manifest")}
    blobs["index.json"] = json.dumps(index).encode()
    path = tmp_path / "a"
    if archive == "oci-dir":
        oci_dir(path, blobs)
    else:
        oci_archive(path, blobs)
    if archive == "compressed":
        path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(ImageError, match=r"has \d+ bytes, not the \d+ that its descriptor promises"):
        scan(path)
