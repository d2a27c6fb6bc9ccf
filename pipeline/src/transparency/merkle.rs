//! The Merkle tree of RFC 6962: hashes, proofs, and their checks. The tree itself is wherever [`Nodes`] finds it.
//!
//! Rule    a node of height h and index i is the root of the 2^h leaves from i · 2^h on, and exists once all of them do

use sha2::{Digest, Sha256};

/// A node of the tree.
pub(crate) type Hash = [u8; 32];

/// Returns the hash of a record.
pub(crate) fn leaf_hash(record: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(record).finalize().into()
}

/// Returns the node above two others.
pub(super) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Returns the root of leaves or of nodes of one height, which are a power of two.
pub(super) fn root_of(mut nodes: Vec<Hash>) -> Hash {
    while nodes.len() > 1 {
        nodes = nodes.chunks(2).map(|pair| node_hash(&pair[0], &pair[pair.len() - 1])).collect();
    }
    nodes.first().copied().unwrap_or_else(empty_root)
}

/// Returns the root of a tree without leaves.
fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Where the complete nodes of a tree are found.
pub(crate) trait Nodes {
    /// Why a node cannot be read.
    type Error;

    /// Returns a complete node.
    fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Returns the greatest power of two below a number above 1.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Returns the root of the leaves from `first` on, of which there are `n`. A tree is made only of ranges that begin at a multiple of
/// the power of two that is not less than their length.
fn range<N: Nodes + ?Sized>(nodes: &N, first: u64, n: u64) -> Result<Hash, N::Error> {
    match n {
        0 => Ok(empty_root()),
        n if n.is_power_of_two() => nodes.node(n.ilog2(), first >> n.ilog2()),
        n => {
            let left = split(n);
            Ok(node_hash(&range(nodes, first, left)?, &range(nodes, first + left, n - left)?))
        }
    }
}

/// Returns the root of the first `size` leaves.
pub(crate) fn root<N: Nodes + ?Sized>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    range(nodes, 0, size)
}

/// Returns the proof that a leaf is in the tree of that size, from its sibling to the child of the root. The index must be below the
/// size.
pub(crate) fn inclusion_proof<N: Nodes + ?Sized>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut first, mut n, mut proof) = (0, size, Vec::new());
    while n > 1 {
        let left = split(n);
        if index - first < left {
            proof.push(range(nodes, first + left, n - left)?);
            n = left;
        } else {
            proof.push(range(nodes, first, left)?);
            (first, n) = (first + left, n - left);
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Returns the proof that the tree of `new` leaves begins with that of `old` leaves; empty if there is nothing to prove.
pub(crate) fn consistency_proof<N: Nodes + ?Sized>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    if old == 0 || old >= new {
        return Ok(Vec::new());
    }
    let (mut first, mut n, mut proof) = (0, new, Vec::new());
    while first + n != old {
        let left = split(n);
        if old - first <= left {
            proof.push(range(nodes, first + left, n - left)?);
            n = left;
        } else {
            proof.push(range(nodes, first, left)?);
            (first, n) = (first + left, n - left);
        }
    }
    // The verifier knows the old root; any other complete range must be shown.
    if first > 0 {
        proof.push(range(nodes, first, n)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Returns whether a proof leads from a leaf of a tree of that size to its root.
#[must_use]
pub(crate) fn is_included(leaf: &Hash, (index, size): (u64, u64), proof: &[Hash], root: &Hash) -> bool {
    let Some(mut last) = size.checked_sub(1).filter(|last| index <= *last) else { return false };
    let (mut place, mut hash) = (index, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(beside, &hash);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Returns whether a proof shows that the tree of the second size and root begins with the tree of the first.
#[must_use]
pub(crate) fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size >= new_size {
        let is_same = old_size != new_size || old_root == new_root;
        return old_size <= new_size && is_same && proof.is_empty() && (old_size > 0 || *old_root == empty_root());
    }
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place & 1 == 1 {
        (place, last) = (place >> 1, last >> 1);
    }
    let mut rest = proof.iter();
    // A complete tree is a node of the new one, which the verifier has already.
    let Some(begin) = (if old_size.is_power_of_two() { Some(old_root) } else { rest.next() }) else { return false };
    let (mut of_old, mut of_new) = (*begin, *begin);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            of_old = node_hash(beside, &of_old);
            of_new = node_hash(beside, &of_new);
            while place & 1 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            of_new = node_hash(&of_new, beside);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree as the definition has it, with nothing kept.
    struct Leaves(Vec<Hash>);

    impl Leaves {
        fn of(n: u64) -> Self {
            Self((0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect())
        }

        fn defined(leaves: &[Hash]) -> Hash {
            match leaves {
                [] => empty_root(),
                [one] => *one,
                more => {
                    let (left, right) = more.split_at(usize::try_from(split(more.len() as u64)).unwrap());
                    node_hash(&Self::defined(left), &Self::defined(right))
                }
            }
        }
    }

    impl Nodes for Leaves {
        type Error = ();

        fn node(&self, height: u32, index: u64) -> Result<Hash, ()> {
            let first = usize::try_from(index << height).unwrap();
            let leaves = self.0.get(first..first + (1 << height)).ok_or(())?;
            Ok(root_of(leaves.to_vec()))
        }
    }

    /// The test vectors of RFC 6962's reference implementation.
    #[test]
    fn the_roots_are_the_published_ones() {
        let hex = crate::hash::hex;
        let records: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let tree = Leaves(records.map(leaf_hash).into());
        let roots = [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ];
        for (size, wanted) in roots {
            assert_eq!(hex(&root(&tree, size).unwrap()), wanted, "{size}");
        }
    }

    #[test]
    fn every_proof_holds_and_no_other_does() {
        const SIZE: u64 = 40;
        let tree = Leaves::of(SIZE);
        let whole = |n: u64| Leaves::defined(&tree.0[..usize::try_from(n).unwrap()]);
        for size in 0..=SIZE {
            let root_of_it = root(&tree, size).unwrap();
            assert_eq!(root_of_it, whole(size));
            for index in 0..size {
                let leaf = tree.0[usize::try_from(index).unwrap()];
                let proof = inclusion_proof(&tree, index, size).unwrap();
                assert!(is_included(&leaf, (index, size), &proof, &root_of_it));
                for other in (0..=size).filter(|other| *other != index) {
                    assert!(!is_included(&leaf, (other, size), &proof, &root_of_it), "{index} of {size} as {other}");
                }
                let mut longer = proof.clone();
                longer.push(leaf);
                assert!(!is_included(&leaf, (index, size), &longer, &root_of_it));
                for changed in 0..proof.len() {
                    let mut proof = proof.clone();
                    proof[changed][7] ^= 1;
                    assert!(!is_included(&leaf, (index, size), &proof, &root_of_it));
                }
            }
            for old in 0..=size {
                let proof = consistency_proof(&tree, old, size).unwrap();
                let (before, after) = ((old, &whole(old)), (size, &root_of_it));
                assert!(is_consistent(before, after, &proof), "{old} to {size}");
                assert!(old == size || old == 0 || !is_consistent((old, &[9; 32]), after, &proof));
                assert!(old == 0 || !is_consistent(before, (size, &[9; 32]), &proof), "{old} to {size}");
                for changed in 0..proof.len() {
                    let mut proof = proof.clone();
                    proof[changed][31] ^= 128;
                    assert!(!is_consistent(before, after, &proof));
                }
                assert!(old == size || !is_consistent(after, before, &proof), "a tree does not shrink");
            }
        }
    }
}
