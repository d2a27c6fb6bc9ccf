//! The tiles in which the nodes of a tree are kept (C2SP tlog-tiles, of height 8, without entries).
//!
//! Reads   tiles by their path
//! Gives   the nodes of the tree; the tiles that change when leaves are added
//! Rule    a tile of level L holds up to 256 nodes of height 8 · L. The last tile of a level is partial, and a longer one replaces it

use super::merkle::{self, Hash, Nodes, root_of};
use std::cell::RefCell;
use std::fmt;

/// How many nodes a tile holds.
pub(crate) const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;
/// How much higher the nodes of the next level are.
const TILE_HEIGHT: u32 = 8;
/// How many bytes a node has.
const HASH_BYTES: usize = 32;

/// Which tile it is, and how many nodes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tile {
    pub(crate) level: u32,
    pub(crate) index: u64,
    pub(crate) width: u64,
}

impl Tile {
    /// How many nodes a tile holds that is not the last of its level.
    pub(crate) const WIDTH: u64 = TILE_WIDTH;

    /// Returns the tile with a leaf, as a tree of that size has it; `None` if it has no such leaf.
    pub(crate) fn of_leaf(leaf: u64, size: u64) -> Option<Self> {
        Self::with(0, leaf, size)
    }

    /// Returns how many nodes of a level a tree of that size has.
    fn nodes(level: u32, size: u64) -> u64 {
        size.checked_shr(TILE_HEIGHT * level).unwrap_or(0)
    }

    /// Returns the tile with a node of a level, as a tree of that size has it; `None` if it has no such node.
    pub(crate) fn with(level: u32, node: u64, size: u64) -> Option<Self> {
        let nodes = Self::nodes(level, size);
        let index = node / TILE_WIDTH;
        (node < nodes).then(|| Self { level, index, width: (nodes - index * TILE_WIDTH).min(TILE_WIDTH) })
    }

    /// Returns all tiles of a tree of that size, the lowest level first.
    pub(crate) fn all(size: u64) -> impl Iterator<Item = Self> {
        let levels = (0..).take_while(move |level| Self::nodes(*level, size) > 0);
        levels.flat_map(move |level| {
            let tiles = Self::nodes(level, size).div_ceil(TILE_WIDTH);
            (0..tiles).filter_map(move |index| Self::with(level, index * TILE_WIDTH, size))
        })
    }

    /// Returns the partial tiles of a tree of that size.
    pub(crate) fn partial(size: u64) -> impl Iterator<Item = Self> {
        let levels = (0..).take_while(move |level| Self::nodes(*level, size) > 0);
        let last = levels.filter_map(move |level| Self::with(level, Self::nodes(level, size) - 1, size));
        last.filter(|tile| tile.width < TILE_WIDTH)
    }
}

/// The path below the folder of the log, for example `tile/0/x001/234.p/7`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = vec![self.index % 1_000];
        let mut rest = self.index / 1_000;
        while rest > 0 {
            groups.push(rest % 1_000);
            rest /= 1_000;
        }
        write!(f, "tile/{}", self.level)?;
        for (place, group) in groups.iter().enumerate().rev() {
            write!(f, "/{}{group:03}", if place > 0 { "x" } else { "" })?;
        }
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// The tile of a level that was read last: its index and bytes.
type Remembered = Option<(u64, Vec<u8>)>;

/// The nodes of a tree of that size, read from its tiles. The tile that was read last of each level is remembered.
pub(crate) struct TileNodes<R> {
    size: u64,
    read: R,
    remembered: RefCell<Vec<Remembered>>,
}

/// Why a node cannot be had.
#[derive(Debug)]
pub(crate) enum TileFault<E> {
    /// Its tile cannot be read.
    Unread(E),
    /// Its tile has another length than it must have.
    Length(Tile),
    /// A tree of that size has no such node.
    Absent,
}

impl<E, R: Fn(Tile) -> Result<Vec<u8>, E>> TileNodes<R> {
    /// The tree of a size, whose tiles `read` returns.
    pub(crate) fn new(size: u64, read: R) -> Self {
        Self { size, read, remembered: RefCell::new(Vec::new()) }
    }

    /// Reads a tile anew.
    pub(crate) fn read(&self, tile: Tile) -> Result<Vec<u8>, TileFault<E>> {
        let bytes = (self.read)(tile).map_err(TileFault::Unread)?;
        if bytes.len() as u64 == tile.width * HASH_BYTES as u64 { Ok(bytes) } else { Err(TileFault::Length(tile)) }
    }

    /// Returns a leaf.
    pub(crate) fn leaf(&self, index: u64) -> Result<Hash, TileFault<E>> {
        self.node(0, index)
    }

    /// Returns the root of the first `size` leaves.
    pub(crate) fn root(&self, size: u64) -> Result<Hash, TileFault<E>> {
        merkle::root(self, size)
    }

    /// Returns the tree of the first `size` leaves, to which others can be added.
    pub(crate) fn growth(&self, size: u64) -> Result<Growth, TileFault<E>> {
        Growth::after(size, |tile| {
            let first = tile.index * TILE_WIDTH;
            self.entries((tile.level, first, tile.width), <[u8]>::to_vec)
        })
    }

    /// Calls `with` with the bytes of some nodes of one tile.
    fn entries<T>(&self, (level, first, n): (u32, u64, u64), with: impl FnOnce(&[u8]) -> T) -> Result<T, TileFault<E>> {
        let tile = Tile::with(level, first + n - 1, self.size).ok_or(TileFault::Absent)?;
        let mut remembered = self.remembered.borrow_mut();
        let slot = level as usize;
        if remembered.len() <= slot {
            remembered.resize(slot + 1, None);
        }
        if remembered[slot].as_ref().is_none_or(|(index, _)| *index != tile.index) {
            remembered[slot] = Some((tile.index, self.read(tile)?));
        }
        let at = usize::try_from(first % TILE_WIDTH).unwrap_or(0) * HASH_BYTES;
        let length = usize::try_from(n).unwrap_or(0) * HASH_BYTES;
        let held = remembered[slot].as_ref().and_then(|(_, bytes)| bytes.get(at..at + length));
        Ok(with(held.ok_or(TileFault::Absent)?))
    }
}

impl<E, R: Fn(Tile) -> Result<Vec<u8>, E>> Nodes for TileNodes<R> {
    type Error = TileFault<E>;

    fn node(&self, height: u32, index: u64) -> Result<Hash, TileFault<E>> {
        let (level, above) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let first = index.checked_shl(above).ok_or(TileFault::Absent)?;
        self.entries((level, first, 1 << above), |bytes| root_of(hashes(bytes).collect()))
    }
}

/// Returns the hashes that a tile or a part of one holds.
pub(crate) fn hashes(bytes: &[u8]) -> impl Iterator<Item = Hash> {
    bytes.as_chunks::<HASH_BYTES>().0.iter().copied()
}

/// Who is given each tile that is full.
type TakeTile<'a, E> = &'a mut dyn FnMut(Tile, &[u8]) -> Result<(), E>;

/// A tree to which leaves are added. It keeps only the tiles of its right edge.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    size: u64,
    /// The bytes of the last tile of each level, as far as it is not full.
    edge: Vec<Vec<u8>>,
}

impl Growth {
    /// Begins a tree.
    pub(crate) fn new() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// Continues a tree of that size, of which `read` returns the nodes of each partial tile.
    fn after<E>(size: u64, mut read: impl FnMut(Tile) -> Result<Vec<u8>, E>) -> Result<Self, E> {
        let mut edge = Vec::new();
        for tile in Tile::partial(size) {
            let bytes = read(tile)?;
            edge.resize(tile.level as usize + 1, Vec::new());
            edge[tile.level as usize] = bytes;
        }
        Ok(Self { size, edge })
    }

    /// Returns how many leaves the tree has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. `full` is given each tile that it fills.
    pub(crate) fn add<E>(&mut self, leaf: &Hash, full: TakeTile<'_, E>) -> Result<(), E> {
        self.size += 1;
        let mut node = *leaf;
        for level in 0_u32.. {
            let place = level as usize;
            if self.edge.len() <= place {
                self.edge.push(Vec::with_capacity(HASH_BYTES << TILE_HEIGHT));
            }
            let tile = &mut self.edge[place];
            tile.extend_from_slice(&node);
            if tile.len() < HASH_BYTES << TILE_HEIGHT {
                return Ok(());
            }
            let index = Tile::nodes(level, self.size) / TILE_WIDTH - 1;
            full(Tile { level, index, width: TILE_WIDTH }, tile)?;
            node = root_of(hashes(tile).collect());
            tile.clear();
        }
        Ok(())
    }

    /// Returns the partial tiles with their bytes.
    pub(crate) fn partial(&self) -> impl Iterator<Item = (Tile, &[u8])> {
        Tile::partial(self.size).filter_map(|tile| Some((tile, self.edge.get(tile.level as usize)?.as_slice())))
    }

    /// Returns the partial tiles that the tree did not end with when it had that earlier size. Only they are to be written: one that is
    /// in force and written again would be damaged by a power cut in between.
    pub(crate) fn partial_since(&self, size: u64) -> impl Iterator<Item = (Tile, &[u8])> {
        let held: Vec<Tile> = Tile::partial(size).collect();
        self.partial().filter(move |(tile, _)| !held.contains(tile))
    }

    /// Returns the root.
    pub(crate) fn root(&self) -> Hash {
        let mut whole: Option<Hash> = None;
        for tile in &self.edge {
            // Of the nodes in a partial tile, the last ones are the smallest complete trees.
            let (mut nodes, mut taken): (Vec<Hash>, usize) = (hashes(tile).collect(), 1);
            while !nodes.is_empty() {
                if nodes.len() & taken != 0 {
                    let complete = root_of(nodes.split_off(nodes.len() - taken));
                    whole = Some(whole.map_or(complete, |right| super::merkle::node_hash(&complete, &right)));
                }
                taken <<= 1;
            }
        }
        whole.unwrap_or_else(|| root_of(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::merkle::{inclusion_proof, is_included, leaf_hash};
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn tiles_have_the_paths_of_the_standard() {
        let path = |level, index, width| Tile { level, index, width }.to_string();
        assert_eq!(path(0, 0, 256), "tile/0/000");
        assert_eq!(path(0, 999, 256), "tile/0/999");
        assert_eq!(path(1, 1_234_067, 256), "tile/1/x001/x234/067");
        assert_eq!(path(0, 1_000, 7), "tile/0/x001/000.p/7");
    }

    /// In one go and continued at any size.
    #[test]
    fn a_tree_grows_tile_by_tile() {
        const SIZE: u64 = 70_000;
        let leaves: Vec<Hash> = (0..SIZE).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        let mut tiles: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut growth = Growth::new();
        let stops = [0, 1, 2, 255, 256, 257, 511, 65_535, 65_536, 65_537, SIZE];
        for (size, leaf) in (1..).zip(&leaves) {
            growth
                .add(leaf, &mut |tile, bytes| {
                    assert_eq!(bytes.len(), 8_192);
                    tiles.insert(tile.to_string(), bytes.to_vec());
                    Ok::<(), ()>(())
                })
                .unwrap();
            if !stops.contains(&size) {
                continue;
            }
            tiles.retain(|path, _| !path.contains(".p/"));
            tiles.extend(growth.partial().map(|(tile, bytes)| (tile.to_string(), bytes.to_vec())));
            let held: Vec<String> = Tile::all(size).map(|tile| tile.to_string()).collect();
            let mut sorted = held.clone();
            sorted.sort();
            assert_eq!(sorted, tiles.keys().cloned().collect::<Vec<_>>(), "{size}");
            let held = tiles.clone();
            let nodes = TileNodes::new(size, |tile: Tile| held.get(&tile.to_string()).cloned().ok_or(()));
            let whole = nodes.root(size).unwrap();
            assert_eq!(growth.root(), whole, "{size}");
            assert_eq!(root_of_definition(&leaves[..usize::try_from(size).unwrap()]), whole, "{size}");
            for index in [0, size / 3, size / 2, size - 1] {
                assert_eq!(nodes.leaf(index).unwrap(), leaves[usize::try_from(index).unwrap()]);
                let proof = inclusion_proof(&nodes, index, size).unwrap();
                assert!(is_included(&leaves[usize::try_from(index).unwrap()], (index, size), &proof, &whole));
            }
            growth = nodes.growth(size).unwrap();
        }
    }

    fn root_of_definition(leaves: &[Hash]) -> Hash {
        if leaves.len() == 1 {
            return leaves[0];
        }
        let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
        super::super::merkle::node_hash(&root_of_definition(left), &root_of_definition(right))
    }
}
