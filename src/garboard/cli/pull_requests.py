"""Pull requests of what ``garboard fix`` changes: their options, and the opening of the repository and of its code host."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from garboard.cli.params import Given, Option, flag, text, texts, value
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from garboard.cli.settings import Opening
    from garboard.git.branches import Branches
    from garboard.git.checkout import Checkout
    from garboard.hosts.api import Token
    from garboard.model.fix import Fixes
    from garboard.model.pull_request import RequestOutcome

_MOST: Final = 100
_OPEN: Final = 5
"""How many may be open, if nothing else is said."""


def _host(given: str) -> str:
    from garboard import hosts

    if given not in hosts.NAMES:
        raise UsageError(f"--host does not know {given}", f"it knows: {', '.join(hosts.NAMES)}")
    return given


def _most(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 5 and 0 < int(given) <= _MOST):
        raise UsageError(f"--most takes a number, up to {_MOST}, not {given}", "as in --most 5")
    return int(given)


PR: Final = flag("--pr", help="Ask for the changes by a pull request, on a branch of its own; no file here is written.")
HOST: Final = value(
    "--host",
    parse=_host,
    metavar="github|gitlab|gitea|bitbucket|azure",
    help="What the code host is, where its address does not tell.",
)
API: Final = text("--api", metavar="URL", help="The code host's API, where it is at no usual address.")
REMOTE: Final = text("--remote", metavar="NAME", help="The remote of the repository; origin, if nothing else is said.")
TARGET_BRANCH: Final = text(
    "--target-branch", metavar="BRANCH", help="The branch that is to take the changes, else the repository's default."
)
MOST: Final = value("--most", parse=_most, metavar="N", help="No more than so many pull requests may be open; 5.")
LABEL: Final = texts("--label", metavar="LABEL", help="A label of new pull requests.")
REVIEWER: Final = texts("--reviewer", metavar="NAME", help="Who is asked to review new pull requests.")
DRY_RUN: Final = flag("--dry-run", help="Only say what would be done about pull requests.")
OPTIONS: Final = (PR, HOST, API, REMOTE, TARGET_BRANCH, MOST, LABEL, REVIEWER, DRY_RUN)


class RequestSettings(Value):
    """How pull requests are made; ``host`` and ``api`` are empty if the remote's address tells.

    ``narrowed`` are the options that leave something out that might be changed, ``widened`` those that change more, each with
    its value.
    """

    host: str
    api: str
    remote: str
    target: str
    most: int
    labels: tuple[str, ...]
    reviewers: tuple[str, ...]
    dry: bool
    narrowed: tuple[tuple[str, str], ...]
    widened: tuple[tuple[str, str], ...]


def settings(given: Given, narrowing: Sequence[Option[Any]], widening: Sequence[Option[Any]]) -> RequestSettings | None:
    """How pull requests are made; None if none are. Options that are ``narrowing`` leave something out, and ``widening`` ones do more.

    Raises:
        UsageError: options are of pull requests, and none are made.
    """
    if not given[PR]:
        named = [one for one in OPTIONS if given.asked(one)]
        if named:
            raise UsageError(f"{given.spelled(named[0])} is of pull requests, and none is made", "add --pr")
        return None
    return RequestSettings(
        host=given[HOST] or "",
        api=given[API] or "",
        remote=given[REMOTE] or "origin",
        target=given[TARGET_BRANCH] or "",
        most=given[MOST] or _OPEN,
        labels=given[LABEL],
        reviewers=given[REVIEWER],
        dry=given[DRY_RUN],
        narrowed=_given(given, narrowing),
        widened=_given(given, widening),
    )


def _given(given: Given, options: Sequence[Option[Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((max(one.opts, key=len), repr(given[one])) for one in options if given[one])


def _all(key: str, path: str) -> bool:
    return bool(key and path)


class WantedRequests(NamedTuple):
    """What to ask for.

    Attributes:
        place: the file that is changed, or the folder whose files are.
        stage: of the file's build; empty for the last one.
        parts: what changes, each of a request of its own, by its key; that is empty where the changes tell it.
        settled: what was judged.
        files: the names of files, and of folders with all their files, that this goes by.
        goes_by: says whether requests of a key go by one of these, by its path in the repository.
        below: the folder that names of files are seen from; None for where the user is.
    """

    place: Path
    stage: str
    parts: tuple[tuple[str, Fixes], ...]
    settled: Callable[[str], bool]
    files: tuple[str, ...]
    goes_by: Callable[[str, str], bool] = _all
    below: Path | None = None


def asked(asking: WantedRequests, given: RequestSettings, opening: Opening) -> tuple[RequestOutcome, ...]:
    """What was done about the pull requests.

    Raises:
        GarboardError: the repository, its remote or its host refuses.
    """
    from garboard import hosts
    from garboard.git.branches import branches
    from garboard.git.checkout import Checkout
    from garboard.hosts import remote
    from garboard.net.client import Client
    from garboard.workflows import pull_requests
    from garboard.workflows.judged_scope import JudgedScope

    whole = asking.place.is_dir()
    checkout = Checkout(asking.place if whole else asking.place.parent, asking.below)
    address = remote.parse(checkout.remote(given.remote))
    place = checkout.path(str(asking.place))
    options = opening.options
    with Client(offline=options.offline, ca_file=options.ca_file, limits=options.limits) as client:
        host = hosts.open_host(client, address, given.host, given.api)
        judged = JudgedScope(asking.settled, narrowed=given.narrowed, widened=given.widened)
        target = pull_requests.target_of(host.requests, given.target)
        scope = target.scope(pull_requests.scope_of(place, asking.stage, whole=whole))
        wanted = [
            one
            for key, fixes in pull_requests.worst_first(asking.parts)
            for one in pull_requests.wanted_of(fixes, scope, checkout.path, host.limit, key, judged.marks)
        ]
        rules = pull_requests.RequestRules(
            identity=checkout.identity(),
            target=target.name,
            most=given.most,
            labels=given.labels,
            reviewers=given.reviewers,
            dry=given.dry,
        )
        with branches(address.address, host.login, checkout.store) as own:
            judged = judged._replace(unlike=_unlike(asking, checkout, own))
            done = pull_requests.ask(wanted, scope, host.requests, own, rules, judged=judged)
            return tuple(_without(host.token, one) for one in done)


def _without(token: Token, one: RequestOutcome) -> RequestOutcome:
    """The same, if what was said has the token, without it."""
    notes = tuple(map(token.hidden_in, one.notes))
    return msgspec.structs.replace(one, reason=token.hidden_in(one.reason), notes=notes)


def _unlike(asking: WantedRequests, checkout: Checkout, own: Branches) -> Callable[[str], str]:
    """What names a file, by a request's key, that is another one in the branch to change."""

    @functools.cache
    def differing() -> tuple[str, ...]:
        inside = {one: checkout.find(one) for one in asking.files}
        paths = [path for path in inside.values() if path is not None]
        outside = (one for one, path in inside.items() if path is None)
        return (*checkout.differing(own.target(), own.objects, paths), *outside)

    return lambda key: next((one for one in differing() if asking.goes_by(key, one)), "")
