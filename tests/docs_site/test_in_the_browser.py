"""The site as a person meets it: in a real browser, from files, without a network."""

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
    # From a page in a folder, by the words of a column.
    page.get_by_role("combobox").fill("lifetime revenue mart_customer_360")
    page.get_by_role("combobox").fill("reporting_rate_state")
    expect(page.locator("#found a").first).to_contain_text("reporting_rate_state")
    page.locator("#found a").first.click()
    assert page.url.endswith("#reporting_rate_state")


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


def test_dbt_docs_lead_to_the_table_and_back(visitor: Visitor) -> None:
    page = visitor.open("tables/dim_product.html")
    page.get_by_role("link", name="Code and compiled SQL in dbt docs").click()
    page.get_by_role("link", name="Where its columns come from").click(timeout=120_000)
    expect(page.locator("h1")).to_have_text("dim_product", timeout=30_000)


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
