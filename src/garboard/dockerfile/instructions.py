"""How each instruction parses the rest of its line, and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final, NamedTuple, NoReturn

from garboard.dockerfile.heredocs import delimiter
from garboard.dockerfile.source import SPACE, Source
from garboard.dockerfile.words import Logical, blank_separated, cut, quoted
from garboard.model.dockerfile import Argument, Assignment

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
STAGE_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]*\Z")


class Form(NamedTuple):
    """The arguments of one instruction, and how they were written."""

    arguments: tuple[Argument, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    exec_form: tuple[str, ...] | None = None


class Writing(NamedTuple):
    """The input of a form: the keyword (upper case) and its position, the rest of its line, the escape character."""

    name: str
    keyword: Logical
    rest: Logical
    source: Source
    escape: str

    def refuse(self, message: str, hint: str = "", at: Logical | None = None) -> NoReturn:
        """Raise the error that points at a part of the line, or else at the keyword."""
        places = (at or self.keyword).places or self.keyword.places
        raise self.source.error(message, places[0], places[-1] + 1, hint)


def _exec(writing: Writing, rest: Logical) -> Form | None:
    """Parse the JSON form; return None if the line is not JSON: then it is a shell form."""
    if not rest.text.lstrip(SPACE).startswith("["):
        return None
    try:
        strings = json.loads(rest.text.strip(SPACE), parse_constant=_not_json)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(one, str) for one in strings):
        writing.refuse("a JSON form of more than strings", 'quote each element: ["a", "1"]', rest)
    texts = tuple(one.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for one in strings)
    spans = [rest.part(*found.span()).span(writing.source) for found in _STRING.finditer(rest.text)]
    return Form(
        arguments=tuple(Argument(text=text, span=span) for text, span in zip(texts, spans, strict=True)),
        exec_form=texts,
    )


def _not_json(name: str) -> NoReturn:
    raise ValueError(name)


def _command(writing: Writing) -> Form:
    if not writing.rest.text:
        return Form()
    return _exec(writing, writing.rest) or _whole(writing)


def _whole(writing: Writing) -> Form:
    return Form(arguments=(writing.rest.argument(writing.source),))


def _one(writing: Writing) -> Form:
    if not writing.rest.text:
        writing.refuse(f"{writing.name} without its argument")
    return _whole(writing)


def _words(writing: Writing) -> Form:
    words = tuple(word.argument(writing.source) for word in blank_separated(writing.rest))
    return Form(arguments=words)


def _some_words(writing: Writing) -> Form:
    form = _words(writing)
    if not form.arguments:
        writing.refuse(f"{writing.name} without an argument")
    return form


def _volume(writing: Writing) -> Form:
    form = _exec(writing, writing.rest) or _some_words(writing)
    if not form.arguments or not all(one.text.strip(SPACE) for one in form.arguments):
        writing.refuse("VOLUME without a path", "name a path: VOLUME /data")
    return form


def _copy(writing: Writing) -> Form:
    form = _exec(writing, writing.rest) or _words(writing)
    if len(form.arguments) < 2:
        writing.refuse(f"{writing.name} without a destination", f"{writing.name} SOURCE… DESTINATION")
    if delimiter(form.arguments[-1].text) is not None:
        writing.refuse(f"{writing.name} into a heredoc", "a heredoc is a source; name the destination after it")
    return form


def _from(writing: Writing) -> Form:
    words = blank_separated(writing.rest)
    if not words:
        writing.refuse("FROM without an image", "name an image, a stage, or scratch: FROM debian:12")
    if len(words) != 1 and (len(words) != 3 or words[1].text.lower() != "as"):
        writing.refuse("FROM takes an image, or an image AS a name", "FROM IMAGE [AS NAME]", words[1])
    if len(words) == 3 and not STAGE_NAME.match(words[2].text.lower()):
        writing.refuse(
            f"{words[2].text!r} is no name for a stage", "a letter first, then letters, digits, -, _ and .", words[2]
        )
    return _words(writing)


def _assignment(word: Logical, source: Source) -> Assignment:
    name, equals, value = word.text.partition("=")
    return Assignment(name=name, value=value if equals else None, span=word.span(source))


def _arg(writing: Writing) -> Form:
    words = quoted(writing.rest, writing.escape)
    if not words:
        writing.refuse("ARG without a name", "ARG NAME[=DEFAULT]…")
    return _assigned(writing, words)


def _pairs(writing: Writing) -> Form:
    words = quoted(writing.rest, writing.escape)
    if not words:
        writing.refuse(f"{writing.name} without a name", f"{writing.name} NAME=VALUE…")
    if "=" in words[0].text:
        for word in words:
            if "=" not in word.text:
                writing.refuse(f"no = in {word.text!r}", "NAME=VALUE, and quote a value with blanks", word)
        return _assigned(writing, words)
    name, value = cut(writing.rest)
    if not value.text:
        writing.refuse(f"{writing.name} {name.text} without a value", f"{writing.name} {name.text}=VALUE", name)
    return Form(
        arguments=(name.argument(writing.source), value.argument(writing.source)),
        assignments=(Assignment(name=name.text, value=value.text, span=writing.rest.span(writing.source)),),
    )


def _assigned(writing: Writing, words: list[Logical]) -> Form:
    for word in words:
        if word.text.startswith("="):
            writing.refuse(f"{writing.name} with an empty name", "write the name before the =", word)
    return Form(
        arguments=tuple(word.argument(writing.source) for word in words),
        assignments=tuple(_assignment(word, writing.source) for word in words),
    )


def _healthcheck(writing: Writing) -> Form:
    kind, rest = cut(writing.rest)
    if kind.text.upper() not in ("CMD", "NONE"):
        writing.refuse("HEALTHCHECK takes CMD or NONE", "HEALTHCHECK CMD command, or HEALTHCHECK NONE", kind)
    if kind.text.upper() == "NONE":
        if rest.text:
            writing.refuse("HEALTHCHECK NONE takes no arguments", at=rest)
        return Form(arguments=(kind.argument(writing.source),))
    command = _command(writing._replace(rest=rest))
    if not command.arguments:
        writing.refuse("HEALTHCHECK CMD without a command")
    return command._replace(arguments=(kind.argument(writing.source), *command.arguments))


def _shell(writing: Writing) -> Form:
    form = _exec(writing, writing.rest)
    if form is None or not form.arguments:
        writing.refuse("SHELL takes a JSON form only", 'write ["/bin/bash", "-c"], with double quotes', writing.rest)
    return form


FORMS: Final = MappingProxyType[str, Callable[[Writing], Form]](
    {
        "ADD": _copy,
        "ARG": _arg,
        "CMD": _command,
        "COPY": _copy,
        "ENTRYPOINT": _command,
        "ENV": _pairs,
        "EXPOSE": _some_words,
        "FROM": _from,
        "HEALTHCHECK": _healthcheck,
        "LABEL": _pairs,
        "MAINTAINER": _one,
        "RUN": _command,
        "SHELL": _shell,
        "STOPSIGNAL": _one,
        "USER": _one,
        "VOLUME": _volume,
        "WORKDIR": _one,
    }
)
"""Every instruction except ONBUILD, which contains another one."""
