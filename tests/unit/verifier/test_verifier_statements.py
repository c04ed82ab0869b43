"""The verifier refuses statements, records and ceremonies that are signed by genuine keys but say something wrong."""

import json

import pytest

from tests.builders.evidence import PEOPLE, Signer, uuid7
from tests.builders.forgeries import drop, put, swap

AUTHOR, WITNESS, APPROVER, SEAL = PEOPLE
AUTHOR_AS_WITNESS = Signer("witness", AUTHOR.name, AUTHOR.person)
AUTHOR_AS_APPROVER = Signer("approver", AUTHOR.name, AUTHOR.person)


def pretty(content: bytes) -> bytes:
    return json.dumps(json.loads(content), indent=1, ensure_ascii=False).encode()


def bloated(value):
    return {**value, "signer": {**value["signer"], "unit": "x" * 70_000}}


STATEMENTS = {
    "another role than its file": (put("role", "approver"), "statement_role"),
    "a meaning that does not fit": (put("meaning", "authorship"), "statement_meaning"),
    "disapproval passed off as approval": (put("meaning", "disapproval"), "statement_meaning"),
    "another sentence": (put("intent.text", "Je n'ai rien lu."), "statement_intent"),
    "another language code": (put("intent.locale", "xx"), "statement_malformed"),
    "another entry": (put("entry.id", uuid7(99)), "statement_subject"),
    "another version": (put("entry.version", 4), "statement_subject"),
    "another predecessor": (put("entry.prevVersion", "sha256:" + "cd" * 32), "statement_subject"),
    "no predecessor": (put("entry.prevVersion", None), "statement_subject"),
    "another reference": (put("entry.reference", "U1234-2026-007/38"), "statement_subject"),
    "another notebook": (put("notebook.id", uuid7(98)), "statement_subject"),
    "another page number": (put("notebook.seq", 38), "statement_subject"),
    "a file less": (lambda one: {**one, "objects": one["objects"][1:]}, "objects_differ"),
    "a file of another size": (lambda one: {**one, "objects": [{**one["objects"][0], "size": 1}, *one["objects"][1:]]}, "objects_differ"),
    "files in another order": (lambda one: {**one, "objects": one["objects"][::-1]}, "objects_differ"),
    "a root in the place of the list": (put("objects", {"count": 6, "root": "ab" * 32}), "objects_differ"),
    "no previous signature": (put("prevSignature", None), "signature_chain"),
    "another previous signature": (put("prevSignature", "sha256:" + "ab" * 32), "signature_chain"),
    "another step": (put("circuit.step", 3), "circuit_step"),
    "fewer signatures": (put("circuit.of", 3), "signature_missing"),
    "another circuit": (put("circuit.id", uuid7(97)), "statements_disagree"),
    "a relation of its own": (put("relation", {"retracts": uuid7(96)}), "statements_disagree"),
    "an unknown relation": (put("relation", {"replaces": uuid7(96)}), "statement_malformed"),
    "another type": (put("type", "paillasse/statement/v2"), "statement_malformed"),
    "another policy": (put("policy", "urn:oid:1.2.3"), "statement_malformed"),
    "another suite": (put("suite", "2020-1"), "statement_malformed"),
    "an unknown key": (put("comment", "x"), "statement_malformed"),
    "a missing key": (drop("nonce"), "statement_malformed"),
    "a short nonce": (put("nonce", "00"), "statement_malformed"),
    "a number in the place of a string": (put("nonce", 7), "statement_malformed"),
    "true in the place of a number": (put("entry.version", True), "statement_malformed"),
    "a person without an id": (put("signer.id", None), "statement_malformed"),
    "another person than the certificate": (put("signer.id", uuid7(95)), "signer_name"),
    "another name than the certificate": (put("signer.name", "Mallory"), "signer_name"),
    "a claim of last year": (put("claimedAt", "2025-11-24T09:00:00Z"), "claimed_time"),
    "a claim that is no time": (put("claimedAt", "2026-13-45T09:00:00Z"), "statement_malformed"),
    "another way of signing in": (put("auth.method", "webauthn"), "ceremony_method"),
    "the institution's key for a person": (put("auth.method", "institution-key"), "statement_malformed"),
    "a credential the ceremony does not know": (put("auth.credentialId", "xyz"), "ceremony_method"),
    "more than 64 KiB": (bloated, "file_too_large"),
}  # fmt: skip
BYTES = {
    "a key twice": (swap(b'{"auth":', b'{"role":"approver","auth":'), "json_duplicate_key"),
    "a fraction": (swap(b'"seq":37', b'"seq":37.0'), "json_float"),
    "an exponent": (swap(b'"seq":37', b'"seq":37e0'), "json_float"),
    "not a number": (swap(b'"seq":37', b'"seq":NaN'), "json_float"),
    "a number beyond 2^53": (swap(b'"seq":37', b'"seq":9007199254740993'), "json_float"),
    "white space": (pretty, "json_not_canonical"),
    "a final newline": (lambda content: content + b"\n", "json_not_canonical"),
    "an escape that is not needed": (swap(b'"witness"', b'"w\\u0069tness"'), "json_not_canonical"),
    "letters apart from their accents": (swap("\u00e9".encode(), "e\u0301".encode()), "json_not_nfc"),
    "a byte-order mark": (lambda content: b"\xef\xbb\xbf" + content, "json_malformed"),
    "half a surrogate": (swap(b'"U1234"', b'"\\ud800"'), "json_malformed"),
    "no JSON": (lambda content: b"yes", "json_malformed"),
    "a list": (lambda content: b"[]", "json_malformed"),
    "brackets without end": (lambda content: b"[" * 60_000, "json_malformed"),
    "bytes that are no text": (lambda content: b"\xff" + content, "json_malformed"),
}  # fmt: skip
CIRCUITS = {
    "the author as witness": ((AUTHOR, AUTHOR_AS_WITNESS, APPROVER, SEAL), "same_person_twice"),
    "the author as approver": ((AUTHOR, WITNESS, AUTHOR_AS_APPROVER, SEAL), "same_person_twice"),
    "the witness before the author": ((WITNESS, AUTHOR, APPROVER, SEAL), "roles_order"),
    "the approver before the witness": ((AUTHOR, APPROVER, WITNESS, SEAL), "roles_order"),
    "no author": ((WITNESS, APPROVER, SEAL), "roles_order"),
    "two seals": ((AUTHOR, SEAL, SEAL), "file_missing"),
}
RECORDS = {
    "another digest of an attachment": (lambda one: {**one, "attachments": [{**one["attachments"][0], "sha512": "00" * 64}, *one["attachments"][1:]]}, "attachment_altered"),
    "an attachment it has not": (lambda one: {**one, "attachments": [{**one["attachments"][0], "path": "attachments/0009.csv"}, *one["attachments"][1:]]}, "attachment_missing"),
    "an attachment less": (lambda one: {**one, "attachments": one["attachments"][1:]}, "attachment_extra"),
    "attachments in another order": (lambda one: {**one, "attachments": one["attachments"][::-1]}, "record_malformed"),
    "no predecessor": (put("prev", None), "record_malformed"),
    "another version of the format": (put("v", 2), "record_malformed"),
    "a text in the place of the document": (put("document", "text"), "record_malformed"),
    "an unknown key": (put("comment", "x"), "record_malformed"),
}  # fmt: skip
CEREMONIES = {
    "another challenge": (put("challenge", "00" * 32), "ceremony_challenge"),
    "other statements": (put("statements", ["00" * 32]), "ceremony_statement"),
    "no statements": (put("statements", []), "ceremony_malformed"),
    "another way of signing in": (put("method", "totp"), "ceremony_method"),
    "yesterday": (lambda one: {**one, "auth_time": one["auth_time"] - 86_400}, "ceremony_time"),
    "tomorrow": (lambda one: {**one, "auth_time": one["auth_time"] + 86_400}, "ceremony_time"),
    "an unknown key": (put("comment", "x"), "ceremony_malformed"),
    "an answer for a password": (put("assertion", {}), "ceremony_malformed"),
}


def refused(report, code):
    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_that_says_something_wrong_is_refused(name, forged):
    """A genuine signature under a wrong statement proves nothing."""
    change, code = STATEMENTS[name]

    report = forged({"statement.2": change})

    refused(report, code)


@pytest.mark.parametrize("name", BYTES)
def test_a_statement_that_is_not_canonical_is_refused(name, forged):
    """Two readers could understand two statements, so bytes are compared."""
    change, code = BYTES[name]

    report = forged({"statement_bytes.2": change})

    refused(report, code)


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_circuit_of_the_wrong_people_is_refused(name, forged):
    """Author, witness and approver are three people, in this order, and the institution comes last."""
    people, code = CIRCUITS[name]

    report = forged({}, people=people)

    refused(report, code)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_does_not_fit_its_files_is_refused(name, forged):
    """The record is what was signed; the files beside it must be those it describes."""
    change, code = RECORDS[name]

    report = forged({"record": change})

    refused(report, code)


@pytest.mark.parametrize("name", CEREMONIES)
def test_a_ceremony_about_something_else_is_refused(name, forged):
    """The person proved identity for this statement, at this time."""
    change, code = CEREMONIES[name]

    report = forged({"ceremony.2": change})

    refused(report, code)


RECORD_BYTES = {
    "a key twice": (swap(b'"v":1', b'"v":1,"v":1'), "json_duplicate_key"),
    "white space": (pretty, "json_not_canonical"),
    "a number written otherwise": (swap(b'"fields":{}', b'"fields":{"a":1.50}'), "json_not_canonical"),
    "infinity": (swap(b'"fields":{}', b'"fields":{"a":Infinity}'), "json_float"),
}


@pytest.mark.parametrize("name", RECORD_BYTES)
def test_a_record_that_is_not_canonical_is_refused(name, forged):
    """The revision digest is over bytes, so there is one way only to write a revision."""
    change, code = RECORD_BYTES[name]

    refused(forged({"record_bytes": change}), code)


def test_a_record_keeps_what_people_wrote(forged):
    """A field may hold 37.5, and a text letters apart from their accents: neither is ours to change."""
    report = forged({"record": lambda one: {**one, "fields": {"température": 37.5}, "title": "e\u0301te\u0301"}})

    assert [] == report.reasons


def test_a_nonce_used_twice_is_refused(forged):
    """Otherwise a statement could be replayed."""
    same = put("nonce", "ab" * 32)

    report = forged({"statement.1": same, "statement.3": same})

    refused(report, "nonce_reused")


@pytest.mark.parametrize(
    ("key", "value"), [("signer.id", uuid7(1)), ("auth.method", "password"), ("signer.name", "Mallory")]
)
def test_a_seal_in_the_name_of_a_person_is_refused(key, value, forged):
    """The institution answers for the list, nobody else."""
    report = forged({"statement.4": put(key, value)})

    assert "refused" == report.verdict


@pytest.mark.parametrize(("key", "value"), [("size", 4), ("root", "00" * 32), ("origin", "elsewhere")])
def test_a_seal_that_names_another_log_head_is_refused(key, value, forged):
    """The seal says how far the log had grown."""
    report = forged({"statement.4": put(f"log.{key}", value)})

    refused(report, "checkpoint_differs")


@pytest.mark.parametrize(
    ("stage", "change", "code"),
    [
        ("objects_bytes", lambda content: content[:-1], "json_malformed"),
        ("objects_bytes", swap(b'"size":18', b'"size":16'), "objects_list"),
        ("objects_root", put("count", 7), "objects_differ"),
        ("objects_root", put("root", "00" * 32), "objects_differ"),
    ],
)
def test_a_wrong_list_of_many_files_is_refused(stage, change, code, forged):
    """Above a hundred files the statement holds their root; the list must lead to it."""
    report = forged({stage: change}, attachments=120)

    refused(report, code)


def test_a_page_with_many_files_is_proven(forged):
    """A hundred files and more are one page like any other."""
    report = forged({}, attachments=120)

    assert [] == report.reasons
    assert 120 == report.subject.attachments


def test_a_page_signed_alone_is_proven(forged):
    """Signing alone is a circuit of one stage, sealed too."""
    report = forged({}, people=(AUTHOR, SEAL))

    assert [] == report.reasons
    assert ["author", "seal"] == [one.role for one in report.signatures]
