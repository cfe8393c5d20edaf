//! A priority queue in a binary heap: the value with the highest priority comes out first, and
//! among equals the one that was put in first.

/// Values for which a queue made with `default()` has room before it grows.
pub const DEFAULT_CAPACITY: usize = 16; // @slot capacity

/// Which priority comes out first: `highest` or `lowest`.
pub const FIRST: &str = "highest"; // @slot first

#[derive(Debug, Clone)]
struct Entry<P, T> {
    priority: P,
    /// How many were put in before: decides between equal priorities.
    ticket: u64,
    value: T,
}

/// Every entry comes out before the two at `2 * place + 1` and `2 * place + 2`.
#[derive(Debug, Clone)]
pub struct PriorityQueue<P, T> {
    heap: Vec<Entry<P, T>>,
    tickets: u64,
    lowest_first: bool,
}

impl<P: Ord, T> Default for PriorityQueue<P, T> {
    fn default() -> Self {
        PriorityQueue {
            heap: Vec::with_capacity(DEFAULT_CAPACITY),
            tickets: 0,
            lowest_first: FIRST == "lowest",
        }
    }
}

impl<P: Ord, T> PriorityQueue<P, T> {
    pub fn new() -> Self {
        Self::default()
    }

    /// A queue from which the highest priority comes out first.
    pub fn highest_first() -> Self {
        PriorityQueue {
            lowest_first: false,
            ..Self::default()
        }
    }

    /// A queue from which the lowest priority comes out first.
    pub fn lowest_first() -> Self {
        PriorityQueue {
            lowest_first: true,
            ..Self::default()
        }
    }

    pub fn len(&self) -> usize {
        self.heap.len()
    }

    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    pub fn clear(&mut self) {
        self.heap.clear();
    }

    /// Puts a value in, in logarithmic time.
    pub fn push(&mut self, priority: P, value: T) {
        let ticket = self.tickets;
        self.tickets += 1;
        self.heap.push(Entry {
            priority,
            ticket,
            value,
        });
        self.sift_up(self.heap.len() - 1);
    }

    /// The next priority and value, which stay in the queue.
    pub fn peek(&self) -> Option<(&P, &T)> {
        self.heap
            .first()
            .map(|entry| (&entry.priority, &entry.value))
    }

    /// Takes the next value out, in logarithmic time.
    pub fn pop(&mut self) -> Option<(P, T)> {
        self.take(0)
    }

    // @feature sorted
    /// Everything in the order in which it comes out.
    pub fn into_sorted_vec(mut self) -> Vec<(P, T)> {
        std::iter::from_fn(|| self.pop()).collect()
    }

    /// Takes out the next values for as long as a condition holds for their priority.
    pub fn pop_while(&mut self, mut holds: impl FnMut(&P) -> bool) -> Vec<(P, T)> {
        let mut taken = Vec::new();
        while self
            .heap
            .first()
            .is_some_and(|entry| holds(&entry.priority))
        {
            taken.extend(self.pop());
        }
        taken
    }
    // @end

    // @feature merge
    /// Moves everything out of another queue into this one, in linear time.
    pub fn append(&mut self, other: &mut Self) {
        for mut entry in other.heap.drain(..) {
            // Those of the other queue come after equal ones of this queue.
            entry.ticket += self.tickets;
            self.heap.push(entry);
        }
        self.tickets += other.tickets;
        self.rebuild();
    }
    // @end

    // @feature update
    /// Gives a new priority to the value that was put in first among those that match, in linear
    /// time. False if there is none.
    pub fn update(&mut self, mut matches: impl FnMut(&T) -> bool, priority: P) -> bool {
        let places = 0..self.heap.len();
        let found = places.filter(|place| matches(&self.heap[*place].value));
        let Some(place) = found.min_by_key(|place| self.heap[*place].ticket) else {
            return false;
        };
        self.heap[place].priority = priority;
        self.sift_up(place);
        self.sift_down(place);
        true
    }

    /// Takes out a value that matches, whatever its priority, in linear time.
    pub fn remove(&mut self, mut matches: impl FnMut(&T) -> bool) -> Option<(P, T)> {
        let place = self.heap.iter().position(|entry| matches(&entry.value))?;
        self.take(place)
    }
    // @end

    // @feature iteration
    /// All priorities and values, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&P, &T)> {
        self.heap
            .iter()
            .map(|entry| (&entry.priority, &entry.value))
    }
    // @end

    /// Takes out the entry at a place; the last one moves there.
    fn take(&mut self, place: usize) -> Option<(P, T)> {
        if place >= self.heap.len() {
            return None;
        }
        let entry = self.heap.swap_remove(place);
        if place < self.heap.len() {
            self.sift_up(place);
            self.sift_down(place);
        }
        Some((entry.priority, entry.value))
    }

    /// Whether the entry at `one` comes out before the one at `other`.
    fn before(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.heap[one], &self.heap[other]);
        let order = match self.lowest_first {
            true => one.priority.cmp(&other.priority),
            false => other.priority.cmp(&one.priority),
        };
        order.then(one.ticket.cmp(&other.ticket)).is_lt()
    }

    fn sift_up(&mut self, mut place: usize) {
        while place > 0 && self.before(place, (place - 1) / 2) {
            self.heap.swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    fn sift_down(&mut self, mut place: usize) {
        loop {
            let children = [2 * place + 1, 2 * place + 2];
            let mut first = place;
            for child in children
                .into_iter()
                .filter(|child| *child < self.heap.len())
            {
                if self.before(child, first) {
                    first = child;
                }
            }
            if first == place {
                return;
            }
            self.heap.swap(place, first);
            place = first;
        }
    }

    /// Orders the whole heap in linear time.
    fn rebuild(&mut self) {
        for place in (0..self.heap.len() / 2).rev() {
            self.sift_down(place);
        }
    }
}

impl<P: Ord, T> Extend<(P, T)> for PriorityQueue<P, T> {
    fn extend<I: IntoIterator<Item = (P, T)>>(&mut self, entries: I) {
        for (priority, value) in entries {
            let ticket = self.tickets;
            self.tickets += 1;
            self.heap.push(Entry {
                priority,
                ticket,
                value,
            });
        }
        self.rebuild();
    }
}

impl<P: Ord, T> FromIterator<(P, T)> for PriorityQueue<P, T> {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(entries: I) -> Self {
        let mut queue = Self::new();
        queue.extend(entries);
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain<P: Ord, T>(queue: &mut PriorityQueue<P, T>) -> Vec<T> {
        std::iter::from_fn(|| queue.pop())
            .map(|(_, value)| value)
            .collect()
    }

    fn filled() -> PriorityQueue<i32, &'static str> {
        let mut queue = PriorityQueue::highest_first();
        queue.extend([(1, "low"), (5, "high"), (3, "middle"), (5, "high too")]);
        queue
    }

    #[test]
    fn the_highest_comes_first_and_equals_in_order() {
        assert_eq!(drain(&mut filled()), ["high", "high too", "middle", "low"]);
    }

    #[test]
    fn the_lowest_can_come_first() {
        let mut queue = PriorityQueue::lowest_first();
        for (priority, value) in [(2, 'b'), (1, 'a'), (3, 'd'), (2, 'c')] {
            queue.push(priority, value);
        }
        assert_eq!(queue.peek(), Some((&1, &'a')));
        assert_eq!(drain(&mut queue), ['a', 'b', 'c', 'd']);
    }

    #[test]
    fn empty_queues_give_nothing() {
        let mut queue: PriorityQueue<u8, u8> = PriorityQueue::new();
        assert!(queue.is_empty() && queue.peek().is_none() && queue.pop().is_none());
        queue.push(1, 1);
        queue.clear();
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn queues_are_collected() {
        let mut queue: PriorityQueue<i32, i32> = (0..100).map(|n| (n * 37 % 100, n)).collect();
        let order: Vec<i32> = drain(&mut queue).iter().map(|n| n * 37 % 100).collect();
        let rising = order.windows(2).all(|pair| pair[0] < pair[1]);
        assert_eq!(rising, FIRST == "lowest");
        assert_eq!(order.len(), 100);
    }

    #[test]
    fn behaves_like_a_sorted_list() {
        let mut queue = PriorityQueue::highest_first();
        let mut model: Vec<(u32, u32)> = Vec::new(); // the next one last
        let mut seed = 11u32;
        for step in 0..5000 {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let priority = (seed >> 16) % 20;
            if (seed >> 8) % 5 < 3 {
                queue.push(priority, step);
                let place = model.partition_point(|(known, _)| *known < priority);
                model.insert(place, (priority, step));
            } else {
                assert_eq!(queue.pop(), model.pop());
            }
            assert_eq!(queue.len(), model.len());
        }
    }

    // @feature sorted
    #[test]
    fn queues_become_sorted_lists() {
        let sorted = filled().into_sorted_vec();
        assert_eq!(
            sorted.iter().map(|(p, _)| *p).collect::<Vec<_>>(),
            [5, 5, 3, 1]
        );
        let mut queue = filled();
        assert_eq!(queue.pop_while(|priority| *priority > 2).len(), 3);
        assert_eq!(queue.len(), 1);
    }
    // @end

    // @feature merge
    #[test]
    fn appended_values_come_after_their_equals() {
        let (mut one, mut other) = (filled(), filled());
        other.push(5, "last");
        one.append(&mut other);
        assert!(other.is_empty());
        assert_eq!(
            drain(&mut one)[..5],
            ["high", "high too", "high", "high too", "last"]
        );
    }
    // @end

    // @feature update
    #[test]
    fn priorities_can_be_changed() {
        let mut queue = filled();
        assert!(queue.update(|value| *value == "low", 9));
        assert!(queue.update(|value| *value == "high", 0));
        assert!(!queue.update(|value| *value == "none", 0));
        assert_eq!(
            queue.remove(|value| *value == "middle"),
            Some((3, "middle"))
        );
        assert_eq!(queue.remove(|value| *value == "middle"), None);
        assert_eq!(drain(&mut queue), ["low", "high too", "high"]);
    }
    // @end

    // @feature iteration
    #[test]
    fn iteration_meets_every_value_once() {
        let queue = filled();
        assert_eq!(queue.iter().map(|(priority, _)| priority).sum::<i32>(), 14);
        assert_eq!(queue.len(), 4);
    }
    // @end
}
