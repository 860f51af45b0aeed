//! The Merkle tree of RFC 6962 (2.1) over leaf hashes that come one by one: roots and inclusion proofs in memory that
//! grows with the tree's height alone. What a leaf is, is said elsewhere.
use crate::store::digest::Hash;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// A tree so far: of each complete subtree its root, the largest first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    pub fn push(&mut self, leaf: Hash) {
        let (mut hash, mut size) = (leaf, self.size);
        while size & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(&left, &hash);
            size >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => Sha256::digest([]).into(),
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
        }
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// An inclusion proof in the making: it takes all leaves of the tree, in their order.
#[derive(Debug)]
pub struct Path {
    next: u64,
    siblings: Vec<(Range<u64>, Tree)>,
}

impl Path {
    /// Of the leaf `index` in the tree of `size` leaves.
    pub fn new(index: u64, size: u64) -> Self {
        let mut siblings = Vec::new();
        beside(index, 0..size, &mut siblings);
        Self { next: 0, siblings: siblings.into_iter().map(|range| (range, Tree::default())).collect() }
    }

    pub fn push(&mut self, leaf: Hash) {
        if let Some((_, tree)) = self.siblings.iter_mut().find(|(range, _)| range.contains(&self.next)) {
            tree.push(leaf);
        }
        self.next += 1;
    }

    /// The hashes beside the way from the leaf to the root.
    pub fn hashes(&self) -> Vec<Hash> {
        self.siblings.iter().map(|(_, tree)| tree.root()).collect()
    }
}

/// The subtrees beside the way up, the lowest first.
fn beside(index: u64, of: Range<u64>, found: &mut Vec<Range<u64>>) {
    let size = of.end.saturating_sub(of.start);
    if size < 2 {
        return;
    }
    // The largest power of two below the size.
    let middle = of.start + (1 << (63 - (size - 1).leading_zeros()));
    if index < middle {
        beside(index, of.start..middle, found);
        found.push(middle..of.end);
    } else {
        beside(index, middle..of.end, found);
        found.push(of.start..middle);
    }
}

/// The root that a leaf and its proof lead to (RFC 9162, 2.1.3.2); none where the proof is not one of this place.
pub fn root_of(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::digest::leaf_hash;

    /// As RFC 6962 defines it, in so many words.
    fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let middle = many.len().next_power_of_two() / 2;
                node(&root(&many[..middle]), &root(&many[middle..]))
            }
        }
    }

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_string())).collect()
    }

    #[test]
    fn roots_are_those_of_the_definition() {
        let mut tree = Tree::default();
        let leaves = leaves(70);
        for (n, leaf) in leaves.iter().enumerate() {
            assert_eq!(tree.root(), root(&leaves[..n]), "{n}");
            tree.push(*leaf);
            assert_eq!(tree.size(), n as u64 + 1);
        }
    }

    /// The test vectors of the Certificate Transparency reference implementation.
    #[test]
    fn roots_are_those_of_others() {
        let inputs = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ];
        let mut tree = Tree::default();
        for input in inputs {
            let data = hex::decode(input).unwrap_or_default();
            tree.push(Sha256::new().chain_update([0]).chain_update(data).finalize().into());
            if let Some((_, known)) = roots.iter().find(|(size, _)| *size == tree.size()) {
                assert_eq!(hex::encode(tree.root()), *known);
            }
        }
    }

    #[test]
    fn every_proof_leads_to_the_root_and_no_other_does() {
        for size in 1..40u64 {
            let leaves = leaves(size as usize);
            let whole = root(&leaves);
            for index in 0..size {
                let mut path = Path::new(index, size);
                leaves.iter().for_each(|leaf| path.push(*leaf));
                let (hashes, leaf) = (path.hashes(), leaves[index as usize]);
                assert_eq!(root_of(leaf, index, size, &hashes), Some(whole), "{index} of {size}");
                assert_ne!(root_of(leaf_hash("other"), index, size, &hashes), Some(whole));
                let mut longer = hashes.clone();
                longer.push(leaf);
                assert_eq!(root_of(leaf, index, size, &longer), None);
                if let Some((_, shorter)) = hashes.split_last() {
                    assert_eq!(root_of(leaf, index, size, shorter), None);
                }
                if size > 1 {
                    assert_ne!(
                        root_of(leaf, (index + 1) % size, size, &hashes),
                        Some(whole),
                        "{index} of {size}"
                    );
                }
            }
            assert_eq!(root_of(leaves[0], size, size, &[]), None);
        }
    }
}
