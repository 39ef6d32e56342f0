"""Real engines, a real registry, and one real image in every form in which images are kept."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import building, feeding, serving
from tests.e2e.building import Docker, Truth
from tests.e2e.engines import Engines, running
from tests.e2e.forms import Forms
from tests.e2e.running import Garboard
from tests.e2e.serving import Registry, Storage

HERE = Path(__file__).resolve().parent
TOOLS = (
    "mmdebstrap",
    "docker",
    "docker-registry",
    "htpasswd",
    "skopeo",
    "buildah",
    "podman",
    "npm",
    "dpkg-deb",
    "curl",
)
REQUIRED = os.environ.get("GARBOARD_E2E") == "require" or os.environ.get("CI", "").lower() in {"true", "1"}
_FORMS: list[Forms] = []
MINUTES = 15
"""For one test with the fixtures that it is the first to need: engines are installed and images built."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(MINUTES * 60))


_NOT_PROMISED = ("GARBOARD_SHARED", "NOT tested here, since Debian has none")
"""In the reasons of tests that may skip anywhere."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    return _insisted(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    return _insisted(report)


def _insisted(report: pytest.TestReport | pytest.CollectReport) -> pytest.TestReport | pytest.CollectReport:
    """Where real tools are promised, a test that skips for want of one has failed: it would else be green for ever
    without having run. The third-party data of GARBOARD_SHARED are no part of the promise, nor is what Debian does not have:
    these skip aloud.
    """
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if (
        REQUIRED
        and report.skipped
        and not hasattr(report, "wasxfail")
        and not any(one in reason for one in _NOT_PROMISED)
    ):
        report.outcome = "failed"
        report.longrepr = f"{reason}\n(no end-to-end test may be skipped here: CI=true or GARBOARD_E2E=require)"
    return report


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry of a module's own."""
    if not shutil.which("docker-registry"):
        pytest.skip("what is kept in a registry is NOT tested: docker-registry is needed")
    with serving.registry(tmp_path_factory.mktemp("hub") / "registry") as running_registry:
        yield running_registry


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"real engines are NOT tested: root and {', '.join(TOOLS)} are needed; missing: {missing}")
    with running(tmp_path_factory.mktemp("docker")) as found:
        yield found


@pytest.fixture(scope="session")
def docker(engines: Engines) -> Docker:
    return engines.classic


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """A folder for images, removed in the end: they are large. Its path is short, for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="garboard-e2e-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def context(work: Path, engines: Engines) -> Path:
    return building.write_context(work / "context")


@pytest.fixture(scope="session")
def base(docker: Docker) -> str:
    return building.import_base(docker, building.debian_root())


@pytest.fixture(scope="session")
def built(docker: Docker, context: Path, base: str) -> str:
    """The image under test, in the engine."""
    return building.build(docker, context, building.DOCKERFILE, base, building.own_tag("full"))


@pytest.fixture(scope="session")
def truth(docker: Docker, built: str) -> Truth:
    return building.ask(docker, built)


@pytest.fixture(scope="session")
def registry(work: Path, engines: Engines) -> Iterator[Registry]:
    with serving.registry(work / "registry") as running:
        yield running


@pytest.fixture(scope="session")
def storage(work: Path, engines: Engines) -> Storage:
    driver = serving.storage_driver(work / "overlay-probe")
    return Storage(work / "storage", work / "storage-run", driver)


@pytest.fixture(scope="session")
def podman(storage: Storage, work: Path) -> Iterator[str]:
    with serving.podman(storage, work) as address:
        yield address


@pytest.fixture(scope="session")
def forms(
    work: Path, engines: Engines, base: str, built: str, registry: Registry, storage: Storage, context: Path
) -> Forms:
    """The image in every form; each is made when it is first asked for."""
    (work / "forms").mkdir()
    made = Forms(work / "forms", engines, base, built, registry, storage, context)
    _FORMS.append(made)
    return made


@pytest.fixture(scope="module", autouse=True)
def _room() -> Iterator[None]:
    """Forms that a module made do not stay on the disk while the others run."""
    yield
    for one in _FORMS:
        one.drop_all()


@dataclass(frozen=True)
class Known:
    """A database of advisories about the image, and what they must find in it."""

    database: Path
    expected: set[feeding.Expected]


@pytest.fixture(scope="session")
def known(work: Path, docker: Docker, built: str) -> Known:
    mirror, database = work / "mirror", work / "db"
    expected = feeding.write_mirror(mirror, building.sources(docker, built))
    ended = Garboard(work / "home-of-update", database).run(
        "db", "update", "--offline", "--from", mirror, *feeding.SHARDS
    )
    assert ended.code == 0, ended.err
    assert not re.search("unreadable|failed", ended.out), ended.out
    return Known(database, expected)


@pytest.fixture
def garboard(known: Known, tmp_path: Path) -> Garboard:
    """The command with that database and an empty cache."""
    return Garboard(tmp_path, known.database)
