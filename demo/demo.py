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
        f"A sample image, its advisories and base images were written to {folder}: facts that this repository holds, no\n"
        "real image. It is looked at as on 1 February 2020, when its Ruby and its Debian were still maintained."
    )
    os.environ["SOURCE_DATE_EPOCH"] = "1580515200"
    db, archive = str(folder / "db"), str(folder / "blog.tar")
    shards = ["debian", "osv:npm", "kev", "epss", "endoflife", *(f"nvd:{year}" for year in sample.years())]
    bases = [f"docker-archive:{path}" for path in sorted((folder / "bases").iterdir())]
    catalogue = str(folder / "bases.catalogue")
    Path(catalogue).unlink(missing_ok=True)
    run("db", "update", "--db", db, "--offline", "--from", str(folder / "feeds"), *shards, expect=0)
    run("catalog", "add", "--catalog", catalogue, "--offline", *bases, expect=0)
    known = ("--db", db, "--catalog", catalogue, "--offline", "--no-cache")
    run("scan", archive, "-f", DOCKERFILE, *known, expect=1)
    run("scan", archive, "-f", DOCKERFILE, "--exclude-base", *known, expect=1)
    run("recommend", archive, "-f", DOCKERFILE, *known, expect=1)
    run("actions", archive, "-f", DOCKERFILE, *known, expect=1)
    print(
        "\nThat was the sample. A real image, with data fetched from the feeds themselves:\n"
        "  .venv/bin/garboard scan debian:12\n"
        "  docker save app:latest -o app.tar && .venv/bin/garboard scan app.tar -f Dockerfile"
    )


if __name__ == "__main__":
    main()
