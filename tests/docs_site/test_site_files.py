"""What the site is made of, looked at as files."""

import base64
import hashlib
import json
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.docs_site.conftest import ROOT, docs
from tests.warehouse.building import Warehouse

LIMIT = 15_000_000


def everything(site: Path) -> str:
    """What all files say, what is packed too."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(site.rglob("*")) if path.is_file()]
    packed = re.findall(r'duckshiftUnpack\("([^"]+)",(\d+)\)', "\n".join(texts))
    assert len(packed) == 3, "manifest, catalog, lineage"
    for data, size in packed:
        content = zlib.decompress(base64.b64decode(data), wbits=-zlib.MAX_WBITS)
        assert len(content) == int(size)
        texts.append(content.decode())
    return "\n".join(texts)


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def manifest(documented: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((documented / "target" / "manifest.json").read_text())
    return content


def test_the_site_is_under_15_megabytes(site: Path) -> None:
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < LIMIT


def test_every_link_leads_somewhere(site: Path) -> None:
    anchors: dict[Path, set[str]] = {}

    def anchors_of(page: Path) -> set[str]:
        if page not in anchors:
            anchors[page] = set(re.findall(r'\bid="([^"]+)"', page.read_text(encoding="utf-8")))
        return anchors[page]

    broken = []
    own = [path for path in site.rglob("*.html") if path.parent.name not in ("dbt", "explorer")]
    for page in own:
        for address in re.findall(r'(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8")):
            file, _, anchor = address.partition("#")
            target = (page.parent / file).resolve() if file else page
            is_known = target.is_file() and (
                not anchor
                or target.parent.name == "dbt"
                or target.name == "lineage.html"
                or anchor in anchors_of(target)
            )
            if not is_known:
                broken.append(f"{page.name}: {address}")
    assert not broken, broken[:10]


def test_every_table_and_column_has_its_place(site: Path, manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        page = (site / "tables" / f"{node['name']}.html").read_text(encoding="utf-8")
        for column in node["columns"]:
            assert f'<tr id="{column}">' in page, f"{node['name']}.{column}"


def test_only_constants_counts_and_calendars_have_no_parents(site: Path) -> None:
    """A union that the library no longer understands, or a model that it cannot read, shows here."""
    text = (site / "assets" / "lineage.js").read_text(encoding="utf-8")
    lineage = json.loads(text.removeprefix("window.LINEAGE = ").rstrip(";\n"))
    layers = lineage["layers"]
    made = [
        (lineage["tables"][table][0], name, parents)
        for (table, name), parents in zip(lineage["columns"], lineage["parents"], strict=True)
        if layers[lineage["tables"][table][1]] in ("staging", "intermediate", "core", "marts")
        and lineage["tables"][table][0] not in ("dim_date", "dim_time_of_day")
    ]
    orphans = [f"{table}.{name}" for table, name, parents in made if not parents]
    assert len(made) > 1_300
    assert len(orphans) < 0.05 * len(made), orphans


def test_numbers_are_those_of_the_warehouse(documented: Path, site: Path) -> None:
    with duckdb.connect(str(documented / "warehouse.duckdb"), read_only=True) as connection:
        [(rows,)] = connection.execute("select count(*) from gold.fct_order_items").fetchall()
        [(rejected,)] = connection.execute(
            "select sum(rejected_record_count) from ops.ops_rejects"
        ).fetchall()
        [(outcomes,)] = connection.execute("select count(*) from ops.test_findings").fetchall()
    page = (site / "tables" / "fct_order_items.html").read_text(encoding="utf-8")
    assert f"<dt>rows</dt><dd>{rows:,}</dd>" in page
    start = (site / "index.html").read_text(encoding="utf-8")
    assert f"<b>{rejected:,}</b><span>records refused" in start
    assert f" of {outcomes:,}</b><span>tests passed" in start


def test_no_page_holds_a_value_of_a_person(documented: Path, site: Path) -> None:
    with duckdb.connect(str(documented / "warehouse.duckdb"), read_only=True) as connection:
        values = {
            str(value)
            for row in connection.execute(
                "select email, phone, home from vault.vault_person_records limit 2000"
            ).fetchall()
            for value in row
            if value and len(str(value)) > 6
        }
    assert len(values) > 500
    text = everything(site)
    found = [value for value in values if value in text]
    assert not found, f"{len(found)} values"


def test_no_page_names_a_place_of_this_machine(documented: Path, site: Path, built: Warehouse) -> None:
    text = everything(site)
    for place in (documented, built.landing, ROOT):
        assert str(place) not in text


def test_the_same_warehouse_gives_the_same_site(
    documented: Path, site: Path, built: Warehouse, tmp_path: Path
) -> None:
    """From artifacts of another time, by another process."""
    (tmp_path / "target").mkdir()
    for name in ("manifest.json", "catalog.json", "index.html"):
        text = (documented / "target" / name).read_text(encoding="utf-8")
        if name != "index.html":
            content = json.loads(text)
            content["metadata"] |= {"generated_at": "2031-05-05T05:05:05Z", "invocation_id": "another"}
            for node in content["nodes"].values():
                if "created_at" in node:
                    node["created_at"] += 1
            text = json.dumps(content)
        (tmp_path / "target" / name).write_text(text, encoding="utf-8")
    again = tmp_path / "again"
    done = docs(
        documented, built.landing, "build", "--to", str(again), "--artifacts", str(tmp_path / "target")
    )
    assert done.returncode == 0, done.stderr
    first, second = digest(site), digest(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_what_is_missing_is_said_in_one_line(documented: Path, built: Warehouse, tmp_path: Path) -> None:
    empty = tmp_path / "project"
    shutil.copytree(documented, empty, ignore=shutil.ignore_patterns("site", "target", "*.duckdb"))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    cases = {
        "run `dbt build`": docs(empty, built.landing, "build"),
        "no manifest.json in": docs(documented, built.landing, "build", "--artifacts", str(tmp_path)),
        "is no docs site": docs(documented, built.landing, "build", "--to", str(tmp_path / "notes")),
        "run `duckshift docs build`": docs(empty, built.landing, "serve"),
    }
    for text, done in cases.items():
        assert done.returncode == 2, text
        assert text in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert (tmp_path / "notes" / "mine.txt").read_text() == "mine"
