"""A part of the dbt project that is whole in itself: some models with all that they read, and nothing else.

Its models are those of the project, so that pull requests on it are real; that it is small makes eleven of
them cheap.
"""

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from duckshift.workshop import copy_project

LEAVES = ("fct_product_price", "dim_category", "dim_carrier", "fct_ad_spend_daily", "dim_date")
REFERENCE = re.compile(r"ref\(\s*'(\w+)'")
EXPOSURE = {
    "name": "spend_report",
    "type": "dashboard",
    "description": "What campaigns cost.",
    "owner": {"name": "Marketing", "email": "marketing@example.com"},
    "depends_on": ["ref('fct_ad_spend_daily')"],
}
"""The project's own exposures read marts that are not here."""


def small_project(folder: Path) -> Path:
    """Copy what the leaves need of the project into a folder."""
    copy_project(folder)
    files = {file.stem: file for part in ("models", "snapshots") for file in (folder / part).rglob("*.sql")}
    kept = _with_parents(files)
    seeds = {file.stem for file in (folder / "seeds").glob("*.csv")}
    for name, file in files.items():
        if name not in kept:
            file.unlink()
    for file in (folder / "tests" / "dbt").rglob("*.sql"):
        read = set(REFERENCE.findall(file.read_text(encoding="utf-8")))
        if "generic" not in file.parts and not read <= kept:
            file.unlink()
    shutil.rmtree(folder / "models" / "exposures")
    for part in ("models", "snapshots"):
        for file in (folder / part).rglob("*.yml"):
            _keep_in(file, kept, kept | seeds)
    file = folder / "models" / "_spend_report.yml"
    file.write_text(yaml.safe_dump({"version": 2, "exposures": [EXPOSURE]}), encoding="utf-8")
    return folder


def _with_parents(files: dict[str, Path]) -> set[str]:
    kept: set[str] = set()
    pending = list(LEAVES)
    while pending:
        name = pending.pop()
        if name in files and name not in kept:
            kept.add(name)
            pending += REFERENCE.findall(files[name].read_text(encoding="utf-8"))
    return kept


def _keep_in(file: Path, kept: set[str], known: set[str]) -> None:
    """Leave in a YAML file only what concerns the kept models."""
    text = file.read_text(encoding="utf-8")
    described: dict[str, Any] = yaml.safe_load(text) or {}
    parts: dict[str, Callable[[dict[str, Any]], bool]] = {
        "models": lambda item: item["name"] in kept,
        "snapshots": lambda item: item["name"] in kept,
        "unit_tests": lambda item: item["model"] in kept,
        "semantic_models": lambda item: (
            REFERENCE.findall(item["model"])[0] in kept and item["name"] == "ad_spend"
        ),
        "metrics": lambda item: _measure(item) in ("ad_spend_amount", "impression_count", "click_count"),
    }
    changed = False
    for part, is_kept in parts.items():
        if part in described:
            described[part] = [item for item in described[part] if is_kept(item)]
            changed = True
    for model in described.get("models", []):
        _drop_relationships([model, *model.get("columns", [])], known)
    if changed:
        file.write_text(yaml.safe_dump(described, sort_keys=False, width=1000), encoding="utf-8")


def _measure(metric: dict[str, Any]) -> str:
    measure = metric.get("type_params", {}).get("measure", "")
    return str(measure["name"] if isinstance(measure, dict) else measure)


def _drop_relationships(items: Iterable[dict[str, Any]], known: set[str]) -> None:
    for item in items:
        if "data_tests" in item:
            item["data_tests"] = [
                test
                for test in item["data_tests"]
                if set(REFERENCE.findall(str(test).replace('"', "'"))) <= known
            ]
