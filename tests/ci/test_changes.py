"""What two manifests differ in: macros that dbt does not see, vars, promises to readers."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from duckshift.ci.changes import Changes, find_breaks, find_changes, find_removed, readers_in_code
from duckshift.ci.checking import name_macros_of_tests
from duckshift.ci.weaker_tests import find_weaker_tests

DIM = "model.p.dim_store"
FACT = "model.p.fct_sales"


def column(name: str, data_type: str) -> dict[str, Any]:
    """Return a column of a contract that is never null."""
    return {"name": name, "data_type": data_type, "description": "", "constraints": [{"type": "not_null"}]}


def model(name: str, **more: Any) -> dict[str, Any]:
    """Return a public incremental model under contract."""
    return {
        "unique_id": f"model.p.{name}",
        "name": name,
        "alias": name,
        "resource_type": "model",
        "original_file_path": f"models/{name}.sql",
        "checksum": {"checksum": name},
        "raw_code": "select 1",
        "description": "",
        "access": "public",
        "version": None,
        "deprecation_date": None,
        "contract": {"enforced": True},
        "columns": {"id": column("id", "bigint"), "city": column("city", "varchar(64)")},
        "config": {"materialized": "incremental", "incremental_strategy": "recompute"},
        "depends_on": {"macros": [], "nodes": []},
    } | more


def macro(name: str, sql: str, *calls: str) -> dict[str, Any]:
    """Return a macro of the project that calls others."""
    return {"name": name, "macro_sql": sql, "depends_on": {"macros": [f"macro.p.{call}" for call in calls]}}


@pytest.fixture
def old() -> dict[str, Any]:
    """A dimension and a fact that reads it; the strategy calls a macro that no model names."""
    nodes = [model("dim_store"), model("fct_sales", raw_code="select '{{ var(\"currency\") }}'")]
    macros = [
        macro("get_incremental_recompute_sql", "a", "row_changes_sql"),
        macro("row_changes_sql", "b"),
        macro("report_rejects", "c"),
    ]
    return {
        "metadata": {"generated_at": "2026-11-21T12:00:00Z"},
        "nodes": {node["unique_id"]: node for node in nodes},
        "macros": {f"macro.p.{one['name']}": one for one in macros},
        "unit_tests": {},
        "sources": {},
        "exposures": {"exposure.p.report": {"name": "report", "depends_on": {"nodes": [FACT]}}},
        "semantic_models": {},
        "metrics": {},
        "child_map": {DIM: [FACT], FACT: ["exposure.p.report"]},
        "parent_map": {FACT: [DIM], DIM: []},
    }


@pytest.fixture
def new(old: dict[str, Any]) -> dict[str, Any]:
    """The same, to be changed."""
    return copy.deepcopy(old)


def test_a_change_reaches_those_who_read_it(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["nodes"][DIM]["checksum"] = {"checksum": "another"}
    changes = find_changes(old, new, [DIM], {}, {})
    assert changes.reasons == {DIM: "SQL"}
    assert changes.descendants == [FACT]
    assert changes.exposures == ["report"]


def test_a_macro_that_only_the_strategy_calls_selects_the_models_of_the_strategy(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    new["macros"]["macro.p.row_changes_sql"]["macro_sql"] = "changed"
    changes = find_changes(old, new, [], {}, {})
    assert changes.reasons == {DIM: "macro row_changes_sql", FACT: "macro row_changes_sql"}


def test_a_macro_that_no_node_calls_selects_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["macros"]["macro.p.report_rejects"]["macro_sql"] = "changed"
    assert find_changes(old, new, [], {}, {}).selected == []


def test_a_var_selects_those_who_ask_for_it(old: dict[str, Any], new: dict[str, Any]) -> None:
    changes = find_changes(old, new, [], {"currency": "EUR", "days": 1}, {"currency": "USD", "days": 2})
    assert changes.reasons == {FACT: "var currency"}


def operation(code: str, *macros: str) -> dict[str, Any]:
    """Return a hook of a run."""
    return {
        "resource_type": "operation",
        "raw_code": code,
        "depends_on": {"macros": [f"macro.p.{name}" for name in macros], "nodes": []},
    }


def test_a_landing_contract_selects_who_reads_the_entity(old: dict[str, Any], new: dict[str, Any]) -> None:
    """The macros of bronze look the contract up while they run: no SQL changes."""
    source = "source.p.shop.stores"
    for manifest in (old, new):
        email = {"name": "email", "data_type": "varchar(256)", "meta": {"required": False}}
        config = {"meta": {"key": ["id"]}}
        described = {"source_name": "shop", "name": "stores", "columns": {"email": email}, "config": config}
        manifest["sources"][source] = described
        manifest["child_map"][source] = [DIM]
    new["sources"][source]["columns"]["email"]["meta"]["pii"] = "email"
    assert find_changes(old, new, [source], {}, {}).reasons == {}
    new["sources"][source]["columns"]["email"]["meta"]["required"] = True
    changes = find_changes(old, new, [source], {}, {})
    assert changes.reasons == {DIM: "landing contract of shop.stores"}
    assert changes.descendants == [FACT]


def test_what_only_a_hook_calls_selects_nothing_and_is_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    for manifest in (old, new):
        manifest["macros"]["macro.p.open_run"] = macro("open_run", "d", "take_lock")
        manifest["macros"]["macro.p.take_lock"] = macro("take_lock", "e")
        manifest["nodes"]["operation.p.start"] = operation("{{ open_run() }}", "open_run")
    new["macros"]["macro.p.take_lock"]["macro_sql"] = "changed"
    changes = find_changes(old, new, [], {}, {}, files=["plugins/landing.py"])
    assert changes.selected == []
    assert changes.around == ["macro take_lock (a hook)", "plugins/landing.py"]
    new["macros"]["macro.p.take_lock"]["macro_sql"] = "e"
    new["nodes"]["operation.p.start"]["raw_code"] = "{{ open_run(true) }}"
    assert find_changes(old, new, [], {}, {}).around == ["{{ open_run(true) }} (a hook)"]


def test_a_var_selects_the_tests_and_the_strategy_that_ask_for_it(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    for manifest in (old, new):
        manifest["nodes"]["test.p.late"] = data_test("late", DIM) | {"raw_code": "{{ var('days') }}"}
    changes = find_changes(old, new, [], {"days": 1}, {"days": 2})
    assert changes.reasons == {"test.p.late": "var days"}
    new["macros"]["macro.p.row_changes_sql"]["macro_sql"] = "{{ var('days') }}"
    old["macros"]["macro.p.row_changes_sql"]["macro_sql"] = "{{ var('days') }}"
    changes = find_changes(old, new, [], {"days": 1}, {"days": 2})
    assert changes.reasons.keys() == {"test.p.late", DIM, FACT}


def test_types_of_columns_select_also_where_there_is_no_contract(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    for manifest in (old, new):
        manifest["nodes"][DIM]["contract"] = {"enforced": False}
    new["nodes"][DIM]["columns"]["city"]["data_type"] = "varchar(128)"
    assert find_changes(old, new, [], {}, {}).reasons == {DIM: "types of columns"}


def metric(name: str, *inputs: str, **parts: Any) -> dict[str, Any]:
    """Return a metric."""
    return {
        "name": name,
        "type": "simple",
        "type_params": parts,
        "filter": None,
        "depends_on": {"nodes": [*inputs]},
    }


def test_exposures_that_read_nothing_but_metrics_are_reached(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    for manifest in (old, new):
        manifest["metrics"]["metric.p.sales"] = metric("sales", "semantic_model.p.sales")
        manifest["exposures"]["exposure.p.board"] = {
            "name": "board",
            "depends_on": {"nodes": ["metric.p.sales"]},
        }
        manifest["child_map"] |= {
            FACT: ["semantic_model.p.sales"],
            "semantic_model.p.sales": ["metric.p.sales"],
            "metric.p.sales": ["exposure.p.board"],
        }
    assert find_changes(old, new, [FACT], {}, {}).exposures == ["board"]
    assert find_changes(old, new, [], {}, {}).exposures == []
    new["metrics"]["metric.p.sales"]["filter"] = {"where_filters": []}
    changes = find_changes(old, new, [], {}, {})
    assert (changes.selected, changes.metrics, changes.exposures) == ([], ["sales"], ["board"])


def data_test(name: str, tested: str, **more: Any) -> dict[str, Any]:
    """Return a generic test of a column."""
    config = dict.fromkeys(("where", "limit", "fail_calc", "warn_if", "error_if"))
    return {
        "unique_id": f"test.p.{name}",
        "name": name,
        "resource_type": "test",
        "attached_node": tested,
        "column_name": "city",
        "raw_code": "",
        "test_metadata": {"name": name, "kwargs": {"model": "m", "values": ["a"]}},
        "config": {"severity": "ERROR"} | config,
        "depends_on": {"macros": [], "nodes": [tested]},
    } | more


WEAKER: dict[str, tuple[Callable[[dict[str, Any]], Any], list[str]]] = {
    "nothing": (lambda nodes: nodes, []),
    "gone": (lambda nodes: nodes.pop("test.p.known"), ["test known was removed"]),
    "warning": (
        lambda nodes: nodes["test.p.known"]["config"].update(severity="warn"),
        ["test known only warns now"],
    ),
    "fewer rows": (
        lambda nodes: nodes["test.p.known"]["config"].update(where="id > 5"),
        ["test known has another `where`: id > 5"],
    ),
    "other arguments": (
        lambda nodes: nodes.update(
            {"test.p.known": data_test("known", DIM, unique_id="test.p.known.2")
             | {"test_metadata": {"name": "known", "kwargs": {"model": "m", "values": ["a", "b"]}}}}
        ),
        ["test known has other arguments"],
    ),
    "gone with its model": (lambda nodes: (nodes.pop("test.p.known"), nodes.pop(DIM)), []),
    "of a column that goes": (
        lambda nodes: (nodes.pop("test.p.known"), nodes[DIM]["columns"].pop("city")),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAKER)
def test_a_test_that_is_gone_or_finds_less_is_told(
    old: dict[str, Any], new: dict[str, Any], name: str
) -> None:
    for manifest in (old, new):
        manifest["nodes"]["test.p.known"] = data_test("known", DIM)
    spoil, expected = WEAKER[name]
    spoil(new["nodes"])
    assert find_weaker_tests(old, new) == expected


def test_a_macro_by_which_tests_look_is_told() -> None:
    """The tests are the same themselves, and may find nothing any more."""
    reasons = {"test.p.one": "macro test_whole", "test.p.two": "macro test_whole", "test.p.three": "SQL"}
    assert name_macros_of_tests(Changes(reasons=reasons)) == [
        "macro test_whole changed, by which 2 tests look: whether they find less only a reader can tell"
    ]


def test_a_unit_test_that_is_gone_is_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    old["unit_tests"]["unit_test.p.dim_store.splits"] = {
        "unique_id": "unit_test.p.dim_store.splits",
        "name": "splits",
        "model": "dim_store",
        "resource_type": "unit_test",
    }
    assert find_weaker_tests(old, new) == ["unit test splits of dim_store was removed"]


def test_what_reads_a_changed_seed_through_views_has_other_code(new: dict[str, Any]) -> None:
    view = {"config": {"materialized": "view"}}
    new["nodes"] |= {
        "seed.p.stores": {"resource_type": "seed"},
        "model.p.named": model("named", **view),
        "model.p.mart": model("mart"),
    }
    new["child_map"] |= {"seed.p.stores": ["model.p.named"], "model.p.named": [DIM], DIM: ["model.p.mart"]}
    assert readers_in_code(new, ["seed.p.stores"]) == {"model.p.named", DIM}


def test_words_alone_select_nothing_and_are_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["nodes"][DIM]["columns"]["city"]["description"] = "Where it stands."
    changes = find_changes(old, new, [], {}, {})
    assert (changes.selected, changes.described) == ([], ["dim_store"])


BREAKS: dict[str, tuple[Callable[[dict[str, Any]], Any], list[str]]] = {
    "nothing": (lambda node: node, []),
    "a wider contract": (lambda node: node["columns"].update(size=column("size", "bigint")), []),
    "a column": (lambda node: node["columns"].pop("city"), ["column city removed"]),
    "a type": (
        lambda node: node["columns"]["city"].update(data_type="varchar(32)"),
        ["column city is varchar(32), was varchar(64)"],
    ),
    "a constraint": (
        lambda node: node["columns"]["id"].update(constraints=[]),
        ["column id lost its constraint not_null"],
    ),
    "the contract": (
        lambda node: node.update(contract={"enforced": False}),
        ["contract no longer enforced"],
    ),
    "access": (
        lambda node: node.update(access="protected"),
        ["access narrowed from public to protected"],
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_a_public_model_no_longer_keeps_is_named(
    old: dict[str, Any], new: dict[str, Any], name: str
) -> None:
    spoil, expected = BREAKS[name]
    spoil(new["nodes"][DIM])
    assert [broken.what for broken in find_breaks(old, new)] == expected


def test_what_is_not_public_may_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    old["nodes"][DIM]["access"] = "protected"
    del new["nodes"][DIM]["columns"]["city"]
    assert find_breaks(old, new) == []


@pytest.mark.parametrize(
    ("deprecated", "expected"),
    [
        (None, ["public model removed"]),
        ("2027-01-01", ["public model removed"]),
        ("2026-01-01", []),
    ],
)
def test_a_public_model_goes_when_its_day_has_come(
    old: dict[str, Any], new: dict[str, Any], deprecated: str | None, expected: list[str]
) -> None:
    old["nodes"][DIM]["deprecation_date"] = deprecated
    del new["nodes"][DIM]
    assert [broken.what for broken in find_breaks(old, new)] == expected
    (gone,) = find_removed(old, new)
    assert (gone.name, gone.readers, gone.dangling) == ("dim_store", ["model fct_sales"], [])


def test_a_version_that_keeps_the_table_goes_on_as_the_model(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    first = new["nodes"].pop(DIM) | {"unique_id": f"{DIM}.v1", "version": 1}
    second = copy.deepcopy(first) | {"unique_id": f"{DIM}.v2", "version": 2, "alias": "dim_store_v2"}
    del second["columns"]["city"]
    new["nodes"] |= {f"{DIM}.v1": first, f"{DIM}.v2": second}
    assert find_breaks(old, new) == []
    assert find_removed(old, new) == []
    first["alias"] = "dim_store_v1"
    (broken,) = find_breaks(old, new)
    assert broken.remedy == "let its first version keep the table: config: alias: dim_store"


def test_a_version_takes_the_place_of_one_whose_day_has_come(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    first = old["nodes"].pop(DIM) | {"unique_id": f"{DIM}.v1", "version": 1, "deprecation_date": "2026-01-01"}
    second = copy.deepcopy(first) | {"unique_id": f"{DIM}.v2", "version": 2, "deprecation_date": None}
    del second["columns"]["city"]
    old["nodes"] |= {f"{DIM}.v1": first, f"{DIM}.v2": second | {"alias": "dim_store_v2"}}
    del new["nodes"][DIM]
    new["nodes"][f"{DIM}.v2"] = second
    assert find_breaks(old, new) == []
    first["deprecation_date"] = "2027-01-01"
    assert [broken.what for broken in find_breaks(old, new)] == ["column city removed"]


def test_a_version_may_become_the_only_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    old["nodes"][f"{DIM}.v2"] = old["nodes"].pop(DIM) | {"unique_id": f"{DIM}.v2", "version": 2}
    assert find_breaks(old, new) == []
    assert find_removed(old, new) == []
