"""What ignores and VEX documents together may do to a report: set aside, and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.finding import Finding
from garboard.model.policy import Decision, Ignore, PolicyFile
from garboard.model.vex import JUSTIFICATIONS, VexStatement, VexStatus
from garboard.policy.apply import Applied, set_aside
from garboard.policy.vex import compose
from garboard.policy.vex.products import covers
from tests.unit.policy.vex.test_compose import FINDINGS, PRODUCT
from tests.unit.policy.vex.test_vex import DIGEST, STATEMENTS, of

IGNORES = st.lists(
    st.builds(
        Ignore,
        place=st.sampled_from(["a:1", "a:2"]),
        reason=st.just("because"),
        ids=st.sampled_from([("CVE-2024-1",), ("cve-1",), ("CVE-2",), ("DSA-1",), ("GHSA-1", "CVE-3")]),
        packages=st.sampled_from([(), ("curl",), ("django",)]),
        justification=st.sampled_from(["", *JUSTIFICATIONS]),
    ),
    max_size=3,
)


def applied(ignores: list[Ignore], statements: list[VexStatement]) -> Applied:
    return Applied(policy=PolicyFile(ignores=tuple(ignores)), statements=tuple(statements))


def keys(findings: Any) -> list[tuple[str, str, str]]:
    return sorted((one.vulnerability.id, one.package.purl, one.package.version) for one in findings)


@given(FINDINGS, IGNORES, STATEMENTS)
def test_no_finding_is_lost_or_made(
    findings: list[Finding], ignores: list[Ignore], statements: list[VexStatement]
) -> None:
    found = set_aside(of(*findings), applied(ignores, statements))
    assert keys((*found.findings, *(one.finding for one in found.suppressed))) == keys(findings)


@given(FINDINGS, IGNORES, STATEMENTS, st.randoms())
def test_the_order_of_documents_does_not_matter(
    findings: list[Finding], ignores: list[Ignore], statements: list[VexStatement], random: Any
) -> None:
    shuffled = [*statements]
    random.shuffle(shuffled)
    first, second = (set_aside(of(*findings), applied(ignores, each)) for each in (statements, shuffled))
    assert first.findings == second.findings


@given(FINDINGS, STATEMENTS)
def test_what_a_statement_closes_its_product_covers(findings: list[Finding], statements: list[VexStatement]) -> None:
    for one in set_aside(of(*findings), applied([], statements)).suppressed:
        by = one.by.statement
        assert by is not None
        assert by.status in {VexStatus.FIXED, VexStatus.NOT_AFFECTED}
        assert any(covers(each.purl, one.finding.package.purl) for each in by.products)


@given(FINDINGS, IGNORES, STATEMENTS)
def test_nothing_is_denied_that_nobody_denied(
    findings: list[Finding], ignores: list[Ignore], statements: list[VexStatement]
) -> None:
    """A document that is written says not affected or fixed of nothing but what an ignore justifies or a statement says."""
    found = set_aside(of(*findings), applied(ignores, statements))
    denied = {one.finding.vulnerability.id for one in found.suppressed if one.by.decision is not Decision.IGNORED}
    document = compose.compose(found, PRODUCT).document
    for one in document.statements:
        assert one.ids[0] in denied or one.status is VexStatus.AFFECTED
        assert one.action or one.status is not VexStatus.AFFECTED
        assert one.text or one.status is not VexStatus.NOT_AFFECTED


@given(FINDINGS, IGNORES)
def test_a_document_of_one_image_closes_nothing_in_another(findings: list[Finding], ignores: list[Ignore]) -> None:
    found = set_aside(of(*findings), applied(ignores, []))
    document = compose.compose(found, PRODUCT).document
    other = of(*findings)
    other = msgspec.structs.replace(
        other, image=msgspec.structs.replace(other.image, manifest_digest=DIGEST.replace("a", "b"), tags=())
    )
    assert not set_aside(other, applied([], [*document.statements])).suppressed
