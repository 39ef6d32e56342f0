"""``python -m garboard`` and the console script. ``--version`` answers before anything is imported."""

from __future__ import annotations

import sys

from garboard import __version__


def main() -> None:
    """Run the command line; never returns."""
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"garboard {__version__}\n")
        sys.exit(0)
    from garboard.cli.main import run  # noqa: PLC0415

    sys.exit(run())


if __name__ == "__main__":
    main()
