"""What the site is made of, looked at as files."""

import base64
import errno
import hashlib
import html
import json
import re
import shutil
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.docs_site.conftest import ROOT
from tests.warehouse.building import Warehouse

from duckshift.cli import main
from duckshift.docs_site import build, diagrams, lineage, pages, warehouse

LIMIT = 15_000_000

CONSTANTS = """
dim_campaign.is_inferred dim_carrier.is_inferred dim_category.is_inferred dim_channel.is_inferred
dim_currency.is_inferred dim_customer.is_inferred dim_location.is_inferred dim_payment_method.is_inferred
dim_product.is_inferred dim_promotion.is_inferred dim_return_reason.is_inferred dim_store.is_inferred
fct_product_price.channel_key int_identity__block_pairs.has_same_email
int_identity__block_pairs.has_same_home int_identity__block_pairs.has_same_phone
int_identity__block_pairs.is_linked int_money__daily_rates.rate_origin int_orders__unite_lines.source_system
int_orders__unite_orders.source_system int_returns__unite_lines.source_system mart_payment_ageing.item_type
mart_settlement_reconciliation.is_payment_known
"""
COUNTS = """
fct_inventory.movement_count fct_page_events.item_count fct_sessions.event_count fct_sessions.is_bounce
fct_shipments.event_count int_identity__score_pairs.exchanged_name_similarity
int_identity__score_pairs.last_name_similarity int_web__flag_bots.event_count
int_web__flag_bots.most_events_per_minute mart_basket_affinity.pair_order_count
mart_campaign_return.session_count mart_customer_360.interaction_count mart_customer_cohorts.order_count
mart_funnel_daily.session_count mart_inventory_turnover.day_count mart_inventory_turnover.place_day_count
mart_order_events.granted_promotion_count mart_order_events.settlement_count
mart_order_events.shipment_line_count mart_order_summary.line_count mart_order_summary.payment_count
mart_order_summary.return_line_count mart_product_performance.sold_line_count
mart_settlement_reconciliation.settlement_count mart_store_growth.day_count sales_daily.returned_line_count
sales_daily.sold_line_count
"""
WRITTEN_BY_DBT = """
snp_supplier__price_list.dbt_is_deleted snp_supplier__price_list.dbt_scd_id
snp_supplier__price_list.dbt_updated_at snp_supplier__price_list.dbt_valid_from
snp_supplier__price_list.dbt_valid_to
"""
CALENDARS = ("dim_date", "dim_time_of_day")


def unpacked(text: str) -> list[str]:
    """What is packed in a page, or in several."""
    found = []
    for data, size in re.findall(r'duckshiftUnpack\("([^"]+)",(\d+)\)', text):
        content = zlib.decompress(base64.b64decode(data), wbits=-zlib.MAX_WBITS)
        assert len(content) == int(size)
        found.append(content.decode())
    return found


def everything(site: Path) -> str:
    """What all files say, what is packed too."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(site.rglob("*")) if path.is_file()]
    packed = unpacked("\n".join(texts))
    assert len(packed) == 3, "manifest, catalog, lineage"
    return "\n".join([*texts, *packed])


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def command(
    documented: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run `duckshift docs` in this process and return its error, one line, or nothing if there was none."""
    monkeypatch.chdir(documented)
    monkeypatch.setenv("DUCKSHIFT_DATABASE", str(documented / "warehouse.duckdb"))
    for variable in ("DUCKSHIFT_PROJECT_ROOT", "DBT_TARGET_PATH"):
        monkeypatch.delenv(variable, raising=False)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["duckshift", "docs", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err.strip()
        assert (ended.value.code or 0) == (2 if said else 0), said
        assert len(said.splitlines()) <= 1, said
        return said

    return run


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
            file, _, anchor = html.unescape(address).partition("#")
            file = file.partition("?")[0]  # what dbt-colibri's page reads
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


def links(page: Path) -> set[str]:
    return {html.unescape(link) for link in re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8"))}


def test_each_table_and_its_places_on_other_pages_lead_to_each_other(site: Path) -> None:
    [dbt, _] = unpacked((site / "dbt" / "index.html").read_text(encoding="utf-8"))
    [graph] = unpacked((site / "explorer" / "index.html").read_text(encoding="utf-8"))
    nodes, looked = json.loads(dbt), json.loads(graph)["nodes"]
    diagrams = {
        name: set(re.findall(r'href="tables/(\w+)\.html" class="box', drawing))
        for name, drawing in re.findall(
            r'(?s)<section id="(\w+)">\s*<h2>[^<]*</h2>\s*<figure(.*?)</section>',
            (site / "diagrams.html").read_text(encoding="utf-8"),
        )
    }
    assert len(diagrams) > 10
    physical = (site / "physical.html").read_text(encoding="utf-8")
    for page in (site / "tables").iterdir():
        table, to, text = page.stem, links(page), page.read_text(encoding="utf-8")
        [kind, unique_id] = re.findall(r'href="\.\./dbt/index\.html#!/([^/]+)/([^"]+)">Code', text)[0]
        node = nodes["sources" if kind == "source" else "nodes"][unique_id]
        assert node["resource_type"] == kind
        assert f"](../tables/{table}.html)" in node["description"], table
        assert f"](../lineage.html#{table})" in node["description"], table
        assert f"../lineage.html#{table}" in to, table
        assert f"../explorer/index.html?model={unique_id}&parents=1&children=1" in to, table
        assert looked[unique_id]["page"] == f"tables/{table}.html"
        # The row of a table there begins with a link to its page.
        assert (f'<tr id="{table}">' in physical) == (f"../physical.html#{table}" in to), table
        drawn = {name for name, boxes in diagrams.items() if table in boxes} - {"star"}
        assert {name for name in diagrams if f'id="er-{name}"' in text} <= drawn, table
        assert all(f'id="er-{name}"' in text or f"../diagrams.html#{name}" in to for name in drawn), table
    for name in ("tables.html", "policy.html"):
        assert {f"tables/{table.name}" for table in (site / "tables").iterdir()} <= links(site / name)


def test_every_table_and_column_has_its_place(site: Path, manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        page = (site / "tables" / f"{node['alias'] if node.get('version') else node['name']}.html").read_text(
            encoding="utf-8"
        )
        for column in node["columns"]:
            assert f'<tr id="{column}">' in page, f"{node['name']}.{column}"


def test_only_constants_counts_and_calendars_have_no_parents(site: Path) -> None:
    """A union that the library no longer understands, or a model that it cannot read, shows here.

    Counts are of rows, and what is made of nothing else; a new one gets its place in the list.
    """
    text = (site / "assets" / "lineage.js").read_text(encoding="utf-8")
    lineage = json.loads(text.removeprefix("window.LINEAGE = ").rstrip(";\n"))
    layers = lineage["layers"]
    tables = [(name, layers[layer]) for name, layer, _ in lineage["tables"]]
    orphans = {
        f"{tables[table][0]}.{name}"
        for (table, name), parents in zip(lineage["columns"], lineage["parents"], strict=True)
        if tables[table][1] in ("staging", "intermediate", "core", "marts")
        and tables[table][0] not in CALENDARS
        and not parents
    }
    assert orphans == {*CONSTANTS.split(), *COUNTS.split(), *WRITTEN_BY_DBT.split()}


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


def test_no_page_holds_a_value_of_a_person(documented: Path, site: Path, manifest: dict[str, Any]) -> None:
    """As sources spell it and as it is compared; of short ones (zoe, 1010) texts have some by chance."""
    values: dict[str, set[str]] = {
        kind: set() for kind in ("name", "email", "phone", "address", "birth_date")
    }
    with duckdb.connect(str(documented / "warehouse.duckdb"), read_only=True) as connection:
        for node in manifest["nodes"].values():
            if node["resource_type"] not in ("model", "snapshot"):
                continue
            for name, column in node["columns"].items():
                kind = column["config"]["meta"].get("pii")
                if kind in values:
                    found = connection.execute(
                        f'select distinct trim("{name}"::varchar) from "{node["schema"]}"."{node["alias"]}"'
                    ).fetchall()
                    values[kind] |= {value for (value,) in found if value and len(value) > 6}
    assert all(len(found) > 20 for found in values.values()), {kind: len(values[kind]) for kind in values}
    text = "\n".join(set(re.split(r'["<>\n]', everything(site))))
    words = set(re.findall(r"\w+", text))
    shown = [
        kind
        for kind, found in values.items()
        for value in found
        if words.issuperset(re.findall(r"\w+", value)) and value in text
    ]
    assert not shown, f"{len(shown)} values: {set(shown)}"


def test_no_page_names_a_place_of_this_machine(documented: Path, site: Path, built: Warehouse) -> None:
    text = everything(site)
    for place in (documented, built.landing, ROOT):
        assert str(place) not in text


@pytest.mark.full  # two builds of the site more
def test_the_same_warehouse_gives_the_same_site(
    documented: Path,
    site: Path,
    tmp_path: Path,
    command: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From artifacts of another time, by another process, in the folder where one is."""
    for name in ("manifest.json", "catalog.json", "index.html"):
        text = (documented / "target" / name).read_text(encoding="utf-8")
        if name != "index.html":
            content = json.loads(text)
            content["metadata"] |= {"generated_at": "2031-05-05T05:05:05Z", "invocation_id": "another"}
            for node in content["nodes"].values():
                if "created_at" in node:
                    node["created_at"] += 1
            text = json.dumps(content)
        (tmp_path / name).write_text(text, encoding="utf-8")
    again = documented / "again"
    again.mkdir()
    monkeypatch.chdir(again)
    assert command("build", "--to", ".", "--artifacts", str(tmp_path)) == ""
    first, second = digest(site), digest(again)
    shutil.rmtree(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_what_is_missing_is_said_in_one_line(
    documented: Path, tmp_path: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    assert "no manifest.json in" in command("build", "--artifacts", str(tmp_path))
    assert "is no docs site" in command("build", "--to", str(tmp_path / "notes"))
    assert "is no docs site" in command("build", "--to", str(tmp_path / "notes" / "mine.txt"))
    assert (tmp_path / "notes" / "mine.txt").read_text() == "mine"
    assert "equal to 65535" in command("serve", "--port", "70000")
    (tmp_path / "project").mkdir()
    shutil.copy(documented / "dbt_project.yml", tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    assert "run `duckshift docs build`" in command("serve")
    monkeypatch.setenv("DUCKSHIFT_DATABASE", "none.duckdb")
    assert "run `dbt build`" in command("build")


def test_a_build_that_fails_says_why_and_leaves_the_site_as_it_was(
    documented: Path, tmp_path: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in (
        (warehouse, "measure"),
        (lineage, "read_lineage"),
        (diagrams, "read_relations"),
        (diagrams, "draw"),
        (build, "_check_same_project"),
    ):
        monkeypatch.setattr(module, name, lambda *_: None)

    def fail(_: object, folder: Path) -> None:
        (folder / "half").write_text("half")
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(pages, "write_pages", fail)
    (tmp_path / build.MARK).write_text("made here")
    said = command("build", "--to", str(tmp_path), "--artifacts", str(documented / "target"))
    assert "(no space left)" in said
    assert [path.name for path in tmp_path.iterdir()] == [build.MARK]
    assert not tmp_path.with_name(f".{tmp_path.name}.partial").exists()
