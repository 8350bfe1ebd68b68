"""What the site is made of, looked at as files."""

import base64
import errno
import hashlib
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
        page = (site / "tables" / f"{node['alias'] if node.get('version') else node['name']}.html").read_text(
            encoding="utf-8"
        )
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
