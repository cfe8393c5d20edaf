//! The TCP side: one thread per connection, commands as lines, replies as lines.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::Store;

/// Bytes of the longest line taken.
const MAX_LINE: u64 = 64 * 1024;

/// Answers `count` connections and waits for their end.
pub fn serve(listener: &TcpListener, store: Store, count: usize) -> io::Result<()> {
    let store = Arc::new(Mutex::new(store));
    let mut threads = Vec::new();
    for stream in listener.incoming().take(count) {
        let (stream, store) = (stream?, Arc::clone(&store));
        threads.retain(|thread: &thread::JoinHandle<()>| !thread.is_finished());
        threads.push(thread::spawn(move || {
            if let Err(error) = talk(&stream, &store) {
                eprintln!("connection: {error}");
            }
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
    Ok(())
}

/// Answers the lines of one client until it says QUIT or goes.
fn talk(stream: &TcpStream, store: &Mutex<Store>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut line = Vec::new();
        let length = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line)?;
        if length as u64 == MAX_LINE && !line.ends_with(b"\n") {
            return writer.write_all(b"ERROR the line is too long\n");
        }
        let text = String::from_utf8_lossy(&line);
        match text.trim() {
            _ if length == 0 => return Ok(()),
            "" => continue,
            quit if quit.eq_ignore_ascii_case("quit") => return writer.write_all(b"BYE\n"),
            command => writer.write_all(answer(store, command).as_bytes())?,
        }
    }
}

/// The reply to a command, as a line.
pub fn answer(store: &Mutex<Store>, command: &str) -> String {
    // A command either happens or does not: a thread that panicked leaves the store usable.
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    match store.run(command) {
        Ok(reply) => format!("{reply}\n"),
        Err(error) => format!("ERROR {error}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(address: std::net::SocketAddr, commands: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(commands.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn clients_share_the_store() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || serve(&listener, Store::default(), 3));
        assert_eq!(ask(address, "SET a 1\r\n\r\nQUIT\r\n"), "OK\nBYE\n");
        assert_eq!(
            ask(address, "GET a\nFLY\n"),
            "VALUE 1\nERROR unknown command 'FLY'\n"
        );
        let endless = "x".repeat(MAX_LINE as usize);
        assert_eq!(ask(address, &endless), "ERROR the line is too long\n");
        server.join().unwrap().unwrap();
    }
}
