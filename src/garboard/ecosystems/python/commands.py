"""The command lines of pip, pipx, uv and poetry."""

from __future__ import annotations

import posixpath
import re
import shlex
from types import MappingProxyType
from typing import Final

from garboard.model.program import A_FILE, FIXED, Commands, Fix, PackageSpec, Program, verbs, words

_REQUIREMENT: Final = re.compile(
    r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*((?:===?|[<>!~]=|[<>])[^;@]*)?(?:;.*)?"
)
_WHEEL: Final = re.compile(r"([\w.]+)-([\w.!+]+)-[\w.-]+\.whl")


def pip(word: str) -> PackageSpec | str:
    """A requirement of PEP 508: ``name``, ``name[extra]==version``; a wheel by the name of its file."""
    wheel = _WHEEL.fullmatch(posixpath.basename(word))
    if wheel is not None:
        return PackageSpec(wheel[1], wheel[2], f"=={wheel[2]}")
    if word.endswith((".whl", ".tar.gz", ".zip")):
        return A_FILE
    found = _REQUIREMENT.fullmatch(word)
    if found is None:
        return A_FILE
    said = (found[2] or "").strip()
    exact = re.fullmatch(r"===?\s*([^\s,*]+)", said)
    return PackageSpec(found[1], exact[1] if exact else "", said)


def _remedy(fix: Fix) -> tuple[str, str]:
    names = dict.fromkeys(shlex.quote(f"{p.full_name}>={version}") for p, version in fix.pins)
    text = f"another package needs it; if that allows it, require {FIXED}" if fix.indirect else f"require {FIXED}"
    return f"{text} or later", f"pip install --upgrade {' '.join(names)}"


_PIP: Final = Program(
    pip,
    verbs=verbs("install"),
    with_value=words(
        "-r --requirement -c --constraint -e --editable -t --target --platform --python-version --implementation --abi "
        "--root --prefix --src -i --index-url --extra-index-url -f --find-links --no-binary --only-binary --progress-bar "
        "--proxy --retries --timeout --exists-action --trusted-host --cert --client-cert --cache-dir --log --report "
        "--upgrade-strategy --python --config-settings -C --global-option --use-feature --group --root-user-action"
    ),
    manifests=words("-r --requirement -e --editable --group"),
    closed=words("--no-index"),
    beside=words("-f --find-links"),
    instead=words("-i --index-url"),
)
_UV: Final = Program(
    pip,
    verbs=verbs("pip install, add, tool install"),
    with_value=words(
        "-r --requirement --requirements -c --constraint --constraints -e --editable -p --python -i --index-url --index "
        "--default-index --extra-index-url -f --find-links --prefix -t --target --cache-dir --extra --group --with --from "
        "--directory --project --config-file --index-strategy --link-mode --resolution --prerelease --exclude-newer -b --build-constraint "
        "--overrides --no-binary --only-binary --python-version --python-platform --package -P --upgrade-package --no-group --only-group"
    ),
    manifests=words("-r --requirement --requirements -e --editable"),
    opaque=verbs("sync, pip sync"),
    closed=words("--no-index --offline"),
    beside=words("-f --find-links"),
    instead=words("-i --index-url --default-index"),
)
_POETRY: Final = Program(
    pip,
    verbs=verbs("add, self add"),
    with_value=words(
        "-G --group -E --extras --python --platform --source -C --directory -P --project --with --without --only"
    ),
    opaque=verbs("install, sync, update"),
)

COMMANDS: Final = Commands(
    programs=MappingProxyType({"pip": _PIP, "pipx": _PIP, "uv": _UV, "poetry": _POETRY}),
    remedy=_remedy,
    pin_signs=("==", "===", "~=", "<"),
    raised="{name}>={version}",
    limiting=r"\s(?:-c|--constraints?|--overrides?)[ =]",
    one_version=frozenset({"pip"}),
    file_ends=(".whl", ".tar.gz", ".tgz", ".zip", ".tar.bz2", ".egg"),
    files=r"[^\[;=<>!~ ]*/.*|[\w.-]+(?:\[[^\]]*\])?@.*",
    references=r"(?:[\w.-]+(?:\[[^\]]*\])?@)?(?:git|hg|svn|bzr)(?:\+|://).*",
)
