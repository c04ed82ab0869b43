"""Identity is proven at each signature, for exactly the statements shown."""

from dataclasses import replace

import pytest

from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from contracts.identifiers import TokenId
from services.signing.domain.challenge import challenge_over
from services.signing.use_cases.record_fact import ToldFact
from tests.builders.signing import AUTHOR, THREE, WITNESS, entry_id, proof_for, session_of, sign
from tests.unit.signing.conftest import Dies

MOMENTS = ["intent_recorded", "key_made", "signed", "stamped", "stamped_twice", "made", "before_commit", "recorded"]


def opened(world, numbers=(1,), method="password"):
    """Open a ceremony of the author over some pages."""
    steps = []
    for number in numbers:
        circuit = world.acts.start_circuit(entry_id(number), revision=None, stages=THREE, actor=session_of(AUTHOR))
        steps.append(circuit.steps[0].id)
    return world.acts.open_ceremony(tuple(steps), locale="fr", method=method, actor=session_of(AUTHOR))


def complete(world, ceremony, actor=None, **more):
    """Complete it with a good proof, unless told otherwise."""
    actor = actor or session_of(AUTHOR, proof=proof_for(ceremony, at=world.clock.now()))
    return world.acts.complete_ceremony(ceremony.id, actor=actor, **more)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "another"},
        {"challenge": "00" * 32},
        {"method": "totp"},
        {"auth_time": 0},
        {"auth_time": 99_999_999_999},
    ],
)
def test_a_proof_of_another_ceremony_or_too_old_signs_nothing(world, changes):
    """A stolen or replayed proof must be worth nothing."""
    ceremony = opened(world)
    proof = proof_for(ceremony, at=world.clock.now(), **changes)

    with pytest.raises(Forbidden):
        complete(world, ceremony, session_of(AUTHOR, proof=proof))
    assert world.store.memory.intents == {}


def test_a_personal_access_token_and_another_person_cannot_sign(world):
    """A script may read; only a person in a session signs, and only their own ceremony."""
    ceremony = opened(world)
    actor = session_of(AUTHOR, proof=proof_for(ceremony, at=world.clock.now()))

    with pytest.raises(Forbidden):
        complete(world, ceremony, replace(actor, session=None, token=TokenId("pat")))
    with pytest.raises(Forbidden):
        complete(world, ceremony, session_of(AUTHOR))
    with pytest.raises(NotFound):
        complete(world, ceremony, replace(actor, person=WITNESS))


def test_a_ceremony_ends_after_five_minutes(world):
    """What was read long ago is read again before it is signed."""
    ceremony = opened(world)
    world.clock.forward(minutes=6)

    with pytest.raises(Conflict):
        complete(world, ceremony)


def test_a_security_key_leaves_its_assertion_as_evidence(world):
    """Without the assertion the file could only repeat our word for it."""
    ceremony = opened(world, method="webauthn")
    proof = proof_for(ceremony, at=world.clock.now(), method="webauthn")
    actor = session_of(AUTHOR, proof=proof)
    parts = dict.fromkeys(("client_data_json", "authenticator_data", "signature", "public_key"), "AA==")

    with pytest.raises(Invalid):
        complete(world, ceremony, actor)
    (receipt,) = complete(world, ceremony, actor, assertion=parts)
    assert b'"assertion":{"authenticator_data"' in receipt.signature.ceremony


def test_one_proof_signs_a_series_and_a_repeat_returns_the_same_receipts(world):
    """Three pages, one act of identity, one challenge over all."""
    ceremony = opened(world, numbers=(1, 2, 3))

    first, second = complete(world, ceremony), complete(world, ceremony)

    assert [receipt.intent.id for receipt in first] == [receipt.intent.id for receipt in second]
    assert [receipt.signature.leaf_index for receipt in first] == [0, 1, 2]
    assert ceremony.challenge == challenge_over([item.digest for item in ceremony.prepared])
    assert world.acts.get_receipt(first[0].intent.id, actor=session_of(AUTHOR)).tlog_proof.startswith("c2sp.org/")


def test_no_authority_leaves_the_step_waiting_for_time_and_it_is_signed_when_one_is_back(world):
    """The local clock never stands in; the signer sees that it waits."""
    ceremony = opened(world)
    world.authorities.out = True
    (receipt,) = complete(world, ceremony)
    assert receipt.signature is None
    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).steps[0].state == "time_pending"

    world.authorities.out = False
    world.clock.forward(seconds=61)
    world.acts.resume_signing()

    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).steps[0].state == "signed"


def test_an_outage_longer_than_the_proof_holds_gives_the_step_back(world):
    """Nobody's identity was proven an hour ago: the person is asked again, and may sign again."""
    ceremony = opened(world)
    world.authorities.out = True
    complete(world, ceremony)
    world.clock.forward(minutes=11)
    world.acts.resume_signing()
    circuit = world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR))
    assert circuit.steps[0].state == "due"
    assert world.facts.count("StepDue") == 2

    world.authorities.out = False
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    with pytest.raises(Conflict):
        complete(world, ceremony)


@pytest.mark.parametrize("moment", MOMENTS)
def test_death_at_any_moment_is_survived(world, moment):
    """One signature, one leaf, one event, whenever the process ends."""
    ceremony = opened(world)
    world.moment = moment
    with pytest.raises(Dies):
        complete(world, ceremony)

    world.clock.forward(seconds=61)
    world.acts.resume_signing()

    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).steps[0].state == "signed"
    assert len(world.store.memory.leaves) == len(world.store.memory.signatures) == 1
    assert world.facts.count("StepSigned") == 1


def test_two_processes_that_finish_the_same_intent_sign_once(world):
    """A slow process and the one that took over must not both be believed."""
    ceremony = opened(world)
    world.moment = "intent_recorded"
    with pytest.raises(Dies):
        complete(world, ceremony)
    (intent,) = world.store.memory.intents.values()
    finish = world.acts.resume_signing.finish

    assert finish(intent).id == finish(intent).id
    assert len(world.store.memory.leaves) == 1


def test_a_fact_of_another_house_is_one_leaf_however_often_it_comes(world):
    """Redelivery is normal; the log must not show two saves for one."""
    for _ in range(2):
        world.acts.record_facts([ToldFact({"type": "RevisionAppended"}, "RevisionAppended", "m-1")])

    assert [leaf.kind for leaf in world.store.memory.leaves] == ["RevisionAppended"]
