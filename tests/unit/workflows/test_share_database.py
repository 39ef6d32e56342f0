"""What a registry's list of shards has to be before anything is fetched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from garboard.database import store
from garboard.image.options import Options
from garboard.image.sources.distribution import RegistryClient
from garboard.model.errors import DatabaseError
from garboard.workflows import share_database

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def layer(**said: str) -> dict[str, object]:
    annotations = {"name": "kev", "sha256": "00", "size": "1", "fetched": "2026-01-01T00:00:00+00:00", **said}
    return {
        "mediaType": share_database.SHARD,
        "digest": f"sha256:{'0' * 64}",
        "size": 1,
        "annotations": {f"garboard.shard.{name}": text for name, text in annotations.items()},
    }


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ([], "has no shards"),
        ([layer(), layer()], "names the shard kev twice"),
        ([layer(fetched="yesterday")], "'yesterday', which is no time"),
    ],
)
def test_a_list_that_is_not_right_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layers: list[dict[str, object]], reason: str
) -> None:
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": share_database.ARTIFACT,
        "config": layer(),
        "layers": layers,
        "annotations": {"garboard.database.schema": str(store.SCHEMA)},
    }
    data = msgspec.json.encode(manifest)
    monkeypatch.setattr(RegistryClient, "manifest", lambda _client, _reference: (data, "sha256:00"))
    with pytest.raises(DatabaseError, match=reason):
        share_database.pull(tmp_path / "db", [], "127.0.0.1:1/team/db:1", Options(), now=NOW)
    assert not (tmp_path / "db").exists()
