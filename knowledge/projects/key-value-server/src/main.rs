use std::env;
use std::io;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Mutex;

use key_value_server::{server, Store};

/// The port listened at unless `--port` says otherwise.
const PORT: u16 = 7070; // @slot port

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--host ADDRESS] [--port PORT] [--stdin]\n",
    "Keeps values under keys for clients that send a command per line over TCP:\n",
    "  SET KEY VALUE, GET KEY, DEL KEY, KEYS [PREFIX], COUNT, QUIT\n",
    "  ADD KEY NUMBER        adds to a counter\n", // @feature counters
    "  EXPIRE KEY SECONDS    forgets the key after a while\n", // @feature expiry
    "  --host ADDRESS   the address to listen at, 127.0.0.1 unless given\n",
    "  --port PORT      the port to listen at\n",
    "  --stdin          reads the commands from standard input instead\n",
    "  --file PATH      keeps the values in a file\n", // @feature persistence
);

struct Options {
    host: String,
    port: u16,
    stdin: bool,
    file: Option<std::path::PathBuf>, // @feature persistence
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match parse(&args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        host: "127.0.0.1".to_string(),
        port: PORT,
        stdin: false,
        file: None, // @feature persistence
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--host" => options.host = value()?.clone(),
            "--port" => {
                let text = value()?;
                options.port = text
                    .parse()
                    .map_err(|_| format!("'{text}' is not a port"))?;
            }
            "--stdin" => options.stdin = true,
            "--file" => options.file = Some(value()?.into()), // @feature persistence
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> io::Result<()> {
    let store = Store::default();
    // @feature persistence
    let store = match &options.file {
        Some(path) => Store::open(path)?,
        None => store,
    };
    // @end
    if options.stdin {
        let store = Mutex::new(store);
        for line in io::stdin().lines() {
            let line = line?;
            if !line.trim().is_empty() {
                print!("{}", server::answer(&store, &line));
            }
        }
        return Ok(());
    }
    let listener = TcpListener::bind((options.host.as_str(), options.port))?;
    println!("listening on {}", listener.local_addr()?);
    server::serve(&listener, store, usize::MAX)
}
