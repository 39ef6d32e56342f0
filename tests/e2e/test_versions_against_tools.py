"""Version order against the package managers' own code: apt_pkg and dpkg, rpm, node's semver, packaging.

Each oracle is one long-lived process that reads pairs as JSON lines and answers -1, 0, 1 or null for text that it
refuses.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from garboard import ecosystems
from garboard.versions.invalid import InvalidVersion

APT = """
import apt_pkg, json, sys
apt_pkg.init_system()
for line in sys.stdin:
    order = apt_pkg.version_compare(*json.loads(line))
    print((order > 0) - (order < 0), flush=True)
"""
RPM = """
import json, rpm, sys
for line in sys.stdin:
    left, right = map(rpm.ver, json.loads(line))
    print((left > right) - (left < right), flush=True)
"""
NODE = """
const semver = require(process.argv[1])
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const [left, right] = JSON.parse(line).map(text => semver.parse(text, {loose: true}))
  console.log(left && right ? semver.compare(left, right) : null)
})
"""
PIECES = {
    "deb": ["1", "0", "09", "10", "007", ".", "-", "~", "+", "deb12u1", "a", "Z", "rc", "ubuntu2", "~bpo", "+b1", ".0", "-0"],
    "rpm": ["1", "0", "09", "10", "007", ".", "-", "~", "^", "+", "el9", "a", "Z", "_", "git", "~rc1", "^2024", ".0", ":"],
}  # fmt: skip
WORDS = ["a", "b", "A", "0", "1", "10", "02", "alpha", "rc1", "-", "1a", "a-b"]


def _versions(scheme: str, count: int, seed: int) -> list[str]:
    """Texts of few different pieces, so that near misses are common."""
    chosen = Random(seed)
    found = []
    while len(found) < count:
        epoch = chosen.choice(["", "", "", "0:", "1:", "02:"])
        text = epoch + chosen.choice("0129") + "".join(chosen.choices(PIECES[scheme], k=chosen.randrange(7)))
        try:
            ecosystems.order(scheme).key(text)
        except InvalidVersion:
            continue
        found.append(text)
    return found


def _semver_versions(count: int, seed: int) -> list[str]:
    chosen = Random(seed)
    found = []
    for _ in range(count):
        numbers = ".".join(chosen.choices(["0", "1", "2", "10", "01"], k=3))
        words = ".".join(chosen.choices(WORDS, k=chosen.randrange(4)))
        # Without its hyphen a pre-release that begins with a digit would be more of the last number.
        hyphen = "-" if not words or words[0].isdigit() or chosen.random() < 0.7 else ""
        prefix = chosen.choice(["", "", "v", "=", "v ", "= v"])
        found.append(prefix + numbers + (hyphen + words if words else "") + chosen.choice(["", "", "+b.1", "+b.2"]))
    return found


def _ask(command: list[str], pairs: list[tuple[str, str]]) -> list[int | None]:
    text = "".join(json.dumps(pair) + "\n" for pair in pairs)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _system_python(module: str) -> str:
    """Debian's own Python holds the bindings; the project's environment does not."""
    python = "/usr/bin/python3"
    probe = [python, "-c", f"import {module}"]
    if not Path(python).exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip(f"{python} with its module {module} is not installed")
    return python


def _disagreements(scheme: str, pairs: list[tuple[str, str]], answers: list[int | None]) -> list[str]:
    key = ecosystems.order(scheme).key
    wrong = []
    for (left, right), answer in zip(pairs, answers, strict=True):
        a, b = key(left), key(right)
        own = (a > b) - (a < b)
        if own != answer:
            wrong.append(f"{left} {right}: {own}, the tool says {answer}")
    return wrong


def _pairs(texts: list[str], seed: int) -> list[tuple[str, str]]:
    chosen = Random(seed)
    near = [(text, chosen.choice([text + "0", text + "~", text + ".", "0" + text, text])) for text in texts]
    return list(zip(texts, chosen.sample(texts, len(texts)), strict=True)) + near


def _valid(scheme: str, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    def is_valid(text: str) -> bool:
        try:
            ecosystems.order(scheme).key(text)
        except InvalidVersion:
            return False
        return True

    return [pair for pair in pairs if all(map(is_valid, pair))]


def _real(shared: Path, name: str) -> list[tuple[str, str]]:
    path = shared / "conformance" / "versions" / "osv-scalibr/semantic/testdata" / name
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] not in "#/"]
    return [(line[0], line[2]) for line in lines]


def test_deb_against_apt():
    pairs = _valid("deb", _pairs(_versions("deb", 20_000, 1), 2))
    assert _disagreements("deb", pairs, _ask([_system_python("apt_pkg"), "-c", APT], pairs)) == []


def test_deb_against_dpkg_itself():
    if not shutil.which("dpkg"):
        pytest.skip("dpkg is not installed")
    for left, right in _valid("deb", _pairs(_versions("deb", 120, 3), 4)):
        a, b = ecosystems.order("deb").key(left), ecosystems.order("deb").key(right)
        for relation, own in (("lt", a < b), ("eq", a == b), ("gt", a > b)):
            done = subprocess.run(
                ["dpkg", "--compare-versions", left, relation, right], capture_output=True, text=True, check=False
            )
            # Of odd text dpkg warns, and orders it all the same; what it refuses is refused here too.
            assert "error" not in done.stderr
            assert (done.returncode == 0) is own, f"{left} {relation} {right}: {done.stderr}"


def test_deb_conformance_lines_against_apt(shared):
    pairs = _real(shared, "debian-versions-generated.txt")
    assert _disagreements("deb", pairs, _ask([_system_python("apt_pkg"), "-c", APT], pairs)) == []


def test_rpm_against_rpm():
    pairs = _valid("rpm", _pairs(_versions("rpm", 20_000, 5), 6))
    assert _disagreements("rpm", pairs, _ask([_system_python("rpm"), "-c", RPM], pairs)) == []


def test_rpm_conformance_lines_against_rpm(shared):
    pairs = _real(shared, "redhat-versions.txt")
    assert _disagreements("rpm", pairs, _ask([_system_python("rpm"), "-c", RPM], pairs)) == []


def _node_semver() -> str:
    """The semver that npm itself is built on, or Debian's."""
    npm = shutil.which("npm")
    if not shutil.which("node") or not npm:
        pytest.skip("node and npm are not installed")
    roots = [Path(npm).resolve().parents[1] / "node_modules" / "semver", Path("/usr/share/nodejs/semver")]
    found = next((str(root) for root in roots if (root / "package.json").exists()), None)
    if not found:
        pytest.skip("npm is installed without its own copy of semver")
    return found


def test_semver_against_node():
    texts = _semver_versions(20_000, 7)
    pairs = list(zip(texts, Random(8).sample(texts, len(texts)), strict=True))
    answers = _ask(["node", "-e", NODE, _node_semver()], pairs)
    # Everything that node accepts is a version here, ordered the same.
    accepted = [(pair, answer) for pair, answer in zip(pairs, answers, strict=True) if answer is not None]
    assert len(accepted) > 15_000
    assert _disagreements("semver", [pair for pair, _ in accepted], [answer for _, answer in accepted]) == []


def test_semver_conformance_lines_against_node(shared):
    pairs = _real(shared, "semver-versions.txt")
    answers = _ask(["node", "-e", NODE, _node_semver()], pairs)
    # node refuses numbers beyond 2^53 and the lines with other than three of them.
    judged = [(pair, answer) for pair, answer in zip(pairs, answers, strict=True) if answer is not None]
    assert len(judged) >= len(pairs) - 3
    assert _disagreements("semver", [pair for pair, _ in judged], [answer for _, answer in judged]) == []
