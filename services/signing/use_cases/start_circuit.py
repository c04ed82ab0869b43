"""Freeze a revision and ask its first signers."""

import datetime as dt
from dataclasses import dataclass, replace

from contracts.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, Sealed, Stale
from contracts.identifiers import Actor, CircuitId, EntryId, PersonId, RequestKey, RevisionNumber, StepId
from services.signing.domain import facts
from services.signing.domain.circuit import Circuit, Stage
from services.signing.domain.frozen import Frozen
from services.signing.domain.plan import begin, check_stages, with_author
from services.signing.ports.machines import Clock, Entries, Person, Randomness
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import acting_person, require_reader

# A freezing that nobody finished in this time lost its process.
_ABANDONED_AFTER = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class StartCircuit:
    """
    Begin a circuit.

    A planned circuit is committed before entries is asked to freeze, so that a crash between the two leaves a record
    which ``finish_abandoned`` completes: entries freezes once for one circuit.
    """

    open: OpenUnitOfWork
    entries: Entries
    clock: Clock
    random: Randomness

    def __call__(
        self,
        entry: EntryId,
        *,
        revision: RevisionNumber | None,
        stages: tuple[Stage, ...],
        actor: Actor,
        request: RequestKey | None = None,
    ) -> Circuit:
        """
        Start, or return what the same request started before.

        Raises NotFound to whoever does not read the entry; Invalid for stages the evidence could not hold; what entries
        raises when it will not freeze.
        """
        by = acting_person(actor)
        with self.open() as uow:
            known = uow.recall(request) if request else None
            if known is not None:
                return uow.circuits.get(CircuitId(known["circuit"]))
        require_reader(self.entries, actor, entry)
        author = self.entries.author_of(entry)
        stages = with_author(stages, author)
        check_stages(stages, author)
        self._known_people(stages)
        planned = self._plan(entry, stages=stages, by=by)
        return self._freeze(planned, revision=revision, request=request)

    def restart(self, planned: Circuit) -> Circuit | None:
        """Go on with a circuit that follows a restarted one; none when its signers no longer fit."""
        try:
            return self._freeze(planned, revision=None, request=None)
        except (Invalid, Conflict, Forbidden, NotFound, Sealed):
            return None

    def finish_abandoned(self) -> int:
        """Finish circuits whose process died while entries froze; return how many."""
        with self.open() as uow:
            abandoned = uow.circuits.freezing_since(self.clock.now() - _ABANDONED_AFTER)
        return sum(self.restart(circuit) is not None for circuit in abandoned)

    def _plan(self, entry: EntryId, *, stages: tuple[Stage, ...], by: PersonId) -> Circuit:
        planned = Circuit(
            id=CircuitId(self.random.new_id()), entry=entry, stages=stages, started_by=by, started_at=self.clock.now()
        )
        with self.open() as uow:
            newest = uow.circuits.newest(entry, lock=True)
            if newest is not None and newest.state in {"running", "sealing"}:
                raise Conflict(reason="circuit_runs", circuit=newest.id)
            if newest is not None and newest.state == "sealed":
                raise Sealed(entry=entry)
            uow.circuits.add(planned)
            uow.commit()
        return planned

    def _freeze(self, planned: Circuit, *, revision: RevisionNumber | None, request: RequestKey | None) -> Circuit:
        try:
            frozen = self.entries.freeze(planned, revision=revision)
        except (Invalid, Conflict, Stale, Forbidden, NotFound, Sealed):
            with self.open() as uow:
                uow.circuits.remove(planned.id)
                uow.commit()
            raise
        try:
            running = self._begin(planned, frozen)
        except Invalid:
            self._give_back(planned, frozen)
            raise
        return self._run(running, request=request)

    def _begin(self, planned: Circuit, frozen: Frozen) -> Circuit:
        return begin(
            planned,
            frozen=frozen,
            names=self._known_people(with_author(planned.stages, frozen.author)),
            new_step=lambda: StepId(self.random.new_id()),
            now=self.clock.now(),
        )

    def _give_back(self, planned: Circuit, frozen: Frozen) -> None:
        # The revision's author turned out to be another: entries froze it, so entries must hear that it is over.
        with self.open() as uow:
            uow.circuits.save(replace(planned, frozen=frozen, state="returned"))
            uow.publish(facts.CircuitReturned(planned.id, planned.entry, planned.started_by, frozen.author))
            uow.commit()

    def _run(self, running: Circuit, *, request: RequestKey | None) -> Circuit:
        with self.open() as uow:
            current = uow.circuits.get(running.id, lock=True)
            if current.state != "freezing":
                return current
            uow.circuits.save(running)
            uow.publish(
                facts.CircuitStarted(running.id, running.entry, running.page.revision, running.started_by),
                actor=running.started_by,
            )
            for step in running.due:
                uow.publish(facts.StepDue(running.id, step.id, running.entry, step.role, step.person))
            if request:
                uow.remember(request, {"circuit": running.id})
            uow.commit()
        return running

    def _known_people(self, stages: tuple[Stage, ...]) -> dict[PersonId, str]:
        wanted = tuple(person for stage in stages for person in stage.signers)
        people: dict[PersonId, Person] = dict(self.entries.people(wanted))
        unknown = [person for person in wanted if person not in people]
        if unknown:
            raise Invalid(
                *(FieldProblem("stages", f"nobody is {person}", "name an active person") for person in unknown)
            )
        return {id_: person.name for id_, person in people.items()}
