"""Trees, proofs, tiles: by RFC 9162, and by brute force."""

import hashlib
import math

import pytest

from contracts.errors import IntegrityBroken
from services.signing.domain import merkle, tiles
from services.signing.domain.leaf import Leaf
from services.signing.domain.notes import checkpoint_is_ours, verifier_key
from services.signing.use_cases.record_fact import ToldFact
from tests.builders.signing import ORIGIN
from tests.fakes import signing

# The eight leaves of the reference implementation of RFC 6962, and their root.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def brute(leaves: list[bytes]) -> bytes:
    """Compute the root by the definition of RFC 9162 §2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + brute(leaves[:split]) + brute(leaves[split:])).digest()


def consistent(old: int, new: int, *, roots: tuple[bytes, bytes], proof: tuple[bytes, ...]) -> bool:
    """Verify a consistency proof by RFC 9162 §2.1.4.2."""
    if old == new:
        return roots[0] == roots[1] and not proof
    path = [roots[0], *proof] if old & (old - 1) == 0 else list(proof)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    left = right = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            left, right = merkle.node_hash(sibling, left), merkle.node_hash(sibling, right)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            right = merkle.node_hash(right, sibling)
        first, last = first >> 1, last >> 1
    return (left, right, last) == (*roots, 0)


def test_the_root_is_that_of_the_reference_leaves():
    """Others must be able to recompute it with their own code."""
    assert merkle.Tree(LEAVES).root().hex() == ROOT_OF_EIGHT
    assert merkle.Tree().root() == merkle.EMPTY_ROOT


def test_every_root_and_every_proof_up_to_seventy_leaves_holds():
    """Off-by-ones live at powers of two."""
    leaves = [b"%d" % n for n in range(70)]
    tree = merkle.Tree(leaves)
    roots = [brute(leaves[:size]) for size in range(71)]
    for size in range(1, 71):
        assert tree.root(size) == roots[size]
        for index in range(size):
            proof = tree.inclusion(index, size)
            digest = merkle.leaf_hash(leaves[index])
            assert merkle.root_from_inclusion(digest, index=index, size=size, proof=proof) == roots[size]
        for old in range(1, size + 1):
            assert consistent(old, size, roots=(roots[old], roots[size]), proof=tree.consistency(old, size))


@pytest.mark.parametrize(("index", "size", "proof"), [(5, 5, ()), (0, 4, ()), (0, 1, (b"x" * 32,))])
def test_a_proof_of_the_wrong_shape_is_refused(index, size, proof):
    """A proof that is too short or too long proves another tree."""
    with pytest.raises(ValueError, match=r"proof|tree"):
        merkle.root_from_inclusion(b"x" * 32, index=index, size=size, proof=proof)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 65_536, 70_000])
def test_tiles_hold_every_complete_subtree_hash_once(size):
    """A mirror rebuilds the tree from tiles alone."""
    made = list(tiles.tiles_between(0, size))
    for level in range(math.ceil(math.log(size + 1, 256))):
        widths = [tile.width for tile in made if tile.level == level]
        assert sum(widths) == size >> (8 * level)
    assert sum(tile.width for tile in made if tile.level is None) == size
    assert all(tiles.is_log_path(tile.path) for tile in made)


def test_growing_by_steps_writes_the_same_tiles_as_at_once():
    """Files are written as the log grows; a gap would never be filled."""
    steps = set()
    for old, new in [(0, 3), (3, 256), (256, 300), (300, 600)]:
        steps |= {tile for tile in tiles.tiles_between(old, new) if tile.width == 256}
    assert steps == {tile for tile in tiles.tiles_between(0, 600) if tile.width == 256}


def test_paths_are_those_of_the_specification():
    """Clients of other people ask for exactly these."""
    assert tiles.Tile(0, 1234067, 256).path == "tile/0/x001/x234/067"
    assert tiles.Tile(None, 0, 7).path == "tile/entries/000.p/7"
    assert tiles.entry_bundle([b"ab", b"c"]) == b"\0\2ab\0\1c"
    for path in ("tile/0/../../etc", "tile/0/000.p/256", "tile/64/000", "/checkpoint", "checkpoint\n"):
        assert not tiles.is_log_path(path)


def test_a_head_is_signed_by_the_log_and_published_with_its_tiles(world, institution):
    """The public sees the head only after every tile it needs."""
    acts = world.acts
    for number in range(300):
        acts.record_facts([ToldFact({"n": number}, "Fact", f"m-{number}")])
    head = acts.log.cover_all()

    assert acts.log.publish() == 300
    assert acts.log.publish() == 0
    key = institution.vault().log_key().public_key().public_bytes_raw()
    assert checkpoint_is_ours(head, origin=ORIGIN, public_key=key)
    assert verifier_key(ORIGIN, key) + "\n" == (institution.trust / "log.vkey").read_text()
    files = world.machines.folder.files
    assert files["checkpoint"] == head.text.encode()
    assert set(files) == {
        "checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44",
    }  # fmt: skip
    assert acts.get_log_file("tile/0/000").immutable
    assert not acts.get_log_file("checkpoint").immutable
    assert acts.log.stamp_when_due()
    assert not acts.log.stamp_when_due()


@pytest.mark.parametrize("crime", ["leaf", "head", "published"])
def test_a_rewritten_past_is_noticed_at_start(world, crime):
    """Leaf, signed head or published head: whichever was changed, nothing starts."""
    from dataclasses import replace

    acts = world.acts
    for number in range(3):
        acts.record_facts([ToldFact({"n": number}, "Fact", f"m-{number}")])
    head = acts.log.cover_all()
    acts.log.publish()
    memory = world.store.memory
    if crime == "leaf":
        memory.leaves[1] = replace(memory.leaves[1], data=b"{}")
    elif crime == "head":
        memory.checkpoints[3] = replace(head, text=head.text.replace(ORIGIN, "other.invalid/log"))
    else:
        world.machines.folder.files["checkpoint"] = head.text.replace("\n3\n", "\n4\n").encode()

    with pytest.raises(IntegrityBroken):
        world.acts.log.verify()
    assert world.facts[-1] == "IntegrityBroken"


def test_an_empty_log_is_sound_and_publishes_nothing(world):
    """A house without a past starts."""
    world.acts.log.verify()

    assert world.acts.log.cover_all() is None
    assert world.acts.log.publish() == 0
    assert not world.acts.log.stamp_when_due()


def test_a_leaf_that_is_not_the_logs_gets_no_proof(world):
    """What leaves the house was checked first."""
    world.acts.record_facts([ToldFact({"n": 1}, "Fact", "m-1")])

    with pytest.raises(IntegrityBroken):
        world.acts.log.proof(0, leaf=b"another")


def test_a_head_is_dated_once_an_interval(world):
    """Authorities are asked as seldom as the setting says."""
    for number, expected in ((1, True), (2, False)):
        world.acts.record_facts([ToldFact({"n": number}, "Fact", f"m-{number}")])
        world.acts.log.cover_all()
        assert world.acts.log.stamp_when_due() is expected


def test_a_head_that_another_process_signed_meanwhile_is_taken(world, monkeypatch):
    """Two signers of heads take turns; the second signs nothing."""
    world.acts.record_facts([ToldFact({"n": 1}, "Fact", "m-1")])
    head = world.acts.log.cover_all()
    world.store.memory.checkpoints.clear()
    monkeypatch.setattr(signing._Log, "lock_heads", lambda log: log._state.checkpoints.update({head.size: head}))

    assert world.acts.log.cover(0) == head
    assert world.facts.count("CheckpointPublished") == 1


def test_a_leaf_missing_from_the_record_is_noticed(world, monkeypatch):
    """Indices without a gap are what makes a log append-only."""
    monkeypatch.setattr(signing._Log, "leaves", lambda *_, **__: (Leaf(1, b"{}", b""),))

    with pytest.raises(IntegrityBroken) as noticed:
        world.acts.log.verify()
    assert noticed.value.detail == {"what": "leaf_missing"}
