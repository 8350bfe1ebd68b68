"""The statements that create the stream of web events on Redshift; no server here can run them."""

from types import SimpleNamespace
from typing import Any

import pytest
from tests.cdc.rendering import load_macros
from tests.golden import Golden

ENVIRONMENT = {"DUCKSHIFT_REDSHIFT_IAM_ROLE": "arn:aws:iam::123456789012:role/duckshift"}


class Warehouse:
    """What dbt gives a macro, for one engine; keeps the statements and messages."""

    def __init__(self, engine: str, stream: str | None, found_views: int = 0) -> None:
        self.statements: list[str] = []
        self.messages: list[str] = []
        macros: dict[str, Any]
        macros, _ = load_macros(
            ("dialect", "ingest"),
            adapter=SimpleNamespace(
                dispatch=lambda name, *_: macros[f"{engine}__{name}"], quote=lambda name: f'"{name}"'
            ),
            var=lambda name, default=None: {"web_event_stream": stream}.get(name) or default,
            env_var=ENVIRONMENT.get,
            dbt=SimpleNamespace(string_literal=lambda text: f"'{text}'"),
            layer_schema=lambda layer: layer,
            scalar=lambda _: found_views,
            run_query=self.statements.append,
            log=self.log,
        )
        self.macros = macros

    def log(self, message: str, **_: Any) -> None:
        self.messages.append(message)

    def create(self) -> None:
        self.macros["create_web_event_stream"]()


def written(statements: list[str]) -> str:
    """Return statements as text with the indentation of the first line."""
    lines = [line.removeprefix("    ").rstrip() for text in statements for line in f"{text};\n".split("\n")]
    return "\n".join(lines)


def test_the_statements_of_the_stream_are_the_reviewed_ones(golden: Golden) -> None:
    warehouse = Warehouse("redshift", "web-events")
    warehouse.create()
    golden.check("web_event_stream.sql", written(warehouse.statements))


def test_a_view_that_is_there_is_refreshed_and_not_replaced() -> None:
    warehouse = Warehouse("redshift", "web-events", found_views=1)
    warehouse.create()
    assert warehouse.statements[1:] == ['refresh materialized view "bronze".web_event_stream']


@pytest.mark.parametrize(("engine", "stream"), [("redshift", None), ("duckdb", "web-events")])
def test_nothing_is_created_without_the_var_and_on_duckdb(engine: str, stream: str | None) -> None:
    warehouse = Warehouse(engine, stream)
    warehouse.create()
    assert not warehouse.statements
    assert warehouse.messages


def test_a_name_that_is_no_stream_is_refused() -> None:
    warehouse = Warehouse("redshift", 'web"; drop schema gold')
    with pytest.raises(ValueError, match="no name of a Kinesis stream"):
        warehouse.create()
