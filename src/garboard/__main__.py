"""``python -m garboard`` and the console script. ``--version`` answers before anything is imported."""

from __future__ import annotations

import sys

from garboard._version import __version__


def main() -> None:
    """Run the command line; never returns. All that is to be tidied up is so before `run` ends."""
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"garboard {__version__}\n")
        sys.exit(0)
    import gc

    gc.disable()  # what is imported and what a scan builds live to the end: collecting costs and frees nothing
    from garboard.cli.main import run

    try:
        code = run()
    except Exception:  # noqa: BLE001  (a traceback's usual exit code is 1, which here means "issues were found")
        import traceback

        traceback.print_exc()
        sys.stderr.write(
            "error: this is a fault of garboard, not of the image; please report it with the lines above\n"
        )
        code = 2
    _end(code)


def _end(code: int) -> None:
    """Leave without taking the interpreter apart, which would take as long as walking ten thousand members of an archive."""
    import os

    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 2
    os._exit(code)


if __name__ == "__main__":
    main()
