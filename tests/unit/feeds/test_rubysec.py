"""The Ruby Advisory Database: what a version of the interpreter is affected by, as RubyGems' requirements say."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.feeds import rubysec
from garboard.matching.ranges import judge
from garboard.model.advisory import Advisory, Range, Rating, Status
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
    assert header == FeedHeader(ecosystems=("Software:ruby", "RubyGems"))
    return records


def entry(*, patched: tuple[str, ...] = (), unaffected: tuple[str, ...] = (), folder: str = "rubies/ruby") -> Advisory:
    lines = ["engine: ruby", "cve: 2024-1000"]
    for key, values in (("patched_versions", patched), ("unaffected_versions", unaffected)):
        lines += [f"{key}:", *(f'  - "{value}"' for value in values)] if values else []
    (found,) = parsed({f"ruby-advisory-db-master/{folder}/CVE-2024-1000.yml": "\n".join(lines) + "\n"})
    assert isinstance(found, Advisory), found
    return found


def test_an_entry() -> None:
    (found,) = parsed(
        {
            "ruby-advisory-db-master/rubies/ruby/CVE-2025-61594.yml": ENTRY,
            "ruby-advisory-db-master/rubies/jruby/CVE-2025-1.yml": ENTRY,
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


def test_an_entry_of_a_gem() -> None:
    text = ENTRY.replace("engine: ruby", "gem: URI\nplatform: jruby")
    (found,) = parsed({"ruby-advisory-db-master/gems/URI/CVE-2025-61594.yml": text})
    assert isinstance(found, Advisory)
    assert found.ratings == (Rating(source="rubysec", word="high"),)
    (affected,) = found.affected
    assert (affected.ecosystem, affected.package, affected.scheme) == ("RubyGems", "URI", "gem")
    assert affected.note == "on the platform jruby only"
    assert affected.ranges == (
        Range(introduced="3.2", fixed="3.3.10"),
        Range(introduced="3.4.A", fixed="3.4.7"),
    )


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


@given(
    patched=REQUIREMENTS, unaffected=REQUIREMENTS, version=VERSION, folder=st.sampled_from(["rubies/ruby", "gems/uri"])
)
def test_a_version_is_affected_unless_a_requirement_holds(
    patched: list[list[tuple[str, tuple[int, ...]]]],
    unaffected: list[list[tuple[str, tuple[int, ...]]]],
    version: tuple[int, ...],
    folder: str,
) -> None:
    texts = [
        tuple(", ".join(f"{operator} {number(bound)}" for operator, bound in terms) for terms in some)
        for some in (patched, unaffected)
    ]
    affected = entry(patched=texts[0], unaffected=texts[1], folder=folder).affected
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


@pytest.mark.parametrize(
    ("patched", "version", "affected"),
    [
        ("~> 3.3.10", "3.3.11", False),
        ("~> 3.3.10", "3.4.0.rc1", True),
        ("~> 3.3.10", "3.4.0.RC1", True),
        ("~> 2.0.0.rc1", "2.0.0.rc2", False),
        ("~> 2.0.0rc1", "2.2", True),
        (">= 2.0.0.1", "2.0.0", True),
        (">= 2.0.0.1", "2.0.0.1", False),
        ("> 2.0", "2.0.0", True),
        ("> 2.0", "2.0.0.1", False),
        ("= 2.0", "2.0.1.rc1", True),
    ],
)
def test_requirements_of_gems(patched: str, version: str, affected: bool) -> None:
    (one,) = entry(patched=(patched,), folder="gems/uri").affected
    assert judge(one, version).affected == affected


@pytest.mark.parametrize("folder", ["rubies/ruby", "gems/uri"])
def test_a_version_that_no_one_has_is_not_named_as_a_fix(folder: str) -> None:
    (one,) = entry(patched=("> 2.0",), folder=folder).affected
    assert one.ranges == (Range(introduced="0", last_affected="2.0"),)
    assert one.status is Status.AFFECTED


@pytest.mark.parametrize(
    ("scores", "word"),
    [
        ("cvss_v2: 10.0", "high"),
        ("cvss_v2: 9.0\ncvss_v3: 9.8", "critical"),
        ("cvss_v3: 4.0", "medium"),
        ("cvss_v3: 0.0", "none"),
        ("cvss_v3: high", ""),
    ],
)
def test_scores_are_words(scores: str, word: str) -> None:
    (found,) = parsed({"gems/uri/CVE-2024-1000.yml": f"gem: uri\n{scores}\n"})
    assert isinstance(found, Advisory)
    assert found.ratings == ((Rating(source="rubysec", word=word),) if word else ())
