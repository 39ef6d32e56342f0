"""Records in are records out, or gaps, or dropped for a reason that is told here: nothing is lost in silence.

The documents are counted by other means than the parsers'. To see the table: ``pytest -s tests/vectors/test_feeds_add_up.py``.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from garboard import feeds
from garboard.model.advisory import Advisory, CveFacts
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle, Support
from garboard.model.repository import RepositoryProducts

Counted = Counter[str]
"""How many records a shard's documents hold, by what is due to become of each: empty for those that are to be kept."""
KEPT = ""


def plain(path: Path) -> bytes:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return lzma.decompress(data) if data[:6] == b"\xfd7zXZ\0" else data


def osv(paths: list[Path], shard: str) -> Counted:
    """A record is kept if it is about a package of the ecosystem, unless it is an erratum that fixes no vulnerability."""
    ecosystem, counted = shard.partition(":")[2], Counted()
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                record = json.loads(archive.read(name))
                counted[_fate(record, ecosystem)] += 1
    return counted


def _fate(record: dict[str, object], ecosystem: str) -> str:
    stated = [one.get("package", {}).get("ecosystem", "") for one in record.get("affected") or ()]  # type: ignore[attr-defined]
    if not any(f"{one}:".startswith(f"{ecosystem}:") for one in stated):
        return "is about no package of the ecosystem"
    linked = [*(record.get("related") or ()), *(record.get("upstream") or ()), *(record.get("aliases") or ())]  # type: ignore[misc]
    bugs = re.match(r"ALBA|ALEA|RLBA|RLEA", str(record["id"]))
    return "is an erratum without a vulnerability" if bugs and not any("CVE-" in one for one in linked) else KEPT


def tracker(paths: list[Path], _shard: str) -> Counted:
    issues = [issue for package in json.loads(plain(paths[0])).values() for issue in package.values()]
    return Counted(KEPT if issue["releases"] else "no release has the package" for issue in issues)


def secdb(paths: list[Path], _shard: str) -> Counted:
    """A record for each package and identifier, however many versions fix it; a note may name several CVEs."""
    told = {
        (entry["pkg"]["name"], name)
        for path in paths
        for entry in json.loads(plain(path))["packages"]
        for notes in entry["pkg"]["secfixes"].values()
        for note in notes or ()
        for name in re.findall(r"\bCVE\W?\d{4}-\d+", note.replace("_", "-")) or note.split()[:1]
    }
    return Counted({KEPT: len(told)})


def listed(key: str) -> Callable[[list[Path], str], Counted]:
    return lambda paths, _shard: Counted({KEPT: len(json.loads(plain(paths[0]))[key])})


def scores(paths: list[Path], _shard: str) -> Counted:
    lines = [line for line in plain(paths[0]).decode().splitlines() if line and not line.startswith("#")]
    return Counted({KEPT: len(list(csv.DictReader(io.StringIO("\n".join(lines)))))})


def definitions(paths: list[Path], _shard: str) -> Counted:
    return Counted({KEPT: len(re.findall(rb"<(?:\w+:)?definition\s", plain(paths[0])))})


def cycles(paths: list[Path], _shard: str) -> Counted:
    return Counted({KEPT: sum(len(json.loads(plain(path))) for path in paths)})


def supports(paths: list[Path], _shard: str) -> Counted:
    """Blank lines and comments apart, each line is about a package."""
    lines = [line for path in paths for line in plain(path).decode().splitlines()]
    return Counted({KEPT: sum(bool(line.strip()) and not line.startswith("#") for line in lines)})


def rubies(paths: list[Path], _shard: str) -> Counted:
    with zipfile.ZipFile(paths[0]) as archive:
        engines = [
            name.split("/")[-2] if "rubies/" in name else "" for name in archive.namelist() if name.endswith(".yml")
        ]
    return Counted({"ruby": KEPT, "": KEPT}.get(one, "is about another engine") for one in engines)


def files(suffix: str) -> Callable[[list[Path], str], Counted]:
    def count(paths: list[Path], _shard: str) -> Counted:
        with zipfile.ZipFile(paths[0]) as archive:
            return Counted({KEPT: sum(name.endswith(suffix) for name in archive.namelist())})

    return count


OSV = [
    *("Bitnami", "Go", "Hex", "Maven", "NuGet", "Packagist", "Pub", "PyPI", "RubyGems", "SwiftURL", "crates.io", "npm"),
    *("GitHub Actions", "AlmaLinux:8", "AlmaLinux:9", "AlmaLinux:10", "Rocky Linux:9"),
]
TABLE: dict[str, Callable[[list[Path], str], Counted]] = {
    **{f"osv:{name}": osv for name in OSV},
    "debian": tracker,
    **{f"alpine:v3.{number}": secdb for number in range(9, 25)},
    "alpine:edge": secdb,
    "wolfi": secdb,
    "chainguard": secdb,
    "rubysec": rubies,
    "friendsofphp": files(".yaml"),
    "nvd:2022": listed("vulnerabilities"),
    "kev": listed("vulnerabilities"),
    "epss": scores,
    "azurelinux:1": definitions,
    "azurelinux:3": definitions,
    "endoflife": cycles,
    "debian-security-support": supports,
    "redhat-repositories": listed("data"),
}


def documents(root: Path, shard: str) -> Iterator[Path | None]:
    for document in feeds.feed_of(shard).documents(shard):
        paths = (root / name for name in (document.path, *document.other_paths))
        yield next((path for path in paths if path.is_file()), None)


@pytest.mark.parametrize("shard", TABLE)
def test_nothing_is_lost_in_silence(shared: Path, shard: str) -> None:
    paths = list(documents(shared / "data", shard))
    there = [path for path in paths if path]
    if not there:
        pytest.skip(f"the conformance data have no {shard}")
    streams = [path.open("rb") if path else None for path in paths]
    records = list(feeds.feed_of(shard).parse(shard, streams))
    for stream in streams:
        if stream:
            stream.close()
    kept = sum(isinstance(one, Advisory | CveFacts | Cycle | Support | RepositoryProducts) for one in records)
    gaps = sum(isinstance(one, Gap) for one in records)
    counted = TABLE[shard](there, shard)
    dropped = ", ".join(f"{count} dropped: {reason}" for reason, count in counted.items() if reason)
    print(f"{shard:24} {counted.total():6} = {kept:6} kept + {gaps} gaps {dropped}")
    assert kept + gaps == counted[KEPT]
