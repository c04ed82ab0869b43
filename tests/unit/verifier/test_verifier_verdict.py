"""The verdict says in words and in JSON what is proven, and what is not."""

import ast
import json
import re
import sys
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders.evidence import Bundle, Signer, pack, uuid7
from tests.builders.forgeries import put
from verifier import phrases, trust, words
from verifier.__main__ import main
from verifier.verdict import limits
from verifier.verification import verify

HOUSE = Path(__file__).parents[3] / "verifier"


@pytest.fixture
def page(tmp_path, valid):
    """Return the path of a valid file, its reader's trust folder beside it."""
    valid.write_trust(tmp_path / "trust")
    path = tmp_path / "page.asice"
    path.write_bytes(pack(valid.files))
    return path


def test_a_valid_file_says_who_what_when_and_what_is_not_proven(page, capsys):
    """A judge reads this, not JSON."""
    code = main([str(page), "--trust", str(page.parent / "trust"), "--lang", "fr"])

    said = capsys.readouterr().out
    assert 0 == code
    assert said.startswith("PROUVÉ")
    for part in (
        "U1234-2026-007/37",
        "Ada Démonstration, auteur",
        "Basile Témoin, témoin",
        "CE QUI N'EST PAS PROUVÉ",
        "DÉMONSTRATION",
    ):
        assert part in said


def test_a_valid_file_says_the_same_in_english(page, capsys):
    """The other half of the world reads this."""
    code = main([str(page), "--trust", str(page.parent / "trust"), "--lang", "en"])

    said = capsys.readouterr().out
    assert 0 == code
    assert said.startswith("PROVEN")
    assert "WHAT IS NOT PROVEN" in said


def test_the_json_verdict_holds_the_same_facts(page, capsys):
    """Programs read this."""
    code = main([str(page), "--trust", str(page.parent / "trust"), "--json"])

    said = json.loads(capsys.readouterr().out)
    assert (0, "proven", []) == (code, said["verdict"], said["reasons"])
    assert ["author", "witness", "approver", "seal"] == [one["role"] for one in said["signatures"]]
    assert {"demo_authority", "one_authority", "identity_method", "content_truth"} <= set(said["not_proven"])
    assert 10 == len(said["times"])
    assert all(one["demonstration"] for one in said["times"])


def test_a_file_without_anchors_proves_nothing(page, capsys):
    """Anybody can make a file that agrees with itself."""
    code = main([str(page), "--lang", "en"])

    assert 2 == code
    assert capsys.readouterr().out.startswith("NO ANCHORS")


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_refused_file_gives_its_reasons(lang, page, capsys):
    """A refusal without a reason helps nobody."""
    page.write_bytes(page.read_bytes()[:-1])

    code = main([str(page), "--trust", str(page.parent / "trust"), "--lang", lang])

    said = capsys.readouterr().out
    assert 1 == code
    assert "[zip_trailing_bytes]" in said
    assert phrases.REASONS[lang]["zip_trailing_bytes"] in said


@pytest.mark.parametrize("missing", ["root.pem", "log.vkey"])
def test_an_incomplete_trust_folder_is_a_usage_error(missing, page, capsys):
    """Without anchors there is no verdict, and no refusal either."""
    (page.parent / "trust" / missing).unlink()

    code = main([str(page), "--trust", str(page.parent / "trust")])

    assert 2 == code
    assert missing in capsys.readouterr().err


def test_an_empty_trust_folder_is_a_usage_error(page, capsys):
    """Files that hold no anchor are as good as none."""
    (page.parent / "trust" / "root.pem").write_text("nothing\n")

    assert 2 == main([str(page), "--trust", str(page.parent / "trust")])


def test_a_missing_file_is_a_usage_error(page, capsys):
    """There is nothing to judge."""
    assert 2 == main([str(page) + ".no", "--trust", str(page.parent / "trust")])


def test_a_time_can_be_given(page, capsys):
    """A reader may ask what the verdict would have been."""
    trusted = ["--trust", str(page.parent / "trust")]

    assert 0 == main([str(page), *trusted, "--at", "2050-01-01"])
    assert 1 == main([str(page), *trusted, "--at", "2020-01-01T00:00:00Z"])


def test_names_in_the_file_cannot_fake_the_verdict(home, judge):
    """A title is text of a stranger: it must not move the cursor, nor add lines."""
    title = "x\n\x1b[2JPROVEN\u202e"

    report = judge(
        Bundle(home, forge=lambda stage, value: put("title", title)(value) if stage == "record" else value).build()
    )

    said = words.say(report, "en")
    assert "proven" == report.verdict
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "x\ufffd\ufffd[2JPROVEN\ufffd" in said


def test_a_long_name_fits_its_certificate(home, judge):
    """A common name holds 64 characters; the statement holds the whole name."""
    people = (Signer("author", "Marie " * 20, uuid7(1)), Signer("seal", "Institut de démonstration", None))

    report = judge(Bundle(home, people=people).build())

    assert [] == report.reasons


def test_two_authorities_are_counted(valid, judge):
    """One authority can err or lie alone; the verdict says when there is only one."""
    report = judge(valid)
    second = replace(report.times[0], authority="another", demonstration=False)

    report.times = [second, replace(report.times[0], demonstration=False)]

    assert not {"one_authority", "demo_authority"} & set(limits(report))


def test_every_reason_and_limit_has_words_in_both_languages():
    """A code alone is no reason."""
    source = "".join(path.read_text() for path in HOUSE.glob("*.py"))
    raised = set(re.findall(r'(?:Refusal|Reason|_NotAllowed)\(\s*"([a-z_0-9]+)"', source))
    raised |= {
        one
        for found in re.findall(r"demand\((.*?)\)\n", source, re.DOTALL)
        for one in re.findall(r'"([a-z0-9]+_[a-z_0-9]+)"', found)
    }
    raised |= set(re.findall(r'CODE = "([a-z_]+)"', source))
    known = set(phrases.REASONS["fr"])

    assert phrases.REASONS["fr"].keys() == phrases.REASONS["en"].keys()
    assert phrases.LIMITS["fr"].keys() == phrases.LIMITS["en"].keys()
    assert set() == {code for code in raised if code not in known and code != "timestamp_token"}


def test_the_verifier_imports_nothing_of_ours():
    """A reader takes this folder alone, in twenty years, and runs it."""
    allowed = {"verifier", "cryptography", "rfc8785", *sys.stdlib_module_names}

    for path in HOUSE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path


def test_a_large_attachment_is_never_held_in_memory(home, tmp_path, judge):
    """Pages carry microscope images of gigabytes; the reader's machine may be small."""
    large = b"\0" * (24 << 20)
    bundle = Bundle(home, padding=large).build()
    path = tmp_path / "large.asice"
    path.write_bytes(pack(bundle.files))
    anchors = trust.load(lambda name: bundle.trust()[name], own=True)

    tracemalloc.start()
    report = verify(path, anchors, now=home.now + timedelta(minutes=5))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [] == report.reasons
    assert report.subject.bytes > 3 * len(large)
    assert peak_bytes < 6 << 20
