"""The texts of a pull request: which vulnerabilities are gone, in code, and not all of very many."""

from __future__ import annotations

from garboard.model.action import Action, ActionKind, IssueKey
from garboard.model.fix import ActionEdits, FileChange, Fixes
from garboard.reporters.fix.pull_request import body


def told(*clears: IssueKey) -> list[str]:
    action = Action(kind=ActionKind.RAISE, text="Raise a", before=len(clears), clears=clears)
    change = ActionEdits(action=action, files=(FileChange(file="a", before=b"1", after=b"2"),))
    text = body(Fixes(image="x", changes=(change,), total=len(clears), remaining=0), "", 60_000)
    _, _, rest = text.partition("### What it clears\n\n")
    return rest.partition("\n\n")[0].splitlines()


def test_vulnerabilities_are_named_by_package() -> None:
    found = told(("CVE-2024-1", "pypi", "django"), ("CVE-2024-3", "pypi", "six"), ("CVE-2024-2", "pypi", "django"))
    assert found == ["- `django`: `CVE-2024-1`, `CVE-2024-2`", "- `six`: `CVE-2024-3`"]


def test_of_very_many_some_are() -> None:
    (one,) = told(*((f"CVE-2024-{number}", "pypi", "django") for number in range(40)))
    assert one.endswith("`CVE-2024-29` and 10 more")
    assert (
        told(*((f"CVE-2024-{number}", "pypi", f"p{number}") for number in range(40)))[-1]
        == "- and issues of 10 more packages"
    )
    assert told() == []


def test_names_mention_nobody() -> None:
    (one,) = told(("CVE-2024-1", "npm", "@all/x`y"))
    assert one == "- `@all/x'y`: `CVE-2024-1`"
