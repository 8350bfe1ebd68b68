"""The target `dev`: one's own work in schemas of one's own, beside production, which is only read."""

import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import yaml
from jinja2 import Environment
from tests.ci.conftest import Production
from tests.dbt_forks import run_dbt

ROOT = Path(__file__).resolve().parents[2]
SPEND = "models/marts/core/fct_ad_spend_daily.sql"


def rendered(target: str, **variables: str) -> Any:
    """Return a target of the profile as dbt reads it in this environment."""
    output = yaml.safe_load((ROOT / "profiles" / "profiles.yml").read_text())["duckshift"]["outputs"][target]
    environment = Environment(autoescape=False)
    environment.filters["as_number"] = int

    def filled(item: Any) -> Any:
        if isinstance(item, dict):
            return {name: filled(value) for name, value in item.items()}
        if isinstance(item, list):
            return [filled(value) for value in item]
        if not isinstance(item, str):
            return item
        return environment.from_string(item).render(
            env_var=lambda name, default="": variables.get(name, default)
        )

    return filled(output)


def test_the_documented_command_says_what_is_missing_and_then_builds_beside_production(
    production: Production, tmp_path: Path
) -> None:
    [documented] = re.findall(
        r"^dbt (build --target dev .*)$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE
    )
    project = tmp_path / "project"
    shutil.copytree(production.project, project, ignore=shutil.ignore_patterns("target", "logs"))
    model = project / SPEND
    assert model.read_text().count("        clicks,") == 1
    model.write_text(model.read_text().replace("        clicks,", "        clicks + 1 as clicks,"))
    environment = {name: text for name, text in os.environ.items() if not name.startswith("DUCKSHIFT_")}
    environment |= {"DBT_PROFILES_DIR": "profiles", "DUCKSHIFT_DEVELOPER": "ana"}
    leaf = ("build", "--target", "dev", "--select", "fct_ad_spend_daily")

    status, output = run_dbt(*leaf, folder=project, environment=environment)
    assert status != 0
    assert "data/state/current/warehouse.duckdb, the file of production, is missing" in output
    assert "Traceback" not in output

    shutil.copytree(production.state, project / "data" / "state", symlinks=True)
    before = production.digest()
    status, output = run_dbt(*documented.split(), folder=project, environment=environment)
    assert status == 0, output
    own = Production(project, project / "data" / "state")
    assert own.digest() == before, "production's file is the same to the byte"
    with duckdb.connect(str(project / "data" / "dev.duckdb")) as connection:
        connection.execute(f"attach '{own.file()}' as warehouse (read_only)")
        built = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'dev'"
        ).fetchall()
        sums = connection.execute(
            "select sum(own.clicks) - sum(theirs.clicks), count(*),"
            " (select count(*) from warehouse.gold.fct_ad_spend_daily)"
            " from dev.dev_ana_gold.fct_ad_spend_daily as own"
            " join warehouse.gold.fct_ad_spend_daily as theirs using (campaign_id, spend_date)"
        ).fetchall()
    assert all(schema.startswith("dev_ana_") for schema, _ in built), built
    assert ("dev_ana_gold", "fct_ad_spend_daily") in built
    assert not [name for schema, name in built if schema in ("dev_ana_bronze", "dev_ana_silver")]
    [(more_clicks, rows, rows_of_production)] = sums
    assert more_clicks == rows == rows_of_production > 0


@pytest.mark.parametrize(
    ("variables", "path", "alias"),
    [
        ({}, "data/state/current/warehouse.duckdb", "warehouse"),
        ({"DUCKSHIFT_DATABASE": "data/prod.duckdb"}, "data/state/current/prod.duckdb", "prod"),
        ({"DUCKSHIFT_DATABASE": "eu.prod.db"}, "data/state/current/eu.prod.db", "eu.prod"),
        ({"DUCKSHIFT_CI_STATE": "/state"}, "/state/current/warehouse.duckdb", "warehouse"),
    ],
)
def test_production_is_found_under_the_name_that_its_promotion_keeps(
    variables: dict[str, str], path: str, alias: str
) -> None:
    [attached] = rendered("dev", **variables)["attach"]
    assert attached == {"path": path, "alias": alias, "read_only": True}
    assert alias == Path(path).stem, "as `promote` notes it, and as dbt calls the database of a file"


@pytest.mark.parametrize(
    ("target", "variables", "gold"),
    [
        ("duckdb", {}, "gold"),
        ("dev", {"DUCKSHIFT_DEVELOPER": "ana"}, "dev_ana_gold"),
        ("dev", {"USER": "bob"}, "dev_bob_gold"),
        ("redshift", {}, "gold"),
        ("redshift", {"DUCKSHIFT_REDSHIFT_SCHEMA": "dev_ana"}, "dev_ana_gold"),
        ("redshift", {"DUCKSHIFT_REDSHIFT_SCHEMA": "ci_123"}, "ci_123_gold"),
    ],
)
def test_a_layer_has_the_prefix_of_its_developer_on_each_engine(
    target: str, variables: dict[str, str], gold: str
) -> None:
    macros = [
        (ROOT / "macros" / file).read_text()
        for file in ("ops/layer_schema.sql", "overrides/generate_schema_name.sql")
    ]
    environment = Environment(autoescape=False)
    environment.globals["target"] = SimpleNamespace(schema=rendered(target, **variables)["schema"])
    environment.globals["return"] = lambda value: value
    text = "".join(macros) + "{{ generate_schema_name(' gold ', none) }}"
    assert environment.from_string(text).render().strip() == gold
