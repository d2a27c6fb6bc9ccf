//! Takes connections: at most so many, each with little time for its handshake and its request's head, and ends them all at once.
//!
//! Rule    whoever is silent, slow or half open holds a place for seconds only, and never the accept loop

use super::patience::Patient;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// How long the head of a request may take, also of the next one on a connection.
const HEAD: Duration = Duration::from_secs(10);

/// How long the handshake of TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The head of a request is no longer.
const LONGEST_HEAD: usize = 8 << 10;

/// Connections at once, in all and from one address.
const MOST: usize = 256;
const MOST_OF_AN_ADDRESS: usize = 32;

/// How long an answer that was begun may take when everything ends.
const FAREWELL: Duration = Duration::from_millis(700);

/// When the system has no place for another connection, the next one is asked for after this time.
const NO_PLACE: Duration = Duration::from_millis(500);

/// From where a request came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Takes connections until `stop` says that it is over, or its sender is gone.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let places = Places::default();
    // Every connection holds one; when all are gone, the channel is closed.
    let (open, mut closed) = tokio::sync::mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = over(&mut stop) => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(fault) => {
                tracing::warn!("a connection cannot be taken: {fault}");
                tokio::time::sleep(NO_PLACE).await;
                continue;
            }
        };
        // One that has no place is closed at once.
        let Some(place) = places.take(from) else { continue };
        let (tls, router, stop, open) = (tls.clone(), router.clone(), stop.clone(), open.clone());
        drop(tokio::spawn(async move {
            let (_place, _open) = (place, open);
            connected(stream, from, tls, router, stop).await;
        }));
    }
    drop(listener);
    drop(open);
    // The runtime ends what is left.
    drop(tokio::time::timeout(FAREWELL, closed.recv()).await);
}

async fn connected(
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    // What is written is small and wanted now.
    drop(stream.set_nodelay(true));
    match tls {
        None => speak(stream, from, router, stop).await,
        Some(tls) => {
            let mut over_first = stop.clone();
            let shaken = tokio::select! {
                shaken = tokio::time::timeout(HANDSHAKE, tls.accept(stream)) => shaken.ok().and_then(Result::ok),
                () = over(&mut over_first) => None,
            };
            match shaken {
                Some(stream) => speak(stream, from, router, stop).await,
                None => tracing::debug!("a connection ended before its handshake"),
            }
        }
    }
}

async fn speak<S>(stream: S, from: SocketAddr, router: Router, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = Peer(from.ip().to_canonical());
    let inner = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        inner.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(LONGEST_HEAD).half_close(false);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(Patient::new(stream)), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = over(&mut stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(fault) = ended {
        tracing::debug!("a connection broke off: {fault}");
    }
}

/// Waits until everything ends.
pub(super) async fn over(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|is_over| *is_over).await);
}

/// The places of connections.
#[derive(Clone, Debug, Default)]
struct Places(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

impl Places {
    fn take(&self, from: SocketAddr) -> Option<Place> {
        let address = from.ip().to_canonical();
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let of_address = taken.entry(address).or_default();
        if all >= MOST || *of_address >= MOST_OF_AN_ADDRESS {
            return None;
        }
        *of_address += 1;
        Some(Place { of: self.clone(), address })
    }
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
struct Place {
    of: Places,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = taken.get_mut(&self.address) {
            *n = n.saturating_sub(1);
        }
        taken.retain(|_, n| *n > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_few_and_given_back() {
        let places = Places::default();
        let from = |n: u8| SocketAddr::from(([10, 0, 0, n], 1_024));
        let mut taken: Vec<Place> = (0..100).map_while(|_| places.take(from(1))).collect();
        assert_eq!(taken.len(), MOST_OF_AN_ADDRESS);
        assert!(places.take("[::ffff:10.0.0.1]:9".parse().unwrap()).is_none(), "the same address, otherwise written");
        taken.pop();
        taken.extend(places.take(from(1)));
        assert_eq!(taken.len(), MOST_OF_AN_ADDRESS);
        for n in 2..=20 {
            taken.extend((0..32).map_while(|_| places.take(from(n))));
        }
        assert_eq!(taken.len(), MOST);
        drop(taken);
        assert!(places.0.lock().unwrap().is_empty());
    }
}
