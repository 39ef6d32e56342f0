"""Conditions of a rule that are about the image as a whole: each answers whether it holds, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.lifecycle import State
from garboard.model.package import Users
from garboard.model.recommendation import Row
from garboard.model.report import Coverage, Report
from garboard.model.timestamp import parsed
from garboard.policy import ages, values
from garboard.policy.baseline import counted
from garboard.policy.facts import Facts, ImageAnswer
from garboard.policy.license_texts import names_one
from garboard.policy.unread import UNOWNED, ecosystem_names, may_hide
from garboard.policy.values import Kind
from garboard.signing import Verifier

UNSIGNED_BY: Final = "unsigned-by"
_SHOWN: Final = 5
_BILL: Final = "sbom"
"""The source of images of which only a list of packages is known."""


class OfImage(NamedTuple):
    """A condition on images: the kind of its value, what it means, and the test."""

    kind: Kind
    text: str
    answer: Callable[[Any, Facts], ImageAnswer]


def _more_than(most: dict[str, int], facts: Facts) -> ImageAnswer:
    counts = counted(facts.report)
    unrated = 0 if facts.unrated_passes else counts[Severity.UNKNOWN]
    over, unsure = [], []
    for name, limit in most.items():
        found = counts.total() if name == "all" else counts[values.severity_of(name)]
        if found > limit:
            over.append(f"{found} {name}, and {limit} are allowed")
        elif name not in {"all", "unknown"} and found + unrated > limit:
            unsure.append(f"the severity of {unrated} issues, which may be {name}")
    if over:
        return ImageAnswer(holds=True, text="; ".join(over))
    return ImageAnswer(holds=None if unsure else False, text="; ".join(unsure))


def _more_than_baseline(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    if facts.baseline is None:
        return ImageAnswer(holds=None, text="a baseline (--baseline)")
    counts, before = counted(facts.report), facts.baseline.counts
    over = [
        f"{counts[one]} {one.word}, and the baseline has {before.get(one, 0)}"
        for one in sorted(Severity, reverse=True)
        if counts[one] > before.get(one, 0)
    ]
    return ImageAnswer(holds=bool(over), text="; ".join(over))


def _unjudged(wanted: Any, facts: Facts) -> ImageAnswer:
    report = facts.report
    if wanted is True:
        holds = report.coverage is not Coverage.FULL
        return ImageAnswer(holds=holds, text="not all of the image could be judged" if holds else "")
    names = {one.lower() for one in wanted}
    types = Counter(one.type for one in report.unjudged)
    bad = [f"{count} {kind}" for kind, count in types.items() if names & ecosystem_names(ecosystems.of(kind))]
    if bad:
        return ImageAnswer(holds=True, text=f"{', '.join(bad)} packages could not be judged")
    hiding = next((gap for gap in report.gaps if may_hide(gap, names)), None)
    if hiding is None:
        return ImageAnswer(holds=False)
    return ImageAnswer(holds=None, text=f"which of these packages there are: {hiding.subject}: {hiding.reason}")


def _data_older_than(days: int, facts: Facts) -> ImageAnswer:
    now = facts.report.created
    found = {one.shard: ages.age(one, now) for one in facts.report.feeds}
    if not found:
        return ImageAnswer(holds=None, text="the age of the data: none were used")
    unknown = [shard for shard, age in found.items() if age is None]
    old = [f"{shard} ({age.days} days)" for shard, age in found.items() if age is not None and age.days > days]
    if old:
        return ImageAnswer(holds=True, text=f"older than {days} days: {_some(old)}")
    return ImageAnswer(holds=None if unknown else False, text=f"the age of {_some(unknown)}" if unknown else "")


def _root(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    user = facts.report.image.user
    if user is None:
        return ImageAnswer(holds=None, text="as whom the image runs")
    name = user.partition(":")[0].strip()
    is_root = _is_root(name, facts.report.inventory.users)
    if is_root is None:
        return ImageAnswer(holds=None, text=f"who {name} is, of whom the image's /etc/passwd says nothing")
    return ImageAnswer(holds=is_root, text=f"its commands run as root{f' ({name})' if name else ''}" if is_root else "")


def _is_root(name: str, users: Users | None) -> bool | None:
    """Whether a name or number of a user is root's; None if nothing tells."""
    if name in {"", "root"} or (users is not None and name in users.root):
        return True
    if users is not None and name in users.others:
        return False
    try:
        return int(name) == 0
    except ValueError:
        return None


def _unowned(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    if facts.report.image.source == _BILL:
        return ImageAnswer(holds=None, text="which programs there are, which an SBOM does not say")
    found = [gap for gap in facts.report.gaps if UNOWNED in gap.subject]
    text = "; ".join(f"{gap.subject}: {gap.reason}" for gap in found)
    return ImageAnswer(holds=bool(found), text=text)


def _license(patterns: tuple[str, ...], facts: Facts) -> ImageAnswer:
    packages = [one for one in facts.report.inventory.packages if not one.application]
    found = [(one, names_one(one.licenses, patterns)) for one in packages]
    bad = [f"{ecosystems.displayed(one)} ({', '.join(one.licenses)})" for one, names in found if names]
    if bad:
        return ImageAnswer(holds=True, text=_some(bad))
    unknown = [ecosystems.displayed(one) for one, names in found if names is None]
    return ImageAnswer(holds=None if unknown else False, text=f"the license of {_some(unknown)}" if unknown else "")


def _base_not_in(patterns: tuple[str, ...], facts: Facts) -> ImageAnswer:
    name = _base(facts.report)
    if not name:
        return ImageAnswer(holds=None, text="the base image")
    short = name.removeprefix("docker.io/").removeprefix("library/")
    allowed = any(fnmatchcase(one, pattern) for one in (name, short) for pattern in patterns)
    return ImageAnswer(holds=not allowed, text="" if allowed else f"{short} is not approved")


def _base(report: Report) -> str:
    return report.base_image or (report.attribution.base.name if report.attribution else "")


def _base_unpinned(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    name = facts.report.base_image
    if not name:
        return ImageAnswer(holds=None, text="what FROM says (name the Dockerfile with -f)")
    pinned = "@sha256:" in name
    return ImageAnswer(holds=not pinned, text="" if pinned else f"FROM {name} names no digest")


def _base_row(facts: Facts) -> Row | None:
    found = facts.report.recommendation
    return found.base if found else None


def _base_unapproved(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    row = _base_row(facts)
    if row is None or row.approved is None:
        return ImageAnswer(holds=None, text="whether the base image is approved (garboard catalog approve)")
    return ImageAnswer(holds=not row.approved, text="" if row.approved else f"{row.reference} is not approved")


def _base_unsupported(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    row = _base_row(facts)
    if row is None or not row.lifespans or any(one.state is State.UNKNOWN for one in row.lifespans):
        if row is not None and row.ended:
            return ImageAnswer(holds=True, text=f"the support of {row.reference} has ended")
        return ImageAnswer(holds=None, text="until when the base image is supported")
    return ImageAnswer(holds=bool(row.ended), text=f"the support of {row.reference} has ended" if row.ended else "")


def _base_older_than(days: int, facts: Facts) -> ImageAnswer:
    row = _base_row(facts)
    made = parsed(row.created) if row else None
    if made is None:
        return ImageAnswer(holds=None, text="when the base image was made")
    age = (facts.report.created - made).days
    return ImageAnswer(holds=age > days, text=f"the base image is {age} days old" if age > days else "")


def _base_behind(most: int, facts: Facts) -> ImageAnswer:
    """How many high and critical issues the best recommended base does not have."""
    found, row = facts.report.recommendation, _base_row(facts)
    if found is None or row is None or row.counts is None:
        return ImageAnswer(holds=None, text="how other base images compare (garboard catalog sync)")
    here = row.counts.critical + row.counts.high
    less = {one.reference: here - one.counts.critical - one.counts.high for one in found.recommended if one.counts}
    best = max(less, key=lambda name: less[name], default="")
    if not best or less[best] <= most:
        return ImageAnswer(holds=False)
    return ImageAnswer(holds=True, text=f"{best} has {less[best]} critical and high issues less")


def _no_provenance(wanted: bool, facts: Facts) -> ImageAnswer:  # noqa: ARG001
    known = facts.report.provenance
    if known is None:
        return ImageAnswer(
            holds=None, text="whether it has a provenance, which is looked for in registries and OCI layouts"
        )
    return ImageAnswer(holds=not known, text="" if known else "nothing attests how it was built")


def _unsigned_by(names: tuple[str, ...], facts: Facts) -> ImageAnswer:
    """Whether none of these keys signed the image's manifest, or an index that led to it."""
    found, image = facts.report.signatures, facts.report.image
    if found is None:
        why = facts.report.signatures_problem
        told = f": its signatures cannot be read: {why}" if why else ", which is looked for in registries"
        return ImageAnswer(holds=None, text=f"by whom it is signed{told}")
    here = {image.manifest_digest, *image.index_digests} - {""}
    keys = [Verifier.of(facts.keys[one], one) for one in names]
    if any(one.digest in here and key.signed(one.signed, one.signature) for one in found for key in keys):
        return ImageAnswer(holds=False)
    whose = " or ".join(names)
    return ImageAnswer(
        holds=True, text=f"none of its {len(found)} signatures is by {whose}" if found else "it is not signed"
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


_UNJUDGED: Final = Kind(
    lambda value: True if value is True else values.ECOSYSTEMS.read(value),
    MappingProxyType({"oneOf": [{"const": True}, {**values.WORDS.schema}]}),
)
CONDITIONS: Final = MappingProxyType(
    {
        "more-than": OfImage(values.COUNTS, "There are more issues of a severity than this.", _more_than),
        "more-than-baseline": OfImage(
            values.TRUE, "There are more issues of a severity than the baseline has.", _more_than_baseline
        ),
        "unjudged": OfImage(
            _UNJUDGED,
            "A part of the image, or packages of these ecosystems, could not be judged; of what was not read it is not known whose packages are in it.",
            _unjudged,
        ),
        "data-older-than": OfImage(
            values.COUNT,
            "Data in use were fetched more than so many days ago, or are older by their own date (kev, epss).",
            _data_older_than,
        ),
        "root-user": OfImage(
            values.TRUE, "The image's commands run as root, by its USER and its list of users.", _root
        ),
        "unowned-programs": OfImage(values.TRUE, "There are programs that no package manager installed.", _unowned),
        "license": OfImage(
            values.WORDS,
            "A package has one of these licenses, of several it may choose none besides; patterns such as GPL-3.0*.",
            _license,
        ),
        "base-not-in": OfImage(
            values.WORDS, "The base image is none of these; patterns such as debian:*-slim.", _base_not_in
        ),
        "base-unapproved": OfImage(
            values.TRUE, "The catalog's list of approved bases does not have it.", _base_unapproved
        ),
        "base-unpinned": OfImage(values.TRUE, "FROM names no digest.", _base_unpinned),
        "base-unsupported": OfImage(values.TRUE, "The support of the base image has ended.", _base_unsupported),
        "base-older-than": OfImage(
            values.COUNT, "The base image was made more than so many days ago.", _base_older_than
        ),
        "base-behind": OfImage(
            values.COUNT, "Another base has more than so many critical and high issues less.", _base_behind
        ),
        UNSIGNED_BY: OfImage(
            values.WORDS, "No key of these signed the image: public keys in PEM, relative to this file.", _unsigned_by
        ),
        "no-provenance": OfImage(values.TRUE, "No attestation of its provenance is beside the image.", _no_provenance),
    }
)
