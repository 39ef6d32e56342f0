"""What changed from one image to another: issues that are gone, new or still there, and why."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from garboard.model.advisory import Severity
from garboard.model.base import Value
from garboard.model.gap import Gap


class Fate(enum.StrEnum):
    """What became of an issue."""

    NEW = "new"
    UNKNOWN = "unknown"
    """It is in a package that may or may not be on the side that does not have it."""
    CHANGED = "changed"
    """It is still there, with another severity or fix."""
    SAME = "same"
    GONE = "gone"


class SideIssue(Value):
    """An issue of one side.

    Attributes:
        key: vulnerability, package URL type, and source package: what makes it the same on both sides.
        packages: the affected ones, by name.
        line: of the Dockerfile that brought them, as ``Dockerfile:7``; empty if it is not known, or the base did.
    """

    key: tuple[str, str, str]
    severity: Severity = Severity.UNKNOWN
    fixed_in: str = ""
    packages: tuple[str, ...] = ()
    line: str = ""
    of_base: bool = False
    set_aside: str = ""


class Side(Value):
    """One of two images, or a saved report on one.

    Attributes:
        packages: versions by type and name; None if the report does not list them.
        set_aside: reasons by issue.
        unread: what could not be read or judged of it.
        size: of its layers as stored, in bytes.
        installed_size: of its packages, as far as their package managers state it; None if none does.
        user: as whom its commands run; None if that is not known.
        data: dates by feed.
        undetermined: packages by type and name that it may or may not have, if it is only foreseen.
    """

    name: str
    issues: tuple[SideIssue, ...] = ()
    packages: tuple[tuple[str, str, tuple[str, ...]], ...] | None = None
    set_aside: tuple[SideIssue, ...] = ()
    base: str = ""
    layers: int = 0
    size: int | None = None
    installed_size: int | None = None
    user: str | None = None
    licenses: tuple[str, ...] | None = None
    judged: int = 0
    full: bool = True
    unread: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    undetermined: frozenset[tuple[str, str]] = frozenset()


class IssueChange(Value):
    """An issue on either side, what became of it, and why."""

    fate: Fate
    before: SideIssue | None = None
    after: SideIssue | None = None
    why: str = ""

    @property
    def issue(self) -> SideIssue:
        """As it is now, else as it was."""
        found = self.after or self.before
        assert found is not None
        return found


class PackageChange(Value):
    """A package that is on one side alone, or has other versions: empty where it is not there.

    Attributes:
        known: whether the side without it is known not to have it.
    """

    type: str
    name: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    known: bool = True


class ImageComparison(Value):
    """All that changed; ``packages`` is None where one side does not list them."""

    before: Side
    after: Side
    issues: tuple[IssueChange, ...] = ()
    packages: tuple[PackageChange, ...] | None = None
    licenses: tuple[str, ...] = ()
    """Those that only the later one has."""
    gaps: tuple[Gap, ...] = ()
    """What is not certain about the later one, if it is only foreseen."""

    def of(self, fate: Fate) -> tuple[IssueChange, ...]:
        """The issues of one fate."""
        return tuple(one for one in self.issues if one.fate is fate)

    @property
    def unsure(self) -> tuple[str, ...]:
        """What could not be read of the later one and could of the earlier, if issues are gone: they may be in it."""
        return tuple(one for one in self.after.unread if one not in self.before.unread) if self.of(Fate.GONE) else ()

    @property
    def worse(self) -> bool:
        """Whether the later one has more or graver issues: more critical ones, else more high ones, and so on down.

        Issues of which it is not known whether it has them count.
        """
        maybe = [one.before for one in self.of(Fate.UNKNOWN) if one.before]
        return _weights([*self.after.issues, *maybe]) > _weights(self.before.issues)


def _weights(issues: Iterable[SideIssue]) -> tuple[int, ...]:
    ranks = [one.severity.rank for one in issues]
    return tuple(ranks.count(rank) for rank in sorted((one.rank for one in Severity), reverse=True))
