"""What a person reads of an exception that reading a damaged file raised: what is wrong with the file, in plain words."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_DEEP: Final = "it is nested too deeply"
_ENDS: Final = "it ends too early"
_OTHER: Final = "a part of it is not of the form that is known"
_KINDS: Final = {
    "object": "a table",
    "array": "a list",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
"""By what msgspec calls the kinds of values, what people do."""
_EXPECTED: Final = re.compile(r"Expected `([^`]+)`, got `([^`]+)`(?: - at `(?:key in )?\$\.?(.+)`)?")
_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`.*")
_INTERNAL: Final = re.compile(
    r"to unpack \(expected|could not convert|invalid literal for|Exceeds the limit|not enough values|object has no attribute|"
    r"object is not|not subscriptable|indices must be|required positional|unexpected keyword|expected str|out of range"
)
"""In messages that Python itself writes, of its own values."""


def worded(error: BaseException) -> str:
    """What is wrong with the file."""
    if isinstance(error, RecursionError):
        return _DEEP
    if isinstance(error, UnicodeError):
        return "it is not text in the encoding that it should be in"
    if isinstance(error, KeyError):
        return f"it has no {str(error.args[0])[:100]}" if error.args else _OTHER
    if isinstance(error, msgspec.MsgspecError):
        return _of_data(str(error))
    text = str(error)
    if text.startswith("no element found"):  # of XML
        return _ENDS
    plain = isinstance(error, Exception) and not isinstance(error, AttributeError | TypeError | IndexError)
    return text if plain and text and _INTERNAL.search(text) is None else _OTHER


def _of_data(text: str) -> str:
    """Of what msgspec says, in its words for kinds of values."""
    if text == "Input data was truncated":
        return _ENDS
    if (missing := _MISSING.fullmatch(text)) is not None:
        return f"it has no {missing[1]}"
    found = _EXPECTED.fullmatch(text)
    if found is None:
        return text
    wanted, got = (
        " or ".join(
            _KINDS.get(one.strip(), one.strip())
            for one in part.split("|")
            if one.strip() != "null" or part.strip() == "null"
        )
        for part in found.groups()[:2]
    )
    return f"{found[3] or 'it'} is {got} and not {wanted}"
