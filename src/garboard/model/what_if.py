"""Changes that an image might get."""

from __future__ import annotations

from garboard.model.base import Value


class WantedChanges(Value):
    """The changes: names to drop, names to raise with a version or none, another base, lines to leave out."""

    drops: tuple[str, ...] = ()
    raises: tuple[tuple[str, str], ...] = ()
    base: str = ""
    lines: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """As part of a name: ``without curl, with openssl 3.0.11, on debian:13``."""
        parts = [f"without line {one}" for one in self.lines] + [f"without {one}" for one in self.drops]
        parts += [f"on {self.base}"] if self.base else []
        parts += [
            f"with {name} {version}".rstrip() if version else f"with {name} raised" for name, version in self.raises
        ]
        return ", ".join(parts)
