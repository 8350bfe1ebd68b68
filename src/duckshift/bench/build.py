"""What a build takes, by layer, and beside it the same SQL without dbt and dbt without any work.

The two ratios are of things measured one after the other on the same machine: what this project adds to the
SQL that it must run, and what it adds to what dbt takes for so many nodes.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.bench.floor import write_floor
from duckshift.bench.measuring import DBT, Measure, Sample, accessed, environment_of, forget_access, measure
from duckshift.bench.nodes import LAYERS, Node, layer_seconds, read_nodes
from duckshift.bench.straight import Straight, run_straight, statements_of

MOST_RATIO = 2
"""Aim: a build against the same SQL straight in DuckDB, at scale 10."""
AIM = "aim at scale 1: 90 s and 4 GB on 2 cores"


@dataclass(frozen=True)
class LayerBench:
    """What one layer took of the first build."""

    layer: str
    nodes: int
    rows: int  # in its tables after the build
    seconds: float  # at least one of its nodes was at work
    peak_megabytes: float | None  # of the whole process meanwhile; None where the system does not tell
    straight_seconds: float  # its statements without dbt

    @property
    def rows_per_second(self) -> float | None:
        """Rows of its tables by second of the build."""
        return self.rows / self.seconds if self.rows and self.seconds else None


@dataclass(frozen=True)
class BuildBench:
    """What `duckshift bench build` found."""

    scale: float
    days: int
    records: int
    generate: Measure
    start_dbt: Measure  # dbt's own start: parse and list, nothing built
    first_build: Measure
    second_build: Measure  # with nothing new
    floor: Measure  # a project of as many nodes that do nothing
    straight: Straight  # the first build's SQL without dbt
    nodes: int  # nodes of the first build
    layers: list[LayerBench]
    opened_by_second_build: int | None  # landing files; None where the file system does not record access

    @property
    def ratio_to_straight(self) -> float:
        """First build / the same SQL straight in DuckDB."""
        return self.first_build.seconds / self.straight.seconds

    @property
    def cpu_ratio_to_straight(self) -> float:
        """The same in CPU time, which does not see what else the machine does."""
        return self.first_build.cpu_seconds / self.straight.cpu_seconds

    @property
    def ratio_to_floor(self) -> float:
        """First build / dbt's floor."""
        return self.first_build.seconds / self.floor.seconds

    @property
    def cpu_ratio_to_floor(self) -> float:
        """The same in CPU time."""
        return self.first_build.cpu_seconds / self.floor.cpu_seconds

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs."""
        ratios = {
            "first_build_to_straight": self.ratio_to_straight,
            "first_build_to_straight_cpu": self.cpu_ratio_to_straight,
            "first_build_to_floor": self.ratio_to_floor,
            "first_build_to_floor_cpu": self.cpu_ratio_to_floor,
            "second_to_first_build": self.second_build.seconds / self.first_build.seconds,
        }
        return asdict(self) | {"ratios": ratios}

    def lines(self) -> list[str]:
        """Return the figures as text, one a line."""
        straight = Measure(self.straight.seconds, self.straight.cpu_seconds, self.straight.peak_megabytes)
        opened = self.opened_by_second_build
        return [
            f"scale {self.scale:g}, {self.days} days, {self.records:,} records",
            "",
            f"{'':<20}{'seconds':>10}{'CPU':>10}{'peak MB':>10}",
            _line("generate", self.generate, f"{self.records / self.generate.seconds:,.0f} records/s"),
            _line("dbt starts", self.start_dbt, "parse and list, nothing built"),
            _line("first build", self.first_build, f"{self.nodes} nodes with their tests; {AIM}"),
            _line("second build", self.second_build, "nothing new"),
            _line("same SQL, no dbt", straight, "the statements of the first build straight in DuckDB"),
            _line("dbt's floor", self.floor, f"{self.nodes} nodes that do nothing, as many threads"),
            "",
            f"{'first build':<16}{'nodes':>6}{'rows':>13}{'seconds':>10}{'rows/s':>11}{'peak MB':>9}"
            f"{'no dbt':>9}",
            *(_layer_line(layer) for layer in self.layers),
            "seconds: while at least one node of the layer is at work; layers overlap",
            "",
            f"{'':<34}{'seconds':>10}{'CPU':>10}",
            f"{'first build / same SQL, no dbt':<34}{self.ratio_to_straight:>10.2f}"
            f"{self.cpu_ratio_to_straight:>10.2f}   aim at scale 10: under {MOST_RATIO}",
            f"{'first build / dbt floor':<34}{self.ratio_to_floor:>10.2f}{self.cpu_ratio_to_floor:>10.2f}",
            f"{'second / first build':<34}{self.second_build.seconds / self.first_build.seconds:>10.2f}"
            f"{self.second_build.cpu_seconds / self.first_build.cpu_seconds:>10.2f}",
            "landing files opened by the second build: "
            + ("not recorded by this file system" if opened is None else str(opened)),
        ]


def bench_build(
    scale: float, days: int, seed: int, select: str | None, progress: Callable[[str], None]
) -> BuildBench:
    """Generate a landing zone in a temporary folder, build the warehouse twice, and measure.

    `select` builds a part of the project, in dbt's words. Raises UserError if a build fails; files that are
    held and records that are rejected are no failure.
    """
    with tempfile.TemporaryDirectory(prefix="duckshift-bench-") as folder:
        root = Path(folder)
        landing, database = root / "landing", root / "warehouse.duckdb"
        environment = environment_of(root, landing, database)
        duckshift = [sys.executable, "-c", "from duckshift.cli import main; main()"]
        # Of a part only the tests that need nothing beyond it.
        part = ["--indirect-selection", "cautious", "--select", *select.split()] if select else []
        build = [*DBT, "build", *part]

        progress("generating")
        options = ["--scale", str(scale), "--days", str(days), "--seed", str(seed)]
        generated = measure([*duckshift, "generate", *options, "--to", str(landing)], environment)
        progress("starting dbt")
        measure([*DBT, "parse"], environment)
        started = measure([*DBT, "--quiet", "list", "--resource-type", "model"], environment)
        progress("first build")
        samples: list[Sample] = []
        first = measure(build, environment, samples)
        nodes = read_nodes(root / "target")
        statements = statements_of(nodes, root / "target")
        progress("the same SQL without dbt")
        straight = run_straight(statements, nodes, database, root / "straight", measure, environment)
        progress("dbt's floor")
        floor = _bench_floor(nodes, root / "floor", environment)
        progress("second build")
        can_see_access = forget_access(landing)
        second = measure(build, environment)
        return BuildBench(
            scale=scale,
            days=days,
            records=_records(database),
            generate=generated,
            start_dbt=started,
            first_build=first,
            second_build=second,
            floor=floor,
            straight=straight,
            nodes=sum(node.kind != "operation" for node in nodes),
            layers=_layers(nodes, samples, straight, _rows(database, nodes)),
            opened_by_second_build=len(accessed(landing)) if can_see_access else None,
        )


def _bench_floor(nodes: Sequence[Node], folder: Path, environment: dict[str, str]) -> Measure:
    folder.mkdir()
    write_floor(nodes, folder)
    places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    own = environment | {"DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder / "logs")}
    measure([*DBT, "parse", *places], own)
    return measure([*DBT, "build", *places], own)


def _layers(
    nodes: Sequence[Node], samples: Sequence[Sample], straight: Straight, rows: dict[str, int]
) -> list[LayerBench]:
    layers = []
    for name in LAYERS:
        own = [node for node in nodes if node.layer == name]
        seen = [
            sample.megabytes
            for sample in samples
            if any(node.began <= sample.at <= node.ended for node in own)
        ]
        if own:
            layers.append(
                LayerBench(
                    layer=name,
                    nodes=len(own),
                    rows=sum(rows.get(node.table or "", 0) for node in own),
                    seconds=layer_seconds(own),
                    peak_megabytes=max(seen, default=None),
                    straight_seconds=sum(straight.by_node.get(node.unique_id, 0.0) for node in own),
                )
            )
    return layers


def _rows(database: Path, nodes: Sequence[Node]) -> dict[str, int]:
    """Return the rows of the tables that nodes made."""
    tables = sorted({node.table for node in nodes if node.table})
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table: _count(connection, f"select count(*) from {table}") for table in tables}


def _records(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return _count(connection, "select sum(records_found) from ops.landed_objects where state = 'ready'")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _line(name: str, used: Measure, note: str) -> str:
    return f"{name:<20}{used.seconds:>8.1f} s{used.cpu_seconds:>8.1f} s{used.peak_megabytes:>10,.0f}   {note}"


def _layer_line(layer: LayerBench) -> str:
    speed = "" if layer.rows_per_second is None else f"{layer.rows_per_second:,.0f}"
    peak = "-" if layer.peak_megabytes is None else f"{layer.peak_megabytes:,.0f}"
    rows = f"{layer.rows:,}" if layer.rows else ""
    return (
        f"{layer.layer:<16}{layer.nodes:>6}{rows:>13}{layer.seconds:>8.1f} s{speed:>11}{peak:>9}"
        f"{layer.straight_seconds:>7.1f} s"
    )
