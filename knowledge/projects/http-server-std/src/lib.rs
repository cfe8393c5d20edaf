//! A small HTTP/1.1 server: requests are read within limits, routed by method and path, and
//! answered on one thread per connection.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
// @feature files
use std::path::{Component, Path, PathBuf};
// @end
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Connections served at the same time; more are told to come back later.
pub const MAX_CONNECTIONS: usize = 64; // @slot connections
/// Seconds that a silent client is waited for.
pub const TIMEOUT_SECONDS: u64 = 5; // @slot timeout
const MAX_HEAD: u64 = 16 * 1024;
const MAX_BODY: usize = 1024 * 1024;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    /// Names are in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

#[derive(Debug)]
pub enum RequestError {
    Malformed(&'static str),
    TooLarge,
    Io(io::Error),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            RequestError::Malformed(what) => write!(f, "malformed request: {what}"),
            RequestError::TooLarge => f.write_str("the request is too large"),
            RequestError::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<io::Error> for RequestError {
    fn from(error: io::Error) -> Self {
        RequestError::Io(error)
    }
}

impl Request {
    /// Reads one request; None when the client closed the connection without sending any.
    pub fn read(mut input: impl BufRead) -> Result<Option<Request>, RequestError> {
        let mut head = (&mut input).take(MAX_HEAD);
        let Some(first) = read_line(&mut head)? else {
            return Ok(None);
        };
        let words: Vec<&str> = first.split(' ').collect();
        let [method, target, "HTTP/1.0" | "HTTP/1.1"] = words[..] else {
            return Err(RequestError::Malformed("request line"));
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request {
            method: method.to_string(),
            path: path.to_string(),
            query: query.to_string(),
            ..Request::default()
        };
        loop {
            let line = read_line(&mut head)?.ok_or(RequestError::Malformed("headers"))?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or(RequestError::Malformed("header without a colon"))?;
            let (name, value) = (name.to_ascii_lowercase(), value.trim().to_string());
            request.headers.insert(name, value);
        }
        if let Some(length) = request.headers.get("content-length") {
            let length = length
                .parse::<usize>()
                .map_err(|_| RequestError::Malformed("content-length"))?;
            if length > MAX_BODY {
                return Err(RequestError::TooLarge);
            }
            request.body = vec![0; length];
            input.read_exact(&mut request.body)?;
        }
        Ok(Some(request))
    }

    // @feature query
    /// The value of a field in the query string, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(key, value)| (decode(key), decode(value)))
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
    // @end
}

/// A line without its end; None at the end of the input.
fn read_line(input: &mut io::Take<impl BufRead>) -> Result<Option<String>, RequestError> {
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line)?;
    if line.is_empty() && input.limit() > 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(match input.limit() {
            0 => RequestError::TooLarge,
            _ => RequestError::Malformed("cut off"),
        });
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let text = String::from_utf8(line);
    text.map(Some)
        .map_err(|_| RequestError::Malformed("not UTF-8"))
}

/// Replaces `%41` and `+` by what they stand for.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 2;
            }
            None => plain.push(if bytes[at] == b'+' { b' ' } else { bytes[at] }),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Response {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Response {
            status,
            content_type,
            body: body.into(),
        }
    }

    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Response::new(status, "text/plain; charset=utf-8", body.into())
    }

    fn write(&self, mut out: impl Write, with_body: bool) -> io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            413 => "Content Too Large",
            503 => "Service Unavailable",
            _ => "Unknown",
        };
        let head = format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.status,
            self.content_type,
            self.body.len()
        );
        out.write_all(head.as_bytes())?;
        if with_body {
            out.write_all(&self.body)?;
        }
        out.flush()
    }
}

type Handler = Box<dyn Fn(&Request) -> Response + Send + Sync>;

/// Finds the handler for a request.
#[derive(Default)]
pub struct Router {
    routes: Vec<(&'static str, &'static str, Handler)>,
    folder: Option<PathBuf>, // @feature files
    log: bool,               // @feature log
}

impl Router {
    pub fn route(
        mut self,
        method: &'static str,
        path: &'static str,
        handler: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.routes.push((method, path, Box::new(handler)));
        self
    }

    // @feature files
    /// Serves the files below `folder` under `/files/`.
    pub fn files(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }
    // @end

    // @feature log
    /// Writes a line to standard error for every request.
    pub fn log(mut self, on: bool) -> Self {
        self.log = on;
        self
    }
    // @end

    pub fn respond(&self, request: &Request) -> Response {
        let method = match request.method.as_str() {
            "HEAD" => "GET",
            other => other,
        };
        let mut here = self
            .routes
            .iter()
            .filter(|(_, path, _)| *path == request.path)
            .peekable();
        let known = here.peek().is_some();
        if let Some((_, _, handler)) = here.find(|route| route.0 == method) {
            return handler(request);
        }
        // @feature files
        if let (Some(folder), Some(name), "GET") =
            (&self.folder, request.path.strip_prefix("/files/"), method)
        {
            return file_response(folder, &decode(name));
        }
        // @end
        match known {
            true => Response::text(405, "this path does not take that method\n"),
            false => Response::text(404, format!("nothing at {}\n", request.path)),
        }
    }

    fn answer(&self, stream: TcpStream) -> Result<(), RequestError> {
        let timeout = Some(Duration::from_secs(TIMEOUT_SECONDS));
        stream.set_read_timeout(timeout)?;
        stream.set_write_timeout(timeout)?;
        let (response, with_body) = match Request::read(BufReader::new(&stream)) {
            Ok(None) => return Ok(()),
            Ok(Some(request)) => {
                let response = self.respond(&request);
                // @feature log
                if self.log {
                    eprintln!("{} {} {}", request.method, request.path, response.status);
                }
                // @end
                (response, request.method != "HEAD")
            }
            Err(error @ RequestError::Io(_)) => return Err(error),
            Err(error @ RequestError::Malformed(_)) => {
                (Response::text(400, format!("{error}\n")), true)
            }
            Err(error @ RequestError::TooLarge) => {
                (Response::text(413, format!("{error}\n")), true)
            }
        };
        Ok(response.write(&stream, with_body)?)
    }
}

// @feature files
/// The file `name` in `folder`. Names that lead out of the folder are not found.
fn file_response(folder: &Path, name: &str) -> Response {
    let name = Path::new(name);
    let inside = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let content_type = match name.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    match std::fs::read(folder.join(name)) {
        Ok(body) if inside => Response::new(200, content_type, body),
        _ => Response::text(404, "no such file\n"),
    }
}
// @end

/// Answers `count` connections, each on a thread of its own, and waits for the last of them.
pub fn serve(listener: &TcpListener, router: Router, count: usize) -> io::Result<()> {
    let router = Arc::new(router);
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming().take(count) {
        let stream = stream?;
        if open.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
            open.fetch_sub(1, Ordering::SeqCst);
            let _ = Response::text(503, "too many connections\n").write(&stream, true);
            continue;
        }
        let (router, open) = (Arc::clone(&router), Arc::clone(&open));
        thread::spawn(move || {
            if let Err(error) = router.answer(stream) {
                eprintln!("connection: {error}");
            }
            open.fetch_sub(1, Ordering::SeqCst);
        });
    }
    while open.load(Ordering::SeqCst) > 0 {
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
