"""``docker scan`` again: a plugin of the docker command that passes its work to ``garboard scan``.

Docker calls it as ``docker-scan docker-cli-plugin-metadata`` to ask what it is, and as ``docker-scan [docker's own
flags] scan …``. Exit codes: 0 clean, 1 vulnerabilities, 2 failure, 3 nothing that could be judged.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Final

from garboard._version import __version__
from garboard.cli.docker.flags import SEE, USAGE, Flags, leading, own
from garboard.model.errors import UsageError

METADATA: Final = {
    "SchemaVersion": "0.1.0",
    "Vendor": "garboard",
    "Version": f"v{__version__}",
    "ShortDescription": "Docker Scan",
}
_SEVERITIES: Final = ("low", "medium", "high")
_OF_OLD: Final = ("--no-policy",)
"""What the old command did not know."""
_COVERAGE: Final = "GARBOARD_REQUIRE_COVERAGE"
_NEEDLESS: Final = ("accept-license", "reject-license", "login", "token")
_VARIABLES: Final = {"config": "DOCKER_CONFIG", "context": "DOCKER_CONTEXT", "host": "DOCKER_HOST"}
_CERTIFICATES: Final = ("tlscacert", "tlscert", "tlskey")


def main() -> None:
    """The console script ``docker-scan``; never returns."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what docker asks; returns the exit code."""
    if list(arguments[:1]) == ["docker-cli-plugin-metadata"]:
        sys.stdout.write(json.dumps(METADATA) + "\n")
        return 0
    try:
        docker = leading(arguments)
        if docker.on("help") or docker.arguments[:1] != ["scan"]:
            return _help([] if docker.on("help") else docker.arguments)
        _take(docker)
        return _scan(own(docker.arguments[1:]))
    except UsageError as error:
        sys.stderr.write(f"{error.message}\n" + (f"{error.hint}\n" if error.hint else ""))
        return error.exit_code


def _help(arguments: Sequence[str]) -> int:
    """Shown if it is called by hand rather than by docker."""
    sys.stdout.write(USAGE)
    return 0 if not arguments or arguments[0] == "help" else 2


def _take(docker: Flags) -> None:
    """Set the variables that the engine's address is read from, by docker's own flags."""
    for name, variable in _VARIABLES.items():
        if docker.text(name):
            os.environ[variable] = docker.text(name)
    if docker.on("tlsverify") or docker.on("tls"):
        os.environ["DOCKER_TLS_VERIFY"] = "1"
    folders = {os.path.dirname(docker.text(name)) for name in _CERTIFICATES if docker.text(name)}  # noqa: PTH120
    if len(folders) == 1:
        os.environ["DOCKER_CERT_PATH"] = folders.pop()


def _scan(flags: Flags) -> int:
    if flags.on("help"):
        sys.stdout.write(USAGE)
        return 0
    if flags.on("version"):
        sys.stdout.write(f"Version:    v{__version__}\nProvider:   garboard\n")
        return 0
    needless = [f"--{name}" for name in _NEEDLESS if name in flags.values]
    if needless:
        sys.stderr.write(
            f"{', '.join(needless)}: not needed any more; garboard has no account and no license to accept\n"
        )
        if not flags.arguments:
            return 0
    _check(flags)
    return _delegate(scan_arguments(flags))


def _check(flags: Flags) -> None:
    """Check the flags.

    Raises:
        UsageError: they are not valid; in the words of the old command.
    """
    if len(flags.arguments) != 1:
        usage = USAGE.partition("\n\nOptions:")[0]
        raise UsageError('"docker scan" requires exactly 1 argument.', f"{SEE}\n\n{usage}")
    if flags.arguments == ["-"]:
        raise UsageError("no image was found under the name -", SEE)
    if flags.on("exclude-base") and not flags.text("file"):
        raise UsageError("--file flag is mandatory to use --exclude-base flag")
    if flags.on("group-issues") and not flags.on("json"):
        raise UsageError("--json flag is mandatory to use --group-issues flag")
    if "severity" in flags.values and flags.text("severity") not in _SEVERITIES:
        raise UsageError("--severity takes only 'low', 'medium' or 'high' values")


def scan_arguments(flags: Flags) -> list[str]:
    """The same arguments in the form that ``garboard scan`` takes."""
    coverage = () if _COVERAGE in os.environ else ("--no-require-coverage",)  # the old command knew only 0 and 1
    words = [f"--{name}" for name in ("json", "group-issues", "dependency-tree", "exclude-base") if flags.on(name)]
    words += [f"--{name}={flags.text(name)}" for name in ("file", "severity") if flags.text(name)]
    return ["scan", *_OF_OLD, *coverage, *words, "--", *flags.arguments]


def _delegate(arguments: list[str]) -> int:
    from garboard.cli.main import run as garboard

    return garboard(arguments)


if __name__ == "__main__":
    main()
