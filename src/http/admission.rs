//! Who is let in: so many requests at once, so many bulk calls, so many a second from one address.

use super::problem::{Code, Problem};
use crate::config::Limits;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Parts of the table of addresses, so that threads seldom wait for each other.
const PARTS: usize = 16;

/// Addresses that a part remembers; when it is full, those that have rested are forgotten, and if none has, all are.
const REMEMBERED: usize = 8_192;

/// The bounds of a service and what is taken of them.
pub(super) struct Admission {
    in_flight: AtomicU32,
    most_in_flight: u32,
    bulk: Arc<Semaphore>,
    rate: Rate,
}

/// A request that is under way, until it is dropped.
pub(super) struct UnderWay<'a>(&'a AtomicU32);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Admission {
    /// Nothing taken yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Admission {
            in_flight: AtomicU32::new(0),
            most_in_flight: limits.in_flight,
            bulk: Arc::new(Semaphore::new(limits.bulk_streams as usize)),
            rate: Rate::new(limits),
        }
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// [`Code::Overloaded`] when too many are under way.
    pub(super) fn enter(&self) -> Result<UnderWay<'_>, Problem> {
        let under_way = UnderWay(&self.in_flight);
        if self.in_flight.fetch_add(1, Ordering::Relaxed) >= self.most_in_flight {
            let detail = format!("{} requests are under way; repeat in a moment", self.most_in_flight);
            return Err(Problem::new(Code::Overloaded, detail));
        }
        Ok(under_way)
    }

    /// How many requests are under way.
    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Lets a bulk call in; it is one as long as the permit lives.
    ///
    /// # Errors
    /// [`Code::Overloaded`] when too many are under way.
    pub(super) fn enter_bulk(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.bulk).try_acquire_owned().map_err(|_full| {
            Problem::new(Code::Overloaded, "too many bulk calls are under way; repeat when one has ended")
        })
    }

    /// Counts a request of an address.
    ///
    /// # Errors
    /// [`Code::RateLimited`] when the address asks faster than it may.
    pub(super) fn count(&self, from: IpAddr) -> Result<(), Problem> {
        self.rate.count(from, Instant::now())
    }
}

/// A bucket of permits for each address, filled at a steady rate.
struct Rate {
    per_second: f64,
    burst: f64,
    limits_loopback: bool,
    hasher: RandomState,
    parts: [Mutex<HashMap<IpAddr, Bucket>>; PARTS],
}

#[derive(Clone, Copy)]
struct Bucket {
    permits: f64,
    at: Instant,
}

impl Rate {
    fn new(limits: &Limits) -> Self {
        Rate {
            per_second: f64::from(limits.rate_per_second),
            burst: f64::from(limits.rate_burst),
            limits_loopback: limits.rate_loopback,
            hasher: RandomState::new(),
            parts: std::array::from_fn(|_| Mutex::default()),
        }
    }

    fn count(&self, from: IpAddr, now: Instant) -> Result<(), Problem> {
        let from = from.to_canonical();
        if self.per_second == 0.0 || (from.is_loopback() && !self.limits_loopback) {
            return Ok(());
        }
        let part = &self.parts[self.hasher.hash_one(from) as usize % PARTS];
        // A panic while it was held left whole buckets.
        let mut buckets = part.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&from) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
            if buckets.len() >= REMEMBERED {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(from).or_insert(Bucket { permits: self.burst, at: now });
        bucket.permits = self.filled(*bucket, now);
        bucket.at = now;
        if bucket.permits < 1.0 {
            let detail = format!("more than {} requests a second; repeat in a second", self.per_second);
            return Err(Problem::new(Code::RateLimited, detail));
        }
        bucket.permits -= 1.0;
        Ok(())
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.permits + seconds * self.per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn rate(limits_loopback: bool) -> Rate {
        Rate::new(&Limits {
            rate_per_second: 10,
            rate_burst: 3,
            rate_loopback: limits_loopback,
            ..Limits::default()
        })
    }

    #[test]
    fn an_address_has_its_burst_and_then_its_rate() {
        let (rate, start) = (rate(false), Instant::now());
        let (one, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let asked = |from, after_ms| rate.count(from, start + Duration::from_millis(after_ms)).is_ok();
        assert_eq!([0, 0, 0, 0].map(|at| asked(one, at)), [true, true, true, false]);
        assert!(asked(other, 0));
        assert_eq!([99, 101, 102, 202].map(|at| asked(one, at)), [false, true, false, true]);
        assert_eq!([9_000; 4].map(|at| asked(one, at)), [true, true, true, false]);
    }

    #[test]
    fn this_machine_is_not_limited_unless_wanted() {
        let now = Instant::now();
        for from in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let from = from.parse().unwrap();
            assert!((0..9).all(|_| rate(false).count(from, now).is_ok()));
            let strict = rate(true);
            assert!((0..9).any(|_| strict.count(from, now).is_err()));
        }
    }

    #[test]
    fn the_table_of_addresses_stays_bounded() {
        let (rate, now) = (rate(false), Instant::now());
        for i in 0..400_000_u32 {
            let _ = rate.count(IpAddr::from(i.to_be_bytes()), now);
        }
        let most = rate.parts.iter().map(|part| part.lock().unwrap().len()).max().unwrap();
        assert!(most <= REMEMBERED, "{most}");
    }

    #[test]
    fn places_are_given_back() {
        let admission = Admission::new(&Limits { in_flight: 2, bulk_streams: 1, ..Limits::default() });
        let first = admission.enter().unwrap();
        let second = admission.enter().unwrap();
        assert_eq!(admission.enter().err().unwrap().code, Code::Overloaded);
        drop(first);
        assert_eq!(admission.in_flight(), 1);
        let _third = admission.enter().unwrap();
        drop(second);
        let bulk = admission.enter_bulk().unwrap();
        assert_eq!(admission.enter_bulk().unwrap_err().code, Code::Overloaded);
        drop(bulk);
        assert!(admission.enter_bulk().is_ok());
    }
}
