"""Applications of Erlang and Elixir."""

from __future__ import annotations

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("hex")
PLUG = """\
%% {application, wrong, [{vsn, "0"}]}.
{application,plug,
             [{modules,['Elixir.Plug']},
              {optional_applications,[]},
              {applications,[kernel,stdlib, elixir,mime]},
              {description,"Compose [web] applications"},
              {registered,[]},
              {vsn,"1.15.2"}]}.
"""


def app(name: str, version: str) -> bytes:
    return f'{{application, {name}, [{{vsn, "{version}"}}, {{applications, []}}]}}.'.encode()


def test_an_application() -> None:
    (found,) = packages(read(cataloger, "app/lib/plug-1.15.2/ebin/plug.app", PLUG))
    assert (found.type, found.name, found.version) == ("hex", "plug", "1.15.2")
    assert found.requires == (("kernel",), ("stdlib",), ("elixir",), ("mime",))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", "is no application"),
        ("{application, 1, []}.", "is no application"),
        ("{application, a, [{vsn, git}]}.", "of a states no version"),
        ('{application, a, [{vsn, ""}]}.', "of a states no version"),
        (" " * (4 * 1024 * 1024 + 1), "was not read"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, "a/ebin/a.app", data))
    assert text in reason


def test_what_belongs_to_erlang_and_elixir_is_of_no_feed() -> None:
    names = {"plug": "1.15.2", "ssl": "11.0", "elixir": "1.15.0"}
    entries = [
        *(Entry(f"app/lib/{one}-{version}/ebin/{one}.app", app(one, version)) for one, version in names.items()),
        Entry("app/lib/plug-1.15.2/priv/native.so", b"\x7fELF" + bytes(60)),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    assert [(one.purl, one.ecosystem) for one in inventory.packages] == [
        ("pkg:elixir/elixir@1.15.0", ""),
        ("pkg:hex/plug@1.15.2", "Hex"),
        ("pkg:otp/ssl@11.0", ""),
    ]
    assert not inventory.gaps
