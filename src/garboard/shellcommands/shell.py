"""Shell scripts: the commands in them and the words of each, as far as the text alone shows.

What a variable, a substitution or a loop over unknown values turns a word into is unknown, never a guess.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.dockerfile.lexer import PIPES, TOO_MUCH, Budget, Lexer, LexError, Lookup
from garboard.model.dockerfile import Unknown

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

SHELLS: Final = ("sh", "bash", "dash", "ash", "ksh", "zsh", "mksh")
_MOST_VALUES: Final = 64  # of a loop that is followed value by value
_MOST_REPEATED: Final = 1 << 16  # bytes of loops, each counted once for each value
_LONGEST: Final = 64 * 1024  # bytes of a script: its tree takes a thousand times as much
_MOST_PIPES: Final = 200  # of `|`: the grammar's recovery from a pipe that leads nowhere takes their square
_DEEPEST: Final = 150  # statements in one another
_CONTINUED: Final = re.compile(r"\\\r?\n")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED_IN_QUOTES: Final = re.compile(r'\\([$`"\\])')
_BRACES: Final = re.compile(r"\{([^{},]*(?:,[^{},]*)+)\}")


class Word(NamedTuple):
    """One word of a command: what the program gets, or None if that cannot be known; and the word as written."""

    text: str | None
    written: str


class Command(NamedTuple):
    """A command, its words and its text in one line. ``conditional``: it does not run in every case."""

    words: tuple[Word, ...]
    text: str
    conditional: bool = False
    script: str = ""
    """The heredoc that it reads, if any."""


class Obscure(NamedTuple):
    """A part of a script that is not readable shell."""

    text: str
    reason: str
    limit: bool = False
    """Whether it is a limit of this program that keeps it from being read."""


def commands(script: str, lookup: Lookup, budget: Budget | None = None) -> Iterator[Command | Obscure]:
    """The commands of a script, in written order: in lists, pipes, loops, groups, functions, and $(…).

    ``lookup`` returns the variables that are set before it. A loop over known values gives a command for each value.
    ``budget`` bounds what is done with values of variables; when it is spent, they are unknown.
    """
    data = script.encode("utf-8", "replace")
    budget = budget or Budget(len(data))
    pipes = data.count(b"|")
    what = ""
    if len(data) > _LONGEST or pipes > _MOST_PIPES:
        what = f"a script beyond the limit of {_LONGEST} bytes and {_MOST_PIPES} pipes"
    elif not budget.spend_pipes(pipes):
        what = f"a script of a file beyond the limit of {PIPES} for its scripts' pipes, the square of each one's number"
    if what:
        yield Obscure(" ".join(script[:80].split()), what, limit=True)
        return
    yield from _Walk(data, lookup, budget).statements(_parser().parse(data).root_node)


@functools.cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


class _Walk:
    """One pass over one script, with the variables that it has set so far (None: set to something unknown)."""

    def __init__(self, data: bytes, lookup: Lookup, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._outer = lookup
        self._set: dict[str, str | None] = {}
        self._before: list[tuple[str, bool, str | None]] = []
        """What each setting replaced, so that a subshell's can be undone without a copy of all."""
        self._depth = 0

    def statements(self, node: Node, *, conditional: bool = False) -> Iterator[Command | Obscure]:
        self._depth += 1
        if self._depth > _DEEPEST:
            yield Obscure(self._line(node)[:80], f"more than {_DEEPEST} statements in one another")
        else:
            yield from self._statement(node, conditional=conditional)
        self._depth -= 1

    def _statement(self, node: Node, *, conditional: bool) -> Iterator[Command | Obscure]:
        match node.type:
            case "ERROR":
                yield Obscure(self._line(node), "this is no shell that can be read")
            case "command":
                yield self._command(node, conditional=conditional)
                yield from self._inside(node)
            case "redirected_statement":
                yield from self._redirected(node, conditional=conditional)
            case "variable_assignment":
                self._assign(node, conditional=conditional)
                yield from self._inside(node)
            case "for_statement":
                yield from self._loop(node, conditional=conditional)
            case "subshell":
                before = len(self._before)
                yield from self._children(node, conditional=conditional)
                self._undo(before)
            case "comment" | "heredoc_body" | "raw_string" | "word":
                return
            case _:
                yield from self._children(node, conditional=conditional)

    def _children(self, node: Node, *, conditional: bool) -> Iterator[Command | Obscure]:
        """The statements in a node; those after ``then``, ``do``, ``||`` and a pattern of ``case`` are conditional."""
        maybe = conditional or node.type in ("elif_clause", "else_clause", "case_item", "function_definition")
        tested = False
        for child in node.children:
            repeated = node.type == "while_statement" and child.type == "do_group"
            if child.type in ("then", "||") or repeated or (child.type == "&&" and tested):
                maybe = True
            if child.is_named:
                tested = child.type == "test_command" or self._text(child).startswith(
                    ("test ", "command -v ", "which ")
                )
                yield from self.statements(child, conditional=maybe)

    def _inside(self, node: Node) -> Iterator[Command | Obscure]:
        """The commands of the substitutions in a node's words."""
        for child in node.named_children:
            if child.type in ("command_substitution", "process_substitution"):
                before = len(self._before)
                yield from self._children(child, conditional=False)
                self._undo(before)
            elif child.type in ("string", "concatenation", "expansion", "command_name", "variable_assignment", "array"):
                yield from self._inside(child)

    def _redirected(self, node: Node, *, conditional: bool) -> Iterator[Command | Obscure]:
        bodies = [one for child in node.named_children for one in child.named_children if one.type == "heredoc_body"]
        for child in node.named_children:
            if child.type == "command" and bodies:
                yield self._command(child, conditional=conditional)._replace(script=self._text(bodies[0]))
            elif child.type == "heredoc_redirect":
                yield from self._after_heredoc(child, conditional=conditional)
            elif not child.type.endswith("_redirect"):
                yield from self.statements(child, conditional=conditional)

    def _after_heredoc(self, node: Node, *, conditional: bool) -> Iterator[Command | Obscure]:
        """What comes after a heredoc's arrows on their line: ``cat <<E && apt-get install git``."""
        for child in node.named_children:
            if child.type in ("command", "pipeline", "list", "redirected_statement", "subshell", "ERROR"):
                yield from self.statements(child, conditional=conditional)

    def _loop(self, node: Node, *, conditional: bool) -> Iterator[Command | Obscure]:
        body = node.child_by_field_name("body")
        variable = node.child_by_field_name("variable")
        if body is None or variable is None:
            yield from self._children(node, conditional=True)
            return
        name = self._text(variable)
        values = [word.text for value in node.children_by_field_name("value") for word in self._words(value)]
        size = len(values) * (body.end_byte - body.start_byte)
        if not values or len(values) > _MOST_VALUES or size > _MOST_REPEATED or None in values or self._nested(body):
            values = [None]
        for value in values:
            self._put(name, value)
            yield from self._children(body, conditional=conditional or value is None)
        self._put(name, None)

    def _nested(self, body: Node) -> bool:
        """Whether a loop's body contains another loop: following both would multiply."""
        return any(one.type == "for_statement" or self._nested(one) for one in body.named_children)

    def _assign(self, node: Node, *, conditional: bool) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        words = self._fields(self._parts(value)) if value is not None else [Word("", "")]
        plain = b"+=" not in self._data[name.end_byte : name.end_byte + 2] and not conditional
        texts = [word.text for word in words]
        known = [text for text in texts if text is not None]
        self._put(self._text(name), " ".join(known) if plain and len(known) == len(texts) else None)

    def _command(self, node: Node, *, conditional: bool) -> Command:
        words: list[Word] = []
        for child in node.named_children:
            if child.type == "command_name":
                words += (word for part in child.children for word in self._words(part))
            elif child.type not in ("variable_assignment", "comment") and not child.type.endswith("_redirect"):
                words += self._words(child)
        if words and words[0].text in ("read", "unset", "mapfile"):
            for word in words[1:]:
                if word.text:
                    self._put(word.text, None)
        return Command(tuple(words), self._line(node), conditional)

    def _words(self, node: Node) -> list[Word]:
        """The words that one word of the script becomes: variables split, braces expanded."""
        if node.type in ("word", "concatenation") and b"{" in self._data[node.start_byte : node.end_byte]:
            text = self._text(node)
            if "$" not in text and "'" not in text and '"' not in text and "`" not in text:
                return [Word(_ESCAPED.sub(r"\1", one), text) for one in braces(text)]
        written = self._text(node)
        return [word._replace(written=written) for word in self._fields(self._parts(node))]

    def _fields(self, parts: list[tuple[str | None, bool]]) -> list[Word]:
        """Join parts to words; a part that may be split (an unquoted variable) ends words at its blanks."""
        fields: list[list[str | None]] = []
        is_open = False
        for text, split in parts:
            pieces = [text] if text is None or not split else text.split()
            blank_before = split and text is not None and text[:1].isspace()
            blank_after = split and text is not None and text[-1:].isspace()
            for index, piece in enumerate(pieces):
                if not is_open or index or blank_before:
                    fields.append([])
                fields[-1].append(piece)
                is_open = True
            is_open = is_open and not blank_after
        joined: list[Word] = []
        for field in fields:
            known = [piece for piece in field if piece is not None]
            joined.append(Word("".join(known) if len(known) == len(field) else None, ""))
        return joined

    def _parts(self, node: Node) -> list[tuple[str | None, bool]]:
        """The parts of a word: what each is, or None for unknown; and whether its blanks split."""
        text = self._text(node)
        match node.type:
            case "word" | "number" | "special_variable_name" | "variable_name":
                return [(_ESCAPED.sub(r"\1", _CONTINUED.sub("", text)), False)]
            case "raw_string":
                return [(text[1:-1], False)]
            case "string":
                return [(self._quoted(node), False)]
            case "concatenation":
                return [part for child in node.children for part in self._parts(child)]
            case "simple_expansion" | "expansion":
                return [(self._expanded(text), True)]
            case _:
                return [(None if node.is_named else text, False)]

    def _quoted(self, node: Node) -> str | None:
        """The text between double quotes, or None."""
        out: list[str] = []
        at = node.start_byte + 1
        for child in node.named_children:
            if child.type == "string_content":
                continue
            out.append(self._literal(at, child.start_byte))
            text = self._expanded(self._text(child)) if child.type.endswith("expansion") else None
            if text is None or child.type == "arithmetic_expansion":
                return None
            out.append(text)
            at = child.end_byte
        out.append(self._literal(at, node.end_byte - 1))
        return "".join(out)

    def _literal(self, start: int, end: int) -> str:
        text = self._data[start:end].decode("utf-8", "replace")
        return _ESCAPED_IN_QUOTES.sub(r"\1", _CONTINUED.sub("", text))

    def _expanded(self, text: str) -> str | None:
        """The value of ``$X`` or ``${X…}``, or None."""
        lexer = Lexer(text, self._lookup, budget=self._budget)
        try:
            value, _ = lexer.read()
        except LexError:
            return None
        return None if lexer.unknown else value

    def _lookup(self, name: str) -> str | Unknown | None:
        if name in self._set:
            value = self._set[name]
            if value is not None and not self._budget.spend(len(value)):
                return Unknown(reason=TOO_MUCH, variables=(name,))
            return Unknown(reason=f"{name} is set by the script", variables=(name,)) if value is None else value
        return self._outer(name)

    def _put(self, name: str, value: str | None) -> None:
        self._before.append((name, name in self._set, self._set.get(name)))
        self._set[name] = value

    def _undo(self, until: int) -> None:
        """Take back what was set since there were this many settings."""
        while len(self._before) > until:
            name, was_set, value = self._before.pop()
            if was_set:
                self._set[name] = value
            else:
                del self._set[name]

    def _text(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _line(self, node: Node) -> str:
        return " ".join(_CONTINUED.sub(" ", self._text(node)).split())


def braces(text: str) -> list[str]:
    """The words that bash makes of ``a{b,c}``; at most 64, and a bounded length in all, else the text unchanged."""
    done = [text]
    while any(_BRACES.search(one) for one in done):
        made: list[str] = []
        for one in done:
            found = _BRACES.search(one)
            choices = found[1].split(",") if found is not None else [""]
            if len(made) + len(choices) > _MOST_VALUES or len(one) * len(choices) > _MOST_REPEATED:
                return [text]
            made += (one[: found.start()] + each + one[found.end() :] for each in choices) if found else [one]
        done = made
    return done
