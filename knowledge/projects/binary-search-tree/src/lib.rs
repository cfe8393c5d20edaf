//! An ordered map: a binary search tree whose two sides differ little in height everywhere.

use std::cmp::Ordering;

/// By how much the heights of the two sides of a node may differ.
pub const MAX_IMBALANCE: usize = 1; // @slot imbalance

type Link<K, V> = Option<Box<Node<K, V>>>;

#[derive(Debug, Clone)]
struct Node<K, V> {
    key: K,
    value: V,
    height: usize,
    left: Link<K, V>,
    right: Link<K, V>,
}

/// A map that keeps its keys in order.
#[derive(Debug, Clone)]
pub struct TreeMap<K, V> {
    root: Link<K, V>,
    len: usize,
}

impl<K: Ord, V> Default for TreeMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> TreeMap<K, V> {
    pub fn new() -> Self {
        TreeMap { root: None, len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// The number of nodes on the longest way from the root down.
    pub fn height(&self) -> usize {
        height(&self.root)
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let mut link = &self.root;
        while let Some(node) = link {
            match key.cmp(&node.key) {
                Ordering::Less => link = &node.left,
                Ordering::Greater => link = &node.right,
                Ordering::Equal => return Some(&node.value),
            }
        }
        None
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let mut link = &mut self.root;
        while let Some(node) = link {
            match key.cmp(&node.key) {
                Ordering::Less => link = &mut node.left,
                Ordering::Greater => link = &mut node.right,
                Ordering::Equal => return Some(&mut node.value),
            }
        }
        None
    }

    pub fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Stores a value and returns the one that was there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let old = insert(&mut self.root, key, value);
        self.len += usize::from(old.is_none());
        old
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let removed = remove(&mut self.root, key);
        self.len -= usize::from(removed.is_some());
        removed
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        let mut iter = Iter { open: Vec::new() };
        iter.descend(&self.root);
        iter
    }

    // @feature range
    /// The entries whose keys are not below `from` and below `to`.
    pub fn range<'a>(&'a self, from: &K, to: &'a K) -> impl Iterator<Item = (&'a K, &'a V)> {
        let mut iter = Iter { open: Vec::new() };
        let mut link = &self.root;
        while let Some(node) = link {
            if node.key < *from {
                link = &node.right;
            } else {
                iter.open.push(node);
                link = &node.left;
            }
        }
        iter.take_while(move |(key, _)| *key < to)
    }
    // @end

    // @feature extremes
    /// The entry with the least key.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn last(&self) -> Option<(&K, &V)> {
        let mut node = self.root.as_deref()?;
        while let Some(right) = node.right.as_deref() {
            node = right;
        }
        Some((&node.key, &node.value))
    }
    // @end

    // @feature neighbours
    /// The entry with the least key above `key`, which need not be there itself.
    pub fn after(&self, key: &K) -> Option<(&K, &V)> {
        self.closest(|other| other > key, |node| &node.left, |node| &node.right)
    }

    /// The entry with the greatest key below `key`.
    pub fn before(&self, key: &K) -> Option<(&K, &V)> {
        self.closest(|other| other < key, |node| &node.right, |node| &node.left)
    }

    /// Walks down, towards `key` from an entry that fits, and away from it otherwise.
    fn closest<'a>(
        &'a self,
        fits: impl Fn(&K) -> bool,
        nearer: fn(&Node<K, V>) -> &Link<K, V>,
        farther: fn(&Node<K, V>) -> &Link<K, V>,
    ) -> Option<(&'a K, &'a V)> {
        let mut best = None;
        let mut link = &self.root;
        while let Some(node) = link {
            if fits(&node.key) {
                best = Some((&node.key, &node.value));
                link = nearer(node);
            } else {
                link = farther(node);
            }
        }
        best
    }
    // @end
}

/// Goes through a tree in order.
pub struct Iter<'a, K, V> {
    open: Vec<&'a Node<K, V>>, // nodes whose left side is done
}

impl<'a, K, V> Iter<'a, K, V> {
    fn descend(&mut self, mut link: &'a Link<K, V>) {
        while let Some(node) = link {
            self.open.push(node);
            link = &node.left;
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.open.pop()?;
        self.descend(&node.right);
        Some((&node.key, &node.value))
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for TreeMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = TreeMap::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

fn height<K, V>(link: &Link<K, V>) -> usize {
    link.as_ref().map_or(0, |node| node.height)
}

fn insert<K: Ord, V>(link: &mut Link<K, V>, key: K, value: V) -> Option<V> {
    let Some(node) = link else {
        *link = Some(Box::new(Node {
            key,
            value,
            height: 1,
            left: None,
            right: None,
        }));
        return None;
    };
    let old = match key.cmp(&node.key) {
        Ordering::Less => insert(&mut node.left, key, value),
        Ordering::Greater => insert(&mut node.right, key, value),
        Ordering::Equal => return Some(std::mem::replace(&mut node.value, value)),
    };
    balance(link);
    old
}

fn remove<K: Ord, V>(link: &mut Link<K, V>, key: &K) -> Option<V> {
    let node = link.as_mut()?;
    let removed = match key.cmp(&node.key) {
        Ordering::Less => remove(&mut node.left, key),
        Ordering::Greater => remove(&mut node.right, key),
        Ordering::Equal => {
            let mut node = *link.take()?;
            *link = match take_first(&mut node.right) {
                None => node.left,
                Some(mut next) => {
                    next.left = node.left;
                    next.right = node.right;
                    Some(next)
                }
            };
            Some(node.value)
        }
    };
    balance(link);
    removed
}

/// Takes the node with the least key out of a tree.
fn take_first<K, V>(link: &mut Link<K, V>) -> Link<K, V> {
    let node = link.as_mut()?;
    if node.left.is_some() {
        let first = take_first(&mut node.left);
        balance(link);
        return first;
    }
    let mut first = link.take()?;
    *link = first.right.take();
    Some(first)
}

/// Makes the height of a node right, and turns it where one side has become too high.
fn balance<K, V>(link: &mut Link<K, V>) {
    let Some(node) = link else { return };
    if height(&node.left) > height(&node.right) + MAX_IMBALANCE {
        if let Some(left) = &node.left {
            if height(&left.right) > height(&left.left) {
                rotate_left(&mut node.left);
            }
        }
        rotate_right(link);
    } else if height(&node.right) > height(&node.left) + MAX_IMBALANCE {
        if let Some(right) = &node.right {
            if height(&right.left) > height(&right.right) {
                rotate_right(&mut node.right);
            }
        }
        rotate_left(link);
    } else {
        measure(node);
    }
}

fn measure<K, V>(node: &mut Node<K, V>) {
    node.height = 1 + height(&node.left).max(height(&node.right));
}

/// Lifts the right child into the place of its parent.
fn rotate_left<K, V>(link: &mut Link<K, V>) {
    let Some(mut node) = link.take() else { return };
    if let Some(mut right) = node.right.take() {
        node.right = right.left.take();
        measure(&mut node);
        right.left = Some(node);
        measure(&mut right);
        *link = Some(right);
    } else {
        *link = Some(node);
    }
}

/// Lifts the left child into the place of its parent.
fn rotate_right<K, V>(link: &mut Link<K, V>) {
    let Some(mut node) = link.take() else { return };
    if let Some(mut left) = node.left.take() {
        node.left = left.right.take();
        measure(&mut node);
        left.right = Some(node);
        measure(&mut left);
        *link = Some(left);
    } else {
        *link = Some(node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn sample() -> TreeMap<i32, i32> {
        [5, 2, 8, 1, 9, 3]
            .into_iter()
            .map(|key| (key, key * 10))
            .collect()
    }

    /// Checks order, heights and balance and returns the height.
    fn check(link: &Link<i32, i32>) -> usize {
        let Some(node) = link else { return 0 };
        assert!(node.left.as_ref().is_none_or(|left| left.key < node.key));
        assert!(node.right.as_ref().is_none_or(|right| right.key > node.key));
        let (left, right) = (check(&node.left), check(&node.right));
        assert!(left.abs_diff(right) <= MAX_IMBALANCE, "{left} {right}");
        assert_eq!(node.height, 1 + left.max(right));
        node.height
    }

    #[test]
    fn values_are_found() {
        let mut map = sample();
        assert_eq!((map.get(&8), map.get(&7), map.len()), (Some(&80), None, 6));
        *map.get_mut(&8).unwrap() += 1;
        assert_eq!(map.insert(8, 0), Some(81));
        assert_eq!(map.len(), 6);
    }

    #[test]
    fn entries_come_in_order() {
        let keys: Vec<i32> = sample().iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, [1, 2, 3, 5, 8, 9]);
    }

    #[test]
    fn sorted_input_does_not_make_a_list() {
        let map: TreeMap<i32, i32> = (0..1000).map(|key| (key, key)).collect();
        check(&map.root);
        assert!(map.height() < 40, "{}", map.height());
    }

    #[test]
    fn agrees_with_the_standard_map() {
        let (mut map, mut model) = (TreeMap::new(), BTreeMap::new());
        let mut seed = 3u32;
        for step in 0..4000 {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let key = (seed >> 16) as i32 % 200;
            match seed >> 8 & 1 {
                0 => assert_eq!(map.insert(key, step), model.insert(key, step)),
                _ => assert_eq!(map.remove(&key), model.remove(&key)),
            }
            assert_eq!(map.len(), model.len());
            if step % 100 == 0 {
                check(&map.root);
            }
        }
        assert!(map.iter().eq(model.iter()));
    }

    #[test]
    fn everything_can_be_removed() {
        let mut map = sample();
        for key in [5, 1, 9, 2, 3, 8] {
            assert_eq!(map.remove(&key), Some(key * 10));
            check(&map.root);
        }
        assert!(map.is_empty() && map.remove(&5).is_none());
    }

    // @feature range
    #[test]
    fn ranges_leave_out_their_end() {
        let map = sample();
        let keys = |from, to| {
            map.range(&from, &to)
                .map(|(key, _)| *key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(2, 8), [2, 3, 5]);
        assert_eq!(keys(4, 100), [5, 8, 9]);
        assert!(keys(6, 8).is_empty() && keys(8, 2).is_empty());
    }
    // @end

    // @feature extremes
    #[test]
    fn ends_are_found() {
        assert_eq!(
            (sample().first(), sample().last()),
            (Some((&1, &10)), Some((&9, &90)))
        );
        assert_eq!(TreeMap::<i32, i32>::new().last(), None);
    }
    // @end

    // @feature neighbours
    #[test]
    fn neighbours_are_found() {
        let map = sample();
        assert_eq!(map.after(&5), Some((&8, &80)));
        assert_eq!(map.after(&9), None);
        assert_eq!(map.before(&5), Some((&3, &30)));
        assert_eq!(map.before(&7), Some((&5, &50)));
        assert_eq!(map.before(&1), None);
    }
    // @end
}
