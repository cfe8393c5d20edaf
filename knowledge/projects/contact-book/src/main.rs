use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use contact_book::{Contact, ContactBook};

/// Where the contacts are kept unless `--file` says otherwise.
const DEFAULT_FILE: &str = "contacts.txt"; // @slot file

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file PATH] COMMAND\n",
    "  list                      shows all contacts by name\n",
    "  add NAME [FIELD=VALUE]... adds a contact\n",
    "  show NAME                 shows one contact\n",
    "  find TEXT                 shows contacts with TEXT in any field\n",
    "  remove NAME               removes a contact\n",
    "  update NAME FIELD=VALUE... changes a contact; an empty value clears the field\n", // @feature update
    "  group GROUP               shows the members of a group\n", // @feature groups
    "  vcard                     prints all contacts as vCards\n", // @feature vcard
    "Fields: phone, email",
    ", group", // @feature groups
    ".\n",
    "With --file - the book is read from standard input; a changed one is printed.\n",
);

enum Outcome {
    Shown(String),
    Changed,
    Usage,
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (path, words) = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--file", path, ..] => (path, &words[2..]),
        _ => (DEFAULT_FILE, &words[..]),
    };
    match run(path, words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Loads, changes and stores the book; false if the command was not understood.
fn run(path: &str, words: &[&str]) -> Result<bool, Box<dyn Error>> {
    let mut book = ContactBook::parse(&read(path)?).map_err(|e| format!("{path}: {e}"))?;
    match execute(&mut book, words)? {
        Outcome::Usage => return Ok(false),
        Outcome::Shown(text) => print!("{text}"),
        Outcome::Changed if path == "-" => print!("{}", book.to_text()),
        Outcome::Changed => {
            // A file that is replaced as a whole is never half written.
            let new = format!("{path}.new");
            fs::write(&new, book.to_text()).map_err(|e| format!("{new}: {e}"))?;
            fs::rename(&new, path).map_err(|e| format!("{path}: {e}"))?;
        }
    }
    Ok(true)
}

/// The text of the file; one that does not exist yet is empty.
fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    let result = match path {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(path),
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| format!("{path}: {error}")),
    }
}

fn lines<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> Outcome {
    Outcome::Shown(
        contacts
            .into_iter()
            .map(|contact| format!("{contact}\n"))
            .collect(),
    )
}

fn execute(book: &mut ContactBook, words: &[&str]) -> Result<Outcome, Box<dyn Error>> {
    Ok(match words {
        ["list"] => lines(book.contacts()),
        ["show", name] => lines([book.get(name)?]),
        ["find", text] => lines(book.find(text)),
        ["add", name, fields @ ..] => {
            let mut contact = Contact::new(name)?;
            fields.iter().try_for_each(|field| contact.set(field))?;
            book.add(contact)?;
            Outcome::Changed
        }
        ["remove", name] => {
            book.remove(name)?;
            Outcome::Changed
        }
        // @feature update
        ["update", name, fields @ ..] if !fields.is_empty() => {
            book.update(name, fields)?;
            Outcome::Changed
        }
        // @end
        // @feature groups
        ["group", group] => lines(book.group(group)),
        // @end
        // @feature vcard
        ["vcard"] => Outcome::Shown(book.contacts().iter().map(Contact::to_vcard).collect()),
        // @end
        _ => Outcome::Usage,
    })
}
