"""Red Hat's map of its repositories: the products, as CPEs, that each repository of RPM packages holds.

An image names the repositories that its packages came from (its *content sets*), and this is what tells which product
streams those are of. The names follow a convention, which `garboard.packages.redhat_streams` knows; where they do not, or
where they mislead (tools of another product beside a stream), the map says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import msgspec

from garboard.feeds.readers import bounded, json_stream
from garboard.feeds.readers.decoding import UNUSABLE
from garboard.feeds.readers.single_shard import SingleShard, only
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.repository import RepositoryProducts

NAME = "redhat-repositories"
CAVEAT = ""
URL: Final = "https://security.access.redhat.com/data/metrics/repository-to-cpe.json"
LONGEST: Final = 200
"""Characters of a repository's name, and of a CPE."""
MOST: Final = 256
"""Products of one repository."""

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{5,20}Z?")
_FILE: Final = "repository-to-cpe.json"
_SHARD: Final = SingleShard(
    NAME,
    "",
    "all repositories are in",
    (
        FeedDocument(
            url=URL, path=f"redhat/{_FILE}", other_paths=(f"redhat/{_FILE}.xz", f"redhat/data/metrics/{_FILE}")
        ),
    ),
)
shard_for, known, documents = _SHARD.shard_for, _SHARD.known, _SHARD.documents


class _Repository(msgspec.Struct, frozen=True, gc=False):
    cpes: tuple[str, ...]


_REPOSITORY: Final = msgspec.json.Decoder(_Repository)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Yield the products of each repository; one that cannot be read is a gap.

    Raises:
        FeedError: The document is absent, damaged, or lists no repository.
    """
    listed = False
    for path, data in json_stream.split(bounded.chunks(only(shard, streams)), 2):
        if path == ("last_updated",):
            yield FeedHeader(date=_date(data))
        elif path[:1] == ("data",) and len(path) == 2 and isinstance(path[1], str):
            listed = True
            yield _products(path[1], data)
    if not listed:
        raise FeedError("the document is not Red Hat's map of repositories: it lists none")


def _date(data: bytes) -> str:
    text = data.decode("utf-8", "replace").strip('"')
    return text if _DATE.fullmatch(text) else ""


def _products(name: str, data: bytes) -> Record:
    try:
        cpes = tuple(dict.fromkeys(_REPOSITORY.decode(data).cpes))
    except UNUSABLE as error:
        return _gap(name, f"not a repository: {error}")
    if len(name) > LONGEST or len(cpes) > MOST or any(len(cpe) > LONGEST for cpe in cpes):
        return _gap(name, f"a name is longer than {LONGEST} characters, or its products are more than {MOST}")
    return RepositoryProducts(repository=name, cpes=cpes)


def _gap(name: str, reason: str) -> Gap:
    return Gap(stage="feeds", subject=f"{NAME} {name}"[:200], reason=reason[:300])
