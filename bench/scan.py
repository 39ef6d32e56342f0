"""garboard beside Syft on one real image, in one run: wall, CPU and peak memory, cold and with cached layers.

Builds its input: a Debian root with git, vim, Python and packages from PyPI, as a docker archive, as an OCI archive with
gzip layers, and in a registry on this machine. Needs root and Debian's mmdebstrap, skopeo and docker-registry; Syft comes
from PyPI (`make bench` installs it). With `--polyglot` the applications in many languages of `tests/e2e/polyglot.py` lie on
that root, with `--applications` they are the whole image; both need their tools (`.ci/packages`).

Usage: python bench/scan.py [--polyglot | --applications] [--rounds 5] [--work FOLDER] [--db FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tarfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

BIN = Path(sys.executable).parent
PIP = ("requests==2.25.0", "flask==1.0", "django==3.2.0", "jinja2==2.11.0", "numpy", "pandas", "scipy", "boto3")


@dataclass
class Row:
    """One command's runs."""

    name: str
    command: list[str]
    before: object = None
    reads: Path | None = None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    expect: frozenset[int] = frozenset({0})

    def run(self, environment: dict[str, str]) -> None:
        """One run, measured by the operating system's own accounts of the finished process.

        What the last command wrote is flushed first, and the input is in the page cache, for every command alike.
        """
        if callable(self.before):
            self.before()
        os.sync()
        if self.reads is not None:
            with self.reads.open("rb") as file:
                while file.read(1 << 20):
                    pass
        start = time.perf_counter()
        with Path(os.devnull).open("wb") as sink:
            process = subprocess.Popen(self.command, stdout=sink, stderr=sink, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
        self.wall.append(time.perf_counter() - start)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in self.expect:
            sys.exit(f"{self.name} ended with {process.returncode}: {' '.join(self.command)}")
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.memory.append(usage.ru_maxrss / 1024)

    def medians(self) -> tuple[float, float, float]:
        return statistics.median(self.wall), statistics.median(self.cpu), statistics.median(self.memory)


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        sys.exit(f"the benchmark needs {name}: apt-get install mmdebstrap skopeo docker-registry")
    return found


def build(work: Path) -> tuple[Path, Path]:
    """The image as a docker archive and as an OCI archive."""
    archive, oci = work / "image.tar", work / "image.oci.tar"
    if not oci.exists():
        root, python = work / "root.tar", work / "app"
        if not root.exists():
            packages = "git,vim,python3,python3-pip,python3-venv,build-essential,curl,imagemagick"
            command = [
                tool("mmdebstrap"),
                "--variant=minbase",
                "--quiet",
                f"--include={packages}",
                "bookworm",
                str(root),
            ]
            subprocess.run(command, check=True)
        subprocess.run([sys.executable, "-m", "venv", str(python)], check=True)
        subprocess.run([str(python / "bin/pip"), "install", "-q", *PIP], check=True)
        layer = work / "pip.tar"
        with tarfile.open(layer, "w") as tar:
            tar.add(python, "opt/app", filter=whole_seconds)
        write_archive(archive, [root, layer])
        subprocess.run(
            [tool("skopeo"), "copy", "-q", f"docker-archive:{archive}", f"oci-archive:{oci}:bench:1"], check=True
        )
    return archive, oci


def build_polyglot(work: Path, *, base: bool) -> tuple[Path, Path]:
    """The image with applications in many languages, on the Debian root or alone, as a docker and as an OCI archive."""
    name = "polyglot" if base else "applications"
    archive, oci = work / f"{name}.tar", work / f"{name}.oci.tar"
    if not oci.exists():
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        from tests.e2e import polyglot

        context = work / "polyglot"
        shutil.rmtree(context, ignore_errors=True)
        context.mkdir()
        polyglot.build(context)
        layers = []
        if base:
            build(work)
            layers.append(work / "root.tar")
        for number, (source, place) in enumerate(line.split()[1:] for line in polyglot.LAYERS):
            layers.append(work / f"{name}-{number}.tar")
            with tarfile.open(layers[-1], "w") as tar:
                tar.add(context / source, place.lstrip("/"), filter=whole_seconds)
        write_archive(archive, layers)
        copy = [tool("skopeo"), "copy", "-q", f"docker-archive:{archive}", f"oci-archive:{oci}:bench:1"]
        subprocess.run(copy, check=True)
    return archive, oci


def whole_seconds(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Times as engines write them; fractions would give every member a header of its own."""
    info.mtime = int(info.mtime)
    return info


def write_archive(archive: Path, layers: list[Path]) -> None:
    digests = []
    for layer in layers:
        with layer.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    config = json.dumps(
        {"architecture": "amd64", "os": "linux", "config": {}, "history": [{"created_by": "bench"} for _ in layers],
         "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]}}
    ).encode()  # fmt: skip
    manifest = [
        {"Config": "config.json", "RepoTags": ["bench:1"], "Layers": [f"{digest}/layer.tar" for digest in digests]}
    ]
    with tarfile.open(archive, "w") as tar:
        for digest, layer in zip(digests, layers, strict=True):
            tar.add(layer, f"{digest}/layer.tar")
        for name, data in (("config.json", config), ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


@contextmanager
def registry(work: Path, oci: Path):
    """A real registry on loopback that holds the image; yields its reference."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = work / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: "
        f"{work / 'registry'}}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n"
    )
    process = subprocess.Popen([tool("docker-registry"), "serve", str(config)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        reference = f"127.0.0.1:{port}/bench:1"
        copy = [tool("skopeo"), "copy", "-q", "--dest-tls-verify=false", f"oci-archive:{oci}", f"docker://{reference}"]
        subprocess.run(copy, check=True)
        yield reference
    finally:
        process.terminate()
        process.wait()


def rows(archive: Path, oci: Path, reference: str, cache: Path, db: str) -> list[list[Row]]:
    """Groups of rows; the first of each is Syft's."""

    def clear() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    garboard, syft = str(BIN / "garboard"), str(BIN / "syft")
    insecure = ["--insecure", reference.partition("/")[0]]
    groups = []
    for label, image, reads, more in (
        ("docker archive", f"docker-archive:{archive}", archive, []),
        ("OCI archive, gzip", f"oci-archive:{oci}", oci, []),
        ("registry", f"registry:{reference}", None, insecure),
    ):
        inventory = [garboard, "inventory", image, "--format", "json", *more]
        group = [
            Row(f"{label}: syft", [syft, "scan", image, "-q", "-o", "json"]),
            Row(f"{label}: garboard inventory, cold", inventory, clear),
            Row(f"{label}: garboard inventory, cached", inventory),
        ]
        if db:
            scan = [garboard, "scan", image, "--db", db, "--json", *more] + (["--offline"] if not more else [])
            found = frozenset({0, 1})
            group += [
                Row(f"{label}: garboard scan, cold", scan, clear, expect=found),
                Row(f"{label}: garboard scan, cached", scan, expect=found),
            ]
        for row in group:
            row.reads = reads
        groups.append(group)
    return groups


def report(groups: list[list[Row]], archive: Path, oci: Path) -> None:
    print(f"docker archive {archive.stat().st_size / 1e6:.0f} MB, OCI archive {oci.stat().st_size / 1e6:.0f} MB")
    print(f"{'':<46}{'wall s':>8}{'CPU s':>8}{'MiB':>7}{'wall ×':>9}{'CPU ×':>8}")
    for group in groups:
        base = group[0].medians()
        for row in group:
            wall, cpu, memory = row.medians()
            times = "" if row is group[0] else f"{base[0] / wall:>8.1f}×{base[1] / cpu:>7.1f}×"
            print(f"{row.name:<46}{wall:>8.2f}{cpu:>8.2f}{memory:>7.0f}{times}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--polyglot", action="store_true", help="applications in many languages on the Debian root")
    kinds.add_argument("--applications", action="store_true", help="these applications and no system")
    parser.add_argument("--work", type=Path, default=Path(".cache/bench"))
    parser.add_argument("--db", default="", help="measure scans too, with this database")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if arguments.polyglot or arguments.applications:
        archive, oci = build_polyglot(work, base=arguments.polyglot)
    else:
        archive, oci = build(work)
    cache = work / "cache"
    environment = os.environ | {
        "GARBOARD_CACHE": str(cache), "SYFT_CHECK_FOR_APP_UPDATE": "false", "SYFT_REGISTRY_INSECURE_USE_HTTP": "true",
    }  # fmt: skip
    with registry(work, oci) as reference:
        groups = rows(archive, oci, reference, cache, arguments.db)
        for _ in range(arguments.rounds):
            for group in groups:
                for row in group:
                    row.run(environment)
    report(groups, archive, oci)


if __name__ == "__main__":
    main()
