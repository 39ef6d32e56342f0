"""Every option that more than one command takes, declared once, and the groups in which commands take them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from garboard.cli.params import Operand, Option, Parsed, flag, text, texts, value, values
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt

    from garboard.model.image import Platform
    from garboard.model.policy import Ignore
    from garboard.reporters import Formats


def _platform(given: str) -> Platform:
    from garboard.image import platform

    return platform.parse(given)


def _build_arg(given: str) -> tuple[str, str]:
    """``NAME=VALUE``, or ``NAME`` for the environment's value, as ``docker build`` takes it."""
    name, equals, value = given.partition("=")
    if not name:
        raise UsageError(f"--build-arg takes NAME=VALUE, not {given}")
    return name, value if equals else os.environ.get(name, "")


def _stage(given: str) -> tuple[str, str]:
    name, _, reference = given.partition("=")
    if not (name and reference):
        raise UsageError(f"--stage takes NAME=IMAGE, not {given}", "as in --stage build=app:build")
    return name, reference


def _package_mirror(given: str) -> tuple[str, str]:
    from garboard.workflows.query_mirrors import mirror

    return mirror(given)


def _ignore(given: str) -> Ignore:
    from garboard.policy import short_forms

    return short_forms.ignore(given)


def _host(given: str) -> str:
    host = given.strip()
    if "/" in host or not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:@\[\]]+)(:[0-9]{1,5})?", host):
        raise UsageError(f"--insecure takes HOST[:PORT], not {given}", "as in --insecure registry.example:5000")
    return host


def _moment(given: str) -> dt.datetime:
    """A day in UTC, or a time with its zone."""
    import datetime as dt

    from garboard.model.timestamp import parsed

    found = parsed(f"{given}T00:00:00+00:00" if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given) else given)
    if found is None or not 1970 < found.year < 9999:
        raise UsageError(f"--as-of takes a day, or a time with its zone, not {given[:100]}", "as in --as-of 2026-01-31")
    return found.astimezone(dt.UTC)


IMAGE: Final = Operand[str]("image")
IMAGES: Final = Operand[tuple[str, ...]]("images", metavar="IMAGE...", many=True)
"""One or several; ``-`` alone stands for names on standard input."""

PLATFORM: Final = value(
    "--platform",
    parse=_platform,
    metavar="OS/ARCH[/VARIANT]",
    help="The platform, where an image has several.",
)
ALL_PLATFORMS: Final = flag("--all-platforms", help="Every platform that an image is for, one report for each.")
PLATFORMS: Final = values(
    "--platform",
    parse=lambda given: None if given == "all" else _platform(given),
    metavar="OS/ARCH[/VARIANT]",
    help="The platform, where an image has several.",
)
"""The same, if it may be repeated; None is all of them."""
DECLARED: Final = flag("--declared", help="Count packages too that an image's lock files name, as in a source tree.")
MAVEN_REPOSITORY: Final = text(
    "--maven-repository",
    metavar="DIR",
    help="Maven's local repository (~/.m2/repository), for what a pom.xml takes from others.",
)
SBOMS: Final = flag("--sboms", help="Count packages too that bills of materials in the image name.")
AS_OF: Final = value(
    "--as-of",
    parse=_moment,
    metavar="DATE",
    help="Report as of this day, with the data that are there: what has ended, and how old data are.",
)
VERIFY: Final = flag("--verify", help="Compare a local archive's layers with their diff ids (slower).")
INSECURE: Final = values("--insecure", parse=_host, metavar="HOST[:PORT]", help="Speak plain HTTP to this registry.")
MIRROR: Final = texts("--mirror", metavar="REGISTRY=HOST", help="Ask this host before the registry.")
SIGN_KEY: Final = text(
    "--sign-key", metavar="FILE", help="Sign what is pushed with this private key (PEM; Ed25519 or ECDSA P-256)."
)
CA_FILE: Final = text("--ca-file", metavar="FILE", help="Certificates to trust beside the system's (PEM).")
USERNAME: Final = text("--username", metavar="TEXT", help="For the registry, before any stored one.")
PASSWORD: Final = text("--password", metavar="TEXT", help="For the registry; better set GARBOARD_PASSWORD.")
NO_CACHE: Final = flag("--no-cache", help="Read every layer again.")
OFFLINE: Final = flag("--offline", help="Open no connection.")
QUIET: Final = flag("-q", "--quiet", help="No progress and no remarks on standard error.")

FILE: Final = text(
    "-f", "--file", metavar="FILE", help="The Dockerfile that the image was built from; - is standard input."
)
ALL: Final = flag(
    "--all", help="Also what is left out otherwise: bases that are not recommended, and why; manifests of a repository."
)
DROP: Final = texts("--drop", metavar="PKG", help="Without this package, and what only it brought along.")
TARGET: Final = text("--target", metavar="STAGE", help="The stage that was built (needs --file).")
BUILD_ARG: Final = values(
    "--build-arg", parse=_build_arg, metavar="NAME=VALUE", help="A build argument (needs --file)."
)
BASE: Final = text("--base", metavar="IMAGE", help="The base image; only its configuration is read.")
STAGE: Final = values(
    "--stage", parse=_stage, metavar="NAME=IMAGE", help="A stage's image, to follow COPY --from into it."
)

CATALOG: Final = text("--catalog", metavar="FILE", help="The catalog of base images.", older=("GARBOARD_CATALOGUE",))
DB: Final = text("--db", metavar="DIR", help="The database's directory.")
PACKAGE_MIRROR: Final = values(
    "--package-mirror",
    parse=_package_mirror,
    metavar="URL|FROM=TO",
    help="Fetch packages from URL in place of every host that the image names, or from TO what begins with FROM.",
)
CHECK_MIRRORS: Final = flag("--check-mirrors", help="Ask the image's package mirrors what they have.")
DIGEST: Final = text("--digest", metavar="sha256:...", help="Refuse a FILE of another digest.")

POLICY: Final = text(
    "--policy", metavar="FILE|URL", help="The policy; without it, garboard.toml beside the Dockerfile or above."
)
NO_POLICY: Final = flag("--no-policy", help="Use no policy file and no comments of the Dockerfile.")
STAGE_POLICY: Final = text("--stage-policy", metavar="NAME", help="The policy's stage: development, production …")
IGNORE: Final = values("--ignore", parse=_ignore, metavar="ID=REASON[@UNTIL]", help="Set a vulnerability aside.")
VEX: Final = texts(
    "--vex", metavar="FILE|DIR|URL", help="VEX documents: OpenVEX, CSAF, CycloneDX; or a VEX repository."
)

FORCE: Final = flag("--force", help="Even over what is there and is another's.")

REASON: Final = text("--reason", metavar="TEXT", help="Why: for those who come after.")
UNTIL_HELP: Final = "The last day on which it holds."

JSON: Final = flag("--json", help="Short for --format json.")
OUTPUT: Final = text("-o", "--output", metavar="FILE", help="Write the report to a file.")


class WantedFormat(NamedTuple):
    """A format of a report, and the file that it is written to; empty for where the report goes."""

    name: str
    file: str


class Format(Option[tuple[WantedFormat, ...]]):
    """``--format``: a report's formats, the first by default."""

    def __init__(self, formats: tuple[str, ...]) -> None:
        super().__init__(
            "--format",
            help="The report's format; with a file one of several",
            metavar="NAME[=FILE]",
            kind=Parsed(self._parse),
            many=True,
        )
        self.formats = formats

    def _parse(self, given: str) -> WantedFormat:
        name, equals, file = given.partition("=")
        if name not in self.formats:
            from garboard.cli.habits import FORMATS

            known = f"known are {', '.join(self.formats)}"
            raise UsageError(f"there is no format {name} here; {known}", FORMATS.get(name, "choose one of them"))
        if equals and not file:
            raise UsageError(f"--format {given} names no file", f"--format {name}=FILE")
        return WantedFormat(name, file)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """With the formats that there are."""
        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}: {', '.join(self.formats)}.")


FORMAT: Final = Format(())
"""Stands for every report's, where its value is asked for."""

REGISTRY: Final = (INSECURE, MIRROR, CA_FILE, USERNAME, PASSWORD, NO_CACHE, OFFLINE)
OPENING: Final = (PLATFORM, AS_OF, VERIFY, DECLARED, SBOMS, MAVEN_REPOSITORY, *REGISTRY)
BUILD: Final = (FILE, TARGET, BUILD_ARG, BASE, STAGE)
DATA: Final = (CATALOG, DB)
TRIAGE: Final = (POLICY, NO_POLICY, STAGE_POLICY, IGNORE, VEX)
"""Of a command of which the report leaves out what is set aside."""
ANALYSIS: Final = (*BUILD, *DATA, *OPENING)
"""Of a command that judges an image."""


def report(formats: Formats[Any]) -> tuple[Option[Any], ...]:
    """How a report is written, for `garboard.cli.read_settings.output`."""
    return (Format(formats.names), JSON, OUTPUT, QUIET)
