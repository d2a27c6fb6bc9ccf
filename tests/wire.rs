//! A network between the program and a server that can fall silent, or hold an answer in the middle.
//!
//! While it is silent, nothing is closed and nothing arrives any more. A held answer waits until the test has done what it came
//! for.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long a thread waits before it looks at the state again.
const LOOK: Duration = Duration::from_millis(20);

/// The wire to one port of this machine.
#[derive(Debug)]
pub struct Wire {
    /// Where the program finds the server.
    pub port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Connections of an earlier era are silent.
    era: AtomicU64,
    /// After so many bytes an answer is held, if it is not 0.
    bound: AtomicU64,
    is_holding: AtomicBool,
    down: AtomicBool,
    over: AtomicBool,
}

impl Wire {
    /// Lays it.
    #[must_use]
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::<State>::default());
        let wire = Self { port, state: Arc::clone(&state) };
        std::thread::spawn(move || accept(&listener, server, &state));
        wire
    }

    /// Whoever is connected now hears nothing any more; who connects anew is served.
    pub fn silence(&self) {
        self.state.era.fetch_add(1, Ordering::SeqCst);
    }

    /// Of whatever the server sends by one connection only so many bytes arrive until it goes on; few are enough of answers
    /// that are no rows.
    pub fn hold_after(&self, bytes: u64) {
        self.state.is_holding.store(false, Ordering::SeqCst);
        self.state.bound.store(bytes, Ordering::SeqCst);
    }

    /// Waits until that program waits for the rest of its answer.
    pub fn wait_until_held(&self, program: &mut Child) {
        while !self.state.is_holding.load(Ordering::SeqCst) {
            assert!(program.try_wait().unwrap().is_none(), "the program ended before its answer was held");
            std::thread::sleep(LOOK);
        }
    }

    /// What was held arrives.
    pub fn go_on(&self) {
        self.state.bound.store(0, Ordering::SeqCst);
    }

    /// Nobody hears anything.
    pub fn cut(&self) {
        self.state.down.store(true, Ordering::SeqCst);
        self.silence();
    }

    /// Who connects anew is served again.
    pub fn mend(&self) {
        self.state.down.store(false, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
    }
}

impl State {
    fn is_silent(&self, era: u64) -> bool {
        self.era.load(Ordering::SeqCst) != era
    }

    /// Whether no more than these bytes may arrive.
    fn holds(&self, arrived: u64) -> bool {
        let bound = self.bound.load(Ordering::SeqCst);
        let holds = bound > 0 && arrived >= bound;
        if holds {
            self.is_holding.store(true, Ordering::SeqCst);
        }
        holds
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

fn accept(listener: &TcpListener, server: u16, state: &Arc<State>) {
    let mut unheard = Vec::new();
    while !state.is_over() {
        match listener.accept() {
            Ok((program, _)) if state.down.load(Ordering::SeqCst) => unheard.push(program),
            Ok((program, _)) => {
                // A server that is down closes it at once.
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let era = state.era.load(Ordering::SeqCst);
                program.set_nonblocking(false).unwrap();
                for (from, to) in [(&program, &server), (&server, &program)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    to.set_nodelay(true).unwrap();
                    let state = Arc::clone(state);
                    std::thread::spawn(move || carry(from, to, &state, era));
                }
            }
            Err(_) => std::thread::sleep(LOOK),
        }
    }
}

/// Carries one direction of a connection; a silent one is held open.
fn carry(mut from: TcpStream, mut to: TcpStream, state: &State, era: u64) {
    from.set_read_timeout(Some(LOOK)).unwrap();
    let mut bytes = vec![0; 1 << 16];
    let mut arrived = 0;
    while !state.is_over() {
        if state.is_silent(era) || state.holds(arrived) {
            std::thread::sleep(LOOK);
            continue;
        }
        let carried = match from.read(&mut bytes) {
            Ok(0) => false,
            Ok(_) if state.is_silent(era) => true,
            Ok(n) => {
                arrived += n as u64;
                to.write_all(&bytes[..n]).is_ok()
            }
            Err(fault) => matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        };
        if !carried {
            // The other side may have closed it already.
            drop(to.shutdown(Shutdown::Write));
            return;
        }
    }
}
