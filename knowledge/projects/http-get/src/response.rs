//! Answers of servers.

use std::io::{BufRead, Read};

use crate::{HttpError, MAX_BODY};

/// Bytes of the longest line in the head, and lines of the longest head.
const MAX_LINE: u64 = 16 * 1024;
const MAX_LINES: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name, in whatever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Reads an answer. The body ends by its length, by chunks, or with the connection.
    pub fn read(mut input: impl BufRead, with_body: bool) -> Result<Response, HttpError> {
        let first = read_line(&mut input)?;
        let mut words = first.splitn(3, ' ');
        let version = words.next().unwrap_or("");
        let status = words.next().and_then(|code| code.parse().ok());
        let (true, Some(status)) = (version.starts_with("HTTP/1."), status) else {
            return Err(HttpError::Malformed("status line"));
        };
        let reason = words.next().unwrap_or("").to_string();
        let mut response = Response {
            status,
            reason,
            headers: Vec::new(),
            body: Vec::new(),
        };
        for _ in 0..MAX_LINES {
            let line = read_line(&mut input)?;
            if line.is_empty() {
                if with_body && status != 204 && status != 304 {
                    response.body = response.read_body(input)?;
                }
                return Ok(response);
            }
            let (name, value) = line.split_once(':').ok_or(HttpError::Malformed("header"))?;
            response
                .headers
                .push((name.to_string(), value.trim().to_string()));
        }
        Err(HttpError::Malformed("too many headers"))
    }

    fn read_body(&self, mut input: impl BufRead) -> Result<Vec<u8>, HttpError> {
        let chunked = self
            .header("transfer-encoding")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("chunked"));
        if chunked {
            return read_chunks(input);
        }
        let mut body = Vec::new();
        match self.header("content-length") {
            Some(text) => {
                let length: usize = text
                    .parse()
                    .map_err(|_| HttpError::Malformed("content-length"))?;
                append(&mut input, length, &mut body)?;
            }
            None => {
                input.take(MAX_BODY as u64 + 1).read_to_end(&mut body)?;
                if body.len() > MAX_BODY {
                    return Err(HttpError::BodyTooLong);
                }
            }
        }
        Ok(body)
    }
}

/// Reads `length` more bytes.
fn append(input: &mut impl BufRead, length: usize, body: &mut Vec<u8>) -> Result<(), HttpError> {
    if length > MAX_BODY - body.len() {
        return Err(HttpError::BodyTooLong);
    }
    match input.take(length as u64).read_to_end(body)? {
        read if read == length => Ok(()),
        _ => Err(HttpError::Malformed("the body is cut off")),
    }
}

fn read_chunks(mut input: impl BufRead) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    loop {
        let line = read_line(&mut input)?;
        let size = line.split(';').next().unwrap_or("").trim();
        let size =
            usize::from_str_radix(size, 16).map_err(|_| HttpError::Malformed("chunk size"))?;
        if size == 0 {
            return Ok(body);
        }
        append(&mut input, size, &mut body)?;
        if !read_line(&mut input)?.is_empty() {
            return Err(HttpError::Malformed("end of a chunk"));
        }
    }
}

/// A line of the head without its end.
fn read_line(input: &mut impl BufRead) -> Result<String, HttpError> {
    let mut line = Vec::new();
    input.take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(HttpError::Malformed("a line is cut off or too long"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Response, HttpError> {
        Response::read(text.as_bytes(), true)
    }

    #[test]
    fn an_answer_with_a_length_is_read() {
        let response =
            read("HTTP/1.1 200 All right\r\nContent-Length: 2\r\nX: y\r\n\r\nhi and more").unwrap();
        assert_eq!(
            (response.status, response.reason.as_str()),
            (200, "All right")
        );
        assert_eq!(
            (response.body.as_slice(), response.header("x")),
            (&b"hi"[..], Some("y"))
        );
    }

    #[test]
    fn chunks_are_put_together() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        assert_eq!(read(text).unwrap().body, b"abcde");
        assert!(matches!(
            read(&text.replace("3\r", "g\r")),
            Err(HttpError::Malformed("chunk size"))
        ));
    }

    #[test]
    fn a_body_may_end_with_the_connection() {
        assert_eq!(
            read("HTTP/1.0 404 Not Found\n\nnothing").unwrap().body,
            b"nothing"
        );
        assert!(Response::read(&b"HTTP/1.0 200 OK\n\nx"[..], false)
            .unwrap()
            .body
            .is_empty());
    }

    #[test]
    fn malformed_and_oversized_answers_are_refused() {
        for text in [
            "",
            "SSH-2.0\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx\r\n\r\n",
        ] {
            assert!(matches!(read(text), Err(HttpError::Malformed(_))), "{text}");
        }
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi";
        assert!(matches!(
            read(cut),
            Err(HttpError::Malformed("the body is cut off"))
        ));
        let long = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            MAX_BODY + 1
        );
        assert!(matches!(read(&long), Err(HttpError::BodyTooLong)));
    }
}
