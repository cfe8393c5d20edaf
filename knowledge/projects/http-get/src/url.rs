//! Addresses of the form `http://host:port/path?query`.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub host: String,
    pub port: u16,
    /// Path and query, what is asked of the server.
    pub target: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlError {
    /// Only plain http can be had without a library for encryption.
    Scheme(String),
    Host(String),
    Port(String),
    Character(char),
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            UrlError::Scheme(scheme) => write!(f, "'{scheme}' is not supported, only http"),
            UrlError::Host(host) => write!(f, "'{host}' is not a host"),
            UrlError::Port(port) => write!(f, "'{port}' is not a port"),
            UrlError::Character(c) => write!(f, "a URL cannot contain {c:?}: write it with %"),
        }
    }
}

impl std::error::Error for UrlError {}

impl Url {
    /// Takes a URL apart; `http://` may be left out.
    pub fn parse(text: &str) -> Result<Url, UrlError> {
        let foreign = |c: &char| c.is_whitespace() || c.is_control() || !c.is_ascii();
        if let Some(c) = text.chars().find(foreign) {
            return Err(UrlError::Character(c));
        }
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => return Err(UrlError::Scheme(scheme.to_string())),
            None => text,
        };
        let rest = rest.split('#').next().unwrap_or("");
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let target = if target.starts_with('/') {
            target.to_string()
        } else {
            format!("/{target}")
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => match port.parse() {
                Ok(port) if port > 0 => (host, port),
                _ => return Err(UrlError::Port(port.to_string())),
            },
            _ => (authority, 80),
        };
        // An IPv6 address stands in brackets.
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let good = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(plain),
        };
        match good {
            true => Ok(Url {
                host: bare.unwrap_or(host).to_ascii_lowercase(),
                port,
                target,
            }),
            false => Err(UrlError::Host(authority.to_string())),
        }
    }

    /// Host and port as the server wants to read them.
    pub fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match self.port {
            80 => host,
            port => format!("{host}:{port}"),
        }
    }

    /// Another URL as seen from this one: `/x`, `x`, `?q` or a whole one.
    pub fn join(&self, reference: &str) -> Result<Url, UrlError> {
        if reference.contains("://") {
            return Url::parse(reference);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Url::parse(rest);
        }
        let path = self.target.split('?').next().unwrap_or("/");
        let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
        let target = match reference.chars().next() {
            None | Some('#') => self.target.clone(),
            Some('/') => reference.to_string(),
            Some('?') => format!("{path}{reference}"),
            Some(_) => format!("{folder}{reference}"),
        };
        Url::parse(&format!("http://{}{target}", self.authority()))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Url::parse(text).map_or_else(|error| error.to_string(), |url| url.to_string())
    }

    #[test]
    fn urls_are_taken_apart() {
        let url = Url::parse("HTTP://Example.org:8080/a/b?c=d#e").unwrap();
        assert_eq!(
            (url.host.as_str(), url.port, url.target.as_str()),
            ("example.org", 8080, "/a/b?c=d")
        );
        assert_eq!(shown("example.org"), "http://example.org/");
        assert_eq!(shown("example.org?q=1:2"), "http://example.org/?q=1:2");
        assert_eq!(shown("http://[::1]:81/x"), "http://[::1]:81/x");
    }

    #[test]
    fn wrong_urls_are_explained() {
        assert_eq!(shown("https://a/"), "'https' is not supported, only http");
        assert_eq!(shown("http://:80/"), "':80' is not a host");
        assert_eq!(shown("a:99999"), "'99999' is not a port");
        assert_eq!(shown("a/ b"), "a URL cannot contain ' ': write it with %");
        assert_eq!(shown("user@a"), "'user@a' is not a host");
    }

    #[test]
    fn references_are_joined() {
        let url = Url::parse("http://a:81/x/y?z").unwrap();
        let joined =
            ["/n", "n", "?n", "", "http://b/", "//b/n"].map(|to| url.join(to).unwrap().to_string());
        let expected = [
            "http://a:81/n",
            "http://a:81/x/n",
            "http://a:81/x/y?n",
            "http://a:81/x/y?z",
            "http://b/",
            "http://b/n",
        ];
        assert_eq!(joined, expected);
    }
}
