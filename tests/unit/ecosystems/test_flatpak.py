"""Applications and runtimes of Flatpak."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("flatpak")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "var/lib/flatpak/app/org.a.B/x86_64/stable/0abc/metadata",
            "[Application]\nname=org.a.B\nruntime=org.a.Platform/x86_64/23.08\n",
            ("org.a.B", "stable", "x86_64", (("org.a.Platform",),)),
        ),
        (
            "root/.local/share/flatpak/runtime/org.a.Platform/x86_64/23.08/0abc/metadata",
            "[Runtime]\nname=org.a.Platform\nruntime=org.a.Platform/x86_64/23.08\n",
            ("org.a.Platform", "23.08", "x86_64", ()),
        ),
    ],
)
def test_what_is_installed(path: str, text: str, expected: tuple[object, ...]) -> None:
    [found] = packages(read(cataloger, path, text))
    assert (found.name, found.version, found.arch, found.requires) == expected


@pytest.mark.parametrize(
    "text", ["", "[Application]\n", "[Application]\nname=other\n", "[Application]\n[X]\nname=org.a.B\n"]
)
def test_what_is_not_stated_is_a_gap(text: str) -> None:
    assert len(gaps(read(cataloger, "var/lib/flatpak/app/org.a.B/x86_64/stable/0/metadata", text))) == 1
