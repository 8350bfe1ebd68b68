"""Replay: what passes now is delivered again, as new landing files that the next `dbt build` loads."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from duckshift.contract import Entity, landing_contract
from duckshift.errors import UserError
from duckshift.findings import count_of
from duckshift.quarantine.corrected_files import CorrectedFile
from duckshift.quarantine.delivery import deliver, group_of, receipts
from duckshift.quarantine.held_files import deliver_renamed, may_be_looked_at_again
from duckshift.quarantine.mending import Correction, Mended, NotMended, ensure_known_columns, mend
from duckshift.quarantine.rejects import Reject, landed_sizes, read_rejects, warehouse_moment
from duckshift.quarantine.states import ALL, OPEN, REPLAYED


@dataclass
class ReplayReport:
    """What a replay did."""

    files: dict[str, int] = field(default_factory=dict)  # records by new file
    looked_at_again: list[str] = field(default_factory=list)  # held files that the next build opens again
    waiting: dict[int, str] = field(
        default_factory=dict
    )  # delivered before, not loaded yet: the file, by key
    refused: list[tuple[Reject, str]] = field(default_factory=list)  # with the reason
    is_trial: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        refused = [reject.as_json() | {"reason_now": reason} for reject, reason in self.refused]
        return asdict(self) | {"refused": refused}

    def lines(self, limit: int) -> Iterator[str]:
        """Yield the report as text, with the first `limit` rejects that stay open."""
        for file, records in self.files.items():
            yield f"{count_of(records, 'record')} -> {file}"
        for file in self.looked_at_again:
            would = "would be " if self.is_trial else ""
            yield f"{would}looked at again by the next build: {file}"
        for reject, reason in self.refused[:limit]:
            yield f"stays open: {reject.key}  {reject.place}  {reason}"
        if len(self.refused) > limit:
            yield f"... and {len(self.refused) - limit:,} more"
        waiting = f", {len(self.waiting)} delivered before and not loaded yet" if self.waiting else ""
        told = f"{count_of(sum(self.files.values()), 'record')} in {count_of(len(self.files), 'new file')}"
        verb = "would be delivered" if self.is_trial else "delivered"
        yield f"{told} {verb}, {len(self.refused)} stay open{waiting}"
        if (self.files or self.looked_at_again or self.waiting) and not self.is_trial:
            yield "run `dbt build` to load what was delivered"


def replay(
    database: Path,
    root: Path,
    *,
    entity: str | None = None,
    keys: tuple[int, ...] = (),
    corrections: dict[int, Correction] | None = None,
    renames: dict[str, str] | None = None,
    corrected: Path | None = None,
    is_trial: bool = False,
) -> ReplayReport:
    """Deliver again what is open in quarantine, or what the keys and corrections name, and passes now.

    `renames` gives columns of held files their names in the contract (found name by contract's name).
    `corrected` is a file that the source delivered since: rejects of its entity become as it says. Raises
    UserError, and has then delivered nothing, if the warehouse cannot be read or was not built from this
    root, or if a key, a correction or the entity names nothing.
    """
    corrections = corrections or {}
    named = tuple({*keys, *corrections})
    contract = {item.path: item for item in landing_contract().values()}
    source_says = CorrectedFile(root, corrected) if corrected else None
    if source_says and entity not in (None, source_says.entity.path):
        raise UserError(f"{corrected} is a file of {source_says.entity.path}: leave out --entity")
    entity = entity or (source_says.entity.path if source_says else None)
    rejects = read_rejects(database, state=ALL if named else OPEN, entity=entity, keys=named)
    _ensure_sense(rejects, named, entity, corrections, contract)
    _ensure_own_root(database, root, rejects)
    moment = warehouse_moment(database)
    report = ReplayReport(is_trial=is_trial)
    if source_says:
        rejects, corrections = _as_corrected(report, rejects, source_says)
    by_entity: dict[str, list[Reject]] = defaultdict(list)
    for reject in rejects:
        if reject.state == REPLAYED:
            continue  # nothing is left to do, also when it is named
        if reject.entity in contract:
            by_entity[str(reject.entity)].append(reject)
        else:
            report.refused.append((reject, reject.reason))
    for path, found in sorted(by_entity.items()):
        delivered = receipts(root, path)
        report.waiting |= {item.key: delivered[item.key] for item in found if item.key in delivered}
        pending = [item for item in found if item.key not in delivered]
        _replay_files(
            report,
            database,
            root,
            contract[path],
            [item for item in pending if item.is_file],
            renames,
            moment,
        )
        _replay_records(
            report, root, contract[path], [item for item in pending if not item.is_file], corrections, moment
        )
    return report


def _as_corrected(
    report: ReplayReport, rejects: list[Reject], source_says: CorrectedFile
) -> tuple[list[Reject], dict[int, Correction]]:
    """Return the rejects that a file of the source corrects; the others stay open, and are reported so."""
    corrections: dict[int, Correction] = {}
    for reject in rejects:
        if reject.state == REPLAYED or reject.is_file or reject.entity != source_says.entity.path:
            continue
        try:
            corrections[reject.key] = source_says.correction(reject)
        except (NotMended, UserError) as error:
            report.refused.append((reject, str(error)))
    return [reject for reject in rejects if reject.key in corrections], corrections


def _ensure_sense(
    rejects: list[Reject],
    named: tuple[int, ...],
    entity: str | None,
    corrections: dict[int, Correction],
    contract: dict[str, Entity],
) -> None:
    """Raise UserError for what was said of a reject and would be passed over without a word."""
    strangers = sorted(set(named) - {item.key for item in rejects})
    if strangers:
        raise UserError(f"{strangers[0]} is no reject of {entity}: leave out --entity")
    for item in rejects:
        correction = corrections.get(item.key)
        if correction is None:
            continue
        if item.state == REPLAYED:
            raise UserError(f"{item.key} has been replayed: nothing of it is left to be corrected")
        if item.is_file:
            raise UserError(f"{item.key} is a file: name its columns with --rename, or deliver it anew")
        if item.entity in contract:
            ensure_known_columns(contract[item.entity], correction)


def _ensure_own_root(database: Path, root: Path, rejects: list[Reject]) -> None:
    """Raise UserError unless the landing root is that of the warehouse: replays would land elsewhere.

    Told by the files of the rejects, or by all files if those have expired: half of them lie there as the
    warehouse saw them.
    """
    if not rejects:
        return
    sizes = landed_sizes(database)
    known = {item.file for item in rejects} & sizes.keys() or sizes.keys()
    there = [
        file for file in known if (root / file).is_file() and (root / file).stat().st_size == sizes[file]
    ]
    if known and 2 * len(there) < len(known):
        raise UserError(
            f"{database} was not built from {root}: name its landing root with --root or"
            " DUCKSHIFT_LANDING_ROOT"
        )


def _replay_records(
    report: ReplayReport,
    root: Path,
    entity: Entity,
    rejects: list[Reject],
    corrections: dict[int, Correction],
    moment: datetime,
) -> None:
    groups: dict[str, list[Mended]] = defaultdict(list)
    for reject in rejects:
        try:
            item = mend(root, reject, entity, corrections.get(reject.key))
            groups[group_of(entity, item)].append(item)
        except (NotMended, UserError) as error:
            report.refused.append((reject, str(error)))
    for group in groups.values():
        try:
            file, passing, refused = deliver(root, entity, group, moment, is_trial=report.is_trial)
        except UserError as error:
            # One delivery that the warehouse would hold does not stop the others.
            file, passing, refused = None, [], {item.reject.key: str(error) for item in group}
        if file is not None:
            report.files[file] = len(passing)
        report.refused += [
            (item.reject, refused[item.reject.key]) for item in group if item.reject.key in refused
        ]


def _replay_files(
    report: ReplayReport,
    database: Path,
    root: Path,
    entity: Entity,
    rejects: list[Reject],
    renames: dict[str, str] | None,
    moment: datetime,
) -> None:
    for reject in rejects:
        reason: str | None = reject.reason
        if renames and reject.kind == "contract_break":
            try:
                file, records = deliver_renamed(
                    root, entity, reject, renames, moment, is_trial=report.is_trial
                )
            except NotMended as error:
                reason = str(error)
            else:
                report.files[file] = records
                continue
        elif may_be_looked_at_again(database, root, entity, reject, is_trial=report.is_trial):
            report.looked_at_again.append(reject.file)
            continue
        report.refused.append((reject, str(reason)))
