"""Erlang and Elixir applications: ``lib/NAME-VERSION/ebin/NAME.app``, an Erlang term."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "hex"
ORDER: Final = "semver"
_APPLICATION: Final = re.compile(r"\{\s*application\s*,\s*'?([a-z][A-Za-z0-9_@]{0,255})'?\s*,")
_VERSION: Final = re.compile(r'\{\s*vsn\s*,\s*"([!#-~]{1,256})"\s*\}')
_NEEDS: Final = re.compile(r"\{\s*(?:applications|included_applications)\s*,\s*\[([^\[\]]*)\]\s*\}")
_ATOM: Final = re.compile(r"[a-z][A-Za-z0-9_@]*")
_COMMENT: Final = re.compile(r"^[ \t]*%[^\n]*", re.MULTILINE)
_LARGEST: Final = 4 * 1024 * 1024
_OTP: Final = frozenset(
    [
        "asn1",
        "common_test",
        "compiler",
        "cosEvent",
        "cosEventDomain",
        "cosFileTransfer",
        "cosNotification",
        "cosProperty",
        "cosTime",
        "cosTransactions",
        "crypto",
        "debugger",
        "dialyzer",
        "diameter",
        "edoc",
        "eldap",
        "erl_docgen",
        "erl_interface",
        "erts",
        "et",
        "eunit",
        "ftp",
        "gs",
        "hipe",
        "ic",
        "inets",
        "jinterface",
        "kernel",
        "megaco",
        "mnesia",
        "observer",
        "odbc",
        "orber",
        "os_mon",
        "ose",
        "otp_mibs",
        "parsetools",
        "percept",
        "public_key",
        "reltool",
        "runtime_tools",
        "sasl",
        "snmp",
        "ssh",
        "ssl",
        "stdlib",
        "syntax_tools",
        "test_server",
        "tftp",
        "tools",
        "typer",
        "webtool",
        "wx",
        "xmerl",
    ]
)
_ELIXIR: Final = frozenset(["eex", "elixir", "ex_unit", "iex", "logger", "mix"])
_SHOWN: Final = 80


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The application. Those of Erlang/OTP and of Elixir are no packages of hex.pm, and of a type of their own."""
    del owned
    if len(file.data) > _LARGEST:
        reason = f"has {len(file.data)} bytes and was not read: the limit is {_LARGEST}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    text = _COMMENT.sub("", file.data.decode("utf-8", "replace"))
    found, version = _APPLICATION.search(text), _VERSION.search(text)
    if found is None or version is None:
        what = f"of {found[1][:_SHOWN]} states no version" if found else "is no application of Erlang"
        yield Gap(stage="catalog", subject=file.path, reason=f"{what}: it was not judged")
        return
    name = found[1]
    needs = (need for listed in _NEEDS.findall(text) for need in _ATOM.findall(listed))
    yield Package(
        type="otp" if name in _OTP else "elixir" if name in _ELIXIR else TYPE,
        name=name,
        version=version[1],
        scheme=ORDER,
        requires=tuple((need,) for need in dict.fromkeys(needs)),
    )
