//! How often somebody may try to sign in, or present a token: per account and per address, with a wait that grows.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tries that fail are remembered for so long.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);

/// So many tries are free.
const OF_AN_ACCOUNT: u32 = 5;
const OF_AN_ADDRESS: u32 = 20;

/// The wait after them: this long at first, then twice as long each time, and no longer than they are remembered.
const WAIT: Duration = Duration::from_secs(30);

/// No more accounts and addresses are remembered: what is typed as an account may be anything.
const MOST: usize = 4_096;

/// Tries that failed.
#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    last: Instant,
}

impl Failed {
    /// How long must still be waited.
    fn wait(self, free: u32, now: Instant) -> Option<Duration> {
        let over = self.times.checked_sub(free)?;
        let wait = WAIT.saturating_mul(1 << over.min(5)).min(REMEMBERED);
        let left = wait.saturating_sub(now.saturating_duration_since(self.last));
        (!left.is_zero()).then_some(left)
    }
}

/// Who tries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Account(String),
    Address(IpAddr),
}

impl Who {
    fn free(&self) -> u32 {
        match self {
            Self::Account(_) => OF_AN_ACCOUNT,
            Self::Address(_) => OF_AN_ADDRESS,
        }
    }
}

/// What failed until now.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<BTreeMap<Who, Failed>>);

impl Limits {
    /// Counts a try beforehand, as if it failed, so that many at once are not free. Returns how long must be waited where it is too much;
    /// then it is not counted.
    ///
    /// # Errors
    /// When that account or that address has to wait: how long.
    pub(super) fn begin(&self, account: &str, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let who = [Who::Account(pipeline::sha256(account.as_bytes())), Who::Address(address)];
        let mut all = self.remembered(now);
        let wait = who.iter().filter_map(|who| all.get(who)?.wait(who.free(), now)).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for who in who {
            count(&mut all, who, now);
        }
        Ok(())
    }

    /// Whether a token of an address is looked at. A token cannot be guessed, so that only those that are none are counted, afterwards.
    ///
    /// # Errors
    /// When that address has to wait: how long.
    pub(super) fn may_try(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let wait = self.remembered(now).get(&Who::Address(address)).and_then(|failed| failed.wait(OF_AN_ADDRESS, now));
        wait.map_or(Ok(()), Err)
    }

    /// What an address presented was no token.
    pub(super) fn failed(&self, address: IpAddr, now: Instant) {
        count(&mut self.remembered(now), Who::Address(address), now);
    }

    /// What is still remembered.
    fn remembered(&self, now: Instant) -> MutexGuard<'_, BTreeMap<Who, Failed>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, failed| now.saturating_duration_since(failed.last) < REMEMBERED);
        all
    }

    /// The try that was counted did not fail. What an address failed at with other accounts stays.
    pub(super) fn succeeded(&self, account: &str, address: IpAddr) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&Who::Account(pipeline::sha256(account.as_bytes())));
        if let Some(failed) = all.get_mut(&Who::Address(address)) {
            failed.times = failed.times.saturating_sub(1);
        }
    }
}

fn count(all: &mut BTreeMap<Who, Failed>, who: Who, now: Instant) {
    if all.len() >= MOST
        && let Some(oldest) = all.iter().min_by_key(|(_, failed)| failed.last).map(|(who, _)| who.clone())
    {
        all.remove(&oldest);
    }
    let failed = all.entry(who).or_insert(Failed { times: 0, last: now });
    *failed = Failed { times: failed.times.saturating_add(1), last: now };
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_wait_grows_and_ends() {
        let (limits, began) = (Limits::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(limits.begin("kadis", HERE, began), Ok(()));
        }
        assert_eq!(limits.begin("kadis", HERE, began), Err(WAIT));
        assert_eq!(limits.begin("ti", HERE, began), Ok(()), "another account is free");
        let later = began + WAIT;
        assert_eq!(limits.begin("kadis", HERE, later), Ok(()));
        assert_eq!(limits.begin("kadis", HERE, later), Err(WAIT * 2));
        assert_eq!(limits.begin("kadis", HERE, later + REMEMBERED), Ok(()), "it is forgotten");
    }

    #[test]
    fn an_address_cannot_try_many_accounts() {
        let (limits, now) = (Limits::default(), Instant::now());
        let free = (0..100).take_while(|n| limits.begin(&format!("a{n}"), HERE, now).is_ok()).count();
        assert_eq!(free, 20);
        assert!(limits.begin("x", IpAddr::from([10, 0, 0, 1]), now).is_ok());
    }

    #[test]
    fn an_address_cannot_try_many_tokens() {
        let (limits, now) = (Limits::default(), Instant::now());
        for _ in 0..20 {
            assert_eq!(limits.may_try(HERE, now), Ok(()));
            limits.failed(HERE, now);
        }
        assert_eq!(limits.may_try(HERE, now), Err(WAIT));
        assert_eq!(limits.begin("kadis", HERE, now), Err(WAIT), "an address is one, however it tries");
        assert_eq!(limits.may_try(HERE, now + WAIT), Ok(()));
    }

    #[test]
    fn who_knows_the_password_is_not_counted() {
        let (limits, now) = (Limits::default(), Instant::now());
        for _ in 0..50 {
            assert_eq!(limits.begin("kadis", HERE, now), Ok(()));
            limits.succeeded("kadis", HERE);
        }
    }
}
