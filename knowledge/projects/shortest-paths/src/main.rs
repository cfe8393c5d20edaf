use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

use shortest_paths::{Graph, GraphError};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file FILE] COMMAND\n",
    "Reads edges, one 'FROM TO WEIGHT' per line, from FILE or standard input.\n",
    "  path FROM TO    the shortest path\n",
    "  distances FROM  the distances to all nodes that can be reached\n", // @feature distances
    "  hops FROM TO    the path with the fewest edges\n",                 // @feature hops
    "  components      the groups of connected nodes\n",                  // @feature components
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (file, words) = match words[..] {
        ["-h" | "--help", ..] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--file", file, ..] => (Some(file), &words[2..]),
        _ => (None, &words[..]),
    };
    let command: Box<dyn Fn(&Graph) -> Result<String, GraphError> + '_> = match *words {
        ["path", from, to] => {
            Box::new(move |graph| Ok(format!("{}\n", graph.shortest_path(from, to)?)))
        }
        // @feature distances
        ["distances", from] => Box::new(move |graph| {
            let list = graph.distances(from)?;
            Ok(list
                .iter()
                .map(|(distance, name)| format!("{distance}: {name}\n"))
                .collect())
        }),
        // @end
        // @feature hops
        ["hops", from, to] => {
            Box::new(move |graph| Ok(format!("{}\n", graph.fewest_hops(from, to)?)))
        }
        // @end
        // @feature components
        ["components"] => Box::new(|graph| {
            Ok(graph
                .components()
                .iter()
                .map(|group| group.join(" ") + "\n")
                .collect())
        }),
        // @end
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let text = match file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{path}: {e}")),
        None => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}")),
    };
    let answer = text.and_then(|text| {
        Graph::parse(&text)
            .and_then(|graph| command(&graph))
            .map_err(|e| e.to_string())
    });
    match answer {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
