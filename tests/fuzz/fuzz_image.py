"""Archives and layers of untrusted images: only `GarboardError` may come out, and nothing may run away."""

from __future__ import annotations

import base64
import gzip
import sys
import tarfile

import pytest

from garboard import image as images
from garboard.image import docker_save, manifest, signatures
from garboard.image.layers import record
from garboard.image.layers.cache import NoCache
from garboard.image.layers.compression import inflate
from garboard.image.options import Options
from garboard.image.stream_archive import stream
from garboard.model import image as model
from garboard.model.errors import GarboardError
from garboard.model.limits import Limits
from tests.fuzz.mutation import Target, attack
from tests.unit.image.layers.builders import Entry, Given, Seeing, folder, hard, link, tar

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMITS = Limits(
    layer_bytes=4 << 20,
    ratio_floor=1 << 20,
    file_bytes=1 << 16,
    wanted_bytes=1 << 18,
    members=1000,
    special_bytes=1 << 16,
)
ENTRIES = [
    folder("var"), ("var/db/status", b"x" * 600), link("lib", "usr/lib"), hard("b.egg", "var/db/status"), "a/.wh.b",
    "d/.wh..wh..opq", ("app/node_modules/package.json", b"{}"), Entry("dev/null", kind=tarfile.CHRTYPE),
    link("var/db/info", "/opt/" + "long/" * 30), ("e" * 120 + ".egg", b"long"),
]  # fmt: skip
LAYERS = [tar(ENTRIES, tarfile.PAX_FORMAT), tar(ENTRIES, tarfile.GNU_FORMAT), tar(ENTRIES[:8], tarfile.USTAR_FORMAT)]


def sparse() -> bytes:
    """Sparse members: PAX 1.0 and 0.1."""
    body = b"1\n512\n3\n".ljust(512, b"\0") + b"abc".ljust(512, b"\0")
    info = tarfile.TarInfo("GNUSparseFile.0/x.egg")
    info.size = 515
    info.pax_headers = {
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x.egg", "GNU.sparse.realsize": "1000",
    }  # fmt: skip
    other = tarfile.TarInfo("y.egg")
    other.size = 3
    other.pax_headers = {"GNU.sparse.map": "512,3", "GNU.sparse.numblocks": "1", "GNU.sparse.size": "1000"}
    return (
        info.tobuf(tarfile.PAX_FORMAT) + body + other.tobuf(tarfile.PAX_FORMAT) + b"abc".ljust(512, b"\0") + bytes(1024)
    )


def layers(data: bytes) -> None:
    try:
        images.read(Given(data, LAYERS[0]), (Seeing(),), NoCache(), Options(limits=LIMITS))
    except GarboardError:
        pass


def compressed(data: bytes) -> None:
    try:
        for _ in inflate(iter([data[:100], data[100:]]), LIMITS):
            pass
    except GarboardError:
        pass


def exported(data: bytes) -> None:
    try:
        stream(iter([data]), lambda _label, chunks: [None for _ in chunks], lambda _name: False, LIMITS)
    except GarboardError:
        pass


def documents(data: bytes) -> None:
    for parse in (
        lambda: manifest.parse(data, "it"),
        lambda: manifest.image(data, None, name="it", source="it", limits=LIMITS),
        lambda: docker_save.entries(data, "it"),
    ):
        try:
            parse()
        except GarboardError:
            pass


def cached(data: bytes) -> None:
    import msgspec

    try:
        record.decode(data)
    except msgspec.MsgspecError:
        pass


def signed(data: bytes) -> None:
    """The same bytes as a list, as a manifest, and as what they name."""
    of = model.Image(name="it", source="registry", manifest_digest=f"sha256:{'1' * 64}")
    try:
        found = signatures.read(of, lambda _digest: [("cosign", data), ("referrers", INDEX)], lambda _descriptor: data)
    except GarboardError:
        return
    assert all(one.digest and isinstance(one.signed, bytes) for one in found)


SIGNATURE = b"""{"schemaVersion":2,"config":{"digest":"sha256:%b","size":2},"layers":[{"digest":"sha256:%b","size":2,
"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","annotations":{"dev.cosignproject.cosign/signature":"c2ln"}},
{"digest":"sha256:%b","size":2,"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}],"dsseEnvelope":{"payload":"%b",
"payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"c2ln"}]},"critical":{"identity":{"docker-reference":"a"},"image":{"docker-manifest-digest":
"sha256:1"},"type":"cosign container image signature"},"optional":null}""" % (
    *[b"0" * 64] * 3,
    base64.b64encode(
        b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"1"}}],'
        b'"predicateType":"https://sigstore.dev/cosign/sign/v1"}'
    ),
)
CONFIG = (
    b'{"architecture":"amd64","os":"linux","config":{"Env":["A=b"],"Labels":{"a":"b"}},"rootfs":{"diff_ids":["sha256:'
    + b"0" * 64 + b'"]},"history":[{"created_by":"x","empty_layer":true}]}'
)  # fmt: skip
INDEX = (
    b'{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":7,"digest":"sha256:'
    + b"1" * 64 + b'","platform":{"os":"linux","architecture":"arm","variant":"v7"}}]}'
)  # fmt: skip
SAVED = b'[{"Config":"c.json","RepoTags":["a:1"],"Layers":["a/layer.tar"]}]'
TARGETS = (
    Target("layers", layers, [*LAYERS, sparse(), gzip.compress(LAYERS[0]), zstd.compress(LAYERS[1])]),
    Target("compression", compressed, [gzip.compress(LAYERS[0]) * 2, zstd.compress(LAYERS[0]) * 2]),
    Target(
        "exported archives", exported, [tar([("a/layer.tar", LAYERS[0]), ("c.json", CONFIG), ("manifest.json", SAVED)])]
    ),
    Target("image documents", documents, [CONFIG, INDEX, SAVED]),
    Target("image signatures", signed, [SIGNATURE]),
    Target("cache entries", cached, [record.encode(record.LayerRecord(names=(b"x",), whiteouts=(b"a",), members=3))]),
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input(target):
    attack(target, 1500, seed=1)


def test_the_seeds_are_read():
    for seed in (*LAYERS, sparse()):
        assert images.read(Given(seed), (Seeing(),), NoCache(), Options()).histories
