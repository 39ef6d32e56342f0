"""How Java builds raise a library. Maven and Gradle take no library's name on the command line."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from garboard.model.program import FIXED, Commands, Fix


def _remedy(fix: Fix) -> tuple[str, str]:
    first, version = fix.pins[0]
    name = f"{first.namespace}:{first.name}" if first.namespace else first.name
    where = "the dependencyManagement of pom.xml (Gradle: constraints)" if fix.indirect else "pom.xml or build.gradle"
    return (
        f"upgrade to {FIXED}: raise {name} in {where}, and build again",
        f"mvn versions:use-dep-version -Dincludes={name} -DdepVersion={version}",
    )


COMMANDS: Final = Commands(programs=MappingProxyType({}), remedy=_remedy, raised="{name}:{version}")
