"""What stands on the pages, against the manifest, dbt's own results and the tables of the warehouse."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from tests.warehouse.building import Outcome

Rows = list[list[str]]
UNKNOWN = "\N{EN DASH}"
KINDS = {
    "name": "name of a person",
    "email": "e-mail address",
    "phone": "telephone number",
    "address": "part of an address",
    "birth_date": "date of birth",
    "raw": "record as it came, which may hold any of these",
    "token": "token made from personal data",
    "secret": "secret that tokens are made with",
}


def read(site: Path, page: str, section: str = "content") -> str:
    """Return what is in a section of a page, or in all of it."""
    text = (site / page).read_text(encoding="utf-8")
    found = re.search(rf'(?s)<(main|section) id="{section}".*?</\1>', text)
    assert found, f"{page}: no {section}"
    return found[0]


def words(markup: str) -> str:
    """Return the text of HTML as a person reads it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def rows_of(markup: str) -> Rows:
    """Return the cells of the rows of a table, without its head."""
    return [
        [words(cell) for cell in re.findall(r"(?s)<t[hd]\b.*?</t[hd]>", row)]
        for body in re.findall(r"(?s)<tbody.*?</tbody>", markup)
        for row in re.findall(r"(?s)<tr\b.*?</tr>", body)
    ]


def tables(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all that has a page, by the names of the pages."""
    for node in (*manifest["sources"].values(), *manifest["nodes"].values()):
        if node["resource_type"] == "source":
            is_landed = node["original_file_path"].startswith("models/bronze/")
            yield f"landing__{node['source_name']}__{node['name']}" if is_landed else node["name"], node
        elif node["resource_type"] in ("model", "seed", "snapshot"):
            yield node["alias"] if node.get("version") else node["name"], node


def place(node: dict[str, Any]) -> str:
    """Return schema and name in the warehouse."""
    return f'"{node["schema"]}"."{node.get("alias") or node["identifier"]}"'


@contextmanager
def opened(documented: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(documented / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def policies(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Return classification, days and owner of tables. Landing files are kept as bronze keeps them."""
    owners = {item["name"]: item["owner"]["name"] for item in manifest["groups"].values()}
    found = {}
    for name, node in tables(manifest):
        meta = node["config"]["meta"]
        if node["resource_type"] == "seed":
            meta = {"classification": "public", "owner": node["config"]["group"]}
        elif name.startswith("landing__"):
            continue
        days = f"{meta['retention_days']:,}" if "retention_days" in meta else UNKNOWN
        found[name] = [meta["classification"], days, owners[meta["owner"]]]
        if name.startswith("bronze_"):
            found[f"landing__{name.removeprefix('bronze_')}"] = found[name]
    return found


def test_policy_names_each_personal_column_with_its_retention_and_owner(
    site: Path, manifest: dict[str, Any]
) -> None:
    expected, policy = [], policies(manifest)
    for name, node in tables(manifest):
        for column in node["columns"].values():
            if kind := column["config"]["meta"].get("pii"):
                classification, days, owner = policy[name]
                expected.append([name, column["name"], KINDS[kind], classification, days, owner])
    assert len(expected) > 100
    assert sorted(rows_of(read(site, "policy.html", "personal"))) == sorted(expected)


def test_policy_names_each_table_with_its_class_and_all_of_its_columns(
    site: Path, manifest: dict[str, Any]
) -> None:
    page = rows_of(read(site, "policy.html", "tables"))
    shown = {row[0]: row for row in page}
    assert len(shown) == len(page)
    policy = policies(manifest)
    assert shown.keys() == policy.keys()
    for name, node in tables(manifest):
        assert shown[name][1:5] == [*policy[name], node.get("access") or UNKNOWN], name
        columns = re.sub(r"^\d+(, \d+ personal)?", "", shown[name][5]).split()
        assert columns == list(node["columns"]), name
    tiles = dict(re.findall(r"<b>(\d+)</b><span>[a-z ]*\b(\w+): ", read(site, "policy.html")))
    assert {name: int(count) for count, name in tiles.items()} == Counter(row[1] for row in page)


def test_physical_gives_each_design_with_its_reason(site: Path, manifest: dict[str, Any]) -> None:
    shown = {row[0]: row for row in rows_of(read(site, "physical.html"))}
    reasons = 0
    for name, node in tables(manifest):
        config = node["config"]
        if name.startswith("landing__") or config.get("materialized") == "view":
            assert name not in shown
            continue
        dist, sort, encodings = shown[name][3], shown[name][5], shown[name][7]
        reason = config["meta"].get("physical_reason") or {}
        reasons += len(reason)
        keys = config.get("sort") or "auto"
        assert dist == words(f"{config.get('dist') or 'auto'} {reason.get('dist', '')}")
        assert sort == words(f"{keys if isinstance(keys, str) else ', '.join(keys)} {reason.get('sort', '')}")
        encoded = [
            f"{column['name']} {column['config']['meta']['encode']}"
            for column in node["columns"].values()
            if column["config"]["meta"].get("encode")
        ]
        named = f"{len(encoded)} named {' '.join(encoded)}" if encoded else "auto"
        assert encodings == words(f"{named} {reason.get('encode', '')}")
    assert reasons > 100


def test_physical_counts_each_row_once(documented: Path, site: Path, manifest: dict[str, Any]) -> None:
    """In the table, and in one of the slices if it has a distribution key."""
    page = read(site, "physical.html")
    shown = {row[0]: row for row in rows_of(page)}
    slices = dict(
        re.findall(r'(?s)<tr id="(\w+)">(?:(?!</tr>).)*?aria-label="rows by slice: ([\d, ]+)"', page)
    )
    with_key = set()
    with opened(documented) as connection:
        for name, node in tables(manifest):
            if name not in shown:
                continue
            [(count,)] = connection.execute(f"select count(*) from {place(node)}").fetchall()
            assert shown[name][1] == f"{count:,}", name
            if count and (node["config"].get("dist") or "auto") not in ("all", "even", "auto"):
                with_key.add(name)
                assert sum(map(int, slices[name].split(", "))) == count, name
    assert slices.keys() == with_key
    assert len(with_key) > 10


def test_quality_shows_refused_records_by_reason(documented: Path, site: Path) -> None:
    """The records one by one, and not the counts that the page is made of."""
    with opened(documented) as connection:
        expected = connection.execute("""
            select
                source_name || '/' || entity_name, reason_kind, count(*)::varchar,
                count(*) filter (where reject_state = 'open')::varchar
            from quarantine.quarantined_records
            group by all
        """).fetchall()
    assert len(expected) > 10
    assert sorted(rows_of(read(site, "quality.html", "rejects"))) == sorted(map(list, expected))


def test_quality_shows_a_score_for_each_dimension(documented: Path, site: Path) -> None:
    with opened(documented) as connection:
        expected = connection.execute("""
            select
                quality_dimension, sum(checked_count), sum(failed_count),
                count(*) filter (not is_passed), count(*)
            from ops.ops_quality_scorecard
            group by all
            order by all
        """).fetchall()
    assert len(expected) == 6
    summary = re.split("<details", read(site, "quality.html", "scores"))[0]
    shown = rows_of(summary)
    assert [[row[0], *row[3:]] for row in shown] == [
        [name, f"{checked:,}", f"{failed:,}", f"{below} of {subjects}"]
        for name, checked, failed, below, subjects in expected
    ]
    for row, (name, checked, failed, *_) in zip(shown, expected, strict=True):
        score = float(row[2].removesuffix(" %"))
        assert abs(score - 100 * (checked - failed) / checked) < 0.011, name
        assert (score == 100) == (failed == 0), name
        assert row[1], f"what {name} asks"


def test_quality_names_each_subject_with_failures(documented: Path, site: Path) -> None:
    with opened(documented) as connection:
        expected = connection.execute("""
            select
                quality_dimension,
                if(subject_type = 'entity', 'landing__' || replace(subject, '/', '__'), subject),
                checked_count, failed_count, case when is_passed then 'passed' else 'failed' end
            from ops.ops_quality_scorecard
            where failed_count > 0
        """).fetchall()
    shown = [
        [name, row[0], *row[3:]]
        for name, part in re.findall(r'(?s)<details id="(\w+)"(.*?)</details>', read(site, "quality.html"))
        for row in rows_of(part)
    ]
    assert sorted(shown) == sorted(
        [name, subject, f"{checked:,}", f"{failed:,}", state]
        for name, subject, checked, failed, state in expected
    )
    assert {state for *_, state in shown} == {"passed", "failed"}


def test_quality_says_how_dbt_ended_each_test(
    documented: Path, site: Path, manifest: dict[str, Any], outcome: Outcome
) -> None:
    """As dbt itself said it, but for those whose results are not kept."""
    with opened(documented) as connection:
        kept = {name for (name,) in connection.execute("select test_name from ops.test_findings").fetchall()}
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    warned = [node for node in tests if outcome.results[node["unique_id"]] == "warn"]
    assert warned
    ended = Counter(
        (
            (node.get("test_metadata") or {"name": "own SQL"})["name"].replace("_", " "),
            f"{outcome.results[node['unique_id']]}ed" if node["alias"] in kept else "not kept",
        )
        for node in tests
    )
    counts, _, bad = read(site, "quality.html", "tests").partition("<h3>")
    columns = ("passed", "warned", "failed", "error", "not run", "not kept")
    shown = {
        (row[0], column): int(count)
        for row in rows_of(counts)
        for column, count in zip(columns, row[1:], strict=True)
        if count
    }
    assert shown == ended
    # On the first page as many in all as dbt counts.
    total = Counter(outcome.results[node["unique_id"]] for node in tests)
    seeds = sum(count for (_, how), count in ended.items() if how == "not kept")
    tile = (
        f"{total['pass'] - seeds:,} of {total.total() - seeds:,} tests passed when they last ran;"
        f" {total['warn']} warned; of {seeds} tests of seeds no results are kept"
    )
    assert tile in words(read(site, "index.html"))
    # By the links to their code.
    assert sorted(re.findall(r'href="dbt/index.html#!/test/([^"]+)"', bad)) == sorted(
        node["unique_id"] for node in warned
    )
    rows = rows_of(bad)
    assert {row[2] for row in rows} == {"warned"}
    assert all(int(row[3].replace(",", "")) > 0 for row in rows)
