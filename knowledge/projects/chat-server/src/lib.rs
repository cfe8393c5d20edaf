//! A chat server: lines of one client go to all others. One thread reads from each client, another
//! writes to it, so that a slow client holds nobody up.

use std::collections::BTreeMap;
// @feature history
use std::collections::VecDeque;
// @end
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Clients at the same time.
pub const MAX_CLIENTS: usize = 100; // @slot clients
/// Bytes of the longest message.
pub const MAX_MESSAGE: usize = 1000; // @slot message
/// Messages that newcomers are shown.
pub const HISTORY: usize = 10; // @feature history
/// Lines that may wait for a slow client before it is let go.
const BACKLOG: usize = 256;

/// A client's number.
pub type Id = u64;

struct Client {
    name: String,
    lines: SyncSender<String>,
    room: String, // @feature rooms
}

/// Who is there.
#[derive(Default)]
pub struct Lobby {
    clients: BTreeMap<Id, Client>,
    next: Id,
    history: VecDeque<String>, // @feature history
}

impl Lobby {
    /// Lets a client in. None when there are too many.
    pub fn join(&mut self, lines: SyncSender<String>) -> Option<Id> {
        if self.clients.len() >= MAX_CLIENTS {
            return None;
        }
        self.next += 1;
        let id = self.next;
        let name = format!("guest{id}");
        let client = Client {
            name: name.clone(),
            lines,
            room: "lobby".to_string(), // @feature rooms
        };
        self.clients.insert(id, client);
        self.tell(id, format!("* welcome, {name}; /help lists the commands"));
        // @feature history
        for line in self.history.clone() {
            self.tell(id, line);
        }
        // @end
        self.tell_others(id, format!("* {name} joined"));
        Some(id)
    }

    pub fn leave(&mut self, id: Id) {
        let name = self.name(id);
        if self.clients.contains_key(&id) {
            self.tell_others(id, format!("* {name} left"));
            self.clients.remove(&id);
        }
    }

    /// Handles a line of a client. False when the client wants to go.
    pub fn say(&mut self, id: Id, line: &str) -> bool {
        // Control characters could disturb the terminals of the others.
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            ["/quit"] => return false,
            ["/name", name] => self.rename(id, name),
            ["/who"] => self.list(id),
            // @feature private
            ["/msg", name, _, ..] => {
                let text = line.trim_start()[4..].trim_start()[name.len()..].trim();
                self.whisper(id, name, text);
            }
            // @end
            ["/join", room] => self.move_to(id, room), // @feature rooms
            [command, ..] if command.starts_with('/') => self.tell(id, help()),
            _ => {
                let message = format!("{}: {}", self.name(id), line.trim());
                // @feature history
                if self.history.len() == HISTORY {
                    self.history.pop_front();
                }
                self.history.push_back(message.clone());
                // @end
                self.tell_others(id, message);
            }
        }
        true
    }

    fn name(&self, id: Id) -> String {
        self.clients
            .get(&id)
            .map_or_else(String::new, |client| client.name.clone())
    }

    fn rename(&mut self, id: Id, name: &str) {
        let good = name.chars().count() <= 20 && name.chars().all(char::is_alphanumeric);
        let taken = self.clients.values().any(|client| client.name == name);
        if !good || taken {
            let reason = if taken {
                "is taken"
            } else {
                "is no name: letters and digits, at most 20"
            };
            return self.tell(id, format!("* {name} {reason}"));
        }
        let old = self.name(id);
        self.tell_others(id, format!("* {old} is now {name}"));
        if let Some(client) = self.clients.get_mut(&id) {
            client.name = name.to_string();
        }
        self.tell(id, format!("* you are now {name}"));
    }

    fn list(&mut self, id: Id) {
        let names: Vec<String> = self
            .clients
            .values()
            .map(|client| client.name.clone())
            .collect();
        self.tell(id, format!("* here: {}", names.join(", ")));
    }

    // @feature private
    fn whisper(&mut self, id: Id, name: &str, text: &str) {
        let found = self.clients.iter().find(|(_, client)| client.name == name);
        match found.map(|(to, _)| *to) {
            Some(to) => self.tell(to, format!("{} (to you): {text}", self.name(id))),
            None => self.tell(id, format!("* there is no {name}")),
        }
    }
    // @end

    // @feature rooms
    fn move_to(&mut self, id: Id, room: &str) {
        let name = self.name(id);
        self.tell_others(id, format!("* {name} went to {room}"));
        if let Some(client) = self.clients.get_mut(&id) {
            client.room = room.to_string();
        }
        self.tell_others(id, format!("* {name} joined"));
        self.tell(id, format!("* you are in {room}"));
    }
    // @end

    /// Lines for somebody who has gone are dropped; who does not read them is let go.
    fn tell(&mut self, id: Id, line: String) {
        if let Some(client) = self.clients.get(&id) {
            if let Err(TrySendError::Full(_)) = client.lines.try_send(line) {
                self.clients.remove(&id);
            }
        }
    }

    fn tell_others(&mut self, id: Id, line: String) {
        let others = self.clients.iter().filter(|(other, _client)| {
            // @feature rooms
            if self
                .clients
                .get(&id)
                .is_some_and(|me| me.room != _client.room)
            {
                return false;
            }
            // @end
            **other != id
        });
        let others: Vec<Id> = others.map(|(other, _)| *other).collect();
        for other in others {
            self.tell(other, line.clone());
        }
    }
}

fn help() -> String {
    let commands = [
        "/name NAME",
        "/who",
        "/msg NAME TEXT", // @feature private
        "/join ROOM",     // @feature rooms
        "/quit",
    ];
    format!("* commands: {}", commands.join(", "))
}

/// Serves `count` clients and waits for the last of them to go.
pub fn serve(listener: &TcpListener, count: usize) -> io::Result<()> {
    let lobby = Arc::new(Mutex::new(Lobby::default()));
    let mut threads = Vec::new();
    for stream in listener.incoming().take(count) {
        let (stream, lobby) = (stream?, Arc::clone(&lobby));
        threads.retain(|thread: &thread::JoinHandle<()>| !thread.is_finished());
        threads.push(thread::spawn(move || {
            if let Err(error) = talk(stream, &lobby) {
                eprintln!("client: {error}");
            }
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
    Ok(())
}

fn locked(lobby: &Mutex<Lobby>) -> MutexGuard<'_, Lobby> {
    lobby.lock().unwrap_or_else(PoisonError::into_inner)
}

fn talk(mut stream: TcpStream, lobby: &Mutex<Lobby>) -> io::Result<()> {
    let (lines, received) = mpsc::sync_channel::<String>(BACKLOG);
    let reader = BufReader::new(stream.try_clone()?);
    let Some(id) = locked(lobby).join(lines) else {
        return stream.write_all(b"* too many people are here, come back later\n");
    };
    let writer = thread::spawn(move || {
        for line in received {
            if stream.write_all(format!("{line}\n").as_bytes()).is_err() {
                break;
            }
        }
        // The lobby let the client go: its reading ends, too.
        let _ = stream.shutdown(std::net::Shutdown::Both);
    });
    let outcome = listen(reader, lobby, id);
    locked(lobby).leave(id);
    let _ = writer.join();
    outcome
}

fn listen(mut reader: impl BufRead, lobby: &Mutex<Lobby>, id: Id) -> io::Result<()> {
    loop {
        let mut line = Vec::new();
        let limit = MAX_MESSAGE as u64 + 2;
        if (&mut reader).take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if !locked(lobby).say(id, String::from_utf8_lossy(&line).trim_end()) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::Receiver;

    type Person = (Id, Receiver<String>);

    fn joined(lobby: &mut Lobby) -> Person {
        let (lines, received) = mpsc::sync_channel(BACKLOG);
        (lobby.join(lines).unwrap(), received)
    }

    /// Two people, without the lines about their coming.
    fn two() -> (Lobby, Person, Person) {
        let mut lobby = Lobby::default();
        let (ann, bob) = (joined(&mut lobby), joined(&mut lobby));
        lobby.say(ann.0, "/name Ann");
        lobby.say(bob.0, "/name Bob");
        let _ = (ann.1.try_iter().count(), bob.1.try_iter().count());
        (lobby, ann, bob)
    }

    fn heard(who: &Person) -> Vec<String> {
        who.1.try_iter().collect()
    }

    #[test]
    fn others_hear_what_is_said() {
        let (mut lobby, ann, bob) = two();
        assert!(lobby.say(ann.0, "  hi \u{1b}[2Jthere"));
        assert_eq!(heard(&bob), ["Ann: hi [2Jthere"]);
        assert!(heard(&ann).is_empty());
    }

    #[test]
    fn names_are_unique_and_plain() {
        let (mut lobby, ann, bob) = two();
        lobby.say(ann.0, "/name Bob");
        lobby.say(ann.0, "/name a:b");
        let refused = [
            "* Bob is taken",
            "* a:b is no name: letters and digits, at most 20",
        ];
        assert_eq!(heard(&ann), refused);
        assert!(heard(&bob).is_empty());
    }

    #[test]
    fn comings_and_goings_are_told() {
        let (mut lobby, ann, bob) = two();
        assert!(!lobby.say(bob.0, "/quit"));
        lobby.leave(bob.0);
        lobby.say(ann.0, "/who");
        assert_eq!(heard(&ann), ["* Bob left", "* here: Ann"]);
    }

    #[test]
    fn who_does_not_read_is_let_go() {
        let (mut lobby, ann, bob) = two();
        for _ in 0..=BACKLOG {
            lobby.say(ann.0, "x");
        }
        assert_eq!((heard(&bob).len(), lobby.clients.len()), (BACKLOG, 1));
    }

    #[test]
    fn the_lobby_can_be_full() {
        let mut lobby = Lobby::default();
        let people: Vec<_> = (0..MAX_CLIENTS).map(|_| joined(&mut lobby)).collect();
        assert_eq!(lobby.join(mpsc::sync_channel(1).0), None);
        lobby.leave(people[0].0);
        assert!(lobby.join(mpsc::sync_channel(1).0).is_some());
    }

    // @feature private
    #[test]
    fn private_messages_reach_one() {
        let (mut lobby, ann, bob) = two();
        let (_, cat) = joined(&mut lobby);
        let _ = (cat.try_iter().count(), heard(&ann), heard(&bob));
        lobby.say(ann.0, "/msg Bob Bob is  a secret");
        lobby.say(ann.0, "/msg Eve hello");
        assert_eq!(heard(&bob), ["Ann (to you): Bob is  a secret"]);
        assert_eq!(heard(&ann), ["* there is no Eve"]);
        assert_eq!(cat.try_iter().count(), 0);
    }
    // @end

    // @feature rooms
    #[test]
    fn rooms_are_apart() {
        let (mut lobby, ann, bob) = two();
        lobby.say(ann.0, "/join garden");
        lobby.say(ann.0, "anybody?");
        assert_eq!(heard(&bob), ["* Ann went to garden"]);
        lobby.say(bob.0, "/join garden");
        assert_eq!(heard(&ann), ["* you are in garden", "* Bob joined"]);
    }
    // @end

    // @feature history
    #[test]
    fn newcomers_see_the_last_messages() {
        let (mut lobby, ann, _bob) = two();
        for number in 0..HISTORY + 2 {
            lobby.say(ann.0, &number.to_string());
        }
        let (_, late) = joined(&mut lobby);
        let lines: Vec<String> = late.try_iter().skip(1).collect();
        assert_eq!((lines.len(), lines[0].as_str()), (HISTORY, "Ann: 2"));
    }
    // @end
}
