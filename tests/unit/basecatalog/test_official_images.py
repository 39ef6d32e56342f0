"""Which tags are built now, and which of them are one image."""

from __future__ import annotations

from pathlib import Path

import pytest

from garboard.basecatalog.official_images import parse
from garboard.model.errors import CatalogError

TEXT = b"""# a comment
Maintainers: Somebody <a@example.org> (@a),
             Somebody Else <b@example.org> (@b)
GitRepo: https://example.org/python.git

Tags: 3.14.7-trixie, 3.14-trixie,
 3-trixie
SharedTags: 3.14.7, latest
# between the fields
Architectures: amd64, arm64v8
Directory: 3.14/trixie

Tags: 3.14.7-slim
Directory: 3.14/slim
"""


def test_blocks() -> None:
    found = parse(TEXT, "python")
    assert found.repository == "docker.io/library/python"
    assert found.shared == (("3.14.7-trixie", "3.14-trixie", "3-trixie", "3.14.7", "latest"), ("3.14.7-slim",))


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "python", "names no tag"),
        (b"Tags: a b\n", "python", "a tag that is none"),
        (b"Tags: ../x\n", "python", "a tag that is none"),
        (TEXT, "../python", "no official image's name"),
        (b"Tags: " + b", ".join(b"t%d" % number for number in range(20_001)), "python", "more than 20000"),
    ],
)
def test_what_is_none(data: bytes, name: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        parse(data, name)


def test_all_real_files(shared: Path) -> None:
    files = sorted((shared / "data/images/official-images/library").iterdir())
    found = {path.name: parse(path.read_bytes(), path.name) for path in files}
    assert len(found) == 36
    python = {tag for tags in found["python"].shared for tag in tags}
    assert {"latest", "3.14.7-slim-bookworm"} <= python
    assert "2.7" not in python
    listed = sum(
        line.count(",") + 1
        for path in files
        for line in path.read_text().splitlines()
        if line.startswith(("Tags:", "SharedTags:"))
    )
    assert sum(len(tags) for one in found.values() for tags in one.shared) == listed
