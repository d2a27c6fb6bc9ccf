//! What is known of the time beside the clock itself: what was written down, whether a time server keeps the clock, what a person said,
//! and the clock of the office's database, where that is on another machine.

use crate::history::History;
use crate::scheduler::Sightings;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use pipeline::Source;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long an answer, or that there is none, counts.
const PAUSE: Duration = Duration::from_secs(300);

/// What a time server that keeps the clock leaves behind.
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";

/// What this machine knows. `archived_s` is when the archive was last written.
///
/// # Errors
/// When the history cannot be read.
pub(crate) async fn sightings(history: &mut History, archived_s: Option<i64>) -> Result<Sightings> {
    let disproved_s = history.disproved_s().await?;
    Ok(Sightings {
        newest_s: history.newest_s().await?.max(archived_s.filter(|at_s| Some(*at_s) > disproved_s)),
        believed_s: history.clock_believed().await?,
        is_synchronized: Path::new(SYNCHRONIZED).exists(),
        ahead_of_source_s: None,
        confirmed_s: history.clock_confirmed().await?,
    })
}

/// What the database last said.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    asked: Option<Instant>,
    /// How far the clock was ahead of the database's, with the clock at which it was asked.
    said: Option<(i64, i64)>,
}

impl Witness {
    /// How far the clock is ahead of that of the database; nothing where no other machine has said so.
    pub(crate) async fn ahead_s(&mut self, workspace: &Workspace, now_s: i64) -> Option<i64> {
        let is_old = self.asked.is_none_or(|asked| asked.elapsed() >= PAUSE);
        // A clock that was set since was not the one that was compared.
        let is_of_now = self.said.is_some_and(|(_, then_s)| (now_s - then_s).unsigned_abs() <= PAUSE.as_secs() + 60);
        if is_old || self.said.is_some() && !is_of_now {
            self.asked = Some(Instant::now());
            self.said = match tokio::time::timeout(PATIENCE, ask(workspace)).await {
                Ok(Ok(clock_s)) => clock_s.map(|clock_s| (now_s - clock_s, now_s)),
                Ok(Err(fault)) => {
                    tracing::debug!("the database says no time: {fault:#}");
                    None
                }
                Err(_) => None,
            };
        }
        self.said.map(|(ahead_s, _)| ahead_s)
    }
}

/// The clock of the database in seconds; nothing where it has none, or where it is that of this machine.
async fn ask(workspace: &Workspace) -> Result<Option<i64>> {
    let Some(host) = host(&workspace.config.source.url) else { return Ok(None) };
    if !tokio::task::spawn_blocking(move || is_another_machine(&host)).await?? {
        return Ok(None);
    }
    let mut source = Source::open(workspace.config.source_config()?).await?;
    Ok(source.clock_us().await?.map(|clock_us| clock_us.div_euclid(1_000_000)))
}

/// Host and port of a server.
fn host(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let usual = match scheme {
        "postgres" | "postgresql" => 5432,
        "mysql" | "mariadb" => 3306,
        _ => return None,
    };
    let authority = rest.split(['/', '?']).next()?;
    let named = authority.rsplit_once('@').map_or(authority, |(_, named)| named);
    let (host, port) = match named.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').map(|(host, rest)| (host, rest.strip_prefix(':')))?,
        None => named.split_once(':').map_or((named, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(usual), |port| port.parse().ok())?;
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// Whether a server is on another machine: a connection to the own one has the same address at both ends.
fn is_another_machine(host: &(String, u16)) -> Result<bool> {
    let address = (host.0.as_str(), host.1).to_socket_addrs()?.next().context("it has no address")?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (own, other) = (stream.local_addr()?.ip(), stream.peer_addr()?.ip());
    Ok(own != other && !other.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_host_of_a_source_is_read_from_its_url() {
        let of = |url: &str| host(url).map(|(host, port)| format!("{host} {port}"));
        assert_eq!(of("postgres://a:b%40@db.kantor.go.id/layanan").as_deref(), Some("db.kantor.go.id 5432"));
        assert_eq!(of("mysql://a:b@10.0.0.7:3307/layanan?x=y").as_deref(), Some("10.0.0.7 3307"));
        assert_eq!(of("postgres://a@[fd00::7]:5433/l").as_deref(), Some("fd00::7 5433"));
        for none in ["sqlite:kantor.sqlite", "csv:ekspor", "postgres:///layanan?host=/run/postgresql"] {
            assert_eq!(of(none), None);
        }
    }

    #[test]
    fn this_machine_is_no_witness_for_itself() {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        assert!(!is_another_machine(&("127.0.0.1".to_owned(), port)).unwrap());
        assert!(!is_another_machine(&("localhost".to_owned(), port)).unwrap());
    }
}
