use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

use trie_autocomplete::{Trie, LIMIT};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file FILE] COMMAND\n",
    "Reads words, separated by white space, from FILE or standard input.\n",
    "  complete PREFIX  the most frequent words that begin with PREFIX\n",
    "  contains WORD    whether the word is known; the status is 1 if not\n",
    "  without WORD PREFIX  completes as if WORD were unknown\n", // @feature remove
    "  match PATTERN    the words of this form; ? stands for any letter\n", // @feature wildcard
    "  longest TEXT     the longest word that TEXT begins with\n", // @feature longest
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
    let command: Box<dyn Fn(&mut Trie) -> Vec<String> + '_> = match *words {
        ["complete", prefix] => Box::new(move |trie| trie.complete(prefix, LIMIT)),
        ["contains", word] => Box::new(move |trie| {
            let yes = trie.contains(word).then(|| "yes".to_string());
            yes.into_iter().collect()
        }),
        // @feature remove
        ["without", word, prefix] => Box::new(move |trie| {
            trie.remove(word);
            trie.complete(prefix, LIMIT)
        }),
        // @end
        // @feature wildcard
        ["match", pattern] => Box::new(move |trie| trie.matches(pattern)),
        // @end
        // @feature longest
        ["longest", text] => Box::new(move |trie| {
            trie.longest_prefix(text)
                .into_iter()
                .map(str::to_string)
                .collect()
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
    let mut trie: Trie = match &text {
        Ok(text) => text.split_whitespace().collect(),
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    };
    let found = command(&mut trie);
    if found.is_empty() {
        println!("no");
        return ExitCode::FAILURE;
    }
    found.iter().for_each(|word| println!("{word}"));
    ExitCode::SUCCESS
}
