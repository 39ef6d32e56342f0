"""Who may say what a shared database is: keys, statements, serials and ends."""

import base64
import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from garboard.database import trust
from garboard.model.errors import DatabaseError, UsageError
from garboard.signing import CLAIM, Signer, Verifier

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
DIGEST = f"sha256:{'a' * 64}"
SAID = trust.SignedState(digest=DIGEST, serial=7, made="2026-06-30T00:00:00+00:00", expires="2026-07-07T00:00:00+00:00")


def written(path, key, password=None):
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden))
    public = path.with_suffix(".pub")
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return path, public


KEYS = {
    "Ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32),
    "P-256": ec.derive_private_key(77, ec.SECP256R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_what_was_signed_is_taken(tmp_path, kind):
    private, public = written(tmp_path / "key", KEYS[kind])
    data = trust.payload(SAID, "registry.example/db")
    signature = Signer(private).sign(data)
    assert Verifier.read(public).signed(data, signature)
    assert trust.statement(data, "db") == SAID
    assert Signer(private).verifier().fingerprint == Verifier.read(public).fingerprint
    other = written(tmp_path / "other", ed25519.Ed25519PrivateKey.generate())[1]
    assert not Verifier.read(other).signed(data, signature)


@pytest.fixture(scope="module")
def signers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return [Signer(written(folder / kind, key)[0]) for kind, key in KEYS.items()]


@given(which=st.integers(0, 1), place=st.integers(0, 10_000), bit=st.integers(0, 7), of_signature=st.booleans())
def test_one_bit_makes_it_nobodys(signers, which, place, bit, of_signature):
    signer = signers[which]
    data = trust.payload(SAID, "registry.example/db")
    raw = base64.b64decode(signer.sign(data))
    changed = bytearray(raw if of_signature else data)
    changed[place % len(changed)] ^= 1 << bit
    signature = base64.b64encode(changed if of_signature else raw).decode()
    assert not signer.verifier().signed(data if of_signature else bytes(changed), signature)


@given(st.text(max_size=90))
def test_any_text_is_no_signature(signers, text):
    assert not signers[0].verifier().signed(b"data", text)


WRONG = {
    "no JSON": b"{",
    "nothing said": json.dumps(
        {"critical": {"identity": {}, "image": {"docker-manifest-digest": DIGEST}, "type": CLAIM}}
    ).encode(),
    "of another type": trust.payload(SAID, "").replace(b"cosign container", b"atomic container"),
    "no end": trust.payload(SAID, "").replace(b"2026-07-07T00:00:00+00:00", b""),
    "an end that is none": trust.payload(SAID, "").replace(b"2026-07-07", b"2026-99-07"),
    "a serial that is none": trust.payload(SAID, "").replace(b'serial":7', b'serial":-7'),
    "a serial without end": trust.payload(SAID, "").replace(b'serial":7', b'serial":' + b"7" * 300),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_statement_that_does_not_say_enough(kind):
    with pytest.raises(DatabaseError, match="serial and its end"):
        trust.statement(WRONG[kind], "db")


def test_texts_of_cosign_annotations():
    data = trust.payload(SAID, "").replace(b'"garboard.serial":7', b'"garboard.serial":"7"')
    data = data.replace(b'"2026-07-07T00:00:00+00:00"', b'"2026-07-07"')
    assert (trust.statement(data, "db").serial, trust.statement(data, "db").expires) == (7, "2026-07-07T00:00:00+00:00")


def test_its_end():
    end = dt.datetime(2026, 7, 7, tzinfo=dt.UTC)
    assert [SAID.expired(end + dt.timedelta(seconds=by)) for by in (-1, 0, 1)] == [False, True, True]


def test_files_that_are_no_keys(tmp_path):
    private, public = written(tmp_path / "key", KEYS["Ed25519"])
    for name, key in (
        ("rsa", rsa.generate_private_key(65537, 2048)),
        ("p384", ec.derive_private_key(7, ec.SECP384R1())),
    ):
        bad_private, bad_public = written(tmp_path / name, key)
        with pytest.raises(UsageError, match="no private key"):
            Signer(bad_private)
        with pytest.raises(UsageError, match="no public key"):
            Verifier.read(bad_public)
    for load, file in ((Signer, public), (Verifier.read, private), (Signer, tmp_path)):
        with pytest.raises(UsageError):
            load(file)
    with pytest.raises(UsageError, match="without a password"):
        Signer(written(tmp_path / "hidden", KEYS["Ed25519"], b"secret")[0])


@given(serials=st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_the_newest_that_was_accepted_is_remembered(tmp_path_factory, signers, serials):
    folder, verifier = tmp_path_factory.mktemp("db"), signers[0].verifier()
    for serial in serials:
        trust.accept(folder, verifier, trust.SignedState(digest=f"d{serial}", serial=serial, made="", expires=""))
    assert trust.accepted(folder, verifier) == trust.Accepted(serial=max(serials), digest=f"d{max(serials)}")
    assert trust.accepted(folder, signers[1].verifier()) is None


def test_a_damaged_record_refuses(tmp_path, signers):
    (tmp_path / trust.RECORD).write_text("{")
    with pytest.raises(DatabaseError, match="cannot be read"):
        trust.accepted(tmp_path, signers[0].verifier())
