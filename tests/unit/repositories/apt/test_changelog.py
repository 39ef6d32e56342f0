import gzip

import pytest

from garboard.model.mirror import Offer, UpgradeState
from garboard.repositories import apt
from garboard.repositories.apt.changelog import Elsewhere, changelog, entries, fixes
from garboard.repositories.errors import Refused
from garboard.workflows.query_mirrors import drive
from tests.unit.repositories.fake_mirror import Mirror, deb

TEXT = """\
openssl (3.0.22-1) bookworm-security; urgency=medium

  * Import 3.0.22
    - CVE-2026-2001 ("Out of bounds")
    - CVE-2026-2002
  * Fix regression of CVE-2026-1001

 -- A Person <a@example.org>  Wed, 21 Oct 2026 16:54:24 +0700

openssl (3.0.21-1) bookworm-security; urgency=medium

  * CVE-2026-1001: a fix that
    goes on (CVE-2026-1002).

 -- A Person <a@example.org>  Tue, 20 Oct 2026 16:54:24 +0700

openssl (3.0.20-1) bookworm; urgency=medium

  * CVE-2025-1: old, CVE-2025-1000 too

 -- A Person <a@example.org>  Mon, 19 Oct 2026 16:54:24 +0700
"""
DOC = "./usr/share/doc/libssl3"


def test_entries():
    first, second, third = entries(TEXT)
    assert (first.version, first.cves) == ("3.0.22-1", ("CVE-2026-2001", "CVE-2026-2002"))
    assert (second.cves, second.date) == (("CVE-2026-1001", "CVE-2026-1002"), "Tue, 20 Oct 2026 16:54:24 +0700")
    assert second.lines[0] == "CVE-2026-1001: a fix that goes on (CVE-2026-1002)."
    assert third.cves == ("CVE-2025-1000",)


def test_a_text_without_entries():
    assert list(entries("no changelog")) == []


def test_only_what_is_new_and_not_beyond_the_candidate():
    found, whole = fixes(TEXT, "3.0.20-1", "3.0.21-1")
    assert {cve: entry.version for cve, entry in found.items()} == {
        "CVE-2026-1001": "3.0.21-1",
        "CVE-2026-1002": "3.0.21-1",
    }
    assert whole
    assert len(fixes(TEXT, "3.0.20-1", "3.0.22-1")[0]) == 4
    assert fixes(TEXT, "3.0.19-1", "3.0.22-1")[1] is False


def history(*versions):
    """A changelog whose entries fix a CVE each, numbered from the bottom."""
    count = len(versions)
    return "\n".join(
        f"a ({version}) x; urgency=low\n\n  * Fix CVE-2026-100{count - at}\n\n -- A <a@b>  Thu, 15 Jan 2026 08:00:00 +0000\n"
        for at, version in enumerate(versions)
    )


def test_the_history_of_a_backport_is_its_own():
    found, whole = fixes(history("2-1~deb12u1", "2-1", "2-0", "1-1"), "1-1+deb12u3", "2-1~deb12u1")
    assert {cve: entry.version for cve, entry in found.items()} == {
        "CVE-2026-1004": "2-1~deb12u1",
        "CVE-2026-1003": "2-1~deb12u1",
        "CVE-2026-1002": "2-0",
    }
    assert whole


def test_what_is_only_spoken_of():
    text = history("2", "1").replace(
        "Fix CVE-2026-1002",
        "Fix CVE-2026-2000, CVE-2026-2001\n  * Apply the fix for CVE-2026-3000 to b\n  * CVE-2026-3001 is not affected\n"
        "  * patches/CVE-2026-3002-regression.patch\n  * Fix regression of CVE-2026-3003",
    )
    assert sorted(fixes(text, "1", "2")[0]) == ["CVE-2026-2000", "CVE-2026-2001"]


@pytest.mark.parametrize("name", ["changelog.Debian.gz", "changelog.gz"])
def test_a_package_with_a_changelog(name):
    data = deb({"./usr/lib/x": b"\0" * 100_000, f"{DOC}/copyright": b"", f"{DOC}/{name}": gzip.compress(TEXT.encode())})
    assert changelog(data, "libssl3") == TEXT


def test_debians_own_before_upstreams():
    files = {f"{DOC}/changelog.gz": gzip.compress(b"upstream"), f"{DOC}/changelog.Debian.gz": gzip.compress(b"ours")}
    for order in (files, dict(reversed(files.items()))):
        assert changelog(deb(order), "libssl3") == "ours"


def test_documentation_that_is_a_link():
    assert changelog(deb({}, {DOC: "openssl"}), "libssl3") == Elsewhere("openssl")
    link = {f"{DOC}/changelog.Debian.gz": "../openssl/changelog.Debian.gz"}
    assert changelog(deb({}, link), "libssl3") == Elsewhere("openssl")


def test_none():
    assert changelog(deb({"./usr/bin/x": b""}), "libssl3") is None


@pytest.mark.parametrize("data", [b"", b"!<arch>\n", b"PK\3\4", deb({f"{DOC}/changelog.gz": b"x"})[:-40]])
def test_damage(data):
    with pytest.raises(Refused):
        changelog(data, "libssl3")


def test_a_damaged_changelog():
    with pytest.raises(Refused):
        changelog(deb({f"{DOC}/changelog.gz": gzip.compress(b"x" * 1000)[:-9]}), "libssl3")


def offer(name, data, source="openssl"):
    import hashlib

    return Offer(
        type="deb", name=name, arch="amd64", installed="3.0.20-1", installed_source_version="3.0.20-1",
        version="3.0.22-1", source_name=source, source_version="3.0.22-1", standing=UpgradeState.UPGRADE,
        url=f"http://deb.example/{name}.deb", sha256=hashlib.sha256(data).hexdigest(), size=len(data),
    )  # fmt: skip


def noted(**packages):
    mirror = Mirror({f"http://deb.example/{name}.deb": data for name, data in packages.items()})
    return drive(apt.notes([offer(name, data) for name, data in packages.items()]), mirror.fetch), mirror


def packed(name, text=TEXT):
    return deb({f"./usr/share/doc/{name}/changelog.Debian.gz": gzip.compress(text.encode())})


def test_one_package_of_a_source_is_read_the_smallest():
    small, large = packed("a"), packed("b") + b"x" * 1000
    found, mirror = noted(b=large, a=small)
    assert mirror.asked == ["http://deb.example/a.deb"]
    assert {note.cves[0]: note.fixed_in for note in found.notes} == {
        "CVE-2026-1001": "3.0.21-1",
        "CVE-2026-1002": "3.0.21-1",
        "CVE-2026-2001": "3.0.22-1",
        "CVE-2026-2002": "3.0.22-1",
    }
    assert found.notes[0].names == ("a", "b")
    assert not found.gaps


def test_a_link_leads_to_the_other_package():
    found, mirror = noted(a=deb({}, {"./usr/share/doc/a": "c"}), b=packed("b") + b"x" * 500, c=packed("c") + b"x" * 900)
    assert mirror.asked == ["http://deb.example/a.deb", "http://deb.example/c.deb"]
    assert len(found.notes) == 4


def test_links_in_a_circle_end():
    found, _ = noted(a=deb({}, {"./usr/share/doc/a": "b"}), b=deb({}, {"./usr/share/doc/b": "a"}))
    assert not found.notes
    assert "no changelog is in a, b" in found.gaps[0].reason


def test_gaps():
    old = TEXT[TEXT.index("openssl (3.0.20") :]
    assert "names no CVE" in noted(a=packed("a", old))[0].gaps[0].reason
    cut = TEXT[: TEXT.index("openssl (3.0.20")]
    assert "does not reach back" in noted(a=packed("a", cut))[0].gaps[0].reason
    assert "no Debian package" in noted(a=b"PK")[0].gaps[0].reason
