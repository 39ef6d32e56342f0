"""Oracle Linux's errata."""

from __future__ import annotations

import io

import pytest

from garboard.feeds import oracle
from garboard.feeds.readers import oval
from garboard.model.advisory import Advisory, Range, Rating
from garboard.model.errors import FeedError
from garboard.model.gap import Gap
from tests.unit.feeds import documents
from tests.unit.feeds.documents import HEAD, TAIL, both, definition, either, leaf, signed


def parsed(*definitions: str) -> list[object]:
    return list(oracle.parse("oracle", [io.BytesIO(documents.oracle(*definitions))]))


def test_builds_of_several_architectures_and_a_module() -> None:
    arm = both(leaf("Oracle Linux arch is aarch64"), either(signed("openssl", "0:1-1.el8")))
    intel = both(
        leaf("Oracle Linux arch is x86_64"), either(signed("openssl", "0:1-1.0.1.el8"), signed("perl", "4:2-1"))
    )
    module = both(leaf("Module virt:kvm is enabled"), either(signed("hivex", "0:3-1.module+el8")))
    (found,) = parsed(definition(both(leaf("Oracle Linux 8 is installed"), either(arm, intel, module))))
    assert isinstance(found, Advisory)
    assert (found.id, found.related, found.published) == ("ELSA-2024-1", ("CVE-2024-1000",), "2024-05-01")
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
    assert found.ratings == (Rating(source="oracle", word="IMPORTANT", vector=vector),)
    told = {(one.ecosystem, one.package): one for one in found.affected}
    fixes = {package: {each.fixed for each in one.ranges} for (_, package), one in told.items()}
    assert fixes == {"openssl": {"1-1.el8", "1-1.0.1.el8"}, "perl": {"4:2-1"}, "hivex": {"3-1.module+el8"}}
    assert {package: one.module for (_, package), one in told.items()} == {
        "openssl": "",
        "perl": "",
        "hivex": "virt:kvm",
    }
    assert {ecosystem for ecosystem, _ in told} == {"Oracle Linux:8"}


def test_an_erratum_of_several_releases_keeps_them_apart() -> None:
    seven = both(leaf("Oracle Linux 7 is installed"), either(signed("a", "0:1-1.el7")))
    eight = both(leaf("Oracle Linux 8 is installed"), either(signed("a", "0:1-1.el8")))
    two = "<cve cvss3='5.0/CVSS:3.1/AV:N'>CVE-2024-1</cve><cve>CVE-2024-2</cve>"
    (found,) = parsed(definition(either(seven, eight), cves=two))
    assert isinstance(found, Advisory)
    assert {one.ecosystem: one.ranges for one in found.affected} == {
        "Oracle Linux:7": (Range(introduced="0", fixed="1-1.el7"),),
        "Oracle Linux:8": (Range(introduced="0", fixed="1-1.el8"),),
    }
    assert found.ratings == (Rating(source="oracle", word="IMPORTANT"),), "a vector is of one CVE"


def test_what_cannot_be_used_is_a_gap_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps = parsed(
        definition(both(leaf("Oracle Linux 8 is installed"))),
        definition(signed("a", "1")),
        definition(both(leaf("Oracle Linux 8 is installed"), signed("a", "1")), title=""),
    )
    assert [isinstance(one, Gap) for one in gaps] == [True, True, True]
    for text in ("", f"{HEAD}{TAIL}", f"{HEAD}<definition>", '<!DOCTYPE a [<!ENTITY b "c">]><a/>', "{}"):
        with pytest.raises(FeedError):
            list(oracle.parse("oracle", [io.BytesIO(text.encode())]))
    many = "".join(both(leaf("b")) for _ in range(80)) + "".join(leaf(f"{n}") for n in range(80))
    with pytest.raises(FeedError, match="beside"):
        parsed(definition(both(many)))
    monkeypatch.setattr(oval, "LEAVES", 3)
    with pytest.raises(FeedError, match="checks"):
        parsed(definition(either(*(leaf("a") for _ in range(4)))))
    with pytest.raises(FeedError):
        oracle.documents("oracle:9")
