"""Folders of a source tree in which packages lie that were installed or are kept, or copies of other projects."""

from __future__ import annotations

import re
from typing import Final

INSTALLED: Final = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|dist-packages|bower_components|\.venv|\.tox|\.m2|\.gradle|\.cargo|\.bundle|\.stack-work|gems/[^/]+-\d[^/]*|"
    r"pkg/mod/(?:cache|[^@]+@v[^/]+)|vendor/(?:bundle|cache|[^/]+/[^/]+(?=/composer\.))|deps/[^/]+(?=/(?:mix|rebar)\.)|Pods)/"
)
"""What a path in one has: the lists of dependencies there are of these packages' authors' own work."""
VENDORED: Final = re.compile(r"(?:^|/)(?:vendor|vendors|vendored|third_party|third-party|thirdparty)/")
"""What a path in a folder has into which projects copy others."""
