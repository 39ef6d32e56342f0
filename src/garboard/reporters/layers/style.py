"""The style of the page of layers, light and dark."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f24;--dim:#5c6672;--line:#d9dee4;--code:#eef1f4;
--critical:#8b1a8b;--high:#c62828;--medium:#c05600;--low:#8a6d00;--negligible:#5d6b7a;--unknown:#8a94a0}
@media(prefers-color-scheme:dark){:root{--page:#111418;--card:#1a1e24;--ink:#e6e9ed;--dim:#9aa4b0;--line:#2d343d;
--code:#232932;--critical:#d66bd6;--high:#f0706a;--medium:#ee9a4d;--low:#d9bb45;--negligible:#93a1b1;--unknown:#77818d}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1.5rem 1rem 3rem;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{margin:0;font-size:1.5rem;overflow-wrap:anywhere}
h2{font-size:1.1rem}
h3{margin:1.2rem 0 .4rem;font-size:.95rem}
header p{margin:.3rem 0;color:var(--dim)}
.dim{color:var(--dim)}
details{margin:.5rem 0;background:var(--card);border:1px solid var(--line);border-radius:8px}
summary{display:flex;gap:.8rem;padding:.7rem .9rem;cursor:pointer;list-style:none;border-radius:8px}
summary::-webkit-details-marker{display:none}
summary:hover,summary:focus-visible{background:var(--code)}
.index{flex:none;width:2.2rem;font-weight:600;color:var(--dim);text-align:right}
.index::before{content:"\\25B8\\00A0"}
details[open] .index::before{content:"\\25BE\\00A0"}
.body{flex:1;min-width:0;display:grid;gap:.35rem}
summary code{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:.5rem 0;padding:.6rem .8rem;background:var(--code);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
.facts,.tags{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.85rem;color:var(--dim)}
.tags{gap:.3rem .8rem}
.owner{font-weight:600;color:var(--ink)}
.bar{display:block;height:.6rem;background:var(--code);border-radius:4px;overflow:hidden}
.bar>span{display:flex;height:100%}
.bar i{min-width:2px}
i.critical{background:var(--critical)}i.high{background:var(--high)}i.medium{background:var(--medium)}
i.low{background:var(--low)}i.negligible{background:var(--negligible)}i.unknown{background:var(--unknown)}
.tag{font-weight:600;white-space:nowrap}
.tag.critical{color:var(--critical)}.tag.high{color:var(--high)}.tag.medium{color:var(--medium)}
.tag.low{color:var(--low)}.tag.negligible,.tag.unknown{color:var(--dim)}
.inside{padding:0 .9rem 1rem 3.9rem}
.inside>p{overflow-wrap:anywhere;font-size:.85rem}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.88rem}
th,td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--dim);font-weight:600}
th,td b{white-space:nowrap}
footer{margin-top:2rem;font-size:.9rem}
@media(max-width:40rem){.inside{padding-left:.9rem}.index{width:auto}}
@media print{details{break-inside:avoid}}
"""
