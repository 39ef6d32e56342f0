"""What lines install from files: texts of any size take time in proportion to it."""

from __future__ import annotations

import time

import pytest

from garboard.shellcommands.from_files import asks_archive, fetches_packages, foreign, frozen_archive, installs

SIZE = 100_000


@pytest.mark.parametrize(
    "piece",
    [
        "zypper ar ", "zypper ", "zypper-", "echo /a ", "deb [", "deb file:", "URIs: ", "baseurl=", "-X ", "--repository /",
        "--repofrompath=a,", "apt install $x ", "x=/a.deb ", "for f in ", "for f in a; do ", "dpkg -i $f; ", "sh -c ",
        "bash <(", "sudo ", "env A=1 ", "xargs ", "curl ", "git clone ", "${x} ", "${x", "pip install a@", "--find-links ",
        "$(", "|", "a@b:", "npm i a/b ", "'", "--add-repo ", "eval `curl ",
    ],
)  # fmt: skip
def test_a_text_of_any_size_is_read_in_time(piece: str) -> None:
    text = f"RUN {piece * (SIZE // len(piece))}"
    start = time.process_time()
    for kind in ("deb", "npm", "pypi"):
        installs(text, kind)
        fetches_packages(text, kind)
    asks_archive(text, "deb")
    foreign(text)
    frozen_archive(text)
    assert time.process_time() - start < 10
