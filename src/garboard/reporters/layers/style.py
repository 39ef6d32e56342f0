"""The style of the page of layers, light and dark."""

from __future__ import annotations

from typing import Final

from garboard.reporters import page

STYLE: Final = (
    page.STYLE
    + """details{margin:.5rem 0;background:var(--card);border:1px solid var(--line);border-radius:8px}
summary{display:flex;gap:.8rem;padding:.7rem .9rem;cursor:pointer;list-style:none;border-radius:8px}
summary::-webkit-details-marker{display:none}
summary:hover,summary:focus-visible{background:var(--code)}
.index{flex:none;width:2.2rem;font-weight:600;color:var(--dim);text-align:right}
.index::before{content:"\\25B8\\00A0"}
details[open] .index::before{content:"\\25BE\\00A0"}
.body{flex:1;min-width:0;display:grid;gap:.35rem}
summary code{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.facts,.tags{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.85rem;color:var(--dim)}
.tags{gap:.3rem .8rem}
.owner{font-weight:600;color:var(--ink)}
.bar{display:block;height:.6rem;background:var(--code);border-radius:4px;overflow:hidden}
.bar>span{display:flex;height:100%}
.bar i{min-width:2px}
i.critical{background:var(--critical)}i.high{background:var(--high)}i.medium{background:var(--medium)}
i.low{background:var(--low)}i.negligible{background:var(--negligible)}i.unknown{background:var(--unknown)}
.inside{padding:0 .9rem 1rem 3.9rem}
.inside>p{overflow-wrap:anywhere;font-size:.85rem}
th,td b{white-space:nowrap}
footer{margin-top:2rem;font-size:.9rem}
@media(max-width:40rem){.inside{padding-left:.9rem}.index{width:auto}}
@media print{details{break-inside:avoid}}
"""
)
