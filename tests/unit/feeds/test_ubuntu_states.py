"""What Ubuntu says of the CVEs that it has no fix for, or that only subscribers get one for."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from garboard.feeds import osv
from garboard.feeds.readers import ubuntu_states
from garboard.model.advisory import Advisory, Affected, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap
from tests.unit.feeds.documents import archive, openvex, ubuntu_oval

CVE = "CVE-2024-1000"
SENTENCES = (
    ("a package in xenial was vulnerable but has been fixed (note: '1-1ubuntu2').", Status.FIXED, "1-1ubuntu2", ""),
    ("a package in xenial, is related to the CVE in some way and has been fixed (note: '2').", Status.FIXED, "2", ""),
    ("(CVE-2024-1) a package in xenial was vulnerable but has been fixed (note: '3').", Status.FIXED, "3", ""),
    ("a package in xenial was vulnerable but has been fixed (note: '1-1+esm2').", Status.SUBSCRIBERS, "1-1+esm2", "fixed in 1-1+esm2, with Ubuntu Pro only"),
    ("a package in xenial was vulnerable but has been fixed.", Status.AFFECTED, "", "fixed, in a version not told"),
    ("a package in xenial is affected and may need fixing.", Status.UNDETERMINED, "", "Ubuntu has not examined it yet"),
    ("a package in xenial is affected and needs fixing.", Status.AFFECTED, "", ""),
    ("a package in xenial is affected. An update containing the fix has been completed and is pending publication (note: '4').", Status.AFFECTED, "", "a fix is prepared, and not published yet (4)"),
    ("a package in xenial is affected, but a decision has been made to defer addressing it (note: '2021-01-01').", Status.DEFERRED, "", "2021-01-01"),
    ("a package in xenial is affected, but a decision has been made to defer addressing it.", Status.DEFERRED, "", ""),
    ("a: while related to the CVE in some way, a decision has been made to ignore this issue (note: 'too risky').", Status.WILL_NOT_FIX, "", "too risky"),
    ("a: while related to the CVE in some way, a decision has been made to ignore this issue (note: 'was needed now end-of-life').", Status.END_OF_LIFE, "", "was needed now end-of-life"),
    ("a package in xenial, while related to the CVE in some way, is not affected (note: 'code not present').", Status.NOT_AFFECTED, "", "code not present"),
)  # fmt: skip


def zipped(*records: dict[str, Any]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for record in records:
            made.writestr(f"{record['id']}.json", json.dumps(record))
    return file


def record(*affected: tuple[str, str], cve: str = CVE) -> dict[str, Any]:
    """Of an ecosystem and a fixed version (empty: none) of the package ``a``."""
    return {
        "id": f"UBUNTU-{cve}",
        "upstream": [cve],
        "affected": [
            {
                "package": {"ecosystem": name, "name": "a"},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]}
                ],
            }
            for name, fixed in affected
        ],
    }


def told(shard: str, *streams: io.BytesIO | None) -> list[Advisory]:
    assert len(streams) == len(osv.documents(shard))
    return [one for one in osv.parse(shard, streams) if isinstance(one, Advisory)]


def only(found: list[Advisory]) -> Affected:
    (advisory,) = found
    (affected,) = advisory.affected
    return affected


@pytest.mark.parametrize(("sentence", "status", "fixed", "note"), SENTENCES)
def test_a_release_that_has_left_osv_has_its_last_oval(sentence: str, status: Status, fixed: str, note: str) -> None:
    document = io.BytesIO(ubuntu_oval((CVE, sentence)))
    found = told("osv:Ubuntu:16.04:LTS", None, None, document, None)
    assert (found[0].id, found[0].aliases) == (f"UBUNTU-{CVE}", (CVE,))
    one = only(found)
    assert (one.ecosystem, one.package, one.scheme) == ("Ubuntu:16.04:LTS", "a", "deb")
    assert (one.status, "".join(each.fixed for each in one.ranges), one.note) == (status, fixed, note)


def test_its_date_is_that_of_the_document_and_an_odd_sentence_is_a_gap() -> None:
    document = io.BytesIO(ubuntu_oval((CVE, "a is strange."), ("Check that it is installed", "whatever")))
    records = list(osv.parse("osv:Ubuntu:16.04:LTS", [None, None, document, None]))
    assert [one.date for one in records if isinstance(one, FeedHeader)] == ["", "2021-05-24T06:26:19Z"]
    assert [one.reason for one in records if isinstance(one, Gap)] == [
        "not a sentence of Ubuntu's OVAL: 'a is strange.'"
    ]


def test_a_supported_release_needs_osv_and_one_that_left_needs_either() -> None:
    assert [one.optional for one in osv.documents("osv:Ubuntu:22.04:LTS")] == [False, True, True, True]
    assert [one.optional for one in osv.documents("osv:Ubuntu:16.04:LTS")] == [True] * 4
    assert len(osv.documents("osv:Ubuntu:99.10")) == 1
    for streams in ([None] * 4, [None, zipped(), None, None]):
        with pytest.raises(FeedError, match="no document"):
            list(osv.parse("osv:Ubuntu:16.04:LTS", streams))


STATES = (
    ("affected", "is vulnerable to the CVE and needs fixing.", Status.AFFECTED, ""),
    ("affected", "the Ubuntu Security Team decided to not fix it. CVE Notes / justification: too\n deep.", Status.WILL_NOT_FIX, "too deep."),
    ("affected", "is no longer supported. Please upgrade your system.", Status.END_OF_LIFE, ""),
    ("affected", "is vulnerable, and its fix has been deferred.", Status.DEFERRED, ""),
    ("affected", "is vulnerable; an update is pending publication.", Status.AFFECTED, "a fix is prepared, and not published yet"),
    ("under_investigation", "", Status.AFFECTED, "Ubuntu has not examined it yet"),
)  # fmt: skip


@pytest.mark.parametrize(("status", "text", "expected", "note"), STATES)
def test_openvex_says_why_there_is_no_fix(status: str, text: str, expected: Status, note: str) -> None:
    vex = io.BytesIO(archive(openvex(CVE, status, "a jammy", action_statement=text)))
    one = only(told("osv:Ubuntu:22.04:LTS", zipped(record(("Ubuntu:22.04:LTS", ""))), None, None, vex))
    assert (one.status, one.note) == (expected, note)


def test_a_state_is_of_its_release_its_package_and_of_what_has_no_fix() -> None:
    will_not = "decided to not fix it"
    vex = archive(
        openvex(CVE, "affected", "a noble", "b jammy", "a esm-infra/jammy", action_statement=will_not),
        openvex("CVE-2024-2", "affected", "a jammy", action_statement=will_not),
        b"no json",
    )
    plain = record(("Ubuntu:22.04:LTS", ""))
    fixed = record(("Ubuntu:22.04:LTS", "2"), cve="CVE-2024-2")
    found = told("osv:Ubuntu:22.04:LTS", zipped(plain, fixed), None, None, io.BytesIO(vex))
    assert [each.status for one in found for each in one.affected] == [Status.AFFECTED, Status.FIXED]


def test_what_osv_leaves_out_because_it_is_not_affected_is_kept_with_its_reason() -> None:
    vex = archive(
        openvex(
            CVE, "not_affected", "a jammy", justification="vulnerable_code_not_present", impact_statement="not here"
        )
    )
    one = only(told("osv:Ubuntu:22.04:LTS", zipped(), None, None, io.BytesIO(vex)))
    assert (one.status, one.ranges, one.note) == (Status.NOT_AFFECTED, (), "vulnerable code not present")


def test_oval_refines_osv_and_does_not_add_to_it() -> None:
    deferred = "a package in jammy is affected, but a decision has been made to defer addressing it."
    more = "b package in jammy is affected and needs fixing."
    oval = io.BytesIO(ubuntu_oval((CVE, deferred), ("CVE-2024-2", more)))
    one = only(told("osv:Ubuntu:22.04:LTS", zipped(record(("Ubuntu:22.04:LTS", ""))), None, oval, None))
    assert one.status is Status.DEFERRED


@pytest.mark.parametrize("data", [b"", b"{}", b"<a/>", b"<!DOCTYPE a><a/>", ubuntu_oval()[:90]])
def test_another_document_is_refused(data: bytes) -> None:
    with pytest.raises(FeedError):
        told("osv:Ubuntu:16.04:LTS", None, None, io.BytesIO(data), None)
    with pytest.raises(FeedError):
        ubuntu_states.of_vex(io.BytesIO(data or b"x"), "22.04")
