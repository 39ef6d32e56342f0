"""What others publish of base images: any bytes are entries, a library, a catalogue, or a `GarboardError`."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from garboard.basecatalog import bundle, official_images, repo_info
from garboard.basecatalog.store import Store
from garboard.basecatalog.writer import Writer
from garboard.compression import Bounds, decompress, zstd_writer
from garboard.model.baseimage import Approval
from garboard.model.errors import GarboardError
from garboard.workflows.sync_catalog import import_repo_info
from tests.fuzz.mutation import TOKENS, Target, attack
from tests.unit.basecatalog.entries import base, inventory, writer

_FOLDER = Path(tempfile.mkdtemp())
_TOKENS = (
    *TOKENS,
    b"`",
    b"```",
    b"\n### `",
    b"\n# `",
    b"- `",
    b"; ",
    b"@sha256:",
    b"(99999999999999999999 bytes)",
    b"=",
    b"\t-\t",
)
_DIGEST = b"sha256:" + b"0123456789abcdef" * 4
LOCAL = (
    b"# `nginx:1.30`\n\n- Image ID: `%s`\n- Created: `2026-08-05T01:14:10Z`\n- Arch: `linux`/`amd64`\n- Environment:\n"
    b"  - `A=b`\n\n## `dpkg` (`.deb`-based packages)\n\n### `dpkg` source package: `dpkg=1`\n\nBinary Packages:\n\n- `dpkg=1`\n\n"
    b"Licenses: x\n\n- `GPL-2`\n\nSource:\n\n## `apk` (`.apk`-based packages)\n\n### `apk` package: `musl`\n\n```console\n"
    b"musl-1.2-r0 description:\nx\n\nmusl-1.2-r0 license:\nMIT\n\n```\n"
) % _DIGEST
REMOTE = (
    b"## `nginx:1.30`\n\n```console\n$ docker pull nginx@%s\n```\n\n### `nginx:1.30` - linux; arm variant v7\n\n```console\n"
    b"$ docker pull nginx@%s\n```\n\n-\tTotal Size: **1 MB (100 bytes)**  \n-\tImage ID: `%s`\n\n```dockerfile\n"
    b"# Mon, 24 Aug 2026 00:00:00 GMT\nRUN x\n# Mon, 99 Aug 2026 00:00:00 GMT\nENV a\n```\n\n-\tLayers:\n\t-\t`%s`  \n"
    b"\t\tLast Modified: x  \n\t\tSize: 250.0 B  \n\t\tMIME: application/x\n"
) % ((_DIGEST,) * 4)
LIBRARY = b"Maintainers: x,\n  y\n# c\n\nTags: 1, 2\nSharedTags: latest\nDirectory: x\n\nTags: 3\n"


def check_repo_info(kind: str, data: bytes) -> None:
    writing = Writer(Store(_FOLDER / f"{kind}.sqlite", write=True))
    import_repo_info(writing, [(f"repos/nginx/{kind}/1.30.md", data)], now=dt.datetime(2026, 8, 10, tzinfo=dt.UTC))
    writing.catalog.close()


def check_library(data: bytes) -> None:
    try:
        official_images.parse(data, "nginx")
    except GarboardError:
        pass


def check_bundle(data: bytes) -> None:
    """The damage is done below the compression, which would else find all of it."""
    path = _FOLDER / "x.catalogue"
    with zstd_writer(path, 1) as file:
        file.write(data)
    writing = Writer(Store(_FOLDER / "bundle.sqlite", write=True))
    try:
        bundle.unpack(writing, path, now=dt.datetime(2026, 8, 10, tzinfo=dt.UTC), approvals=True)
        writing.catalog.inventories(one.key for one in writing.catalog.images())
    except GarboardError:
        pass
    finally:
        writing.catalog.close()


def _exported() -> bytes:
    made = writer(_FOLDER, base("ab", "python:3.12"), base("a", "debian:12"), packages=inventory("a=1", "b=2"))
    made.approve(Approval(pattern="python:*"))
    made.build("docker.io/library/python", [("3.12",)])
    bundle.export(made.catalog, _FOLDER / "seed")
    made.catalog.close()
    return decompress((_FOLDER / "seed").read_bytes(), Bounds(1 << 30))


def check_database(data: bytes) -> None:
    """A damaged file is an error, never an answer without images."""
    path = _FOLDER / "damaged.sqlite"
    path.write_bytes(data)
    try:
        with Store(path) as store:
            catalog = repo_catalog(store)
            catalog.inventories(one.key for one in catalog.images())
            catalog.below([layer.diff_id for layer in base("abc").image.layers])
    except GarboardError:
        pass


def repo_catalog(store: Store):
    from garboard.basecatalog.reader import StoredCatalog

    return StoredCatalog(store)


def _database() -> bytes:
    for name in ("seed.sqlite", "catalogue.sqlite"):
        (_FOLDER / name).unlink(missing_ok=True)
    made = writer(_FOLDER, base("ab", "python:3.12"), base("a", "debian:12"))
    made.catalog.store.rows("PRAGMA journal_mode = DELETE")
    made.catalog.close()
    return (_FOLDER / "catalogue.sqlite").read_bytes()


TARGETS = (
    Target("repo-info local", lambda data: check_repo_info("local", data), (LOCAL,), _TOKENS),
    Target("repo-info remote", lambda data: check_repo_info("remote", data), (REMOTE,), _TOKENS),
    Target("official-images", check_library, (LIBRARY,)),
    Target("catalogue bundle", check_bundle, (_exported(),)),
    Target("catalogue file", check_database, (_database(),)),
)


def test_damaged_input() -> None:
    for target in TARGETS:
        attack(target, 300, seed=1)


def test_paths_are_any_text() -> None:
    for text in ("", "/", "repos//local/.md", "repos/a/local/b.md\n", "\ud800repos/a/local/b.md"):
        repo_info.document(text)
