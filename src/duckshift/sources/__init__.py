"""The synthetic retailer: writes the landing files of its source systems, and the truth about them.

`generate` is the entry point. Equal arguments give equal files, byte for byte.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from duckshift.errors import UserError
from duckshift.landing import write_file
from duckshift.sources import _stock, _truth, crm, fx, marketing, payments, pos, shipping, shop, supplier, web
from duckshift.sources._engine import Plan, Run, open_run

FIRST_START, LAST_START = date(1900, 1, 1), date(2200, 1, 1)
"""Between them no date leaves the calendar, also not birthdays, nor 3660 days later what comes last."""


@dataclass(frozen=True)
class GenerationReport:
    """What a generation wrote."""

    files: int
    """Data files, without manifests and the truth."""
    records: dict[str, int]
    """Records of the files that a warehouse can load, by `source.entity`."""
    seconds: float


def generate(
    root: Path,
    *,
    scale: float = 0.1,
    days: int = 90,
    seed: int = 7,
    start: date = date(2024, 1, 1),
    faults: bool = True,
    contract_breaks: bool = False,
    progress: Callable[[str], None] | None = None,
) -> GenerationReport:
    """Write a landing zone below `root`, and the truth about it below `root/_truth`.

    Scale 1 is 100,000 orders and receipts in 90 days; other lengths in proportion. With `faults` the files
    have the defects that real feeds have, each of them written down; with `contract_breaks` one file more
    lacks a required column, so that a build reports an error. `progress` is called with the
    name of a step.

    Run again with the same arguments it completes what is missing and leaves the rest as it is. Raises
    UserError for arguments that make no sense, and if `root` holds anything else than this very generation.
    """
    began = time.monotonic()
    if not 0 < scale <= 100:
        raise UserError(f"the scale must be above 0 and at most 100, not {scale}")
    if not 1 <= days <= 3660:
        raise UserError(f"the number of days must be between 1 and 3660, not {days}")
    if not FIRST_START <= start <= LAST_START:
        raise UserError(f"the first day must be between {FIRST_START} and {LAST_START}, not {start}")
    plan = Plan(float(scale), days, seed, start, faults, contract_breaks)
    with open_run(plan, root, progress or (lambda _: None)) as run:
        _claim(run)
        run.progress("shop")
        shop.model(run)
        model_tills_and_stock(run)
        marketing.model(run)
        web.model(run)
        for source in (shop, payments, pos, fx, supplier, web, crm, shipping, marketing):
            source.land(run)
        _truth.write(run)
        accounts = run.rows(
            "select source || '.' || entity, files_landed, records_landed from truth_accounting order by all"
        )
    return GenerationReport(
        files=sum(int(str(account[1])) for account in accounts),
        records={str(account[0]): int(str(account[2])) for account in accounts},
        seconds=time.monotonic() - began,
    )


def model_tills_and_stock(run: Run) -> None:
    """Create what the tills sold and how stock moved; reads the tables of the shop."""
    pos.model(run)
    run.progress("stock")
    _stock.model(run)


def _claim(run: Run) -> None:
    """Note the arguments in the root first, so that an interrupted generation can be resumed."""
    file = run.root / _truth.FOLDER / "parameters.json"
    wanted = _truth.parameters(run)
    if run.root.exists() and not run.root.is_dir():
        raise UserError(f"{run.root} is no folder")
    occupied = run.root.exists() and any(entry.name != ".gitkeep" for entry in run.root.iterdir())
    if occupied and (not file.is_file() or file.read_bytes() != wanted):
        raise UserError(f"{run.root} holds other files: choose an empty folder, or empty this one")
    write_file(file, wanted)
