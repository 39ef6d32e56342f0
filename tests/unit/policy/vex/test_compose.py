"""What is written as VEX closes, read again, what was closed, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import reporters
from garboard.model.finding import Finding
from garboard.model.image import Image
from garboard.model.package import Package
from garboard.model.policy import Decision, Suppressed, Suppression
from garboard.model.report import Report
from garboard.model.vex import JUSTIFICATIONS, VexStatement, VexStatus, justification_of
from garboard.policy.vex.apply import apply
from garboard.policy.vex.compose import compose, product
from garboard.policy.vex.document import read
from tests.unit.actions.scans import deb, finding, pip, report

DIGEST = "sha256:" + "a" * 64
PRODUCT = f"pkg:oci/app@{DIGEST}?repository_url=registry.example/app"
ACCEPTED = Suppression(reason="nobody calls it", place="garboard.toml:3", until="2027-01-31", owner="web")
DENIED = Suppression(
    reason="built without it", place="garboard.toml:9", decision=Decision.NOT_AFFECTED,
    justification="vulnerable_code_not_present",
)  # fmt: skip
STATED = Suppression(
    reason="fixed, says the document", place="maker.json", decision=Decision.FIXED, owner="Maker",
    statement=VexStatement(
        ids=("CVE-1",), status=VexStatus.FIXED, products=(), author="Maker", timestamp="2025-06-01T00:00:00Z"
    ),
)  # fmt: skip


def of(*findings: Finding, aside: dict[int, Suppression]) -> Report:
    found = report(*findings)
    return msgspec.structs.replace(
        found,
        image=msgspec.structs.replace(found.image, manifest_digest=DIGEST),
        findings=tuple(one for index, one in enumerate(findings) if index not in aside),
        suppressed=tuple(Suppressed(finding=findings[index], by=by) for index, by in aside.items()),
    )


def written(decided: Report, form: str = "openvex") -> bytes:
    return reporters.VEX.load(form).render(compose(decided, PRODUCT, "Me").document)


def again(decided: Report, form: str) -> Report:
    """The same image, of which nothing is decided, with what was written."""
    plain = msgspec.structs.replace(
        decided, findings=(*decided.findings, *(one.finding for one in decided.suppressed)), suppressed=()
    )
    return apply(plain, read(written(decided, form), "out.json")).report


def named(found: Report) -> set[tuple[str, str, str]]:
    return {
        (one.finding.vulnerability.id, one.finding.package.purl, one.finding.package.id)
        for one in found.suppressed
        if one.by.decision in {Decision.FIXED, Decision.NOT_AFFECTED}
    }


def vulnerable(cve: str, package: Package, aliases: list[str], advisories: list[str]) -> Finding:
    found = finding(cve, package)
    return msgspec.structs.replace(
        found,
        vulnerability=msgspec.structs.replace(
            found.vulnerability, aliases=tuple(aliases), advisories=tuple(advisories)
        ),
    )


NAMES = st.lists(st.sampled_from(["GHSA-1", "GHSA-2", "DSA-1", "CVE-2", "cve-3"]), max_size=2, unique=True)
PACKAGES = st.sampled_from(
    [
        deb("curl", purl="pkg:deb/debian/curl@1?arch=amd64&distro=debian-12"),
        deb("curl", purl="pkg:deb/debian/curl@1"),
        deb("curl", purl="pkg:deb/debian/curl"),
        deb("curl", purl="pkg:deb/debian/curl@2"),
        deb("wget"),
        pip("django", "3.2"),
        pip("django", "4.0"),
        pip("odd", "1+é"),
        deb("nameless", purl=""),
    ]
)
FINDINGS = st.lists(
    st.builds(vulnerable, st.sampled_from(["CVE-1", "CVE-2", "CVE-3", "GHSA-1"]), PACKAGES, NAMES, NAMES), max_size=8
)
DECISIONS = st.lists(st.sampled_from([None, ACCEPTED, DENIED, STATED]), min_size=8, max_size=8)


@given(FINDINGS, DECISIONS, st.sampled_from(reporters.VEX.names))
def test_the_round_trip_closes_no_other_finding(findings: list[Finding], decisions: list[Any], form: str) -> None:
    """And each that is closed, unless what it would be written by is that of one that counts, or nothing."""
    decided = of(*findings, aside={at: by for at, by in enumerate(decisions[: len(findings)]) if by})
    found = again(decided, form)
    assert len(found.findings) + len(found.suppressed) == len(findings)
    closed, wanted = named(found), named(decided)
    counting = {(one.vulnerability.id, one.package.purl, one.package.id) for one in decided.findings}
    counting |= {
        (one.finding.vulnerability.id, one.finding.package.purl, one.finding.package.id)
        for one in decided.suppressed
        if one.by is ACCEPTED
    }
    assert not closed & (counting - wanted)
    if len({(one.vulnerability.id, one.package.name) for one in findings}) == len(findings) and not any(
        one.vulnerability.aliases or one.vulnerability.advisories for one in findings
    ):
        assert closed == {one for one in wanted if one[1]}


@given(FINDINGS, DECISIONS, st.sampled_from(reporters.VEX.names), st.randoms())
def test_the_order_of_findings_does_not_matter(
    findings: list[Finding], decisions: list[Any], form: str, random: Any
) -> None:
    decided = of(*findings, aside={at: by for at, by in enumerate(decisions[: len(findings)]) if by})
    shuffled = [*range(len(findings))]
    random.shuffle(shuffled)
    aside = [one for one in shuffled if decisions[one]]
    other = of(*findings, aside={at: decisions[at] for at in aside})
    assert json.loads(written(other, form)) == json.loads(written(decided, form))


def openvex(decided: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(decided))
    return found


def test_what_is_accepted_is_never_denied() -> None:
    (one,) = openvex(of(finding("CVE-1", deb("curl")), aside={0: ACCEPTED}))["statements"]
    assert one["status"] == "affected"
    assert one["action_statement"] == "accepted until 2027-01-31: nobody calls it"
    assert "garboard.toml:3" in one["status_notes"]
    assert "justification" not in one


def test_what_is_denied_has_its_justification_and_its_evidence() -> None:
    (one,) = openvex(of(finding("CVE-1", deb("curl")), aside={0: DENIED}))["statements"]
    assert one["status"] == "not_affected"
    assert one["justification"] == "vulnerable_code_not_present"
    assert one["impact_statement"] == "built without it"
    assert one["products"] == [
        {
            "@id": PRODUCT,
            "identifiers": {"purl": PRODUCT},
            "subcomponents": [{"@id": "pkg:deb/debian/curl@1"}],
        }
    ]


def test_what_others_state_is_passed_on_with_its_author_and_its_time() -> None:
    (one,) = openvex(of(finding("CVE-1", deb("curl")), aside={0: STATED}))["statements"]
    assert (one["status"], one["timestamp"]) == ("fixed", "2025-06-01T00:00:00Z")
    assert "stated by Maker in maker.json" in one["status_notes"]


def test_a_copy_that_counts_keeps_the_other_open() -> None:
    both = (finding("CVE-1", pip("django", "3.2")), finding("CVE-1", pip("django", "3.2", layer=0)))
    (one,) = openvex(of(*both, aside={0: DENIED}))["statements"]
    assert one["status"] == "affected"
    assert "but not so for CVE-1 in django 3.2" in one["action_statement"]


def test_an_advisory_on_several_is_no_name_of_one() -> None:
    """A statement that named it would close the others of the advisory."""
    several = [vulnerable(cve, deb("curl"), ["DSA-1"], ["DSA-1"]) for cve in ("CVE-1", "CVE-2")]
    (one,) = openvex(of(*several, aside={0: DENIED}))["statements"]
    assert one["vulnerability"] == {"name": "CVE-1"}
    alone = [vulnerable("CVE-1", deb("curl"), ["GHSA-1"], ["DSA-1"])]
    (one,) = openvex(of(*alone, aside={0: DENIED}))["statements"]
    assert one["vulnerability"] == {"name": "CVE-1", "aliases": ["GHSA-1"]}


def test_what_has_no_package_url_is_told() -> None:
    found = compose(of(finding("CVE-1", deb("mine", purl="")), aside={0: DENIED}), PRODUCT)
    assert not found.document.statements
    assert found.left == ("CVE-1 in mine: its package has no package URL by which others know it",)


@pytest.mark.parametrize(
    ("image", "purl"),
    [
        (Image(name="app.tar", source="docker-archive", config_digest=DIGEST), f"pkg:docker/image@{DIGEST}"),
        (
            Image(name="app.tar", source="docker-archive", config_digest=DIGEST, tags=("registry.example/a/app:1",)),
            f"pkg:docker/app@{DIGEST}",
        ),
        (
            Image(name="debian:12", source="registry", manifest_digest=DIGEST, tags=("debian:12",)),
            f"pkg:oci/debian@{DIGEST}?repository_url=index.docker.io/library/debian",
        ),
        (
            Image(name="registry.example:5000/a/app", source="registry", manifest_digest=DIGEST),
            f"pkg:oci/app@{DIGEST}?repository_url=registry.example:5000/a/app",
        ),
        (Image(name="layout", source="oci-dir", manifest_digest=DIGEST), f"pkg:oci/image@{DIGEST}"),
        (Image(name="root", source="dir"), ""),
    ],
)
def test_the_product(image: Image, purl: str) -> None:
    assert product(image).replace("%2F", "/").replace("%3A", ":") == purl


@given(st.sampled_from([*JUSTIFICATIONS]))
def test_justifications_keep_what_they_mean(word: str) -> None:
    there = JUSTIFICATIONS[word]
    assert justification_of(word) == word
    assert not there or JUSTIFICATIONS[justification_of(there)] == there


def test_a_document_on_an_image_says_nothing_of_other_images() -> None:
    found = of(finding("CVE-1", deb("curl")), aside={0: DENIED})
    other = msgspec.structs.replace(
        found, image=Image(name="other", source="registry", manifest_digest="sha256:" + "b" * 64)
    )
    for form in reporters.VEX.names:
        plain = msgspec.structs.replace(other, findings=(found.suppressed[0].finding,), suppressed=())
        assert not apply(plain, read(written(found, form), "out.json")).report.suppressed


def test_the_distribution_is_left_out_of_what_others_spell_otherwise() -> None:
    package = deb("curl", purl="pkg:deb/debian/curl@1?arch=amd64&distro=debian-12")
    (one,) = openvex(of(finding("CVE-1", package), aside={0: DENIED}))["statements"]
    assert one["products"][0]["subcomponents"] == [{"@id": "pkg:deb/debian/curl@1?arch=amd64"}]
