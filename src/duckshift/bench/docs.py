"""How long pages of the docs site take to open in a headless Chromium, from their files."""

import os
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duckshift.docs_site.build import MARK
from duckshift.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AIM_MS = 2_000
WINDOW = (1280, 900)
CHROMIUM_VARIABLE = "DUCKSHIFT_CHROMIUM"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DRAWN = {"dbt/index.html": "[marked] h2", "explorer/index.html": ".react-flow__node"}
"""What is there once a page that draws itself has done so; on the others, their heading."""


@dataclass(frozen=True)
class PageBench:
    """Median times of a page from the click on."""

    page: str
    kilobytes: int
    load_ms: int  # until the browser says that it is loaded
    drawn_ms: int  # until what it is about can be read

    @property
    def is_in_time(self) -> bool:
        """Whether it keeps the aim."""
        return self.drawn_ms < AIM_MS


@dataclass(frozen=True)
class DocsBench:
    """What `duckshift bench docs` found."""

    pages: list[PageBench]

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs."""
        return {"aim_ms": AIM_MS, "pages": [asdict(page) for page in self.pages]}

    def lines(self) -> list[str]:
        """Return the figures as text."""
        width = max(len(page.page) for page in self.pages)
        lines = [f"{'page':<{width}}{'size':>11}{'loaded':>11}{'drawn':>11}"]
        for page in self.pages:
            figures = f"{page.kilobytes:>8,} kB{page.load_ms:>8,} ms{page.drawn_ms:>8,} ms"
            lines.append(f"{page.page:<{width}}{figures}{'' if page.is_in_time else '   not in time'}")
        late_pages = [page.page for page in self.pages if not page.is_in_time]
        met = f"missed by {', '.join(late_pages)}" if late_pages else "met by all"
        return [*lines, f"aim: drawn in under {AIM_MS:,} ms: {met}"]


def find_chromium() -> str | None:
    """Return the Chromium of this machine: the one that DUCKSHIFT_CHROMIUM names, or one on the PATH."""
    return os.environ.get(CHROMIUM_VARIABLE) or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def bench_docs(site: Path, repeats: int, progress: Callable[[str], None]) -> DocsBench:
    """Open each page over all tables, and the largest page of a table, some times and take the median.

    Each time in a new window without a cache. Raises UserError without a site or a browser that opens it.
    """
    if not (site / MARK).is_file():
        raise UserError(f"no docs site at {site}: run `duckshift docs build`")
    chromium = find_chromium()
    if chromium is None:
        raise UserError(f"no Chromium: apt-get install chromium, or name one in {CHROMIUM_VARIABLE}")
    try:
        # Only developers have it.
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415
    except ImportError as error:
        text = "playwright is not installed: run `make venv`, or `pip install duckshift[dev]`"
        raise UserError(text) from error
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
            measured = _measure(browser, site, repeats, progress)
            browser.close()
    except Error as error:  # a browser that does not start, a page that is not drawn
        said = str(error).splitlines()[0]
        raise UserError(
            f"{chromium} cannot open the site, name another in {CHROMIUM_VARIABLE}: {said}"
        ) from error
    return DocsBench(measured)


def _measure(
    browser: "Browser", site: Path, repeats: int, progress: Callable[[str], None]
) -> list[PageBench]:
    _open(browser, site / "index.html", "h1")  # the first page waits for the browser itself
    measured = []
    for file in _pages(site):
        name = file.relative_to(site).as_posix()
        progress(name)
        times = [_open(browser, file, DRAWN.get(name, "h1")) for _ in range(repeats)]
        measured.append(
            PageBench(
                page=name,
                kilobytes=round(file.stat().st_size / 1000),
                load_ms=round(statistics.median(load for load, _ in times)),
                drawn_ms=round(statistics.median(drawn for _, drawn in times)),
            )
        )
    return measured


def _pages(site: Path) -> list[Path]:
    tables = sorted((site / "tables").glob("*.html"), key=lambda file: (-file.stat().st_size, file.name))
    return [*sorted(site.glob("*.html")), *tables[:1], *(site / name for name in DRAWN)]


def _open(browser: "Browser", file: Path, drawn: str) -> tuple[float, float]:
    """Return the milliseconds until a page is loaded, and until something on it can be seen."""
    context = browser.new_context(viewport={"width": WINDOW[0], "height": WINDOW[1]})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(file.resolve().as_uri(), timeout=120_000)
    load = time.perf_counter() - began
    page.locator(drawn).first.wait_for(timeout=120_000)
    seen = time.perf_counter() - began
    context.close()
    return load * 1000, seen * 1000
