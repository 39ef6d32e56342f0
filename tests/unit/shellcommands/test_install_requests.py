from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import scoped
from garboard.model.dockerfile import PackageRequest, Request, UnknownRequest
from garboard.shellcommands.install_requests import requests


def asked(text: str) -> list[Request]:
    found = parse(f"FROM a\n{text}\n".encode())
    return [one for instruction, scope in scoped(found, found.stages[0]) for one in requests(instruction, scope)]


def names(text: str) -> list[str]:
    """The names of packages, `?text` for what is unknown."""
    return [one.name if isinstance(one, PackageRequest) else f"?{one.text}" for one in asked(text)]


@pytest.mark.parametrize(
    "text",
    [
        "RUN apt-get -qq install git", "RUN apt-get install -qy git", "RUN apt-get --no-install-recommends install git",
        "RUN apt-get -o X=y install git", "RUN apt-get -t testing install git", "RUN apt-get install -yt x git",
        "RUN yum -y install git", "RUN dnf -q install git", "RUN zypper -n in git", "RUN apk -U add git",
        'RUN ["apt-get", "install", "git"]', "RUN rpm -Uvh https://x/git-1.0-1.x86_64.rpm", "RUN rpm -ivh git-1-1.noarch.rpm",
        "RUN dpkg -i git_1_amd64.deb", "RUN tdnf install -y git", "ONBUILD RUN apt-get install git",
        "RUN <<EOF\napt-get update\napt-get install -y git\nEOF", "RUN bash <<EOF\napt-get install git\nEOF",
        "RUN (apt-get install -y git || true)", "RUN apt-get install git | tee log > /dev/null 2>&1",
        "RUN apt-get install git >/dev/null", "RUN if test x; then apt-get install git; fi",
        "RUN sudo -E apt-get install git", "RUN DEBIAN_FRONTEND=noninteractive apt-get install git",
        "RUN sudo DEBIAN_FRONTEND=x apt-get install git", "RUN env A=b apt-get install git",
        'RUN apt-get install "git"', "RUN apt-get install 'git'", "RUN apt-get install git/stable",
        "RUN apt-get install git:amd64", "RUN apk add git~2.4", "RUN apk add git@edge",
        "RUN --mount=type=cache,target=/x apt-get install git", "RUN bash -lc 'apt-get install git'",
        "RUN /usr/bin/apt-get install git", "RUN apt-get update && \\\n # vim\n apt-get install git",
        "RUN apk add --virtual .deps git", "RUN timeout 10 apt-get install git", "RUN apt-get install git vim-",
    ],
)  # fmt: skip
def test_the_package_and_nothing_else(text: str) -> None:
    assert names(text) == ["git"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN apt-get install $PKG", ["?$PKG"]),
        ("RUN apt-get install a${X}b vim", ["?a${X}b", "vim"]),
        ("RUN for p in git vim; do apt-get install $p; done", ["git", "vim"]),
        ("RUN for p in $(cat l); do apt-get install $p; done", ["?$p"]),
        ("RUN cat l | xargs apt-get install -y git", ["git", "?xargs"]),
        ("RUN $PM install git", ["?$PM"]),
        ("RUN apt-get $OPTS install git", ["?$OPTS", "git"]),
        ('RUN sh -c "apt-get install $X"', ['?"apt-get install $X"']),
        ("RUN P='git vim'; apt-get install $P", ["git", "vim"]),
        ("RUN if x; then P=git; else P=vim; fi; apt-get install $P", ["?$P"]),
        ("RUN apt-get install lib* build^ ./x.deb", ["?lib*", "?build^", "?./x.deb"]),
        ("RUN <<EOF\n#!/usr/bin/env python3\napt-get install git\nEOF", ["?python3"]),
        ("RUN cat <<E > x && apt-get install git\napt-get install vim\nE", ["git"]),
        ('SHELL ["powershell"]\nRUN apt-get install git', ["?apt-get install git"]),
        ("RUN [[ && (", ["?[[ && ("]),
        ("RUN dnf install @dev java-11-openjdk gcc-toolset-12", ["?@dev", "java-11-openjdk", "gcc-toolset-12"]),
        ("RUN dnf groupinstall x", ["?groupinstall"]),
        ("RUN apt-get remove git; apt-get update; apk del git; pip uninstall x; npm run install", []),
        ("RUN echo apt-get install git; # apt-get install vim", []),
        ("RUN npm ci; npm install; bundle install; pip install -r r.txt .", ["?ci", "?package.json", "?install", "?r.txt", "?."]),
        ("CMD apt-get install git", []),
    ],
)  # fmt: skip
def test_what_cannot_be_known(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "version", "ecosystem"),
    [
        ("apt-get install git=1:2.3-4+b1", "git", "1:2.3-4+b1", "deb"), ("apt-get install git=2.*", "git", "", "deb"),
        ("apk add git=2.4-r0", "git", "2.4-r0", "apk"), ("dnf install git-2.1-3.el9.x86_64", "git", "2.1-3.el9", "rpm"),
        ("zypper in git=2", "git", "2", "rpm"), ("pip install flask[x]==2.1", "flask", "2.1", "pypi"),
        ("pip3 install 'flask>=2'", "flask", "", "pypi"), ("python3 -m pip install -U flask", "flask", "", "pypi"),
        ("uv pip install --system a==1", "a", "1", "pypi"), ("pipx install black==23.1", "black", "23.1", "pypi"),
        ("npm i -g @a/b@1.2", "@a/b", "1.2", "npm"), ("yarn global add a", "a", "", "npm"), ("pnpm add a@latest", "a", "", "npm"),
        ("gem install -v 1.0 rails", "rails", "1.0", "gem"), ("go install example.com/a/b@v1.2", "example.com/a/b", "v1.2", "golang"),
        ("cargo install --version 1.0 rg", "rg", "1.0", "cargo"), ("composer require a/b:1.0", "a/b", "1.0", "composer"),
        ("curl -fsSLo x https://a/b", "https://a/b", "", "generic"), ("wget -qO- https://a/b", "https://a/b", "", "generic"),
    ],
)  # fmt: skip
def test_versions(text: str, name: str, version: str, ecosystem: str) -> None:
    (one,) = asked(f"RUN {text}")
    assert isinstance(one, PackageRequest)
    assert (one.name, one.version, one.ecosystem) == (name, version, ecosystem)


def test_each_package_has_its_own_command() -> None:
    first, second = asked(
        "RUN --mount=type=cache,target=/x apt-get install -y \\\n  libgit2-dev && apt-get install   git"
    )
    assert (first.command, second.command) == ("apt-get install -y libgit2-dev", "apt-get install git")


def test_conditions_are_told() -> None:
    found = asked("RUN apt-get install aa; which git || apt-get install bb; if x; then apt-get install cc; fi")
    assert [one.conditional for one in found] == [False, True, True]


def test_variables_of_the_dockerfile() -> None:
    assert names('ARG V=git\nENV W="vim nano"\nRUN apt-get install $V-$Q $V ${V}-lfs $W "$V"') == [
        "?$V-$Q", "git", "git-lfs", "vim", "nano", "git",
    ]  # fmt: skip


def test_deep_nesting_ends() -> None:
    assert all(isinstance(one, UnknownRequest) for one in asked("RUN " + "(" * 5000 + "x" + ")" * 5000))
