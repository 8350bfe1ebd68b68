"""The docs site of the shared warehouse, made once by the command, and a Chromium to look at it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

# The warehouse that the suite of that name builds.
from tests.warehouse.building import Warehouse, once
from tests.warehouse.conftest import built, generated, outcome, project, shared_folder

from duckshift.bench.docs import CHROMIUM_OPTIONS, CHROMIUM_VARIABLE, find_chromium

__all__ = ["built", "generated", "outcome", "project", "shared_folder"]

ROOT = Path(__file__).resolve().parents[2]
OWN = (
    "index.html",
    "tables.html",
    "lineage.html",
    "diagrams.html",
    "physical.html",
    "policy.html",
    "quality.html",
    "tables/fct_order_items.html",
    "tables/landing__shop__orders.html",
    "tables/mart_customer_360.html",
)
OF_OTHER_LAYERS = (
    "bronze_shop__orders",
    "stg_shop__orders",
    "int_orders__unite_lines",
    "carriers",
    "ops_rejects",
)
OTHERS = ("dbt/index.html", "explorer/index.html")
PIXELS_OVER = "document.documentElement.scrollWidth - window.innerWidth"
SHORTEN_TABLES = "document.querySelectorAll('tr:nth-child(n + 25)').forEach(row => row.remove())"
LAPTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)


def docs(folder: Path, landing: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `duckshift docs` in a copy of the project."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DBT_", "DUCKSHIFT_", "PYTHON"))
    }
    environment = kept | {
        "DBT_PROFILES_DIR": str(folder / "profiles"),
        "DUCKSHIFT_DATABASE": "warehouse.duckdb",
        "DUCKSHIFT_LANDING_ROOT": str(landing),
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.run(
        [sys.executable, "-m", "duckshift", "docs", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def documented(shared_folder: Path, built: Warehouse) -> Path:
    """A copy of the shared warehouse and its project, in which `duckshift docs build` made the site."""

    def build(folder: Path) -> None:
        built.copy(folder)
        done = docs(folder, built.landing, "build")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (folder / "site" / "index.html").is_file()

    return once(shared_folder / "documented", build)


@pytest.fixture(scope="session")
def site(documented: Path) -> Path:
    """The folder of the site."""
    return documented / "site"


@pytest.fixture(scope="session")
def manifest(documented: Path) -> dict[str, Any]:
    """What dbt knows of the project."""
    content: dict[str, Any] = json.loads((documented / "target" / "manifest.json").read_text())
    return content


@pytest.fixture(scope="module")  # while it is open an event loop runs, and some suites have their own
def browser() -> Iterator[Browser]:
    """A headless Chromium. A developer may have none and reads so; CI must have one."""
    found = find_chromium()
    if found is None:
        text = f"no Chromium: apt-get install chromium, or name one in {CHROMIUM_VARIABLE}"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


class Visitor:
    """A page in the browser that notes what went wrong and what it asked the network for."""

    def __init__(self, page: Page, site: Path) -> None:
        self.page, self.site = page, site
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.asked.append(url)

    def open(self, address: str) -> Page:
        """Open a page of the site from its file."""
        address = f"{self.site.as_uri()}/{address}"
        if self.page.url.partition("#")[0] == address.partition("#")[0]:  # else it would only scroll
            self.page.goto("about:blank")
        self.page.goto(address, timeout=120_000)
        return self.page


@pytest.fixture
def visitor(browser: Browser, site: Path) -> Iterator[Visitor]:
    """A laptop's window on the site."""
    context = browser.new_context(viewport=LAPTOP)
    yield Visitor(context.new_page(), site)
    context.close()


@dataclass
class Visit:
    """What a page did when it was opened, and how it is seen in windows; by the name of the window."""

    errors: list[str]
    asked: list[str]
    barriers: dict[str, list[str]]
    pixels_over: dict[str, int]


@pytest.fixture(scope="module")
def visits(shared_folder: Path, site: Path, browser: Browser) -> dict[str, Visit]:
    """The pages over all tables and one of a table in each layer, opened once."""

    def visit(folder: Path) -> None:
        context = browser.new_context(viewport=LAPTOP)
        visitor = Visitor(context.new_page(), site)
        found = {}
        for address in (*OWN, *OTHERS, *(f"tables/{name}.html" for name in OF_OTHER_LAYERS)):
            visitor.errors, visitor.asked = [], []
            page = visitor.open(address)
            seen = Visit(visitor.errors, visitor.asked, {}, {})
            if address in OTHERS:
                page.wait_for_timeout(2_000)  # these pages draw themselves, and are mended after that
                seen.pixels_over["laptop"] = page.evaluate(PIXELS_OVER)
                seen.barriers["light"] = serious_barriers(page)
            if address in OWN:
                for window, size in (("laptop", LAPTOP), ("phone", PHONE)):
                    page.set_viewport_size(size)
                    seen.pixels_over[window] = page.evaluate(PIXELS_OVER)
                # One row of a table is made as the next: axe takes a minute and a half for thousands of them.
                page.evaluate(SHORTEN_TABLES)
                page.set_viewport_size(LAPTOP)
                seen.barriers["light"] = serious_barriers(page)
            found[address] = asdict(seen)
        context.close()
        (folder / "visits.json").write_text(json.dumps(found))

    content = json.loads((once(shared_folder / "visits", visit) / "visits.json").read_text())
    return {address: Visit(**item) for address, item in content.items()}


def serious_barriers(page: Page, options: dict[str, object] | None = None) -> list[str]:
    """Return what axe calls serious or critical on a page, with the first place of each."""
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:200]}"
        # Without `preload` axe does not ask for the stylesheet again, which no file may.
        for item in Axe().run(page, options={**(options or {}), "preload": False}).response["violations"]
        if item["impact"] in ("serious", "critical")
    ]
