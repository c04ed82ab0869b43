"""Who signs, in which order, and what ends a circuit."""

import pytest

from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Sealed, Unsupported
from contracts.identifiers import RequestKey
from services.signing.domain.circuit import Stage
from services.signing.domain.intents import sentence
from services.signing.use_cases.restart_circuit import Revised
from tests.builders.signing import (
    APPROVER,
    AUTHOR,
    NAMES,
    OTHER,
    THREE,
    WITNESS,
    entry_id,
    page,
    session_of,
    sign,
    sign_all,
)


def start(world, number=1, stages=THREE, **more):
    """Start a circuit as the author."""
    return world.acts.start_circuit(entry_id(number), revision=None, stages=stages, actor=session_of(AUTHOR), **more)


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (Stage("witness", (WITNESS,)),),
        (Stage("author", (WITNESS,)),),
        (Stage("author", ()), Stage("witness", (AUTHOR,))),
        (Stage("author", ()), Stage("witness", (WITNESS,)), Stage("approver", (WITNESS,))),
        (Stage("author", ()), Stage("approver", (APPROVER,)), Stage("witness", (WITNESS,))),
        (Stage("author", ()), Stage("witness", ())),
        (Stage("author", ()), Stage("witness", (WITNESS,), quorum=2)),
        (Stage("author", ()), Stage("seal", (WITNESS,))),
        (Stage("author", ()), Stage("author", (WITNESS,))),
        (Stage("author", ()), Stage("witness", ("0192f3a0-0000-7000-8000-00000000ffff",))),
    ],
)
def test_a_circuit_that_evidence_could_not_hold_is_refused_before_anything_is_frozen(world, stages):
    """Author, witness and approver are three people, in that order; a frozen page would be stuck."""
    with pytest.raises(Invalid):
        start(world, stages=stages)

    assert world.entries.frozen_by == {}
    assert world.facts == []


def test_each_person_is_asked_when_the_one_before_has_signed(world):
    """A witness signs the author's signature too: out of order there is nothing to witness."""
    circuit = start(world)
    assert [step.state for step in circuit.steps] == ["due", "waiting", "waiting"]

    after = sign_all(world.acts, entry_id(1), clock=world.clock)

    assert after.state == "sealing"
    assert [step.state for step in after.steps] == ["signed", "signed", "signed"]
    assert world.facts.count("StepDue") == 3
    assert world.facts.count("StepSigned") == 3
    assert world.store.memory.jobs == [("seal", circuit.id)]


def test_one_of_two_witnesses_is_enough_when_the_quorum_says_so(world):
    """The other's step is void, not forgotten."""
    stages = (Stage("author", ()), Stage("witness", (WITNESS, OTHER), quorum=1))
    circuit = start(world, stages=stages)
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    sign(world.acts, OTHER, circuit.steps[2].id, clock=world.clock)

    after = world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR))
    assert [step.state for step in after.steps] == ["signed", "void", "signed"]
    assert after.state == "sealing"


def test_two_witnesses_who_opened_together_never_get_the_same_number(world):
    """The second statement names a predecessor that is no longer the last: it must be shown again."""
    from tests.builders.signing import proof_for

    stages = (Stage("author", ()), Stage("witness", (WITNESS, OTHER), quorum=2))
    circuit = start(world, stages=stages)
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    late = world.acts.open_ceremony((circuit.steps[2].id,), locale="en", method="password", actor=session_of(OTHER))
    sign(world.acts, WITNESS, circuit.steps[1].id, clock=world.clock)

    actor = session_of(OTHER, proof=proof_for(late, at=world.clock.now()))
    with pytest.raises(Conflict):
        world.acts.complete_ceremony(late.id, actor=actor)

    sign(world.acts, OTHER, circuit.steps[2].id, clock=world.clock)
    assert [item.number for item in world.store.memory.signatures.values()] == [1, 2, 3]


def test_only_the_named_person_signs_or_refuses_and_only_in_turn(world):
    """A step is somebody's own act."""
    circuit = start(world)
    author, witness, _ = (step.id for step in circuit.steps)

    with pytest.raises(Forbidden):
        world.acts.open_ceremony((author,), locale="fr", method="password", actor=session_of(WITNESS))
    with pytest.raises(Conflict):
        world.acts.open_ceremony((witness,), locale="fr", method="password", actor=session_of(WITNESS))
    with pytest.raises(Forbidden):
        world.acts.return_step(author, reason="non", actor=session_of(WITNESS))


def test_a_refusal_returns_the_page_and_is_a_leaf_of_the_log(world):
    """A hidden disapproval is a lie; the reason itself stays out of the public log."""
    circuit = start(world)
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    key = RequestKey(WITNESS, "return_step", "k", "d")

    returned = world.acts.return_step(circuit.steps[1].id, reason="illisible", actor=session_of(WITNESS), request=key)
    again = world.acts.return_step(circuit.steps[1].id, reason="illisible", actor=session_of(WITNESS), request=key)

    assert returned == again
    assert returned.state == "returned"
    assert returned.steps[1].reason == "illisible"
    assert [leaf.kind for leaf in world.store.memory.leaves] == ["signature", "CircuitReturned"]
    assert b"illisible" not in world.store.memory.leaves[1].data
    assert start(world).id != circuit.id


def test_a_step_is_handed_to_somebody_who_has_no_other_part(world):
    """A witness who left must not stop the page; the author cannot take over."""
    circuit = start(world)
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    step = circuit.steps[1].id

    with pytest.raises(Invalid):
        world.acts.reassign_step(step, to=AUTHOR, reason="départ", actor=session_of(AUTHOR))
    with pytest.raises(Forbidden):
        world.acts.reassign_step(step, to=OTHER, reason="départ", actor=session_of(APPROVER))
    world.entries.readers = set(NAMES) - {OTHER}
    with pytest.raises(Invalid):
        world.acts.reassign_step(step, to=OTHER, reason="départ", actor=session_of(AUTHOR))
    world.entries.readers = None
    changed = world.acts.reassign_step(step, to=OTHER, reason="départ", actor=session_of(AUTHOR))

    assert changed.step(step).person == OTHER
    items, cursor = world.acts.list_inbox(actor=session_of(OTHER), locale="en", cursor=None, limit=10)
    assert [item.step.id for item in items] == [step]
    assert cursor is None


def test_a_revision_while_in_circuit_restarts_it_visibly_and_once(world):
    """What was signed is not what the page says now: everybody signs again."""
    circuit = start(world)
    sign(world.acts, AUTHOR, circuit.steps[0].id, clock=world.clock)
    world.entries.pages[entry_id(1)] = page(1, revision=2).frozen

    for _ in range(2):
        world.acts.restart_circuit([Revised(entry_id(1), 2, "m-1"), Revised(entry_id(2), 2, "m-2")])

    newest = world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR))
    assert newest.id != circuit.id
    assert newest.page.revision == 2
    assert [step.state for step in newest.steps] == ["due", "waiting", "waiting"]
    assert world.facts.count("CircuitRestarted") == 1


def test_while_a_circuit_restarts_the_one_that_ended_is_shown(world):
    """Whoever looks at that moment sees "restarted", never "there is nothing here"."""
    circuit = start(world)
    seen = []
    freeze = world.entries.freeze

    def look(*args, **more):
        seen.append(world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)))
        return freeze(*args, **more)

    world.entries.freeze = look
    world.entries.pages[entry_id(1)] = page(1, revision=2).frozen
    world.acts.restart_circuit([Revised(entry_id(1), 2, "m-1")])

    assert [(one.id, one.state) for one in seen] == [(circuit.id, "restarted")]


def test_a_step_of_a_page_one_may_not_read_does_not_exist(world):
    """Refused by name, it would tell a stranger that somebody signs something (decisions.md 6)."""
    step = start(world).steps[0].id
    stranger = session_of("0192f3a0-0000-7000-8000-00000000ffff")
    world.entries.known[stranger.person] = "Eve"
    world.entries.readers = set(NAMES)

    for act in (
        lambda: world.acts.open_ceremony((step,), locale="fr", method="password", actor=stranger),
        lambda: world.acts.return_step(step, reason="non", actor=stranger),
        lambda: world.acts.reassign_step(step, to=OTHER, reason="non", actor=stranger),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.detail == {"step": step}
    with pytest.raises(Forbidden):
        world.acts.return_step(step, reason="non", actor=session_of(OTHER))


def test_a_head_that_moved_before_the_seal_restarts_the_circuit(world):
    """Entries has the last word on what the head is."""
    start(world)
    circuit = sign_all(world.acts, entry_id(1), clock=world.clock)
    world.entries.pages[entry_id(1)] = page(1, revision=2).frozen

    world.acts.seal(circuit.id)

    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).page.revision == 2
    assert "EntrySealed" not in world.facts


def test_a_seal_whose_job_gave_up_is_asked_for_again(world):
    """A long outage of every authority must not leave a page signed and never sealed."""
    start(world)
    circuit = sign_all(world.acts, entry_id(1), clock=world.clock)
    world.clock.forward(minutes=11)

    world.acts.resume_signing()
    world.acts.resume_signing()

    assert world.store.memory.jobs[0] == ("seal", circuit.id)
    assert len(world.store.memory.jobs) == 2


def test_a_sealed_page_takes_no_other_circuit(world):
    """Sealed is for ever."""
    start(world)
    circuit = sign_all(world.acts, entry_id(1), clock=world.clock)
    world.acts.seal(circuit.id)
    world.acts.seal(circuit.id)

    with pytest.raises(Sealed):
        start(world)
    assert world.facts.count("EntrySealed") == 1


def test_the_same_request_starts_one_circuit(world):
    """A client that lost the reply asks again with its key."""
    key = RequestKey(AUTHOR, "start_circuit", "k", "d")

    assert start(world, request=key).id == start(world, request=key).id
    with pytest.raises(Conflict):
        start(world)


def test_a_circuit_whose_freezing_lost_its_process_is_finished_later(world):
    """Between our record and entries' answer there is a moment to die in."""

    def refuse(*_, **__):
        raise KeyboardInterrupt

    freeze, world.entries.freeze = world.entries.freeze, refuse
    with pytest.raises(KeyboardInterrupt):
        start(world)
    world.entries.freeze = freeze
    world.clock.forward(minutes=2)

    world.acts.resume_signing()

    assert world.acts.get_circuit(entry_id(1), actor=session_of(AUTHOR)).state == "running"


def test_what_one_may_not_read_does_not_exist(world):
    """A stranger learns nothing, not even that there is a circuit."""
    start(world)

    with pytest.raises(NotFound):
        world.acts.get_circuit(entry_id(1), actor=session_of("0192f3a0-0000-7000-8000-00000000ffff"))
    with pytest.raises(NotFound):
        world.acts.get_evidence(entry_id(1), actor=session_of(AUTHOR))
    with pytest.raises(NotFound):
        world.acts.get_log_file("../secrets")


def test_a_circuit_asked_for_by_a_stranger_says_nothing_of_the_page(world):
    """Whether the page is there must not show in which mistake is named first."""
    stranger = session_of("0192f3a0-0000-7000-8000-00000000ffff")

    for number in (1, 99):
        with pytest.raises(NotFound):
            world.acts.start_circuit(entry_id(number), revision=None, stages=(), actor=stranger)


def test_nobody_signs_under_a_sentence_without_a_reviewed_translation():
    """The sentence is evidence: a language we do not have is refused."""
    with pytest.raises(Unsupported):
        sentence("author", locale="de", reference="U1-2026-001/1", revision=1)
