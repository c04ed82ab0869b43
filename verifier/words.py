"""Say a verdict in words, in French and English."""

from typing import Any

from verifier.phrases import LIMITS, MEANINGS, METHODS, PHRASES, REASONS, ROLES
from verifier.verdict import Report, SignatureFound, TimeFound

LANGUAGES = ("fr", "en")


def plain(text: str) -> str:
    """Return text of the file fit for a terminal: no control or direction characters, nothing that fakes a line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def say(report: Report, language: str) -> str:
    """Return the whole verdict as text."""
    words = PHRASES[language]
    lines = [words[report.verdict], "", words["file"].format(name=plain(report.file), sha256=report.sha256 or "–")]
    lines += [words["checked"].format(at=report.checked_at)]
    if report.reasons:
        lines += ["", words["reasons"]]
        for reason in report.reasons:
            said = REASONS[language].get(reason.code, reason.code)
            detail = f" ({reason.detail})" if reason.detail else ""
            lines.append(f"  – {said} [{reason.code}] {plain(reason.place + detail)}")
        return "\n".join(lines)
    lines += ["", words["what"], *(f"  {line}" for line in _subject(report, words))]
    lines += ["", words["who"], *(_signature(one, language) for one in report.signatures)]
    lines += ["", words["when"], *_times(report.times, words)]
    lines += ["", words["unaltered"].format(files=report.subject.files, bytes=report.subject.bytes)]
    lines += [words["log"].format(origin=plain(report.log_origin), size=report.log_size)]
    lines += ["", words["not_proven"], *(f"  – {LIMITS[language][code]}" for code in report.not_proven)]
    return "\n".join(lines)


def spoken(report: Report, language: str) -> dict[str, Any]:
    """Return the words for what the report says in codes, in the same order: for programs that show it to people."""
    return {
        "language": language,
        "verdict": PHRASES[language][report.verdict],
        "reasons": [REASONS[language].get(reason.code, reason.code) for reason in report.reasons],
        "signatures": [
            {
                "role": ROLES[language][one.role],
                "meaning": MEANINGS[language][one.meaning],
                "method": METHODS[language].get(one.method, one.method),
            }
            for one in report.signatures
        ],
        "not_proven": [LIMITS[language][code] for code in report.not_proven],
    }


def _subject(report: Report, words: dict[str, str]) -> list[str]:
    subject = report.subject
    head = words["page"].format(
        reference=plain(subject.reference), title=plain(subject.title), revision=subject.revision
    )
    files = words["files"].format(attachments=subject.attachments, digest=subject.record_sha256)
    return [head, words["author"].format(name=plain(subject.author)), files]


def _signature(one: SignatureFound, language: str) -> str:
    words = PHRASES[language]
    role, meaning = ROLES[language][one.role], MEANINGS[language][one.meaning]
    method = METHODS[language].get(one.method, one.method)
    line = words["signature"].format(
        name=plain(one.name), role=role, meaning=meaning, at=one.proven_before, method=method
    )
    line = f"  {one.number}. {line}\n     « {plain(one.sentence)} »"
    if one.revoked_later:
        line += "\n     " + words["revoked_later"].format(at=one.revoked_later)
    return line


def _times(times: list[TimeFound], words: dict[str, str]) -> list[str]:
    authorities = sorted({(one.authority, one.policy) for one in times})
    lines = [words["authority"].format(name=plain(name), policy=policy) for name, policy in authorities]
    first, last = min(one.at for one in times), max(one.at for one in times)
    return [f"  {line}" for line in (*lines, words["stamps"].format(count=len(times), first=first, last=last))]
