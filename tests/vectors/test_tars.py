"""Law: what is read of a tar archive is what real engines unpack, and what they refuse is an error. ``tars/PROVENANCE.md``."""

from __future__ import annotations

import pytest

from garboard.model.errors import ImageError
from tests.unit.image.layers.builders import Seeing, live, read
from tests.vectors.raw_tars import BELOW, PLACES, Archive, load, written
from tests.vectors.test_layers import differences

EVERYTHING = tuple({f"**/{place.rpartition('/')[2]}" for place in PLACES})
ARCHIVES = load()
DIFFERENCES = {
    "flags 4": "a hard link to a file of the layer below, which vfs alone takes: it is read",
    "flags 33": "likewise",
    "flags 56": "only what nobody wants is written below a file, which engines remove then",
}
"""What all engines make otherwise."""


def disagreement(archive: Archive) -> dict[str, list[str]]:
    """What each engine makes of it that is not read so. A gap stands for a refusal by what a link leads to."""
    try:
        files = read(BELOW, written(archive.blocks), reader=Seeing(*EVERYTHING))
        found = live(files)
    except ImageError as error:
        return {engine: [f"refused: {error.message}"] for engine, tree in archive.answers.items() if tree is not None}
    return {
        engine: texts
        for engine, tree in archive.answers.items()
        if (texts := ["not refused"] * (not files.gaps) if tree is None else list(differences(tree, found, EVERYTHING)))
    }


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda archive: archive.name)
def test_what_is_read_is_what_engines_unpack(archive: Archive) -> None:
    """Where the engines disagree, one of them agrees."""
    wrong = disagreement(archive)
    assert (len(wrong) == len(archive.answers)) == (archive.name in DIFFERENCES), wrong
