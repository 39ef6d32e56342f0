"""Images that OpenSSL signed as cosign does, in a real registry: a rule asks for the signature."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.e2e import publishing
from tests.e2e.publishing import Made, Publisher
from tests.e2e.running import Ended, Garboard, run
from tests.e2e.serving import PASSWORD, USER, Registry

KINDS = {"p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), "ed25519": ("-algorithm", "ed25519")}
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"


class Signing:
    """A repository, two pairs of keys of OpenSSL's, and a policy that wants one of them."""

    def __init__(self, folder: Path, hub: Registry, kind: str) -> None:
        self.folder, self.hub = folder, hub
        self.name = f"team/signed-{kind}"
        self.repository = Publisher(hub.host, self.name, (USER, PASSWORD))
        for name in ("ours", "theirs"):
            run("openssl", "genpkey", *KINDS[kind], "-out", folder / name)
            run("openssl", "pkey", "-in", folder / name, "-pubout", "-out", folder / f"{name}.pub")
        self.digest_words = () if kind == "ed25519" else ("-digest", "sha256")
        (folder / "garboard.toml").write_text('[stages.production]\nfail = [{"unsigned-by" = "ours.pub"}]\n')

    def push(self, text: str, tag: str) -> str:
        return self.repository.push(Made(layers=(publishing.tar({"etc/motd": text.encode()}),)), tag)

    def sign(self, digest: str, key: str, *, claimed: str = "") -> None:
        """Put a signature beside the image, as ``cosign sign --key`` puts it."""
        payload = json.dumps(
            {
                "critical": {
                    "identity": {"docker-reference": f"{self.hub.host}/{self.name}"},
                    "image": {"docker-manifest-digest": claimed or digest},
                    "type": "cosign container image signature",
                },
                "optional": None,
            }
        ).encode()
        (self.folder / "payload").write_bytes(payload)
        words = (
            "-sign",
            "-rawin",
            *self.digest_words,
            "-in",
            self.folder / "payload",
            "-out",
            self.folder / "signature",
        )
        run("openssl", "pkeyutl", "-inkey", self.folder / key, *words)
        signature = base64.b64encode((self.folder / "signature").read_bytes()).decode()
        layer = {**self.hub.put_blob(self.name, payload), "mediaType": SIMPLE}
        layer["annotations"] = {"dev.cosignproject.cosign/signature": signature}
        config = {**self.hub.put_blob(self.name, b"{}"), "mediaType": "application/vnd.oci.image.config.v1+json"}
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]}
        self.hub.put_manifest(self.name, f"{digest.replace(':', '-')}.sig", json.dumps(manifest).encode())

    def scan(self, reference: str) -> Ended:
        words = ("--insecure", self.hub.host, "--policy", self.folder / "garboard.toml")
        env = {"DOCKER_CONFIG": str(self.hub.config)}
        return Garboard(self.folder / "home", self.folder / "db").run("scan", reference, "--json", *words, env=env)

    def state(self, tag: str) -> tuple[int, str, str]:
        ended = self.scan(f"registry:{self.hub.host}/{self.name}:{tag}")
        (rule,) = ended.json["gate"]["rules"]
        return ended.code, rule["state"], "; ".join(rule.get("details") or rule.get("missing") or ())


@pytest.fixture(params=KINDS)
def signing(request: pytest.FixtureRequest, tmp_path: Path, hub: Registry) -> Signing:
    return Signing(tmp_path, hub, request.param)


def test_only_our_signature_of_this_image_passes(signing: Signing) -> None:
    for tag, signer, claimed in (
        ("bare", "", ""),
        ("ours", "ours", ""),
        ("theirs", "theirs", ""),
        ("moved", "ours", "0"),
    ):
        digest = signing.push(tag, tag)
        if signer:
            signing.sign(digest, signer, claimed=f"sha256:{claimed * 64}" if claimed else "")
    assert signing.state("ours")[1] == "passed"
    assert signing.state("bare") == (1, "violated", "it is not signed")
    assert signing.state("theirs") == (1, "violated", "none of its 1 signatures is by ours.pub")
    assert signing.state("moved") == (1, "violated", "none of its 1 signatures is by ours.pub")


def test_an_image_that_is_in_no_registry_does_not_pass(signing: Signing, tmp_path: Path) -> None:
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/motd").write_text("hello")
    ended = signing.scan(f"dir:{tmp_path / 'root'}")
    assert ended.code == 3
    (rule,) = ended.json["gate"]["rules"]
    assert (rule["state"], rule["missing"]) == (
        "not_known", ["by whom it is signed, which is looked for in registries"],
    )  # fmt: skip
