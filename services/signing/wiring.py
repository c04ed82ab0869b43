"""Assemble the house of signing."""

import datetime as dt
import threading
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from chassis.bus.client import BusClient
from chassis.database import open_engine
from chassis.jobs import JobStarter
from contracts.errors import PaillasseError
from services.signing.adapters.entries import BusEntries
from services.signing.adapters.evidence_file import ZipEvidence
from services.signing.adapters.folders import FileLog, FileTrust
from services.signing.adapters.keys import FileVault
from services.signing.adapters.machine import SystemClock, SystemRandomness, nothing_happens
from services.signing.adapters.storage import BusStorage
from services.signing.adapters.timestamps import HttpAuthorities
from services.signing.ports.machines import (
    Clock,
    Entries,
    EvidenceWriter,
    KeyVault,
    LogFolder,
    Randomness,
    Reached,
    Storage,
    TimestampAuthorities,
    TrustFolder,
)
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.settings import SigningSettings
from services.signing.store.unit_of_work import SqlUnitOfWork
from services.signing.use_cases.build_evidence import BuildEvidence
from services.signing.use_cases.complete_ceremony import CompleteCeremony
from services.signing.use_cases.finish_intent import FinishIntent
from services.signing.use_cases.get_circuit import GetCircuit
from services.signing.use_cases.get_evidence import GetEvidence
from services.signing.use_cases.get_log_file import GetLogFile
from services.signing.use_cases.get_receipt import GetReceipt
from services.signing.use_cases.keep_log import KeepLog
from services.signing.use_cases.list_inbox import ListInbox
from services.signing.use_cases.make_signature import MakeSignature
from services.signing.use_cases.open_ceremony import OpenCeremony
from services.signing.use_cases.reassign_step import ReassignStep
from services.signing.use_cases.record_fact import RecordFacts
from services.signing.use_cases.restart_circuit import RestartCircuit
from services.signing.use_cases.resume_signing import ResumeSigning
from services.signing.use_cases.return_step import ReturnStep
from services.signing.use_cases.seal import Seal
from services.signing.use_cases.start_circuit import StartCircuit

_log = structlog.get_logger()
_STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Machines:
    """Everything outside that the use cases ask."""

    open: OpenUnitOfWork
    entries: Entries
    storage: Storage
    vault: KeyVault
    authorities: TimestampAuthorities
    trust: TrustFolder
    folder: LogFolder
    writer: EvidenceWriter
    clock: Clock
    random: Randomness
    log_origin: str
    stamp_interval: dt.timedelta
    reached: Reached = nothing_happens


@dataclass(frozen=True)
class Acts:
    """The use cases of signing, joined."""

    start_circuit: StartCircuit
    get_circuit: GetCircuit
    list_inbox: ListInbox
    open_ceremony: OpenCeremony
    complete_ceremony: CompleteCeremony
    return_step: ReturnStep
    reassign_step: ReassignStep
    restart_circuit: RestartCircuit
    resume_signing: ResumeSigning
    record_facts: RecordFacts
    seal: Seal
    build_evidence: BuildEvidence
    get_receipt: GetReceipt
    get_evidence: GetEvidence
    get_log_file: GetLogFile
    log: KeepLog


def join(machines: Machines) -> Acts:
    """Join use cases and machines; tests bring their own machines."""
    m = machines
    log = KeepLog(m.open, m.vault, m.authorities, m.folder, m.clock, m.log_origin, m.stamp_interval)
    make = MakeSignature(m.vault, m.authorities, m.trust, m.clock, m.random, m.reached)
    finish = FinishIntent(m.open, make, m.clock, m.reached)
    start = StartCircuit(m.open, m.entries, m.clock, m.random)
    restart = RestartCircuit(m.open, start, m.clock, m.random)
    receipts = GetReceipt(m.open, m.entries, log)
    return Acts(
        start_circuit=start,
        get_circuit=GetCircuit(m.open, m.entries),
        list_inbox=ListInbox(m.open),
        open_ceremony=OpenCeremony(m.open, m.entries, m.clock, m.random),
        complete_ceremony=CompleteCeremony(m.open, m.entries, finish, receipts, m.clock, m.random, m.reached),
        return_step=ReturnStep(m.open, m.entries, m.random),
        reassign_step=ReassignStep(m.open, m.entries),
        restart_circuit=restart,
        resume_signing=ResumeSigning(m.open, finish, start, m.clock),
        record_facts=RecordFacts(m.open, m.random),
        seal=Seal(m.open, m.entries, log, m.vault, m.trust, finish, restart, m.clock, m.random, m.reached),
        build_evidence=BuildEvidence(m.open, log, m.storage, m.writer),
        get_receipt=receipts,
        get_evidence=GetEvidence(m.open, m.entries, m.storage),
        get_log_file=GetLogFile(m.folder),
        log=log,
    )


class Keeper:
    """Finish unfinished work and keep the log's files up to date, in a thread of its own (green when patched)."""

    def __init__(self, acts: Acts, *, interval_seconds: float) -> None:
        self._acts = acts
        self._interval_seconds = interval_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_STOP_SECONDS)

    def _run(self) -> None:
        rounds = (
            self._acts.log.cover_all,
            self._acts.log.publish,
            self._acts.log.stamp_when_due,
            self._acts.resume_signing,
        )
        while not self._stopping.wait(self._interval_seconds):
            for act in rounds:
                try:
                    act()
                except PaillasseError as error:
                    _log.warning("keeping_postponed", code=error.code, detail=error.detail)
                except (SQLAlchemyError, OSError):
                    # A lost connection, a full disk: the next round tries again, and the log stays append-only.
                    _log.exception("keeping_failed")


@dataclass(frozen=True)
class House:
    """What the bus edge and the job process of signing call."""

    acts: Acts
    keeper: Keeper
    jobs: JobStarter
    engine: Engine
    bus: BusClient

    def started(self) -> None:
        """Take up what a crash left, and see that waiting jobs are done."""
        self.keeper.start()
        self.jobs.start_watching()

    def close(self) -> None:
        """Stop keeping, and let go of the machines."""
        self.keeper.stop()
        self.jobs.close()
        self.bus.close()
        self.engine.dispose()


def assemble() -> House:
    """
    Read the settings and build the house.

    Raises IntegrityBroken when the log is not what was signed: then nothing starts.
    """
    settings = SigningSettings.load()
    engine = open_engine(settings.database, application_name="signing")
    jobs = JobStarter(engine, "services.signing.jobs")
    bus = BusClient(settings.bus, settings.identity)
    acts = join(_machines(settings, engine=engine, bus=bus, jobs=jobs))
    acts.log.verify()
    keeper = Keeper(acts, interval_seconds=settings.keeping_interval_seconds)
    return House(acts=acts, keeper=keeper, jobs=jobs, engine=engine, bus=bus)


def _machines(settings: SigningSettings, *, engine: Engine, bus: BusClient, jobs: JobStarter) -> Machines:
    clock = SystemClock()
    return Machines(
        open=partial(SqlUnitOfWork, engine, clock=clock, work_waits=jobs.ensure),
        entries=BusEntries(
            bus,
            timeout_seconds=settings.entries_timeout_seconds,
            freeze_timeout_seconds=settings.freeze_timeout_seconds,
        ),
        storage=BusStorage(bus, timeout_seconds=settings.storage_timeout_seconds),
        vault=FileVault(
            ca_key=settings.ca_key.get_secret_value(),
            seal_key=settings.seal_key.get_secret_value(),
            log_key=settings.log_key.get_secret_value(),
            passphrase=settings.key_passphrase.get_secret_value().strip(),
            trust=settings.trust_dir,
            public_url=settings.public_url,
        ),
        authorities=HttpAuthorities(
            urls=tuple(url.strip() for url in settings.timestamp_urls.split(",") if url.strip()),
            trust=settings.trust_dir,
            policies=frozenset(settings.timestamp_policies.split(",")),
            clock=clock,
            timeout_seconds=settings.timestamp_timeout_seconds,
        ),
        trust=FileTrust(settings.trust_dir, texts=settings.verify_texts_dir),
        folder=FileLog(settings.log_dir),
        writer=ZipEvidence(),
        clock=clock,
        random=SystemRandomness(),
        log_origin=settings.log_origin,
        stamp_interval=dt.timedelta(seconds=settings.checkpoint_stamp_interval_seconds),
    )
