//! Who is signed in: in memory only, so that a restart ends every session.
//!
//! Rule    what is kept of a session's secret is its digest; each time that somebody signs in, the secret is a new one

use anyhow::{Result, anyhow};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A session that nobody uses ends after this time.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// No session is longer.
const LONGEST: Duration = Duration::from_secs(10 * 3_600);

/// No person has more sessions; the oldest ends.
const MOST: usize = 8;

/// For so long somebody who typed the password again need not type it once more.
const CONFIRMED: Duration = Duration::from_secs(15 * 60);

/// Streams that a session may have open.
const MOST_STREAMS: usize = 8;

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Whose.
    pub(super) account: String,
    /// What the person's entry was when they came in.
    pub(super) mark: String,
    began: Instant,
    used: Instant,
    /// When the password was typed again last.
    confirmed: Option<Instant>,
    streams: usize,
}

/// The sessions, by the digest of their secret.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<BTreeMap<String, Session>>);

impl Sessions {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session. Returns its secret, which only the browser keeps.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(super) fn begin(&self, account: &str, mark: String, now: Instant) -> Result<String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|fault| anyhow!("the system gives no random bytes: {fault}"))?;
        let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut all = self.all();
        all.retain(|_, session| session.lasts(now));
        let of_account = all.iter().filter(|(_, session)| session.account == account);
        if of_account.clone().count() >= MOST
            && let Some(oldest) = of_account.min_by_key(|(_, session)| session.began).map(|(key, _)| key.clone())
        {
            all.remove(&oldest);
        }
        let session = Session { account: account.to_owned(), mark, began: now, used: now, confirmed: None, streams: 0 };
        all.insert(digest(&secret), session);
        Ok(secret)
    }

    /// The session of a secret while it lasts, with its key; it is used by this.
    pub(super) fn of(&self, secret: &str, now: Instant) -> Option<(String, Session)> {
        let key = digest(secret);
        let mut all = self.all();
        let session = all.get_mut(&key)?;
        if !session.lasts(now) {
            all.remove(&key);
            return None;
        }
        session.used = now;
        Some((key, session.clone()))
    }

    /// Ends a session.
    pub(super) fn end(&self, key: &str) {
        self.all().remove(key);
    }

    /// Ends all sessions of an account.
    pub(super) fn end_all(&self, account: &str) {
        self.all().retain(|_, session| session.account != account);
    }

    /// How many sessions an account has.
    pub(super) fn count(&self, account: &str, now: Instant) -> usize {
        self.all().values().filter(|session| session.account == account && session.lasts(now)).count()
    }

    /// Whether a session still lasts; this does not use it.
    pub(super) fn lasts(&self, key: &str, now: Instant) -> bool {
        self.all().get(key).is_some_and(|session| session.lasts(now))
    }

    /// The password was typed again.
    pub(super) fn confirm(&self, key: &str, now: Instant) {
        if let Some(session) = self.all().get_mut(key) {
            session.confirmed = Some(now);
        }
    }

    /// Whether it was typed again not long ago.
    pub(super) fn is_confirmed(&self, key: &str, now: Instant) -> bool {
        let confirmed = self.all().get(key).and_then(|session| session.confirmed);
        confirmed.is_some_and(|confirmed| now.saturating_duration_since(confirmed) < CONFIRMED)
    }

    /// Opens a stream for a session, if it may have another one.
    pub(super) fn open_stream(&self, key: &str) -> bool {
        let mut all = self.all();
        let session = all.get_mut(key).filter(|session| session.streams < MOST_STREAMS);
        session.map(|session| session.streams += 1).is_some()
    }

    /// Closes it.
    pub(super) fn close_stream(&self, key: &str) {
        if let Some(session) = self.all().get_mut(key) {
            session.streams = session.streams.saturating_sub(1);
        }
    }
}

impl Session {
    fn lasts(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.used) < IDLE && now.saturating_duration_since(self.began) < LONGEST
    }
}

fn digest(secret: &str) -> String {
    pipeline::sha256(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_idle_or_old() {
        let (sessions, began) = (Sessions::default(), Instant::now());
        let secret = sessions.begin("kadis", String::new(), began).unwrap();
        let minutes = |n: u64| began + Duration::from_secs(60 * n);
        for n in 1..=30 {
            assert!(sessions.of(&secret, minutes(19 * n)).is_some(), "it was used each 19 minutes");
        }
        assert!(sessions.of(&secret, minutes(19 * 30 + 29)).is_some());
        assert!(sessions.of(&secret, minutes(600)).is_none(), "ten hours are over");
        let idle = sessions.begin("kadis", String::new(), began).unwrap();
        assert!(sessions.of(&idle, minutes(30)).is_none() && sessions.of(&idle, minutes(1)).is_none());
    }

    #[test]
    fn secrets_are_not_kept_and_the_oldest_session_makes_room() {
        let (sessions, began) = (Sessions::default(), Instant::now());
        let secrets: Vec<String> =
            (0..9).map(|n| sessions.begin("ti", String::new(), began + Duration::from_secs(n)).unwrap()).collect();
        assert!(!format!("{sessions:?}").contains(&secrets[8]) && secrets[8].len() == 64 && secrets[8] != secrets[7]);
        let now = began + Duration::from_secs(10);
        assert!(sessions.of(&secrets[0], now).is_none() && sessions.of(&secrets[1], now).is_some());
        sessions.end_all("ti");
        assert_eq!(sessions.count("ti", now), 0);
    }

    #[test]
    fn a_password_counts_for_a_quarter_of_an_hour_in_the_session_in_which_it_was_typed() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let [own, other] = [(); 2].map(|()| {
            let secret = sessions.begin("kadis", String::new(), now).unwrap();
            sessions.of(&secret, now).unwrap().0
        });
        assert!(!sessions.is_confirmed(&own, now), "that of signing in does not count");
        sessions.confirm(&own, now);
        assert!(sessions.is_confirmed(&own, now + Duration::from_secs(15 * 60 - 1)));
        assert!(!sessions.is_confirmed(&own, now + CONFIRMED) && !sessions.is_confirmed(&other, now));
    }

    #[test]
    fn a_session_has_few_streams() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let secret = sessions.begin("ti", String::new(), now).unwrap();
        let (key, _) = sessions.of(&secret, now).unwrap();
        assert!((0..MOST_STREAMS).all(|_| sessions.open_stream(&key)) && !sessions.open_stream(&key));
        sessions.close_stream(&key);
        assert!(sessions.open_stream(&key) && !sessions.open_stream("x"));
    }
}
