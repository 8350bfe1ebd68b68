"""The docs site of the shared warehouse, made once by the command, and a Chromium to look at it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# The warehouse that the suite of that name builds.
from tests.warehouse.building import Warehouse, once
from tests.warehouse.conftest import built, generated, project, shared_folder

__all__ = ["built", "generated", "project", "shared_folder"]

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "DUCKSHIFT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
def browser() -> Iterator[Browser]:
    """A headless Chromium. A developer may have none and reads so; CI must have one."""
    found = os.environ.get(CHROMIUM) or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        text = f"no Chromium: apt-get install chromium, or name one in {CHROMIUM}"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
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
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.as_uri()}/{address}", timeout=120_000)
        return self.page


@pytest.fixture
def visitor(browser: Browser, site: Path) -> Iterator[Visitor]:
    """A laptop's window on the site."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Visitor(context.new_page(), site)
    context.close()
