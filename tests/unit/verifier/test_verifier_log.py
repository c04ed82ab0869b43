"""The verifier refuses acts that do not stand in the institution's log, or in a log with two histories."""

import base64
import re

import pytest

from tests.builders import merkle
from tests.builders.evidence import ORIGIN, Bundle, Log
from tests.builders.forgeries import swap
from verifier import log as verifier_log
from verifier import merkle as verifier_merkle
from verifier.findings import Refusal


def refused(report, code):
    assert "refused" == report.verdict
    assert code in {reason.code for reason in report.reasons}


def resized(text):
    return re.sub(r"\n(\d+)\n", lambda found: f"\n{int(found[1]) + 1}\n", text, count=1)


def without_last_hash(text):
    head, gap, rest = text.partition("\n\n")
    return head.rsplit("\n", 1)[0] + gap + rest


CHECKPOINTS = {
    "of another size": (resized, "checkpoint_signature"),
    "of another log": (lambda text: text.replace(ORIGIN, "elsewhere"), "log_unknown"),
    "without a signature": (lambda text: text.split("\n\n")[0] + "\n\n", "checkpoint_signature"),
    "with two signatures": (lambda text: text + text.split("\n\n")[1], "checkpoint_signature"),
    "signed by another key": (lambda text: Log().checkpoint(), "checkpoint_signature"),
    "with a line more": (lambda text: text.replace("\n\n", "\nextension\n\n", 1), "log_malformed"),
    "with a size that is no number": (lambda text: re.sub(r"\n\d+\n", "\n-1\n", text, count=1), "log_malformed"),
}
PROOFS = {
    "without its last hash": (without_last_hash, "log_inclusion"),
    "with a hash more": (lambda text: text.replace("\n\n", "\n" + base64.b64encode(b"\0" * 32).decode() + "\n\n", 1), "log_inclusion"),
    "of another leaf": (lambda text: re.sub(r"index \d+", "index 1", text), "log_inclusion"),
    "of a negative leaf": (lambda text: re.sub(r"index \d+", "index -1", text), "log_malformed"),
    "of an unknown format": (lambda text: text.replace("@v1", "@v2"), "log_malformed"),
    "with an extra line": (lambda text: text.replace("index", "extra AAAA\nindex", 1), "log_malformed"),
    "with a short hash": (lambda text: text.replace("\n\n", "\nAAAA\n\n", 1), "log_malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKPOINTS)
@pytest.mark.parametrize("where", ["2", "before", "seal"])
def test_a_wrong_checkpoint_is_refused(name, where, forged):
    """The log's signature covers origin, size and root."""
    change, code = CHECKPOINTS[name]

    report = forged({f"checkpoint.{where}": change})

    refused(report, code)


@pytest.mark.parametrize("name", PROOFS)
@pytest.mark.parametrize("number", [2, 4])
def test_a_wrong_inclusion_proof_is_refused(name, number, forged):
    """The leaf must lead to the signed root."""
    change, code = PROOFS[name]

    report = forged({f"proof.{number}": change})

    refused(report, code)


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("leaf.2", lambda leaf: b'{"c":"%s","v":1}' % (b"0" * 64)),
        ("leaf.2", swap(b'"v":1', b'"v":2')),
        ("leaf.2", lambda leaf: leaf + b"\n"),
        ("salt.2", lambda salt: salt[:31]),
        ("salt.4", lambda salt: salt[::-1]),
    ],
)
def test_a_leaf_of_another_act_is_refused(stage, change, forged):
    """A leaf commits to one manifest and one signature: a certificate not in the log is seen by it."""
    refused(forged({stage: change}), "leaf_mismatch")


def test_a_fork_of_the_log_is_refused(home, judge):
    """A log that shows two histories could hide what it likes."""
    bundle = Bundle(home)

    def fork(stage, value):
        if stage == "manifest.4":
            bundle.log.leaves[5] = b"rewritten row"
        return value

    bundle.forge = fork

    refused(judge(bundle.build()), "log_fork")


def test_a_log_that_shrank_is_refused(home, judge):
    """A log restarted on an older backup."""
    bundle = Bundle(home)

    def shrink(stage, value):
        if stage == "listed.3":
            del bundle.log.leaves[7:]
        return value

    bundle.forge = shrink

    report = judge(bundle.build())

    assert "refused" == report.verdict
    assert {"log_order", "log_fork", "log_rollback"} & {reason.code for reason in report.reasons}


def test_a_checkpoint_replayed_from_before_the_last_person_is_refused(home, judge):
    """The seal must be made after everybody's act stood in the log."""
    old = {}
    bundle = Bundle(home)

    def replay(stage, value):
        if stage == "checkpoint.2":
            old["text"], old["size"] = value, len(bundle.log.leaves)
        if stage == "checkpoint.before":
            bundle.marks["-before"] = old["size"]
            return old["text"]
        return value

    bundle.forge = replay

    refused(judge(bundle.build()), "log_order")


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_a_small_tree_holds_and_no_other(size):
    """The verifier's arithmetic agrees with the definition of RFC 9162, written independently."""
    leaves = [b"%d" % number for number in range(size)]
    root = merkle.root(leaves)

    assert root == verifier_merkle.root(leaves)
    for index in range(size):
        leaf, proof = merkle.leaf_hash(leaves[index]), merkle.inclusion(index, leaves)
        assert root == verifier_merkle.root_of_inclusion(leaf, index, size, proof)
        assert root != verifier_merkle.root_of_inclusion(leaf, index, size, [*proof, root])
        assert root != verifier_merkle.root_of_inclusion(merkle.leaf_hash(b"x"), index, size, proof)
        for other in range(size):
            moved = verifier_merkle.root_of_inclusion(leaf, other, size, proof)
            assert (moved == root) == (other == index)
    for old in range(1, size + 1):
        arguments = {"old_size": old, "new_size": size, "old_root": merkle.root(leaves[:old]), "new_root": root}
        proof = merkle.consistency(old, leaves)
        assert verifier_merkle.is_consistent(**arguments, proof=proof)
        assert not verifier_merkle.is_consistent(**{**arguments, "old_root": b"\0" * 32}, proof=proof)
        assert not verifier_merkle.is_consistent(**{**arguments, "new_root": b"\0" * 32}, proof=proof)
        assert not verifier_merkle.is_consistent(**arguments, proof=[*proof, root])


def test_an_empty_tree_has_the_root_of_nothing():
    """RFC 9162 §2.1.1 defines it."""
    assert verifier_merkle.root([]).hex().startswith("e3b0c44298fc1c14")
    assert verifier_merkle.root_of_inclusion(b"", 0, 0, []) is None


@pytest.mark.parametrize(
    "line", ["", "name", "name+00000000+AAAA", "name+00000000+" + base64.b64encode(b"\x01" + b"k" * 32).decode()]
)
def test_a_log_key_that_is_none_is_refused(line):
    """A key whose id does not fit is not the key the reader wrote down."""
    with pytest.raises(Refusal) as caught:
        verifier_log.read_log_key(line, "log.vkey")

    assert caught.value.code in {"log_key", "log_malformed"}
