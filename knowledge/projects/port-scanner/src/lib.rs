//! Finds out which TCP ports of a host take connections, several at a time.

use std::fmt;
use std::io;
// @feature banner
use std::io::Read;
// @end
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// Connections tried at the same time, unless told otherwise.
pub const WORKERS: usize = 32; // @slot workers

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanError {
    BadPorts(String),
    NoPorts,
    UnknownHost(String),
    /// Scanning other people's machines without being asked is not done by accident.
    NotLocal(IpAddr),
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ScanError::BadPorts(text) => {
                write!(
                    f,
                    "'{text}' is no list of ports such as 22,80,8000-8100 (1 to 65535)"
                )
            }
            ScanError::NoPorts => f.write_str("there are no ports to scan"),
            ScanError::UnknownHost(host) => write!(f, "cannot find the host '{host}'"),
            ScanError::NotLocal(address) => write!(
                f,
                "{address} is not this machine: say --allow-remote if you may scan it"
            ),
        }
    }
}

impl std::error::Error for ScanError {}

/// Ports from a list such as `22,80,8000-8100`: in order, each once.
pub fn parse_ports(text: &str) -> Result<Vec<u16>, ScanError> {
    let bad = || ScanError::BadPorts(text.to_string());
    let port = |text: &str| match text.trim().parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(bad()),
    };
    let mut ports = Vec::new();
    for part in text.split(',').filter(|part| !part.trim().is_empty()) {
        match part.split_once('-') {
            None => ports.push(port(part)?),
            Some((from, to)) => {
                let (from, to) = (port(from)?, port(to)?);
                if from > to {
                    return Err(bad());
                }
                ports.extend(from..=to);
            }
        }
    }
    ports.sort_unstable();
    ports.dedup();
    match ports.is_empty() {
        true => Err(ScanError::NoPorts),
        false => Ok(ports),
    }
}

/// The address of a host. Other machines than this one need `remote`.
pub fn resolve(host: &str, remote: bool) -> Result<IpAddr, ScanError> {
    let unknown = || ScanError::UnknownHost(host.to_string());
    let found: Vec<IpAddr> = match host.parse() {
        Ok(address) => vec![address],
        Err(_) => {
            let addresses = (host, 0).to_socket_addrs().map_err(|_| unknown())?;
            addresses.map(|address| address.ip()).collect()
        }
    };
    let best = found
        .iter()
        .find(|address| address.is_ipv4())
        .or(found.first());
    match best {
        None => Err(unknown()),
        Some(address) if remote || address.is_loopback() => Ok(*address),
        Some(address) => Err(ScanError::NotLocal(*address)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortState {
    Open,
    /// The host refuses connections.
    Closed,
    /// Nothing came back in time.
    Silent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortResult {
    pub port: u16,
    pub state: PortState,
    pub banner: Option<String>, // @feature banner
}

#[derive(Debug, Clone)]
pub struct Scanner {
    pub workers: usize,
    pub timeout: Duration,
    pub banners: bool, // @feature banner
}

impl Scanner {
    /// Tries all ports; results stand in the order of the ports.
    pub fn scan(&self, address: IpAddr, ports: &[u16]) -> Vec<PortResult> {
        let next = AtomicUsize::new(0);
        let results = Mutex::new(Vec::with_capacity(ports.len()));
        thread::scope(|scope| {
            for _ in 0..self.workers.clamp(1, ports.len().max(1)) {
                scope.spawn(|| {
                    while let Some(port) = ports.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let result = self.probe(SocketAddr::new(address, *port));
                        if let Ok(mut results) = results.lock() {
                            results.push(result);
                        }
                    }
                });
            }
        });
        let mut results = results
            .into_inner()
            .unwrap_or_else(|broken| broken.into_inner());
        results.sort_by_key(|result: &PortResult| result.port);
        results
    }

    fn probe(&self, address: SocketAddr) -> PortResult {
        let connection = TcpStream::connect_timeout(&address, self.timeout);
        let state = match &connection {
            Ok(_) => PortState::Open,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => PortState::Closed,
            Err(_) => PortState::Silent,
        };
        PortResult {
            port: address.port(),
            state,
            // @feature banner
            banner: match connection {
                Ok(stream) if self.banners => greeting(stream, self.timeout),
                _ => None,
            },
            // @end
        }
    }
}

// @feature banner
/// The first line that a service says by itself, without control characters.
pub fn greeting(mut stream: TcpStream, patience: Duration) -> Option<String> {
    stream.set_read_timeout(Some(patience)).ok()?;
    let mut bytes = [0; 200];
    let length = stream.read(&mut bytes).ok().filter(|length| *length > 0)?;
    let text = String::from_utf8_lossy(&bytes[..length]);
    let line = text.lines().next()?.chars().filter(|c| !c.is_control());
    Some(line.collect())
}
// @end

// @feature names
/// What usually listens at a port.
pub fn service_name(port: u16) -> Option<&'static str> {
    let known = [
        (21, "ftp"),
        (22, "ssh"),
        (25, "smtp"),
        (53, "dns"),
        (80, "http"),
        (110, "pop3"),
        (143, "imap"),
        (443, "https"),
        (631, "ipp"),
        (3306, "mysql"),
        (5432, "postgresql"),
        (6379, "redis"),
        (8080, "http"),
    ];
    known
        .iter()
        .find(|(at, _)| *at == port)
        .map(|(_, name)| *name)
}
// @end

#[cfg(test)]
mod tests {
    use super::*;
    // @feature banner
    use std::io::Write;
    // @end
    use std::net::{Ipv4Addr, TcpListener};

    fn scanner() -> Scanner {
        Scanner {
            workers: 4,
            timeout: Duration::from_millis(500),
            banners: true, // @feature banner
        }
    }

    fn listener() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    #[test]
    fn lists_of_ports_are_read() {
        assert_eq!(parse_ports("80, 22,20-23,80"), Ok(vec![20, 21, 22, 23, 80]));
        assert_eq!(parse_ports("65535"), Ok(vec![65535]));
        for text in ["0", "9-1", "x", "1-70000", "1-2-3"] {
            assert_eq!(
                parse_ports(text),
                Err(ScanError::BadPorts(text.to_string()))
            );
        }
        assert_eq!(parse_ports(" , "), Err(ScanError::NoPorts));
    }

    #[test]
    fn only_this_machine_unless_allowed() {
        assert_eq!(
            resolve("127.0.0.1", false),
            Ok(IpAddr::V4(Ipv4Addr::LOCALHOST))
        );
        let other = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        assert_eq!(resolve("192.0.2.1", false), Err(ScanError::NotLocal(other)));
        assert_eq!(resolve("192.0.2.1", true), Ok(other));
    }

    #[test]
    fn open_and_closed_ports_are_told_apart() {
        let (_open, open_port) = listener();
        let (closed, closed_port) = listener();
        drop(closed);
        let mut ports = [open_port, closed_port];
        ports.sort_unstable();
        let results = scanner().scan(IpAddr::V4(Ipv4Addr::LOCALHOST), &ports);
        let state = |port| results.iter().find(|r| r.port == port).map(|r| r.state);
        assert_eq!(state(open_port), Some(PortState::Open));
        assert_eq!(state(closed_port), Some(PortState::Closed));
        assert!(results[0].port < results[1].port);
    }

    // @feature banner
    #[test]
    fn greetings_lose_their_control_characters() {
        let (listener, port) = listener();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"220 \x1b[1mready\r\nmore").unwrap();
        });
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        server.join().unwrap();
        let line = greeting(stream, Duration::from_secs(5));
        assert_eq!(line.as_deref(), Some("220 [1mready"));
    }
    // @end

    #[test]
    fn no_ports_give_no_results() {
        assert!(scanner()
            .scan(IpAddr::V4(Ipv4Addr::LOCALHOST), &[])
            .is_empty());
    }

    // @feature names
    #[test]
    fn well_known_ports_have_names() {
        assert_eq!((service_name(22), service_name(1)), (Some("ssh"), None));
    }
    // @end
}
