//! Puts targets in an order in which everything comes after what it depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Stands between a target and its dependencies.
pub fn separator() -> &'static str {
    ":" // @slot separator
}

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderError {
    BadLine {
        line: usize,
        reason: String,
    },
    /// Every target depends on the next one, the last on the first.
    Cycle(Vec<String>),
    Unknown(String), // @feature only
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            OrderError::BadLine { line, reason } => write!(f, "line {line}: {reason}"),
            OrderError::Cycle(names) => {
                write!(f, "these depend on one another: {}", names.join(" -> "))?;
                write!(f, " -> {}", names.first().map_or("", String::as_str))
            }
            // @feature only
            OrderError::Unknown(name) => write!(f, "there is no target '{name}'"),
            // @end
        }
    }
}

impl std::error::Error for OrderError {}

/// Targets and what they depend on.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// In the order in which they were first named.
    names: Vec<String>,
    numbers: BTreeMap<String, usize>,
    needs: Vec<BTreeSet<usize>>,
}

impl Graph {
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads lines such as `app: lib core`. `#` begins a comment.
    pub fn parse(text: &str) -> Result<Self, OrderError> {
        let mut graph = Graph::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let (target, needs) = line.split_once(separator()).unwrap_or((line, ""));
            if line.is_empty() {
                continue;
            }
            let names: Vec<&str> = target.split_whitespace().collect();
            let [target] = names[..] else {
                let reason = format!("expected TARGET {} DEPENDENCIES", separator());
                return Err(OrderError::BadLine {
                    line: index + 1,
                    reason,
                });
            };
            graph.add_target(target);
            needs
                .split_whitespace()
                .for_each(|need| graph.add(target, need));
        }
        Ok(graph)
    }

    /// Notes that `target` depends on `need`.
    pub fn add(&mut self, target: &str, need: &str) {
        let (target, need) = (self.add_target(target), self.add_target(need));
        self.needs[target].insert(need);
    }

    /// The number of a target, which is new or known.
    pub fn add_target(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.numbers.insert(name.to_string(), self.names.len());
        self.names.push(name.to_string());
        self.needs.push(BTreeSet::new());
        self.names.len() - 1
    }

    /// All targets, each after its dependencies. Among those that could be next, the one that
    /// was named first goes first, so that the order is always the same.
    pub fn order(&self) -> Result<Vec<&str>, OrderError> {
        let mut order = Vec::with_capacity(self.names.len());
        let users = self.users();
        let mut missing: Vec<usize> = self.needs.iter().map(BTreeSet::len).collect();
        let targets = 0..self.names.len();
        let mut ready: BTreeSet<usize> = targets.filter(|target| missing[*target] == 0).collect();
        while let Some(target) = ready.pop_first() {
            order.push(self.names[target].as_str());
            for user in &users[target] {
                missing[*user] -= 1;
                if missing[*user] == 0 {
                    ready.insert(*user);
                }
            }
        }
        match order.len() == self.names.len() {
            true => Ok(order),
            false => Err(OrderError::Cycle(self.cycle(&missing))),
        }
    }

    // @feature levels
    /// Groups of targets that can be built at the same time, one group after the other.
    pub fn levels(&self) -> Result<Vec<Vec<&str>>, OrderError> {
        let mut levels: Vec<Vec<&str>> = Vec::new();
        let mut level_of = vec![0; self.names.len()];
        for name in self.order()? {
            let target = self.numbers[name];
            let below = self.needs[target].iter().map(|need| level_of[*need] + 1);
            level_of[target] = below.max().unwrap_or(0);
            if level_of[target] == levels.len() {
                levels.push(Vec::new());
            }
            levels[level_of[target]].push(name);
        }
        Ok(levels)
    }
    // @end

    // @feature only
    /// The part of the graph that the given targets need.
    pub fn only(&self, wanted: &[&str]) -> Result<Graph, OrderError> {
        let mut open = Vec::new();
        for name in wanted {
            let number = self.numbers.get(*name).copied();
            open.push(number.ok_or_else(|| OrderError::Unknown(name.to_string()))?);
        }
        let mut kept = BTreeSet::new();
        while let Some(target) = open.pop() {
            if kept.insert(target) {
                open.extend(&self.needs[target]);
            }
        }
        let mut part = Graph::new();
        for target in kept {
            part.add_target(&self.names[target]);
            for need in &self.needs[target] {
                part.add(&self.names[target], &self.names[*need]);
            }
        }
        Ok(part)
    }
    // @end

    // @feature dot
    /// The graph in the language of Graphviz.
    pub fn to_dot(&self) -> String {
        let quote = |target: usize| format!("\"{}\"", self.names[target].replace('"', "\\\""));
        let mut text = "digraph dependencies {\n".to_string();
        for (target, needs) in self.needs.iter().enumerate() {
            text += &format!("  {};\n", quote(target));
            for need in needs {
                text += &format!("  {} -> {};\n", quote(target), quote(*need));
            }
        }
        text + "}\n"
    }
    // @end

    /// For every target those that depend on it.
    fn users(&self) -> Vec<Vec<usize>> {
        let mut users = vec![Vec::new(); self.names.len()];
        for (target, needs) in self.needs.iter().enumerate() {
            needs.iter().for_each(|need| users[*need].push(target));
        }
        users
    }

    /// A cycle among the targets that still miss something: each of them needs another one.
    fn cycle(&self, missing: &[usize]) -> Vec<String> {
        let mut path: Vec<usize> = Vec::new();
        let mut next = missing.iter().position(|count| *count > 0);
        while let Some(target) = next {
            if let Some(begin) = path.iter().position(|known| *known == target) {
                path.drain(..begin);
                break;
            }
            path.push(target);
            next = self.needs[target]
                .iter()
                .copied()
                .find(|need| missing[*need] > 0);
        }
        path.into_iter()
            .map(|target| self.names[target].clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::new();
        edges
            .iter()
            .for_each(|(target, need)| graph.add(target, need));
        graph
    }

    #[test]
    fn dependencies_come_first() {
        let graph = graph(&[
            ("app", "ui"),
            ("app", "core"),
            ("ui", "core"),
            ("test", "app"),
        ]);
        assert_eq!(graph.order().unwrap(), ["core", "ui", "app", "test"]);
    }

    #[test]
    fn random_graphs_are_ordered_rightly() {
        let mut seed = 5u32;
        let mut graph = Graph::new();
        let mut edges = Vec::new();
        for _ in 0..600 {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let (a, b) = (seed >> 8 & 127, seed >> 20 & 127);
            if a != b {
                // Always from the larger to the smaller number, so that there is no cycle.
                edges.push((a.max(b).to_string(), a.min(b).to_string()));
            }
        }
        edges
            .iter()
            .for_each(|(target, need)| graph.add(target, need));
        let order = graph.order().unwrap();
        let place = |name: &str| order.iter().position(|known| *known == name).unwrap();
        assert!(edges
            .iter()
            .all(|(target, need)| place(need) < place(target)));
    }

    #[test]
    fn cycles_are_named() {
        let graph = graph(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]);
        let error = graph.order().unwrap_err();
        assert_eq!(
            error.to_string(),
            "these depend on one another: a -> b -> c -> a"
        );
        let own = super::Graph::parse(&format!("a {} a", separator())).unwrap();
        assert_eq!(own.order(), Err(OrderError::Cycle(vec!["a".to_string()])));
    }

    #[test]
    fn files_are_read() {
        let sign = separator();
        let text = format!("# build\napp {sign} lib lib\n\nlib {sign}\nextra\n");
        let graph = Graph::parse(&text).unwrap();
        assert_eq!(graph.order().unwrap(), ["lib", "app", "extra"]);
        let error = Graph::parse(&format!("a\na b {sign} c")).unwrap_err();
        assert!(error.to_string().starts_with("line 2: expected"));
        assert!(Graph::parse(&format!("{sign} c")).is_err());
    }

    #[test]
    fn nothing_has_an_order() {
        assert!(Graph::new().order().unwrap().is_empty());
    }

    // @feature levels
    #[test]
    fn levels_can_be_built_together() {
        let graph = graph(&[("app", "a"), ("app", "b"), ("b", "c"), ("d", "c")]);
        let levels = graph.levels().unwrap();
        assert_eq!(levels, [vec!["a", "c"], vec!["b", "d"], vec!["app"]]);
    }
    // @end

    // @feature only
    #[test]
    fn only_what_is_needed_is_kept() {
        let graph = graph(&[("app", "lib"), ("tool", "lib"), ("lib", "core")]);
        assert_eq!(
            graph.only(&["tool"]).unwrap().order().unwrap(),
            ["core", "lib", "tool"]
        );
        assert!(matches!(graph.only(&["x"]), Err(OrderError::Unknown(_))));
    }
    // @end

    // @feature dot
    #[test]
    fn graphs_can_be_drawn() {
        let dot = graph(&[("a", "b")]).to_dot();
        assert_eq!(
            dot,
            "digraph dependencies {\n  \"a\";\n  \"a\" -> \"b\";\n  \"b\";\n}\n"
        );
    }
    // @end
}
