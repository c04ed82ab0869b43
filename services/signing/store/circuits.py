"""Remember circuits with their steps."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, select
from sqlalchemy.dialects.postgresql import insert

from chassis.statements import ask
from contracts.errors import NotFound
from contracts.identifiers import CircuitId, EntryId, PersonId, StepId
from services.signing.domain.circuit import Circuit, Stage, Step
from services.signing.domain.frozen import Frozen, FrozenObject
from services.signing.store import tables

# Asked for every save of the institution, and nearly always answered by none.
_ENTRIES_AMONG = "SELECT DISTINCT entry FROM circuit WHERE entry = ANY (:entries)"


class SqlCircuits:
    """Keep circuits; a lock is one on the circuit's row."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, circuit: Circuit) -> None:
        """Keep a new circuit."""
        self.save(circuit)

    def save(self, circuit: Circuit) -> None:
        """Write the circuit and its steps as they are now."""
        _upsert(self._connection, tables.circuit, [_circuit_row(circuit)])
        if circuit.steps:
            rows = [_step_row(circuit.id, position, step) for position, step in enumerate(circuit.steps)]
            _upsert(self._connection, tables.step, rows)

    def remove(self, id_: CircuitId) -> None:
        """Forget a circuit that was never frozen."""
        frozen = tables.circuit.c.frozen.is_(None)
        self._connection.execute(delete(tables.circuit).where(tables.circuit.c.id == id_, frozen))

    def get(self, id_: CircuitId, *, lock: bool = False) -> Circuit:
        """Return one circuit."""
        query = select(tables.circuit).where(tables.circuit.c.id == id_)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        if row is None:
            raise NotFound(circuit=id_)
        return self._with_steps(row)

    def of_step(self, step: StepId, *, lock: bool = False) -> Circuit:
        """Return the circuit of a step."""
        found = self._connection.execute(select(tables.step.c.circuit).where(tables.step.c.id == step)).scalar()
        if found is None:
            raise NotFound(step=step)
        return self.get(CircuitId(found), lock=lock)

    def newest(self, entry: EntryId, *, lock: bool = False) -> Circuit | None:
        """Return an entry's newest circuit: ids are UUIDv7 and sort by time."""
        return self._newest(tables.circuit.c.entry == entry, lock=lock)

    def newest_frozen(self, entry: EntryId) -> Circuit | None:
        """Return the newest one whose page entries froze."""
        return self._newest((tables.circuit.c.entry == entry) & tables.circuit.c.frozen.is_not(None), lock=False)

    def _newest(self, condition: ColumnElement[bool], *, lock: bool) -> Circuit | None:
        query = select(tables.circuit.c.id).where(condition).order_by(tables.circuit.c.id.desc()).limit(1)
        found = self._connection.execute(query).scalar()
        return None if found is None else self.get(CircuitId(found), lock=lock)

    def entries_among(self, entries: Sequence[EntryId]) -> frozenset[EntryId]:
        """Return those that have or had a circuit."""
        return frozenset(ask(self._connection, _ENTRIES_AMONG, {"entries": list(entries)}).scalars())

    def inbox(self, person: PersonId, *, after: str | None, limit: int) -> tuple[tuple[Circuit, Step], ...]:
        """Return due steps in the order of their ids."""
        query = select(tables.step.c.id, tables.step.c.circuit).where(
            tables.step.c.person == person, tables.step.c.state == "due", tables.circuit.c.state == "running"
        )
        query = query.join(tables.circuit, tables.circuit.c.id == tables.step.c.circuit)
        if after is not None:
            query = query.where(tables.step.c.id > after)
        rows = self._connection.execute(query.order_by(tables.step.c.id).limit(limit)).all()
        circuits = {row.circuit: self.get(CircuitId(row.circuit)) for row in rows}
        return tuple((circuits[row.circuit], circuits[row.circuit].step(StepId(row.id))) for row in rows)

    def freezing_since(self, before: dt.datetime) -> tuple[Circuit, ...]:
        """Return circuits that nobody finished freezing."""
        query = select(tables.circuit).where(tables.circuit.c.state == "freezing", tables.circuit.c.started_at < before)
        return tuple(self._with_steps(row) for row in self._connection.execute(query).mappings().all())

    def unfinished_since(self, before: dt.datetime) -> tuple[Circuit, ...]:
        """Return circuits whose seal or file is overdue."""
        columns = tables.circuit.c
        recent = select(tables.step.c.id).where(tables.step.c.circuit == columns.id, tables.step.c.signed_at >= before)
        unsealed = (columns.state == "sealing") & ~recent.exists()
        unfiled = (columns.state == "sealed") & columns.evidence_sha256.is_(None) & (columns.sealed_at < before)
        query = select(tables.circuit).where(unsealed | unfiled)
        return tuple(self._with_steps(row) for row in self._connection.execute(query).mappings().all())

    def _with_steps(self, row: RowMapping) -> Circuit:
        query = select(tables.step).where(tables.step.c.circuit == row["id"]).order_by(tables.step.c.position)
        steps = tuple(_step(found) for found in self._connection.execute(query).mappings())
        fields = {name: row[name] for name in _CIRCUIT_FIELDS}
        return Circuit(
            **fields,
            stages=tuple(_stage(item) for item in row["stages"]),
            frozen=None if row["frozen"] is None else _frozen(row["frozen"]),
            steps=steps,
        )


_CIRCUIT_FIELDS = (
    "id",
    "entry",
    "state",
    "started_by",
    "started_at",
    "sealed_at",
    "evidence_sha256",
    "evidence_size_bytes",
)
_STEP_FIELDS = (
    "id",
    "stage",
    "role",
    "person",
    "person_name",
    "state",
    "waiting_since",
    "number",
    "signed_at",
    "receipt",
    "reason",
)


def _upsert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    write = insert(table)
    changes = {name: write.excluded[name] for name in rows[0] if name != "id"}
    connection.execute(write.on_conflict_do_update(index_elements=["id"], set_=changes), rows)


def _circuit_row(circuit: Circuit) -> dict[str, Any]:
    row = {name: getattr(circuit, name) for name in _CIRCUIT_FIELDS}
    row["stages"] = [asdict(stage) for stage in circuit.stages]
    row["frozen"] = None if circuit.frozen is None else asdict(circuit.frozen)
    return row


def _step_row(circuit: CircuitId, position: int, step: Step) -> dict[str, Any]:
    return {"circuit": circuit, "position": position, **{name: getattr(step, name) for name in _STEP_FIELDS}}


def _step(row: RowMapping) -> Step:
    return Step(**{name: row[name] for name in _STEP_FIELDS})


def _stage(item: Mapping[str, Any]) -> Stage:
    return Stage(role=item["role"], signers=tuple(item["signers"]), quorum=item["quorum"])


def _frozen(item: Mapping[str, Any]) -> Frozen:
    fields = dict(item)
    fields["objects"] = tuple(FrozenObject(**found) for found in item["objects"])
    fields["unit_rors"] = tuple(item["unit_rors"])
    return Frozen(**fields)
