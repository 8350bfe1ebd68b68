"""What intake writes is what COPY and external tables want: columns, types, places."""

import re
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from tests.intake.landing import items, payment, write

from duckshift.contract import landing_contract
from duckshift.intake import export
from duckshift.intake.scratch import Scratch
from duckshift.intake.zones import FolderZone
from duckshift.sources import generate
from duckshift.warehouse_code import intake_columns


def exported(landing: Path, folder: Path) -> list[export.Export]:
    folder.mkdir()
    with closing(Scratch(folder, FolderZone(landing))) as scratch:
        scratch.refresh()
        return list(export.export_records(scratch, "s3://lake/intake", "batch", lambda _: None))


def columns_of(path: Path) -> list[tuple[str, str]]:
    with duckdb.connect() as connection:
        query = f"describe from read_parquet('{path}', hive_partitioning = false)"
        return [(str(row[0]), str(row[1])) for row in connection.execute(query).fetchall()]


@pytest.mark.full  # parity copies files of every entity
def test_files_have_the_columns_of_the_staging_table_in_their_order_for_every_entity(tmp_path: Path) -> None:
    generate(tmp_path / "landing", scale=0.02, days=30)
    exports = exported(tmp_path / "landing", tmp_path / "scratch")
    assert {item.entity for item in exports} == set(landing_contract().values())
    for item in exports:
        expected = [
            (column["name"], re.sub(r"^varchar\(\d+\)$", "varchar", column["data_type"]).upper())
            for column in intake_columns(item.entity)
        ]
        assert {tuple(columns_of(stored.path)) for stored in item.objects} == {tuple(expected)}
        assert item.columns == intake_columns(item.entity)


def test_records_lie_by_day_of_arrival(tmp_path: Path) -> None:
    items(tmp_path / "landing", "2024/01/15/1-1", "'1' as _change_seq, 'i1' as order_item_id, 3 as quantity")
    items(tmp_path / "landing", "2024/01/17/1-1", "'2' as _change_seq, 'i2' as order_item_id, 3 as quantity")
    items(tmp_path / "landing", "LOAD00000001", "'' as _change_seq, 'i3' as order_item_id, 3 as quantity")
    (found,) = exported(tmp_path / "landing", tmp_path / "scratch")
    place = "s3://lake/intake/shop/order_items/arrival_date={}/batch-1-0.parquet"
    days = ["1900-01-01", "2024-01-15", "2024-01-17"]
    assert [item.url for item in found.objects] == [place.format(day) for day in days]
    assert (str(found.first_day), str(found.last_day), found.records) == (days[0], days[-1], 3)
    assert found.manifest == "s3://lake/intake/_manifests/shop/order_items/batch.manifest"


def test_many_files_are_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in (1, 2, 3):
        file = f"payments/transactions/dt=2024-01-15/page-0000{page}.20240115T160000Z.json"
        write(tmp_path / "landing", file, payment(payment_id=f"P{page}"))
    monkeypatch.setattr(export, "BATCH_BYTES", 1)
    (found,) = exported(tmp_path / "landing", tmp_path / "scratch")
    assert [item.path.name for item in found.objects] == [f"batch-{n}-0.parquet" for n in (1, 2, 3)]
    assert found.records == 3
