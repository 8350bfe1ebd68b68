"""`duckshift check-landing` finds what the generator put in, no more and no less."""

import csv
from pathlib import Path

from duckshift import landing_places
from duckshift.check_landing import check
from duckshift.contract import landing_contract
from duckshift.sources import generate
from duckshift.warehouse_code import landing_plugin


def test_what_is_found_in_generated_files_is_what_the_generator_says_it_put_there(tmp_path: Path) -> None:
    generate(tmp_path, scale=0.05, days=12, seed=7)
    with (tmp_path / "_truth" / "faults.csv").open() as stream:
        truth = list(csv.DictReader(stream))
    report = check(tmp_path, limit=1_000_000)
    rejected = {(item.file, item.line) for item in report.findings if item.effect == "reject"}
    expected = {(row["file"], int(row["line"])) for row in truth if row["disposition"] == "rejected"}
    assert rejected == expected != set()
    assert set(report.held) == {row["file"] for row in truth if row["disposition"] in ("held", "waiting")}


def test_every_way_of_delivery_of_the_contract_has_a_place_where_its_files_lie() -> None:
    deliveries = {entity.delivery for entity in landing_contract().values()}
    assert deliveries == set(landing_plugin().PLACES) == set(landing_places.PLACES)
