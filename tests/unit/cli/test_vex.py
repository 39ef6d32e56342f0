"""``garboard vex`` from the outside: decisions go out, and come in again with ``--vex``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from garboard.cli import ignore, vex
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import Advisory, Affected, FeedState, Status
from garboard.model.errors import UsageError
from tests.unit.cli.image_on_disk import OS_RELEASE, stanza, write_layers
from tests.unit.cli.test_policy import advisory, image, run, scanned

__all__ = ["image"]
DENIED = '[[ignore]]\nid = "CVE-2024-1"\nreason = "not called"\njustification = "vulnerable_code_not_in_execute_path"\n'
ACCEPTED = '[[ignore]]\nid = "CVE-2024-2"\nreason = "small"\nowner = "web"\nuntil = 2027-01-31\n'


def made(*arguments: str) -> Result:
    return run(vex, *arguments, "--no-cache", "--offline")


@pytest.mark.parametrize("form", ["openvex", "cyclonedx"])
def test_the_round_trip(image: str, form: str) -> None:
    Path("garboard.toml").write_text(DENIED + ACCEPTED)
    assert made(image, "--format", form, "-o", "out.json", "--author", "Me").return_value == 0
    first = Path("out.json").read_bytes()
    assert made(image, "--format", form, "-o", "out.json", "--author", "Me").return_value == 0
    assert Path("out.json").read_bytes() == first
    found = json.loads(scanned(image, "--json", "--no-policy", "--vex", "out.json").stdout_bytes)
    assert [(one["id"], one["decision"]) for one in found["suppressed"]] == [("CVE-2024-1", "not_affected")]
    assert found["suppressed"][0]["place"] == "out.json"


def test_openvex_by_default(image: str) -> None:
    Path("garboard.toml").write_text(DENIED + ACCEPTED)
    found = json.loads(made(image, "--id", "https://x.example/vex/1").stdout_bytes)
    assert (found["@id"], found["author"], found["timestamp"]) == (
        "https://x.example/vex/1", "Unknown Author", "2023-11-14T22:13:20Z",
    )  # fmt: skip
    assert [one["status"] for one in found["statements"]] == ["not_affected", "affected"]
    assert found["statements"][1]["action_statement"] == "accepted until 2027-01-31: small"
    assert found["statements"][1]["status_notes"] == "decided in garboard.toml:5; owner: web; until: 2027-01-31"


def test_without_a_decision_there_is_no_document(image: str) -> None:
    found = made(image, "-o", "out.json")
    assert found.return_value == 3
    assert not Path("out.json").exists()


def test_what_has_no_digest_wants_a_product(image: str) -> None:
    root = Path("root/var/lib/dpkg")
    root.mkdir(parents=True)
    (root / "status").write_text(
        "Package: openssl\nStatus: install ok installed\nVersion: 3.0.9-1\nArchitecture: amd64\n"
    )
    (Path("root") / "etc").mkdir()
    (Path("root") / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    Path("garboard.toml").write_text(DENIED)
    found = made("dir:root")
    assert isinstance(found.exception, UsageError)
    assert "--product" in found.exception.hint
    product = "pkg:oci/app@sha256:" + "a" * 64
    assert product in made("dir:root", "--product", product).stdout
    assert isinstance(made("dir:root", "--product", "pkg:deb/debian/x").exception, UsageError)


def test_an_ignore_with_a_justification(image: str) -> None:
    run(ignore, "CVE-2024-1", "--reason", "gone", "--justification", "component_not_present")
    assert 'justification = "component_not_present"' in Path("garboard.toml").read_text()
    (one,) = json.loads(made(image).stdout_bytes)["statements"]
    assert (one["status"], one["justification"]) == ("not_affected", "component_not_present")
    wrong = run(ignore, "CVE-2024-1", "--reason", "gone", "--justification", "because")
    assert isinstance(wrong.exception, UsageError)
    assert "vulnerable_code_not_present" in wrong.exception.message


def documents(author: str = "Maker") -> dict[str, bytes]:
    statement = {
        "vulnerability": {"name": "CVE-2024-1"}, "products": [{"@id": "pkg:deb/debian/openssl"}],
        "status": "not_affected", "justification": "component_not_present",
    }  # fmt: skip
    found = {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x.example/1", "author": author, "version": 1,
        "timestamp": "2023-01-01T00:00:00Z", "statements": [statement],
    }  # fmt: skip
    data = json.dumps(found).encode()
    return {"usr/share/vex/openssl.json": data, "opt/app/a.openvex.json": data[:-9], "opt/app/vex.json": b'{"x": 1}'}


@pytest.fixture
def with_documents(image: str, tmp_path: Path) -> str:
    status = stanza("openssl", "3.0.9-1").encode()
    base = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status}
    gone = {"opt/app/gone.vex.json": documents()["usr/share/vex/openssl.json"]}
    layers = {"ADD rootfs.tar /": base | gone, "COPY vex /": documents() | {"opt/app/.wh.gone.vex.json": b""}}
    return str(write_layers(tmp_path / "with.tar", layers))


def test_documents_in_the_image_are_shown_and_not_applied(with_documents: str) -> None:
    found = json.loads(scanned(with_documents, "--json").stdout_bytes)
    assert found["suppressed"] == []
    assert [one["id"] for one in found["vulnerabilities"]] == ["CVE-2024-1"]
    assert [(one["place"], one["author"], one["statements"], one["trusted"]) for one in found["vex"]] == [
        ("/opt/app/a.openvex.json", "", 0, False),
        ("/usr/share/vex/openssl.json", "Maker", 1, False),
    ]
    assert any("/opt/app/a.openvex.json" in gap["subject"] for gap in found["gaps"])
    text = scanned(with_documents).stdout
    assert "/usr/share/vex/openssl.json: 1 statement of Maker: not trusted" in text
    Path("garboard.toml").write_text('[vex]\ntrust = ["Somebody"]\n')
    assert json.loads(scanned(with_documents, "--json").stdout_bytes)["suppressed"] == []


def test_documents_of_an_author_that_the_policy_names_are_applied(with_documents: str) -> None:
    Path("garboard.toml").write_text('[vex]\ntrust = ["Maker"]\n')
    found = json.loads(scanned(with_documents, "--json").stdout_bytes)
    assert [(one["id"], one["owner"], one["place"]) for one in found["suppressed"]] == [
        ("CVE-2024-1", "Maker", "/usr/share/vex/openssl.json")
    ]
    passed_on = json.loads(made(with_documents).stdout_bytes)["statements"]
    assert [one["status_notes"] for one in passed_on] == ["stated by Maker in /usr/share/vex/openssl.json"]
    assert json.loads(scanned(with_documents, "--json", "--no-policy").stdout_bytes)["suppressed"] == []


def test_offline_refuses_addresses(image: str) -> None:
    found = scanned(image, "--vex", "https://vex.example/vex.json")
    assert isinstance(found.exception, UsageError)
    assert "--offline" in found.exception.message


def test_what_the_distribution_says_is_not_affected(image: str, tmp_path: Path) -> None:
    directory = tmp_path / "db"
    denied = [
        Advisory(
            id=name, feed="debian",
            affected=(Affected(ecosystem="Debian:12", package="curl", scheme="deb", status=Status.NOT_AFFECTED, note="older"),),
        )
        for name in ("CVE-2024-2", "CVE-2024-9")
    ]  # fmt: skip
    store.path_of(directory, "debian").unlink()
    with Builder(store.path_of(directory, "debian")) as builder:
        builder.fill([advisory("CVE-2024-2", "curl", "7.88.1-11"), *denied])
        builder.finish(FeedState(shard="debian", fetched="2023-11-14T00:00:00+00:00", sha256="00", records=2), "[]")
    assert made(image).return_value == 3
    (one,) = json.loads(made(image, "--distribution").stdout_bytes)["statements"]
    assert (one["vulnerability"], one["status"], one["impact_statement"]) == (
        {"name": "CVE-2024-9"}, "not_affected", "older",
    )  # fmt: skip
    assert one["status_notes"] == "stated by the data of debian: Debian:12 curl"
    assert "/curl@7.88.1-10" in one["products"][0]["subcomponents"][0]["@id"]
