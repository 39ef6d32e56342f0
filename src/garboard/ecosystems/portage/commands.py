"""The command line of emerge."""

from __future__ import annotations

import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import A_FILE, FIXED, Commands, Fix, PackageSpec, Program, Upgrades, verbs, words

_ATOM: Final = re.compile(r"([<>=~]{0,2})([\w+-]+/)?([\w+-]+?)(?:-(\d[\w.]*(?:-r\d+)?))?(?::[\w./=*]+)?")


def emerge(word: str) -> PackageSpec | str | None:
    """``category/name``, ``=category/name-version`` and its kin; ``@world`` is a set."""
    if word.startswith("@"):
        return None
    found = _ATOM.fullmatch(word)
    if found is None:
        return A_FILE
    version = found[4] or ""
    return PackageSpec(f"{found[2] or ''}{found[3]}", version if found[1] == "=" else "", f"{found[1]}{version}")


def _remedy(fix: Fix) -> tuple[str, str]:
    wanted = [f">={one.full_name}-{version}" if version else one.full_name for one, version in fix.pins]
    return f"upgrade to {FIXED}", f"emerge --oneshot {' '.join(map(shlex.quote, wanted))}"


COMMANDS: Final = Commands(
    programs=MappingProxyType(
        {
            "emerge": Program(
                emerge,
                verbs=verbs(""),
                with_value=words("-j --jobs -l --load-average --backtrack --root --config-root --exclude"),
            )
        }
    ),
    remedy=_remedy,
    raised=">={name}-{version}",
    upgrades=Upgrades(
        programs=("emerge",),
        everything=words("@world"),
        named=words("-u --update"),
        possible=words("-u --update @world"),
        line=MappingProxyType({"portage": "emerge --update --deep @world"}),
        command="emerge --update --deep @world",
        alone=False,
    ),
)
