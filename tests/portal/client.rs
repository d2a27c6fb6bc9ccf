//! A browser of the simplest kind: what it sends and gets is plain bytes, so that it can also send what no browser would.

use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}\n{}", self.status, self.headers, self.text())
    }
}

impl Reply {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {self:?}"))
    }

    /// Whether it leads to the form to sign in.
    pub(crate) fn asks_to_sign_in(&self) -> bool {
        self.status == 401 || (self.status == 303 && self.header("location").is_some_and(|to| to.starts_with("/masuk")))
    }

    /// The cookie that it sets, as it is sent back.
    pub(crate) fn cookie(&self) -> Option<String> {
        Some(self.header("set-cookie")?.split(';').next().unwrap().to_owned())
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        Some(Self { status, headers: lines.filter_map(header).collect(), body: bytes[end + 4..].to_vec() })
    }
}

/// A request that is being made.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    address: SocketAddr,
    method: String,
    path: String,
    host: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Asking {
    pub(crate) fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let (method, path, host) = (method.to_uppercase(), path.to_owned(), address.to_string());
        Self { address, method, path, host, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn host(self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn cookie(self, cookie: Option<&str>) -> Self {
        match cookie {
            Some(cookie) => self.with("Cookie", cookie),
            None => self,
        }
    }

    pub(crate) fn json(self) -> Self {
        self.with("Accept", "application/json")
    }

    /// The fields of a form, as a browser sends them.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        Self { body: body.join("&").into_bytes(), ..self }.with("Content-Type", "application/x-www-form-urlencoded")
    }

    /// A file that is sent in a field of a form, as a browser sends it.
    pub(crate) fn file(self, field: &str, bytes: &[u8]) -> Self {
        const BOUNDARY: &str = "----batas9001";
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"dokumen.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        Self { body, ..self }.with("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}"))
    }

    fn bytes(&self, connection: &str) -> Vec<u8> {
        let Self { method, path, host, headers, body, .. } = self;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = if method == "POST" { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: {connection}\r\n{headers}{length}\r\n");
        [head.as_bytes(), body].concat()
    }

    /// Sends it; the answer.
    pub(crate) fn send(&self) -> Reply {
        let bytes = raw(self.address, &self.bytes("close"));
        Reply::read(&bytes).unwrap_or_else(|| panic!("no answer to {self:?}: {}", String::from_utf8_lossy(&bytes)))
    }

    /// Sends it and leaves the connection open.
    pub(crate) fn open(&self) -> TcpStream {
        let mut stream = connected(self.address);
        stream.write_all(&self.bytes("keep-alive")).unwrap();
        stream
    }
}

/// A value as it stands in a form or an address.
pub(crate) fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A connection that waits for so long.
pub(crate) fn connected(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What comes back for some bytes until the connection ends. One that is broken off has said what it said.
pub(crate) fn raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connected(address);
    // A server that refuses does not read to the end.
    drop(stream.write_all(bytes));
    rest(&mut stream)
}

/// What still comes.
pub(crate) fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut some) = (Vec::new(), [0; 65_536]);
    loop {
        match stream.read(&mut some) {
            Ok(0) => return all,
            Ok(n) => all.extend_from_slice(&some[..n]),
            Err(fault) if fault.kind() == ErrorKind::ConnectionReset => return all,
            Err(fault) => panic!("{fault} after {}", String::from_utf8_lossy(&all)),
        }
    }
}

/// The status of what came back.
pub(crate) fn status(bytes: &[u8]) -> u16 {
    String::from_utf8_lossy(bytes).split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// Reads until a text came.
pub(crate) fn until(stream: &mut TcpStream, text: &str) -> String {
    let (mut all, mut some) = (String::new(), [0; 65_536]);
    while !all.contains(text) {
        let n = stream.read(&mut some).unwrap();
        assert!(n > 0, "it ended before `{text}` came:\n{all}");
        all.push_str(&String::from_utf8_lossy(&some[..n]));
    }
    all
}
