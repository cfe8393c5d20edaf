//! A small HTTP/1.1 client: URLs are taken apart, requests written, answers read within limits.

pub mod response;
pub mod url;

use std::fmt;
use std::io::{self, BufReader, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use response::Response;
use url::Url;

/// Seconds that a silent server is waited for.
pub const TIMEOUT_SECONDS: u64 = 10; // @slot timeout
/// Bytes of the longest body that is read.
pub const MAX_BODY: usize = 10000000; // @slot body
/// Redirects that are followed before giving up.
pub const MAX_REDIRECTS: usize = 5; // @feature redirects

#[derive(Debug)]
pub enum HttpError {
    Url(url::UrlError),
    UnknownHost(String),
    Io(io::Error),
    Malformed(&'static str),
    BodyTooLong,
    TooManyRedirects, // @feature redirects
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            HttpError::Url(error) => write!(f, "{error}"),
            HttpError::UnknownHost(host) => write!(f, "cannot find the host '{host}'"),
            HttpError::Io(error) => write!(f, "{error}"),
            HttpError::Malformed(what) => write!(f, "the answer is malformed: {what}"),
            HttpError::BodyTooLong => write!(f, "the answer is over {MAX_BODY} bytes"),
            HttpError::TooManyRedirects => f.write_str("redirected too often"), // @feature redirects
        }
    }
}

impl std::error::Error for HttpError {}

impl From<io::Error> for HttpError {
    fn from(error: io::Error) -> Self {
        HttpError::Io(error)
    }
}

impl From<url::UrlError> for HttpError {
    fn from(error: url::UrlError) -> Self {
        HttpError::Url(error)
    }
}

/// What is asked of a server.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    /// Names and values of further headers.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>, // @feature post
}

impl Request {
    pub fn get() -> Self {
        Request {
            method: "GET".to_string(),
            ..Request::default()
        }
    }

    /// Adds a header written as `Name: value`. None when it is none.
    pub fn header(mut self, line: &str) -> Option<Self> {
        let (name, value) = line.split_once(':')?;
        let token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        // A line end inside would smuggle in further headers.
        if name.is_empty() || !name.chars().all(token) || value.contains(['\r', '\n']) {
            return None;
        }
        self.headers
            .push((name.to_string(), value.trim().to_string()));
        Some(self)
    }

    /// The bytes that are sent.
    pub fn encode(&self, url: &Url) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\n",
            self.method,
            url.target,
            url.authority()
        );
        text += concat!(
            "User-Agent: ",
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION"),
            "\r\n"
        );
        text += "Accept: */*\r\nConnection: close\r\n";
        // @feature post
        if !self.body.is_empty() {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        // @end
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        let bytes = text.into_bytes();
        // @feature post
        let bytes = [bytes, self.body.clone()].concat();
        // @end
        bytes
    }

    /// Sends the request to the server of the URL and reads the answer.
    pub fn send(&self, url: &Url) -> Result<Response, HttpError> {
        let timeout = Duration::from_secs(TIMEOUT_SECONDS);
        let mut stream = connect(url, timeout)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        stream.write_all(&self.encode(url))?;
        Response::read(BufReader::new(stream), self.method != "HEAD")
    }

    // @feature redirects
    /// The same, but goes where the server sends it.
    pub fn send_following(&self, url: &Url) -> Result<Response, HttpError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&url)?;
            match (response.status, response.header("location")) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => url = url.join(location)?,
                _ => return Ok(response),
            }
        }
        Err(HttpError::TooManyRedirects)
    }
    // @end
}

/// Tries the addresses of the host one after the other.
fn connect(url: &Url, timeout: Duration) -> Result<TcpStream, HttpError> {
    let unknown = || HttpError::UnknownHost(url.host.clone());
    let addresses = (url.host.as_str(), url.port)
        .to_socket_addrs()
        .map_err(|_| unknown())?;
    let mut last = None;
    for address in addresses {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(unknown, HttpError::Io))
}
