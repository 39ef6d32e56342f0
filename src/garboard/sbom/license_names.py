"""Names of licenses that are not on SPDX's list and mean exactly one license of it.

Debian's short names (the machine-readable copyright format 1.0), Fedora's older ones, Python's classifiers, and the titles
that other ecosystems' metadata use. What may mean several licenses ("BSD", "Artistic", "LGPLv2+") is not here.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

_GNU: Final = re.compile(r"(?P<kind>a|l)?gpl(?:-|(?P<fedora>v))(?P<version>[123](?:\.[01])?)(?P<later>\+)?")
_FREE_DOCUMENTATION: Final = re.compile(r"gfdl(?P<plain>-niv)?-(?P<version>1\.[123])(?P<later>\+)?")
_VERSIONS: Final = MappingProxyType(
    {"": frozenset({"1.0", "2.0", "3.0"}), "l": frozenset({"2.0", "2.1", "3.0"}), "a": frozenset({"1.0", "3.0"})}
)
_TITLES: Final = MappingProxyType(
    {
        "0BSD": "zero-clause bsd (0bsd)|bsd zero clause license",
        "AFL-2.1": "academic free license v2.1",
        "AGPL-3.0-only": "gnu affero general public license v3|gnu affero general public license v3.0 only",
        "AGPL-3.0-or-later": "gnu affero general public license v3 or later (agplv3+)"
        "|gnu affero general public license v3.0 or later",
        "Apache-2.0": "apache-2|apache 2|apache 2.0|apache2|apache2.0|apache v2|apache license 2.0|apache license v2.0"
        "|apache license, 2.0|apache license, version 2.0|apache license version 2.0|apache software license 2.0"
        "|apache software license, version 2.0|the apache license, version 2.0|the apache software license, version 2.0"
        "|asl 2.0|apache public license 2.0",
        "BSD-2-Clause": "bsd 2-clause license|2-clause bsd license|the 2-clause bsd license"
        '|bsd 2-clause "simplified" license|simplified bsd license',
        "BSD-3-Clause": "bsd 3-clause license|3-clause bsd license|the 3-clause bsd license|new bsd license"
        '|the new bsd license|revised bsd license|bsd 3-clause "new" or "revised" license|modified bsd license',
        "BSL-1.0": "boost software license 1.0|boost software license 1.0 (bsl-1.0)|boost software license, version 1.0",
        "CC0-1.0": "cc0|cc0 1.0 universal|cc0 1.0 universal (cc0 1.0) public domain dedication"
        "|creative commons zero v1.0 universal",
        "CDDL-1.0": "cddl 1.0|common development and distribution license 1.0",
        "CDDL-1.1": "cddl 1.1|common development and distribution license 1.1",
        "EPL-1.0": "epl 1.0|eclipse public license 1.0|eclipse public license - v 1.0|eclipse public license v1.0"
        "|eclipse public license, version 1.0",
        "EPL-2.0": "epl 2.0|eclipse public license 2.0|eclipse public license - v 2.0|eclipse public license v2.0"
        "|eclipse public license v. 2.0|eclipse public license, version 2.0",
        "GPL-1.0-or-later": "gpl+",
        "GPL-2.0-only": "gnu general public license v2 (gplv2)|gnu general public license v2.0 only"
        "|gnu general public license, version 2",
        "GPL-2.0-or-later": "gnu general public license v2 or later (gplv2+)|gnu general public license v2.0 or later",
        "GPL-3.0-only": "gnu general public license v3 (gplv3)|gnu general public license v3.0 only",
        "GPL-3.0-or-later": "gnu general public license v3 or later (gplv3+)|gnu general public license v3.0 or later",
        "ISC": "isc license|isc license (iscl)|the isc license",
        "LGPL-2.1-only": "gnu lesser general public license v2.1 only|gnu lesser general public license, version 2.1",
        "LGPL-2.1-or-later": "gnu lesser general public license v2.1 or later",
        "LGPL-3.0-only": "gnu lesser general public license v3 (lgplv3)|gnu lesser general public license v3.0 only",
        "LGPL-3.0-or-later": "gnu lesser general public license v3 or later (lgplv3+)"
        "|gnu lesser general public license v3.0 or later",
        "MIT": "expat|expat license|mit license|the mit license|the mit license (mit)|mit license (mit)|mit (expat)",
        "MIT-0": "mit no attribution license (mit-0)|mit no attribution",
        "MPL-1.1": "mplv1.1|mpl 1.1|mozilla public license 1.1|mozilla public license 1.1 (mpl 1.1)",
        "MPL-2.0": "mplv2.0|mpl 2.0|mozilla public license 2.0|mozilla public license 2.0 (mpl 2.0)"
        "|mozilla public license version 2.0|mozilla public license, version 2.0",
        "OFL-1.1": "sil open font license 1.1|sil open font license 1.1 (ofl-1.1)",
        "PostgreSQL": "postgresql license",
        "Unlicense": "the unlicense|the unlicense (unlicense)",
        "UPL-1.0": "universal permissive license v1.0|universal permissive license (upl)",
        "Zlib": "zlib license|the zlib license",
    }
)
_BY_TITLE: Final = {title: name for name, titles in _TITLES.items() for title in titles.split("|")}


def identifier(stated: str) -> str:
    """The license on SPDX's list that a name in lower case means; empty if there is none, or may be several."""
    return _BY_TITLE.get(stated) or _gnu(stated) or _documentation(stated)


def _gnu(stated: str) -> str:
    """``GPL-2+``, ``LGPL-2.1``, ``GPLv3``. Fedora's ``LGPLv2`` means 2.0 and 2.1."""
    found = _GNU.fullmatch(stated)
    if found is None:
        return ""
    kind, version = found["kind"] or "", found["version"] if "." in found["version"] else f"{found['version']}.0"
    if version not in _VERSIONS[kind] or (found["fedora"] and kind == "l" and found["version"] == "2"):
        return ""
    return f"{kind.upper()}GPL-{version}-{_range(found['later'])}"


def _documentation(stated: str) -> str:
    """``GFDL-NIV-1.3+``: without invariant sections. Debian's plain ``GFDL`` says nothing of them."""
    found = _FREE_DOCUMENTATION.fullmatch(stated)
    if found is None:
        return ""
    return f"GFDL-{found['version']}{'-no-invariants' if found['plain'] else ''}-{_range(found['later'])}"


def _range(later: str | None) -> str:
    return "or-later" if later else "only"
