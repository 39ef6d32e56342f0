"""Real commands, and garboard's own as a user runs it: in a process of its own, told by its exit code and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from garboard.image.layers.cache import Cache, FolderCache
from garboard.image.options import Options
from garboard.model.image import Image
from garboard.model.package import Inventory
from garboard.workflows.scan import take_inventory

GARBOARD = str(Path(sys.executable).with_name("garboard"))
OURS = ("DOCKER_", "CONTAINER_HOST", "REGISTRY_AUTH_FILE", "GARBOARD_", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "NO_COLOR")
"""Variables of the surrounding machine that would change what is tested."""


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: bytes = b"") -> str:
    """A command that has to succeed; its standard output."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, input=stdin, capture_output=True, check=False, cwd=cwd, env={**os.environ, **(env or {})}
    )
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{said}\n{done.stderr.decode(errors='replace')}"
    return said


@dataclass(frozen=True)
class Ended:
    """How a garboard command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def clean_environment(home: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's variables without those that lead to the machine's own engines, logins, data and caches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "no-sockets"), **(env or {})}


@dataclass(frozen=True)
class Garboard:
    """The command with a home, a database and a layer cache of its own."""

    home: Path
    database: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        own = {"GARBOARD_DB": str(self.database), "GARBOARD_CACHE": str(self.home / "cache")}
        return clean_environment(self.home, {**own, **self.env, **(env or {})})

    def run(self, *words: str | Path, env: Mapping[str, str] | None = None) -> Ended:
        command = [GARBOARD, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment(env))
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    def scan(self, *words: str | Path, env: Mapping[str, str] | None = None, code: int = 1) -> Any:
        """The JSON report of a scan that ends with this code."""
        ended = self.run("scan", "--json", "--quiet", *words, env=env)
        assert ended.code == code, f"{words}: {ended.code}\n{ended.err}\n{ended.out[:2000]}"
        return ended.json

    def inventory(
        self, reference: str, options: Options, cache: Path | None = None, env: Mapping[str, str] | None = None
    ) -> tuple[Image, Inventory]:
        """An image's packages, by the library."""
        kept: Cache | None = FolderCache(cache) if cache else None
        with self._inside(env):
            return take_inventory(reference, options, kept)

    @contextmanager
    def _inside(self, env: Mapping[str, str] | None) -> Iterator[None]:
        with patch.dict(os.environ, self.environment(env), clear=True):
            yield


Finding = tuple[str, str, str, str]


def findings(report: Any) -> set[Finding]:
    """(vulnerability, purl, fixed in, severity) of each finding of a report."""
    return {
        (entry["id"], entry["purl"], entry.get("nearestFixedInVersion", ""), entry["severityWithCritical"])
        for entry in report["vulnerabilities"]
    }


def packages(inventory: Inventory) -> set[tuple[str, str, str]]:
    """(purl, version, owner) of each package; copies of one package at several paths are one."""
    return {(package.purl, package.version, package.owner) for package in inventory.packages}
