"""The main job on a sample, offline: `make demo` runs this."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import sample

DOCKERFILE = os.path.relpath(Path(__file__).resolve().with_name("Dockerfile"))
GARBOARD = str(Path(sys.executable).with_name("garboard"))


def run(*words: str, expect: int) -> None:
    """Show a command, run it, and insist on its exit code."""
    print(f"\n$ garboard {shlex.join(words)}", flush=True)
    code = subprocess.run([GARBOARD, *words], check=False).returncode
    if code != expect:
        sys.exit(f"the command ended with {code}; {expect} was expected")


def main() -> None:
    """Write the sample, build its database, scan it."""
    folder = Path(sys.argv[1])
    sample.write(folder)
    print(
        f"A sample image and its advisories were written to {folder}: facts that this repository holds, no real image."
    )
    db, archive = str(folder / "db"), str(folder / "blog.tar")
    shards = ["debian", "osv:npm", "kev", "epss", *(f"nvd:{year}" for year in sample.years())]
    run("db", "update", "--db", db, "--offline", "--from", str(folder / "feeds"), *shards, expect=0)
    run("scan", archive, "-f", DOCKERFILE, "--db", db, "--offline", "--no-cache", expect=1)
    run("scan", archive, "-f", DOCKERFILE, "--exclude-base", "--db", db, "--offline", "--no-cache", expect=1)
    print(
        "\nThat was the sample. A real image, with data fetched from the feeds themselves:\n"
        "  .venv/bin/garboard scan debian:12\n"
        "  docker save app:latest -o app.tar && .venv/bin/garboard scan app.tar -f Dockerfile"
    )


if __name__ == "__main__":
    main()
