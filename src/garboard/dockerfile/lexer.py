"""The builder's own parsing of quotes, escapes and variables, which resembles a shell's but differs from it.

Follows the environment replacement of the Dockerfile reference, and BuildKit where the reference is silent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from garboard.dockerfile.source import SPACE
from garboard.dockerfile.substitution import pattern, replace, without_prefix, without_suffix
from garboard.model.dockerfile import Unknown

LONGEST: Final = 1 << 20  # characters of one expansion: `ENV A=$A$A` doubles with each line
DEEPEST: Final = 100  # levels of nested `${a:-${b:-…}}`
MOST_STEPS: Final = 1 << 21  # steps of matching one pattern
_WORK: Final = 16
TOO_MUCH: Final = "the variables of this file take too much work"
_SPECIAL: Final = "@*#?-$!0"


PIPES: Final = 1_000_000
"""Of the scripts of one file together: the square of each one's pipes."""


class Budget:
    """How much work the variables of one file may make, counted in characters: the bytes of the file many times over."""

    def __init__(self, size: int = 0) -> None:
        self._left = LONGEST + _WORK * size
        self._pipes = PIPES

    def spend(self, count: int) -> bool:
        """Take this much; false if there is not enough left."""
        if count > self._left:
            return False
        self._left -= count
        return True

    def spend_pipes(self, count: int) -> bool:
        """Take the work of a script with so many pipes, which may be their square; false if there is not enough left."""
        if count * count > self._pipes:
            return False
        self._pipes -= count * count
        return True


Lookup = Callable[[str], "str | Unknown | None"]
"""Returns the value of a variable, the reason why it cannot be known, or None if it is not set."""


class LexError(ValueError):
    """A text that the builder would refuse to expand, or one that is too long; the message gives the reason."""


class Words:
    """Collects words, separated by white space that is not raw."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._word: list[str] = []

    def add(self, text: str) -> None:
        for one in text:
            if one in SPACE:
                self.close()
            else:
                self._word.append(one)

    def raw(self, text: str) -> None:
        if text:
            self._word.append(text)

    def close(self) -> list[str]:
        if self._word:
            self.found.append("".join(self._word))
            self._word = []
        return self.found


class Lexer:
    """One pass over one text. ``raw_quotes``, ``raw_escapes`` and ``keep_unset`` leave those parts as written.

    After ``read``, ``unknown`` holds the variables that were needed but cannot be known, each with its reason; ``unset``
    has the names of those that are only not set, which are empty in the text.
    """

    def __init__(
        self,
        text: str,
        lookup: Lookup,
        escape: str = "\\",
        *,
        budget: Budget | None = None,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self._text = text
        self._lookup = lookup
        self._escape = escape
        self._budget = budget or Budget(len(text))
        self._raw_quotes = raw_quotes
        self._raw_escapes = raw_escapes
        self._keep_unset = keep_unset
        self._at = 0
        self._depth = 0
        self._size = 0
        self.unknown: dict[str, str] = {}
        self.unset: set[str] = set()

    def read(self) -> tuple[str, list[str]]:
        """Return the whole text expanded, and the same split into words.

        Raises:
            LexError: The builder would refuse the text, or it is too long.
        """
        return self._until("", raw_escapes=self._raw_escapes)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        one = self._peek()
        self._at += 1
        return one

    def _until(self, stop: str, *, raw_escapes: bool) -> tuple[str, list[str]]:
        before, self._raw_escapes = self._raw_escapes, raw_escapes
        self._depth += 1
        if self._depth > DEEPEST:
            raise LexError(f"more than {DEEPEST} substitutions in one another")
        out: list[str] = []
        words = Words()
        while one := self._peek():
            if one == stop:
                break
            self._one(one, out, words)
        if stop and self._next() != stop:
            raise LexError(f"no closing {stop}")
        self._raw_escapes = before
        self._depth -= 1
        return "".join(out), words.close()

    def _one(self, one: str, out: list[str], words: Words) -> None:
        """Read the construct that starts with this character."""
        if one == "$":
            words.add(self._emit(self._dollar(), out))
        elif one == "'":
            words.raw(self._emit(self._single(), out))
        elif one == '"':
            words.raw(self._emit(self._double(), out))
        elif self._raw_quotes and self._text.startswith("<<", self._at):
            words.raw(self._emit(self._heredoc(), out))
        elif one == self._escape:
            self._at += 1
            escaped = self._next()
            words.raw(self._emit((one if self._raw_escapes else "") + escaped, out))
        else:
            self._at += 1
            words.add(self._emit(one, out))

    def _emit(self, text: str, out: list[str]) -> str:
        self._size += len(text)
        if self._size > LONGEST:
            raise LexError(f"longer than {LONGEST} characters")
        out.append(text)
        return text

    def _heredoc(self) -> str:
        """Read ``<<`` and the blanks after it: a delimiter may be separated from its arrows."""
        start = self._at
        self._at += 2
        while self._peek() in (" ", "\t"):
            self._at += 1
        return self._text[start : self._at]

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise LexError("no closing single quote")
        inside = self._text[self._at + 1 : end]
        self._at = end + 1
        return f"'{inside}'" if self._raw_quotes else inside

    def _double(self) -> str:
        mark = '"' if self._raw_quotes else ""
        out = [mark]
        self._at += 1
        while one := self._peek():
            if one == '"':
                self._at += 1
                return "".join([*out, mark])
            if one == "$":
                self._emit(self._dollar(), out)
                continue
            self._at += 1
            if one == self._escape:
                following = self._peek()
                if following in ('"', "$", self._escape):
                    self._at += 1
                    one = (one if self._raw_escapes else "") + following
            out.append(one)
        raise LexError("no closing double quote")

    def _dollar(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._lookup(name)
            return self._known(name, value, f"${name}")
        self._at += 1
        if self._peek() in ("", "{", "}", ":"):
            raise LexError("bad substitution")
        return self._braced(self._name())

    def _name(self) -> str:
        start = self._at
        one = self._peek()
        if one.isdecimal():
            while self._peek().isdecimal():
                self._at += 1
        elif one and one in _SPECIAL:
            self._at += 1
        else:
            while self._peek().isalnum() or self._peek() == "_":
                self._at += 1
        return self._text[start : self._at]

    def _known(self, name: str, value: str | Unknown | None, written: str) -> str:
        """Handle a plain use of a variable: an unset one is empty here, and reported as unknown to the caller."""
        if isinstance(value, str):
            return value
        if self._keep_unset:
            return written
        if value is None:
            self.unset.add(name)
        self.unknown[name] = value.reason if value is not None else f"{name} is not set"
        return ""

    def _braced(self, name: str) -> str:
        """Read the modifier and the rest, after ``${name``."""
        modifier = self._next()
        if modifier == "}":
            return self._known(name, self._lookup(name), f"${{{name}}}")
        colon = modifier == ":"
        if colon:
            modifier = self._next()
        if modifier == "/" and not colon:
            return self._replaced(name)
        if modifier not in ("-", "+", "?", "#", "%"):
            raise LexError(f"unsupported modifier {modifier!r} in a substitution")
        unknown = dict(self.unknown)
        word, _ = self._until("}", raw_escapes=modifier in "#%")
        value = self._lookup(name)
        if self._keep_unset and not isinstance(value, str):
            return f"${{{name}{':' if colon else ''}{modifier}{word}}}"
        if isinstance(value, Unknown):
            return self._known(name, value, "")
        missing = value is None or (colon and not value)
        if not (missing if modifier == "-" else not missing if modifier == "+" else modifier in "#%"):
            self.unknown = unknown  # the word was read but is not used
        if value is None and modifier in "#%":
            return self._known(name, None, "")
        return self._modified(name, modifier, word, "" if value is None else value, missing=missing)

    def _modified(self, name: str, modifier: str, word: str, value: str, *, missing: bool) -> str:
        match modifier:
            case "-":
                return word if missing else value
            case "+":
                return "" if missing else word
            case "?":
                if missing:
                    raise LexError(f"{name}: {word or 'is not allowed to be unset'}")
                return value
            case _:
                longest = word.startswith(modifier)
                trimmed = without_prefix if modifier == "#" else without_suffix
                return trimmed(self._pattern(word[1:] if longest else word, len(value)), value, longest=longest)

    def _replaced(self, name: str) -> str:
        """Read ``pattern/text}`` or ``/pattern/text}``, after ``${name/``."""
        every = self._peek() == "/"
        if every:
            self._at += 1
        wanted, _ = self._until("/", raw_escapes=True)
        text, _ = self._until("}", raw_escapes=True)
        value = self._lookup(name)
        if not isinstance(value, str):
            return self._known(name, value, f"${{{name}/{wanted}/{text}}}")
        parts = self._pattern(wanted, len(value) * len(value))
        return replace(parts, value, text, every=every, limit=LONGEST)

    def _pattern(self, text: str, steps: int) -> tuple[str, ...]:
        """Return the pattern's parts, each to be tried ``steps`` times.

        Raises:
            LexError: The pattern is invalid, or takes too much work.
        """
        try:
            parts = pattern(text)
        except ValueError as error:
            raise LexError(str(error)) from error
        if steps * len(parts) > MOST_STEPS:
            raise LexError(f"a pattern that may take more than {MOST_STEPS} steps")
        if not self._budget.spend(steps * len(parts)):
            raise LexError(TOO_MUCH)
        return parts
