"""Debian's lists of packages with limited or no security support."""

from __future__ import annotations

import io

import pytest

from garboard.feeds import debian_support as feed
from garboard.model.errors import FeedError
from garboard.model.gap import Gap
from garboard.model.lifecycle import Support

LIST = b"""\
# a comment

binutils   limited  Only suitable for trusted content
cython\tlimited
ckeditor3  non-supported   3.6.6.1+dfsg-7\t2025-04-04\tOnly a build dependency
webkit     non-supported
odd        whatever
"""


def parsed(**lists: bytes):
    streams = [io.BytesIO(lists[f"deb{release}"]) if f"deb{release}" in lists else None for release in feed.RELEASES]
    return list(feed.parse(feed.NAME, streams))


def test_each_line_is_a_package_of_the_release():
    *found, gap = parsed(deb12=LIST)
    assert found == [
        Support(ecosystem="Debian:12", package="binutils", note="Only suitable for trusted content"),
        Support(ecosystem="Debian:12", package="cython"),
        Support(
            ecosystem="Debian:12", package="ckeditor3", ends=True, until="2025-04-04", note="Only a build dependency"
        ),
        Support(ecosystem="Debian:12", package="webkit", ends=True),
    ]
    assert isinstance(gap, Gap)
    assert "line 7" in gap.subject


def test_no_list_at_all_is_an_error():
    with pytest.raises(FeedError):
        parsed()
    with pytest.raises(FeedError):
        parsed(deb12=b"#" * (feed.LARGEST + 1))
    with pytest.raises(FeedError):
        feed.documents("debian-security-support:12")


def test_every_release_has_a_document():
    names = [document.path for document in feed.documents(feed.NAME)]
    assert "debian-security-support/security-support.deb12" in names
    assert len(names) == len(feed.RELEASES)
