"""What signing refuses, and that nothing has happened then."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.errors import Conflict, Forbidden, IntegrityBroken, Invalid, NotFound
from contracts.identifiers import Actor, RequestKey
from services.signing.domain import cades, der, merkle, notes, tiles
from services.signing.domain.circuit import Stage
from services.signing.domain.notes import checkpoint_is_ours, sign_checkpoint
from services.signing.domain.plan import check_stages
from services.signing.domain.statement import SignerIdentity
from services.signing.use_cases import resume_signing
from services.signing.use_cases.restart_circuit import Revised
from tests.builders.signing import (
    AUTHOR,
    ORIGIN,
    OTHER,
    THREE,
    WITNESS,
    entry_id,
    page,
    proof_for,
    session_of,
    sign,
)

NOBODY = Actor(issuer="signing")


def start(world, number=1, stages=THREE, **more):
    """Start a circuit as the author."""
    return world.acts.start_circuit(entry_id(number), revision=None, stages=stages, actor=session_of(AUTHOR), **more)


def opened(world, *steps, person=AUTHOR, **more):
    """Open a ceremony."""
    return world.acts.open_ceremony(steps, locale="fr", method="password", actor=session_of(person), **more)


def test_nobody_in_particular_signs_nothing(world):
    """A process that acts for nobody has no signature to give."""
    step = start(world).steps[0].id
    for act in (
        lambda: world.acts.open_ceremony((step,), locale="fr", method="password", actor=NOBODY),
        lambda: world.acts.return_step(step, reason="x", actor=NOBODY),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_ceremony_names_each_step_once_and_each_circuit_once(world):
    """Two signatures of one circuit cover each other: they cannot be made at once."""
    stages = (Stage("author", ()), Stage("witness", (WITNESS, OTHER), quorum=2))
    circuit = start(world, stages=stages)
    first = circuit.steps[0].id
    with pytest.raises(Invalid):
        opened(world, first, first)

    twice = replace(circuit, steps=(circuit.steps[0], replace(circuit.steps[1], person=AUTHOR, state="due")))
    world.store.memory.circuits[circuit.id] = twice
    with pytest.raises(Invalid):
        opened(world, first, twice.steps[1].id)


def test_a_signer_who_left_signs_nothing(world):
    """Between naming and signing people leave: neither a ceremony nor its completion passes."""
    step = start(world).steps[0].id
    ceremony = opened(world, step)
    del world.entries.known[AUTHOR]

    with pytest.raises(Conflict):
        opened(world, step)
    with pytest.raises(Conflict):
        world.acts.complete_ceremony(
            ceremony.id, actor=session_of(AUTHOR, proof=proof_for(ceremony, at=world.clock.now()))
        )
    assert world.store.memory.intents == {}


def test_the_same_request_opens_one_ceremony_returns_once_and_reassigns_once(world):
    """A repeat gets what the first one made."""
    circuit = start(world)
    key = RequestKey(AUTHOR, "open_ceremony", "k", "d")
    assert opened(world, circuit.steps[0].id, request=key) == opened(world, circuit.steps[0].id, request=key)

    key = RequestKey(AUTHOR, "reassign_step", "k", "d")
    step = circuit.steps[1].id
    for _ in range(2):
        changed = world.acts.reassign_step(step, to=OTHER, reason="départ", actor=session_of(AUTHOR), request=key)
    assert changed.step(step).person == OTHER
    assert world.facts.count("StepDue") == 1


def test_an_unknown_person_takes_no_step(world):
    """Who is not in the directory cannot be asked."""
    step = start(world).steps[1].id
    with pytest.raises(Invalid):
        world.acts.reassign_step(
            step, to="0192f3a0-0000-7000-8000-00000000ffff", reason="départ", actor=session_of(AUTHOR)
        )


def test_an_authors_step_or_a_signed_one_is_not_handed_on(world):
    """Authorship cannot be delegated, and what is signed is signed."""
    circuit = start(world)
    with pytest.raises(Conflict):
        world.acts.reassign_step(circuit.steps[0].id, to=OTHER, reason="x", actor=session_of(AUTHOR))


def test_while_somebody_signs_nobody_else_signs_or_refuses(world):
    """Each signature covers the one before: two at once would fork the chain."""
    stages = (Stage("author", ()), Stage("witness", (WITNESS, OTHER), quorum=2))
    circuit = start(world, stages=stages)
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    witness, other = (step.id for step in circuit.steps[1:])
    before = opened(world, other, person=OTHER)
    world.authorities.out = True
    sign(world.acts, WITNESS, witness, clock=world.clock)

    with pytest.raises(Conflict):
        opened(world, other, person=OTHER)
    with pytest.raises(Conflict):
        world.acts.return_step(other, reason="x", actor=session_of(OTHER))
    with pytest.raises(Conflict):
        world.acts.complete_ceremony(before.id, actor=session_of(OTHER, proof=proof_for(before, at=world.clock.now())))


def test_a_circuit_that_is_frozen_by_nobody_yet_shows_nothing(world):
    """Without a frozen page there is neither a page to show nor a step to find."""
    circuit = start(world)
    planned = replace(circuit, frozen=None, state="freezing")
    with pytest.raises(Conflict):
        _ = planned.page
    with pytest.raises(NotFound):
        circuit.step("nothing")
    with pytest.raises(Conflict):
        circuit.sealed(at=world.clock.now())
    world.store.memory.circuits[circuit.id] = planned
    with pytest.raises(NotFound):
        world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR))


def test_a_page_that_entries_will_not_freeze_has_no_circuit(world):
    """What entries refuses is refused as it said, and the plan is forgotten."""

    def refuse(*_, **__):
        raise Conflict(reason="not_the_head")

    world.entries.freeze = refuse
    with pytest.raises(Conflict):
        start(world)
    assert world.store.memory.circuits == {}


def test_a_page_whose_author_turns_out_to_be_another_is_given_back(world):
    """Entries froze it: it must hear that it is over, or the page is stuck."""
    circuit = page(1).frozen
    world.entries.pages[entry_id(1)] = replace(circuit, author=AUTHOR)
    freeze = world.entries.freeze

    def another(*args, **more):
        return replace(freeze(*args, **more), author=OTHER)

    world.entries.freeze = another
    with pytest.raises(Invalid):
        start(world)

    assert [one.state for one in world.store.memory.circuits.values()] == ["returned"]
    assert world.facts == ["CircuitReturned"]


def test_a_freezing_that_two_finish_runs_once(world):
    """The second finds it running and returns it."""
    freeze = world.entries.freeze
    seen = []

    def finished_meanwhile(circuit, **more):
        world.entries.freeze = freeze
        world.clock.forward(minutes=2)
        seen.append(world.acts.resume_signing())
        return freeze(circuit, **more)

    world.entries.freeze = finished_meanwhile
    circuit = start(world)

    assert circuit.state == "running"
    assert world.facts.count("CircuitStarted") == 1


def test_a_restart_that_entries_refuses_leaves_the_page_to_its_author(world):
    """The old circuit has ended, no new one runs, and what waited for the time is void."""
    circuit = start(world)
    world.authorities.out = True
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)

    def refuse(*_, **__):
        raise Conflict(reason="not_the_head")

    world.entries.freeze = refuse
    world.acts.restart_circuit([Revised(entry_id(1), 2, "m-1")])

    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).state == "restarted"
    assert [intent.state for intent in world.store.memory.intents.values()] == ["void"]


def test_only_a_newer_version_of_a_living_circuit_restarts_it_once(world):
    """An old message, a repeated one, or one about a circuit that is over changes nothing."""
    circuit = start(world)
    world.store.memory.seen.add(("restart_circuit", "heard"))
    world.acts.restart_circuit([Revised(entry_id(1), 1, "old")])
    world.acts.restart_circuit([Revised(entry_id(1), 2, "heard")])
    world.acts.return_step(circuit.steps[0].id, reason="non", actor=session_of(AUTHOR))
    world.acts.restart_circuit([Revised(entry_id(1), 2, "late")])
    world.acts.seal.restart.overtaken(circuit.id)

    assert "CircuitRestarted" not in world.facts
    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).state == "returned"


def test_a_proof_carries_an_assertion_only_when_its_method_has_one(world):
    """A password proves nothing that could be kept; what was not proven has no evidence."""
    ceremony = opened(world, start(world).steps[0].id)
    actor = session_of(AUTHOR, proof=proof_for(ceremony, at=world.clock.now()))
    with pytest.raises(Invalid):
        world.acts.complete_ceremony(ceremony.id, actor=actor, assertion={"signature": "x"})
    with pytest.raises(Conflict):
        ceremony.evidence()


def test_two_who_give_an_intent_back_ask_again_once(world):
    """The second process finds it void already."""
    circuit = start(world)
    world.authorities.out = True
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    (intent,) = world.store.memory.intents.values()
    world.clock.forward(minutes=10)
    finish = world.acts.complete_ceremony.finish

    assert [finish(intent), finish(intent)] == [None, None]
    assert world.facts.count("StepDue") == 2
    assert circuit.steps[0].meaning == "authorship"


def test_one_round_of_resuming_is_bounded(world, monkeypatch):
    """After an outage of hours the rest waits for the next round: the house must answer meanwhile."""
    monkeypatch.setattr(resume_signing, "_AT_MOST", 1)
    world.authorities.out = True
    for number in (1, 2):
        sign(world.acts, AUTHOR, start(world, number).steps[0].id, clock=world.clock)
    world.authorities.out = False
    world.clock.forward(seconds=90)

    assert [world.acts.resume_signing() for _ in range(3)] == [1, 1, 0]


def test_too_many_signatures_are_refused():
    """A file numbers its signatures to 099 (docs/evidence-format.md §1)."""
    people = tuple(f"0192f3a0-0000-7000-8000-{number:012x}" for number in range(1000, 1099))

    with pytest.raises(Invalid) as refused:
        check_stages((Stage("author", (AUTHOR,)), Stage("witness", people, quorum=99)), AUTHOR)
    assert "stages" in {field.name for field in refused.value.fields}


def test_a_tree_proves_only_what_is_in_it():
    """Sizes and places outside of it are mistakes of the caller, said at once."""
    tree = merkle.Tree([b"a", b"b"])
    for wrong in (
        lambda: tree.inclusion(2, 2),
        lambda: tree.consistency(0, 2),
        lambda: tree.root(3),
        lambda: tiles.hash_tile(tiles.Tile(None, 0, 1), tree),
        lambda: list(der.walk(b"\x30\x05ab")),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()


def test_a_head_is_ours_only_with_our_key_and_our_signature(world, institution):
    """Key id, signature and text must all be the log's own."""
    key = institution.vault().log_key()
    ours = key.public_key().public_bytes_raw()
    made = {"size": 1, "root": b"r" * 32, "signed_at": world.clock.now()}
    good = sign_checkpoint(ORIGIN, key=key, **made)
    another = sign_checkpoint(ORIGIN, key=Ed25519PrivateKey.generate(), **made)
    line = another.text.rsplit(" ", 1)[1]
    forged = notes._base64(notes.key_id(ORIGIN, ours) + notes.base64.b64decode(line)[4:])

    assert checkpoint_is_ours(good, origin=ORIGIN, public_key=ours)
    assert not checkpoint_is_ours(another, origin=ORIGIN, public_key=ours)
    assert not checkpoint_is_ours(
        replace(good, text=another.text.replace(line, forged + "\n")), origin=ORIGIN, public_key=ours
    )


def test_a_signature_by_another_key_is_not_recorded(world, institution):
    """Between key and record bits may flip: what does not verify never becomes evidence."""
    issuer = institution.vault().issuer()
    person = SignerIdentity(id=AUTHOR, name="Ada")
    now = world.clock.now()
    key = issuer.issue(person, statement_digest=b"s" * 32, at=now, serial=7)
    signed = cades.sign(b"<m/>", key=key, at=now)
    wrong = cades.sign(
        b"<m/>", key=replace(key, key=issuer.issue(person, statement_digest=b"s" * 32, at=now, serial=8).key), at=now
    )
    token = world.authorities.stamp(signed.imprint).encoded
    p7s = cades.assemble(replace(signed, value=wrong.value), key=key, token=token, crls=institution.texts().crls())

    with pytest.raises(IntegrityBroken) as refused:
        cades.check_own(p7s, manifest=b"<m/>", key=key, issuer=issuer.certificate)
    assert refused.value.detail["part"] == "value"


def test_an_institution_has_no_serial_number(world, institution):
    """A certificate for nobody in particular names no person."""
    key = (
        institution.vault()
        .issuer()
        .issue(SignerIdentity(id=None, name="Institut"), statement_digest=b"s" * 32, at=world.clock.now(), serial=9)
    )
    assert [one.value for one in key.certificate.subject] == ["Institut"]
