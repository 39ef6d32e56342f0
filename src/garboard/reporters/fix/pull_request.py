"""The texts of a pull request: its title, its body in Markdown, and the message of its commit.

What comes from images, feeds and files stands in code, where no host reads a mention, a reference, a link or a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from garboard.model.fix import ActionEdits, Fixes, Observed, Proof
from garboard.model.lifecycle import Lifespan, State
from garboard.reporters.actions.text import figures
from garboard.reporters.markdown_text import code, row
from garboard.reporters.terminal import plain

_TITLE: Final = 120
_MOST: Final = 30
"""Packages, and vulnerabilities of each, that are named."""
_LONGEST: Final = 1000
"""Characters of one text in a body."""
_READ_BY_HOSTS: Final = re.compile(r"([@#!])|(?i:\b(GH)(?=-\d))|(?i:\b(www)(?=\.))|(?<=:)(/)(?=/)")
"""What a host makes a mention, a reference or a link of."""
_SPACE: Final = "\u200b"


def title(fixes: Fixes) -> str:
    """What changes, in one line that mentions nobody and refers to nothing."""
    made = [one for one in fixes.changes if one.files]
    first = plain(made[0].action.text) if made else "Change nothing"
    more = f", and {len(made) - 1} more" if len(made) > 1 else ""
    room = _TITLE - len(more)
    cut = first if len(first) <= room else f"{first[: room - 1]}…"
    return _READ_BY_HOSTS.sub(lambda found: found[0] + _SPACE, cut) + more


def body(fixes: Fixes, marks: str, limit: int) -> str:
    """All of it, with ``marks`` at its end, in no more than ``limit`` bytes: what is too long is cut, and says so."""
    end = "\n".join(("", *_undoing(), "", marks))
    cut = "\n… The rest is too long for this page: `garboard fix` prints it.\n"
    room = limit - len((end + cut).encode())
    kept: list[str] = []
    for line in _lines(fixes):
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            return "\n".join(kept) + "\n" + cut + end
        kept.append(line)
    return "\n".join(kept) + "\n" + end


def _lines(fixes: Fixes) -> Iterator[str]:
    made = [one for one in fixes.changes if one.files]
    yield f"Of {_text(fixes.image)}: {fixes.total} → {fixes.remaining} issues when this is taken and built."
    yield from ("", "### What changes", "", row(("Change", "Issues", "Files")), row(("---", "---", "---")))
    for one in made:
        names = ", ".join(_text(file.file) for file in one.files)
        yield row((_text(one.action.text), _figures(one), names))
    yield from _by_severity(fixes)
    yield from _cleared(made)
    yield from _proof(fixes.proof)
    yield from ("", "### What it may break", "")
    yield from dict.fromkeys(f"- {_text(one.action.risk)}" for one in made)
    yield from dict.fromkeys(_lifespan(life) for one in made for life in one.action.lifespans)
    missed = [f"- {_text(f'{what.name} {what.version}')}: {_text(why)}" for one in made for what, why in one.missed]
    others = [f"- {_text(one.action.text)}: {_text(one.reason)}" for one in fixes.changes if not one.files]
    if missed or others:
        yield from ("", "### Not done", "", *missed, *others)
    if fixes.gaps:
        yield from ("", "### Not covered", "")
        yield from (f"- {_text(one.subject)}: {_text(one.reason)}" for one in fixes.gaps)


def _by_severity(fixes: Fixes) -> Iterator[str]:
    """The issues before and after, the worst first, without severities that none has."""
    if fixes.before is None or fixes.after is None:
        return
    numbers = [
        (severity.word, str(before), str(after))
        for (severity, before), (_, after) in zip(fixes.before.by_severity, fixes.after.by_severity, strict=True)
        if before or after
    ]
    if numbers:
        yield from ("", row(("Severity", "before", "after")), row(("---", "---:", "---:")), *map(row, numbers))


def _cleared(made: Sequence[ActionEdits]) -> Iterator[str]:
    """The vulnerabilities that are gone, by the package that has them; where there are many, not all."""
    by_source: dict[str, list[str]] = {}
    for key in dict.fromkeys(key for one in made for key in one.action.clears):
        by_source.setdefault(key[2], []).append(key[0])
    if by_source:
        yield from ("", "### What it clears", "")
    for source, names in [*by_source.items()][:_MOST]:
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        yield f"- {_text(source)}: {', '.join(map(_text, names[:_MOST]))}{more}"
    if len(by_source) > _MOST:
        yield f"- and issues of {len(by_source) - _MOST} more packages"


def _lifespan(life: Lifespan) -> str:
    """Until when what a base holds is maintained, and where it is told what changed; the address is no text of an image."""
    until = f"maintained until {life.until}" if life.until else "how long it is maintained is not known"
    ended = ", which is over" if life.state is State.ENDED else ""
    notes = f"; release notes: <{life.release_notes}>" if life.release_notes else ""
    return f"- {_text(life.name)}: {until}{ended}{notes}"


def _figures(one: ActionEdits) -> str:
    action = one.action
    if one.missed or not (action.clears or action.adds):
        return f"{action.before} → {action.after}"
    return figures(action)


def _proof(proof: Proof | None) -> Iterator[str]:
    yield from ("", "### What was proved", "")
    if proof is None:
        yield "Nothing was built: these figures are predicted."
        return
    yield f"Both were built with {_text(proof.engine)} and scanned:"
    yield from ("", row(("", "predicted", "found")), row(("---", "---:", "---:")))
    for what, one in (("the files as they are", proof.before), ("the changed files", proof.after)):
        if one is not None:
            yield _observed(what, one)
    if proof.checks:
        yield ""
    yield from (f"- passed: {_text(one)}" for one in proof.checks)


def _observed(what: str, one: Observed) -> str:
    return row((what, str(len(one.predicted)), str(len(one.found))))


def _undoing() -> Iterator[str]:
    yield from ("### How to undo", "")
    yield "Close this, and the same change is not asked for again. Once it is taken, `git revert` its commit and build again."
    yield "It is renewed while it is open; a commit of yours on its branch is never overwritten, and ends that."


def _text(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return code(" ".join(cut.split()) or "-")
