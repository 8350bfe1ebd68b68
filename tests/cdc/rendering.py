"""The project's macros rendered for DuckDB in this process, and a small dbt that runs `recompute`."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import duckdb
from jinja2 import Environment

MACROS = Path(__file__).resolve().parents[2] / "macros"
MACRO_NAME = re.compile(r"{%-?\s*macro\s+(\w+)\s*\(")
Row = tuple[Any, ...]
Macros = dict[str, Callable[..., Any]]


class Returned(Exception):
    """Carries the value with which a macro ends: dbt's `return`."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def end_with(value: Any = None) -> NoReturn:
    raise Returned(value)


def refuse(message: str) -> NoReturn:
    raise ValueError(message)


def catching(macro: Callable[..., Any]) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return macro(*args, **kwargs)
        except Returned as returned:
            return returned.value

    return called


def load_macros(folders: tuple[str, ...], **context: Any) -> tuple[Macros, Environment]:
    """Load macros that call each other as under dbt; `context` is what dbt would give them beside."""
    macros: Macros = {}

    def later(name: str) -> Callable[..., Any]:
        # A macro may call one of a later file, so a name is looked up when it is called.
        def called(*args: Any, **kwargs: Any) -> Any:
            return macros[name](*args, **kwargs)

        return called

    files = [path for folder in folders for path in sorted((MACROS / folder).rglob("*.sql"))]
    texts = [path.read_text(encoding="utf-8") for path in files]
    texts = [text for text in texts if "{% materialization" not in text]  # Jinja alone does not know these.
    by_name = {name: later(name) for name in MACRO_NAME.findall("".join(texts))}
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals.update(by_name)
    environment.globals.update(
        {
            "return": end_with,
            "execute": True,
            "tojson": json.dumps,
            "modules": SimpleNamespace(re=re),
            "exceptions": SimpleNamespace(raise_compiler_error=refuse),
            "duckshift": SimpleNamespace(**by_name),
            "adapter": SimpleNamespace(dispatch=lambda name, *_: macros[f"duckdb__{name}"]),
        }
    )
    environment.globals.update(context)
    for text in texts:
        module = environment.from_string(text).module
        macros |= {name: catching(macro) for name, macro in vars(module).items() if callable(macro)}
    macros |= {name: value for name, value in context.items() if name in macros}
    return macros, environment


@cache
def macros_of_changes() -> Macros:
    """Return the macros of macros/cdc and macros/sessions."""
    return load_macros(("dialect", "portable", "cdc", "sessions"))[0]


@dataclass
class Model:
    """A model of the small dbt: its SQL in Jinja and its configuration."""

    name: str
    sql: str
    unique_key: list[str]
    recompute: dict[str, Any]
    columns: dict[str, str]
    sort: list[str] = field(default_factory=list)


class Pipeline:
    """Runs models in order on one connection, each from nothing the first time and by `recompute` after."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, models: list[Model], sources: dict[str, str]
    ) -> None:
        """`sources` are columns and types of the tables that only grow (bronze), by name."""
        self.connection = connection
        self.models = {model.name: model for model in models}
        self.nodes = {
            f"model.duckshift.{name}": {"config": {"incremental_strategy": "append"}} for name in sources
        }
        for name in self.models:
            self.nodes[f"model.duckshift.{name}"] = {"config": {"incremental_strategy": "recompute"}}
        self.sources = sources
        self.reset()
        self.prepared = {name: self.prepare(model) for name, model in self.models.items()}

    def reset(self) -> None:
        """Begin anew: no tables but the sources, which are empty."""
        self.run_id = 0
        for name, columns in self.sources.items():
            self.execute(f"create or replace table {name} ({columns}, _run_id bigint)")
        for name in self.models:
            self.execute(f"drop table if exists {name}; drop table if exists changes__{name}")
        self.execute("create or replace table watermarks (model_name text, input_name text, run_id bigint)")
        self.execute("""
            create or replace table model_builds (
                model_name text, run_id bigint, build_kind text, code_checksum text,
                affected_key_count bigint, inserted_row_count bigint, updated_row_count bigint,
                deleted_row_count bigint
            )
        """)

    def execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(sql)

    def exists(self, name: str) -> bool:
        return bool(self.execute(f"from duckdb_tables() where table_name = '{name}'").fetchall())

    def columns_of(self, relation: str) -> list[SimpleNamespace]:
        if not self.exists(relation):
            return []
        found = self.execute(f"describe {relation}").fetchall()
        return [
            SimpleNamespace(name=name, data_type=kind, is_string=lambda kind=kind: kind == "VARCHAR")
            for name, kind, *_ in found
        ]

    def query(self, sql: str) -> SimpleNamespace:
        return SimpleNamespace(rows=self.execute(sql).fetchall())

    def prepare(self, model: Model) -> tuple[dict[str, Any], Macros, Environment]:
        config = {
            "meta": {"recompute": model.recompute},
            "unique_key": model.unique_key,
            "materialized": "incremental",
            "incremental_strategy": "recompute",
        }
        node: dict[str, Any] = {
            "name": model.name,
            "config": config,
            "columns": {name: {"data_type": data_type} for name, data_type in model.columns.items()},
            "depends_on": {"nodes": [f"model.duckshift.{name}" for name in model.recompute["after"]]},
        }
        macros: Macros
        macros, environment = load_macros(
            ("dialect", "portable", "cdc", "incremental", "physical/operations"),
            model=node,
            config=config,
            this=model.name,
            ref=lambda name: name,
            graph=SimpleNamespace(nodes=self.nodes),
            is_incremental=lambda: self.exists(model.name),
            run_query=self.query,
            adapter=SimpleNamespace(
                dispatch=lambda name, *_: macros[f"duckdb__{name}"],
                get_columns_in_relation=self.columns_of,
                cache_added=lambda _: None,
            ),
            control_relation=lambda name: name,
            load_relation=lambda name: name if self.exists(name) else None,
            load_cached_relation=lambda name: name if self.exists(name) else None,
            invocation_args_dict={},
            flags=SimpleNamespace(WHICH="run"),
            scalar=lambda sql: self.query(sql).rows[0][0],
            current_run_id=lambda: self.run_id,
            # Each model is a run of its own, which knows nothing of another.
            shared_in_run=lambda _: {},
            code_checksum=lambda: hashlib.md5(model.sql.encode()).hexdigest(),
            physical_design=lambda _: SimpleNamespace(sort=model.sort),
            written_order=lambda _: model.sort,
        )
        return node, macros, environment

    def change(self, model: Model) -> None:
        """Put other code, or another configuration, in the place of a model's."""
        self.models[model.name] = model
        self.prepared[model.name] = self.prepare(model)

    def load(self, source: str, rows: list[Row]) -> None:
        """Append rows to a source as those of the next run."""
        self.run_id += 1
        if rows:
            marks = ", ".join("?" * (len(rows[0]) + 1))
            self.connection.executemany(
                f"insert into {source} values ({marks})", [(*row, self.run_id) for row in rows]
            )

    def run(self) -> None:
        """Run every model."""
        for name in self.models:
            self.run_model(name)

    def run_model(self, name: str) -> None:
        model = self.models[name]
        node, macros, environment = self.prepared[name]
        node.pop("has_affected_table", None)
        node["compiled_code"] = compiled = environment.from_string(model.sql).render()
        columns = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in model.columns.items())
        staged = f"select {columns} from ({compiled})"
        if not self.exists(name):
            self.execute(f"create table {name} as {staged}")
            node.pop("is_recomputed", None)
            self.execute(str(macros["record_full_build"]()))
            return
        self.execute(f"create or replace temporary table {name}__staged as {staged}")
        arguments = SimpleNamespace(
            target_relation=NamedRelation(name),
            temp_relation=f"{name}__staged",
            unique_key=model.unique_key,
            dest_columns=self.columns_of(name),
        )
        self.execute(str(macros["get_incremental_recompute_sql"](arguments)))

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a model without load metadata, sorted."""
        columns = ", ".join(name for name in self.models[name].columns if name != "_run_id")
        return sorted(self.execute(f"select {columns} from {name}").fetchall(), key=repr)


class NamedRelation(str):
    """A relation of dbt, as far as macros ask for it."""

    @property
    def identifier(self) -> str:
        return str(self)
