use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use http_server_std::{decode, serve, Request, RequestError, Response, Router};

fn read(text: &str) -> Result<Option<Request>, RequestError> {
    Request::read(text.as_bytes())
}

fn router() -> Router {
    Router::default()
        .route("GET", "/health", |_| Response::text(200, "ok\n"))
        .route("POST", "/echo", |request| Response::text(200, String::from_utf8_lossy(&request.body)))
}

fn status(method: &str, path: &str) -> u16 {
    let request = read(&format!("{method} {path} HTTP/1.1\r\n\r\n")).unwrap().unwrap();
    router().respond(&request).status
}

#[test]
fn requests_are_read() {
    let request = read("POST /echo?a=1 HTTP/1.1\r\nContent-Length: 2\r\nHost: x\r\n\r\nhi").unwrap().unwrap();
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/echo", "a=1"));
    assert_eq!(request.headers["host"], "x");
    assert_eq!(router().respond(&request).body, b"hi");
    assert!(read("").unwrap().is_none());
}

#[test]
fn malformed_requests_are_refused() {
    for text in ["GET /\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n"] {
        assert!(matches!(read(text), Err(RequestError::Malformed(_))), "{text}");
    }
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000));
    assert!(matches!(read(&long), Err(RequestError::TooLarge)));
    let body = "PUT / HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n";
    assert!(matches!(read(body), Err(RequestError::TooLarge)));
}

#[test]
fn routes_depend_on_method_and_path() {
    assert_eq!(status("GET", "/health"), 200);
    assert_eq!(status("HEAD", "/health"), 200);
    assert_eq!(status("GET", "/none"), 404);
    assert_eq!(status("PUT", "/health"), 405);
}

#[test]
fn escapes_are_decoded() {
    assert_eq!(decode("a%20b+c%C3%A9"), "a b c\u{e9}");
    assert_eq!(decode("100%"), "100%");
}

#[test]
fn a_client_is_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || serve(&listener, router(), 2));
    for (request, expected) in [
        ("GET /health HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n"),
        ("nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.starts_with(expected), "{answer}");
    }
    server.join().unwrap().unwrap();
}

// @feature query
#[test]
fn query_values_are_found() {
    let request = read("GET /?name=Ann%20B&x=1 HTTP/1.1\r\n\r\n").unwrap().unwrap();
    assert_eq!(request.query_value("name").as_deref(), Some("Ann B"));
    assert_eq!(request.query_value("y"), None);
}
// @end

// @feature files
#[test]
fn files_are_served_but_nothing_outside() {
    let router = router().files(env!("CARGO_MANIFEST_DIR"));
    let get = |path: &str| {
        let request = read(&format!("GET {path} HTTP/1.1\r\n\r\n")).unwrap().unwrap();
        router.respond(&request)
    };
    assert_eq!(get("/files/Cargo.toml").status, 200);
    assert_eq!(get("/files/none.txt").status, 404);
    assert_eq!(get("/files/src/../Cargo.toml").status, 404);
    assert_eq!(get("/files/%2Fetc/hosts").status, 404);
}
// @end
