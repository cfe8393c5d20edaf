//! Answers GET requests: `/` with a page, `/health` with "ok", everything else with 404.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const LONGEST_REQUEST: u64 = 16 * 1024;

struct Response {
    status: &'static str,
    content_type: &'static str,
    body: String,
}

fn respond(method: &str, path: &str) -> Response {
    let (status, content_type, body) = match (method, path) {
        ("GET", "/") => ("200 OK", "text/html", "<h1>It works</h1>\n".to_string()),
        ("GET", "/health") => ("200 OK", "text/plain", "ok\n".to_string()),
        ("GET", _) => ("404 Not Found", "text/plain", format!("nothing at {path}\n")),
        _ => ("405 Method Not Allowed", "text/plain", "only GET\n".to_string()),
    };
    Response { status, content_type, body }
}

fn write_response(mut out: impl Write, response: &Response) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 {}\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
        response.status,
        response.content_type,
        response.body.len(),
        response.body
    )?;
    out.flush()
}

fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream.try_clone()?.take(LONGEST_REQUEST));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
    // The headers are read to their end, so that the client is not cut off while it is still sending.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    write_response(stream, &respond(method, path))
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_string());
    let listener = TcpListener::bind(&address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || {
            if let Err(e) = serve(stream) {
                eprintln!("connection: {e}");
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        assert_eq!(respond("GET", "/health").status, "200 OK");
        assert_eq!(respond("GET", "/none").status, "404 Not Found");
        assert_eq!(respond("PUT", "/").status, "405 Method Not Allowed");
    }

    #[test]
    fn length_is_stated() {
        let mut out = Vec::new();
        write_response(&mut out, &respond("GET", "/health")).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("content-length: 3\r\n"));
    }
}
