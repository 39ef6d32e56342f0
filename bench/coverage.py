"""garboard beside Syft on the same images: which packages one of them lists and the other does not, and why.

Syft comes from PyPI (`make bench` installs it). Every difference is explained by a row of `REASONS`; one that no row explains is
printed as such, and then the exit code is 1. The answer is Markdown.

Usage: python bench/coverage.py IMAGE... (as for `garboard inventory`: docker-archive:app.tar, oci-dir:app, dir:root, …)
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

BIN = Path(sys.executable).parent


class Reason(NamedTuple):
    """What explains a difference: who lists the package, an expression for its package URL and place, and the words."""

    by: str
    package: str
    words: str


REASONS = (
    Reason("syft", r"pkg:golang/.*@\(devel\) .*", "main module of unknown version: garboard lists it without a version, as an application"),
    Reason("garboard", r"pkg:golang/[^@]* .*", "main module of unknown version, listed without one"),
    Reason("syft", r"pkg:golang/.*@.*\+.* /usr/s?bin/.*", "a version that a distribution's linker flags state: the program is its package"),
    Reason("syft", r"pkg:generic/.* /(?:usr/)?(?:s?bin|lib\S*)/.*", "a program that a distribution's package owns: it is that package"),
    Reason("syft", r"pkg:(?:generic|maven)/.*(?:jdk|jre|jrt-fs|openjdk).*", "a Java runtime and its own archive: garboard lists the runtime as `pkg:generic/java`"),
    Reason("garboard", r"pkg:(?:generic/java@|maven/jrt-fs@).*", "a Java runtime and its own archive, which Syft names otherwise"),
    Reason("syft", r"pkg:maven/.*", "Syft takes a group from the archive's class packages or its name; garboard looks it up instead"),
    Reason("garboard", r"pkg:maven/[^/]*@.*", "the archive does not state its group: it is looked up by artifact, and never guessed"),
    Reason("syft", r"pkg:github/.*", "actions of workflows within a package's own sources"),
    Reason("garboard", r"pkg:generic/.*", "software by its binary, of which Syft knows no pattern"),
)  # fmt: skip


def run(*command: str) -> dict[str, list[dict[str, object]]]:
    """The JSON that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    found: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return found


def alike(purl: str) -> str:
    """A package URL without what the two spell in their own ways: qualifiers, case, and escapes; a distribution's name."""
    text = unquote(purl.partition("?")[0].partition("#")[0]).lower()
    return re.sub(r"^pkg:(deb|apk|rpm|alpm)/[^/]+/", r"pkg:\1/", text)


def syft(image: str) -> dict[str, str]:
    """Package URLs with a place."""
    found = run(str(BIN / "syft"), image, "-o", "json", "-q")
    listed: dict[str, str] = {}
    for one in found["artifacts"]:
        places = one["locations"]
        path = places[0]["path"] if isinstance(places, list) and places else ""
        purl = str(one["purl"] or f"pkg:{one['type']}/{one['name']}@{one['version']}")
        listed[alike(purl)] = str(path)
    return listed


def garboard(image: str) -> dict[str, str]:
    """Package URLs with a place."""
    found = run(str(BIN / "garboard"), "inventory", "--json", "--quiet", image)
    listed: dict[str, str] = {}
    for one in found["packages"]:
        places = one["locations"]
        path = places[0]["path"] if isinstance(places, list) and places else ""
        listed[alike(str(one["purl"]))] = f"/{path}"
    return listed


def why(by: str, purl: str, path: str) -> str:
    return next((one.words for one in REASONS if one.by == by and re.fullmatch(one.package, f"{purl} {path}")), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    unexplained = 0
    for image in parser.parse_args().images:
        theirs, ours = syft(image), garboard(image)
        print(f"\n## {image.rpartition('/')[2]}\n")
        print(f"Syft lists {len(theirs)} packages, garboard {len(ours)}, both {len(theirs.keys() & ours.keys())}.\n")
        print("| only | packages | why | for example |\n| --- | --- | --- | --- |")
        for by, mine, other in (("syft", theirs, ours), ("garboard", ours, theirs)):
            groups: Counter[str] = Counter()
            examples: dict[str, str] = {}
            for purl in sorted(mine.keys() - other.keys()):
                words = why(by, purl, mine[purl]) or "**not explained**"
                groups[words] += 1
                examples.setdefault(words, f"`{purl}`")
            unexplained += groups["**not explained**"]
            for words, count in groups.most_common():
                print(f"| {by} | {count} | {words} | {examples[words]} |")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
