"""Hold what was found out about a file, as values that print as words or as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from verifier.findings import Reason

Verdict = Literal["proven", "refused", "no_trust"]
EXIT_CODES: dict[Verdict, int] = {"proven": 0, "refused": 1, "no_trust": 2}


@dataclass(frozen=True)
class SignatureFound:
    """One act as it is proven; ``proven_before`` is the authority's time, never the signer's."""

    number: int
    role: str
    meaning: str
    name: str
    person: str | None
    sentence: str
    proven_before: str
    method: str
    certificate: str
    log_index: int | None
    revoked_later: str | None = None


@dataclass(frozen=True)
class TimeFound:
    """One time stamp: over what, when, by whom."""

    over: str
    at: str
    authority: str
    policy: str
    demonstration: bool


@dataclass(frozen=True)
class Subject:
    """What the file is about."""

    reference: str = ""
    title: str = ""
    revision: int = 0
    page_number: int = 0
    notebook: str = ""
    entry: str = ""
    author: str = ""
    files: int = 0
    attachments: int = 0
    bytes: int = 0
    record_sha256: str = ""


@dataclass
class Report:
    """Everything a reader gets to know."""

    file: str
    sha256: str = ""
    verdict: Verdict = "refused"
    checked_at: str = ""
    reasons: list[Reason] = field(default_factory=list)
    subject: Subject = field(default_factory=Subject)
    signatures: list[SignatureFound] = field(default_factory=list)
    times: list[TimeFound] = field(default_factory=list)
    log_origin: str = ""
    log_size: int = 0
    not_proven: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """Return 0 proven, 1 refused, 2 no trust anchors."""
        return EXIT_CODES[self.verdict]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def limits(report: Report) -> list[str]:
    """Return the codes of what is not proven even when everything holds; words are in words.py."""
    codes = ["content_truth", "law"]
    if any(one.demonstration for one in report.times):
        codes.append("demo_authority")
    if len({one.authority for one in report.times}) < 2:
        codes.append("one_authority")
    methods = {one.method for one in report.signatures if one.role != "seal"}
    codes.append("identity_webauthn" if methods == {"webauthn"} else "identity_method")
    codes += ["server_key", "rendering", "after_sealing", "notebook_complete", "log_witness", "claimed_time"]
    if any(one.revoked_later for one in report.signatures):
        codes.append("revoked_later")
    return codes
