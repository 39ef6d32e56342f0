"""Which changes ``garboard fix`` makes, of what, and how they are proved: its options, and what they mean together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from garboard.cli import options as o
from garboard.cli import pull_requests, read_opening, read_settings
from garboard.cli.filtering import FILTERS, filtering
from garboard.cli.params import Given, Option, flag, text, texts, value, values
from garboard.cli.read_settings import STANDARD_INPUT
from garboard.cli.recommend import OPTIONAL_IMAGE, asks_mirrors
from garboard.cli.settings import Analysis, PackageMirrors
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.cli.pull_requests import RequestSettings
    from garboard.hosts.remote import GitRemote
    from garboard.model.action import ActionKind
    from garboard.model.recommendation import Group
    from garboard.reporters.view import View
    from garboard.workflows.attribute import Build

ENDS: Final = (".yaml", ".yml", ".json")
"""How the names of files end that name images to run."""
_ONLY: Final = ("base", "packages", "rebuild", "lint")
_UPTO: Final = ("patch", "minor", "major", "alternative")
_LONGEST: Final = 86_400
_MOST: Final = 20


_SECONDS: Final = 1800.0
"""How long a build or a check may take, if nothing else is said."""


def _upto(given: str) -> Group:
    from garboard.model.recommendation import Group

    if given not in _UPTO:
        raise UsageError(f"--upto does not know {given}", f"it knows: {', '.join(_UPTO)}")
    return Group(given)


def _pin(given: str) -> bool:
    if given != "digest":
        raise UsageError(f"--pin takes only digest, not {given}", "as in --pin digest")
    return True


def _engine(given: str) -> str:
    from garboard import builders

    if given not in builders.NAMES:
        raise UsageError(f"--engine does not know {given}", f"it knows: {', '.join(builders.NAMES)}")
    return given


def _seconds(given: str) -> float:
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= _LONGEST):
        raise UsageError(f"--time-limit takes seconds, up to {_LONGEST}, not {given}", "as in --time-limit 600")
    return float(given)


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= _MOST):
        raise UsageError(f"--try takes a number, up to {_MOST}, not {given}", "as in --try 3")
    return int(given)


def _only(given: str) -> str:
    if given not in _ONLY:
        raise UsageError(f"--only does not know {given}", f"it knows: {', '.join(_ONLY)}")
    return given


APPLY: Final = flag("--apply", help="Write the changes.")
ONLY: Final = values("--only", parse=_only, metavar="base|packages|rebuild|lint", help="Only changes of this kind.")
INTERACTIVE: Final = flag("--interactive", help="Ask before each change; what only you can decide is offered too.")
UPTO: Final = value(
    "--upto",
    parse=_upto,
    metavar="patch|minor|major|alternative",
    help="No base that is further away than this; minor without IMAGE.",
)
PIN: Final = value(
    "--pin", parse=_pin, metavar="digest", help="Name the base with its digest, as where it has one now."
)
CONTEXT: Final = text("--context", metavar="DIR", help="The build context; without it, the Dockerfile's folder.")


TOOLS: Final = flag(
    "--tools", help="Let npm and go make lock files again, in a copy and without scripts; they ask their registries."
)
PROVE: Final = flag("--prove", help="Build before and after, scan both, and write only what comes out as predicted.")
CHECK: Final = texts(
    "--check", metavar="CMD", help="A shell command that has to end well in the new image (with --prove)."
)
HEALTHCHECK: Final = flag(
    "--healthcheck", help="Start the new image, without a network: its HEALTHCHECK has to pass (with --prove)."
)
ENGINE: Final = value(
    "--engine", parse=_engine, metavar="docker|podman|buildah", help="What builds; else the first there is."
)
BUILD_OPTION: Final = texts(
    "--build-option", metavar="WORD", help="One more word for the builder, as in --network=host."
)
TIME_LIMIT: Final = value(
    "--time-limit", parse=_seconds, metavar="SECONDS", help="How long a build or a check may take."
)
TRY: Final = value(
    "--try", parse=_number, metavar="N", help="Up to so many changes, the next best after one that is not good."
)


REPO: Final = text(
    "--repo",
    metavar="DIR|URL",
    help="All Dockerfiles and files of images that a git repository has, instead of -f; of a URL a clone is made.",
)


class ProvingSettings(Value):
    """How a proof is made."""

    engine: str
    checks: tuple[str, ...]
    healthcheck: bool
    options: tuple[str, ...]
    seconds: float
    tries: int


class Settings(Value):
    """An image, which of its issues count, the folder of its build, and which changes are made of its files.

    ``deployment`` says that ``file`` names images to run, and is no Dockerfile; of a whole repository it is the folder, and
    that of a clone, if ``remote`` says where from.
    ``proving`` is None if nothing is built, ``mirrors`` if they are not asked, ``requests`` if nobody is asked.
    """

    analysis: Analysis
    file: Path
    deployment: bool
    view: View
    context: Path
    kinds: frozenset[ActionKind]
    lean: bool
    dropped: frozenset[str]
    interactive: bool
    furthest: Group
    pinned: bool
    apply: bool
    tools: bool
    proving: ProvingSettings | None
    mirrors: PackageMirrors | None
    requests: RequestSettings | None
    remote: GitRemote | None = None


def settings(given: Given) -> Settings:
    """Those of one file, or of a whole repository.

    Raises:
        UsageError: options exclude each other, or name what is not there.
    """
    from garboard.model.recommendation import Group

    if place := given[REPO]:
        return _of_repository(given, place)
    if given.asked(o.ALL):
        raise UsageError("--all is of a repository, and none is named", "add --repo DIR")
    file = given[o.FILE]
    if not file or file == STANDARD_INPUT:
        raise UsageError(
            "fix changes a file, and none is named", "name a Dockerfile, or one that names images: -f FILE"
        )
    if Path(file).exists() and not Path(file).is_file():
        raise UsageError(f"fix changes a file, and {file} is none that can be written", "name a plain file")
    deployment = file.lower().endswith(ENDS)
    proving = _proving(given)
    if not given[OPTIONAL_IMAGE] and proving is not None:
        raise UsageError("--prove compares with an image, and none is named", "name the one that was built")
    if given[OPTIONAL_IMAGE] and deployment:
        raise UsageError(f"{file} names its images itself", "leave out the image")
    asks = asks_mirrors(given)
    analysis = read_settings.analysis(given, look_up=True, built_from=_no_build() if deployment else None)
    context = Path(given[CONTEXT] or Path(file).parent)
    if not context.is_dir():
        raise UsageError(f"--context names a folder, and {context} is none", "name the folder that the build gets")
    return Settings(
        analysis=analysis,
        file=Path(file),
        deployment=deployment,
        view=filtering(given),
        context=context,
        kinds=_kinds(given[ONLY]),
        lean="lint" in given[ONLY],
        dropped=frozenset(given[o.DROP]),
        interactive=given[INTERACTIVE],
        furthest=given[UPTO] or (Group.ALTERNATIVE if given[OPTIONAL_IMAGE] else Group.MINOR),
        pinned=bool(given[PIN]),
        apply=given[APPLY],
        tools=_tools(given),
        proving=proving,
        mirrors=read_opening.package_mirrors(given) if asks else None,
        requests=_requests(given),
    )


def _of_repository(given: Given, place: str) -> Settings:
    """Of all files; what is of one file or image is refused."""
    from garboard.hosts import remote
    from garboard.model.recommendation import Group

    folder = Path(place)
    address = remote.parse(place) if remote.is_address(place) and not folder.exists() else None
    if address is None and not folder.is_dir():
        raise UsageError(
            f"--repo names a folder, and {folder} is none", "name the folder of a git repository, or its URL"
        )
    if address is not None and given[APPLY]:
        raise UsageError("--apply writes files here, and of a URL there are none", "use --pr, or --format diff")
    if address is not None and address.scheme != "file" and given[o.OFFLINE]:
        raise UsageError(f"--repo asks {address.host}, which --offline forbids", "leave out --offline")
    for one in (
        OPTIONAL_IMAGE,
        o.FILE,
        CONTEXT,
        PROVE,
        o.DROP,
        INTERACTIVE,
        o.TARGET,
        o.BUILD_ARG,
        o.CHECK_MIRRORS,
    ):
        if given.asked(one):
            named = given.spelled(one) if isinstance(one, Option) else "IMAGE"
            raise UsageError(
                f"--repo is of all files, and no image is built: {named} is of one", f"leave out {named}, or --repo"
            )
    other = next((one for one in given[ONLY] if one not in ("base", "packages")), "")
    if other:
        raise UsageError("--repo changes bases, images and manifests", f"leave out --only {other}")
    if given.asked(UPTO) and given[ONLY] and "base" not in given[ONLY]:
        raise UsageError("--upto is of bases and images, and none is changed", "leave out --upto, or --only")
    if given[o.ALL] and given[ONLY]:
        raise UsageError("--all is both, bases and packages", "leave out --all or --only")
    return Settings(
        analysis=read_settings.analysis(given, look_up=True, built_from=_no_build()),
        file=folder,
        deployment=False,
        view=filtering(given),
        context=folder,
        kinds=_kinds(("base", "packages") if given[o.ALL] else given[ONLY] or ("base",)),
        lean=False,
        dropped=frozenset(),
        interactive=False,
        furthest=given[UPTO] or Group.MINOR,
        pinned=bool(given[PIN]),
        apply=given[APPLY],
        tools=_tools(given),
        proving=None,
        mirrors=None,
        requests=_requests(given),
        remote=address,
    )


def _tools(given: Given) -> bool:
    if given[TOOLS] and given[o.OFFLINE]:
        raise UsageError("--tools asks registries of packages, which --offline forbids", "leave out --offline")
    if given[TOOLS] and not given[OPTIONAL_IMAGE] and not given[REPO]:
        raise UsageError("--tools is of the packages of an image, and none is named", "name the one that was built")
    return bool(given[TOOLS])


def _requests(given: Given) -> RequestSettings | None:
    requests = pull_requests.settings(given, tuple(_narrowing(given)), tuple(_widening(given)))
    if requests is not None and given[APPLY]:
        raise UsageError("--apply writes files here, and --pr asks others to take them", "choose one of them")
    if requests is not None and given[o.OFFLINE]:
        raise UsageError("--pr asks a code host, which --offline forbids", "leave out --offline")
    return requests


def _narrowing(given: Given) -> Iterator[Option[Any]]:
    """The options that leave out what might be changed, if they are given."""
    yield from (*FILTERS, o.IGNORE, o.VEX, o.POLICY, o.CHECK_MIRRORS, PIN, INTERACTIVE)
    if not given[REPO]:  # there, requests are told apart by what they change
        yield ONLY
    if _further(given) < 0:
        yield UPTO


def _widening(given: Given) -> Iterator[Option[Any]]:
    """The options that change what is not changed without them, if they are given."""
    yield from (TOOLS, o.DROP)
    if _further(given) > 0:
        yield UPTO


def _further(given: Given) -> int:
    """By how much bases may be further away than if nothing is said."""
    usual = "alternative" if given[OPTIONAL_IMAGE] else "minor"
    furthest = given[UPTO]
    return _UPTO.index(furthest.value) - _UPTO.index(usual) if furthest else 0


def _no_build() -> Build:
    from garboard.workflows.attribute import Build

    return Build()


def _proving(given: Given) -> ProvingSettings | None:
    if not given[PROVE]:
        named = [one for one in (CHECK, HEALTHCHECK, ENGINE, BUILD_OPTION, TIME_LIMIT, TRY) if given.asked(one)]
        if named:
            raise UsageError(f"{given.spelled(named[0])} is of a build, and nothing is built", "add --prove")
        return None
    return ProvingSettings(
        engine=given[ENGINE] or "",
        checks=given[CHECK],
        healthcheck=given[HEALTHCHECK],
        options=given[BUILD_OPTION],
        seconds=given[TIME_LIMIT] or _SECONDS,
        tries=given[TRY] or 1,
    )


def _kinds(only: tuple[str, ...]) -> frozenset[ActionKind]:
    from garboard.model.action import ActionKind

    chosen = {
        "base": frozenset({ActionKind.BASE}),
        "rebuild": frozenset({ActionKind.REBUILD, ActionKind.PULL}),
        "lint": frozenset({ActionKind.TRIM}),
    }
    chosen["packages"] = frozenset(ActionKind).difference(*chosen.values())
    return frozenset().union(*(chosen[one] for one in only or _ONLY))


OPTIONS: Final = (
    *(OPTIONAL_IMAGE, REPO, o.ALL, APPLY, INTERACTIVE, ONLY, o.DROP, UPTO, PIN, CONTEXT, TOOLS),
    *(PROVE, CHECK, HEALTHCHECK, TRY, ENGINE, BUILD_OPTION, TIME_LIMIT),
)
