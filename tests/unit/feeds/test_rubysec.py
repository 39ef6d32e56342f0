"""The Ruby Advisory Database: what a version of the interpreter is affected by, as RubyGems' requirements say."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.feeds import rubysec
from garboard.matching.ranges import judge
from garboard.model.advisory import Advisory, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader, Record
from garboard.model.gap import Gap

ENTRY = """---
engine: ruby
cve: 2025-61594
ghsa: 22h5-pq3x-2gf2
url: https://www.ruby-lang.org/en/news/
title: URI Credential Leakage Bypass
date: 2025-10-07
description: |
  A vulnerability: with a colon.

  And a second paragraph.
cvss_v3: 7.5
patched_versions:
  - "~> 3.3.10"
  - ">= 3.4.7"
unaffected_versions:
  - "< 3.2"
related:
  url:
    - https://example.org/
"""


def zipped(files: dict[str, str | bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out


def parsed(files: dict[str, str | bytes]) -> list[Record]:
    header, *records = rubysec.parse("rubysec", [zipped(files)])
    assert header == FeedHeader(ecosystems=("Software:ruby",))
    return records


def entry(*, patched: tuple[str, ...] = (), unaffected: tuple[str, ...] = ()) -> Advisory:
    lines = ["engine: ruby", "cve: 2024-1000"]
    for key, values in (("patched_versions", patched), ("unaffected_versions", unaffected)):
        lines += [f"{key}:", *(f'  - "{value}"' for value in values)] if values else []
    (found,) = parsed({"ruby-advisory-db-master/rubies/ruby/CVE-2024-1000.yml": "\n".join(lines) + "\n"})
    assert isinstance(found, Advisory), found
    return found


def test_an_entry() -> None:
    (found,) = parsed(
        {
            "ruby-advisory-db-master/rubies/ruby/CVE-2025-61594.yml": ENTRY,
            "ruby-advisory-db-master/rubies/jruby/CVE-2025-1.yml": ENTRY,
            "ruby-advisory-db-master/gems/uri/CVE-2025-61594.yml": ENTRY,
            "ruby-advisory-db-master/README.md": "x",
        }
    )
    assert isinstance(found, Advisory)
    assert (found.id, found.aliases) == ("CVE-2025-61594", ("GHSA-22h5-pq3x-2gf2",))
    assert (found.summary, found.published) == ("URI Credential Leakage Bypass", "2025-10-07")
    assert found.details.startswith("A vulnerability: with a colon.")
    (affected,) = found.affected
    assert affected.status is Status.FIXED
    assert affected.ranges == (
        Range(introduced="3.2", fixed="3.3.10"),
        Range(introduced="3.4", fixed="3.4.7"),
    )


def test_without_a_patch_every_version_is_affected() -> None:
    (affected,) = entry().affected
    assert (affected.ranges, affected.status) == ((Range(introduced="0"),), Status.AFFECTED)


def number(parts: tuple[int, ...]) -> str:
    return ".".join(map(str, parts))


VERSION = st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 3))
TERM = st.tuples(st.sampled_from(["~>", ">=", "<=", ">", "<", "=", "!="]), VERSION)
REQUIREMENTS = st.lists(st.lists(TERM, min_size=1, max_size=2), max_size=3)


def holds(term: tuple[str, tuple[int, ...]], version: tuple[int, ...]) -> bool:
    operator, bound = term
    return {
        "~>": version >= bound and version[:2] == bound[:2],
        ">=": version >= bound,
        "<=": version <= bound,
        ">": version > bound,
        "<": version < bound,
        "=": version == bound,
        "!=": version != bound,
    }[operator]


@given(patched=REQUIREMENTS, unaffected=REQUIREMENTS, version=VERSION)
def test_a_version_is_affected_unless_a_requirement_holds(
    patched: list[list[tuple[str, tuple[int, ...]]]],
    unaffected: list[list[tuple[str, tuple[int, ...]]]],
    version: tuple[int, ...],
) -> None:
    texts = [
        tuple(", ".join(f"{operator} {number(bound)}" for operator, bound in terms) for terms in some)
        for some in (patched, unaffected)
    ]
    affected = entry(patched=texts[0], unaffected=texts[1]).affected
    safe = any(all(holds(term, version) for term in terms) for terms in (*patched, *unaffected))
    judged = judge(affected[0], number(version)) if affected else None
    assert bool(judged and judged.affected) == (not safe)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- list\n",
        "a: [",
        "cve: 2024-1\npatched_versions: all\n",
        'patched_versions:\n  - "soon"\n',
        b"\xff\xfe",
    ],
)
def test_what_is_no_entry_is_a_gap(text: str | bytes) -> None:
    (found,) = parsed({"x/rubies/ruby/OSVDB-1.yml": text})
    assert isinstance(found, Gap), found
    assert found.subject == "rubysec OSVDB-1"


def test_without_a_cve_the_file_names_it() -> None:
    (found,) = parsed({"rubies/ruby/OSVDB-74647.yml": "engine: ruby\nosvdb: 74647\n"})
    assert isinstance(found, Advisory)
    assert (found.id, found.aliases) == ("OSVDB-74647", ())


def test_other_shards_and_no_zip() -> None:
    assert rubysec.shard_for("Software:ruby") == "rubysec"
    assert rubysec.shard_for("RubyGems") is None
    with pytest.raises(FeedError):
        rubysec.documents("rubysec:1")
    with pytest.raises(FeedError):
        list(rubysec.parse("rubysec", [io.BytesIO(b"<html>")]))
    with pytest.raises(FeedError):
        list(rubysec.parse("rubysec", [None]))


@pytest.mark.parametrize(
    ("patched", "version", "affected"),
    [
        ("> 2.5.0.preview1", "2.5.0", False),
        ("> 2.5.0-preview1", "2.4.9", True),
        ("~> 2.1.0.preview.2", "2.1.9", False),
        ("~> 2.1.0.preview.2", "2.0.9", True),
        ("~> 2.1.0.preview.2", "2.2.0", True),
        (">= 1.9.3.484", "1.9.3.327", True),
        ("~> 2", "2.9", False),
        ("~> 2", "3.0", True),
    ],
)
def test_previews_and_patch_levels(patched: str, version: str, affected: bool) -> None:
    (one,) = entry(patched=(patched,)).affected
    assert judge(one, version).affected == affected
