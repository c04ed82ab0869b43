"""Conduct the checks of one file from the outside in, and make the report."""

from collections.abc import Callable
from datetime import datetime
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path

from cryptography.x509 import CertificateRevocationList

from verifier import (
    ceremony,
    circuit,
    layout,
    log,
    manifest,
    record,
    revocation,
    signature,
    statement,
    timestamp,
    trust,
    verdict,
)
from verifier.container import Container, Digest
from verifier.findings import Findings, Reason, Refusal, demand
from verifier.layout import Layout
from verifier.timestamp import Clock, Stamp

PROOF = "META-INF/proof"
TIME = "%Y-%m-%dT%H:%M:%SZ"


class Verification:
    """One run over one file; ``findings`` fills as the checks go on."""

    def __init__(self, container: Container, reader: trust.Trust | None, now: datetime) -> None:
        self.container = container
        self.findings = Findings()
        self.now = now
        self.layout: Layout = layout.read_layout(container.names)
        self.trust = reader or trust.load(lambda name: container.read(f"META-INF/trust/{name}"), own=False)
        self.digests: dict[str, Digest] = {}
        self.statements: dict[int, statement.Statement] = {}
        self.signatures: dict[int, signature.Signature] = {}
        self.proofs: dict[int, log.Proof] = {}
        self.stamps: list[Stamp] = []
        self.record: record.Record | None = None

    def run(self) -> None:
        """Check everything; each step goes on where it does not need what failed before."""
        self._digest_all()
        numbers = range(1, self.layout.seal + 1)
        self._try(lambda: circuit.check_roles(self.layout.roles, "META-INF/statements/"))
        for number in numbers:
            self._try(self._manifest, number)
        self._try(self._record)
        for number in numbers:
            self._try(self._statement, number)
        self._try(self._agreement)
        if not self._try(self._clock):
            return  # without revocation lists no signature can be judged
        for number in numbers:
            self._try(self._signature, number)
            self._try(self._file_stamp, number)
            self._try(self._leaf, number)
        self._try(self._time_order)
        if self.proofs.keys() == set(numbers):
            self._try(self._log_order)
            self._try(self._log_history)

    def _try(self, check: Callable[..., None], *arguments: int) -> bool:
        before = len(self.findings.reasons)
        with self.findings.collect():
            check(*arguments)
        return len(self.findings.reasons) == before

    def _digest_all(self) -> None:
        for name in sorted(self.container.names):
            with self.findings.collect():
                self.digests[name] = self.container.digest(name)

    def _digest(self, name: str) -> Digest:
        if name not in self.digests:
            raise Refusal("zip_damaged", name)
        return self.digests[name]

    def _manifest(self, number: int) -> None:
        """Compare a manifest with the files, and with what it must list."""
        seal = number == self.layout.seal
        listed = manifest.read_manifest(self.container.read(layout.manifest_path(number)), number)
        for path, expected in listed.items():
            demand(path in self.container.names, "file_missing", path)
            demand(self._digest(path).sha256 == expected, "digest_mismatch", path, layout.manifest_path(number))
        everything = self.container.names - self.layout.uncovered()
        wanted = everything if seal else self.layout.person_manifest(number)
        manifest.check_listing(listed, wanted, number=number, seal=seal)

    def _record(self) -> None:
        for path in self.layout.content:
            self._digest(path)
        self.record = record.read_record(self.container, self.layout, self.digests)

    def _statement(self, number: int) -> None:
        path = self.layout.statement(number)
        one = statement.read_statement(self.container.read(path), self.layout.roles[number - 1], path)
        self.statements[number] = one
        circuit.check_position(one, number, self.layout.seal)
        previous = self._digest(layout.signature_path(number - 1)).sha256.hex() if number > 1 else None
        circuit.check_previous(one, previous)
        if self.record is not None:
            record.check_subject(one, self.record)

    def _agreement(self) -> None:
        if len(self.statements) == self.layout.seal:
            circuit.check_agreement([self.statements[number] for number in sorted(self.statements)])

    def _clock(self) -> None:
        """Gather the revocation lists of all signatures with the reader's own."""
        embedded: list[CertificateRevocationList] = []
        later = Findings()  # what is wrong in a signature is reported when it is judged
        for number in range(1, self.layout.seal + 1):
            path = layout.signature_path(number)
            with later.collect():
                crls = signature.read_signature(self.container.read(path), path).crls
                embedded += [
                    one for one in revocation.load_lists((node.raw for node in crls), path) if one not in embedded
                ]
        lists = revocation.Lists(tuple(embedded), revocation.load_lists(self.trust.crls, "crls.pem"))
        self.clock = Clock(self.trust, lists, self.now)

    def _signature(self, number: int) -> None:
        path, seal = layout.signature_path(number), number == self.layout.seal
        if number not in self.statements:
            raise Refusal("statement_unusable", path)
        data = signature.read_signature(self.container.read(path), path)
        content = self.container.read(layout.manifest_path(number))
        found = signature.check_signature(data, content, self.statements[number], self.clock, seal=seal)
        self.signatures[number] = found
        self.stamps.append(found.stamp)
        circuit.check_claim(self.statements[number], found.stamp.at)
        if not seal:
            proof = layout.ceremony_path(number)
            ceremony.check_ceremony(self.container.read(proof), self.statements[number], found.stamp.at, proof)

    def _file_stamp(self, number: int) -> None:
        token, stamped = layout.token_path(number), layout.signature_path(number)
        self.stamps.append(self._stamp(token, stamped))

    def _stamp(self, token: str, stamped: str) -> Stamp:
        return timestamp.read_stamp(self.container.read(token), self.container.read(stamped), self.clock, token)

    def _leaf(self, number: int) -> None:
        prefix = f"{PROOF}/leaf{number:03d}"
        leaf = self.container.read(f"{prefix}.json")
        log.check_leaf(
            leaf,
            self.container.read(f"{prefix}.salt"),
            manifest=self._digest(layout.manifest_path(number)).sha256,
            signature=self._digest(layout.signature_path(number)).sha256,
            place=f"{prefix}.json",
        )
        place = f"{prefix}.tlog-proof"
        self.proofs[number] = log.read_proof(self.container.read(place), leaf, list(self.trust.logs), place)

    def _time_order(self) -> None:
        timestamp.check_order(self.stamps)
        seal = self.signatures.get(self.layout.seal)
        for path in self.layout.stamps_before:
            stamp = self._stamp(path, f"{PROOF}/checkpoint-before.txt")
            self.stamps.append(stamp)
            if seal:
                timestamp.check_order([stamp, seal.stamp])
        for path in self.layout.stamps_seal:
            stamp = self._stamp(path, f"{PROOF}/checkpoint-seal.txt")
            self.stamps.append(stamp)
            if seal:
                timestamp.check_order([seal.stamp, stamp])

    def _checkpoint(self, kind: str) -> log.Checkpoint:
        path = f"{PROOF}/checkpoint-{kind}.txt"
        return log.read_checkpoint_file(self.container.read(path), list(self.trust.logs), path)

    def _log_order(self) -> None:
        """Demand that the acts stand in the log in order, the seal after a head that covers all others."""
        last, before = self.layout.seal, self._checkpoint("before")
        place = f"{PROOF}/checkpoint-before.txt"
        indices = [self.proofs[number].index for number in range(1, last + 1)]
        demand(indices == sorted(set(indices)), "log_order", place, f"leaves at {indices}")
        demand(indices[-2] < before.size <= indices[-1], "log_order", place, f"size {before.size}, leaves at {indices}")
        sizes = [self.proofs[number].checkpoint.size for number in range(1, last + 1)]
        demand(sizes == sorted(sizes), "log_rollback", place, f"sizes {sizes}")
        head = self.statements[last].log if last in self.statements else None
        said = head and (head.origin, head.size, head.root) == (before.origin, before.size, before.root.hex())
        demand(said, "checkpoint_differs", place, "not the one in the seal's statement")

    def _log_history(self) -> None:
        """Demand one history: every head leads to the one that covers the seal."""
        last, after = self.layout.seal, self._checkpoint("seal")
        same = after.text == self.proofs[last].checkpoint.text
        demand(same, "checkpoint_differs", f"{PROOF}/checkpoint-seal.txt", "not the one in the seal's proof")
        marks = {f"{number:03d}": self.proofs[number].checkpoint for number in range(1, last)}
        for mark, old in (marks | {"-before": self._checkpoint("before")}).items():
            path = f"{PROOF}/consistency{mark}.txt"
            log.check_consistency(self.container.read(path), old=old, new=after, place=path)


def verify(path: Path, reader: trust.Trust | None, *, now: datetime) -> verdict.Report:
    """Judge a file; ``reader`` is the reader's own trust, ``now`` an aware UTC time."""
    report = verdict.Report(file=path.name, checked_at=now.strftime(TIME))
    findings = Findings()
    try:
        with path.open("rb") as stream, findings.collect():
            report.sha256 = _whole(stream)
            run = Verification(Container(stream), reader, now)
            run.run()
            findings.reasons += run.findings.reasons
            fill(report, run)
    except OSError as error:
        findings.reasons.append(Reason("file_unreadable", path.name, error.strerror or ""))
    report.reasons = findings.reasons
    passed: verdict.Verdict = "proven" if reader is not None else "no_trust"
    report.verdict = "refused" if report.reasons else passed
    report.not_proven = verdict.limits(report)
    return report


def _whole(stream: BufferedReader) -> str:
    return file_digest(stream, "sha256").hexdigest()


def fill(report: verdict.Report, run: Verification) -> None:
    """Put what was found into the report; of a refused file too, as far as it was understood."""
    if run.record is not None:
        first = next(iter(run.statements.values()), None)
        report.subject = verdict.Subject(
            reference=first.reference if first else "",
            title=run.record.title,
            revision=run.record.revision,
            page_number=run.record.page_number,
            notebook=run.record.notebook,
            entry=run.record.entry,
            author=run.record.author,
            files=len(run.container.names),
            attachments=len(run.layout.attachments),
            bytes=sum(one.size_bytes for one in run.container.entries.values()),
            record_sha256=run.digests["record.json"].sha256.hex(),
        )
    report.signatures = [_signature(run, number) for number in sorted(run.signatures)]
    report.times = [
        verdict.TimeFound(one.place, one.at.strftime(TIME), one.authority, one.policy, one.demonstration)
        for one in run.stamps
    ]
    if run.layout.seal in run.proofs:
        head = run.proofs[run.layout.seal].checkpoint
        report.log_origin, report.log_size = head.origin, head.size


def _signature(run: Verification, number: int) -> verdict.SignatureFound:
    said, found, proof = run.statements[number], run.signatures[number], run.proofs.get(number)
    later = found.revoked_later
    return verdict.SignatureFound(
        number=number,
        role=said.role,
        meaning=said.meaning,
        name=said.name,
        person=said.person,
        sentence=said.intent,
        proven_before=found.stamp.at.strftime(TIME),
        method=said.method,
        certificate=found.certificate.subject.rfc4514_string(),
        log_index=proof.index if proof else None,
        revoked_later=later.strftime(TIME) if later else None,
    )
