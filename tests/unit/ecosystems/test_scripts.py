"""Scripts that state in themselves what they need: what is pinned is listed, and the rest is told."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from garboard import lock_text
from garboard.packages.declared import SCRIPTS
from tests.unit.packages.test_declared import read


class Stated(NamedTuple):
    """A script, the packages that it states, and the names that it leaves open."""

    path: str
    text: str
    packages: dict[str, int]
    left: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


CASES = [
    Stated(
        "run.py",
        '#!/usr/bin/env -S uv run\n# /// script\n# dependencies = [\n#   "A_b==1.0",\n#   "c[d]>=1",\n# ]\n# ///\nimport a\n',
        {"pkg:pypi/a-b@1.0": 4},
        ("c",),
    ),
    Stated("broken.py", "# /// script\n# dependencies = [\n# ///\n", {}, (), ("cannot be read",)),
    Stated("cut.py", "# /// script\n" + "# a\n" * 2000, {}, (), ("more about itself than is looked at",)),
    Stated("text.py", "# /// script\nimport a\n", {}),
    Stated("open.py", "# /// script\n# dependencies = []\n", {}),
    Stated(
        "a.ipynb",
        '{"cells": [{"source": ["!pip install -q a==1.0 --index-url https://x \\"b[c]==2\\"\\n",\n'
        '"%pip install -r requirements-x.txt d && pip list", "!{sys.executable} -m pip install e==3",\n'
        '"# pip install f", "!pip install ."]}]}',
        {"pkg:pypi/a@1.0": 0, "pkg:pypi/b@2": 0, "pkg:pypi/e@3": 0},
        ("d",),
    ),
    Stated(
        "Hello.java",
        '///usr/bin/env jbang "$0" "$@" ; exit $?\n//DEPS g:a:1.0 g:b:2.0:linux@jar\n//DEPS g:c:${v} g:d:RELEASE\n',
        {"pkg:maven/g/a@1.0": 2, "pkg:maven/g/b@2.0": 2},
        ("g:c", "g:d"),
        (lock_text.DIRECT,),
    ),
    Stated(
        "x.main.kts",
        '@file:DependsOn("g:a:1.0", "g:b:1")\n',
        {"pkg:maven/g/a@1.0": 1, "pkg:maven/g/b@1": 1},
        (),
        (lock_text.DIRECT,),
    ),
    Stated(
        "x.groovy",
        "@Grapes([\n  @Grab('g:a:1.0'),\n  @Grab(group='g', module='b', version='2')])\n@Grab(group='g', module='c')\n",
        {"pkg:maven/g/a@1.0": 2, "pkg:maven/g/b@2": 3},
        ("g:c",),
        (lock_text.DIRECT,),
    ),
    Stated(
        "a.scala",
        '//> using scala 3.3.1\n//> using dep g::a:1.0\n//> using test.deps "g:b:1", "g::c::2"\n//> using dep g:d:1.+\n',
        {"pkg:maven/g/a_3@1.0": 2, "pkg:maven/g/b@1": 3, "pkg:maven/g/c_3@2": 3},
        ("g:d",),
        (lock_text.DIRECT,),
    ),
    Stated("a.sc", "import $ivy.`g::a:1`, $ivy.`g:b:1`\n", {"pkg:maven/g/b@1": 1}, ("g:a",), (lock_text.DIRECT,)),
    Stated(
        "main.ts",
        'import a from "npm:@s/a@1.0.0/b";\n// import z from "npm:z@1.0.0";\nexport * from \'https://esm.sh/v1/c@2.0.0?x\';\n'
        'const d = await import("npm:d@1");\nimport "https://deno.land/std@0.1.0/x.ts";\nconst e = "https://x";\n',
        {"pkg:npm/%40s/a@1.0.0": 1, "pkg:npm/c@2.0.0": 3},
        ("d",),
        ("by their addresses", lock_text.DIRECT),
    ),
    Stated(
        "a.rs",
        '#!/usr/bin/env -S cargo -Zscript\n---cargo\n[dependencies]\na = "=1.0.0"\nb = { version = "1" }\nc = { path = "c" }\n---\n',
        {"pkg:cargo/a@1.0.0": 0},
        ("b",),
        (lock_text.DIRECT,),
    ),
    Stated("e.rs", '---\ndependencies.a = "4"\n---\n', {}, ("a",)),
    Stated("b.rs", '//! ```cargo\n//! [dependencies]\n//! a = "1"\n//! ```\nfn main() {}\n', {}, ("a",)),
    Stated("c.rs", '// cargo-deps: a, b="1"\n', {}, ("a", "b")),
    Stated(
        "bug.rb",
        'require "bundler/inline"\n\ngemfile(true) do\n  source "https://rubygems.org"\n  gem "rack", "3.0.0"\n  gem "rails", "~> 7.0"\n'
        '  gem "own", path: "."\n  gem "g", "1.0", git: "https://x"\n  group :test do\n    gem "a_b", "=1.0"\n  end\n'
        '  if ENV["X"]\n    gem "c", "1"\n  end\n  # gem "d"\nend\ngem "later", "1"\n',
        {"pkg:gem/rack@3.0.0": 5, "pkg:gem/a_b@1.0": 10},
        ("rails", "g", "c"),
        (lock_text.DIRECT,),
    ),
    Stated(
        "two.rb",
        "require('bundler/inline')\r\nbegin\r\n  gemfile do\r\n    gem 'a'\r\n  end\r\nend\r\ngemfile do\r\n  gem 'b', '1'\r\nend\r\n",
        {"pkg:gem/b@1": 8},
        ("a",),
        (lock_text.DIRECT,),
    ),
    Stated("no.rb", '# require "bundler/inline"\ngemfile do\n  gem "a"\nend\n', {}),
    Stated("brace.rb", 'require "bundler/inline"\ngemfile { gem "a" }\n', {}, (), ("a form that is not read",)),
    Stated("loop.rb", 'require "bundler/inline"\ngemfile do\n  gem name\nend\n', {}, (), ("works out",)),
    Stated(
        "long.rb", 'require "bundler/inline"\ngemfile do\n  gem "a"\n' + "#\n" * 8192, {}, ("a",), ("more gems than",)
    ),
    Stated(
        "app.cs",
        "#!/usr/bin/env dotnet\n#:package Newtonsoft.Json@12.0.1\n#:package A.B @ 1.0.0\n#:package Open\n#:package Any@1.*\n"
        "#:sdk Microsoft.NET.Sdk.Web\nConsole.WriteLine();\n",
        {"pkg:nuget/Newtonsoft.Json@12.0.1": 2, "pkg:nuget/A.B@1.0.0": 3},
        ("Open", "Any"),
        (lock_text.DIRECT,),
    ),
    Stated("plain.cs", "// none #:package\nclass A {}\n", {}),
    Stated("d.rs", "//! ```cargo\n//! [dependencies\n//! ```\n", {}, (), ("cannot be read",)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_what_a_script_states(tmp_path: Path, case: Stated) -> None:
    found = read(tmp_path, {f"x/{case.path}": case.text})
    assert {one.purl: one.locations[0].line for one in found.packages} == case.packages
    left = [one for one in found.gaps if one.subject in {lock_text.SCRIPTS, lock_text.NOTEBOOKS}]
    assert [one.reason.partition("(")[2].rstrip(")") for one in left] == ([", ".join(case.left)] if case.left else [])
    others = [one.reason for one in found.gaps if one not in left]
    assert len(others) == len(case.remarks)
    assert all(part in reason for part, reason in zip(case.remarks, others, strict=True))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_script_that_windows_wrote(tmp_path: Path, case: Stated, end: str) -> None:
    """With a mark of its byte order."""
    plain = read(tmp_path / "plain", {case.path: case.text})
    other = read(tmp_path / "other", {case.path: "\ufeff" + case.text.replace("\r\n", "\n").replace("\n", end)})
    assert [(one.purl, one.locations) for one in other.packages] == [
        (one.purl, one.locations) for one in plain.packages
    ]
    assert other.gaps == plain.gaps


RUN_BY = {one.end.decode(): one.run_by for reader in SCRIPTS for one in reader.GLANCES if one.run_by}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line", ["#!/usr/bin/{}", "#! /usr/bin/env {}3.1", "#!/usr/bin/env -S A=b {} run", "#!/opt/x/{} -w"]
)
@pytest.mark.parametrize(
    "case",
    [one for one in CASES if Path(one.path).suffix in RUN_BY and "." not in Path(one.path).stem],
    ids=lambda case: case.path,
)
def test_a_script_without_an_extension_is_of_the_program_that_runs_it(tmp_path: Path, case: Stated, line: str) -> None:
    name, end = Path(case.path).stem, Path(case.path).suffix
    for number, program in enumerate(RUN_BY[end]):
        text = f"{line.format(program.decode())}\n{case.text}"
        plain = read(tmp_path / f"plain{number}", {f"x/{name}{end}": text})
        other = read(tmp_path / f"other{number}", {f"x/{name}": text})
        assert [(one.purl, one.locations[0].line) for one in other.packages] == [
            (one.purl, one.locations[0].line) for one in plain.packages
        ]
        assert [(gap.subject, gap.reason) for gap in other.gaps] == [
            (gap.subject.removesuffix(end), gap.reason.replace(f"{name}{end}", name)) for gap in plain.gaps
        ]
        assert [one.locations[0].path for one in other.packages] == [f"x/{name}"] * len(other.packages)


@pytest.mark.parametrize("text", ["", "#!/bin/cat\n", "#!ruby.x\n", "#!\n", "#!/usr/bin/env\n", "# ruby\n"])
def test_a_file_that_no_known_program_runs_is_no_script(tmp_path: Path, text: str) -> None:
    gemfile = 'require "bundler/inline"\ngemfile do\n  gem "a", "1.0"\nend\n'
    assert [one.purl for one in read(tmp_path / "a", {"run": "#!/usr/bin/ruby\n" + gemfile}).packages] == [
        "pkg:gem/a@1.0"
    ]
    assert not read(tmp_path / "b", {"run": text + gemfile}).packages


@pytest.mark.parametrize("end", sorted({one.end.decode() for reader in SCRIPTS for one in reader.GLANCES}))  # type: ignore[attr-defined]
def test_a_file_that_states_nothing_is_not_told(tmp_path: Path, end: str) -> None:
    assert read(tmp_path, {f"a{end}": "text\n", "x.txt": ""}).gaps == ()


def test_a_lock_file_of_the_script_answers(tmp_path: Path) -> None:
    lock = 'version = 1\n[[package]]\nname = "a"\nversion = "1.5"\n'
    found = read(tmp_path, {"run.py": '# /// script\n# dependencies = ["a"]\n# ///\n', "run.py.lock": lock})
    assert ([one.purl for one in found.packages], found.gaps) == (["pkg:pypi/a@1.5"], ())


def test_what_a_notebook_names_the_tree_may_state(tmp_path: Path) -> None:
    cell = '{"cells": [{"source": ["!pip install Some_thing"]}]}'
    assert read(tmp_path, {"docs/a.ipynb": cell, "requirements.txt": "some.thing==1.0\n"}).gaps == ()


@pytest.mark.parametrize(
    ("path", "text", "beside"),
    [
        ("p/run.py", '# /// script\n# dependencies = ["a"]\n# ///\n', "p/__init__.py"),
        ("src/b/A.java", "//DEPS g:a:1\n", "build.xml"),
        ("src/a.ts", "import a from 'https://x/a'\n", "deno.lock"),
        ("src/a.rs", "// cargo-deps: a\n", "Cargo.toml"),
    ],
)
def test_what_belongs_to_a_project_is_no_script(tmp_path: Path, path: str, text: str, beside: str) -> None:
    assert read(tmp_path / "alone", {path: text}).gaps
    deno = '{"version": "4", "npm": {}}'
    assert read(tmp_path / "with", {path: text, beside: deno if beside == "deno.lock" else ""}).gaps == ()


def test_what_is_installed_is_its_authors_own(tmp_path: Path) -> None:
    script = '# /// script\n# dependencies = ["a"]\n# ///\n'
    assert read(tmp_path, {".venv/lib/python3/site-packages/_virtualenv.py": script, "x": ""}).gaps == ()
