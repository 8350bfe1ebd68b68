"""Landing zone and intake on S3, asked through boto3 over HTTP; a real bucket was not at hand."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.intake.conftest import changed_environment
from tests.intake.landing import SALES_HEADER, items, payment, sales_file, sales_manifest, write
from tests.intake.s3_server import Bucket, s3_server

from duckshift.errors import UserError
from duckshift.intake.export import Export, export_records
from duckshift.intake.object_store import bucket_and_key
from duckshift.intake.places import places
from duckshift.intake.scratch import Scratch
from duckshift.intake.zones import LandingZone


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with s3_server("lake") as (address, bucket):
        variables = {
            "AWS_ENDPOINT_URL_S3": address,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }
        with changed_environment(variables):
            yield bucket


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    root = tmp_path / "landing"
    items(root, "2024/01/15/1-1", "'1' as _change_seq, 'i1' as order_item_id, 3 as quantity")
    write(root, "payments/transactions/dt=2024-01-15/page-00001.20240115T160000Z.json", payment())
    write(root, sales_file("S1"), f"{SALES_HEADER}\nS1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    sales_manifest(root, "S1", 1)
    write(root, sales_file("S2"), f"{SALES_HEADER}\nS2,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    write(root, "_truth/faults.json", "{}")
    return root


def exported(zone: LandingZone, folder: Path) -> tuple[list[Export], list[tuple[object, ...]]]:
    """Take in everything; return the exports, and the rows of every Parquet file."""
    folder.mkdir()
    with closing(Scratch(folder, zone)) as scratch:
        scratch.refresh()
        exports = list(export_records(scratch, "s3://lake/intake", "batch", lambda _: None))
        rows = [
            (item.url, *row)
            for export in exports
            for item in export.objects
            for row in scratch.connection.execute(f"from read_parquet('{item.path}')").fetchall()
        ]
    return exports, rows


def test_a_landing_zone_on_s3_is_read_as_a_folder_is(bucket: Bucket, landing: Path, tmp_path: Path) -> None:
    for path in landing.rglob("*.*"):
        bucket.objects[f"raw/landing/{path.relative_to(landing).as_posix()}"] = path.read_bytes()
    bucket.objects["raw/landing/empty/"] = b""
    with (
        places("redshift", "s3://lake/raw/landing/", "s3://lake") as (from_s3, _, _),
        places("redshift", str(landing), "s3://lake") as (from_folder, _, _),
    ):
        exports, rows = exported(from_s3, tmp_path / "s3")
        same_exports, same_rows = exported(from_folder, tmp_path / "folder")
    assert [export.files for export in exports] == [export.files for export in same_exports]
    assert rows == same_rows
    assert [export.entity.name for export in exports] == ["transactions", "sales", "order_items"]
    assert "raw/landing/_truth/faults.json" not in bucket.reads


def test_what_is_known_is_not_read_from_s3_again(bucket: Bucket, landing: Path, tmp_path: Path) -> None:
    for path in landing.rglob("*.*"):
        bucket.objects[path.relative_to(landing).as_posix()] = path.read_bytes()
    with (
        places("redshift", "s3://lake", "s3://lake") as (zone, _, _),
        closing(Scratch(tmp_path, zone)) as scratch,
    ):
        scratch.refresh()
        scratch.connection.execute(
            "update ops.landed_objects set manifest = 's3://lake/m' where state = 'ready'"
        )
        bucket.reads.clear()
        scratch.refresh()
        assert scratch.new_files() == {}
    # Only the file that waits for its manifest is looked at again.
    assert {Path(key).parent.name for key in bucket.reads} <= {"store=S2"}


def test_objects_and_manifests_are_written_where_they_say(
    bucket: Bucket, landing: Path, tmp_path: Path
) -> None:
    with places("redshift", str(landing), "s3://lake/duckshift") as (zone, store, url):
        assert url == "s3://lake/duckshift"
        exports, _ = exported(zone, tmp_path / "scratch")
        for export in exports:
            store.put_all(export.objects)
            store.put_text(export.manifest_text(), export.manifest)
    written = {f"s3://lake/{key}": len(content) for key, content in bucket.objects.items()}
    stated = {item.url: item.bytes for export in exports for item in export.objects}
    manifests = {export.manifest for export in exports}
    assert written.keys() == stated.keys() | manifests
    assert {url: written[url] for url in stated} == stated


def test_a_prefix_without_files_is_an_error_of_one_line(bucket: Bucket, tmp_path: Path) -> None:
    bucket.objects["elsewhere/file.json"] = b"{}"
    with (
        places("redshift", "s3://lake/landing", "s3://lake") as (zone, _, _),
        closing(Scratch(tmp_path, zone)) as scratch,
        pytest.raises(UserError, match=r"^s3://lake/landing holds no landing files"),
    ):
        scratch.refresh()


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_an_error_of_one_line(tmp_path: Path) -> None:
    with (
        places("redshift", "s3://other-lake/landing", "s3://lake") as (zone, _, _),
        closing(Scratch(tmp_path, zone)) as scratch,
        pytest.raises(UserError, match=r"^cannot list s3://other-lake/landing: .*404"),
    ):
        scratch.refresh()


@pytest.mark.parametrize("url", ["lake/prefix", "s3:/lake", "s3://", "https://lake.s3.amazonaws.com/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UserError, match=r"s3://bucket/prefix"):
        bucket_and_key(url)
