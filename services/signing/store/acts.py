"""Remember ceremonies, intents and signatures."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from contracts.errors import NotFound
from contracts.identifiers import Ceremony as Proof
from contracts.identifiers import CeremonyId, CircuitId, ReceiptId
from services.signing.domain.ceremony import Ceremony, Prepared
from services.signing.domain.signature import Intent, Signature
from services.signing.domain.statement import SignerIdentity
from services.signing.store import tables


class SqlCeremonies:
    """Keep ceremonies and the statements prepared for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, ceremony: Ceremony) -> None:
        """Keep an opened ceremony."""
        row = {"id": ceremony.id, "person": ceremony.person, "method": ceremony.method}
        self._connection.execute(insert(tables.ceremony).values(**row, expires_at=ceremony.expires_at))
        rows = [
            {
                "ceremony": ceremony.id,
                "position": position,
                "step": item.step,
                "entry": item.entry,
                "reference": item.reference,
                "intent_text": item.intent_text,
                "content": item.statement,
            }
            for position, item in enumerate(ceremony.prepared)
        ]
        self._connection.execute(insert(tables.statement), rows)

    def save(self, ceremony: Ceremony) -> None:
        """Keep its proof; statements never change."""
        proof = None if ceremony.proof is None else asdict(ceremony.proof)
        assertion = None if ceremony.assertion is None else dict(ceremony.assertion)
        self._connection.execute(
            update(tables.ceremony).where(tables.ceremony.c.id == ceremony.id).values(proof=proof, assertion=assertion)
        )

    def get(self, id_: CeremonyId, *, lock: bool = False) -> Ceremony:
        """Return one ceremony."""
        query = select(tables.ceremony).where(tables.ceremony.c.id == id_)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        if row is None:
            raise NotFound(ceremony=id_)
        statements = select(tables.statement).where(tables.statement.c.ceremony == id_)
        found = self._connection.execute(statements.order_by(tables.statement.c.position)).mappings()
        return Ceremony(
            id=id_,
            person=row["person"],
            method=row["method"],
            prepared=tuple(_prepared(item) for item in found),
            expires_at=row["expires_at"],
            proof=None if row["proof"] is None else Proof(**row["proof"]),
            assertion=row["assertion"],
        )


def _prepared(row: RowMapping) -> Prepared:
    return Prepared(
        step=row["step"],
        entry=row["entry"],
        reference=row["reference"],
        intent_text=row["intent_text"],
        statement=bytes(row["content"]),
    )


_INTENT_FIELDS = ("id", "circuit", "step", "ceremony", "number", "role", "auth_time", "lease_until", "state")


class SqlIntents:
    """Keep intents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, intent: Intent) -> None:
        """Put an intent on record."""
        self._connection.execute(insert(tables.intent).values(**asdict(intent)))

    def save(self, intent: Intent) -> None:
        """Keep state and lease; what is signed never changes."""
        self._connection.execute(
            update(tables.intent)
            .where(tables.intent.c.id == intent.id)
            .values(state=intent.state, lease_until=intent.lease_until)
        )

    def get(self, id_: ReceiptId, *, lock: bool = False) -> Intent:
        """Return one intent."""
        query = select(tables.intent).where(tables.intent.c.id == id_)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        if row is None:
            raise NotFound(receipt=id_)
        return _intent(row)

    def of_ceremony(self, ceremony: CeremonyId) -> tuple[Intent, ...]:
        """Return those of a ceremony; ids were given in the order of steps."""
        query = select(tables.intent).where(tables.intent.c.ceremony == ceremony).order_by(tables.intent.c.id)
        return tuple(_intent(row) for row in self._connection.execute(query).mappings())

    def open_of(self, circuit: CircuitId) -> Intent | None:
        """Return the circuit's open intent."""
        query = select(tables.intent).where(tables.intent.c.circuit == circuit, tables.intent.c.state == "open")
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _intent(row)

    def claim(self, *, now: dt.datetime, until: dt.datetime) -> Intent | None:
        """Take a person's abandoned intent; several processes never take the same."""
        columns = tables.intent.c
        free = (
            select(columns.id)
            .where(columns.state == "open", columns.step.is_not(None), columns.lease_until < now)
            .order_by(columns.lease_until)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        take = update(tables.intent).where(columns.id == free).values(lease_until=until).returning(tables.intent)
        row = self._connection.execute(take).mappings().one_or_none()
        return None if row is None else _intent(row)


def _intent(row: RowMapping) -> Intent:
    return Intent(
        **{name: row[name] for name in _INTENT_FIELDS},
        signer=SignerIdentity(**row["signer"]),
        statement=bytes(row["statement"]),
        manifest=bytes(row["manifest"]),
    )


_SIGNATURE_FIELDS = ("id", "circuit", "entry", "step", "number", "role", "gen_time", "leaf_index")
_SIGNATURE_BYTES = ("statement", "manifest", "p7s", "p7s_token", "leaf", "salt")


class SqlSignatures:
    """Keep signatures and the files the seal covers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, signature: Signature) -> None:
        """Keep a signature."""
        self._connection.execute(insert(tables.signature).values(**asdict(signature)))

    def find(self, id_: ReceiptId) -> Signature | None:
        """Return one signature."""
        query = select(tables.signature).where(tables.signature.c.id == id_)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _signature(row)

    def of_circuit(self, circuit: CircuitId) -> tuple[Signature, ...]:
        """Return those of a circuit by number."""
        query = select(tables.signature).where(tables.signature.c.circuit == circuit)
        rows = self._connection.execute(query.order_by(tables.signature.c.number)).mappings()
        return tuple(_signature(row) for row in rows)

    def put_parts(self, circuit: CircuitId, parts: Mapping[str, bytes]) -> None:
        """Keep files as the seal covers them."""
        rows = [{"circuit": circuit, "path": path, "content": content} for path, content in parts.items()]
        self._connection.execute(insert(tables.evidence_part), rows)

    def parts(self, circuit: CircuitId) -> dict[str, bytes]:
        """Return those files."""
        query = select(tables.evidence_part).where(tables.evidence_part.c.circuit == circuit)
        return {row["path"]: bytes(row["content"]) for row in self._connection.execute(query).mappings()}


def _signature(row: RowMapping) -> Signature:
    fields: dict[str, Any] = {name: row[name] for name in _SIGNATURE_FIELDS}
    fields.update({name: bytes(row[name]) for name in _SIGNATURE_BYTES})
    ceremony = None if row["ceremony"] is None else bytes(row["ceremony"])
    return Signature(**fields, signer=SignerIdentity(**row["signer"]), ceremony=ceremony)
