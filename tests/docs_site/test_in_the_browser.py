"""The site as a person meets it: in a real browser, from files, without a network."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.docs_site.conftest import LAPTOP, OTHERS, OWN, PHONE, Visit, Visitor, serious_barriers

# Name of a column, and the columns that its SQL is written from.
KNOWN = {
    "sales_daily.net_sales_amount": {"fct_order_items.net_excluding_tax_amount_reporting"},
    "stg_shop__orders.order_id": {"bronze_shop__orders.order_id"},
    "int_orders__unite_lines.recorded_at": {
        "int_orders__apply_item_changes.changed_at",
        "int_stores__place_receipt_lines.sold_at",
    },
}


def test_pages_open_without_an_error_and_ask_no_network(visits: dict[str, Visit]) -> None:
    assert {address: visit.errors for address, visit in visits.items() if visit.errors} == {}
    assert {address: visit.asked for address, visit in visits.items() if visit.asked} == {}


@pytest.mark.full
def test_the_page_of_every_table_opens_without_an_error(visitor: Visitor) -> None:
    """All are made from one template; one of each layer is opened for every change."""
    pages = sorted(visitor.site.glob("tables/*.html"))
    assert len(pages) > 200
    for page in pages:
        visitor.open(page.relative_to(visitor.site).as_posix())
        assert not visitor.errors and not visitor.asked, f"{page.name}: {visitor.errors} {visitor.asked}"


def test_search_finds_a_model_and_a_column_and_leads_there(visitor: Visitor) -> None:
    page = visitor.open("index.html")
    page.get_by_role("combobox").fill("fct_order_items")
    expect(page.locator("#found a").first).to_contain_text("fct_order_items")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visitor.site.as_uri()}/tables/fct_order_items.html")
    # From a page in a folder.
    page.get_by_role("combobox").fill("reporting_rate_state")
    expect(page.locator("#found a").first).to_contain_text("reporting_rate_state")
    page.locator("#found a").first.click()
    assert page.url.endswith("#reporting_rate_state")


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("lifetime mart_customer_360", "", "mart_customer_360.lifetime_value_amount"),  # its table is a word
        ("keeping scan tills", "Stock-keeping unit, the code that tills scan", "dim_product.sku"),
        ("first version will have", "the key that its first version will have", "dim_product.product_key"),
        ("type 1) serves", "It serves sales by the category of their day", "dim_product"),
    ],
)
def test_search_finds_by_any_word_of_a_text(
    visitor: Visitor, manifest: dict[str, Any], query: str, text: str, found: str
) -> None:
    """Also by the last of a long one, of which only the beginning is shown."""
    table, _, column = found.partition(".")
    node = manifest["nodes"][f"model.duckshift.{table}"]
    assert text in (node["columns"][column] if column else node)["description"].replace("\n", " ")
    page = visitor.open("index.html")
    page.get_by_role("combobox").fill(query)
    hit = page.locator("#found a").filter(has=page.locator("b", has_text=re.compile(f"^{re.escape(found)}$")))
    expect(hit).to_be_visible()
    hit.click()
    expect(page).to_have_url(f"{visitor.site.as_uri()}/tables/{table}.html{'#' if column else ''}{column}")


@pytest.mark.parametrize("column", KNOWN)
def test_lineage_shows_the_parents_of_a_column(visitor: Visitor, column: str) -> None:
    page = visitor.open(f"lineage.html#{column}")
    direct = page.locator("#upstream .node").filter(has=page.locator("a"))
    expect(direct.first).to_be_visible()
    shown = page.evaluate(
        """() => {
            const found = [];
            let step = 0;
            for (const part of document.querySelector("#upstream").children) {
                if (part.tagName === "H3") step += 1;
                if (part.className.startsWith("node") && step === 1)
                    for (const item of part.querySelectorAll("li"))
                        found.push(`${part.querySelector("a").textContent}.${item.textContent}`);
            }
            return found;
        }"""
    )
    assert set(shown) == KNOWN[column]
    # The page of the table says the same, without JavaScript.
    table, name = column.split(".")
    page = visitor.open(f"tables/{table}.html")
    assert set(page.locator(f"#{name} .from a").all_inner_texts()) == KNOWN[column]


def test_lineage_says_what_breaks_if_a_column_changes(visitor: Visitor) -> None:
    page = visitor.open("lineage.html#fct_order_items.net_excluding_tax_amount_reporting")
    expect(page.locator("#downstream")).to_contain_text("sales_daily")
    expect(page.locator("#impact")).to_contain_text("Sales dashboard")


def test_the_star_and_the_marts_are_drawn(visitor: Visitor) -> None:
    page = visitor.open("diagrams.html")
    for name in ("star", "fct_order_items", "mart_sales", "mart_customer"):
        drawing = page.locator(f"#{name} svg.er")
        expect(drawing).to_be_visible()
        box = drawing.bounding_box()
        assert box and box["width"] > 200 and box["height"] > 100, name
    star = page.locator("#star")
    expect(star.locator("a.box-fct[aria-label=fct_order_items]")).to_have_count(1)
    assert star.locator("path.line").count() > 30
    star.locator("a.box-dim[aria-label=dim_product]").click()
    assert page.url.endswith("tables/dim_product.html")


def test_a_diagram_leads_to_the_table_and_back(visitor: Visitor) -> None:
    page = visitor.open("tables/dim_product.html")
    page.locator("#diagram").get_by_role("link", name="fct_returns").click()
    expect(page).to_have_url(f"{visitor.site.as_uri()}/diagrams.html#fct_returns")
    page.locator("#fct_returns a.box[aria-label=dim_product]").click()
    expect(page.locator("h1")).to_have_text("dim_product")


@pytest.mark.parametrize("table", ["dim_product", "landing__shop__orders"])
def test_dbt_docs_lead_to_the_table_and_to_its_lineage_and_back(visitor: Visitor, table: str) -> None:
    page = visitor.open(f"tables/{table}.html")
    page.get_by_role("link", name="Code and compiled SQL in dbt docs").click()
    page.get_by_role("link", name="Where its columns come from").click(timeout=120_000)
    expect(page.locator("h1")).to_have_text(table, timeout=30_000)
    page.go_back()
    page.get_by_role("link", name="lineage of its columns").click(timeout=120_000)
    page.get_by_role("link", name=f"Page of {table}").click()
    expect(page.locator("h1")).to_have_text(table, timeout=30_000)


def test_the_graph_of_the_explorer_begins_at_the_table_and_leads_to_the_one_looked_at(
    visitor: Visitor,
) -> None:
    page = visitor.open("tables/dim_product.html")
    page.get_by_role("link", name="As a graph").click()
    nodes = page.locator(".react-flow__node")
    expect(nodes.filter(has_text="int_products__track_category_history")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Duckshift docs").click()
    expect(page.locator("h1")).to_have_text("dim_product")
    page.get_by_role("link", name="Lineage of its columns").click()
    page.get_by_role("link", name="The same as a graph").click()
    nodes.filter(has_text="mart_product_performance").click(timeout=30_000)
    page.wait_for_url("**?model=model.duckshift.mart_product_performance*")
    page.get_by_role("link", name="Duckshift docs").click()
    expect(page.locator("h1")).to_have_text("mart_product_performance")


def test_axe_finds_no_serious_barrier(visits: dict[str, Visit]) -> None:
    """Of tables the first rows; in the dark, on a phone and in whole tables every night."""
    looked = {address: visit.barriers["light"] for address, visit in visits.items() if visit.barriers}
    assert looked.keys() >= {*OWN, *OTHERS}
    assert {address: found for address, found in looked.items() if found} == {}


@pytest.mark.full  # minutes, for thousands of rows
@pytest.mark.parametrize("window", ["light", "dark", "phone"])
def test_axe_finds_no_serious_barrier_in_whole_tables(visitor: Visitor, window: str) -> None:
    visitor.page.emulate_media(color_scheme="dark" if window == "dark" else "light")
    visitor.page.set_viewport_size(PHONE if window == "phone" else LAPTOP)
    found = {address: serious_barriers(visitor.open(address)) for address in OWN}
    assert {address: barriers for address, barriers in found.items() if barriers} == {}


@pytest.mark.parametrize("window", ["laptop", "phone"])
def test_nothing_is_wider_than_the_window(visits: dict[str, Visit], window: str) -> None:
    looked = {address: visit for address, visit in visits.items() if window in visit.pixels_over}
    assert looked.keys() >= {*OWN, *(OTHERS if window == "laptop" else ())}
    over = {address: visit.pixels_over[window] for address, visit in looked.items()}
    assert {address: pixels for address, pixels in over.items() if pixels > 0} == {}
