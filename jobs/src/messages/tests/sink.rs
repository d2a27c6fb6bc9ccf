//! A service on loopback for the tests of messages.

use crate::messages::Kind;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A service on loopback: what it was sent, and whether it takes more.
#[derive(Default)]
pub(super) struct Sink {
    pub(super) requests: Mutex<Vec<String>>,
    pub(super) refuses: AtomicBool,
    pub(super) asked: AtomicUsize,
}

impl Sink {
    pub(super) fn start() -> (Arc<Self>, u16) {
        let (sink, listener) = (Arc::new(Self::default()), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = listener.local_addr().unwrap().port();
        let at = Arc::clone(&sink);
        std::thread::spawn(move || listener.incoming().for_each(|peer| at.answer(&mut peer.unwrap())));
        (sink, port)
    }

    fn answer(&self, peer: &mut TcpStream) {
        peer.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        let (mut text, mut bytes) = (String::new(), [0; 8192]);
        let whole = |text: &str| {
            let length =
                text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length.unwrap_or(0_usize))
        };
        while !whole(&text) {
            match peer.read(&mut bytes).unwrap() {
                0 => return,
                n => text.push_str(&String::from_utf8_lossy(&bytes[..n])),
            }
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let taken = !self.refuses.load(Ordering::Relaxed);
        if taken {
            self.requests.lock().unwrap().push(text);
        }
        let body = format!("{{\"status\":{taken}}}");
        write!(peer, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).unwrap();
    }

    /// The subjects that were taken, of messages of that kind.
    pub(super) fn subjects(&self, kind: Kind) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let told = requests
            .iter()
            .map(|text| serde_json::from_str::<serde_json::Value>(text.split_once("\r\n\r\n").unwrap().1).unwrap());
        told.filter(|told| told["kind"] == kind.word())
            .map(|told| told["subject"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn count(&self, kind: Kind) -> usize {
        self.subjects(kind).len()
    }
}
