"""Hold the fake memory and PostgreSQL to one contract."""

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from pydantic import SecretStr

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.errors import Conflict, Invalid, NotFound
from contracts.identifiers import RequestKey
from services.signing.adapters.machine import SystemClock
from services.signing.domain import facts
from services.signing.domain.ceremony import Ceremony, Prepared
from services.signing.domain.circuit import Circuit, Stage
from services.signing.domain.leaf import fact_leaf
from services.signing.domain.notes import Checkpoint, CheckpointStamp
from services.signing.domain.plan import begin
from services.signing.domain.signature import Intent, Made, recorded
from services.signing.domain.statement import SignerIdentity
from services.signing.store.unit_of_work import SqlUnitOfWork
from tests.builders.signing import AUTHOR, NAMES, WITNESS, entry_id, page, proof_for
from tests.fakes.signing import MemoryStore

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


@pytest.fixture(params=["memory", "postgresql"])
def store(request):
    """Open units of work over either."""
    if request.param == "memory":
        yield MemoryStore()
        return
    database = request.getfixturevalue("house_database")("signing")
    settings = DatabaseSettings(**{**database, "password": SecretStr(database["password"])})
    engine = open_engine(settings, application_name="signing-test")
    yield partial(SqlUnitOfWork, engine, clock=SystemClock(), work_waits=lambda: None)
    engine.dispose()


def planned(id_="0001", number=1) -> Circuit:
    """Return a circuit that entries has not frozen yet."""
    stages = (Stage("author", (AUTHOR,)), Stage("witness", (WITNESS,)))
    return Circuit(id=id_, entry=entry_id(number), stages=stages, started_by=AUTHOR, started_at=NOW)


def running(id_="0001", number=1) -> Circuit:
    """Return a circuit whose author is due."""
    steps = iter(f"{id_}-s{n}" for n in range(9))
    return begin(planned(id_, number), frozen=page(number).frozen, names=NAMES, new_step=lambda: next(steps), now=NOW)


def intent(id_="i1", circuit="0001", ceremony=None, **changes) -> Intent:
    """Return an open intent."""
    fields = {
        "id": id_, "circuit": circuit, "step": f"{circuit}-s0", "ceremony": ceremony, "number": 1, "role": "author",
        "signer": SignerIdentity(AUTHOR, "Ada"), "statement": b"s", "manifest": b"m", "auth_time": 1,
        "lease_until": NOW,
    }  # fmt: skip
    return Intent(**{**fields, **changes})


def keep(store, *circuits) -> None:
    """Put circuits on record."""
    with store() as uow:
        for circuit in circuits:
            uow.circuits.add(circuit)
        uow.commit()


def keep_intent(store, item: Intent) -> None:
    """Put an intent on record."""
    with store() as uow:
        uow.intents.add(item)
        uow.commit()


def leaf(n: int):
    """Return a leaf."""
    return fact_leaf({"n": n}, kind="Fact", salt=bytes([n]) * 32, subject="x")


def test_what_is_not_committed_did_not_happen(store):
    """An error on the way must leave nothing behind, in no table."""
    with store() as uow:
        uow.circuits.add(running())
        uow.log.append(leaf(1))
        uow.publish(facts.CircuitRestarted("0001", entry_id(1)))
    with store() as uow:
        assert uow.log.size() == 0
        with pytest.raises(NotFound):
            uow.circuits.get("0001")


def test_a_circuit_comes_back_as_it_was(store):
    """Nothing of it may be lost in translation."""
    keep(store, running())
    changed = replace(running().begun("0001-s0"), state="running")
    with store() as uow:
        uow.circuits.save(changed)
        uow.commit()
    with store() as uow:
        assert uow.circuits.get("0001", lock=True) == changed
        assert uow.circuits.of_step("0001-s1") == changed
        assert uow.circuits.newest(entry_id(1), lock=True) == changed
        assert uow.circuits.newest(entry_id(2)) is None
        assert uow.circuits.newest_frozen(entry_id(2)) is None
        assert uow.circuits.entries_among([entry_id(1), entry_id(2), entry_id(1)]) == {entry_id(1)}
        with pytest.raises(NotFound):
            uow.circuits.of_step("nothing")


def test_an_entry_has_one_living_circuit(store):
    """Two who start at the same moment must not both succeed."""
    keep(store, running("0001"))
    with pytest.raises(Conflict):
        keep(store, planned("0002"))
    with store() as uow:
        uow.circuits.save(running("0001").restarted())
        uow.circuits.add(planned("0002"))
        uow.commit()
    with store() as uow:
        assert uow.circuits.newest(entry_id(1)).id == "0002"
        assert uow.circuits.newest_frozen(entry_id(1)).id == "0001"
        assert [one.id for one in uow.circuits.freezing_since(NOW + dt.timedelta(seconds=1))] == ["0002"]
        assert uow.circuits.freezing_since(NOW) == ()
        uow.circuits.remove("0002")
        assert uow.circuits.newest(entry_id(1)).id == "0001"


def test_an_inbox_holds_what_is_due_in_order(store):
    """Nothing that waits may be missed, nothing shown that is not the person's turn."""
    keep(store, running("0001", 1), running("0002", 2), running("0003", 3))
    with store() as uow:
        found = [step.id for _, step in uow.circuits.inbox(AUTHOR, after=None, limit=2)]
        assert found == ["0001-s0", "0002-s0"]
        assert [step.id for _, step in uow.circuits.inbox(AUTHOR, after=found[-1], limit=2)] == ["0003-s0"]
        assert uow.circuits.inbox(WITNESS, after=None, limit=2) == ()


def test_overdue_seals_and_files_are_found(store):
    """A job that gave up leaves a circuit that somebody must look for."""
    sealing = replace(running("0001", 1), state="sealing")
    sealed = replace(running("0002", 2), state="sealed", sealed_at=NOW)
    filed = replace(running("0003", 3), state="sealed", sealed_at=NOW, evidence_sha256="ab" * 32)
    keep(store, sealing, sealed, filed)
    with store() as uow:
        found = {one.id for one in uow.circuits.unfinished_since(NOW + dt.timedelta(seconds=1))}
        assert found == {"0001", "0002"}


def test_a_ceremony_keeps_statements_in_order_and_its_proof(store):
    """The challenge is over the statements in the order of the steps."""
    prepared = tuple(Prepared(f"s{n}", entry_id(n), "R/1", "Je signe", b"statement %d" % n) for n in range(12))
    ceremony = Ceremony("c1", AUTHOR, "password", prepared, NOW)
    with store() as uow:
        uow.ceremonies.add(ceremony)
        uow.commit()
    proven = replace(ceremony, proof=proof_for(ceremony, at=NOW))
    with store() as uow:
        assert uow.ceremonies.get("c1", lock=True) == ceremony
        uow.ceremonies.save(proven)
        uow.commit()
    with store() as uow:
        assert uow.ceremonies.get("c1") == proven
        with pytest.raises(NotFound):
            uow.ceremonies.get("c2")


def test_a_circuit_has_one_open_intent_and_an_abandoned_one_is_taken_once(store):
    """Two people cannot be signature number one; two processes cannot both resume."""
    keep(store, running())
    keep_intent(store, intent(ceremony="c1"))
    with pytest.raises(Conflict):
        keep_intent(store, intent("i2"))
    later = NOW + dt.timedelta(seconds=60)
    with store() as uow:
        assert uow.intents.claim(now=NOW, until=later) is None
        assert uow.intents.claim(now=NOW + dt.timedelta(seconds=1), until=later).id == "i1"
        assert uow.intents.claim(now=NOW + dt.timedelta(seconds=1), until=later) is None
        assert [one.id for one in uow.intents.of_ceremony("c1")] == ["i1"]
        uow.intents.save(intent().settled("void"))
        assert uow.intents.open_of("0001") is None
        with pytest.raises(NotFound):
            uow.intents.get("i2")


def test_signatures_and_parts_come_back_byte_for_byte(store):
    """A byte that changes in the store is a signature that no longer verifies."""
    keep(store, running())
    made = Made(p7s=b"\0p7s", p7s_token=b"t", gen_time=NOW, leaf=leaf(1))
    signature = recorded(intent(), made, entry=entry_id(1), leaf_index=0, ceremony=b"{}")
    with store() as uow:
        uow.intents.add(intent())
        uow.signatures.add(signature)
        uow.signatures.put_parts("0001", {"META-INF/a": b"\0a"})
        uow.commit()
    with store() as uow:
        assert uow.signatures.find("i1") == signature
        assert uow.signatures.find("i2") is None
        assert uow.signatures.of_circuit("0001") == (signature,)
        assert uow.signatures.parts("0001") == {"META-INF/a": b"\0a"}


def test_the_log_counts_without_a_gap_and_finds_its_heads(store):
    """A rolled back act must not leave a hole that no proof can cross."""
    for n in range(4):
        with store() as uow:
            assert uow.log.append(leaf(n)) == n
            uow.commit()
        with store() as uow:
            uow.log.extend([leaf(8), leaf(9)])
    with store() as uow:
        uow.log.extend([leaf(4), leaf(5)])
        uow.commit()
    heads = [Checkpoint(size, bytes([size]) * 32, f"head {size}\n", NOW) for size in (2, 4)]
    stamp = CheckpointStamp("http://tsa.invalid", b"token", NOW)
    with store() as uow:
        uow.log.lock_heads()
        assert uow.log.newest_checkpoint() is None
        for head in heads:
            uow.log.add_checkpoint(head)
        uow.log.add_stamps(4, (stamp,))
        uow.log.add_stamps(4, (replace(stamp, token=b"another"),))
        uow.commit()
    with store() as uow:
        assert [one.index for one in uow.log.leaves(1, limit=2)] == [1, 2]
        assert [one.data for one in uow.log.leaves(0, limit=9)] == [leaf(n).data for n in range(6)]
        assert uow.log.newest_checkpoint() == heads[1]
        assert [uow.log.first_covering(index) for index in (0, 1, 2, 4)] == [heads[0], heads[0], heads[1], None]
        assert uow.log.stamps(4) == (stamp,)
        assert uow.log.last_stamped_at() == NOW
        assert uow.log.try_lock_folder()


def test_a_message_counts_once_and_a_request_is_answered_the_same(store):
    """At least once on the wire, exactly once in effect."""
    key = RequestKey(AUTHOR, "m", "k", "d")
    with store() as uow:
        assert uow.recall(key) is None
        uow.remember(key, {"circuit": "0001"})
        assert uow.first_time(consumer="c", message_id="m")
        assert uow.first_times(consumer="c", message_ids=["n", "m", "n"]) == {"n"}
        uow.enqueue("seal", circuit="0001")
        uow.enqueue("seal", circuit="0001")
        uow.commit()
    with store() as uow:
        assert uow.recall(key) == {"circuit": "0001"}
        assert not uow.first_time(consumer="c", message_id="m")
        assert uow.first_times(consumer="c", message_ids=["m", "n", "o"]) == {"o"}
        with pytest.raises(Invalid):
            uow.recall(replace(key, digest="other"))
