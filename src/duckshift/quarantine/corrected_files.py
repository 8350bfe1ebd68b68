"""What a source delivered since in place of rejected records: the corrections lie in its own file."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from duckshift.contract import Entity, landing_contract
from duckshift.errors import UserError
from duckshift.quarantine.delivery import produced_at
from duckshift.quarantine.mending import Correction, NotMended, text_of, values_of
from duckshift.quarantine.rejects import Reject
from duckshift.warehouse_code import entity_mapping, give_unzipping, landing_plugin, record_sql

OTHER_WAYS = {
    "change_log": "a change log is corrected by a change of its own: name the reject with --key and --set",
    "latest_revision": "a higher revision of a store file closes its rejects by itself: run `dbt build`",
}
Key = tuple[str | None, ...]


class CorrectedFile:
    """The records of a landing file that the warehouse loads, by their key."""

    def __init__(self, root: Path, name: Path) -> None:
        """Read a file, named below the landing root or by its whole path.

        Raises UserError if the warehouse would not load it, or if its rejects are closed in another way.
        """
        self.root = root
        self.file = (name.relative_to(root) if name.is_relative_to(root) else name).as_posix()
        entities = {entity.path: entity for entity in landing_contract().values()}
        entity = entities.get("/".join(self.file.split("/")[:2]))
        if entity is None or not (root / self.file).is_file():
            raise UserError(f"{self.file} is no file of an entity of the landing contract below {root}")
        if entity.delivery in OTHER_WAYS:
            raise UserError(OTHER_WAYS[entity.delivery])
        self.entity = entity
        mapping = json.dumps(entity_mapping(entity))
        probe = json.loads(landing_plugin().landing_probe(str(root), self.file, mapping))
        if probe["state"] != "ready":
            raise UserError(f"{self.file} would be held: it {probe['reason']}")
        self.records: dict[Key, list[dict[str, Any]]] = defaultdict(list)
        names = [column.name for column in entity.columns]
        item = {"file": self.file, "columns": probe["columns"]}
        with duckdb.connect() as connection:
            give_unzipping(connection)
            rows = connection.execute(
                f"select {', '.join(names)} from ({record_sql(root, entity, [item])})"
                " where _status = 'loaded'"
            ).fetchall()
        for row in rows:
            record = dict(zip(names, row, strict=True))
            self.records[_key(entity, record)].append(record)

    def correction(self, reject: Reject) -> Correction:
        """Return what the file says of a rejected record; raises NotMended if that cannot be told."""
        if self.entity.delivery != "event_stream" and produced_at(self.file) <= produced_at(reject.file):
            raise NotMended(f"{self.file} is no newer than its file")
        raw = {name: text_of(value) for name, value in values_of(self.root, reject, self.entity).items()}
        records = self.records.get(_key(self.entity, raw), [])
        if len(records) != 1:
            found = "no record" if not records else f"{len(records)} records"
            raise NotMended(f"{self.file} holds {found} with its key: say what it should be (--set, --line)")
        changed = {
            name: value
            for name, value in records[0].items()
            if (value or "").strip() != (raw.get(name) or "").strip()
        }
        if self.entity.file_format == "json":
            changed = {name: unfolded(value) for name, value in changed.items()}
        return Correction(changed)


def _key(entity: Entity, record: dict[str, Any]) -> Key:
    return tuple((record.get(name) or "").strip() for name in entity.key)


def unfolded(value: str | None) -> Any:
    """Return what is within a field of a JSON record that holds more than a plain value."""
    if not value or value[0] not in "{[":
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):  # a text that begins so
        return value
