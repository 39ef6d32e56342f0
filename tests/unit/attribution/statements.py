"""Provenance as BuildKit writes it: two versions of the same facts."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec

from garboard.model.image import Digest, Image
from tests.unit.attribution.images import image

DIGEST = "sha256:" + "5" * 64
BASE_DIGEST = "sha256:" + "d" * 64
TEXT = b"FROM debian:12 AS build\nRUN make\nFROM debian:12\nRUN one\nCOPY --from=build /made /\nCMD x\n"
LINES = {"step1": [[4]], "step2": [[2]], "step3": [[5]]}


def attested(*history: str, **more: Any) -> Image:
    """An image whose manifest and blobs have digests, as it comes from a registry."""
    found = image(*history, manifest_digest=DIGEST, **more)
    layers = tuple(
        msgspec.structs.replace(layer, digest=Digest(f"sha256:{index:064x}"))
        for index, layer in enumerate(found.layers)
    )
    return msgspec.structs.replace(found, layers=layers)


def chain(count: int) -> list[list[dict[str, str]]]:
    return [[{"mediaType": "x", "digest": f"sha256:{index:064x}"} for index in range(count)]]


def build(
    *,
    text: bytes | None = TEXT,
    layers: dict[str, int] | None = None,
    lines: dict[str, list[list[int]]] | None = None,
) -> dict[str, Any]:
    """BuildKit's own part: each step's layer count, and for each of its places the lines."""
    counts = {"step0": 1, "step1": 2, "step3": 3} if layers is None else layers
    return {
        "source": {
            "locations": {
                step: {
                    "locations": [{"ranges": [{"start": {"line": n}, "end": {"line": n}} for n in one]} for one in all_]
                }
                for step, all_ in (LINES if lines is None else lines).items()
            },
            "infos": [{"filename": "Dockerfile", "data": base64.b64encode(text).decode()}] if text is not None else [],
        },
        "layers": {f"{step}:0": chain(count) for step, count in counts.items()},
    }


def steps(*images: str) -> dict[str, Any]:
    sources = [
        {"id": f"step{number}", "op": {"Op": {"source": {"identifier": f"docker-image://{name}"}}}}
        for number, name in enumerate(images)
    ]
    return {"llbDefinition": [*sources, {"id": "step9", "op": {"Op": None}}]}


def v0(
    *,
    subject: str = DIGEST,
    materials: tuple[str, ...] = ("pkg:docker/debian@12?platform=linux%2Famd64",),
    sources: tuple[str, ...] = (f"docker.io/library/debian:12@{BASE_DIGEST}",),
    args: dict[str, str] | None = None,
    most: bool = True,
    **more: Any,
) -> bytes:
    """SLSA 0.2; ``most`` is BuildKit's ``mode=max``."""
    predicate: dict[str, Any] = {
        "buildType": "https://mobyproject.org/buildkit@v1",
        "materials": [{"uri": uri, "digest": {"sha256": "d" * 64}} for uri in materials],
        "invocation": {"configSource": {"entryPoint": "Dockerfile"}, "parameters": {"args": args or {}}},
    }
    if most:
        predicate["buildConfig"] = steps(*sources)
        predicate["metadata"] = {"https://mobyproject.org/buildkit@v1#metadata": build(**more)}
    return _statement("https://slsa.dev/provenance/v0.2", predicate, subject)


def v1(*, subject: str = DIGEST, args: dict[str, str] | None = None, **more: Any) -> bytes:
    """SLSA 1, the same facts as `v0`."""
    predicate = {
        "buildDefinition": {
            "externalParameters": {"configSource": {"path": "Dockerfile"}, "request": {"args": args or {}}},
            "internalParameters": {"buildConfig": steps(f"docker.io/library/debian:12@{BASE_DIGEST}")},
            "resolvedDependencies": [
                {"uri": "pkg:docker/debian@12?platform=linux%2Famd64", "digest": {"sha256": "d" * 64}}
            ],
        },
        "runDetails": {"metadata": {"buildkit_metadata": build(**more)}},
    }
    return _statement("https://slsa.dev/provenance/v1", predicate, subject)


def _statement(kind: str, predicate: dict[str, Any], subject: str) -> bytes:
    algorithm, _, value = subject.partition(":")
    return json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": kind,
            "subject": [{"name": "pkg:docker/app@1", "digest": {algorithm: value}}],
            "predicate": predicate,
        }
    ).encode()
