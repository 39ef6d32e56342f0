"""How cost grows with the work: CPU and peak memory of the installed command on inputs of growing size.

Curves: files of an image, its packages (deb and npm), its layers, findings, saved reports in every format, dense dependency graphs,
and images of one run.
The last column is by how much CPU grew beyond the input (1.0 is linear).

Usage: python bench/growth.py [--only NAME] [--quick]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import multiprocessing
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from garboard.reporters import SCAN

GARBOARD = Path(sys.executable).parent / "garboard"
RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'


class Cost(NamedTuple):
    """Of one run."""

    cpu: float
    memory: float
    code: int


def layer(files: Iterator[tuple[str, bytes]]) -> bytes:
    """A layer's tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, data in files:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def image(path: Path, make: Callable[[], list[bytes]]) -> str:
    """A docker archive of these layers, made in another process: a command's peak begins with what its parent holds."""
    maker = multiprocessing.get_context("fork").Process(target=lambda: _write(path, make()))
    maker.start()
    maker.join()
    return str(path)


def _write(path: Path, layers: list[bytes]) -> None:
    digests = [hashlib.sha256(data).hexdigest() for data in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{one}" for one in digests]},
        "history": [{"created_by": f"RUN step {number}"} for number in range(len(layers))],
    }
    members = {"config.json": json.dumps(config).encode()}
    members |= {f"{one}/layer.tar": data for one, data in zip(digests, layers, strict=True)}
    manifest = [{"Config": "config.json", "RepoTags": ["grown:1"], "Layers": [f"{one}/layer.tar" for one in digests]}]
    members["manifest.json"] = json.dumps(manifest).encode()
    path.write_bytes(layer(iter(members.items())))


def stanza(number: int, needs: str = "") -> str:
    """A package of dpkg's status file."""
    return (
        f"Package: p{number}\nStatus: install ok installed\nVersion: 1.{number}-1\nArchitecture: amd64\n"
        f"Maintainer: A Team <a@lists.debian.org>\n{f'Depends: {needs}' + chr(10) if needs else ''}\n"
    )


def status(count: int, needs: Callable[[int], str] = lambda number: "") -> bytes:  # noqa: ARG005
    """dpkg's status file with so many packages."""
    return "".join(stanza(number, needs(number)) for number in range(count)).encode()


def debs(count: int) -> Iterator[tuple[str, bytes]]:
    yield "etc/os-release", RELEASE
    yield "var/lib/dpkg/status", status(count, lambda number: f"p{number // 2}, p{number // 3}" if number else "")


def node(count: int, roots: int) -> Iterator[tuple[str, bytes]]:
    """Packages of which the first ones are the application's, each needing ten others."""
    top = {f"p{number}": "1" for number in range(roots)}
    yield (
        "app/package.json",
        json.dumps({"name": "app", "version": "1.0.0", "private": True, "dependencies": top}).encode(),
    )
    for number in range(count):
        needs = {f"p{(number * 7 + step) % count}": "1" for step in range(1, 11)}
        text = json.dumps({"name": f"p{number}", "version": "1.0.0", "dependencies": needs})
        yield f"app/node_modules/p{number}/package.json", text.encode()


def files(count: int) -> Iterator[tuple[str, bytes]]:
    yield from debs(100)
    for number in range(count):
        yield f"srv/{number % 97}/{number % 89}/file-{number}.dat", b""


def layers(count: int) -> list[bytes]:
    """Each installs one more package, and so writes all of dpkg's status again."""
    first = [layer(debs(300))]
    return first + [layer(iter([("var/lib/dpkg/status", status(300 + number))])) for number in range(1, count)]


def database(folder: Path, count: int) -> Path:
    """A database with one issue in each of so many packages of Debian and of npm."""
    tracker = {
        f"p{number}": {
            f"CVE-2026-{number + 10000}": {
                "description": "x" * 300,
                "releases": {"bookworm": {"status": "open", "urgency": "high", "repositories": {}}},
            }
        }
        for number in range(count)
    }
    mirror = folder / "mirror" / "debian-tracker/tracker/data/json"
    mirror.parent.mkdir(parents=True, exist_ok=True)
    mirror.write_text(json.dumps(tracker))
    db = folder / "db"
    subprocess.run(
        [GARBOARD, "db", "update", "-q", "--db", db, "--from", folder / "mirror", "--offline", "debian"], check=True
    )
    return db


def run(*arguments: object) -> Cost:
    """One run, measured by the operating system's account of the finished process."""
    with Path(os.devnull).open("wb") as sink:
        process = subprocess.Popen([GARBOARD, *map(str, arguments)], stdout=sink, stderr=sink)
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def curve(name: str, sizes: tuple[int, ...], measured: Callable[[int], Cost], floor: Cost) -> None:
    """One line for each size; what a run costs that has nothing to do is taken off first."""
    before: tuple[int, float] | None = None
    for size in sizes:
        cost = measured(size)
        own = max(cost.cpu - floor.cpu, 0.001)
        beyond = f"{own / before[1] / (size / before[0]):.2f}" if before else ""
        print(f"{name:<28}{size:>9}{cost.cpu:>9.2f} s{cost.memory:>8.0f} MiB  exit {cost.code}  {beyond}", flush=True)
        before = (size, own)


def main() -> None:
    """Print all curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="curves whose name holds this")
    parser.add_argument("--quick", action="store_true", help="the smaller half of the sizes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="garboard-growth-") as name:
        work = Path(name)
        empty = run("inventory", image(work / "empty.tar", lambda: [layer(debs(1))]), "--no-cache", "-q")
        for one in curves(work):
            if given.only in one.name:
                curve(one.name, one.sizes[: 2 if given.quick else None], one.measure, empty)


class Curve(NamedTuple):
    """What is measured, for which sizes."""

    name: str
    sizes: tuple[int, ...]
    measure: Callable[[int], Cost]


def curves(work: Path) -> Iterator[Curve]:
    """All of them."""
    path = work / "image.tar"

    def inventory(make: Callable[[int], list[bytes]], *options: str) -> Callable[[int], Cost]:
        return lambda size: run("inventory", image(path, lambda: make(size)), "--no-cache", "-q", *options)

    yield Curve("files", (10_000, 100_000, 1_000_000), inventory(lambda size: [layer(files(size))]))
    yield Curve("packages, deb", (200, 2_000, 20_000), inventory(lambda size: [layer(debs(size))]))
    yield Curve("packages, npm", (200, 2_000, 20_000), inventory(lambda size: [layer(node(size, size // 20))]))
    yield Curve("layers", (10, 100, 400), inventory(layers))
    yield Curve(
        "dependencies of a clique",
        (100, 200, 400),
        inventory(lambda size: [needing(size, lambda own: (f"p{one}" for one in range(size) if one != own))], "--json"),
    )
    db = database(work, 10_000)

    def judged(make: Callable[[int], list[bytes]], *command: str) -> Callable[[int], Cost]:
        return lambda size: run(
            command[0], image(path, lambda: make(size)), "--db", db, "--offline", "--no-cache", "-q", *command[1:]
        )

    for form in ("text", "json", "sarif"):
        yield Curve(
            f"findings, {form}", (1_000, 10_000), judged(lambda size: [layer(debs(size))], "scan", "--format", form)
        )
    template = work / "report.j2"
    template.write_text("{% for one in report.vulnerabilities %}{{ one.id }} {{ one.packageName }}\n{% endfor %}")

    def converted(form: str) -> Callable[[int], Cost]:
        """The format alone: of a report that was saved."""

        def measure(size: int) -> Cost:
            saved = work / f"{size}.report"
            if not saved.exists():
                judged(lambda count: [layer(debs(count))], "scan", "--format", f"report={saved}")(size)
            words = (
                "--format",
                f"{form}={work / 'out'}",
                *(("--template", str(template)) if form == "template" else ()),
            )
            return run("convert", str(saved), "-q", *words)

        return measure

    for form in SCAN.names:
        yield Curve(f"a saved report as {form}", (1_000, 10_000), converted(form))
    once = image(work / "once.tar", lambda: [layer(debs(1_000))])
    common = ("--db", db, "--offline", "--no-cache", "-q", "--json")
    yield Curve("images of one run", (1, 10, 40), lambda size: run("scan", *[once] * size, *common))
    chain = judged(lambda size: [needing(size, lambda own: [f"p{own - 1}"] * bool(own))], "scan", "--json")
    yield Curve("findings on a chain", (1_000, 10_000), chain)
    three = judged(lambda size: [needing(size + 3, lambda own: _all_others(own, size))], "scan", "--json")
    yield Curve("findings by three paths", (1_000, 10_000), three)
    near = judged(lambda size: [needing(size, lambda own: _next(own, size))], "scan", "--dependency-tree")
    yield Curve("tree, 300 edges each", (500, 1_000, 2_000), near)
    yield Curve(
        "findings by layer, html",
        (1_000, 10_000),
        judged(lambda size: [layer(debs(size))], "layers", "--format", "html"),
    )


def _all_others(own: int, size: int) -> list[str]:
    """Three packages need all of the others."""
    return [f"p{number}" for number in range(3, size + 3)] if own < 3 else []


def _next(own: int, size: int) -> list[str]:
    """Each needs 300 others, the next one first: the deepest tree."""
    return [f"p{(own + 1 + number * 7) % size}" for number in range(300)]


def needing(count: int, needs: Callable[[int], Iterable[str]]) -> bytes:
    """A layer with packages that need these others."""
    return layer(
        iter([("etc/os-release", RELEASE), ("var/lib/dpkg/status", status(count, lambda own: ", ".join(needs(own))))])
    )


if __name__ == "__main__":
    main()
