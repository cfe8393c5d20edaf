//! A binary heap with the greatest element at the top.

/// A priority queue.
#[derive(Debug, Clone)]
pub struct Heap<T> {
    items: Vec<T>, // no item is greater than that at (its place - 1) / 2
}

impl<T: Ord> Default for Heap<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Ord> Heap<T> {
    pub fn new() -> Self {
        Heap { items: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn peek(&self) -> Option<&T> {
        self.items.first()
    }

    pub fn push(&mut self, item: T) {
        self.items.push(item);
        let mut at = self.items.len() - 1;
        while at > 0 && self.items[at] > self.items[(at - 1) / 2] {
            self.items.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    /// Takes the greatest item out.
    pub fn pop(&mut self) -> Option<T> {
        if self.items.is_empty() {
            return None;
        }
        let top = self.items.swap_remove(0);
        let mut at = 0;
        loop {
            let children = [2 * at + 1, 2 * at + 2]
                .into_iter()
                .filter(|&c| c < self.items.len());
            match children.max_by(|&a, &b| self.items[a].cmp(&self.items[b])) {
                Some(child) if self.items[child] > self.items[at] => {
                    self.items.swap(at, child);
                    at = child;
                }
                _ => return Some(top),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_out_in_order() {
        let mut heap = Heap::new();
        let mut list: Vec<u32> = (0..200).map(|n| n * 7919 % 101).collect();
        list.iter().for_each(|&item| heap.push(item));
        assert_eq!(heap.peek(), list.iter().max());
        let popped: Vec<u32> = std::iter::from_fn(|| heap.pop()).collect();
        list.sort_by(|a, b| b.cmp(a));
        assert_eq!(popped, list);
        assert!(heap.is_empty() && heap.pop().is_none());
    }
}
