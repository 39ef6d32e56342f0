import gzip

import pytest
from msgspec.structs import replace

from garboard.model.limits import DEFAULT
from garboard.model.mirror import UpgradeState
from garboard.repositories import apt
from garboard.repositories.apt.config import configuration
from garboard.repositories.apt.deb822 import paragraphs
from garboard.workflows.query_mirrors import drive
from tests.unit.repositories.fake_mirror import NOW, Mirror, debian, image, installed_stanza, key, keyring, stanza

ROOT = "http://deb.example/debian"
OLD, NEW = (
    installed_stanza("curl", "7.88-1"),
    stanza("curl", "7.88-2", filename="pool/c.deb", size="10", sha256="0" * 64),
)


def told(documents, files=None, status=(OLD,), now=NOW):
    mirror = Mirror(documents)
    return drive(apt.offers(image(status, files, now)), mirror.fetch), mirror


def offer(found, name="curl"):
    return next(one for one in found.offers if one.name == name)


def reasons(found):
    return " | ".join(gap.reason for gap in found.gaps)


def test_a_signed_repository():
    found, _ = told(debian(ROOT, "stable", [NEW]))
    one = offer(found)
    assert (one.standing, one.installed, one.version) == (UpgradeState.UPGRADE, "7.88-1", "7.88-2")
    assert (one.url, one.repository) == (f"{ROOT}/pool/c.deb", "stable main")
    assert found.repositories[0].signed == key().extract_certificate().fingerprint
    assert not found.gaps


def test_the_same_version_is_current_and_what_no_mirror_has_is_absent():
    status = (OLD, installed_stanza("own", "1"))
    found, _ = told(debian(ROOT, "stable", [stanza("curl", "7.88-1")]), status=status)
    assert offer(found).standing is UpgradeState.CURRENT
    assert offer(found, "own").standing is UpgradeState.ABSENT


@pytest.mark.parametrize(
    ("documents", "files", "reason"),
    [
        (debian(ROOT, "stable", [NEW], owner="stranger"), {}, "its signature is not good"),
        (debian(ROOT, "stable", [NEW], owner=""), {}, "its Release is not signed"),
        ({}, {}, "InRelease is not there"),
        (debian(ROOT, "stable", [NEW], date="Sat, 17 Jan 2026 08:00:00 UTC"), {}, "of the future"),
        (debian(ROOT, "stable", [NEW], pretty={"Valid-Until": "Mon, 12 Jan 2026 08:00:00 UTC"}), {}, "expired"),
        (debian(ROOT, "stable", [NEW]), {"etc/apt/trusted.gpg.d/archive.gpg": keyring("stranger")}, "not good"),
        (
            debian(ROOT, "stable", [NEW]),
            {"etc/apt/sources.list": f"deb [signed-by=/usr/share/keyrings/none.gpg] {ROOT} stable main"},
            "the image has no file usr/share/keyrings/none.gpg",
        ),
        (
            debian(ROOT, "stable", [NEW]),
            {"etc/apt/sources.list": f"deb [signed-by={'0' * 40}] {ROOT} stable main"},
            "which the source does not name",
        ),
    ],
)
def test_what_cannot_be_trusted_is_not_used_and_said(documents, files, reason):
    found, _ = told(documents, files)
    assert not found.offers
    assert not found.repositories
    assert reason in reasons(found)


def test_a_changed_release_is_refused():
    documents = debian(ROOT, "stable", [NEW])
    name = f"{ROOT}/dists/stable/InRelease"
    documents[name] = documents[name].replace(b"Label: Debian", b"Label: Debiam")
    found, _ = told(documents)
    assert not found.offers
    assert "not good" in reasons(found)


def test_what_stands_outside_the_signature_is_not_read():
    documents = debian(ROOT, "stable", [NEW])
    name = f"{ROOT}/dists/stable/InRelease"
    documents[name] = b"Origin: Evil\nSHA256:\n " + b"0" * 64 + b" 1 main/binary-amd64/Packages\n\n" + documents[name]
    found, mirror = told(documents)
    assert "Evil" not in str(found)
    assert not any(url.endswith("Packages") for url in mirror.asked)


def test_a_changed_index_is_refused():
    documents = debian(ROOT, "stable", [NEW])
    documents[f"{ROOT}/dists/stable/main/binary-amd64/Packages.xz"] += b"x"
    found, _ = told(documents)
    assert not found.offers
    assert "was not read" in reasons(found)


def test_a_detached_signature_and_gzip():
    found, _ = told(debian(ROOT, "stable", [NEW], detached=True, form=gzip.compress, ending=".gz"))
    assert offer(found).version == "7.88-2"


@pytest.mark.parametrize("owner", ["", "stranger"])
def test_a_source_that_is_trusted_whoever_signed(owner):
    files = {"etc/apt/sources.list": f"deb [trusted=yes] {ROOT} stable main"}
    found, _ = told(debian(ROOT, "stable", [NEW], owner=owner), files)
    assert offer(found).version == "7.88-2"
    assert "trusted=yes" in found.repositories[0].signed


def test_an_expired_release_where_the_image_does_not_care():
    documents = debian(ROOT, "stable", [NEW], pretty={"Valid-Until": "Mon, 12 Jan 2026 08:00:00 UTC"})
    found, _ = told(documents, {"etc/apt/apt.conf": 'Acquire::Check-Valid-Until "false";'})
    assert offer(found).version == "7.88-2"


def test_indexes_by_their_digest():
    documents = debian(ROOT, "stable", [NEW], pretty={"Acquire-By-Hash": "yes"})
    _, mirror = told(documents)
    assert any("/main/binary-amd64/by-hash/SHA256/" in url for url in mirror.asked)


def test_deb822_sources_with_a_key_of_their_own():
    armoured = str(key().extract_certificate()).strip().replace("\n\n", "\n.\n").replace("\n", "\n ")
    text = f"Types: deb deb-src\nURIs: {ROOT}\nSuites: stable\nComponents: main\nSigned-By:\n {armoured}\n"
    found, _ = told(
        debian(ROOT, "stable", [NEW]),
        {
            "etc/apt/sources.list": "",
            "etc/apt/trusted.gpg.d/archive.gpg": b"",
            "etc/apt/sources.list.d/x.sources": text,
        },
    )
    assert offer(found).version == "7.88-2", reasons(found)


def test_a_disabled_source_is_none_and_an_image_without_sources_says_so():
    text = f"Types: deb\nURIs: {ROOT}\nSuites: stable\nComponents: main\nEnabled: no\n"
    found, _ = told({}, {"etc/apt/sources.list": "", "etc/apt/sources.list.d/x.sources": text})
    assert "names no package mirror" in reasons(found)


def test_other_kinds_of_address_are_gaps():
    files = {"etc/apt/sources.list": f"deb cdrom:[x]/ stable main\ndeb file:/srv/debs ./\ndeb {ROOT} stable main\n"}
    found, _ = told(debian(ROOT, "stable", [NEW]), files)
    assert offer(found).version == "7.88-2"
    assert len(found.gaps) == 2


def test_logins_in_addresses_are_neither_used_nor_shown():
    files = {"etc/apt/sources.list": f"deb {ROOT.replace('//', '//me:secret@')} stable main"}
    found, mirror = told(debian(ROOT, "stable", [NEW]), files)
    assert offer(found).version == "7.88-2"
    assert "secret" not in f"{found} {mirror.asked}"


def test_fields_in_any_order():
    lines = NEW.splitlines(keepends=True)
    found, _ = told(debian(ROOT, "stable", ["".join(reversed(lines)), stanza("other", "1")]))
    assert (offer(found).version, offer(found).url) == ("7.88-2", f"{ROOT}/pool/c.deb")


def test_a_flat_repository():
    documents = debian(ROOT, "stable", [NEW])
    flat = {}
    for url, data in documents.items():
        if url.endswith("InRelease"):
            continue
        flat[f"{ROOT}/flat/Packages.xz"] = data
    import hashlib

    from pysequoia import SignatureMode, sign

    (stored,) = flat.values()
    release = f"Date: Thu, 15 Jan 2026 08:00:00 UTC\nSHA256:\n {hashlib.sha256(stored).hexdigest()} {len(stored)} Packages.xz\n"
    flat[f"{ROOT}/flat/InRelease"] = sign(key().signer(), release.encode(), mode=SignatureMode.CLEAR)
    found, _ = told(flat, {"etc/apt/sources.list": f"deb {ROOT} flat/"})
    assert offer(found).version == "7.88-2", reasons(found)


SECURITY = "http://deb.example/debian-security"


def two_suites(files=None, **pretty):
    documents = debian(ROOT, "stable", [stanza("curl", "7.88-2")])
    documents |= debian(SECURITY, "stable-security", [stanza("curl", "7.88-3")], pretty=pretty)
    listed = f"deb {ROOT} stable main\ndeb {SECURITY} stable-security main\n"
    return told(documents, {"etc/apt/sources.list": listed} | (files or {}))[0]


def test_the_newest_of_several_suites():
    found = offer(two_suites(Label="Debian-Security"))
    assert (found.version, found.security) == ("7.88-3", True)


def test_a_suite_that_is_not_automatic():
    assert offer(two_suites(NotAutomatic="yes")).version == "7.88-2"
    assert offer(two_suites(NotAutomatic="yes", ButAutomaticUpgrades="yes")).version == "7.88-2"


@pytest.mark.parametrize(
    "pin",
    [
        "Package: curl\nPin: version 7.88-1\nPin-Priority: 1001",
        "Package: cu*\nPin: version 7.88-1*\nPin-Priority: 1001",
        "Package: src:curl\nPin: version 7.88-1\nPin-Priority: 1001",
        "Package: /^cur/\nPin: version /-1$/\nPin-Priority: 1001",
        "Package: *\nPin: release l=Debian*\nPin-Priority: -1",
        'Package: *\nPin: origin "deb.example"\nPin-Priority: 50',
    ],
)
def test_pins_that_keep_the_installed_version(pin):
    found = offer(two_suites({"etc/apt/preferences": pin}))
    assert (found.standing, found.version) == (UpgradeState.PINNED, "7.88-3")
    assert "pinned by" in found.reason


def test_a_pin_to_one_suite():
    pin = "Package: *\nPin: release n=stable-security\nPin-Priority: 50\n"
    assert offer(two_suites({"etc/apt/preferences.d/x": pin})).version == "7.88-2"
    assert offer(two_suites({"etc/apt/apt.conf.d/1": 'APT { Default-Release "stable"; };'})).version == "7.88-2"


def test_a_held_package():
    held = installed_stanza("curl", "7.88-1", status="hold ok installed")
    found = offer(told(debian(ROOT, "stable", [NEW]), status=(held,))[0])
    assert (found.standing, found.version) == (UpgradeState.HELD, "7.88-2")


def test_a_hold_that_does_not_count():
    held = image((installed_stanza("curl", "7.88-1", status="hold ok installed"),))
    found = drive(apt.offers(replace(held, released=frozenset({"curl"}))), Mirror(debian(ROOT, "stable", [NEW])).fetch)
    assert offer(found).standing is UpgradeState.UPGRADE


def test_removed_packages_are_not_installed():
    gone = installed_stanza("curl", "7.88-1", status="deinstall ok config-files")
    found, _ = told(debian(ROOT, "stable", [NEW]), status=(gone, installed_stanza("jq", "1")))
    assert [one.name for one in found.offers] == ["jq"]


def _limited(found):
    return [gap.reason for gap in found.gaps if "the limit" in gap.reason]


@pytest.mark.parametrize(
    "listed",
    [
        {"etc/apt/sources.list": "".join(f"deb http://deb.example/{at} stable main\n" for at in range(1000))},
        {f"etc/apt/sources.list.d/{at}.list": f"deb http://deb.example/{at} stable main\n" for at in range(1000)},
        {
            "etc/apt/sources.list.d/x.sources": "Types: deb\nComponents: main\nURIs:"
            + "".join(f" http://deb.example/{at}" for at in range(1000))
            + "\nSuites:"
            + "".join(f" s{at}" for at in range(1000))
        },
    ],
    ids=["lines", "files", "pairs"],
)
def test_the_number_of_repositories_is_limited(listed):
    found, mirror = told({}, {"etc/apt/sources.list": ""} | listed)
    assert len([url for url in mirror.asked if url.endswith("/InRelease")]) == 64
    assert _limited(found) == ["names more than 64 repositories, the limit: the others were not read"]
    assert max(mirror.rounds) <= (4, DEFAULT.answers_bytes)


def test_the_same_repositories_are_not_too_many():
    line = f"deb {ROOT} stable main\n"
    found, _ = told(debian(ROOT, "stable", [NEW]), {"etc/apt/sources.list": line * 1000})
    assert not found.gaps


def test_the_first_repositories_are_read_all_the_same():
    more = "".join(f"deb http://deb.example/{at} stable main\n" for at in range(1000))
    found, _ = told(debian(ROOT, "stable", [NEW]), {"etc/apt/sources.list": f"deb {ROOT} stable main\n{more}"})
    assert offer(found).version == "7.88-2"


@pytest.mark.parametrize("line", ["nonsense", "deb cdrom:[x]/ stable main"])
def test_the_number_of_gaps_is_limited(line):
    found, _ = told({}, {"etc/apt/sources.list": f"{line}\n" * 5000})
    assert len(found.gaps) < 70
    assert len(_limited(found)) == 1


def test_the_number_of_components_is_limited():
    names = " ".join(f"c{at}" for at in range(5000))
    found, _ = told(debian(ROOT, "stable", [NEW]), {"etc/apt/sources.list": f"deb {ROOT} stable main {names}"})
    assert offer(found).version == "7.88-2"
    assert "names more than 64 components, the limit: the others were not read" in _limited(found)
    assert len(found.gaps) < 70


def test_the_number_of_architectures_is_limited():
    files = {"var/lib/dpkg/arch": "amd64\n" + "".join(f"a{at}\n" for at in range(5000))}
    found, _ = told(debian(ROOT, "stable", [NEW]), files)
    assert offer(found).version == "7.88-2"
    assert _limited(found) == ["names more than 8 architectures, the limit: the others were not looked at"]


def _many(count):
    """Repositories, and the line for each."""
    documents = {}
    for at in range(count):
        documents |= debian(f"http://deb.example/{at}", "stable", [NEW])
    return documents, "".join(f"deb http://deb.example/{at} stable main\n" for at in range(count))


def test_documents_are_fetched_some_at_a_time():
    documents, lines = _many(10)
    found, mirror = told(documents, {"etc/apt/sources.list": lines})
    assert len(found.repositories) == 10
    assert [count for count, _ in mirror.rounds] == [4, 4, 2, 4, 4, 2]
    assert max(limit for _, limit in mirror.rounds) <= DEFAULT.answers_bytes


def test_the_number_of_indexes_is_limited(monkeypatch):
    monkeypatch.setattr("garboard.repositories.apt.fetch.DEFAULT", replace(DEFAULT, indexes=3))
    documents, lines = _many(5)
    found, mirror = told(documents, {"etc/apt/sources.list": lines})
    assert len([url for url in mirror.asked if "Packages" in url]) == 3
    assert "there are 5, and 3 is the limit" in _limited(found)[0]


def test_all_indexes_together_are_limited(monkeypatch):
    size = len(NEW.encode())
    monkeypatch.setattr("garboard.repositories.apt.fetch.DEFAULT", replace(DEFAULT, indexes_bytes=2 * size + 1))
    documents, lines = _many(3)
    found, _ = told(documents, {"etc/apt/sources.list": lines})
    assert offer(found).version == "7.88-2"
    assert "for all indexes" in _limited(found)[0]


def test_a_field_of_many_lines_is_read_to_its_end():
    (fields,) = paragraphs("SHA256:\n" + " a\n" * 1_000_000)
    assert fields["sha256"].count("\n") == 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 500_000,
        '"' + '\\"' * 500_000 + "\\",
        "a{" * 200_000 + "b c;" * 200_000,
        f"{'a' * 500_000}{{" + "b c;" * 200_000,
    ],
    ids=["comment", "string", "deep", "long"],
)
def test_a_long_configuration_is_read_to_its_end(text):
    first = 'APT::Install-Recommends "false";\n'
    assert configuration({"etc/apt/apt.conf": (first + text).encode()}) == {"apt::install-recommends": "false"}


def test_a_configuration_of_scopes():
    text = b'APT { Install-Recommends "no"; /* x { */ Default-Release stable; }; Other { Thing "a"; }; Acquire::Check-Valid-Until no;'
    assert configuration({"etc/apt/apt.conf": text}) == {
        "apt::install-recommends": "no",
        "apt::default-release": "stable",
        "acquire::check-valid-until": "no",
    }
