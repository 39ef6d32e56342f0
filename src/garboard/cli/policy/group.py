"""``garboard policy``: check, explain and import policies."""

from __future__ import annotations

from garboard.cli.command import group
from garboard.cli.policy import check, explain, foreign

command = group(
    "policy",
    """Check, explain and import policies: what fails a build, and what does not count.

    \b
    garboard policy check
    garboard policy explain app:1 --stage-policy production
    garboard policy import .trivyignore
    """,
    check.check,
    explain.explain,
    foreign.import_,
    check.schema,
)
