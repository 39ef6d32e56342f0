"""The changes, each with what it clears and its diff."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.fix import ActionEdits, FileChange, Fixes, Proof
from garboard.model.pull_request import Done, RequestOutcome
from garboard.reporters.actions.text import figures
from garboard.reporters.fix.diff import unified
from garboard.reporters.terminal import document, paint


def render(fixes: Fixes, *, color: bool = False) -> bytes:
    """Every change in its order; then what changes no file, and why."""
    lines = [paint(_head(fixes), "1", color=color)]
    made = [one for one in fixes.changes if one.files]
    for number, one in enumerate(made, 1):
        lines += ["", *_change(f"{number}.", one, color=color)]
    others = [one for one in fixes.changes if not one.files]
    if others:
        lines += ["", "Not done by a change of a file:" if made else "No file changes:"]
        for one in others:
            counts = f" ({one.action.before} → {one.action.after})" if one.action.after < one.action.before else ""
            lines.append(f"  - {one.action.text}{counts}: {one.reason}")
    lines += ["", *_end(fixes, made)]
    if fixes.requests is not None:
        lines += [
            "",
            "Pull requests:" if fixes.requests else "No pull requests.",
            *(line for one in fixes.requests for line in _request(one)),
        ]
    if fixes.gaps:
        lines += ["", "Not covered:", *(f"  - {gap.subject}: {gap.reason}" for gap in fixes.gaps)]
    return document(lines, color=color)


def one_change(edits: ActionEdits, *, color: bool = False) -> str:
    """One change alone, to be asked about."""
    return document(list(_change("", edits, color=color)), color=color).decode().rstrip("\n")


def _head(fixes: Fixes) -> str:
    total = fixes.total
    count = f"{total} issue{'' if total == 1 else 's'}"
    if not total:
        return (
            "No issues are known, and not everything could be judged."
            if fixes.gaps
            else "No issues: nothing to change."
        )
    return (
        f"{count}. What to change, in this order:"
        if fixes.files
        else f"{count}, and no change of a file that clears any."
    )


def _change(number: str, one: ActionEdits, *, color: bool) -> Iterator[str]:
    rest = f"{one.action.before} → {one.action.after}"
    if one.missed:
        rest = f"without what is not done, {rest}"
    elif one.action.clears or one.action.adds:
        rest = figures(one.action)
    yield f"{number:>4} {one.action.text}: {rest}"
    for file in one.files:
        yield from (f"     {line}" for line in _diff(file, color=color))
    yield f"     Risk: {one.action.risk}."
    yield from (f"     Not done: {missed.name} {missed.version}: {why}." for missed, why in one.missed)


def _diff(file: FileChange, *, color: bool) -> Iterator[str]:
    for line in unified(file):
        text = line.decode("utf-8", "replace").rstrip("\r\n").replace("\t", "    ")
        code = {"+": "32", "-": "31"}.get(text[:1], "")
        yield from (paint(one, code, color=color) for one in text.split("\n"))


def _end(fixes: Fixes, made: list[ActionEdits]) -> Iterator[str]:
    yield from (f"Tried, and not good: {one}" for one in fixes.rejected)
    if not made:
        yield from _proof(fixes.proof) if fixes.proof else ()
        return
    names = ", ".join(one.file for one in fixes.files)
    if fixes.proof is None:
        when = "when the image is built again" if fixes.today else "by what the files name"
        yield f"{fixes.total} → {fixes.remaining} {when}."
        yield from _images(fixes)
    else:
        yield from _proof(fixes.proof)
    if fixes.requests is not None:
        return
    if fixes.applied:
        yield f"Written: {names}"
    elif fixes.proof is not None and fixes.proof.failure:
        yield "Nothing was written: the proof failed."
    else:
        yield f"Nothing was written; --apply writes {names}."


def _images(fixes: Fixes) -> Iterator[str]:
    """What the total is of, where files name images."""
    files = {file for one in fixes.images for file in one.files}
    if any(len(one.files) > 1 for one in fixes.images):
        count = len(fixes.images)
        yield f"Each image is counted once: {count} image{'' if count == 1 else 's'} in {len(files)} files."
    others = [one for one in fixes.images if not one.inherited]
    if others:
        before, after = sum(one.before.total for one in others), sum(one.after.total for one in others)
        yield f"Of these, {before} → {after} are of other stages, or of images that files are taken from: what is built does not start from them."


def _request(one: RequestOutcome) -> Iterator[str]:
    would = "would be " if one.dry and one.done in (Done.OPENED, Done.UPDATED, Done.CLOSED) else ""
    reason = f"{' ' if one.done is Done.ALREADY else ': '}{one.reason}" if one.reason else ""
    yield f"  - {one.title}: {would}{one.done}{reason}"
    yield from (f"    {each}" for each in (one.address or one.branch, *one.notes))


def _proof(proof: Proof) -> Iterator[str]:
    yield f"Built with {proof.engine}:            predicted  found"
    for what, one in (("the files as they are", proof.before), ("the changed files", proof.after)):
        if one is not None:
            yield f"  {what:<30}{len(one.predicted):>10}  {len(one.found):>5}"
            yield from (f"    {name} of {source} is there, and should be gone" for name, _, source in one.unexpected)
            yield from (f"    {name} of {source} is gone too" for name, _, source in one.also_gone)
    yield from (f"  passed: {one}" for one in proof.checks)
    yield from (f"Not good: {proof.failure}".splitlines() if proof.failure else ())
