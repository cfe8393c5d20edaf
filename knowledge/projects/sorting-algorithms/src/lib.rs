//! Sorting algorithms that count their comparisons.

use std::cmp::Ordering;

/// Shorter lists are sorted by insertion inside merge sort and quicksort.
const SMALL: usize = 12; // @slot small

/// An order that counts how often it is asked.
pub struct Counter<F> {
    compare: F,
    pub comparisons: u64,
}

impl<F> Counter<F> {
    pub fn new(compare: F) -> Self {
        Counter {
            compare,
            comparisons: 0,
        }
    }

    /// Whether `a` has to stand before `b`.
    fn before<T>(&mut self, a: &T, b: &T) -> bool
    where
        F: FnMut(&T, &T) -> Ordering,
    {
        self.comparisons += 1;
        (self.compare)(a, b) == Ordering::Less
    }
}

/// An algorithm by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Insertion,
    Merge,
    Quick,
    Heap,   // @feature heap
    Bubble, // @feature bubble
}

impl Algorithm {
    pub const ALL: &'static [Algorithm] = &[
        Algorithm::Insertion,
        Algorithm::Merge,
        Algorithm::Quick,
        Algorithm::Heap,   // @feature heap
        Algorithm::Bubble, // @feature bubble
    ];

    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Insertion => "insertion",
            Algorithm::Merge => "merge",
            Algorithm::Quick => "quick",
            Algorithm::Heap => "heap",     // @feature heap
            Algorithm::Bubble => "bubble", // @feature bubble
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Sorts a list and returns the number of comparisons.
    pub fn sort<T: Clone>(self, list: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) -> u64 {
        let mut counter = Counter::new(compare);
        match self {
            Algorithm::Insertion => insertion_sort(list, &mut counter),
            Algorithm::Merge => merge_sort(list, &mut counter),
            Algorithm::Quick => quick_sort(list, &mut counter),
            Algorithm::Heap => heap_sort(list, &mut counter), // @feature heap
            Algorithm::Bubble => bubble_sort(list, &mut counter), // @feature bubble
        }
        counter.comparisons
    }
}

/// Moves each element to the left until it is in its place. Stable; good for short lists.
pub fn insertion_sort<T, F>(list: &mut [T], order: &mut Counter<F>)
where
    F: FnMut(&T, &T) -> Ordering,
{
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && order.before(&list[at], &list[at - 1]) {
            list.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Sorts both halves and merges them. Stable; never more than n log n steps.
pub fn merge_sort<T: Clone, F>(list: &mut [T], order: &mut Counter<F>)
where
    F: FnMut(&T, &T) -> Ordering,
{
    if list.len() < SMALL {
        return insertion_sort(list, order);
    }
    let middle = list.len() / 2;
    merge_sort(&mut list[..middle], order);
    merge_sort(&mut list[middle..], order);
    let left = list[..middle].to_vec();
    let (mut from_left, mut from_right) = (0, middle);
    for at in 0..list.len() {
        if from_left == left.len() {
            break; // what is left of the right half is in its place
        }
        if from_right < list.len() && order.before(&list[from_right], &left[from_left]) {
            list.swap(at, from_right);
            from_right += 1;
        } else {
            list[at] = left[from_left].clone();
            from_left += 1;
        }
    }
}

/// Divides around the middle one of three and sorts both sides, the shorter one first, so that
/// the depth stays small.
pub fn quick_sort<T, F>(mut list: &mut [T], order: &mut Counter<F>)
where
    F: FnMut(&T, &T) -> Ordering,
{
    while list.len() >= SMALL.max(3) {
        let pivot = partition(list, order);
        let (left, right) = list.split_at_mut(pivot);
        let right = &mut right[1..];
        let (short, long) = if left.len() < right.len() {
            (left, right)
        } else {
            (right, left)
        };
        quick_sort(short, order);
        list = long;
    }
    insertion_sort(list, order);
}

/// Puts an element into its final place, smaller ones before and the others behind it.
fn partition<T, F>(list: &mut [T], order: &mut Counter<F>) -> usize
where
    F: FnMut(&T, &T) -> Ordering,
{
    let last = list.len() - 1;
    let middle = last / 2;
    for (a, b) in [(0, middle), (middle, last), (0, middle)] {
        if order.before(&list[b], &list[a]) {
            list.swap(a, b);
        }
    }
    list.swap(0, middle);
    // Both ends stop at equal elements, so that many of them are divided evenly.
    let (mut low, mut high) = (1, last);
    loop {
        while low <= high && order.before(&list[low], &list[0]) {
            low += 1;
        }
        while low <= high && order.before(&list[0], &list[high]) {
            high -= 1;
        }
        if low >= high {
            break;
        }
        list.swap(low, high);
        low += 1;
        high -= 1;
    }
    list.swap(0, high);
    high
}

// @feature heap
/// Builds a heap with the greatest at the top and takes it away again and again.
pub fn heap_sort<T, F>(list: &mut [T], order: &mut Counter<F>)
where
    F: FnMut(&T, &T) -> Ordering,
{
    for root in (0..list.len() / 2).rev() {
        sift_down(list, root, order);
    }
    for end in (1..list.len()).rev() {
        list.swap(0, end);
        sift_down(&mut list[..end], 0, order);
    }
}

fn sift_down<T, F>(list: &mut [T], mut root: usize, order: &mut Counter<F>)
where
    F: FnMut(&T, &T) -> Ordering,
{
    loop {
        let mut child = 2 * root + 1;
        if child >= list.len() {
            return;
        }
        if child + 1 < list.len() && order.before(&list[child], &list[child + 1]) {
            child += 1;
        }
        if !order.before(&list[root], &list[child]) {
            return;
        }
        list.swap(root, child);
        root = child;
    }
}
// @end

// @feature bubble
/// Exchanges neighbours until nothing changes. Stable; slow.
pub fn bubble_sort<T, F>(list: &mut [T], order: &mut Counter<F>)
where
    F: FnMut(&T, &T) -> Ordering,
{
    let mut end = list.len();
    while end > 1 {
        let mut last_swap = 0;
        for at in 1..end {
            if order.before(&list[at], &list[at - 1]) {
                list.swap(at, at - 1);
                last_swap = at;
            }
        }
        end = last_swap;
    }
}
// @end

/// Numbers that look random but are the same for the same seed.
pub fn pseudo_random(count: usize, mut seed: u64) -> Vec<i64> {
    let mut next = || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((seed >> 33) % 1000) as i64
    };
    (0..count).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Vec<Vec<i64>> {
        let mut lists = vec![vec![], vec![1], vec![2, 1], vec![7; 50]];
        lists.push((0..200).collect());
        lists.push((0..200).rev().collect());
        lists.extend((0..40).map(|n| pseudo_random(n * 7, n as u64)));
        lists
    }

    #[test]
    fn every_algorithm_sorts_every_list() {
        for &algorithm in Algorithm::ALL {
            for list in lists() {
                let (mut sorted, mut expected) = (list.clone(), list);
                algorithm.sort(&mut sorted, i64::cmp);
                expected.sort();
                assert_eq!(sorted, expected, "{}", algorithm.name());
            }
        }
    }

    #[test]
    fn merge_sort_keeps_the_order_of_equals() {
        let mut list: Vec<(i64, usize)> = pseudo_random(300, 5)
            .into_iter()
            .map(|n| n % 7)
            .zip(0..)
            .collect();
        Algorithm::Merge.sort(&mut list, |a, b| a.0.cmp(&b.0));
        assert!(list.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn sorted_lists_cost_insertion_sort_little() {
        let mut list: Vec<i64> = (0..100).collect();
        assert_eq!(Algorithm::Insertion.sort(&mut list, i64::cmp), 99);
    }

    #[test]
    fn fast_algorithms_stay_fast_on_bad_lists() {
        for list in [
            vec![1; 5000],
            (0..5000).collect(),
            (0..5000).rev().collect(),
        ] {
            for algorithm in [Algorithm::Merge, Algorithm::Quick] {
                let count = algorithm.sort(&mut list.clone(), i64::cmp);
                assert!(count < 600_000, "{} {count}", algorithm.name());
            }
        }
    }

    #[test]
    fn any_order_can_be_used() {
        let mut words = ["pear", "fig", "apple"];
        Algorithm::Quick.sort(&mut words, |a, b| a.len().cmp(&b.len()));
        assert_eq!(words, ["fig", "pear", "apple"]);
    }

    #[test]
    fn names_are_unique() {
        for &algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::named("magic"), None);
    }
}
