"""Keep the log: sign its heads, prove what is in it, publish its files, refuse to go on when it was rewritten."""

import base64
import datetime as dt
import hashlib
import threading
from dataclasses import dataclass, field

from contracts.errors import IntegrityBroken
from contracts.identifiers import Sha256
from services.signing.domain import facts, notes, tiles
from services.signing.domain.merkle import Tree, leaf_hash, root_from_inclusion
from services.signing.domain.notes import Checkpoint, CheckpointStamp
from services.signing.ports.machines import Clock, KeyVault, LogFolder, TimestampAuthorities
from services.signing.ports.memory import OpenUnitOfWork, UnitOfWork

_BATCH = 10_000
HEAD = "checkpoint"


@dataclass
class KeepLog:
    """
    Hold the tree of this process; the leaves on record are the truth, all else is computed from them.

    The lock groups those who wait for a head: the first signs one that covers them all.
    """

    open: OpenUnitOfWork
    vault: KeyVault
    authorities: TimestampAuthorities
    folder: LogFolder
    clock: Clock
    origin: str
    stamp_interval: dt.timedelta
    _tree: Tree = field(default_factory=Tree)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def verify(self) -> None:
        """
        Recompute the root from the leaves and compare it with the last heads signed and published.

        Raises IntegrityBroken on any difference: a process that finds its past rewritten does not start.
        """
        with self._lock, self.open() as uow:
            self._grow(uow)
            newest = uow.log.newest_checkpoint()
        if newest is not None:
            self._matches(newest.size, newest.root, where="record")
            public_key = self.vault.log_key().public_key().public_bytes_raw()
            if not notes.checkpoint_is_ours(newest, origin=self.origin, public_key=public_key):
                self._broken("checkpoint_signature")
        published = self.folder.read(HEAD)
        if published is not None:
            _, size, root, *_ = published.decode().split("\n")
            self._matches(int(size), base64.b64decode(root), where="published")

    def cover(self, index: int) -> Checkpoint:
        """Return the first head that covers a leaf; sign one when there is none yet."""
        with self._lock, self.open() as uow:
            covering = uow.log.first_covering(index)
            if covering is not None:
                self._grow(uow)
                return covering
            uow.log.lock_heads()
            covering = uow.log.first_covering(index)
            self._grow(uow)
            if covering is None:
                covering = self._sign(uow)
                uow.commit()
        return covering

    def _sign(self, uow: UnitOfWork) -> Checkpoint:
        head = notes.sign_checkpoint(
            self.origin,
            size=self._tree.size,
            root=self._tree.root(),
            key=self.vault.log_key(),
            signed_at=self.clock.now(),
        )
        uow.log.add_checkpoint(head)
        uow.publish(facts.CheckpointPublished(head.size, Sha256(head.root.hex())))
        return head

    def cover_all(self) -> Checkpoint | None:
        """Return a head that covers every leaf there is; none while the log is empty."""
        with self.open() as uow:
            size = uow.log.size()
        return self.cover(size - 1) if size else None

    def proof(self, index: int, *, leaf: bytes) -> tuple[str, Checkpoint]:
        """Return the proof that a leaf is in the log, checked before it leaves, and the head it leads to."""
        head = self.cover(index)
        hashes = self._tree.inclusion(index, head.size)
        if root_from_inclusion(leaf_hash(leaf), index=index, size=head.size, proof=hashes) != head.root:
            self._broken("inclusion_proof")
        return notes.proof_text(index, hashes, head), head

    def consistency(self, old: Checkpoint, new: Checkpoint) -> str:
        """Return the proof that one head continues another."""
        return notes.consistency_text(self._tree.consistency(old.size, new.size))

    def stamp(self, head: Checkpoint) -> tuple[CheckpointStamp, ...]:
        """Have a head dated by every authority, once; raises Unavailable when none answers."""
        with self.open() as uow:
            stamps = uow.log.stamps(head.size)
        if stamps:
            return stamps
        tokens = self.authorities.stamp_by_each(hashlib.sha256(head.text.encode()).digest())
        made = tuple(CheckpointStamp(token.authority, token.encoded, token.gen_time) for token in tokens)
        with self.open() as uow:
            uow.log.lock_heads()
            uow.log.add_stamps(head.size, made)
            stamps = uow.log.stamps(head.size)
            uow.commit()
        return stamps

    def stamp_when_due(self) -> bool:
        """Date the newest head when the interval is over and it grew."""
        with self.open() as uow:
            head, last = uow.log.newest_checkpoint(), uow.log.last_stamped_at()
            if head is None or uow.log.stamps(head.size):
                return False
        if last is not None and self.clock.now() - last < self.stamp_interval:
            return False
        self.stamp(head)
        return True

    def publish(self) -> int:
        """Write the files that the newest head needs and the folder has not; the head itself comes last."""
        with self.open() as uow:
            head = uow.log.newest_checkpoint()
            if head is None or not uow.log.try_lock_folder():
                return 0
            published = self.folder.read(HEAD)
            old = int(published.decode().split("\n")[1]) if published else 0
            if old >= head.size:
                return 0
            with self._lock:
                self._grow(uow)
            for tile in tiles.tiles_between(old, head.size):
                self.folder.write(tile.path, self._content(uow, tile))
            self.folder.write(HEAD, head.text.encode())
        return head.size - old

    def _content(self, uow: UnitOfWork, tile: tiles.Tile) -> bytes:
        if tile.level is not None:
            return tiles.hash_tile(tile, self._tree)
        leaves = uow.log.leaves(tile.number * tiles.WIDTH, limit=tile.width)
        return tiles.entry_bundle([leaf.data for leaf in leaves])

    def _grow(self, uow: UnitOfWork) -> None:
        while leaves := uow.log.leaves(self._tree.size, limit=_BATCH):
            for leaf in leaves:
                if leaf.index != self._tree.size:
                    self._broken("leaf_missing")
                self._tree.extend([leaf.data])

    def _matches(self, size: int, root: bytes, *, where: str) -> None:
        if size > self._tree.size or self._tree.root(size) != root:
            self._broken(f"log_root_{where}")

    def _broken(self, what: str) -> None:
        with self.open() as uow:
            uow.publish(facts.IntegrityBroken(what))
            uow.commit()
        raise IntegrityBroken(what=what)
