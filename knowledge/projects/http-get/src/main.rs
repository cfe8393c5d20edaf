use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;

use http_get::response::Response;
use http_get::url::Url;
use http_get::{HttpError, Request};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION...] URL\n",
    "Fetches URL by http and prints the body. The exit status is 1 when that fails.\n",
    "  -H, --header LINE   sends another header, such as 'Accept: text/plain'\n",
    "  -i, --include       prints status and headers, too\n",
    "  -I, --head          asks only for status and headers\n",
    "  --parse             prints the parts of URL and asks nobody\n",
    "  --self-test         fetches from a server of its own, and ends\n",
    "  -d, --data TEXT     sends TEXT with POST\n", // @feature post
    "  -L, --follow        goes where the server redirects to\n", // @feature redirects
    "  -o, --output FILE   writes the body to FILE\n", // @feature save
);

#[derive(Default)]
struct Options {
    request: Request,
    url: String,
    include: bool,
    parse: bool,
    follow: bool,           // @feature redirects
    output: Option<String>, // @feature save
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let outcome = match args.as_slice() {
        [only] if only == "--self-test" => self_test(),
        _ => match parse(&args) {
            Ok(options) => run(&options),
            Err(message) => {
                eprint!("error: {message}\n{USAGE}");
                return ExitCode::from(2);
            }
        },
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        request: Request::get(),
        ..Options::default()
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "-H" | "--header" => {
                let line = value()?;
                let request = options.request.clone().header(line);
                options.request = request.ok_or(format!("'{line}' is no header"))?;
            }
            "-i" | "--include" => options.include = true,
            "-I" | "--head" => {
                options.request.method = "HEAD".to_string();
                options.include = true;
            }
            "--parse" => options.parse = true,
            // @feature post
            "-d" | "--data" => {
                options.request.method = "POST".to_string();
                options.request.body = value()?.clone().into_bytes();
            }
            // @end
            "-L" | "--follow" => options.follow = true, // @feature redirects
            "-o" | "--output" => options.output = Some(value()?.clone()), // @feature save
            other if other.starts_with('-') => return Err(format!("unknown option '{other}'")),
            url if options.url.is_empty() => options.url = url.to_string(),
            other => return Err(format!("one URL at a time: '{other}'")),
        }
    }
    match options.url.is_empty() {
        true => Err("no URL".to_string()),
        false => Ok(options),
    }
}

/// Whether the server answered with success.
fn run(options: &Options) -> Result<bool, HttpError> {
    let url = Url::parse(&options.url)?;
    if options.parse {
        println!(
            "host: {}\nport: {}\ntarget: {}",
            url.host, url.port, url.target
        );
        return Ok(true);
    }
    let response = fetch(options, &url)?;
    let mut out = io::stdout().lock();
    if options.include {
        out.write_all(head(&response).as_bytes())?;
    }
    // @feature save
    if let Some(path) = &options.output {
        std::fs::write(path, &response.body)?;
        return Ok(response.status < 400);
    }
    // @end
    out.write_all(&response.body)?;
    if response.status >= 400 {
        eprintln!("the server says: {} {}", response.status, response.reason);
    }
    Ok(response.status < 400)
}

fn fetch(options: &Options, url: &Url) -> Result<Response, HttpError> {
    // @feature redirects
    if options.follow {
        return options.request.send_following(url);
    }
    // @end
    options.request.send(url)
}

/// Status and headers, without what could disturb a terminal.
fn head(response: &Response) -> String {
    let mut text = format!("{} {}\n", response.status, response.reason);
    for (name, value) in &response.headers {
        text += &format!("{name}: {value}\n");
    }
    text.push('\n');
    text.retain(|c| c == '\n' || !c.is_control());
    text
}

/// Fetches from a server on this machine that answers once.
fn self_test() -> Result<bool, HttpError> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = Url::parse(&format!("http://{}/hello?x=1", listener.local_addr()?))?;
    let server = thread::spawn(move || -> io::Result<String> {
        let (mut stream, _) = listener.accept()?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let (mut first, mut line) = (String::new(), String::new());
        reader.read_line(&mut first)?;
        while reader.read_line(&mut line)? > 2 {
            line.clear();
        }
        stream.write_all(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        )?;
        Ok(first.trim_end().to_string())
    });
    let response = Request::get().send(&url)?;
    let asked = server
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the server panicked")))?;
    println!("asked: {asked}");
    println!(
        "answered: {} {}",
        response.status,
        String::from_utf8_lossy(&response.body)
    );
    Ok(response.status == 200)
}
