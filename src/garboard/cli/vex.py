"""``garboard vex``: a VEX document of what was decided about an image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.failure import tell
from garboard.cli.output import write
from garboard.cli.params import Given, flag, text
from garboard.cli.session import analyzed
from garboard.cli.settings import Analysis
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from garboard.model.explanation import Consideration
    from garboard.model.report import Report
    from garboard.signing import Signer

AUTHOR: Final = text("--author", metavar="NAME", help="Who answers for the document.")
ID: Final = text("--id", metavar="IRI", help="The document's id; without it one is made of the content.")
ATTACH: Final = flag("--attach", help="Attach the document to the image in its registry (needs OpenVEX).")
DISTRIBUTION: Final = flag("--distribution", help="State too what the distribution's data say is not affected.")
PRODUCT: Final = text("--product", metavar="PURL", help="The image's package URL, where it has no digest.")


class Settings(Value):
    """The image, and what identifies the document."""

    analysis: Analysis
    author: str
    id: str
    product: str
    attach: bool
    sign_key: str
    distribution: bool


def _settings(given: Given) -> Settings:
    product = given[PRODUCT] or ""
    if product:
        from garboard.policy.vex.products import is_image

        if not is_image(product):
            raise UsageError(
                f"--product {product} is no package URL of an image", "as in --product pkg:oci/app@sha256:…"
            )
    written = read_settings.output(given, default=reporters.VEX.names[0])
    analysis = read_settings.analysis(given, written=written)
    if given[ATTACH] and analysis.output.format != "openvex":
        raise UsageError(f"--attach attaches OpenVEX, not {analysis.output.format}", "leave out --format")
    if given.on_the_line(o.SIGN_KEY) and not given[ATTACH]:
        raise UsageError("--sign-key signs what --attach attaches", "add --attach, or sign the file with cosign")
    if given[ATTACH] and given[o.OFFLINE]:
        raise UsageError("--attach writes to a registry, which --offline forbids", "leave one of them out")
    return Settings(
        analysis=analysis,
        author=given[AUTHOR] or "",
        id=given[ID] or "",
        product=product,
        attach=given[ATTACH],
        sign_key=given[o.SIGN_KEY] or "",
        distribution=given[DISTRIBUTION],
    )


@make(
    "vex",
    *(o.IMAGE, AUTHOR, ID, PRODUCT, DISTRIBUTION, ATTACH, o.SIGN_KEY, *o.TRIAGE),
    *(o.Format(reporters.VEX.names), o.OUTPUT, o.QUIET, *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Write a VEX document of what was decided about IMAGE: what policies and VEX documents set aside, and why.

    An ignore with a justification is not_affected; one without says that the vulnerability is accepted, which is affected,
    with the reason and until when. What goes out comes in again with --vex, and closes the same.

    \b
    garboard vex app:1 -o app.openvex.json --author "Example Ltd"
    garboard vex registry:example.com/app:1 --attach --author "Example Ltd"
    garboard vex app:1 -f Dockerfile --format cyclonedx -o app.vex.cdx.json

    Exit code: 0 it is written, 2 an error, 3 nothing was decided, so there is no document.
    """  # noqa: D301  (\b is click's)
    from garboard.policy.apply import Applied, set_aside
    from garboard.policy.vex import compose

    analysis = settings.analysis
    signer = _signer(settings.sign_key) if settings.attach else None
    report = analyzed(analysis).report
    if analysis.policy is None:
        report = set_aside(report, Applied())
    if settings.attach:
        from garboard.workflows.attach_vex import subject_of

        subject_of(report.image)
    product = settings.product or compose.product(report.image)
    if not product:
        raise UsageError(
            f"{analysis.image} has no digest by which others know it",
            "name its package URL: --product pkg:oci/…@sha256:…",
        )
    more = compose.of_data(_denied(report, analysis), report, product) if settings.distribution else ()
    document, left = compose.compose(report, product, settings.author, settings.id, more)
    for note in (*(report.policy.notes if report.policy else ()), *(f"not in the document: {one}" for one in left)):
        if not analysis.output.quiet:
            click.echo(note, err=True)
    if not document.statements:
        tell(f"nothing was decided about {analysis.image}: no document was written", "garboard ignore --help")
        return 3
    data = reporters.VEX.load(analysis.output.format).render(document)
    if settings.attach:
        from garboard.sbom.identity import timestamp
        from garboard.workflows.attach_vex import attach

        created = timestamp(report.created)
        made = attach(data, report.image, analysis.opening.options, created=created, signer=signer)
        if not analysis.output.quiet:
            signed = "signed" if signer else "unsigned"
            click.echo(f"{report.image.name}: {made} is attached to {report.image.manifest_digest}, {signed}", err=True)
    if analysis.output.file or not settings.attach:
        write(data, analysis.output)
    return 0


def _signer(file: str) -> Signer | None:
    """The one who signs by a private key; None without one.

    Raises:
        UsageError: it is no such key.
    """
    if not file:
        return None
    from garboard.signing import Signer

    return Signer(Path(file))


def _denied(report: Report, analysis: Analysis) -> Iterator[Consideration]:
    from garboard.matching.rejected import denied
    from garboard.matching.streams import streams_of

    streams = streams_of(report.inventory.distro, analysis.data.database)
    return denied(report.inventory.packages, analysis.data.database, streams)
