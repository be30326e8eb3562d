"""Does the tree agree with the RFC's, and do its proofs prove?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.rules import merkle

# The eight entries and the roots over the first 1 to 8 of them: Certificate Transparency's reference vectors
# (merkle_tree_test.cc and its Go descendants), which are those of RFC 6962 and RFC 9162.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
leaf_lists = st.lists(st.binary(max_size=4).map(merkle.leaf_hash), min_size=1, max_size=70)


def _by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    middle = merkle.split(len(leaves))
    return merkle.node_hash(_by_definition(leaves[:middle]), _by_definition(leaves[middle:]))


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference_vectors(size):
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_inclusion_proofs_are_those_of_the_reference_vectors(index, size, proof):
    assert [step.hex() for step in merkle.inclusion_proof(LEAVES[:size], index)] == proof


@pytest.mark.parametrize(
    ("old", "size", "proof"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ],
)
def test_consistency_proofs_are_those_of_the_reference_vectors(old, size, proof):
    assert [step.hex() for step in merkle.consistency_proof(LEAVES[:size], old)] == proof


@given(leaf_lists)
def test_a_growing_frontier_gives_the_root_of_the_definition(leaves):
    assert merkle.root(leaves) == _by_definition(leaves)


@given(leaf_lists)
def test_appending_tells_every_complete_subtree_once(leaves):
    frontier = merkle.Frontier()
    told = [node for leaf in leaves for node in frontier.append(leaf)]
    expected = [
        (level, index, _by_definition(leaves[index << level : (index + 1) << level]))
        for level in range(1, len(leaves).bit_length())
        for index in range(len(leaves) >> level)
    ]
    assert sorted(told) == sorted(expected)


@given(leaf_lists, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_for_no_other(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root(leaves)
    assert merkle.verify_inclusion(leaves[index], index, len(leaves), proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"another"), index, len(leaves), proof, root)
    assert not merkle.verify_inclusion(leaves[index], index, len(leaves), [*proof, root], root)
    if proof:
        assert not merkle.verify_inclusion(leaves[index], index, len(leaves), proof[:-1], root)


@given(leaf_lists, st.data())
def test_a_consistency_proof_holds_for_its_beginning_and_for_no_other(leaves, data):
    old = data.draw(st.integers(1, len(leaves)))
    proof, root = merkle.consistency_proof(leaves, old), merkle.root(leaves)
    before = merkle.root(leaves[:old])
    assert merkle.verify_consistency(old, len(leaves), before, root, proof)
    rewritten = merkle.root([merkle.leaf_hash(b"rewritten"), *leaves[1:old]])
    assert not merkle.verify_consistency(old, len(leaves), rewritten, root, proof)


def test_what_is_not_in_the_tree_has_no_proof():
    with pytest.raises(IndexError, match="leaf 8 is not in a tree of 8"):
        merkle.inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError, match="not a beginning"):
        merkle.consistency_proof(LEAVES, 9)
    assert not merkle.verify_inclusion(LEAVES[0], 8, 8, [], merkle.root(LEAVES))
