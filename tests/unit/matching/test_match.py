"""Which packages have which vulnerabilities, and what is said of those that could not be judged."""

from __future__ import annotations

import msgspec
import pytest

from garboard.ecosystems import ECOSYSTEMS
from garboard.matching import enrich, match
from garboard.matching.ranges import judge
from garboard.model.advisory import Affected, CveFacts, Range, Rating, Severity, Status
from garboard.model.package import Package
from garboard.packages.ownership import counted
from tests.unit.matching.known import DEBIAN, Known, advisory, affected, deb, inventory, pypi, rpm


def found(*packages, **known) -> list[tuple[str, str, str]]:
    database = known.pop("database")
    return [(f.package.name, f.vulnerability.id, f.fixed_in) for f in match(inventory(*packages), database).findings]


def test_a_binary_is_matched_by_its_source_package_and_version():
    database = Known(advisory("CVE-2024-1", affected("openssl", "3.0.11-1")))
    libssl = deb("libssl3", "3.0.9-1", source_name="openssl")
    assert found(libssl, deb("openssl", "3.0.11-1"), database=database) == [("libssl3", "CVE-2024-1", "3.0.11-1")]


@pytest.mark.parametrize(
    ("package", "fixed", "hit"),
    [
        (deb("a", "1.2-3+b1"), "1.2-3", False),  # a rebuild of the fixed source
        (deb("a", "1.2-3+b1"), "1.2-3+deb12u1", True),
        (deb("a", "1.2-2+b9"), "1.2-3", True),
        (deb("a", "1.2-3+b1", source_version="1.2-3"), "1.2-3", False),
        (deb("a", "5.4", source_name="b", source_version="1.0"), "1.1", False),  # b is another name than a
        (deb("a", "1:1.0-1"), "2.0-1", False),  # epoch
        (deb("a", "1.0~rc1-1"), "1.0-1", True),
        (deb("a", "2.36-9+deb12u4"), "2.36-9+deb12u10", True),
        (deb("a", "2.36-9+deb12u10"), "2.36-9+deb12u4", False),
    ],
)
def test_debian_versions(package, fixed, hit):
    database = Known(advisory("CVE-2024-1", affected("a", fixed)))
    assert bool(found(package, database=database)) is hit


def test_a_binary_with_a_version_of_its_own_is_compared_by_its_source():
    database = Known(advisory("CVE-2024-1", affected("b", "1.1")))
    package = deb("a", "5.4", source_name="b", source_version="1.0")
    assert found(package, database=database) == [("a", "CVE-2024-1", "1.1")]


def test_two_architectures_are_two_findings():
    database = Known(advisory("CVE-2024-1", affected("a")))
    assert len(found(deb("a", "1"), deb("a", "1", arch="i386"), database=database)) == 2


def test_negative_facts_and_statuses():
    database = Known(
        advisory("CVE-1-0", affected("a", status=Status.NOT_AFFECTED)),
        advisory("CVE-1-1", affected("a", status=Status.WILL_NOT_FIX)),
        advisory("CVE-1-2", affected("a", status=Status.DEFERRED)),
        advisory("CVE-1-3", affected("a", status=Status.UNDETERMINED)),
    )
    matched = match(inventory(deb("a", "1")), database)
    assert [(f.vulnerability.id, f.status) for f in matched.findings] == [
        ("CVE-1-1", Status.WILL_NOT_FIX), ("CVE-1-2", Status.DEFERRED),
    ]  # fmt: skip
    assert [gap.subject for gap in matched.gaps] == ["CVE-1-3"]


def test_aliases_are_one_finding_with_all_names():
    database = Known(
        advisory("GHSA-x", affected("django", "3.2.1", ecosystem="PyPI", scheme="pep440"), aliases=("CVE-2021-1",)),
        advisory(
            "PYSEC-1", affected("django", "3.2.2", ecosystem="PyPI", scheme="pep440"), aliases=("CVE-2021-1", "GHSA-x")
        ),
    )
    (finding,) = match(inventory(pypi("django", "3.2.0")), database).findings
    assert finding.vulnerability.id == "CVE-2021-1"
    assert set(finding.vulnerability.aliases) == {"GHSA-x", "PYSEC-1"}
    assert finding.fixed_in == "3.2.2", "only the higher version satisfies both records"


def test_a_record_of_two_cves_joins_neither_with_the_other():
    """The one is mended in this version, the other is not."""
    records = [
        advisory("GHSA-1", affected("a", "1"), aliases=("CVE-1-1",)),
        advisory("GHSA-2", affected("a", "3"), aliases=("CVE-1-2", "CVE-1-1")),
        advisory("GHSA-3", affected("a", "3"), aliases=("CVE-1-2",)),
    ]
    found = match(inventory(deb("a", "2")), Known(*records)).findings
    assert [(one.vulnerability.id, set(one.vulnerability.aliases)) for one in found] == [
        ("CVE-1-2", {"GHSA-2", "GHSA-3"}),
        ("CVE-1-1", {"GHSA-1", "GHSA-2"}),
    ]


def test_a_chain_of_aliases_is_one_finding():
    names = [("A-1", ("A-2",)), ("A-3", ("A-4",)), ("A-2", ("A-3",))]
    database = Known(
        *(advisory(name, affected("x", ecosystem="PyPI", scheme="pep440"), aliases=aliases) for name, aliases in names)
    )
    assert len(found(pypi("x", "1"), database=database)) == 1


DSA, TWO = "DSA-1-1", "DSA-2-1"
ONE_CVE, TWO_CVES = (DSA, (), (), ("CVE-1-1",)), (TWO, (), (), ("CVE-1-1", "CVE-1-2"))


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # each record: its id, its aliases, its errata, what it fixes as an erratum
        ([ONE_CVE, ("TEMP-1", (), (DSA,), ())], [{"CVE-1-1", "TEMP-1", DSA}]),
        ([("TEMP-1", (), (DSA,), ()), ONE_CVE], [{"CVE-1-1", "TEMP-1", DSA}]),
        ([("CVE-1-1", (), (DSA,), ()), ("TEMP-1", (), (DSA,), ())], [{"CVE-1-1", "TEMP-1", DSA}]),
        ([("X-1", ("GHSA-1",), (DSA,), ()), ("Y-1", ("GHSA-1",), (), ()), ONE_CVE], [{"CVE-1-1", "X-1", "Y-1", "GHSA-1", DSA}]),
        ([TWO_CVES, ("TEMP-1", (), (TWO,), ())], [{"CVE-1-1"}, {"CVE-1-2"}, {"TEMP-1"}]),
        ([("CVE-1-1", (), (TWO,), ()), ("CVE-1-2", (), (TWO,), ())], [{"CVE-1-1"}, {"CVE-1-2"}]),
        ([("CVE-1-1", (), (DSA,), ()), ("CVE-1-2", (), (TWO,), ()), ("X-1", (), (DSA, TWO), ())],
         [{"CVE-1-1", DSA}, {"CVE-1-2", TWO}, {"X-1"}]),
        ([("TEMP-1", (), (DSA,), ())], [{"TEMP-1"}]),
        ([ONE_CVE], [{"CVE-1-1"}]),
    ],
)  # fmt: skip
def test_a_record_that_only_an_erratum_names_is_of_the_one_vulnerability_that_it_fixes(records, expected):
    for order in (records, records[::-1]):
        database = Known(
            *(advisory(name, affected("a"), aliases=aliases, errata=errata, related=fixes)
              for name, aliases, errata, fixes in order)
        )  # fmt: skip
        result = match(inventory(deb("a", "1")), database).findings
        names = [{one.vulnerability.id, *one.vulnerability.aliases} for one in result]
        assert sorted(names, key=sorted) == sorted(expected, key=sorted)
        assert all(
            "CVE-" in one.vulnerability.id for one, known in zip(result, names, strict=True) if "CVE-1-1" in known
        )


def test_a_record_that_does_not_apply_still_tells_which_names_are_one():
    database = Known(
        advisory("X-1", affected("a", "3"), aliases=("GHSA-1",)),
        advisory("GHSA-1", affected("a", "1"), aliases=("CVE-1-1",)),
        advisory("CVE-1-1", affected("a", "2")),
        advisory("CVE-1-2", affected("a", "1"), aliases=("OTHER-1",)),
    )
    (finding,) = match(inventory(deb("a", "1.5")), database).findings
    assert finding.vulnerability.id == "CVE-1-1"
    assert set(finding.vulnerability.aliases) == {"X-1", "GHSA-1"}
    assert finding.fixed_in == "3"
    assert set(finding.vulnerability.advisories) == {"X-1", "CVE-1-1"}


def test_an_erratum_of_several_cves_is_several_findings():
    erratum = advisory(
        "ALSA-2024:1",
        affected("bash", "5.2-2.el9", ecosystem="AlmaLinux:9", scheme="rpm"),
        related=("CVE-1-1", "CVE-1-2"),
    )
    result = match(inventory(rpm("bash", "5.2-1.el9")), Known(erratum)).findings
    assert [f.vulnerability.id for f in result] == ["CVE-1-1", "CVE-1-2"]
    assert all(f.vulnerability.advisories == ("ALSA-2024:1",) for f in result)


def test_module_streams_are_kept_apart():
    def fix(version: str, module: str = ""):
        return affected("nodejs", version, ecosystem="AlmaLinux:9", scheme="rpm", module=module)

    modular = rpm("nodejs", "1:16.1-1.module_el9", module="nodejs:16:123:x")
    plain = rpm("nodejs", "1:16.1-1.el9")
    database = Known(
        advisory("CVE-1-18", fix("1:18.2-1.module_el9", "nodejs:18")),
        advisory("CVE-1-16", fix("1:16.2-1.module_el9", "nodejs:16")),
        advisory("CVE-1-0", fix("1:16.3-1.el9")),
    )
    assert found(modular, database=database) == [("nodejs", "CVE-1-16", "1:16.2-1.module_el9")]
    assert found(plain, database=database) == [("nodejs", "CVE-1-0", "1:16.3-1.el9")]


@pytest.mark.parametrize(
    ("version", "hit"),
    [("0.9", False), ("1.0", True), ("1.9", True), ("2.0", False), ("2.5", True), ("3.0", True), ("3.1", False)],
)
def test_several_intervals_in_one_record(version, hit):
    ranges = (Range(introduced="1.0", fixed="2.0"), Range(introduced="2.5", last_affected="3.0"))
    database = Known(advisory("CVE-1-1", affected("x", ecosystem="PyPI", scheme="pep440", ranges=ranges)))
    assert bool(found(pypi("x", version), database=database)) is hit


def test_listed_versions_count_beside_ranges():
    database = Known(
        advisory(
            "CVE-1-1", affected("x", ecosystem="PyPI", scheme="pep440", ranges=(), versions=("1.0", "1.0-bulbasaur"))
        )
    )
    assert found(pypi("x", "1.0"), pypi("x", "1.0-bulbasaur"), pypi("x", "1.1"), database=database) == [
        ("x", "CVE-1-1", ""), ("x", "CVE-1-1", ""),
    ]  # fmt: skip


def test_a_package_version_that_does_not_parse_is_a_gap_and_not_judged():
    database = Known(advisory("CVE-1-1", affected("x", "2", ecosystem="PyPI", scheme="pep440")))
    matched = match(inventory(pypi("x", "what?"), pypi("y", "1")), database)
    assert (matched.findings, matched.judged) == ((), 1)
    assert [(gap.subject, "CVE-1-1" in gap.reason) for gap in matched.gaps] == [("x what?", True)]


def test_an_advisory_version_that_does_not_parse_is_a_gap_unless_another_range_holds():
    bad = Range(introduced="1", fixed="2.9.0-NA")
    good = Range(introduced="1", fixed="3")
    for ranges, findings, gaps in (((bad,), 0, 1), ((bad, good), 1, 0)):
        database = Known(advisory("CVE-1-1", affected("x", ecosystem="PyPI", scheme="pep440", ranges=ranges)))
        matched = match(inventory(pypi("x", "1.5")), database)
        assert (len(matched.findings), len(matched.gaps)) == (findings, gaps)


def test_ranges_of_commits_are_a_gap():
    record = affected("x", ecosystem="PyPI", scheme="pep440", ranges=(), unmatchable="only GIT ranges")
    matched = match(inventory(pypi("x", "1")), Known(advisory("CVE-1-1", record)))
    assert [gap.reason for gap in matched.gaps] == ["only GIT ranges; not compared with CVE-1-1"]


def test_an_unknown_scheme_is_a_gap():
    record = affected("x", "2", ecosystem="PyPI", scheme="unheard-of")
    matched = match(inventory(pypi("x", "1")), Known(advisory("CVE-1-1", record)))
    assert (len(matched.findings), len(matched.gaps), matched.judged) == (0, 1, 0)


def test_an_ecosystem_without_data_is_a_gap_that_counts_its_packages():
    matched = match(inventory(deb("a", "1"), deb("b", "1"), pypi("c", "1")), Known(covers=["PyPI"]))
    assert matched.judged == 1
    assert [(gap.subject, "2 packages" in gap.reason) for gap in matched.gaps] == [(DEBIAN, True)]


def test_owned_copies_and_applications_are_not_judged_twice():
    database = Known(advisory("CVE-1-1", affected("x", ecosystem="PyPI", scheme="pep440")))
    assert (
        found(pypi("x", "1", owner="pkg:deb/debian/python3-x@1"), pypi("x", "1", application=True), database=database)
        == []
    )


TEAM, OWN_ADDRESS, VENDOR = "A <a@lists.debian.org>", "Jane <jane@home.example>", "Vendor <a@vendor.example>"


@pytest.mark.parametrize(
    ("maintainer", "version", "in_the_data", "judged_as_a_library"),
    [
        (TEAM, "1-1", False, False),
        (TEAM, "1-1", True, False),
        (OWN_ADDRESS, "1-1", True, False),
        (OWN_ADDRESS, "1-1", False, True),
        (VENDOR, "1", True, True),
        (VENDOR, "1", False, True),
    ],
)
def test_only_the_distributions_own_package_answers_for_what_it_holds(
    maintainer: str, version: str, in_the_data: bool, judged_as_a_library: bool
) -> None:
    owner = deb("kibana", version, vendor=maintainer, section="" if maintainer == VENDOR else "utils")
    library = pypi("x", "1", owner=owner.purl)
    known = (advisory("CVE-1-2", affected("kibana", "0.1")),) if in_the_data else ()
    database = Known(
        advisory("CVE-1-1", affected("x", ecosystem="PyPI", scheme="pep440")), *known, covers=[DEBIAN, "PyPI"]
    )
    assert bool(found(library, owner, database=database)) is judged_as_a_library
    matched = match(inventory(library, owner), database)
    if maintainer != OWN_ADDRESS or in_the_data:  # else only the data tell
        assert matched.judged + len(matched.unjudged) == len(counted((library, owner))), "an inventory counts the same"


def test_a_strangers_package_without_a_record_is_not_judged() -> None:
    matched = match(inventory(deb("docker-ce", "1", vendor=VENDOR), deb("a", "1", vendor=TEAM)), Known(covers=[DEBIAN]))
    assert (matched.judged, [package.name for package in matched.unjudged]) == (1, ["docker-ce"])
    assert "not published by the distribution" in matched.gaps[0].reason


PASSED_OVER = {
    "owned": pypi("a", "1", owner="pkg:deb/debian/python3-a@1"),
    "an application": pypi("a", "1", application=True),
    "without data": Package(type="npm", name="a", version="1", scheme="semver"),
}


@pytest.mark.parametrize("first", PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_comes_after_a_package_that_is_passed_over_is_judged(first: Package) -> None:
    database = Known(advisory("CVE-1-1", affected("x", ecosystem="PyPI", scheme="pep440")))
    matched = match(inventory(first, pypi("x", "1")), database)
    assert [finding.package.name for finding in matched.findings] == ["x"]
    assert matched.judged == 1


# -- severity


def severity(record, *facts) -> tuple[Severity, str]:
    matched = match(inventory(deb("a", "1")), Known(record))
    known = {fact.cve: fact for fact in facts}
    vulnerability = enrich(matched.findings, known)[0].vulnerability
    return vulnerability.severity, vulnerability.severity_source


V3_CRITICAL = Rating(source="nvd", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
V4_LOW = Rating(source="ghsa", vector="CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N")
V2_HIGH = Rating(source="nvd", vector="AV:N/AC:L/Au:N/C:C/I:C/A:C")


def test_the_distributions_own_rating_comes_first():
    record = advisory("CVE-1-1", affected("a", rating=Rating(source="debian", word="low**")), ratings=(V3_CRITICAL,))
    assert severity(record) == (Severity.LOW, "debian")


def test_an_unimportant_issue_is_negligible_and_still_a_finding():
    record = advisory("CVE-1-1", affected("a", rating=Rating(source="debian", word="unimportant")))
    assert severity(record) == (Severity.NEGLIGIBLE, "debian")


def test_without_a_word_the_newest_cvss_decides():
    record = advisory("CVE-1-1", affected("a"), ratings=(V2_HIGH, V3_CRITICAL, V4_LOW))
    assert severity(record) == (Severity.LOW, "ghsa")
    assert severity(advisory("CVE-1-1", affected("a"), ratings=(V2_HIGH, V3_CRITICAL))) == (Severity.CRITICAL, "nvd")
    assert severity(advisory("CVE-1-1", affected("a"), ratings=(V2_HIGH,))) == (Severity.HIGH, "nvd")


def test_facts_of_the_cve_fill_in_what_nobody_rated_and_nothing_else():
    facts = CveFacts(cve="CVE-1-1", ratings=(V3_CRITICAL,), cwes=("CWE-79",), epss=0.5, kev_added="2024-01-01")
    word = Rating(source="debian", word="not yet assigned")
    assert severity(advisory("CVE-1-1", affected("a", rating=word)), facts) == (Severity.CRITICAL, "nvd")
    rated = advisory("CVE-1-1", affected("a", rating=Rating(source="debian", word="low")))
    assert severity(rated, facts) == (Severity.LOW, "debian")
    (finding,) = enrich(match(inventory(deb("a", "1")), Known(rated)).findings, {"CVE-1-1": facts})
    v = finding.vulnerability
    assert (v.epss, v.kev_added, v.cwes, v.cvss_score) == (0.5, "2024-01-01", ("CWE-79",), 9.8)
    assert {rating.source for rating in v.ratings} == {"debian", "nvd"}


def test_a_malformed_vector_is_passed_over():
    record = advisory("CVE-1-1", affected("a"), ratings=(Rating(source="x", vector="CVSS:3.1/AV:Z"), V2_HIGH))
    assert severity(record) == (Severity.HIGH, "nvd")
    assert severity(advisory("CVE-1-1", affected("a"))) == (Severity.UNKNOWN, "")


def modular(identifier, module, *fixes):
    return advisory(
        identifier,
        *(affected("nodejs", fix, ecosystem="AlmaLinux:9", scheme="rpm", module=module) for fix in fixes),
        related=(identifier.replace("ALSA", "CVE"),),
    )


def test_a_stream_that_nothing_states_is_a_gap_where_it_matters():
    database = Known(modular("ALSA-2024-1", "nodejs:16", "16.14-1.module_el9"))
    matched = match(inventory(rpm("nodejs", "16.13-3.module_el9")), database)
    assert (matched.findings, matched.judged) == ((), 0)
    assert "its module stream is not stated" in matched.gaps[0].reason
    newer = match(inventory(rpm("nodejs", "18.1-1.module_el9")), database)
    assert (newer.findings, newer.judged, newer.gaps) == ((), 1, ())


def test_a_stream_is_known_by_an_erratum_that_lists_the_build():
    database = Known(
        modular("ALSA-2024-1", "nodejs:16", "16.13-3.module_el9"),
        modular("ALSA-2024-2", "nodejs:16", "16.14-1.module_el9"),
        modular("ALSA-2024-3", "nodejs:18", "18.14-1.module_el9"),
    )
    assert found(rpm("nodejs", "16.13-3.module_el9"), database=database) == [
        ("nodejs", "CVE-2024-2", "16.14-1.module_el9")
    ]


@pytest.mark.parametrize("module", ["", "nodejs:16"])
@pytest.mark.parametrize("label", ["", "nodejs:16:8040:abc"])
def test_an_erratum_that_lists_the_installed_build_among_several_has_fixed_it(module, label):
    database = Known(modular("ALSA-2024-1", module, "16.13-3.module_el9.1+1", "16.13-3.module_el9.4+2"))
    for build, issues in (("16.13-3.module_el9.1+1", 0), ("16.13-3.module_el9.4+2", 0)):
        matched = match(inventory(rpm("nodejs", build, module=label)), database)
        assert (len(matched.findings), matched.judged, matched.gaps) == (issues, 1, ()), build
    older = match(inventory(rpm("nodejs", "16.12-1.module_el9.1+0", module="nodejs:16")), database)
    assert [finding.vulnerability.id for finding in older.findings] == ["CVE-2024-1"]


@pytest.mark.parametrize(
    ("installed", "listed", "hit"),
    [
        ("1.0.0", "1.0", True),
        ("1.0", "1.0.0", True),
        ("1.0rc1", "1.0-rc1", True),
        ("1.0", "v1.0", True),
        ("1.0.post1", "1.0-1", True),
        ("1.0+local", "1.0", False),
        ("1.0.1", "1.0", False),
        ("1.0", "odd text", False),
    ],
)
def test_a_listed_version_is_the_same_however_it_is_spelled(installed, listed, hit):
    record = affected("x", ecosystem="PyPI", scheme="pep440", ranges=(), versions=("0.1", listed))
    assert bool(found(pypi("x", installed), database=Known(advisory("CVE-1-1", record)))) is hit


def test_a_fix_for_subscribers_only_is_no_fix_but_counts_where_it_is_installed():
    record = affected("x", "1-1esm1", subscription="Ubuntu Pro", status=Status.AFFECTED, note="fixed for some")
    (finding,) = match(inventory(deb("x", "1-1")), Known(advisory("CVE-1-1", record))).findings
    assert (finding.status, finding.fixed_in, finding.note) == (Status.AFFECTED, "", "fixed for some")
    assert match(inventory(deb("x", "1-1esm1")), Known(advisory("CVE-1-1", record))).findings == ()


BUILDS = {"plain": "2:1.1.1k-{}.el8", "ksplice": "2:1.1.1k-{}.ksplice1.el8", "fips": "2:1.1.1k-{}.el8_fips"}


@pytest.mark.parametrize("installed", BUILDS)
@pytest.mark.parametrize("fixed", BUILDS)
def test_builds_for_a_purpose_compare_with_their_like_only(installed, fixed):
    fix = affected("openssl", BUILDS[fixed].format(7), ecosystem="AlmaLinux:9", scheme="rpm")
    database = Known(advisory("CVE-2024-1", fix))
    below = found(rpm("openssl", BUILDS[installed].format(6)), database=database)
    assert bool(below) == (installed == fixed)
    assert found(rpm("openssl", BUILDS[installed].format(7)), database=database) == []


@pytest.mark.parametrize("version", ["1.1.1-1ubuntu2.fips.2.1~18.04.23", "3.0.2-0ubuntu1.12+Fips1"])
def test_a_build_for_fips_compares_with_fixes_for_fips_only(version):
    normal = advisory("CVE-2024-1", affected("openssl", "1.1.1-1ubuntu2.1~18.04.24"))
    matched = match(inventory(deb("openssl", version)), Known(normal))
    assert (matched.findings, matched.judged) == ((), 0)
    assert [gap.reason for gap in matched.gaps] == [
        "built for FIPS 140, and the data name fixes of other builds only: openssl"
    ]
    own = advisory("CVE-2024-2", affected("openssl", f"{version}.9"))
    both = match(inventory(deb("openssl", version)), Known(normal, own))
    assert [one.vulnerability.id for one in both.findings] == ["CVE-2024-2"]
    assert both.gaps == ()
    assert found(deb("openssl", "1.1.1-1"), database=Known(own)) == []


def test_a_source_package_of_red_hat_speaks_for_its_binaries():
    package = msgspec.structs.replace(
        rpm("edk2-ovmf", "1-1.el9"), ecosystem="Red Hat:enterprise_linux:9", source_name="edk2"
    )
    fix = affected("edk2.src", "1-2.el9", ecosystem="Red Hat:enterprise_linux:9", scheme="rpm")
    database = Known(advisory("CVE-2024-1", fix), covers=("Red Hat:enterprise_linux:9",))
    assert found(package, database=database) == [("edk2-ovmf", "CVE-2024-1", "1-2.el9")]
    own = affected("edk2-ovmf", "", ecosystem="Red Hat:enterprise_linux:9", scheme="rpm", status=Status.NOT_AFFECTED)
    database = Known(advisory("CVE-2024-1", fix, own), covers=("Red Hat:enterprise_linux:9",))
    assert found(package, database=database) == [], "what is said of the package itself comes before"


@pytest.mark.parametrize(
    ("published", "modified", "known"),
    [
        ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "", "2024-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "0001-01-01T00:00:00Z", ""),
        ("", "", ""),
    ],
)
def test_since_when_a_fix_is_known(published: str, modified: str, known: str) -> None:
    record = advisory("CVE-2024-1", affected("openssl", "3.0.11-1"))
    record = msgspec.structs.replace(record, published=published, modified=modified)
    (one,) = match(inventory(deb("openssl", "3.0.9-1")), Known(record)).findings
    assert (one.fixed_in, one.fix_known) == ("3.0.11-1", known)


@pytest.mark.parametrize(
    ("ecosystem", "why"),
    [("CentOS Stream:9", "Red Hat publishes none of it"), ("CentOS:7", "its publisher has none"), ("npm", "")],
)
def test_a_gap_says_why_nobody_has_data(ecosystem: str, why: str) -> None:
    package = msgspec.structs.replace(rpm("bash", "5.1-1"), ecosystem=ecosystem)
    (gap,) = match(inventory(package), Known(covers=())).gaps
    assert why in gap.reason
    assert gap.reason.startswith("the database has no data of it")


@pytest.mark.parametrize("scheme", sorted({one.order for one in ECOSYSTEMS if one.order} | {"bitnami", "apk"}))
def test_the_last_affected_version_stands_for_all_its_builds(scheme: str) -> None:
    revision = {"bitnami": "-3", "apk": "-r3"}.get(scheme, "")
    one = Affected(ecosystem="", package="", scheme=scheme, ranges=(Range(introduced="0", last_affected="1.2.3"),))
    assert judge(one, f"1.2.3{revision}").affected
    assert not judge(one, "1.2.4").affected
    if revision:
        exact = msgspec.structs.replace(one, ranges=(Range(introduced="0", last_affected=f"1.2.3{revision}"),))
        assert judge(exact, f"1.2.3{revision}").affected
        assert not judge(exact, f"1.2.3{revision}1").affected


@pytest.mark.parametrize(
    ("package", "told"),
    [
        (Package(type="golang", namespace="example.com", name="known", version="", scheme="semver"), True),
        (Package(type="golang", namespace="example.com", name="own", version="", scheme="semver"), False),
        (Package(type="cargo", name="known", version="0.1.0", scheme="semver"), True),
        (Package(type="cargo", name="known", version="0.1.0", scheme="semver", declared=True), False),
        (Package(type="cargo", name="known", version="0.1.0", scheme="semver", owner="pkg:deb/debian/a@1"), False),
        (Package(type="npm", name="known", version="1.0.0", scheme="semver"), False),
    ],
)
def test_a_program_built_in_a_folder_may_be_one_that_the_data_know(package: Package, told: bool) -> None:
    osv = {"golang": "Go", "cargo": "crates.io", "npm": "npm"}[package.type]
    known = affected("example.com/known" if osv == "Go" else "known", "1.0", ecosystem=osv, scheme="semver")
    database = Known(advisory("CVE-2024-1", known), covers=("Go", "crates.io", "npm"))
    matched = match(inventory(msgspec.structs.replace(package, application=True, ecosystem=osv)), database)
    assert matched.findings == ()
    assert [one.name for one in matched.unjudged] == ["known"] * told
    assert len(matched.gaps) == told


@pytest.mark.parametrize(
    ("version", "judged"),
    [("dev-main", 0), ("dev-feature/x", 0), ("6.5.x-dev", 0), ("9999999-dev", 0), ("6.5.0", 1), ("6.5.0-dev", 1)],
)
@pytest.mark.parametrize("known", [False, True])
def test_a_branch_is_not_judged(version: str, judged: int, known: bool) -> None:
    """Whether or not there is any advisory on what is there."""
    one = Package(type="composer", namespace="v", name="a", version=version, scheme="composer", ecosystem="Packagist")
    database = Known(
        advisory("CVE-1-1", affected("v/a" if known else "v/b", "6.5.8", ecosystem="Packagist", scheme="composer")),
        covers=("Packagist",),
    )
    matched = match(inventory(one), database)
    assert (matched.judged, len(matched.unjudged), len(matched.gaps)) == (judged, 1 - judged, 1 - judged)
    assert len(matched.findings) == (judged and known)
    assert all(version in f"{gap.subject} {gap.reason}" for gap in matched.gaps)
