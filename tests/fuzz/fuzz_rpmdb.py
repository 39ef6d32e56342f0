"""RPM databases of untrusted images: any damage to any kind of database gives packages and gaps, soon, and never an
error.
"""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Owns, Package
from tests.examples import examples
from tests.fuzz.mutation import Target
from tests.unit.ecosystems import rpmdb_builders as build
from tests.unit.ecosystems.reading import cataloger_of

cataloger = cataloger_of("rpm")

_PACKAGE = build.package(
    "nodejs",
    epoch=1,
    arch="x86_64",
    sourcerpm="nodejs-18-1.src.rpm",
    provides=["nodejs", "npm"],
    requires=["glibc", "(a or b)"],
    dirnames=["/usr/lib/node_modules/npm/"],
    basenames=["package.json"],
    dirindexes=[0],
)
_BLOBS = [_PACKAGE, build.package("bash"), build.package("gpg-pubkey")]
_DATABASES = {
    "sqlite": build.sqlite(_BLOBS),
    "ndb": build.ndb(_BLOBS),
    "bdb": build.bdb(_BLOBS),
    "bdb, big-endian": build.bdb(_BLOBS, order=">"),
    "bdb, on the page": build.bdb(_BLOBS, page_size=4096, inline=True),
}
_NUMBERS = [0, 1, 2, 3, 7, 13, 26, 0x7F, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
_EDITS = st.lists(
    st.tuples(
        st.integers(0, 1 << 20),
        st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from(_NUMBERS).map(lambda n: struct.pack(">I", n)),
            st.sampled_from(_NUMBERS).map(lambda n: struct.pack("<I", n)),
        ),
    ),
    max_size=12,
)


@given(kind=st.sampled_from(sorted(_DATABASES)), edits=_EDITS, cut=st.integers(0, 1 << 20))
@examples(400)
def test_any_damage(kind: str, edits: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray(_DATABASES[kind])
    for place, patch in edits:
        # Low places matter most: they hold the files' own headers.
        at = place % len(data) if place % 2 else place % min(len(data), 1024)
        data[at : at + len(patch)] = patch
    if cut % 4 == 0:
        del data[cut % len(data) :]
    read(bytes(data))


@given(st.binary(max_size=2000))
@examples(200)
def test_any_header(blob: bytes) -> None:
    read(build.ndb([blob]))


def read(data: bytes) -> None:
    facts = list(cataloger.catalog(File(path="var/lib/rpm/Packages", data=data)))
    assert all(isinstance(fact, Package | Owns | Gap) for fact in facts)
    assert all(fact.name and fact.version for fact in facts if isinstance(fact, Package))


TARGETS = tuple(Target(f"rpm database, {kind}", read, [data]) for kind, data in _DATABASES.items())
