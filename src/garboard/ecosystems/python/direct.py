"""Where a distribution came from that no index brought: ``direct_url.json`` (PEP 610)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.package import Fact, Unread

ELSEWHERE: Final = "Python packages from folders, files and addresses"
"""What a report calls those that no index brought."""
_JUDGED: Final = "judged as if they were the releases that their versions name"
_INDEX: Final = "files.pythonhosted.org/"
_SHOWN: Final = 12


class _Origin(msgspec.Struct):
    url: Any = None
    vcs_info: Any = None


def catalog(path: str, data: bytes) -> Iterator[Fact]:
    """A gap for a distribution from a source repository: what it contains is not the release that its version names.

    Of a folder or an address that is told in one line for all of them.
    """
    try:
        origin = msgspec.json.decode(data, type=_Origin)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        reason = f"does not tell where the distribution came from: {worded(error)}"
        yield Gap(stage="catalog", subject=path, reason=reason)
        return
    if not isinstance(origin.vcs_info, dict):
        if not _place(origin.url).startswith(_INDEX):
            yield Unread(kind=ELSEWHERE, folder=path.rpartition("/")[0], reason=_JUDGED)
        return
    commit = origin.vcs_info.get("commit_id")
    where = f"{_place(origin.url)}, commit {commit[:_SHOWN]}" if isinstance(commit, str) else _place(origin.url)
    reason = f"came from a source repository ({where}): it was judged as if it were the release of its version"
    yield Gap(stage="catalog", subject=path, reason=reason)


def _place(url: object) -> str:
    """Host and path, without what may be secret."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return "of an unknown address"
    return f"{parts.hostname or ''}{parts.path}"[:256] or "of an unknown address"
