"""Conversion between values and the payloads of a shard.

Advisories are MessagePack maps. Facts are arrays, because there are hundreds of thousands of them. Texts of their
ratings are stored as numbers of the shard's ``text`` table, because few distinct vectors and weaknesses occur, each
many times.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from garboard.model.advisory import Advisory, Affected, CveFacts, Rating
from garboard.model.lifecycle import Cycle, Support
from garboard.model.repository import RepositoryProducts

_ENCODER = msgspec.msgpack.Encoder()
_ADVISORY = msgspec.msgpack.Decoder(Advisory)
_AFFECTED = msgspec.msgpack.Decoder(Affected)
_CYCLE = msgspec.msgpack.Decoder(Cycle)
_SUPPORT = msgspec.msgpack.Decoder(Support)
_REPOSITORY = msgspec.msgpack.Decoder(RepositoryProducts)


class _Facts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`CveFacts` without the CVE; a rating is three text numbers: source, word, vector."""

    ratings: tuple[tuple[int, int, int], ...] = ()
    cwes: tuple[int, ...] = ()
    published: str = ""
    modified: str = ""
    rejected: bool = False
    kev_added: str = ""
    kev_ransomware: bool = False
    epss: float | None = None
    epss_percentile: float | None = None


_FACTS = msgspec.msgpack.Decoder(_Facts)


def pack_advisory(advisory: Advisory) -> bytes:
    """Encode an advisory without ``affected``, which has rows of its own."""
    if advisory.affected:
        advisory = msgspec.structs.replace(advisory, affected=())
    return _ENCODER.encode(advisory)


def unpack_advisory(payload: bytes) -> Advisory:
    """The inverse of `pack_advisory`."""
    return _ADVISORY.decode(payload)


def pack_affected(affected: Affected) -> bytes:
    """Encode without ecosystem and package, which are the row's key."""
    return _ENCODER.encode(msgspec.structs.replace(affected, ecosystem="", package=""))


def unpack_affected(payload: bytes, ecosystem: str, package: str) -> Affected:
    """The inverse of `pack_affected`."""
    return msgspec.structs.replace(_AFFECTED.decode(payload), ecosystem=ecosystem, package=package)


def pack_facts(facts: CveFacts, number_of: Callable[[str], int]) -> bytes:
    """Encode facts; ``number_of`` maps a text to its number in the shard."""
    return _ENCODER.encode(
        _Facts(
            ratings=tuple(
                (number_of(rating.source), number_of(rating.word), number_of(rating.vector)) for rating in facts.ratings
            ),
            cwes=tuple(number_of(cwe) for cwe in facts.cwes),
            published=facts.published,
            modified=facts.modified,
            rejected=facts.rejected,
            kev_added=facts.kev_added,
            kev_ransomware=facts.kev_ransomware,
            epss=facts.epss,
            epss_percentile=facts.epss_percentile,
        )
    )


def unpack_facts(cve: str, payload: bytes, text_of: Callable[[int], str]) -> CveFacts:
    """The inverse of `pack_facts`; descriptions are not stored."""
    stored = _FACTS.decode(payload)
    return CveFacts(
        cve=cve,
        ratings=tuple(
            Rating(source=text_of(source), word=text_of(word), vector=text_of(vector))
            for source, word, vector in stored.ratings
        ),
        cwes=tuple(text_of(cwe) for cwe in stored.cwes),
        published=stored.published,
        modified=stored.modified,
        rejected=stored.rejected,
        kev_added=stored.kev_added,
        kev_ransomware=stored.kev_ransomware,
        epss=stored.epss,
        epss_percentile=stored.epss_percentile,
    )


def pack_whole(value: Cycle | Support | RepositoryProducts) -> bytes:
    """Encode a value with all that it holds."""
    return _ENCODER.encode(value)


def unpack_cycle(payload: bytes) -> Cycle:
    """The inverse of `pack_whole`."""
    return _CYCLE.decode(payload)


def unpack_support(payload: bytes) -> Support:
    """The inverse of `pack_whole`."""
    return _SUPPORT.decode(payload)


def unpack_repository(payload: bytes) -> RepositoryProducts:
    """The inverse of `pack_whole`."""
    return _REPOSITORY.decode(payload)
