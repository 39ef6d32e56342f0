"""The rule that an image is signed: by which keys, of which manifest, and what is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from garboard.cli.main import run
from garboard.cli.read_policy import read, with_keys
from garboard.model.errors import UsageError
from garboard.model.image import ImageSignature
from garboard.model.policy import Level, RuleResult, RuleState
from garboard.model.report import Report
from garboard.policy.document import read as parsed
from garboard.policy.facts import Facts
from garboard.policy.judge import judge
from garboard.signing import Signer, claim
from tests.unit.actions.scans import report

HERE, ABOVE, ELSEWHERE = (f"sha256:{one * 64}" for one in "abc")
KEYS = {
    "ours": ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32),
    "theirs": ec.derive_private_key(77, ec.SECP256R1()),
}
PUBLIC = {
    name: key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for name, key in KEYS.items()
}
POLICY = '[stages.production]\nfail = [{"unsigned-by" = ["keys/ours.pub"]}]\n'


@pytest.fixture(scope="module")
def signers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Signer]:
    folder = tmp_path_factory.mktemp("keys")
    for name, key in KEYS.items():
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / name).write_bytes(pem)
    return {name: Signer(folder / name) for name in KEYS}


def signature(signer: Signer, of: str = HERE) -> ImageSignature:
    data = claim(of, "registry.example/app", {})
    return ImageSignature(digest=of, signed=data, signature=signer.sign(data), place="a signature")


def plain(*signatures: ImageSignature) -> Report:
    found = report()
    image = msgspec.structs.replace(found.image, manifest_digest=HERE, index_digests=(ABOVE,))
    return msgspec.structs.replace(found, image=image, signatures=signatures)


def result(of: Report, names: str = '["ours"]') -> RuleResult:
    policy = parsed(f'[stages.production]\nfail = [{{"unsigned-by" = {names}}}]\n', "p")
    (found,) = judge(policy.stages[0].rules, Facts(report=of, keys=PUBLIC))
    return found


def test_who_signed_and_what(signers: dict[str, Signer]) -> None:
    ours, theirs = signature(signers["ours"]), signature(signers["theirs"])
    assert result(plain(ours)).state is RuleState.PASSED
    assert result(plain(theirs, ours)).state is RuleState.PASSED
    assert result(plain(theirs), '["ours", "theirs"]').state is RuleState.PASSED
    assert result(plain(signature(signers["ours"], ABOVE))).state is RuleState.PASSED
    assert result(plain(theirs)).details == ("none of its 1 signatures is by ours",)
    assert result(plain(signature(signers["ours"], ELSEWHERE))).state is RuleState.VIOLATED
    assert result(plain()).details == ("it is not signed",)


def test_where_nobody_looked_it_is_not_known() -> None:
    found = result(msgspec.structs.replace(plain(), signatures=None))
    assert found.state is RuleState.NOT_KNOWN
    assert found.missing == ("by whom it is signed, which is looked for in registries",)


def test_why_signatures_could_not_be_read_is_told() -> None:
    found = result(msgspec.structs.replace(plain(), signatures=None, signatures_problem="the registry answers 500"))
    assert found.state is RuleState.NOT_KNOWN
    assert found.missing == ("by whom it is signed: its signatures cannot be read: the registry answers 500",)


@given(data=st.binary(max_size=80), signed=st.text(max_size=120), of=st.sampled_from([HERE, ABOVE, ""]))
def test_nothing_that_the_key_did_not_sign_passes(data: bytes, signed: str, of: str) -> None:
    made = ImageSignature(digest=of, signed=data, signature=signed, place="")
    assert result(plain(made)).state is RuleState.VIOLATED


def test_an_image_without_a_manifest_is_not_signed_by_an_empty_digest(signers: dict[str, Signer]) -> None:
    found = plain(signature(signers["ours"], ""))
    image = msgspec.structs.replace(found.image, manifest_digest="", index_digests=())
    assert result(msgspec.structs.replace(found, image=image)).state is RuleState.VIOLATED


def test_keys_lie_beside_the_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "garboard.toml"
    file.write_text(POLICY)
    assert run(["policy", "check", str(file)]) == 2
    assert "keys/ours.pub cannot be read" in capsys.readouterr().err
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/ours.pub").write_text("no key")
    assert run(["policy", "check", str(file)]) == 2
    assert "keys/ours.pub is no public key in PEM" in capsys.readouterr().err
    (tmp_path / "keys/ours.pub").write_bytes(PUBLIC["ours"])
    (key,) = read(file).keys
    assert (key.name, key.pem) == ("keys/ours.pub", PUBLIC["ours"])
    with pytest.raises(UsageError, match="names keys of this machine"):
        with_keys(parsed(POLICY, "https://example.org/garboard.toml"), None)


def test_a_rule_of_a_level_stays_one() -> None:
    policy: Any = parsed(POLICY.replace("fail", "warn"), "p")
    assert policy.stages[0].rules[0].level is Level.WARN
