"""dbt's source definitions, exported from the landing contract.

dbt cannot read an Open Data Contract, so the contract is written once more in dbt's terms, by this module and
never by hand: `models/bronze/<source>/_<source>__sources.yml`, one file per source system.
"""

import textwrap
from pathlib import Path
from typing import Any

import yaml

from duckshift.contract import Column, Entity, contract_files, load_source
from duckshift.errors import UserError
from duckshift.settings import project_root

COMMAND = "duckshift contract export"
MARK = "# Exported from "


class _Dumper(yaml.SafeDumper):
    """YAML as people write it: items of a list are indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


class _Inline(dict[str, Any]):
    """A mapping written on one line."""


_Dumper.add_representer(
    tuple, lambda dumper, names: dumper.represent_sequence("tag:yaml.org,2002:seq", names, flow_style=True)
)
_Dumper.add_representer(
    _Inline, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)


def _yaml(data: Any, indent: int = 0) -> str:
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=110 - indent, allow_unicode=True)
    return textwrap.indent(text, " " * indent)


def _column(column: Column, is_change_column: bool) -> dict[str, Any]:
    meta = _Inline(required=column.is_required)
    if column.pii is not None:
        meta["pii"] = column.pii
    if is_change_column:
        meta["is_change_column"] = True
    return {
        "name": column.name,
        "description": column.description,
        "data_type": column.data_type,
        "config": _Inline(meta=meta),
    }


def _table(entity: Entity) -> dict[str, Any]:
    return {
        "name": entity.name,
        "description": entity.description,
        "config": {
            "meta": {
                "path": entity.path,
                "file_format": entity.file_format,
                "delivery": entity.delivery,
                "key": entity.key,
                "needs_manifest": entity.needs_manifest,
                **({"compression": entity.compression} if entity.compression else {}),
            }
        },
        "columns": [
            *(_column(column, False) for column in entity.columns),
            *(_column(column, True) for column in entity.change_columns),
        ],
    }


def _source_yaml(contract_file: Path, entities: list[Entity]) -> tuple[str, str]:
    """Return a source's name and the text of its dbt source file."""
    contract = yaml.safe_load(contract_file.read_text(encoding="utf-8"))
    try:
        name, purpose = contract["name"], contract["description"]["purpose"]
    except (KeyError, TypeError) as error:
        needed = "it needs name and description.purpose"
        raise UserError(f"{contract_file.name} is no valid data contract: {needed}") from error
    head = _yaml([{"name": name, "description": purpose, "schema": "landing"}], 2)
    tables = "\n".join(_yaml([_table(entity)], 6) for entity in entities)
    return name, (
        f"{MARK}contracts/landing/{contract_file.name} by `{COMMAND}`.\n"
        "# Do not edit: change the contract and export again; `make lint` checks that the two agree.\n"
        f"version: 2\n\nsources:\n{head}    tables:\n{tables}"
    )


def exports() -> dict[Path, str]:
    """Return the text of every source file by its path."""
    bronze = project_root() / "models" / "bronze"
    sources = dict(_source_yaml(path, load_source(path)) for path in contract_files())
    return {bronze / name / f"_{name}__sources.yml": text for name, text in sources.items()}


def stale_files(expected: dict[Path, str]) -> list[Path]:
    """Return the source files that are missing, differ from what is expected, or belong to no source."""
    found = sorted((project_root() / "models" / "bronze").glob("*/_*__sources.yml"))
    texts = {path: path.read_text(encoding="utf-8") for path in found}
    differing = [path for path, text in expected.items() if texts.get(path) != text]
    left_over = [path for path, text in texts.items() if path not in expected and text.startswith(MARK)]
    return differing + left_over


def export() -> list[Path]:
    """Write the source files that differ from the contract, remove those it no longer has; return both."""
    expected = exports()
    stale = stale_files(expected)
    for path in stale:
        if path in expected:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return stale
