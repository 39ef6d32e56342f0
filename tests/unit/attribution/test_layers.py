from __future__ import annotations

import pytest

from garboard.attribution.packages import introductions
from garboard.model.attribution import Introduction, Origin
from garboard.model.package import Package
from tests.unit.attribution.images import BASE, image, whose


def deb(name: str, layer: int | None = 1, *needs: str, **more: object) -> Package:
    wants = tuple(f"pkg:deb/debian/{one}@1" for one in needs)
    values = {"type": "deb", "version": "1", "scheme": "deb", "purl": f"pkg:deb/debian/{name}@1", **more}
    return Package(name=name, layer=layer, depends_on=wants, **values)


def introduced(run: str, *packages: Package, copy: str = "") -> dict[str, Introduction]:
    history = [BASE, f"+RUN /bin/sh -c {run} # buildkit"] + ([f"+COPY {copy} # buildkit"] if copy else [])
    text = f"FROM a AS build\nFROM a\nRUN {run}\n" + (f"COPY --from=build {copy}\n" if copy else "")
    by_id = introductions(packages, whose(image(*history), text)).by_id
    return {package.name: by_id[package.id] for package in packages}


def test_what_was_asked_for_and_what_it_needs() -> None:
    found = introduced(
        "apt-get update && apt-get install -y git vim && rm -rf /var/lib/apt/lists/*",
        deb("git", 1, "perl"), deb("perl", 1, "libc6"), deb("libc6", 0), deb("vim", 1),
    )  # fmt: skip
    assert (found["perl"].asked_for, found["perl"].command) == ("git", "apt-get install -y git vim")
    assert (found["vim"].asked_for, found["vim"].origin) == ("vim", Origin.DOCKERFILE)
    assert found["perl"].place is not None
    assert found["perl"].place.line == 3
    assert (found["libc6"].origin, found["libc6"].command, found["libc6"].asked_for) == (Origin.BASE, "", "")


def test_a_recommended_package_has_the_only_command_there_is() -> None:
    found = introduced("apt-get install -y git", deb("git"), deb("less"))
    assert (found["less"].command, found["less"].asked_for) == ("apt-get install -y git", "")


def test_of_two_commands_the_one_that_leads_to_it() -> None:
    found = introduced(
        "apt-get install -y git && apt-get install -y vim",
        deb("git", 1, "perl", "both"), deb("perl"), deb("vim", 1, "both"), deb("both"), deb("neither"),
    )  # fmt: skip
    assert found["perl"].command == "apt-get install -y git"
    assert found["vim"].command == "apt-get install -y vim"
    assert found["both"].command == ""
    assert found["neither"].command == ""


@pytest.mark.parametrize("upgrade", ["apt-get upgrade -y", "apt-get -y dist-upgrade", "apt -o X=y full-upgrade"])
def test_an_upgrade_may_have_brought_anything_but_what_is_named(upgrade: str) -> None:
    found = introduced(f"{upgrade} && apt-get install -y git", deb("git", 1, "libc6"), deb("libc6"))
    assert (found["libc6"].command, found["libc6"].asked_for) == ("", "")
    assert found["git"].asked_for == "git"


def test_a_command_of_another_package_manager_is_not_its_own() -> None:
    found = introduced("pip install requests && apt-get install -y git", deb("git", 1, "perl"), deb("perl"))
    assert found["perl"].command == "apt-get install -y git"
    found = introduced("pip install requests", deb("perl"))
    assert found["perl"].command == ""
    assert found["perl"].instruction == "RUN pip install requests"


def test_an_unknown_request_beside_a_known_one() -> None:
    found = introduced("apt-get install -y git && apt-get install -y $MORE", deb("git", 1, "perl"), deb("perl"))
    assert found["perl"].command == ""
    assert found["perl"].asked_for == "git"


def test_names_of_python_are_one_in_any_spelling() -> None:
    package = deb("typing-extensions", 1, type="pypi", purl="pkg:pypi/typing-extensions@1")
    assert introduced("pip install Typing_Extensions", package)["typing-extensions"].asked_for == "Typing_Extensions"


def test_a_language_package_that_a_distributions_package_brought() -> None:
    owner = deb("python3-six")
    six = deb("six", 1, type="pypi", purl="pkg:pypi/six@1", owner=owner.purl)
    assert introduced("apt-get install python3-six", owner, six)["six"].asked_for == "python3-six"


def test_a_copied_package() -> None:
    found = introduced("true", deb("x", 2), copy="/opt /opt")["x"]
    assert (found.copied_from, found.instruction) == ("build", "COPY --from=build /opt /opt")


def test_without_a_dockerfile_the_history_speaks() -> None:
    found = introductions((deb("git"),), whose(image(BASE, "+/bin/sh -c apt-get install git"), None)).by_id
    one = found["pkg:deb/debian/git@1"]
    assert (one.layer, one.instruction, one.origin) == (1, "RUN apt-get install git", Origin.UNKNOWN)


def test_a_package_without_a_layer_has_no_introduction() -> None:
    assert introductions((deb("git", None),), whose(image(BASE), None)).by_id == {}


def test_lines_that_a_limit_leaves_unread_are_a_gap() -> None:
    command = "apt-get install git" + "|x" * 300
    history = [BASE, *(f"+RUN /bin/sh -c {command} {number} # buildkit" for number in range(3))]
    text = "FROM a\n" + "".join(f"RUN {command} {number}\n" for number in range(3))
    (gap,) = introductions((deb("git"),), whose(image(*history), text)).gaps
    assert (gap.stage, gap.subject) == ("dockerfile", "Dockerfile:2")
    assert gap.reason.endswith("a script beyond the limit of 65536 bytes and 200 pipes, and 2 more like it")
