"""Whether a line of a Dockerfile names the version of a package."""

from __future__ import annotations

from garboard import ecosystems
from garboard.model.attribution import Introduction, Origin
from garboard.model.package import Package
from garboard.model.program import Commands


def pinned(package: Package, who: Introduction) -> bool:
    """Whether the command that brought the package names it with a version, in its package manager's syntax."""
    if who.origin is Origin.BASE or not who.command:
        return False
    known = ecosystems.commands(package.type)
    name = package.full_name.casefold()
    words = [word.strip("'\"").casefold() for word in who.command.replace("\\", " ").split()]
    return any(_is_pin(word, name, known) for word in words) or (name in words and _by_option(words, known))


def _is_pin(word: str, name: str, known: Commands) -> bool:
    return any(
        word.startswith(name + sign) and _is_version(word[len(name) + len(sign) :], known) for sign in known.pin_signs
    )


def _is_version(rest: str, known: Commands) -> bool:
    return bool(rest) and (not known.digit_after_sign or rest[0].isdigit() or rest[0] == "$")


def _by_option(words: list[str], known: Commands) -> bool:
    """Whether an option of the program gives the version (``gem install rails -v 7.1``)."""
    options = {option for word in words if word in known.programs for option in known.programs[word].version_options}
    return any(word.partition("=")[0] in options for word in words)
