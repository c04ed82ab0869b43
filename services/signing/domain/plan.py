"""Check the stages somebody asks for, before anything is frozen."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import PersonId, StepId
from services.signing.domain.circuit import MOST_SIGNATURES, ROLES, Circuit, Stage, Step
from services.signing.domain.frozen import Frozen


def with_author(stages: tuple[Stage, ...], author: PersonId) -> tuple[Stage, ...]:
    """Put the entry's author where the author stage names nobody."""
    return tuple(
        replace(stage, signers=(author,)) if stage.role == "author" and not stage.signers else stage for stage in stages
    )


def check_stages(stages: tuple[Stage, ...], author: PersonId) -> None:
    """
    Refuse stages that the evidence format could not hold, naming every mistake (docs/evidence-format.md §5.1).

    Raises Invalid: the first stage is the author's, roles follow in their order, nobody has two parts.
    """
    problems = tuple(_problems(stages, author))
    if problems:
        raise Invalid(*problems)


def _problems(stages: tuple[Stage, ...], author: PersonId) -> Iterator[FieldProblem]:
    if not stages or stages[0].role != "author" or stages[0].signers != (author,):
        yield FieldProblem("stages.0", "is not the author alone", "let the author of the entry sign first")
    if sum(stage.quorum for stage in stages) >= MOST_SIGNATURES:
        yield FieldProblem("stages", "ask for too many signatures", f"at most {MOST_SIGNATURES - 1}")
    ranks = []
    for number, stage in enumerate(stages):
        yield from _problems_of(stage, f"stages.{number}", first=number == 0)
        ranks.append(ROLES.index(stage.role) if stage.role in ROLES else 0)
    if ranks != sorted(ranks):
        yield FieldProblem("stages", "are out of order", "author, co-authors, witnesses, approvers")
    people = [person for stage in stages for person in stage.signers]
    if len(people) != len(set(people)):
        yield FieldProblem("stages", "name a person twice", "author, witness and approver are different people")


def _problems_of(stage: Stage, place: str, *, first: bool) -> Iterator[FieldProblem]:
    if stage.role not in ROLES or (stage.role == "author" and not first):
        yield FieldProblem(f"{place}.role", "is not for a person at this place", "coauthor, witness or approver")
    if not stage.signers:
        yield FieldProblem(f"{place}.signers", "names nobody", "name who may sign")
    if not 1 <= stage.quorum <= max(1, len(stage.signers)):
        yield FieldProblem(f"{place}.quorum", "is more than its signers", "at most the number of signers")


def begin(
    circuit: Circuit,
    *,
    frozen: Frozen,
    names: Mapping[PersonId, str],
    new_step: Callable[[], StepId],
    now: dt.datetime,
) -> Circuit:
    """Turn a planned circuit into a running one: the author's step is due."""
    stages = with_author(circuit.stages, frozen.author)
    check_stages(stages, frozen.author)
    steps = tuple(
        Step(id=new_step(), stage=number, role=stage.role, person=person, person_name=names.get(person, ""))
        for number, stage in enumerate(stages)
        for person in stage.signers
    )
    running = replace(circuit, stages=stages, steps=steps, frozen=frozen, state="running")
    return running.opened(0, now=now)
