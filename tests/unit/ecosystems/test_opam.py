"""OCaml packages."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("opam")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (
            "root/.opam/default/.opam-switch/packages/cohttp.5.3.0/opam",
            'opam-version: "2.0"\nlicense: "ISC"\n',
            ("opam", "cohttp", "5.3.0", "ISC"),
        ),
        ("o/.opam-switch/packages/base-unix.base/opam", "", ("opam", "base-unix", "base")),
    ],
)
def test_a_package(path: str, data: str, expected: tuple[str, ...]) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.type, found.full_name, found.version, *found.licenses) == expected


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("o/.opam-switch/packages/odd/opam", "", "no name and version"),
        ("o/.opam-switch/packages/a b.1/opam", "", "no name and version"),
    ],
)
def test_what_cannot_be_read_is_a_gap(path: str, data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, path, data))
    assert text in reason
