//! Disjoint sets of the numbers 0, 1, 2 and so on.
//!
//! Every set is a tree whose root stands for it. Smaller trees are hung below larger ones, and
//! paths are shortened while they are walked, so operations take nearly constant time.

use std::fmt;

/// The most elements that are accepted.
pub const LARGEST: usize = 100000000; // @slot largest

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetError {
    TooMany(usize),
    NoSuchElement { element: usize, count: usize },
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SetError::TooMany(count) => write!(f, "{count} elements are more than {LARGEST}"),
            SetError::NoSuchElement { element, count } => {
                write!(f, "there is no element {element} among {count}")
            }
        }
    }
}

impl std::error::Error for SetError {}

/// A partition of elements into sets.
#[derive(Debug, Clone, Default)]
pub struct DisjointSets {
    parents: Vec<usize>,
    sizes: Vec<usize>, // valid for roots
    sets: usize,
}

impl DisjointSets {
    /// `count` elements, each in a set of its own.
    pub fn new(count: usize) -> Result<Self, SetError> {
        if count > LARGEST {
            return Err(SetError::TooMany(count));
        }
        Ok(DisjointSets {
            parents: (0..count).collect(),
            sizes: vec![1; count],
            sets: count,
        })
    }

    /// Adds an element in a set of its own and returns it.
    pub fn add(&mut self) -> Result<usize, SetError> {
        let element = self.parents.len();
        if element >= LARGEST {
            return Err(SetError::TooMany(element + 1));
        }
        self.parents.push(element);
        self.sizes.push(1);
        self.sets += 1;
        Ok(element)
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// The number of sets.
    pub fn sets(&self) -> usize {
        self.sets
    }

    /// The element that stands for the set of another one.
    pub fn find(&mut self, element: usize) -> Result<usize, SetError> {
        let count = self.len();
        if element >= count {
            return Err(SetError::NoSuchElement { element, count });
        }
        let mut at = element;
        while self.parents[at] != at {
            // Hang every second node one step higher on the way.
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        Ok(at)
    }

    /// Joins two sets. Returns whether they were different ones.
    pub fn union(&mut self, a: usize, b: usize) -> Result<bool, SetError> {
        let (a, b) = (self.find(a)?, self.find(b)?);
        if a == b {
            return Ok(false);
        }
        let (large, small) = if self.sizes[a] >= self.sizes[b] {
            (a, b)
        } else {
            (b, a)
        };
        self.parents[small] = large;
        self.sizes[large] += self.sizes[small];
        self.sets -= 1;
        Ok(true)
    }

    /// Whether two elements are in the same set.
    pub fn connected(&mut self, a: usize, b: usize) -> Result<bool, SetError> {
        Ok(self.find(a)? == self.find(b)?)
    }

    /// The number of elements in the set of one.
    pub fn size(&mut self, element: usize) -> Result<usize, SetError> {
        let root = self.find(element)?;
        Ok(self.sizes[root])
    }

    // @feature groups
    /// The members of all sets, ordered by their first member.
    pub fn groups(&mut self) -> Vec<Vec<usize>> {
        let mut places = vec![usize::MAX; self.len()];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for element in 0..self.len() {
            let Ok(root) = self.find(element) else {
                continue;
            };
            if places[root] == usize::MAX {
                places[root] = groups.len();
                groups.push(Vec::new());
            }
            groups[places[root]].push(element);
        }
        groups
    }
    // @end
}

// @feature names
/// Disjoint sets of named elements. Names that are new are added when they are joined.
#[derive(Debug, Clone, Default)]
pub struct NamedSets {
    indices: std::collections::HashMap<String, usize>,
    sets: DisjointSets,
}

impl NamedSets {
    pub fn new() -> Self {
        Self::default()
    }

    fn index(&mut self, name: &str) -> Result<usize, SetError> {
        if let Some(&index) = self.indices.get(name) {
            return Ok(index);
        }
        let index = self.sets.add()?;
        self.indices.insert(name.to_string(), index);
        Ok(index)
    }

    /// Joins the sets of two names. Returns whether they were different ones.
    pub fn union(&mut self, a: &str, b: &str) -> Result<bool, SetError> {
        let (a, b) = (self.index(a)?, self.index(b)?);
        self.sets.union(a, b)
    }

    /// Whether two names are known and in the same set.
    pub fn connected(&mut self, a: &str, b: &str) -> bool {
        match (self.indices.get(a), self.indices.get(b)) {
            (Some(&a), Some(&b)) => self.sets.connected(a, b).unwrap_or(false),
            _ => false,
        }
    }

    pub fn sets(&self) -> usize {
        self.sets.sets()
    }
}
// @end

// @feature spanning_tree
/// An edge between two elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub a: usize,
    pub b: usize,
    pub weight: u64,
}

/// The lightest edges that connect everything that the given edges connect.
pub fn spanning_tree(count: usize, edges: &[Edge]) -> Result<Vec<Edge>, SetError> {
    let mut sorted = edges.to_vec();
    sorted.sort_by_key(|edge| edge.weight);
    let mut sets = DisjointSets::new(count)?;
    let mut tree = Vec::new();
    for edge in sorted {
        if sets.union(edge.a, edge.b)? {
            tree.push(edge);
        }
    }
    Ok(tree)
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(count: usize, pairs: &[(usize, usize)]) -> DisjointSets {
        let mut sets = DisjointSets::new(count).unwrap();
        for &(a, b) in pairs {
            sets.union(a, b).unwrap();
        }
        sets
    }

    #[test]
    fn elements_begin_alone() {
        let mut sets = joined(3, &[]);
        assert_eq!((sets.len(), sets.sets()), (3, 3));
        assert_eq!(sets.connected(0, 1), Ok(false));
        assert_eq!(sets.connected(2, 2), Ok(true));
    }

    #[test]
    fn joining_is_transitive() {
        let mut sets = joined(6, &[(0, 1), (2, 3), (1, 2)]);
        assert_eq!(sets.connected(0, 3), Ok(true));
        assert_eq!(sets.connected(0, 4), Ok(false));
        assert_eq!((sets.sets(), sets.size(3), sets.size(5)), (3, Ok(4), Ok(1)));
    }

    #[test]
    fn joining_again_changes_nothing() {
        let mut sets = joined(2, &[]);
        assert_eq!((sets.union(0, 1), sets.union(1, 0)), (Ok(true), Ok(false)));
        assert_eq!(sets.sets(), 1);
    }

    #[test]
    fn unknown_elements_are_refused() {
        let mut sets = joined(2, &[]);
        assert_eq!(
            sets.union(0, 2),
            Err(SetError::NoSuchElement {
                element: 2,
                count: 2
            })
        );
        assert_eq!(sets.sets(), 2);
        assert!(DisjointSets::new(LARGEST + 1).is_err());
    }

    #[test]
    fn elements_can_be_added() {
        let mut sets = DisjointSets::default();
        assert!(sets.is_empty());
        assert_eq!((sets.add(), sets.add()), (Ok(0), Ok(1)));
        assert_eq!(sets.union(0, 1), Ok(true));
    }

    #[test]
    fn agrees_with_a_simple_model() {
        let mut sets = joined(30, &[]);
        let mut labels: Vec<usize> = (0..30).collect();
        let mut seed = 1usize;
        for _ in 0..60 {
            seed = (seed * 137 + 71) % 9973;
            let (a, b) = (seed % 30, seed / 30 % 30);
            let (from, to) = (labels[a], labels[b]);
            assert_eq!(sets.union(a, b), Ok(from != to));
            labels
                .iter_mut()
                .filter(|label| **label == from)
                .for_each(|label| *label = to);
            for (x, label) in labels.iter().enumerate() {
                assert_eq!(sets.connected(x, a), Ok(*label == labels[a]));
            }
        }
    }

    // @feature groups
    #[test]
    fn groups_hold_every_element_once() {
        let mut sets = joined(5, &[(4, 1), (0, 3)]);
        assert_eq!(sets.groups(), [vec![0, 3], vec![1, 4], vec![2]]);
    }
    // @end

    // @feature names
    #[test]
    fn names_are_added_when_joined() {
        let mut sets = NamedSets::new();
        assert_eq!(sets.union("ann", "bob"), Ok(true));
        assert_eq!(sets.union("cem", "dora"), Ok(true));
        assert!(sets.connected("bob", "ann") && !sets.connected("ann", "cem"));
        assert!(!sets.connected("ann", "eve"));
        assert_eq!(sets.sets(), 2);
    }
    // @end

    // @feature spanning_tree
    #[test]
    fn spanning_trees_are_light() {
        let edge = |a, b, weight| Edge { a, b, weight };
        let edges = [
            edge(0, 1, 4),
            edge(1, 2, 1),
            edge(0, 2, 2),
            edge(2, 3, 7),
            edge(1, 3, 9),
        ];
        let tree = spanning_tree(4, &edges).unwrap();
        assert_eq!(tree.iter().map(|edge| edge.weight).sum::<u64>(), 10);
        assert_eq!(tree.len(), 3);
        assert!(spanning_tree(2, &edges).is_err());
    }
    // @end
}
