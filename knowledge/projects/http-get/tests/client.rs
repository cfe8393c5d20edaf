use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use http_get::url::Url;
use http_get::Request;

/// A server that gives these answers, one per connection. Returns its URL and what it was asked.
fn server(answers: Vec<&'static str>) -> (Url, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&listener.local_addr().unwrap().to_string()).unwrap();
    let asked = thread::spawn(move || {
        let ask = |answer: &&str| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            stream.write_all(answer.as_bytes()).unwrap();
            first
        };
        answers.iter().map(ask).collect()
    });
    (url, asked)
}

#[test]
fn a_page_is_fetched() {
    let (url, asked) = server(vec!["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]);
    let response = Request::get().send(&url.join("/a?b").unwrap()).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, &b"hello"[..]));
    assert_eq!(asked.join().unwrap(), ["GET /a?b HTTP/1.1"]);
}

#[test]
fn headers_are_sent_and_checked() {
    let request = Request::get().header("X-Test:  yes ").unwrap();
    let url = Url::parse("example.org:81/x").unwrap();
    let text = String::from_utf8(request.encode(&url)).unwrap();
    assert!(text.starts_with("GET /x HTTP/1.1\r\nHost: example.org:81\r\n"));
    assert!(text.ends_with("X-Test: yes\r\n\r\n"));
    for line in ["no colon", ": x", "a b: c", "a: b\r\nc: d"] {
        assert!(Request::get().header(line).is_none(), "{line}");
    }
}

#[test]
fn a_closed_port_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&listener.local_addr().unwrap().to_string()).unwrap();
    drop(listener);
    assert!(Request::get().send(&url).is_err());
}

// @feature redirects
#[test]
fn redirects_are_followed_but_not_for_ever() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n";
    let (url, asked) = server(vec![moved, "HTTP/1.1 204 No Content\r\n\r\n"]);
    assert_eq!(Request::get().send_following(&url).unwrap().status, 204);
    assert_eq!(asked.join().unwrap(), ["GET / HTTP/1.1", "GET /new HTTP/1.1"]);
    let (url, asked) = server(vec![moved; http_get::MAX_REDIRECTS + 1]);
    assert!(Request::get().send_following(&url).is_err());
    asked.join().unwrap();
}
// @end

// @feature post
#[test]
fn a_body_is_sent_with_its_length() {
    let request = Request {
        method: "POST".to_string(),
        body: b"a=1".to_vec(),
        ..Request::default()
    };
    let text = String::from_utf8(request.encode(&Url::parse("a").unwrap())).unwrap();
    assert!(text.contains("Content-Length: 3\r\n") && text.ends_with("\r\n\r\na=1"));
}
// @end
