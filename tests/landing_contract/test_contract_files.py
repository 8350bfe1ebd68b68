"""The landing contract is valid, complete, and what dbt knows of it is current."""

import shutil
from pathlib import Path

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from duckshift.contract import Entity, contract_files, landing_contract
from duckshift.contract_export import exports, stale_files
from duckshift.landing_places import PLACES
from duckshift.settings import project_root

CONTRACTS = contract_files()
ENTITIES = list(landing_contract().values())


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_each_file_is_a_valid_open_data_contract(path: Path) -> None:
    contract = OpenDataContractStandard.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert contract.kind == "DataContract"
    assert path.name == f"{contract.name}.odcs.yaml"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_no_text_is_cut_off_at_a_comma(path: Path) -> None:
    # In `{name: x, description: Country, two letters.}` YAML ends the description at the comma.
    cut = [
        f"{entity['name']}.{column['name']}"
        for entity in yaml.safe_load(path.read_text(encoding="utf-8"))["schema"]
        for column in entity["properties"]
        if None in column.values()
    ]
    assert cut == [], "put these descriptions in quotes"


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.path)
def test_each_entity_has_a_required_key_and_a_known_way_of_delivery(entity: Entity) -> None:
    required = {column.name for column in entity.columns if column.is_required}
    assert entity.key
    assert set(entity.key) <= required
    assert entity.delivery in PLACES
    assert entity.path == f"{entity.source}/{entity.name}"
    assert all(column.description for column in entity.columns + entity.change_columns)


@pytest.fixture(scope="module")
def exported() -> dict[Path, str]:
    return exports()


def test_the_source_definitions_of_dbt_are_current(exported: dict[Path, str]) -> None:
    assert stale_files(exported) == [], "run `duckshift contract export`"


def test_the_export_carries_what_the_warehouse_needs(exported: dict[Path, str]) -> None:
    text = exported[project_root() / "models" / "bronze" / "fx" / "_fx__sources.yml"]
    (source,) = yaml.safe_load(text)["sources"]
    (table,) = source["tables"]
    assert (source["name"], source["schema"], table["name"]) == ("fx", "landing", "rates")
    assert table["config"]["meta"] == {
        "path": "fx/rates",
        "file_format": "csv",
        "delivery": "latest_version",
        "key": ["rate_date", "base_currency", "quote_currency"],
        "needs_manifest": False,
    }
    assert [(column["name"], column["data_type"], column["config"]) for column in table["columns"]] == [
        ("rate_date", "date", {"meta": {"required": True}}),
        ("base_currency", "varchar(3)", {"meta": {"required": True}}),
        ("quote_currency", "varchar(3)", {"meta": {"required": True}}),
        ("rate", "decimal(18,10)", {"meta": {"required": True}}),
    ]


def test_the_export_marks_personal_data_and_puts_change_columns_last(exported: dict[Path, str]) -> None:
    text = exported[project_root() / "models" / "bronze" / "shop" / "_shop__sources.yml"]
    customers = yaml.safe_load(text)["sources"][0]["tables"][0]
    metas = {column["name"]: column["config"]["meta"] for column in customers["columns"]}
    assert metas["email"] == {"required": False, "pii": "email"}
    assert list(metas)[-3:] == ["Op", "_commit_ts", "_change_seq"]
    assert metas["_commit_ts"] == {"required": False, "is_change_column": True}


def test_a_source_that_left_the_contract_leaves_no_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("contracts", "models/bronze"):
        shutil.copytree(project_root() / name, tmp_path / name)
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / "contracts" / "landing" / "fx.odcs.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    assert stale_files(exports()) == [tmp_path / "models" / "bronze" / "fx" / "_fx__sources.yml"]
