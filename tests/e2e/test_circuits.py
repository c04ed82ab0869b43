"""A page on its way through signatures, as its people see it, and the public log that proves them."""

import base64
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.builders import merkle
from tests.e2e.laboratory import EFFECT_SECONDS, Laboratory, stages
from tests.e2e.system import System
from tests.servers.processes import wait_until

UNKNOWN = "0192f3a0-0000-7000-8000-00000000ffff"


def _kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[1]


def test_a_refusal_gives_the_page_back_with_its_reason(lab: Laboratory) -> None:
    """The author reads why, revises, and sends it again."""
    entry = lab.page(lab.ada)
    lab.send(entry, witness=lab.ben)
    lab.ada.sign(entry)
    step = lab.ben.due(entry)

    returned = lab.ben.make(f"/signing/steps/{step}/return", {"reason": "unité manquante"})

    assert "returned" == returned["state"]
    lab.ada.until(f"/entries/{entry}", lambda at: at["state"] == "returned")
    seen = lab.ada.get(f"/entries/{entry}/circuit")
    assert ["signed", "returned"] == [one["state"] for one in seen["steps"]]
    assert "unité manquante" == seen["steps"][1]["reason"]
    assert 201 == lab.ada.revise(entry).status_code
    assert 2 == lab.send(entry, witness=lab.ben)["revision"]


def test_a_page_revised_in_circuit_restarts_it_and_never_vanishes(lab: Laboratory) -> None:
    """Whoever watches sees it running, restarted, running again: at no moment "there is nothing here"."""
    entry = lab.page(lab.ada)
    before = lab.send(entry, witness=lab.ben)
    lab.ada.sign(entry)
    over = Event()

    def watch() -> set[int]:
        seen = set()
        while not over.is_set():
            seen.add(lab.ada.sees(f"/entries/{entry}/circuit"))
        return seen

    with ThreadPoolExecutor(1) as watching:
        statuses = watching.submit(watch)
        revised = lab.ada.revise(entry)
        try:
            after = lab.ada.until(
                f"/entries/{entry}/circuit", lambda at: (at["revision"], at["state"]) == (2, "running")
            )
        finally:
            over.set()

    assert 201 == revised.status_code
    assert {200} == statuses.result()
    assert before["id"] != after["id"]
    assert ["due", "waiting"] == [one["state"] for one in after["steps"]]
    assert "in_circuit" == lab.ada.get(f"/entries/{entry}")["state"]
    lab.ada.sign(entry)
    assert "signed" == lab.ben.sign(entry)["state"]


def test_a_sealed_page_never_changes_again(lab: Laboratory) -> None:
    """Every door is shut, and says the same word."""
    entry = lab.page(lab.ada)
    lab.send(entry, witness=lab.ben, approver=lab.lea)
    for who in (lab.ada, lab.ben, lab.lea):
        who.sign(entry)
    lab.ada.until(f"/entries/{entry}", lambda at: at["state"] == "sealed")

    assert (409, "sealed") == _kind(lab.ada.revise(entry))
    assert (409, "sealed") == _kind(lab.ada.ask("POST", f"/entries/{entry}/strike-out", {"reason": "non"}))
    again = lab.ada.ask("POST", f"/entries/{entry}/circuit", {"stages": stages(lab.ada, None, None)})
    assert (409, "sealed") == _kind(again)


def test_a_strangers_step_is_as_if_it_were_not(lab: Laboratory) -> None:
    """404 for what exists and 404 for what does not, word for word: nothing betrays a signature going on."""
    step = lab.send(lab.page(lab.ada), witness=lab.ben)["steps"][0]["id"]
    acts = {
        "/signing/ceremonies": lambda at: {"steps": [at]},
        f"/signing/steps/{step}/return": lambda _: {"reason": "non"},
        f"/signing/steps/{step}/reassign": lambda _: {"reason": "non", "person": lab.sam.id},
    }

    for path, body in acts.items():
        real = lab.sam.ask("POST", path, body(step))
        unreal = lab.sam.ask("POST", path.replace(step, UNKNOWN), body(UNKNOWN))
        problems = [{**one.json(), "correlation_id": ""} for one in (real, unreal)]
        assert 404 == real.status_code
        assert str(problems[0]).replace(step, UNKNOWN) == str(problems[1])
    assert 403 == lab.lea.does("/signing/ceremonies", {"steps": [step]})


def test_receipts_are_proven_by_the_public_log(lab: Laboratory, system: System) -> None:
    """A signer needs nobody's word: leaf, proof and signed head agree with the root made anew from public tiles."""
    notebook = lab.notebook(lab.ada)
    while _published(lab)[0] <= 2 * 256:
        # Two full tiles and a partial one.
        lab.page(lab.ada, notebook=notebook)
    entry = lab.page(lab.ada, notebook=notebook)
    lab.send(entry, witness=lab.ben)
    receipts = [lab.ada.sign(entry), lab.ben.sign(entry)]

    for receipt in receipts:
        proof, head = receipt["tlog_proof"].split("\n\n", 1)
        _, index, *hashes = proof.split("\n")
        _, size, root = head.split("\n")[:3]
        leaves = _public_leaves(lab, at_least=int(size))
        leaf = base64.b64decode(receipt["leaf"])
        assert f"index {receipt['leaf_index']}" == index
        assert leaf == leaves[receipt["leaf_index"]]
        assert base64.b64decode(root) == merkle.root(leaves[: int(size)])
        path = merkle.inclusion(receipt["leaf_index"], leaves[: int(size)])
        assert [base64.b64encode(one).decode() for one in path] == hashes
        _assert_signed(head, (system.site.trust / "log.vkey").read_text())


def _published(lab: Laboratory) -> tuple[int, str]:
    """Return size and root of the published head."""
    _, size, root = lab.http.get("/api/v1/log/checkpoint").raise_for_status().text.split("\n")[:3]
    return int(size), root


def _public_leaves(lab: Laboratory, *, at_least: int) -> list[bytes]:
    """Return the leaves of the published log, checked against its own published root."""
    wait_until(lambda: _published(lab)[0] >= at_least, what=f"{at_least} published leaves", seconds=EFFECT_SECONDS)
    size, root = _published(lab)
    leaves = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        partial = "" if width == 256 else f".p/{width}"
        bundle = lab.http.get(f"/api/v1/log/tile/entries/{number:03d}{partial}").raise_for_status().content
        hashes = lab.http.get(f"/api/v1/log/tile/0/{number:03d}{partial}").raise_for_status().content
        there = _leaves_of(bundle)
        assert hashes == b"".join(merkle.leaf_hash(leaf) for leaf in there)
        leaves += there
    assert base64.b64decode(root) == merkle.root(leaves)
    return leaves


def _leaves_of(bundle: bytes) -> list[bytes]:
    leaves = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        leaves.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return leaves


def _assert_signed(head: str, verifier_key: str) -> None:
    """Assert that a head carries the signature of the log's published key (C2SP signed-note)."""
    # name+hash+key: half of all keys have a plus in their base64, too.
    key = base64.b64decode(verifier_key.strip().split("+", 2)[2])
    body, signature = head.split("\n\n", 1)
    signed = base64.b64decode(signature.split("\n")[0].rsplit(" ", 1)[1])
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signed[4:], f"{body}\n".encode())
