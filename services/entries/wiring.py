"""Assemble the house of entries: settings, engines and clients, use cases."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import Engine

from chassis.bus.client import BusClient
from chassis.database import open_engine
from chassis.jobs import JobStarter
from services.entries.adapters.documents import Documents
from services.entries.adapters.drafts.living import YjsDrafts
from services.entries.adapters.machine import JcsCanonical, SystemClock, Uuid7Ids
from services.entries.adapters.nudges import Nudges
from services.entries.adapters.rendering.pages import Renderings
from services.entries.adapters.storage import StorageFiles
from services.entries.ports.files import Files
from services.entries.ports.machines import Clock
from services.entries.ports.unit_of_work import Readings, Units
from services.entries.settings import EntriesSettings
from services.entries.store.unit_of_work import SqlReadings, SqlUnits, autocommit
from services.entries.use_cases.add_affiliation import AddAffiliation
from services.entries.use_cases.append_revision import AppendRevision
from services.entries.use_cases.change_notebook import ChangeNotebook
from services.entries.use_cases.close_notebook import CloseNotebook
from services.entries.use_cases.comment import AddComment, ListComments, ResolveComment
from services.entries.use_cases.compare_revisions import CompareRevisions
from services.entries.use_cases.create_entry import CreateEntry
from services.entries.use_cases.create_person import CreatePerson
from services.entries.use_cases.create_structure import CreateStructure
from services.entries.use_cases.decide import Decide
from services.entries.use_cases.describe_entries import DescribeEntry, ListIndexable
from services.entries.use_cases.draft_files import GetDraftFile, ListDraftFiles
from services.entries.use_cases.follow_signing import CloseForSeal, ReturnEntry, SealEntry
from services.entries.use_cases.freeze import Freeze
from services.entries.use_cases.get_import import GetImport
from services.entries.use_cases.give_role import GiveRole
from services.entries.use_cases.list_structures import GetStructure, ListStructures
from services.entries.use_cases.open_notebook import OpenNotebook
from services.entries.use_cases.read_entries import (
    FindAttachment,
    GetAttachment,
    GetAttachmentText,
    GetEntry,
    GetRevision,
    ListEntries,
    ListRevisions,
)
from services.entries.use_cases.read_notebooks import GetNotebook, ListNotebooks
from services.entries.use_cases.read_people import FindPeople, GetMe, GetPeople, LeadsOf, ListReaderLabels
from services.entries.use_cases.record_departure import RecordDeparture
from services.entries.use_cases.run_import import RunImport
from services.entries.use_cases.scope_of_hold import ScopeOfHold
from services.entries.use_cases.set_up_institution import SetUpInstitution
from services.entries.use_cases.share import GiveGrant, ListGrants, RevokeGrant
from services.entries.use_cases.show_today import ShowToday
from services.entries.use_cases.start_import import StartImport
from services.entries.use_cases.strike_out import StrikeOut
from services.entries.use_cases.sync_draft import SyncDraft
from services.entries.use_cases.tag import ChangeTags, SuggestTags
from services.entries.use_cases.watch_entry import WatchEntry
from services.entries.use_cases.write_import import WriteImport
from services.entries.use_cases.written import Desk


@dataclass(frozen=True, slots=True)
class Writing:
    """The use cases that change something."""

    set_up_institution: SetUpInstitution
    create_structure: CreateStructure
    create_person: CreatePerson
    add_affiliation: AddAffiliation
    give_role: GiveRole
    record_departure: RecordDeparture
    open_notebook: OpenNotebook
    change_notebook: ChangeNotebook
    close_notebook: CloseNotebook
    give_grant: GiveGrant
    revoke_grant: RevokeGrant
    create_entry: CreateEntry
    append_revision: AppendRevision
    sync_draft: SyncDraft
    strike_out: StrikeOut
    freeze: Freeze
    close_for_seal: CloseForSeal
    seal_entry: SealEntry
    return_entry: ReturnEntry
    start_import: StartImport
    add_comment: AddComment
    resolve_comment: ResolveComment
    change_tags: ChangeTags


@dataclass(frozen=True, slots=True)
class Reads:
    """The use cases that only look."""

    list_structures: ListStructures
    get_structure: GetStructure
    get_me: GetMe
    find_people: FindPeople
    get_people: GetPeople
    leads_of: LeadsOf
    list_reader_labels: ListReaderLabels
    list_notebooks: ListNotebooks
    get_notebook: GetNotebook
    get_entry: GetEntry
    list_entries: ListEntries
    list_revisions: ListRevisions
    get_revision: GetRevision
    get_attachment: GetAttachment
    get_attachment_text: GetAttachmentText
    list_grants: ListGrants
    decide: Decide
    scope_of_hold: ScopeOfHold
    list_indexable: ListIndexable
    describe_entry: DescribeEntry
    get_import: GetImport
    watch_entry: WatchEntry
    list_draft_files: ListDraftFiles
    get_draft_file: GetDraftFile
    list_comments: ListComments
    suggest_tags: SuggestTags
    show_today: ShowToday
    compare_revisions: CompareRevisions


@dataclass(frozen=True, slots=True)
class House:
    """What the bus edge of entries calls."""

    write: Writing
    read: Reads
    jobs: JobStarter
    bus: BusClient
    http: httpx.Client
    engine: Engine

    def started(self) -> None:
        """Look after jobs a crash left."""
        self.jobs.start_watching()

    def close(self) -> None:
        """Let go of every machine."""
        self.jobs.close()
        self.http.close()
        self.bus.close()
        self.engine.dispose()


@dataclass(frozen=True, slots=True)
class JobHouse:
    """What the job process of entries calls."""

    run_import: RunImport
    bus: BusClient
    http: httpx.Client
    engine: Engine

    def close(self) -> None:
        """Let go of every machine."""
        self.http.close()
        self.bus.close()
        self.engine.dispose()


def assemble() -> House:
    """Read the settings and build the house."""
    settings = EntriesSettings.load()
    engine = open_engine(settings.database, application_name="entries")
    bus = BusClient(settings.bus, settings.identity)
    http = httpx.Client(timeout=settings.door_timeout_seconds)
    files = StorageFiles(bus, http)
    zone = settings.institution_time_zone
    clock = SystemClock(ZoneInfo(zone))
    units = SqlUnits(engine, zone, clock, Nudges(bus).told)
    readings = SqlReadings(autocommit(engine), zone)
    return House(
        write=build_writing(units, readings, files=files, clock=clock),
        read=build_reads(readings, files=files),
        jobs=JobStarter(engine, "services.entries.jobs"),
        bus=bus,
        http=http,
        engine=engine,
    )


def build_writing(units: Units, readings: Readings, *, files: Files, clock: Clock) -> Writing:
    """Build the use cases that change something, around a store and storage."""
    ids, canonical, living = Uuid7Ids(), JcsCanonical(), YjsDrafts()
    desk = Desk(Documents(), canonical, files)
    return Writing(
        set_up_institution=SetUpInstitution(units, clock, ids),
        create_structure=CreateStructure(units, ids),
        create_person=CreatePerson(units, clock, ids),
        add_affiliation=AddAffiliation(units, clock, ids),
        give_role=GiveRole(units, clock, ids),
        record_departure=RecordDeparture(units, clock),
        open_notebook=OpenNotebook(units, clock, ids),
        change_notebook=ChangeNotebook(units),
        close_notebook=CloseNotebook(units, clock),
        give_grant=GiveGrant(units, clock, ids),
        revoke_grant=RevokeGrant(units),
        create_entry=CreateEntry(units, clock, ids, desk),
        append_revision=AppendRevision(units, clock, desk, living),
        sync_draft=SyncDraft(units, readings, clock, living, canonical),
        strike_out=StrikeOut(units, clock),
        freeze=Freeze(units, readings, clock, files, Renderings(), canonical),
        close_for_seal=CloseForSeal(units),
        seal_entry=SealEntry(units, clock),
        return_entry=ReturnEntry(units, clock),
        start_import=StartImport(units, clock, ids),
        add_comment=AddComment(units, clock, ids),
        resolve_comment=ResolveComment(units, clock),
        change_tags=ChangeTags(units),
    )


def build_reads(readings: Readings, *, files: Files) -> Reads:
    """Build the use cases that only look."""
    find_attachment, draft_files = FindAttachment(readings), ListDraftFiles(readings, files)
    return Reads(
        list_structures=ListStructures(readings),
        get_structure=GetStructure(readings),
        get_me=GetMe(readings),
        find_people=FindPeople(readings),
        get_people=GetPeople(readings),
        leads_of=LeadsOf(readings),
        list_reader_labels=ListReaderLabels(readings),
        list_notebooks=ListNotebooks(readings),
        get_notebook=GetNotebook(readings),
        get_entry=GetEntry(readings),
        list_entries=ListEntries(readings),
        list_revisions=ListRevisions(readings),
        get_revision=GetRevision(readings),
        get_attachment=GetAttachment(find_attachment, files),
        get_attachment_text=GetAttachmentText(find_attachment, files),
        list_grants=ListGrants(readings),
        decide=Decide(readings),
        scope_of_hold=ScopeOfHold(readings),
        list_indexable=ListIndexable(readings),
        describe_entry=DescribeEntry(readings),
        get_import=GetImport(readings),
        watch_entry=WatchEntry(readings),
        list_draft_files=draft_files,
        get_draft_file=GetDraftFile(draft_files, files),
        list_comments=ListComments(readings),
        suggest_tags=SuggestTags(readings),
        show_today=ShowToday(readings),
        compare_revisions=CompareRevisions(readings, JcsCanonical()),
    )


def assemble_jobs() -> JobHouse:
    """Read the settings and build what the job process needs."""
    # Late imports: only the job process reads archives and carries what that takes (ADR-0004).
    from services.entries.adapters.eln.reader import ElnReader
    from services.entries.adapters.import_files import TIMEOUT, StorageImportFiles

    settings = EntriesSettings.load()
    engine = open_engine(settings.database, application_name="entries-jobs")
    bus, http = BusClient(settings.bus, settings.identity), httpx.Client(timeout=TIMEOUT)
    clock = SystemClock(ZoneInfo(settings.institution_time_zone))
    units = SqlUnits(engine, settings.institution_time_zone, clock)
    readings = SqlReadings(autocommit(engine), settings.institution_time_zone)
    desk = Desk(Documents(), JcsCanonical(), StorageFiles(bus, http))
    run_import = RunImport(
        units=units,
        readings=readings,
        read_archive=ElnReader,
        files=StorageImportFiles(bus, http),
        write_import=WriteImport(clock, Uuid7Ids(), desk),
    )
    return JobHouse(run_import, bus, http, engine)
