use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

/// The port listened at unless `--port` says otherwise.
const PORT: u16 = 6667; // @slot port

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--host ADDRESS] [--port PORT]\n",
    "       ",
    env!("CARGO_PKG_NAME"),
    " --self-test\n",
    "Passes on what each client says to all others; clients connect with nc or telnet.\n",
    "  --host ADDRESS  the address to listen at, 127.0.0.1 unless given\n",
    "  --port PORT     the port to listen at\n",
    "  --self-test     lets two clients talk to a server on this machine, and ends\n",
    "  /msg NAME TEXT  says something to one person only\n", // @feature private
    "  /join ROOM      goes to another room\n",              // @feature rooms
    "Newcomers are shown the last messages.\n",              // @feature history
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--self-test"] => self_test(),
        _ => match parse(&words) {
            Ok((host, port)) => listen(&host, port),
            Err(message) => {
                eprint!("error: {message}\n{USAGE}");
                return ExitCode::from(2);
            }
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[&str]) -> Result<(String, u16), String> {
    let (mut host, mut port) = ("127.0.0.1".to_string(), PORT);
    for pair in args.chunks(2) {
        match *pair {
            ["--host", value] => host = value.to_string(),
            ["--port", value] => {
                port = value
                    .parse()
                    .map_err(|_| format!("'{value}' is not a port"))?;
            }
            _ => return Err(format!("cannot make sense of '{}'", pair.join(" "))),
        }
    }
    Ok((host, port))
}

fn listen(host: &str, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((host, port))?;
    println!("listening on {}", listener.local_addr()?);
    chat_server::serve(&listener, usize::MAX)
}

/// A client that says lines and waits for lines.
struct Guest {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Guest {
    fn connect(address: SocketAddr) -> io::Result<Guest> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(std::time::Duration::from_secs(5)))?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Guest { stream, reader })
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\n").as_bytes())
    }

    fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_string()),
        }
    }
}

fn self_test() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || chat_server::serve(&listener, 2));
    let mut ann = Guest::connect(address)?;
    println!("ann hears: {}", ann.hear()?);
    let mut bob = Guest::connect(address)?;
    println!("bob hears: {}", bob.hear()?);
    println!("ann hears: {}", ann.hear()?);
    bob.say("/name Bob")?;
    println!("ann hears: {}", ann.hear()?);
    println!("bob hears: {}", bob.hear()?);
    ann.say("hello")?;
    println!("bob hears: {}", bob.hear()?);
    bob.say("/quit")?;
    println!("ann hears: {}", ann.hear()?);
    ann.say("/quit")?;
    server
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the server panicked")))
}
