"""What was judged when changes were planned: only what was is known to be needed no longer, so that its request is closed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.model.action import ActionKind

if TYPE_CHECKING:
    from garboard.model.fix import Fixes
    from garboard.model.pull_request import PullRequest

PACKAGES: Final = "packages"
"""The key of requests that change packages, and no base."""
_OF_BASES: Final = ("recommend", "fix")
"""Stages whose gaps mean that another base may be needed."""
_WIDENED: Final = re.compile(r"<!-- garboard: widened [0-9a-f]{16} -->")

Settled = Callable[[str], bool]
"""Whether it is certain that a request is needed no longer which is not wanted, by what its key names."""


def _nothing(key: str) -> str:
    del key
    return ""


def _mark(kind: str, options: Sequence[tuple[str, str]]) -> str:
    if not options:
        return ""
    digest = hashlib.sha256("\0".join("\0".join(one) for one in options).encode("utf-8", "replace"))
    return f"<!-- garboard: {kind} {digest.hexdigest()[:16]} -->"


class JudgedScope(NamedTuple):
    """What was judged: what was not is not known to be needed no longer.

    Attributes:
        settled: by what was found.
        unlike: names a file that was judged, by a request's key, and that is another one in the target; empty if there is none.
        narrowed: the options that leave something out, each with its value.
        widened: those that do more.
    """

    settled: Settled
    unlike: Callable[[str], str] = _nothing
    narrowed: tuple[tuple[str, str], ...] = ()
    widened: tuple[tuple[str, str], ...] = ()

    @property
    def marks(self) -> str:
        """What the body of a request has that is made by such a run; empty if it leaves nothing out and does nothing more."""
        return "\n".join(filter(None, (_mark("narrowed", self.narrowed), _mark("widened", self.widened))))

    def doubt(self, request: PullRequest, key: str) -> str:
        """Why it is not certain that a request is needed no longer; empty if it is."""
        if not self.settled(key):
            return "whether it is still needed was not judged"
        if {*_WIDENED.findall(request.body)} - {_mark("widened", self.widened)}:
            return "whether it is still needed was not judged, as it was made with options that do more (--tools, --upto …)"
        if _mark("narrowed", self.narrowed) not in request.body:
            names = ", ".join(dict.fromkeys(name for name, _ in self.narrowed))
            return f"whether it is still needed was not judged, as {names} left something out"
        file = self.unlike(key)
        return (
            f"whether it is still needed is not known, as {file} is not the same as in the branch to change"
            if file
            else ""
        )


def settled(fixes: Fixes, kinds: Collection[ActionKind]) -> Settled:
    """What was judged when these changes of these kinds were planned: what was not judged is not known to be needed no longer."""
    good = fixes.proof is None or not fixes.proof.failure
    gaps = [one for one in fixes.gaps if not one.support]
    of_bases = [one for one in gaps if one.stage in _OF_BASES]
    enough = good and (bool(fixes.files) or len(of_bases) == len(gaps))
    packages = enough and bool(set(kinds) - {ActionKind.BASE})
    bases = enough and ActionKind.BASE in kinds and not of_bases
    return lambda key: packages if key == PACKAGES else bases
