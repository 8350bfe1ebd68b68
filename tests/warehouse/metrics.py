"""Asks metrics as `mf query` does, in this process: the command takes five seconds to begin."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from dbt_metricflow.cli.dbt_connectors.adapter_backed_client import SupportedAdapterTypes
from dbt_metricflow.cli.dbt_connectors.dbt_config_accessor import dbtArtifacts
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.sql_plan_renderer import SqlPlanRenderer
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


class Dialect:
    """What MetricFlow has to know of a database to write SQL for it. It runs nothing."""

    def __init__(self, adapter: str) -> None:
        kind = SupportedAdapterTypes(adapter)
        self.sql_engine_type: SqlEngine = kind.sql_engine_type
        self.sql_plan_renderer: SqlPlanRenderer = kind.sql_plan_renderer

    def refuse(self, *_: object, **__: object) -> NoReturn:
        """Run no statement."""
        raise NotImplementedError

    query = execute = dry_run = close = render_bind_parameter_key = refuse


class Metrics:
    """The metrics of a parsed project."""

    def __init__(self, project: Path, adapter: str = "duckdb") -> None:
        written = json.loads((project / "target" / "semantic_manifest.json").read_text(encoding="utf-8"))
        self.names: set[str] = {metric["name"] for metric in written["metrics"]}
        self._database = '"duckshift".' if adapter == "redshift" else '"warehouse".'
        # MetricFlow adds metrics of its own.
        manifest = dbtArtifacts.build_semantic_manifest_from_dbt_project_root(project)
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), Dialect(adapter))

    def sql(self, metrics: Sequence[str], by: Sequence[str] = (), where: Sequence[str] = ()) -> str:
        """Return the query that answers with one column per metric and per name in `by`."""
        request = MetricFlowQueryRequest.create(
            metric_names=metrics, group_by_names=by, where_constraints=where or None
        )
        # The manifest is that of the target of DuckDB, whose database is named after its file.
        return self._engine.explain(request).sql_statement.sql.replace('"warehouse".', self._database)
