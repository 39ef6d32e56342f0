"""The main job on a sample, offline: `make demo` runs this."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import sample

DOCKERFILE = os.path.relpath(Path(__file__).resolve().with_name("Dockerfile"))
RECIPE = """[.vulnerabilities[] | select(.nearestFixedInVersion) | select(.severity == "high")
  | { packageName, dockerfileInstruction, title, severity, version, nearestFixedInVersion }]"""
EPOCH = "1580515200"
"""1 February 2020."""
GARBOARD = str(Path(sys.executable).with_name("garboard"))


def run(*words: str, expect: int) -> None:
    """Show a command, run it, and insist on its exit code."""
    print(f"\n$ SOURCE_DATE_EPOCH={EPOCH} garboard {shlex.join(words)}", flush=True)
    code = subprocess.run([GARBOARD, *words], check=False).returncode
    if code != expect:
        sys.exit(f"the command ended with {code}; {expect} was expected")


def walk_through(archive: str, db: str, catalog: str) -> None:
    """The guide's three commands, by the plugin that `garboard docker-plugin install` gives to docker."""
    print("\n`docker scan` as its guide walks through it, by the plugin that docker would call:")
    plugin = str(Path(sys.executable).with_name("docker-scan"))
    environment = os.environ | {"GARBOARD_DB": db, "GARBOARD_CATALOGUE": catalog}
    for words in (("-f", DOCKERFILE), ("-f", DOCKERFILE, "--exclude-base")):
        print(f"\n$ docker scan {shlex.join((archive, *words))} | tail -n 60", flush=True)
        done = subprocess.run([plugin, "scan", archive, *words], env=environment, capture_output=True, check=False)
        if done.returncode != 1:
            sys.exit(f"the command ended with {done.returncode}: {done.stderr.decode()}")
        print("\n".join(done.stdout.decode().splitlines()[-60:]))
    words = ("-f", DOCKERFILE, "--exclude-base", "--json")
    print(f"\n$ docker scan {shlex.join((archive, *words))} | jq '{RECIPE}'", flush=True)
    done = subprocess.run([plugin, "scan", archive, *words], env=environment, capture_output=True, check=False)
    if shutil.which("jq"):
        subprocess.run(["jq", RECIPE], input=done.stdout, check=True)
        return
    print("(this machine has no jq: the same choice by Python)")
    fields = ("packageName", "dockerfileInstruction", "title", "severity", "version", "nearestFixedInVersion")
    found = [
        {name: one[name] for name in fields}
        for one in json.loads(done.stdout)["vulnerabilities"]
        if one.get("nearestFixedInVersion") and one["severity"] == "high"
    ]
    if not found:
        sys.exit("the guide's recipe finds nothing")
    print(json.dumps(found, indent=2))


def main() -> None:
    """Write the sample, build its database, scan it."""
    folder = Path(sys.argv[1])
    sample.write(folder)
    print(
        f"A sample image, its advisories and base images were written to {folder}: facts that this repository holds, no\n"
        "real image. It is looked at as on 1 February 2020, when its Ruby and its Debian were still maintained."
    )
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    db, archive = str(folder / "db"), str(folder / "blog.tar")
    shards = ["debian", "osv:npm", "kev", "epss", "endoflife", *(f"nvd:{year}" for year in sample.years())]
    bases = [f"docker-archive:{path}" for path in sorted((folder / "bases").iterdir())]
    catalog = str(folder / "bases.catalogue")
    Path(catalog).unlink(missing_ok=True)
    run("db", "update", "--db", db, "--offline", "--from", str(folder / "feeds"), *shards, expect=0)
    run("catalog", "add", "--catalog", catalog, "--offline", *bases, expect=0)
    known = ("--db", db, "--catalog", catalog, "--offline", "--no-cache")
    run("scan", archive, "-f", DOCKERFILE, *known, expect=1)
    run("scan", archive, "-f", DOCKERFILE, "--exclude-base", *known, expect=1)
    run("recommend", archive, "-f", DOCKERFILE, *known, expect=1)
    run("actions", archive, "-f", DOCKERFILE, *known, expect=1)
    walk_through(archive, db, catalog)
    print(
        "\nThat was the sample. A real image, with data fetched from the feeds themselves:\n"
        "  .venv/bin/garboard scan debian:12\n"
        "  docker save app:latest -o app.tar && .venv/bin/garboard scan app.tar -f Dockerfile"
    )


if __name__ == "__main__":
    main()
