"""The page of a scan in a real browser, driven by its keyboard alone (W3C WebDriver, by Debian's chromium and its driver)."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from garboard.model.advisory import Severity
from garboard.reporters.scan import html
from garboard.reporters.view import View
from tests.unit.reporters.attributed import BASE, OURS, finding, report

if not (shutil.which("chromedriver") and shutil.which("chromium")):
    pytest.skip("needs chromium and chromium-driver", allow_module_level=True)

TAB, ENTER = "\ue004", "\ue007"
ISSUES = 1_200
HOSTILE = "</style><script>document.title='bad'</script><img src=x onerror=\"document.title='bad'\">"
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


class Browser:
    """One window."""

    def __init__(self, address: str) -> None:
        self._address = address
        options = {"args": ARGUMENTS, "binary": shutil.which("chromium")}
        wanted = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"}, "goog:chromeOptions": options}
        session = self._ask("/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{session['sessionId']}"

    def _ask(self, path: str, what: dict[str, Any], method: str = "POST") -> Any:
        request = urllib.request.Request(
            self._address + path, json.dumps(what).encode(), {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path: Path) -> None:
        self._ask(f"{self._session}/url", {"url": path.as_uri()})

    def tell(self, script: str) -> Any:
        return self._ask(f"{self._session}/execute/sync", {"script": f"return {script}", "args": []})

    def wait(self, condition: str) -> None:
        """Until it holds, at most as long as the driver lets a script run."""
        script = f"const end = arguments[0], ask = () => {condition} ? end(true) : setTimeout(ask, 20); ask()"
        assert self._ask(f"{self._session}/execute/async", {"script": script, "args": []})

    def press(self, keys: str) -> None:
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask(f"{self._session}/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def go_to(self, what: str) -> None:
        """Press the tabulator until an element has the focus."""
        for _ in range(60):
            self.press(TAB)
            if self.tell(f"document.activeElement.matches({json.dumps(what)})"):
                return
        pytest.fail(f"no {what} is reached by the keyboard")

    def resize(self, width: int) -> None:
        values = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._ask(f"{self._session}/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": values})

    def complaints(self) -> list[Any]:
        found: list[Any] = self._ask(f"{self._session}/se/log", {"type": "browser"})
        return found

    def close(self) -> None:
        self._ask(self._session, {}, "DELETE")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout
        ports = (line.rpartition("port ")[2].strip(" .\n") for line in driver.stdout if "started successfully" in line)
        window = Browser(f"http://127.0.0.1:{next(ports)}")
        yield window
        window.close()
        driver.terminate()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Browser:
    found = [finding(f"p{place:04}", (BASE, OURS)[place % 2], Severity.LOW) for place in range(ISSUES - 1)]
    bad = finding("bad", OURS, Severity.CRITICAL, fixed="")
    vulnerability = msgspec.structs.replace(bad.vulnerability, title=HOSTILE, description=HOSTILE)
    of = report(*found, msgspec.structs.replace(bad, vulnerability=vulnerability, note=HOSTILE))
    path = tmp_path / "page.html"
    path.write_bytes(html.render(of, View()))
    browser.open(path)
    return browser


STATUS = "document.querySelector('[role=status]').textContent"
SHOWN = "[...document.querySelectorAll('.issues tbody tr:not([hidden])')]"


def test_by_the_keyboard_alone(page: Browser) -> None:
    assert page.tell(f"{SHOWN}.length") < ISSUES
    assert page.tell(STATUS).startswith(f"{ISSUES} of {ISSUES} issues, the first ")
    page.press(TAB)
    assert page.tell("document.activeElement.textContent") == "Skip to the issues"
    page.press(ENTER)
    assert page.tell("document.activeElement.id") == "issues-title"
    page.go_to("[name=words]")
    page.press("P01")
    page.wait(f"{STATUS} === '100 of {ISSUES} issues chosen'")
    assert page.tell(f"{SHOWN}.length") == 100
    page.go_to("[name=fixed]")
    page.press(" ")
    page.go_to("[name=known]")
    page.press(" ")
    page.wait(f"{STATUS} === '0 of {ISSUES} issues chosen'")
    page.press(" ")
    page.wait(f"{STATUS} === '100 of {ISSUES} issues chosen'")
    page.go_to("th:nth-child(3) button")
    page.press(ENTER)
    assert page.tell("document.querySelector('th[aria-sort]').textContent") == "Package"
    assert page.tell(f"{SHOWN}.slice(0, 2).map(row => row.cells[2].textContent)") == ["p0100@1 (deb)", "p0101@1 (deb)"]
    page.press(ENTER)
    assert page.tell("document.querySelector('th[aria-sort]').getAttribute('aria-sort')") == "descending"
    assert page.tell(f"{SHOWN}[0].cells[2].textContent") == "p0199@1 (deb)"
    page.go_to("tr summary")
    page.press(ENTER)
    assert page.tell("document.activeElement.parentNode.open")


def test_more_are_shown_when_they_are_asked_for(page: Browser) -> None:
    before = page.tell(f"{SHOWN}.length")
    page.tell("document.querySelector('.more').focus()")
    page.press(ENTER)
    assert page.tell(f"{SHOWN}.length") == 2 * before
    assert page.tell(f"{SHOWN}[{before}].contains(document.activeElement)")


def test_data_run_nothing_and_the_policy_lets_the_page_be(page: Browser) -> None:
    assert page.tell("document.title") == "Scan of blog"
    assert page.tell("document.querySelectorAll('img').length") == 0
    assert HOSTILE in page.tell("document.querySelector('.issues tbody tr summary').textContent")
    assert page.complaints() == []


@pytest.mark.parametrize("width", [1280, 420])
def test_nothing_is_wider_than_the_window(page: Browser, width: int) -> None:
    page.resize(width)
    assert page.tell("document.documentElement.scrollWidth") <= width
