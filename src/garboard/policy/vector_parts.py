"""Which parts a CVSS vector of each version may have (FIRST's specifications 2, 3.0, 3.1 and 4.0), in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _table(*stated: str) -> Mapping[str, frozenset[str]]:
    found = (line.partition(":") for text in stated for line in text.split())
    return MappingProxyType(
        {name: frozenset(values.split(",")) for names, _, values in found for name in names.split("|")}
    )


_TWO: Final = _table(
    "AV:L,A,N AC:H,M,L AU:M,S,N C|I|A:N,P,C E:U,POC,F,H,ND RL:OF,TF,W,U,ND RC:UC,UR,C,ND",
    "CDP:N,L,LM,MH,H,ND TD:N,L,M,H,ND CR|IR|AR:L,M,H,ND",
)
_THREE: Final = _table(
    "AV:N,A,L,P AC:L,H PR:N,L,H UI:N,R S:U,C C|I|A:H,L,N E:X,U,P,F,H RL:X,O,T,W,U RC:X,U,R,C CR|IR|AR:X,L,M,H",
    "MAV:X,N,A,L,P MAC:X,L,H MPR:X,N,L,H MUI:X,N,R MS:X,U,C MC|MI|MA:X,N,L,H",
)
_FOUR: Final = _table(
    "AV:N,A,L,P AC:L,H AT:N,P PR:N,L,H UI:N,P,A VC|VI|VA|SC|SI|SA:H,L,N E:X,A,P,U CR|IR|AR:X,L,M,H",
    "MAV:X,N,A,L,P MAC:X,L,H MAT:X,N,P MPR:X,N,L,H MUI:X,N,P,A MVC|MVI|MVA|MSC:X,H,L,N MSI|MSA:X,S,H,L,N",
    "S:X,N,P AU:X,N,Y R:X,A,U,I V:X,D,C RE:X,L,M,H U:X,CLEAR,GREEN,AMBER,RED",
)
_VERSIONS: Final = (_TWO, _THREE, _FOUR)


def wrong(parts: tuple[str, ...]) -> str:
    """Why no vector has all of these parts; empty if one may. ``Au`` is of version 2, which alone writes it so."""
    for one in parts:
        if not any(_has(version, one) for version in _VERSIONS):
            return f"there is no {one[:60]}"
    metrics = {one.upper().partition(":")[0] for one in parts}
    if len(metrics) < len({one.upper() for one in parts}) or not any(
        all(_has(version, one) for one in parts) for version in _VERSIONS
    ):
        return f"no vector has {' and '.join(parts)[:100]}"
    return ""


def _has(version: Mapping[str, frozenset[str]], part: str) -> bool:
    name, _, value = part.partition(":")
    return value.upper() in version.get(name.upper(), ()) and (version is _TWO or name != "Au")
