//! A cache of limited size. When it is full, the entry that was not used for longest makes room.
//!
//! Entries live in a vector and are linked by their places, so that every operation takes
//! constant time and no pointers are needed.

use std::collections::HashMap;
use std::hash::Hash;

/// How many entries a cache made with `default()` keeps.
pub const DEFAULT_CAPACITY: usize = 128; // @slot capacity

/// Stands for "no entry" in links.
const NONE: usize = usize::MAX;

#[derive(Debug, Clone)]
struct Entry<K, V> {
    key: K,
    value: V,
    newer: usize,
    older: usize,
}

// @feature statistics
/// How often keys that were looked up were there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    pub hits: u64,
    pub misses: u64,
}
// @end

/// A map that keeps the most recently used entries.
#[derive(Debug, Clone)]
pub struct LruCache<K, V> {
    capacity: usize,
    places: HashMap<K, usize>,
    entries: Vec<Entry<K, V>>,
    newest: usize,
    oldest: usize,
    statistics: Statistics, // @feature statistics
}

impl<K: Hash + Eq + Clone, V> Default for LruCache<K, V> {
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY)
    }
}

impl<K: Hash + Eq + Clone, V> LruCache<K, V> {
    /// A cache for `capacity` entries, at least one.
    pub fn new(capacity: usize) -> Self {
        LruCache {
            capacity: capacity.max(1),
            places: HashMap::new(),
            entries: Vec::new(),
            newest: NONE,
            oldest: NONE,
            statistics: Statistics::default(), // @feature statistics
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The value of a key, which becomes the most recently used one.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.get_mut(key).map(|value| &*value)
    }

    /// Like `get`, to change the value in place.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.places.get(key).copied();
        // @feature statistics
        match place {
            Some(_) => self.statistics.hits += 1,
            None => self.statistics.misses += 1,
        }
        // @end
        let place = place?;
        self.touch(place);
        Some(&mut self.entries[place].value)
    }

    /// The value of a key without counting as a use.
    pub fn peek(&self, key: &K) -> Option<&V> {
        self.places
            .get(key)
            .map(|&place| &self.entries[place].value)
    }

    pub fn contains(&self, key: &K) -> bool {
        self.places.contains_key(key)
    }

    /// Stores a value. Returns what it replaced: the old value of the key, or the entry that had
    /// to make room.
    pub fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        if let Some(&place) = self.places.get(&key) {
            self.touch(place);
            let old = std::mem::replace(&mut self.entries[place].value, value);
            return Some((key, old));
        }
        let evicted = match self.len() == self.capacity {
            true => self.remove_place(self.oldest),
            false => None,
        };
        let place = self.entries.len();
        self.places.insert(key.clone(), place);
        self.entries.push(Entry {
            key,
            value,
            newer: NONE,
            older: NONE,
        });
        self.link_newest(place);
        evicted
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.places.get(key).copied()?;
        self.remove_place(place).map(|(_, value)| value)
    }

    pub fn clear(&mut self) {
        self.places.clear();
        self.entries.clear();
        self.newest = NONE;
        self.oldest = NONE;
    }

    // @feature memo
    /// The value of a key; if it is missing it is computed and kept.
    pub fn get_or_insert_with(&mut self, key: K, compute: impl FnOnce(&K) -> V) -> &mut V {
        if self.get(&key).is_none() {
            let value = compute(&key);
            self.insert(key, value);
        }
        // Found or inserted, it is the newest one now.
        &mut self.entries[self.newest].value
    }
    // @end

    // @feature iteration
    /// The entries from the most to the least recently used.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let first = self.entries.get(self.newest);
        let next = |entry: &&Entry<K, V>| self.entries.get(entry.older);
        std::iter::successors(first, next).map(|entry| (&entry.key, &entry.value))
    }
    // @end

    // @feature statistics
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }
    // @end

    fn touch(&mut self, place: usize) {
        if self.newest != place {
            self.unlink(place);
            self.link_newest(place);
        }
    }

    fn link_newest(&mut self, place: usize) {
        let before = self.newest;
        self.entries[place].newer = NONE;
        self.entries[place].older = before;
        match self.entries.get_mut(before) {
            Some(entry) => entry.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
    }

    fn unlink(&mut self, place: usize) {
        let (newer, older) = (self.entries[place].newer, self.entries[place].older);
        self.set_older_of(newer, older);
        self.set_newer_of(older, newer);
    }

    fn set_older_of(&mut self, place: usize, older: usize) {
        match self.entries.get_mut(place) {
            Some(entry) => entry.older = older,
            None => self.newest = older,
        }
    }

    fn set_newer_of(&mut self, place: usize, newer: usize) {
        match self.entries.get_mut(place) {
            Some(entry) => entry.newer = newer,
            None => self.oldest = newer,
        }
    }

    /// Takes the entry out; the last one of the vector moves into its place.
    fn remove_place(&mut self, place: usize) -> Option<(K, V)> {
        if place >= self.entries.len() {
            return None;
        }
        self.unlink(place);
        let removed = self.entries.swap_remove(place);
        self.places.remove(&removed.key);
        if let Some(moved) = self.entries.get(place) {
            let (newer, older) = (moved.newer, moved.older);
            self.places.insert(moved.key.clone(), place);
            self.set_older_of(newer, place);
            self.set_newer_of(older, place);
        }
        Some((removed.key, removed.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> LruCache<&'static str, i32> {
        let mut cache = LruCache::new(3);
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
            assert_eq!(cache.insert(key, value), None);
        }
        cache
    }

    #[test]
    fn the_oldest_entry_makes_room() {
        let mut cache = filled();
        assert_eq!(cache.insert("d", 4), Some(("a", 1)));
        assert!(!cache.contains(&"a") && cache.contains(&"b"));
        assert_eq!(cache.len(), 3);
    }

    #[test]
    fn looking_up_counts_as_use_and_peeking_does_not() {
        let mut cache = filled();
        assert_eq!(cache.get(&"a"), Some(&1));
        assert_eq!(cache.peek(&"b"), Some(&2));
        assert_eq!(cache.insert("d", 4), Some(("b", 2)));
    }

    #[test]
    fn inserting_again_replaces() {
        let mut cache = filled();
        assert_eq!(cache.insert("a", 9), Some(("a", 1)));
        assert_eq!(cache.len(), 3);
        assert_eq!(cache.insert("d", 4), Some(("b", 2)));
        assert_eq!(cache.peek(&"a"), Some(&9));
    }

    #[test]
    fn removing_keeps_the_others_in_order() {
        let mut cache = filled();
        assert_eq!(cache.remove(&"b"), Some(2));
        assert_eq!(cache.remove(&"b"), None);
        cache.insert("d", 4);
        assert_eq!(cache.insert("e", 5), Some(("a", 1)));
        assert_eq!(cache.insert("f", 6), Some(("c", 3)));
    }

    #[test]
    fn values_can_be_changed() {
        let mut cache = filled();
        if let Some(value) = cache.get_mut(&"c") {
            *value += 10;
        }
        assert_eq!(cache.get(&"c"), Some(&13));
    }

    #[test]
    fn a_cache_holds_at_least_one_entry() {
        let mut cache = LruCache::new(0);
        assert_eq!(cache.insert(1, "x"), None);
        assert_eq!(cache.insert(2, "y"), Some((1, "x")));
        assert_eq!(cache.capacity(), 1);
        cache.clear();
        assert!(cache.is_empty() && cache.get(&2).is_none());
        assert_eq!(LruCache::<i32, i32>::default().capacity(), DEFAULT_CAPACITY);
    }

    #[test]
    fn behaves_like_a_simple_model() {
        let mut cache = LruCache::new(5);
        let mut model: Vec<(u32, u32)> = Vec::new(); // the newest last
        let mut seed = 7u32;
        for step in 0..5000 {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let key = (seed >> 16) % 9;
            let known = model.iter().position(|(k, _)| *k == key);
            match (seed >> 8) % 3 {
                0 => {
                    let entry = known.map(|at| model.remove(at));
                    model.extend(entry);
                    assert_eq!(cache.get(&key).copied(), entry.map(|(_, value)| value));
                }
                1 => {
                    let old = known.map(|at| model.remove(at));
                    let full = old.is_none() && model.len() == 5;
                    let expected = if full { Some(model.remove(0)) } else { old };
                    model.push((key, step));
                    assert_eq!(cache.insert(key, step), expected);
                }
                _ => {
                    let removed = known.map(|at| model.remove(at).1);
                    assert_eq!(cache.remove(&key), removed);
                }
            }
            assert_eq!(cache.len(), model.len());
        }
    }

    // @feature iteration
    #[test]
    fn iteration_begins_with_the_newest() {
        let mut cache = filled();
        cache.get(&"b");
        let keys: Vec<_> = cache.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["b", "c", "a"]);
        assert_eq!(LruCache::<u8, u8>::new(2).iter().count(), 0);
    }
    // @end

    // @feature memo
    #[test]
    fn missing_values_are_computed_once() {
        let mut cache = filled();
        assert_eq!(*cache.get_or_insert_with("x", |key| key.len() as i32), 1);
        assert_eq!(*cache.get_or_insert_with("x", |_| 99), 1);
        assert_eq!(*cache.get_or_insert_with("b", |_| 99), 2);
    }
    // @end

    // @feature statistics
    #[test]
    fn hits_and_misses_are_counted() {
        let mut cache = filled();
        cache.get(&"a");
        cache.get(&"z");
        cache.peek(&"a");
        assert_eq!(cache.statistics(), Statistics { hits: 1, misses: 1 });
    }
    // @end
}
