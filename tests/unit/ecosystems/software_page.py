"""The page about software that no package manager installed, made of its table."""

from __future__ import annotations

from pathlib import Path

from garboard.ecosystems.generic import described
from garboard.ecosystems.generic.names import FILES
from garboard.ecosystems.generic.program import SOFTWARE

PAGE = Path(__file__).parents[3] / "docs" / "software.md"
HEAD = """\
# Software that no package manager installed

Programs and libraries that were copied into an image, or built in it, are known by the texts in them. A file is looked into
if its name is one of these (what tells versions in names is passed over: `python3.11` is `python`, `libz-dd453c56.so.1` is
`libz`), and its software is listed as `pkg:generic/<name>@<version>` if its constant data name one version. Where they name none, or
several, it stays one of the "programs that no package manager installed". What the package manager of the distribution
installed is that package, and is not listed twice.

The inventory states how surely each is known, and where in the file its version stands: `high` where the text names the software
too, `medium` where the version stands alone and the file's name tells of what. CycloneDX has it as `evidence.identity` (0.9 and
0.6, by `binary-analysis`).

A Java runtime is `pkg:generic/java@<version>`, by the file `release` in its folder, with its publisher; what lies in that folder
is part of it. NVD lists single updates of Java (`oracle:openjdk`, `oracle:jdk`, `oracle:jre`). One that is listed is affected, and
an older one if a range or the CVE's text says so ("7 Update 17 and earlier"). Else an older update of a listed one's line, or one of the same
day (OpenJDK's 8u312 beside Oracle's 8u311), is not known to be affected or not, which is a gap. Lists name no fix. GraalVM
(`java-graalvm`) and OpenJ9 (`java-openj9`) have vulnerabilities of their own, and no feed that covers them.

A Linux kernel is `pkg:generic/linux@<release>`, by the header of its image in `boot` (x86), else by its name or the folder of its
modules; of modules that are none of the kernel's own (in `extra`, `updates`, `misc`) each has its own version. A model of machine
learning (GGUF, safetensors) is `pkg:generic/<name>`, with the architecture, version and license that its header states.

A program or library of Windows that nothing else explains is part of the product that its resources name
(`pkg:generic/<ProductName>@<ProductVersion>`), which is listed once for all of its files.

The software of this table is judged by what NVD says of its CPE names. No feed covers the others: each report says that they could
not be judged.

| software | files | CPE |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    rows = (
        f"| {name} | {', '.join(f'`{file}`' for file in FILES[name].split())} | {', '.join(f'`{cpe}`' for cpe in software.cpe.split())} |\n"
        for name, software in SOFTWARE.items()
    )
    others = (
        f"| {name} | `…{one.file}` | {', '.join(f'`{cpe}`' for cpe in one.cpe.split())} |\n"
        for name, one in described.SOFTWARE.items()
    )
    return f"{HEAD}{''.join(rows)}{''.join(others)}"
