//! Weighted graphs and shortest paths in them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;

/// Whether an edge leads one way only.
pub const DIRECTED: bool = false; // @slot directed

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphError {
    Line { line: usize, text: String },
    UnknownNode(String),
    NoPath { from: String, to: String },
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            GraphError::Line { line, text } => {
                write!(f, "line {line}: '{text}' is not FROM TO WEIGHT")
            }
            GraphError::UnknownNode(name) => write!(f, "the graph has no node '{name}'"),
            GraphError::NoPath { from, to } => write!(f, "no path leads from {from} to {to}"),
        }
    }
}

impl std::error::Error for GraphError {}

/// A path and the sum of its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub length: u64,
    pub nodes: Vec<String>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.length, self.nodes.join(" "))
    }
}

/// A graph whose nodes are known by name.
#[derive(Debug, Default)]
pub struct Graph {
    names: Vec<String>,
    indices: HashMap<String, usize>,
    edges: Vec<Vec<(usize, u64)>>,
}

/// What a search knows of each node: its distance and the node before it.
type Reached = Vec<Option<(u64, usize)>>;

impl Graph {
    /// Reads lines of `FROM TO WEIGHT`; without a weight it is 1. `#` begins a comment.
    pub fn parse(text: &str) -> Result<Self, GraphError> {
        let mut graph = Graph::default();
        for (line, text) in (1..).zip(text.lines()) {
            let content = text.split('#').next().unwrap_or("");
            let words: Vec<&str> = content.split_whitespace().collect();
            let wrong = || GraphError::Line {
                line,
                text: text.to_string(),
            };
            match words[..] {
                [] => {}
                [from, to] => graph.add_edge(from, to, 1),
                // Weights of 32 bits cannot overflow a sum of 64.
                [from, to, weight] => {
                    graph.add_edge(from, to, weight.parse::<u32>().map_err(|_| wrong())?);
                }
                _ => return Err(wrong()),
            }
        }
        Ok(graph)
    }

    pub fn add_edge(&mut self, from: &str, to: &str, weight: u32) {
        let (from, to) = (self.node(from), self.node(to));
        self.edges[from].push((to, weight.into()));
        if !DIRECTED {
            self.edges[to].push((from, weight.into()));
        }
    }

    fn node(&mut self, name: &str) -> usize {
        if let Some(&index) = self.indices.get(name) {
            return index;
        }
        let index = self.names.len();
        self.names.push(name.to_string());
        self.indices.insert(name.to_string(), index);
        self.edges.push(Vec::new());
        index
    }

    fn index(&self, name: &str) -> Result<usize, GraphError> {
        self.indices
            .get(name)
            .copied()
            .ok_or_else(|| GraphError::UnknownNode(name.to_string()))
    }

    /// Dijkstra's algorithm from one node to all others.
    fn search(&self, start: usize) -> Reached {
        let mut reached: Reached = vec![None; self.names.len()];
        let mut queue = BinaryHeap::from([Reverse((0, start, start))]);
        while let Some(Reverse((distance, node, before))) = queue.pop() {
            if reached[node].is_some() {
                continue; // a shorter way was found earlier
            }
            reached[node] = Some((distance, before));
            for &(next, weight) in self.edges[node]
                .iter()
                .filter(|(n, _)| reached[*n].is_none())
            {
                queue.push(Reverse((distance + weight, next, node)));
            }
        }
        reached
    }

    /// The way back through the nodes that a search reached.
    fn trace(&self, reached: &Reached, start: usize, end: usize) -> Result<Path, GraphError> {
        let no_path = || GraphError::NoPath {
            from: self.names[start].clone(),
            to: self.names[end].clone(),
        };
        let (length, mut before) = reached[end].ok_or_else(no_path)?;
        let mut nodes = vec![self.names[end].clone()];
        let mut at = end;
        while at != start {
            at = before;
            nodes.push(self.names[at].clone());
            before = reached[at].ok_or_else(no_path)?.1;
        }
        nodes.reverse();
        Ok(Path { length, nodes })
    }

    /// A shortest path from one node to another.
    pub fn shortest_path(&self, from: &str, to: &str) -> Result<Path, GraphError> {
        let (from, to) = (self.index(from)?, self.index(to)?);
        self.trace(&self.search(from), from, to)
    }

    // @feature distances
    /// The nodes that can be reached from one, with their distances, the nearest first.
    pub fn distances(&self, from: &str) -> Result<Vec<(u64, &str)>, GraphError> {
        let reached = self.search(self.index(from)?);
        let distance = |(name, found): (_, &Option<(u64, usize)>)| found.map(|(d, _)| (d, name));
        let names = self.names.iter().map(String::as_str);
        let mut list: Vec<(u64, &str)> = names.zip(&reached).filter_map(distance).collect();
        list.sort_unstable();
        Ok(list)
    }
    // @end

    // @feature hops
    /// The path with the fewest edges; its length is their number.
    pub fn fewest_hops(&self, from: &str, to: &str) -> Result<Path, GraphError> {
        let (from, to) = (self.index(from)?, self.index(to)?);
        let mut reached: Reached = vec![None; self.names.len()];
        reached[from] = Some((0, from));
        let mut queue = std::collections::VecDeque::from([(from, 0)]);
        while let Some((node, hops)) = queue.pop_front() {
            for &(next, _) in &self.edges[node] {
                if reached[next].is_none() {
                    reached[next] = Some((hops + 1, node));
                    queue.push_back((next, hops + 1));
                }
            }
        }
        self.trace(&reached, from, to)
    }
    // @end

    // @feature components
    /// The groups of nodes that are connected, whichever way the edges lead.
    pub fn components(&self) -> Vec<Vec<&str>> {
        let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for &(to, _) in edges {
                neighbours[from].push(to);
                neighbours[to].push(from);
            }
        }
        let mut seen = vec![false; self.names.len()];
        let mut groups = Vec::new();
        for start in 0..self.names.len() {
            let mut group = Vec::new();
            let mut open = vec![start];
            while let Some(node) = open.pop() {
                if !std::mem::replace(&mut seen[node], true) {
                    group.push(self.names[node].as_str());
                    open.extend(&neighbours[node]);
                }
            }
            if !group.is_empty() {
                group.sort_unstable();
                groups.push(group);
            }
        }
        groups
    }
    // @end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Graph {
        Graph::parse("a b 4\na c 1 # short\nc b 2\nb d 5\n\nx y\n").unwrap()
    }

    #[test]
    fn the_shorter_way_is_found() {
        let path = sample().shortest_path("a", "d").unwrap();
        assert_eq!(path.to_string(), "8: a c b d");
    }

    #[test]
    fn a_node_is_at_no_distance_from_itself() {
        assert_eq!(
            sample().shortest_path("a", "a").unwrap().to_string(),
            "0: a"
        );
    }

    #[test]
    fn missing_paths_and_nodes_are_named() {
        let graph = sample();
        let message = graph.shortest_path("a", "x").unwrap_err().to_string();
        assert_eq!(message, "no path leads from a to x");
        assert_eq!(
            graph.shortest_path("q", "a"),
            Err(GraphError::UnknownNode("q".into()))
        );
    }

    #[test]
    fn edges_lead_back_unless_directed() {
        assert_eq!(sample().shortest_path("d", "a").is_err(), DIRECTED);
    }

    #[test]
    fn malformed_lines_are_named() {
        for text in ["a b 1\na\n", "a b 1\na b -1", "a b 1\na b 1 2"] {
            let error = Graph::parse(text).unwrap_err();
            assert!(error.to_string().starts_with("line 2:"), "{error}");
        }
    }

    #[test]
    fn loops_and_parallel_edges_do_no_harm() {
        let graph = Graph::parse("a a 0\na b 7\na b 3").unwrap();
        assert_eq!(graph.shortest_path("a", "b").unwrap().length, 3);
    }

    // @feature distances
    #[test]
    fn distances_are_ordered() {
        let graph = sample();
        let list = graph.distances("a").unwrap();
        assert_eq!(list, [(0, "a"), (1, "c"), (3, "b"), (8, "d")]);
    }
    // @end

    // @feature hops
    #[test]
    fn fewest_edges_are_not_always_shortest() {
        assert_eq!(
            sample().fewest_hops("a", "d").unwrap().to_string(),
            "2: a b d"
        );
    }
    // @end

    // @feature components
    #[test]
    fn groups_are_found() {
        assert_eq!(
            sample().components(),
            [vec!["a", "b", "c", "d"], vec!["x", "y"]]
        );
    }
    // @end
}
