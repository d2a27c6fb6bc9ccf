//! Servers on loopback to which messages are sent: they keep what they take, and refuse or fall silent when they are told to.

use crate::tools::Tool;
use crate::{root, runtime};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpSocket;

/// A service that takes requests.
#[derive(Debug)]
pub struct HttpSink {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    answer: Option<(u16, String)>,
    taken: Vec<String>,
}

impl HttpSink {
    /// Starts one that answers 200 with `{"status":true}`.
    #[must_use]
    pub fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn on(listener: TcpListener) -> Self {
        let answer = Some((200, "{\"status\":true}".to_owned()));
        let state = Arc::new(Mutex::new(State { answer, taken: Vec::new() }));
        let (port, kept) = (listener.local_addr().unwrap().port(), Arc::clone(&state));
        std::thread::spawn(move || {
            for peer in listener.incoming() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || answer_one(&mut peer.unwrap(), &kept));
            }
        });
        Self { port, state }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers so from now on.
    pub fn answer(&self, status: u16, body: &str) {
        self.state.lock().unwrap().answer = Some((status, body.to_owned()));
    }

    /// Answers nothing from now on, and keeps the connection.
    pub fn fall_silent(&self) {
        self.state.lock().unwrap().answer = None;
    }

    /// Every request that came whole, with its head.
    #[must_use]
    pub fn taken(&self) -> Vec<String> {
        self.state.lock().unwrap().taken.clone()
    }
}

/// A port at which nobody listens, and that nobody else is given until a service listens there.
#[derive(Debug)]
pub struct QuietPort {
    socket: TcpSocket,
}

impl QuietPort {
    /// Takes one.
    #[must_use]
    pub fn take() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { socket }
    }

    /// Its number.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// Starts a service there.
    #[must_use]
    pub fn listen(self) -> HttpSink {
        let listener = runtime().block_on(async { self.socket.listen(128).unwrap().into_std().unwrap() });
        listener.set_nonblocking(false).unwrap();
        HttpSink::on(listener)
    }
}

fn answer_one(peer: &mut TcpStream, state: &Mutex<State>) {
    peer.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (mut bytes, mut part) = (Vec::new(), [0; 8192]);
    let whole = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        head.is_some_and(|head| bytes.len() >= head + 4 + length.unwrap_or(0_usize))
    };
    while !whole(&bytes) {
        match peer.read(&mut part) {
            // The other side was killed.
            Ok(0) | Err(_) => return,
            Ok(n) => bytes.extend_from_slice(&part[..n]),
        }
    }
    let answer = {
        let mut state = state.lock().unwrap();
        state.taken.push(String::from_utf8_lossy(&bytes).into_owned());
        state.answer.clone()
    };
    let Some((status, body)) = answer else {
        std::thread::sleep(Duration::from_secs(120));
        return;
    };
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // The other side may have been killed.
    peer.write_all((head + &body).as_bytes()).ok();
}

/// A mail server (aiosmtpd), which a trial needs `Tool::Python(&["aiosmtpd"])` for.
#[derive(Debug)]
pub struct MailSink {
    folder: TempDir,
    server: Child,
    port: u16,
}

impl MailSink {
    /// Starts one: `plain`, `starttls` or `tls`, with our certificate for localhost or `anothers`.
    #[must_use]
    pub fn start(security: &str, certificate: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("mode"), "take").unwrap();
        let script = root().join("tests/smtp/sink.py");
        let certificate = Self::file(&format!("{certificate}.pem"));
        let mut command = Tool::Python(&["aiosmtpd"]).command();
        command.arg(script).arg(folder.path()).arg(security).arg(certificate).stdout(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { folder, server, port: line.trim().parse().unwrap() }
    }

    /// A file of the authority that signed the certificates.
    #[must_use]
    pub fn file(name: &str) -> String {
        root().join("tests/smtp").join(name).display().to_string()
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers so from now on; see sink.py.
    pub fn answer(&self, mode: &str) {
        fs::write(self.folder.path().join("mode.new"), mode).unwrap();
        fs::rename(self.folder.path().join("mode.new"), self.folder.path().join("mode")).unwrap();
    }

    /// What it took: a line with the receiver, how it came, and who logged in, then the message.
    #[must_use]
    pub fn taken(&self) -> Vec<String> {
        let path = |n: u32| self.folder.path().join(format!("{n}.eml"));
        let read = |path: &Path| String::from_utf8(fs::read(path).unwrap()).unwrap();
        (1..).map(path).take_while(|path| path.exists()).map(|path| read(&path)).collect()
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}
