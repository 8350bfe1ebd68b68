"""How models are named, layered, configured and tested."""

import re
from pathlib import PurePosixPath

from tests.conventions.conftest import ROOT, Node, Project

from duckshift.contract import landing_contract

UNIQUENESS_TESTS = {"unique", "unique_combination"}
CLASSIFICATIONS = {"public", "internal", "confidential", "restricted"}

# Marts that read below the intermediate layer, and why.
READS_STAGING = {
    "dim_category": "one entity, nothing to combine: the last state of stg_shop__categories",
    "dim_supplier": "one entity, nothing to combine: the last state of stg_shop__suppliers",
    "dim_currency": "members for the currencies that payments name and the seed does not",
    "fct_payments": "one entity, nothing to combine: stg_payments__transactions is one row per transaction",
    "dim_payment_method": "members for the methods that payments name and the seed does not",
    "dim_campaign": "one entity, nothing to combine: stg_marketing__campaigns is one row per campaign",
    "dim_location": "members for the places that events of parcels name and no movement does",
    "dim_carrier": "members for the carriers that events name and the seed does not",
    "dim_run_date": "when the newest file of any source landed: all of bronze",
    "fct_ad_spend_daily": "one entity, nothing to combine: stg_marketing__ad_spend is one row a day",
    "fct_interactions": "one entity, nothing to combine: of stg_crm__interactions the newest whole dump",
    "fct_settlements": "one entity, nothing to combine: stg_payments__settlements is one row per line",
    "fct_shipments": "one entity, nothing to combine: stg_shipping__events is one row per step",
}

# Subject marts that read more than marts and seeds, and why.
READS_INTERMEDIATE = {"mart_order_summary": "orders without lines are in no fact of core"}

# Calls that give another answer at another time. `run_at` is the only "now" (PITFALLS 5).
CLOCK = re.compile(
    r"\b(current_timestamp|current_date|current_time|localtimestamp|sysdate|getdate|now|today|clock_timestamp"
    r"|transaction_timestamp|run_started_at)\b",
    re.IGNORECASE,
)


def code_of(node: Node) -> str:
    """Return the code of a node without comments and texts."""
    code = re.sub(r"{#.*?#}", "", node["raw_code"], flags=re.DOTALL)
    return re.sub(r"--[^\n]*|'[^'\n]*'", "", code)


def parents(node: Node) -> list[str]:
    return [unique_id.split(".")[2] for unique_id in node["depends_on"]["nodes"]]


def test_no_model_asks_for_the_engine(project: Project) -> None:
    pattern = re.compile(r"target\s*(\.|\[\s*['\"])\s*(type|name)|adapter\.type\(|\btarget_type\b")
    nodes = [*project.nodes("model", "snapshot", "test"), *project.macros]
    code = {node["unique_id"]: node.get("raw_code") or node.get("macro_sql") or "" for node in nodes}
    assert not [unique_id for unique_id, text in code.items() if pattern.search(text)]


def test_no_model_snapshot_or_test_calls_the_clock(project: Project) -> None:
    found = {
        node["name"]: CLOCK.findall(code_of(node)) for node in project.nodes("model", "snapshot", "test")
    }
    assert not {name: calls for name, calls in found.items() if calls}


def test_only_the_run_history_and_the_age_of_schemas_call_the_clock_in_macros(project: Project) -> None:
    found = {
        macro["name"] for macro in project.macros if CLOCK.search(code_of({"raw_code": macro["macro_sql"]}))
    }
    assert found == {"drop_ci_schemas", "open_run", "record_run_end", "wind_up_run"}


def test_every_model_says_grain_owner_classification_and_retention(project: Project) -> None:
    wrong = {}
    for node in project.nodes("model", "snapshot"):
        meta = node["config"]["meta"]
        complete = (
            isinstance(meta.get("grain"), list)
            and bool(meta["grain"])
            and bool(meta.get("owner"))
            and meta.get("classification") in CLASSIFICATIONS
            and isinstance(meta.get("retention_days"), int)
        )
        if not complete:
            wrong[node["name"]] = meta
    assert not wrong


def uniqueness_tests(project: Project) -> dict[str, list[set[str]]]:
    """Return, per node, the sets of columns that an enabled test proves to be unique."""
    proven: dict[str, list[set[str]]] = {}
    for test in project.tests:
        metadata = test.get("test_metadata")
        if not metadata or metadata["name"] not in UNIQUENESS_TESTS or not test["config"]["enabled"]:
            continue
        if test["config"]["severity"].lower() != "error":
            continue
        arguments = metadata["kwargs"]
        columns = arguments.get("columns") or [arguments["column_name"]]
        proven.setdefault(test["attached_node"], []).append(set(columns))
    return proven


def test_every_grain_is_proven_by_a_uniqueness_test_on_just_those_columns(project: Project) -> None:
    proven = uniqueness_tests(project)
    wrong = {
        node["name"]: node["config"]["meta"].get("grain")
        for node in project.nodes("model", "snapshot")
        if set(node["config"]["meta"].get("grain") or []) not in proven.get(node["unique_id"], [])
    }
    assert not wrong


def test_every_mart_and_vault_model_has_an_enforced_contract(project: Project) -> None:
    models = project.models_in("marts", "vault")
    assert models
    assert not [node["name"] for node in models if not node["config"]["contract"]["enforced"]]


def test_every_column_of_a_materialised_model_has_a_type(project: Project) -> None:
    models = [node for node in project.models if node["config"]["materialized"] in ("table", "incremental")]
    assert not [
        f"{node['name']}.{column['name']}"
        for node in models
        for column in node["columns"].values()
        if not column["data_type"]
    ]


def test_no_bronze_model_is_rebuilt_by_a_full_refresh(project: Project) -> None:
    for node in project.models_in("bronze"):
        assert node["config"]["materialized"] == "incremental", node["name"]
        assert node["config"]["full_refresh"] is False, node["name"]


def test_bronze_and_staging_have_one_model_per_entity_of_the_landing_contract(project: Project) -> None:
    entities = {f"{source}__{name}" for source, name in landing_contract()}
    assert {node["name"].removeprefix("bronze_") for node in project.models_in("bronze")} == entities
    assert {node["name"].removeprefix("stg_") for node in project.models_in("staging")} == entities


def test_ledger_and_accounting_leave_no_entity_out(project: Project) -> None:
    bronze = {node["name"] for node in project.models_in("bronze")}
    for name in ("ops_landed_records", "ops_record_accounting"):
        node = project.manifest["nodes"][f"model.duckshift.{name}"]
        assert bronze <= set(parents(node)), name


def test_a_staging_model_reads_its_bronze_model_and_nothing_else(project: Project) -> None:
    wrong = {
        node["name"]: parents(node)
        for node in project.models_in("staging")
        if set(parents(node)) != {node["name"].replace("stg_", "bronze_")}
    }
    assert not wrong


def test_only_bronze_reads_landing_files(project: Project) -> None:
    reading = {
        node["original_file_path"].split("/")[1]
        for node in project.models
        if re.search(r"\blanded_records\(", code_of(node))
    }
    assert reading == {"bronze"}


def test_marts_do_not_read_staging_or_bronze(project: Project) -> None:
    reading = {
        node["name"]
        for node in project.models_in("marts")
        if any(parent.startswith(("stg_", "bronze_")) for parent in parents(node))
    }
    assert reading == set(READS_STAGING)


def test_subject_marts_read_only_marts(project: Project) -> None:
    core = {node["name"] for node in project.models_in("marts/core")}
    reading = {
        node["name"]
        for node in project.models_in("marts")
        if node["name"] not in core
        and any(parent.startswith(("int_", "stg_", "bronze_")) for parent in parents(node))
    }
    assert reading == set(READS_INTERMEDIATE)


def test_a_model_ends_with_select_star_from_the_cte_that_bears_its_name(project: Project) -> None:
    wrong = []
    for node in project.models:
        name, code = node["name"], node["raw_code"].rstrip()
        named_last = re.findall(r"^(\w+) as \($", code, re.MULTILINE)[-1:] == [name]
        if not code.endswith(f"\n)\n\nselect * from {name}") or not named_last:
            wrong.append(node["original_file_path"])
    assert not wrong


def test_every_cte_of_a_model_is_read(project: Project) -> None:
    """By another, by a macro that takes its name, or, the affected keys, by is_affected."""
    wrong = []
    for node in project.models:
        code = re.sub(r"{#.*?#}", "", node["raw_code"].split("\nwith\n")[-1], flags=re.DOTALL)
        code = re.sub(r"--[^\n]*|\bref\('\w+'\)", "", code).replace("is_affected(", "affected(")
        for name in re.findall(r"^(\w+) as \($", code, re.MULTILINE):
            if len(re.findall(rf"(?<![\w.]){name}(?!\w)", code)) < 2:
                wrong.append(f"{node['name']}: {name}")
    assert not wrong


def test_a_model_is_named_after_its_file(project: Project) -> None:
    for node in project.nodes("model", "seed", "test"):
        if not node.get("test_metadata"):
            names = {node["name"], f"{node['name']}_v{node.get('version')}"}
            assert PurePosixPath(node["original_file_path"]).stem in names


def test_a_model_is_named_after_its_folder(project: Project) -> None:
    wrong = []
    for node in project.models:
        layer, *folders, _ = PurePosixPath(node["path"]).parts
        prefix = {"bronze": "bronze_", "staging": "stg_", "intermediate": "int_"}.get(layer)
        if prefix and not node["name"].startswith(f"{prefix}{folders[0]}__"):
            wrong.append(node["original_file_path"])
    assert not wrong


def test_properties_lie_beside_what_they_describe(project: Project) -> None:
    """In `_<folder>__models.yml` (so for sources, macros ...), or in `_<model>.yml` when that gets long."""
    wrong = []
    for node in [*project.nodes("model", "snapshot", "seed"), *project.macros]:
        if not node["patch_path"]:
            continue
        path = PurePosixPath(node["original_file_path"])
        patch = PurePosixPath(node["patch_path"].split("://")[1])
        kind = {"model": "models", "snapshot": "snapshots", "seed": "seeds", "macro": "macros"}[
            node["resource_type"]
        ]
        names = {f"_{path.parent.name}__{kind}.yml", f"_{path.parent.name}.yml", f"_{path.stem}.yml"}
        # Versions share a name and a description, not a file.
        names.add(f"_{node['name']}.yml")
        if patch.parent != path.parent or patch.name not in names:
            wrong.append(f"{patch} describes {path}")
    for source in project.sources:
        path = PurePosixPath(source["original_file_path"])
        if path.name != f"_{path.parent.name}__sources.yml":
            wrong.append(f"{path} describes {source['name']}")
    assert not wrong


def test_no_properties_file_is_longer_than_500_lines() -> None:
    folders = ("models", "macros", "seeds", "snapshots")
    files = [path for folder in folders for path in (ROOT / folder).rglob("_*.yml")]
    # The sources of bronze are exported from the landing contract, one file per source system.
    written = [path for path in files if not path.match("models/bronze/*/_*__sources.yml")]
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in written}
    assert not {name: length for name, length in lengths.items() if length > 500}


def test_every_seed_has_a_key(project: Project) -> None:
    proven = uniqueness_tests(project)
    assert not [node["name"] for node in project.nodes("seed") if not proven.get(node["unique_id"])]


def test_no_test_is_switched_off(project: Project) -> None:
    """Nor weakened by a limit or a threshold; what only warns or looks at some rows says why."""
    assert not project.manifest["disabled"]
    wrong = []
    for test in project.tests:
        config = test["config"]
        weakened = config["limit"] or config["error_if"] != "!= 0" or config["warn_if"] != "!= 0"
        narrowed = config["where"] or config["severity"].lower() == "warn"
        if weakened or (narrowed and test.get("test_metadata") and not test["description"]):
            wrong.append(test["name"])
    assert not wrong


def test_every_input_of_a_unit_test_has_a_row_without_nulls(project: Project) -> None:
    """Redshift takes the types of a fixture from its first row, and dbt puts one without nulls there."""
    wrong = [
        f"{test['name']}: {given['input']}"
        for test in project.manifest["unit_tests"].values()
        for given in test["given"]
        if given["rows"] and not any(None not in row.values() for row in given["rows"])
    ]
    assert not wrong
