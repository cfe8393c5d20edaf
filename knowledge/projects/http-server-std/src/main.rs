use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use http_server_std::{serve, Response, Router};

/// The port listened at unless `--port` says otherwise.
const PORT: u16 = 8080; // @slot port

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--host ADDRESS] [--port PORT] [--self-test]\n",
    "Serves / (a page), /health and POST /echo over HTTP.\n",
    "  --host ADDRESS  the address to listen at, 127.0.0.1 unless given\n",
    "  --port PORT     the port to listen at\n",
    "  --self-test     asks a server of its own a few questions and ends\n",
    "  --dir FOLDER    serves the files of FOLDER under /files/\n", // @feature files
    "  --log           writes a line for every request to standard error\n", // @feature log
    "/greet?name=NAME answers with a greeting.\n",                  // @feature query
);

fn router() -> Router {
    let router = Router::default()
        .route("GET", "/", |_| {
            Response::new(
                200,
                "text/html; charset=utf-8",
                "<!doctype html>\n<h1>It works</h1>\n",
            )
        })
        .route("GET", "/health", |_| Response::text(200, "ok\n"))
        .route("POST", "/echo", |request| {
            Response::new(200, "application/octet-stream", request.body.clone())
        });
    // @feature query
    let router = router.route("GET", "/greet", |request| {
        match request.query_value("name") {
            Some(name) => Response::text(200, format!("Hello, {name}!\n")),
            None => Response::text(400, "the query needs name=\n"),
        }
    });
    // @end
    router
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let (address, router) = match parse(&args) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match address {
        None => self_test(router),
        Some((host, port)) => listen(&host, port, router),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where to listen (nowhere for the self-test), and what to serve.
fn parse(args: &[String]) -> Result<(Option<(String, u16)>, Router), String> {
    let (mut host, mut port, mut test) = ("127.0.0.1".to_string(), PORT, false);
    #[allow(unused_mut)]
    let mut router = router();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--host" => host = value()?.clone(),
            "--port" => {
                let text = value()?;
                port = text
                    .parse()
                    .map_err(|_| format!("'{text}' is not a port"))?;
            }
            "--self-test" => test = true,
            // @feature files
            "--dir" => router = router.files(value()?),
            // @end
            "--log" => router = router.log(true), // @feature log
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(((!test).then_some((host, port)), router))
}

fn listen(host: &str, port: u16, router: Router) -> io::Result<()> {
    let listener = TcpListener::bind((host, port))?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(&listener, router, usize::MAX)
}

/// Starts a server at a free port of this machine and prints the first line of its answers.
fn self_test(router: Router) -> io::Result<()> {
    let questions = [
        "GET / HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi",
        "GET /missing HTTP/1.1\r\n\r\n",
    ];
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || serve(&listener, router, questions.len()));
    for question in questions {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(question.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let target: Vec<&str> = question.split(' ').take(2).collect();
        println!(
            "{}: {}",
            target.join(" "),
            answer.lines().next().unwrap_or("nothing")
        );
    }
    server
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the server panicked")))
}
