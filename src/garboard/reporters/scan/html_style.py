"""The style and the script of a scan's page. The page's policy allows these two texts by their hashes and nothing else."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from garboard.reporters import page

STYLE: Final = (
    page.STYLE
    + """body{max-width:84rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;padding:.4rem .8rem;background:var(--card);z-index:9}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.8rem 0;padding:0;list-style:none}
section{margin:1rem 0;padding:.2rem 1rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:8px}
p,li,dd,.issues td,.issues th{overflow-wrap:anywhere}
.scroll th[scope=col]{white-space:nowrap}
.scroll code,.scroll details{overflow-wrap:anywhere}
.layers td:nth-child(2){min-width:15rem}
.layers td:nth-child(3),.layers td:nth-child(6){min-width:9rem}
.layers td:last-child{width:25%}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0}
dt{color:var(--dim)}dd{margin:0}
.counts{display:flex;flex-wrap:wrap;gap:.6rem;margin:.6rem 0;padding:0;list-style:none}
.counts li{min-width:6.5rem;padding:.3rem .8rem;border:1px solid var(--line);border-left:5px solid;border-radius:6px}
.counts b{display:block;font-size:1.5rem;line-height:1.3;color:var(--ink)}
.counts .critical{border-left-color:var(--critical)}.counts .high{border-left-color:var(--high)}
.counts .medium{border-left-color:var(--medium)}.counts .low{border-left-color:var(--low)}
.counts .negligible{border-left-color:var(--negligible)}.counts .unknown{border-left-color:var(--unknown)}
.answer{font-weight:600}
.warn{padding:.4rem .8rem;border-left:5px solid var(--medium);background:var(--code)}
.number{text-align:right;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;min-width:7rem;height:.9rem;background:var(--code);border-radius:3px}
rect.critical{fill:var(--critical)}rect.high{fill:var(--high)}rect.medium{fill:var(--medium)}
rect.low{fill:var(--low)}rect.negligible{fill:var(--negligible)}rect.unknown{fill:var(--unknown)}
summary{cursor:pointer}
details ul{margin:.4rem 0;padding-left:1.2rem}
.told{white-space:pre-line}
form{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:end;margin:.6rem 0}
form[hidden]{display:none}
fieldset{display:flex;flex-wrap:wrap;gap:.2rem .9rem;margin:0;padding:.2rem .6rem .4rem;border:1px solid var(--line);border-radius:6px}
label{white-space:nowrap}
input,select,button{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--dim);border-radius:5px;padding:.2rem .5rem}
input[type=search]{display:block;width:20rem;max-width:100%}
select{display:block;max-width:100%}
th button{padding:.1rem .3rem;margin-left:-.3rem;border-color:transparent;background:none;color:inherit;font-weight:600;cursor:pointer;text-align:left}
th button:hover{border-color:var(--dim)}
th button::after{content:" \\2195"}
[aria-sort=ascending] button::after{content:" \\2191"}
[aria-sort=descending] button::after{content:" \\2193"}
.issues,.issues thead,.issues tbody{display:block}
.issues tr{display:grid;grid-template-columns:6.2rem minmax(0,3fr) minmax(0,1.6fr) minmax(0,1.2fr) minmax(0,1.1fr) minmax(0,1.1fr);column-gap:.8rem}
.issues tr[hidden]{display:none}
.issues tr{border-bottom:1px solid var(--line)}
.issues th,.issues td{border:0;padding:.35rem 0}
.issues thead{position:sticky;top:0;background:var(--card);z-index:1}
.scripted .issues tbody{display:none}
.issues tbody th{font-weight:400;color:var(--ink)}
.issues summary,.issues a{scroll-margin-top:3.5rem}
.issues summary b{margin-right:.3rem}
@media(max-width:48rem){
body{padding:.8rem .6rem 2rem}
section{padding:.1rem .7rem .8rem}
dl{grid-template-columns:1fr}dd{margin:0 0 .3rem}
.issues thead tr{display:flex;flex-wrap:wrap;column-gap:.4rem}
.issues thead th{padding:.1rem 0}
.issues tbody tr{display:block;padding:.4rem 0}
.issues tbody td,.issues tbody th{display:block;padding:.05rem 0}
.issues td:nth-child(3)::before{content:"Package: ";color:var(--dim)}
.issues td:nth-child(4)::before{content:"Fixed in: ";color:var(--dim)}
.issues td:nth-child(5)::before{content:"Whose: ";color:var(--dim)}
.issues td:nth-child(6)::before{content:"Exploited: ";color:var(--dim)}
.issues td br{display:none}
label{white-space:normal}
}
@media print{
:root{--page:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb;--code:#eee;--critical:#8b1a8b;--high:#c62828;--medium:#a84b00;--low:#775e00;--link:#000}
body{max-width:none;padding:0}
nav,form,.skip,.more,[role=status]{display:none}
section{border:0;padding:0}
.issues thead{position:static}
.issues tbody tr{break-inside:avoid}
th button{border:0;padding:0}th button::after{content:""}
}
"""
)

EARLY: Final = 'document.documentElement.className = "scripted";'
"""Keeps thousands of rows from being laid out before `SCRIPT` hides all but the first of them."""

SCRIPT: Final = """"use strict";
try {
for (const section of document.querySelectorAll("section.found")) {
  const form = section.querySelector("form"), table = section.querySelector(".issues");
  if (!form || !table) continue;
  const body = table.tBodies[0], status = section.querySelector("[role=status]");
  const more = section.querySelector(".more"), step = 500;
  let limit = step;
  const rows = Array.from(body.rows), texts = new Map(), by = new Intl.Collator("en", {numeric: true});
  const text = row => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const show = () => {
    const words = form.elements.words.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const severities = new Set(Array.from(form.querySelectorAll("[name=severity]:checked"), one => one.value));
    const fixed = form.elements.fixed.checked, known = form.elements.known.checked;
    const whose = form.elements.whose.value, type = form.elements.type.value;
    let count = 0, shown = 0;
    for (const row of rows) {
      const is = row.dataset;
      const wanted = severities.has(is.s) && (!fixed || is.f === "1") && (!known || is.k === "1") && (!whose || is.w === whose)
        && (!type || is.t === type) && words.every(word => text(row).includes(word));
      const visible = wanted && count < limit;
      if (row.hidden === visible) row.hidden = !visible;
      count += wanted;
      shown += visible;
    }
    more.hidden = shown === count;
    more.textContent = "Show more (" + (count - shown) + " left)";
    status.textContent = count + " of " + rows.length + (rows.length === 1 ? " issue" : " issues")
      + (count === rows.length ? "" : " chosen") + (shown === count ? "" : ", the first " + shown + " shown");
  };
  const again = () => { limit = step; show(); };
  const cell = place => row => row.cells[place].textContent;
  const keys = [row => +row.dataset.s, row => row.querySelector("b").textContent, cell(2), cell(3), cell(4), row => +row.dataset.e];
  const sort = (head, place) => {
    const number = place === 0 || place === 5, before = head.getAttribute("aria-sort");
    const falls = before ? before === "ascending" : number, key = keys[place];
    const keyed = rows.map(row => [key(row), row]);
    keyed.sort((a, b) => (falls ? -1 : 1) * (number ? a[0] - b[0] : by.compare(a[0], b[0])));
    for (const one of head.parentNode.cells) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const all = document.createDocumentFragment();
    keyed.forEach(([, row], at) => { rows[at] = row; all.append(row); });
    body.append(all);
    again();
  };
  Array.from(table.tHead.rows[0].cells).forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head, place));
  });
  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(again, 120); });
  form.addEventListener("reset", () => setTimeout(again));
  form.addEventListener("submit", event => event.preventDefault());
  more.addEventListener("click", () => {
    const last = rows.filter(row => !row.hidden).pop();
    limit += step;
    show();
    const next = rows.slice(rows.indexOf(last) + 1).find(row => !row.hidden);
    if (next) next.querySelector("summary").focus();
  });
  addEventListener("beforeprint", () => { limit = rows.length; show(); });
  addEventListener("afterprint", again);
  form.hidden = false;
  show();
}
} finally { document.documentElement.className = ""; }
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy() -> str:
    """What the page may load and run: its own style and script."""
    return f"default-src 'none'; style-src {_hash(STYLE)}; script-src {_hash(EARLY)} {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
