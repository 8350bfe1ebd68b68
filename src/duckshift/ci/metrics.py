"""What a change does to the metrics of the semantic layer: their totals before and after.

Simple metrics are worked out from their measure, with a filter on dimensions of the same table; ratios and
formulas from those. What needs a join or a time window is left to `mf query`, and named.
"""

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from duckshift.ci.changes import ancestors, changed_metrics
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
    """The total of a metric on both sides; None where it has none."""

    metric: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class MetricDiffs:
    """The metrics that differ, and those that a change concerns and that could not be worked out."""

    differences: list[MetricDiff]
    unknown: list[str]


def compare_metrics(
    connection: duckdb.DuckDBPyConnection,
    old: Manifest,
    new: Manifest,
    before: Relations,
    after: Relations,
    changed: set[str],
) -> MetricDiffs:
    """Compare the metrics that read changed nodes or are defined otherwise.

    `before` and `after` are the tables of all nodes that metrics are measured on.
    """
    redefined = changed_metrics(old, new)
    concerned = redefined | {
        unique_id for unique_id in new["metrics"] if changed & ancestors(new, [unique_id])
    }
    was, is_now = _Totals(connection, old, before), _Totals(connection, new, after)
    found = MetricDiffs([], [])
    for unique_id in sorted(concerned):
        name = unique_id.split(".")[2]
        sides = [
            totals.of(name) if unique_id in totals.manifest["metrics"] else (True, None)
            for totals in (was, is_now)
        ]
        if not all(is_known for is_known, _ in sides):
            found.unknown.append(name)
        elif not _is_same(sides[0][1], sides[1][1]):
            found.differences.append(MetricDiff(name, sides[0][1], sides[1][1]))
    return found


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or abs(one - other) <= TOLERANCE * max(abs(one), abs(other), 1)


Total = tuple[bool, float | None]
"""Whether a total could be worked out, and it: None where there are no rows, or nothing to divide by."""
UNKNOWN: Total = (False, None)


class _Totals:
    """The totals of metrics on one side, each worked out once."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, manifest: Manifest, relations: Relations
    ) -> None:
        self.manifest = manifest
        self._connection = connection
        self._relations = relations
        self._metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
        self._measures = {
            measure["name"]: (model, measure)
            for model in manifest["semantic_models"].values()
            for measure in model["measures"]
        }
        self._found: dict[str, Total] = {}

    def of(self, name: str) -> Total:
        """Return the total of a metric."""
        if name not in self._found:
            metric = self._metrics[name]
            kinds = {"simple": self._simple, "ratio": self._ratio, "derived": self._derived}
            self._found[name] = kinds[metric["type"]](metric) if metric["type"] in kinds else UNKNOWN
        return self._found[name]

    def _simple(self, metric: dict[str, Any]) -> Total:
        model, measure = self._measures.get(metric["type_params"]["measure"]["name"], (None, None))
        if model is None or measure is None:
            return UNKNOWN
        nodes = model["depends_on"]["nodes"]
        relation = next((self._relations[node] for node in nodes if node in self._relations), None)
        condition = _condition(metric, model)
        aggregation = AGGREGATIONS.get(measure["agg"])
        if relation is None or condition is None or aggregation is None:
            return UNKNOWN
        total = aggregation.format(measure["expr"] or measure["name"])
        return self._asked(f"select {total} from {relation} where {condition}")

    def _ratio(self, metric: dict[str, Any]) -> Total:
        parts = metric["type_params"]
        inputs = [
            {**parts["numerator"], "alias": "numerator"},
            {**parts["denominator"], "alias": "denominator"},
        ]
        return self._formula(metric, "numerator / nullif(denominator, 0)", inputs)

    def _derived(self, metric: dict[str, Any]) -> Total:
        return self._formula(metric, metric["type_params"]["expr"], metric["type_params"]["metrics"])

    def _formula(self, metric: dict[str, Any], expression: str, inputs: list[dict[str, Any]]) -> Total:
        narrowed = ("filter", "offset_window", "offset_to_grain")
        if metric.get("filter") or any(one.get(word) for one in inputs for word in narrowed):
            return UNKNOWN
        totals = {one.get("alias") or one["name"]: self.of(one["name"]) for one in inputs}
        if not all(is_known for is_known, _ in totals.values()):
            return UNKNOWN
        columns = ", ".join(f'cast(? as double) as "{name}"' for name in totals)
        return self._asked(
            f"select {expression} from (select {columns})", [total for _, total in totals.values()]
        )

    def _asked(self, query: str, values: list[Any] | None = None) -> Total:
        try:
            row = self._connection.execute(query, values).fetchone()
            return True, None if row is None or row[0] is None else float(row[0])
        except (duckdb.Error, TypeError, ValueError):
            # A column that is not there on one side (the table's own differences say so), or no number.
            return UNKNOWN


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
