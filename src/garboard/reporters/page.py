"""What the pages share: harmless text, and the style, light and dark."""

from __future__ import annotations

from html import escape
from typing import Final

from garboard.reporters.terminal import plain


def safe(text: str) -> str:
    """Escaped text, without characters that change the direction of what follows or cannot be shown."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return escape(text)
    return escape("".join(one if one in "\n\t" else plain(one) for one in text))


STYLE: Final = """
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f24;--dim:#56606c;--line:#d9dee4;--code:#eef1f4;
--critical:#8b1a8b;--high:#c62828;--medium:#a84b00;--low:#775e00;--negligible:#5d6b7a;--unknown:#8a94a0;--link:#0b57b0}
@media(prefers-color-scheme:dark){:root{--page:#111418;--card:#1a1e24;--ink:#e6e9ed;--dim:#9aa4b0;--line:#2d343d;
--code:#232932;--critical:#de84de;--high:#f58680;--medium:#ee9a4d;--low:#d9bb45;--negligible:#93a1b1;--unknown:#77818d;
--link:#7db4ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1.5rem 1rem 3rem;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{margin:0;font-size:1.5rem;overflow-wrap:anywhere}
h2{font-size:1.1rem}
h3{margin:1.2rem 0 .4rem;font-size:.95rem}
header p{margin:.3rem 0;color:var(--dim)}
.dim{color:var(--dim)}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:.5rem 0;padding:.6rem .8rem;background:var(--code);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
.tag{font-weight:600;white-space:nowrap}
.tag.critical{color:var(--critical)}.tag.high{color:var(--high)}.tag.medium{color:var(--medium)}
.tag.low{color:var(--low)}.tag.negligible,.tag.unknown{color:var(--dim)}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.88rem}
th,td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--dim);font-weight:600}
"""
"""What is the same on every page; each adds what only it has."""
