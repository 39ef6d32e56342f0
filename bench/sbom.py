"""How long it takes to write, and to read again, the inventory of 5,000 packages in every format.

python bench/sbom.py [COUNT]
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from garboard.image.options import Options
from garboard.model.image import Digest, Image, Layer
from garboard.model.package import Distro, Inventory, Location, Package
from garboard.model.report import Report
from garboard.packages.assemble import complete
from garboard.reporters.inventory import cyclonedx, spdx, text
from garboard.reporters.inventory import json as inventory_json
from garboard.reporters.view import View
from garboard.sbom.licenses import recognize
from garboard.workflows.scan import take_inventory

TEXTS = ("MIT", "Apache-2.0 OR MIT", "GPL-2+", "BSD-3-clause", "GPL-2+ with Libtool exception", "public-domain")


def inventory(count: int) -> Inventory:
    """Half deb, half npm; four dependencies and one to three licences each."""
    distro = Distro(id="debian", version="12", codename="bookworm", ecosystem="Debian:12")
    found = [
        Package(
            type="deb" if at % 2 else "npm",
            name=f"package-{at}",
            version=f"1.{at}.0-1+b1" if at % 2 else f"1.{at}.0",
            scheme="deb" if at % 2 else "semver",
            arch="amd64" if at % 2 else "",
            source_name=f"source-{at // 4}" if at % 2 else "",
            source_version=f"1.{at}.0-1" if at % 2 else "",
            vendor="Somebody <somebody@example.org>",
            licenses=tuple(TEXTS[(at + step) % len(TEXTS)] for step in range(1 + at % 3)),
            requires=tuple((f"package-{(at * 7 + 2 * step + at % 2) % count}",) for step in range(4)),
            locations=(
                Location(path="var/lib/dpkg/status" if at % 2 else f"app/node_modules/package-{at}/package.json"),
            ),
            layer=at % 8,
        )
        for at in range(count)
    ]
    return Inventory(packages=complete(found, distro), distro=distro)


def best(action: Callable[[], object], times: int = 7) -> float:
    """The shortest of several runs, in milliseconds."""
    spent = []
    for _ in range(times):
        recognize.cache_clear()
        start = time.perf_counter()
        action()
        spent.append(time.perf_counter() - start)
    return min(spent) * 1000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    gc.disable()  # as the command line does
    layers = tuple(Layer(diff_id=Digest(f"sha256:{at:064x}")) for at in range(8))
    known = inventory(count)
    report = Report(
        image=Image(name="app", source="oci-dir", layers=layers),
        inventory=known,
        created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    for name, reporter in {
        "text": text,
        "json": inventory_json,
        "cyclonedx": cyclonedx,
        "spdx": spdx,
    }.items():
        data = reporter.render(report, View())
        line = f"{name:10} {count} packages  write {best(lambda r=reporter: r.render(report, View())):7.1f} ms  {len(data):10,} bytes"
        if name in {"cyclonedx", "spdx"}:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "bom.json")
                path.write_bytes(data)
                line += f"  read {best(lambda p=path: take_inventory(str(p), Options()), 3):7.1f} ms"
        print(line)


if __name__ == "__main__":
    main()
