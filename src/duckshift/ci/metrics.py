"""What a change does to the metrics of the semantic layer: their totals before and after.

Simple metrics are worked out from their measure, with a filter on dimensions of the same table; ratios and
formulas from those. What needs a join or a time window is left to `mf query`.
"""

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from duckshift.ci.state import Manifest

AGGREGATIONS = {
    "sum": "sum({})",
    "sum_boolean": "sum(cast({} as integer))",
    "count": "count({})",
    "count_distinct": "count(distinct {})",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
}
DIMENSION = re.compile(r"\{\{\s*(?:Time)?Dimension\(\s*'\w+?__(\w+)'\s*(?:,[^)]*)?\)\s*\}\}")
TOLERANCE = 1e-9

Relations = dict[str, str]
"""By unique id of a node: its table as SQL names it."""


@dataclass(frozen=True)
class MetricDiff:
    """The total of a metric on both sides; None where it could not be told."""

    metric: str
    before: float | None
    after: float | None


def compare_metrics(
    connection: duckdb.DuckDBPyConnection, old: Manifest, new: Manifest, before: Relations, after: Relations
) -> list[MetricDiff]:
    """Return the metrics over the given tables of which the total differs."""
    was, is_now = _totals(connection, old, before), _totals(connection, new, after)
    return [
        MetricDiff(name, was.get(name), is_now.get(name))
        for name in sorted(was.keys() | is_now.keys())
        if not _is_same(was.get(name), is_now.get(name))
    ]


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other), 1)


def _totals(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, relations: Relations
) -> dict[str, float | None]:
    measures = {
        measure["name"]: (model, measure)
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
    }
    totals: dict[str, float | None] = {}
    for metric in manifest["metrics"].values():
        if metric["type"] != "simple":
            continue
        model, measure = measures.get(metric["type_params"]["measure"]["name"], (None, None))
        if model is None or measure is None:
            continue
        relation = next((relations[node] for node in model["depends_on"]["nodes"] if node in relations), None)
        condition = _condition(metric, model)
        aggregation = AGGREGATIONS.get(measure["agg"])
        if relation is None or condition is None or aggregation is None:
            continue
        total = aggregation.format(measure["expr"] or measure["name"])
        query = f"select {total} from {relation} where {condition}"
        try:
            row = connection.execute(query).fetchone()
        except duckdb.Error:
            # A column that is not there on one side: the table's own differences say so.
            continue
        totals[metric["name"]] = None if row is None or row[0] is None else _number(row[0])
    return totals


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _condition(metric: dict[str, Any], model: dict[str, Any]) -> str | None:
    """Return the filters of a metric as SQL over the table of its measure; None if they need another one."""
    expressions = {item["name"]: item.get("expr") or item["name"] for item in model["dimensions"]}
    parts = ["true"]
    measure = metric["type_params"]["measure"]
    for found in (metric.get("filter"), measure.get("filter")):
        for where in (found or {}).get("where_filters", []):
            text = where["where_sql_template"]
            if any(name not in expressions for name in DIMENSION.findall(text)):
                return None
            text = DIMENSION.sub(lambda match: str(expressions[match.group(1)]), text)
            if "{{" in text:
                return None
            parts.append(f"({text})")
    return " and ".join(parts)
