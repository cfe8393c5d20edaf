use std::env;
use std::io;
use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use port_scanner::{parse_ports, resolve, PortResult, PortState, Scanner, WORKERS};

/// Ports scanned when none are named.
const PORTS: &str = "1-1024"; // @slot ports
/// Milliseconds that an answer is waited for.
const TIMEOUT: u64 = 300; // @slot timeout

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION...] [HOST]\n",
    "Prints the open TCP ports of HOST, this machine unless given.\n",
    "  --ports LIST      such as 22,80,8000-8100\n",
    "  --timeout MS      how long to wait for an answer\n",
    "  --workers N       connections tried at the same time\n",
    "  --all             prints closed and silent ports, too\n",
    "  --allow-remote    HOST may be another machine; ask its owner first\n",
    "  --self-test       scans a port opened for that, and ends\n",
    "  --banner          prints what services say by themselves\n", // @feature banner
    "  --json            prints the result as JSON\n",              // @feature json
);

struct Options {
    host: String,
    ports: Vec<u16>,
    scanner: Scanner,
    all: bool,
    remote: bool,
    test: bool,
    json: bool, // @feature json
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
    let outcome = match options.test {
        true => self_test(&options.scanner).map_err(|error| error.to_string()),
        false => scan(&options),
    };
    match outcome {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        host: "127.0.0.1".to_string(),
        ports: parse_ports(PORTS).map_err(|error| error.to_string())?,
        scanner: Scanner {
            workers: WORKERS,
            timeout: Duration::from_millis(TIMEOUT),
            banners: false, // @feature banner
        },
        all: false,
        remote: false,
        test: false,
        json: false, // @feature json
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        let number = |text: &str, most: u64| match text.parse::<u64>() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            _ => Err(format!(
                "{arg} takes a number from 1 to {most}, not '{text}'"
            )),
        };
        match arg.as_str() {
            "--ports" => {
                options.ports = parse_ports(value()?).map_err(|error| error.to_string())?
            }
            "--timeout" => {
                options.scanner.timeout = Duration::from_millis(number(value()?, 60_000)?)
            }
            "--workers" => options.scanner.workers = number(value()?, 512)? as usize,
            "--all" => options.all = true,
            "--allow-remote" => options.remote = true,
            "--self-test" => options.test = true,
            "--banner" => options.scanner.banners = true, // @feature banner
            "--json" => options.json = true,              // @feature json
            other if other.starts_with('-') => return Err(format!("unknown option '{other}'")),
            host => options.host = host.to_string(),
        }
    }
    Ok(options)
}

fn scan(options: &Options) -> Result<String, String> {
    let address = resolve(&options.host, options.remote).map_err(|error| error.to_string())?;
    let mut results = options.scanner.scan(address, &options.ports);
    let count = results.len();
    results.retain(|result| options.all || result.state == PortState::Open);
    // @feature json
    if options.json {
        return Ok(json(&results));
    }
    // @end
    let lines: String = results.iter().map(line).collect();
    let open = results
        .iter()
        .filter(|result| result.state == PortState::Open)
        .count();
    Ok(format!("{lines}{open} of {count} ports are open\n"))
}

fn state_name(state: PortState) -> &'static str {
    match state {
        PortState::Open => "open",
        PortState::Closed => "closed",
        PortState::Silent => "silent",
    }
}

fn line(result: &PortResult) -> String {
    let text = format!("{:<6}{:<8}", result.port, state_name(result.state));
    // @feature names
    let name = port_scanner::service_name(result.port).unwrap_or("");
    let text = format!("{text}{name:<12}");
    // @end
    // @feature banner
    let text = text + result.banner.as_deref().unwrap_or("");
    // @end
    format!("{}\n", text.trim_end())
}

// @feature json
fn json(results: &[PortResult]) -> String {
    let row = |result: &PortResult| {
        let (port, state) = (result.port, state_name(result.state));
        format!("  {{\"port\": {port}, \"state\": \"{state}\"}}")
    };
    let rows: Vec<String> = results.iter().map(row).collect();
    match rows.is_empty() {
        true => "[]\n".to_string(),
        false => format!("[\n{}\n]\n", rows.join(",\n")),
    }
}
// @end

/// Opens a port, looks at it, closes it, looks again.
fn self_test(scanner: &Scanner) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let state = || {
        let results = scanner.scan(address.ip(), &[address.port()]);
        results
            .first()
            .map_or("nothing", |result| state_name(result.state))
    };
    let before = state();
    drop(listener);
    Ok(format!(
        "while listening: {before}\nafterwards: {}\n",
        state()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let parsed =
            |args: &[&str]| parse(&args.iter().map(|arg| arg.to_string()).collect::<Vec<_>>());
        let options = parsed(&["--ports", "80", "--workers", "2", "localhost"])
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            (options.ports, options.host.as_str()),
            (vec![80], "localhost")
        );
        assert!(parsed(&["--workers", "0"]).is_err() && parsed(&["--ports"]).is_err());
        assert!(parsed(&[]).is_ok_and(|options| !options.ports.is_empty() && !options.remote));
    }

    // @feature json
    #[test]
    fn json_is_well_formed() {
        assert_eq!(json(&[]), "[]\n");
        let result = PortResult {
            port: 80,
            state: PortState::Open,
            banner: None, // @feature banner
        };
        assert_eq!(
            json(&[result]),
            "[\n  {\"port\": 80, \"state\": \"open\"}\n]\n"
        );
    }
    // @end
}
