"""Is this entry in the log, and does the log still begin as it did?

The Merkle tree of RFC 6962 and RFC 9162, section 2: SHA-256, leaves and nodes hashed apart, so that neither
can pass for the other. Hashes are bytes; a proof is a list of hashes from the leaf upwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
RangeHash = Callable[[int, int], bytes]
"""Answers the root of the leaves from `start` up to, not including, `end`."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two roots into the node above them."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; of none it is the hash of nothing."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


@dataclass(slots=True)
class Frontier:
    """All that a growing tree must remember: its size and the roots of its complete subtrees, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; return the nodes that it completed, as (level, index, hash), without the leaf itself."""
        peaks, index, level, completed = list(self.peaks), self.size, 0, []
        while index & 1:
            leaf, index, level = node_hash(peaks.pop(), leaf), index >> 1, level + 1
            completed.append((level, index, leaf))
        self.peaks, self.size = (*peaks, leaf), self.size + 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self.peaks:
            return EMPTY_ROOT
        top = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            top = node_hash(peak, top)
        return top


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Prove that leaf `index` is in the tree over `leaves`; raises IndexError where it is not."""
    return inclusion_path(index, len(leaves), _range_of(leaves))


def inclusion_path(index: int, size: int, range_hash: RangeHash) -> list[bytes]:
    """Prove the same from a store that can answer the root of a range; raises IndexError."""
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} is not in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        left, right = (start, middle), (middle, end)
        (start, end), sibling = (left, right) if index < middle else (right, left)
        path.append(range_hash(*sibling))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, top = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            top = node_hash(step, top)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            top = node_hash(top, step)
        here, last = here >> 1, last >> 1
    return last == 0 and top == tree_root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Prove that the tree over the first `old_size` leaves is a beginning of the tree over all; raises IndexError."""
    return consistency_path(old_size, len(leaves), _range_of(leaves))


def consistency_path(old_size: int, size: int, range_hash: RangeHash) -> list[bytes]:
    """Prove the same from a store that can answer the root of a range (RFC 9162, 2.1.4.1); raises IndexError."""
    if not 0 < old_size <= size:
        raise IndexError(f"a tree of {old_size} is not a beginning of a tree of {size}")
    path, start, end, whole = [], 0, size, True
    while old_size < end:
        middle = start + split(end - start)
        if old_size <= middle:
            path.append(range_hash(middle, end))
            end = middle
        else:
            path.append(range_hash(start, middle))
            start, whole = middle, False
    return path[::-1] if whole else [range_hash(start, end), *path[::-1]]


def verify_consistency(old_size: int, size: int, old_root: bytes, tree_root: bytes, proof: Sequence[bytes]) -> bool:
    """Check a consistency proof (RFC 9162, 2.1.4.2)."""
    if old_size == size:
        return not proof and old_root == tree_root
    if not 0 < old_size < size or not proof:
        return False
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    here, last = old_size - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old_top = new_top = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old_top, new_top = node_hash(step, old_top), node_hash(step, new_top)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new_top = node_hash(new_top, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old_top == old_root and new_top == tree_root


def split(count: int) -> int:
    """Return the largest power of two below `count`: where the tree divides."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_of(leaves: Sequence[bytes]) -> RangeHash:
    return lambda start, end: root(leaves[start:end])
