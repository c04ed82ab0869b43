"""Join signing's use cases over fakes."""

import datetime as dt
from dataclasses import dataclass

import pytest

from services.signing.adapters.evidence_file import ZipEvidence
from services.signing.adapters.machine import SystemRandomness, nothing_happens
from services.signing.wiring import Acts, Machines, join
from tests.builders.signing import ORIGIN, found_institution, page
from tests.fakes.signing import FakeAuthorities, FakeClock, FakeEntries, FakeFolder, FakeStorage, MemoryStore


@pytest.fixture(scope="session")
def institution(tmp_path_factory):
    """One institution a session."""
    return found_institution(tmp_path_factory.mktemp("institution"))


class Dies(BaseException):
    """A process that ends: no handler of ours may catch it."""


@dataclass
class World:
    """Fakes, and the use cases over them."""

    machines: Machines
    store: MemoryStore
    entries: FakeEntries
    storage: FakeStorage
    clock: FakeClock
    authorities: FakeAuthorities
    moment: str = ""

    @property
    def acts(self) -> Acts:
        """A fresh process's worth of use cases."""
        return join(self.machines)

    @property
    def facts(self) -> list:
        """What was announced, by name."""
        return [type(fact).__name__ for fact in self.store.memory.facts]


@pytest.fixture
def world(institution) -> World:
    """A house of signing without a past."""
    pages = [page(number) for number in range(1, 4)]
    store, clock = MemoryStore(), FakeClock()
    made = World(None, store, FakeEntries(*pages), FakeStorage(*pages), clock, FakeAuthorities(clock))

    def reached(moment: str) -> None:
        if moment == made.moment:
            made.moment = ""
            raise Dies

    made.machines = Machines(
        open=store, entries=made.entries, storage=made.storage, vault=institution.vault(),
        authorities=made.authorities, trust=institution.texts(), folder=FakeFolder(), writer=ZipEvidence(),
        clock=clock, random=SystemRandomness(), log_origin=ORIGIN, stamp_interval=dt.timedelta(seconds=2),
        reached=reached,
    )  # fmt: skip
    assert nothing_happens("never") is None
    return made
