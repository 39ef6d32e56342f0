"""The same Dockerfiles through BuildKit's own parser (PyPI `dockerfile`) and through tree-sitter-containerfile.

They are no dependency of the project: `uv venv /tmp/oracle && uv pip install --python /tmp/oracle dockerfile==3.4.0
tree-sitter==0.26.1 tree-sitter-containerfile==0.9.2`, and name another place in DOCKERFILE_ORACLE. Skips where absent.
"""

from __future__ import annotations

import json
import os
import random
import subprocess

import pytest

from garboard.dockerfile.parser import parse
from garboard.model.dockerfile import DockerfileError, Instruction
from tests.fuzz.fuzz_dockerfile import PIECES, SEEDS
from tests.fuzz.mutation import mutate

ORACLE = os.environ.get("DOCKERFILE_ORACLE", "/tmp/oracle/bin/python")
BUILDKIT = """
import dockerfile, json, sys
for line in sys.stdin:
    try:
        found = dockerfile.parse_string(json.loads(line))
        print(json.dumps([[c.cmd, list(c.value), list(c.flags), c.json, c.start_line, c.end_line,
                           [[h.name, h.file_descriptor, h.content] for h in c.heredocs]] for c in found]))
    except Exception as error:
        print(json.dumps(str(error)))
"""
TREE_SITTER = """
import json, sys, tree_sitter, tree_sitter_containerfile
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_containerfile.language()))
for line in sys.stdin:
    root = parser.parse(json.loads(line).encode()).root_node
    print(json.dumps(None if root.has_error else
        [[n.type.removesuffix("_instruction"), n.start_point[0] + 1] for n in root.named_children
         if n.type.endswith("_instruction")]))
"""
WRITTEN = (
    *(seed.decode("utf-8", "replace") for seed in SEEDS),
    "FROM a\nRUN cat <<A 3<<-\"B\" <<'C'x\nA\nB\nCx\n",
    "from a\nrun x \\\n # c\n\n  y\\\n",
    "FROM a\nENV a b  c\nENV a=b \"c d\"=e f=\\\"g\nARG a b=c d\nLABEL x=' y '\n",
    'FROM a\nENTRYPOINT []\nCMD [ "a" , "\\u00e9" ]\nVOLUME /a /b\nEXPOSE 80 443/udp\nUSER a b\nWORKDIR /a b\n',
    "FROM a\nRUN [\"a\" \"b\"]\nRUN <<<x\nRUN echo '<<E'\nRUN a \\\\\nCOPY a b c/\n",
    'FROM a\nHEALTHCHECK --interval=3s --retries=2 CMD ["a"]\nHEALTHCHECK NONE\nSTOPSIGNAL 9\nMAINTAINER a <b>\n',
    "FROM a\nCOPY --from=b --chown='a b' --link=true x y\nRUN --mount=type=bind,from=c --network=none z -- --w\n",
    "# escape=`\r\nFROM a\r\nRUN dir c:\\ `\r\n  d\r\n",
)  # fmt: skip


def ask(program: str, files: list[str], module: str) -> list[object]:
    try:
        subprocess.run([ORACLE, "-c", f"import {module}"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"{ORACLE} cannot import {module}: the Dockerfile parser was NOT compared with it")
    asked = "".join(json.dumps(one) + "\n" for one in files)
    ran = subprocess.run([ORACLE, "-c", program], input=asked, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def files(count: int) -> list[str]:
    found = list(WRITTEN)
    for seed in range(count):
        chance = random.Random(seed)
        data = mutate(chance.choice(SEEDS), chance, PIECES)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        # Their binding's texts end at a NUL, escaped or not.
        if (
            "\0" not in text and "\\u0000" not in text and (text.isascii() or "--" not in text)
        ):  # theirs reads flags byte by byte
            found.append(text)
    return found


def told(one: Instruction) -> list[object]:
    """An instruction as BuildKit's parser tells of it."""
    values = list(one.values)
    if one.name in ("ENV", "LABEL"):
        legacy = "=" not in values[0]
        values = [text for pair in one.assignments for text in (pair.name, pair.value, "" if legacy else "=")]
    shown = [f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") for flag in one.flags]
    documents = [[doc.name, doc.descriptor, doc.content] for doc in one.heredocs]
    return [one.keyword, values, shown, one.exec_form is not None, one.span.line, one.span.last_line, documents]


def same(mine: list[object], theirs: list[object]) -> bool:
    if str(mine[0]).upper() == "ONBUILD":  # their binding shows only a part of a trigger
        return mine[4:6] == theirs[4:6]
    if str(mine[0]).upper() in ("ENV", "LABEL"):  # the binding leaves the separators out
        mine = [mine[0], [text for at, text in enumerate(mine[1]) if at % 3 != 2], *mine[2:]]  # type: ignore[arg-type]
    if theirs[3] and not mine[3]:  # that version takes `["a"] b` for JSON; later ones, and we, for a shell's
        return mine[4:6] == theirs[4:6]
    return mine == theirs


def test_agrees_with_buildkit() -> None:
    compared = 0
    asked = files(4000)
    for text, theirs in zip(asked, ask(BUILDKIT, asked, "dockerfile"), strict=True):
        try:
            mine = [told(one) for one in parse(text.encode()).instructions]
        except DockerfileError:
            continue  # we check arguments too, which that parser leaves to a later step
        assert isinstance(theirs, list), (text, theirs)
        assert len(mine) == len(theirs), text
        mine[-1][5] = max(mine[-1][5], theirs[-1][5])  # type: ignore[call-overload]  # a file that ends in the blank lines of a continuation
        for ours, other in zip(mine, theirs, strict=True):
            if text.split("\n")[other[4] - 1].strip() in {"\\", "`"}:  # theirs begins at a lone continuation
                other[4] = ours[4]
            assert same(ours, other), (text, ours, other)
        compared += 1
    assert compared > 300


def test_takes_all_that_buildkit_takes() -> None:
    """Each of the written files is one that a builder takes."""
    for text, theirs in zip(WRITTEN, ask(BUILDKIT, list(WRITTEN), "dockerfile"), strict=True):
        assert isinstance(theirs, list), (text, theirs)
        parse(text.encode())


def test_agrees_with_tree_sitter() -> None:
    compared = 0
    asked = list(WRITTEN)
    for text, theirs in zip(asked, ask(TREE_SITTER, asked, "tree_sitter_containerfile"), strict=True):
        if theirs is None:
            continue
        mine = [[one.name.lower(), one.span.line] for one in parse(text.encode()).instructions]
        assert mine == theirs, text
        compared += 1
    assert compared >= 5
