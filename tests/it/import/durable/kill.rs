//! `kill -9` at 200 random moments of an import.
//!
//! How long an import takes differs from machine to machine and from minute to minute, so nothing is measured beforehand:
//! the span from which moments are drawn widens while the city is as before, and narrows while it is as after. Every second
//! kill waits until the commit has begun to write. The test goes on until enough kills hit and both outcomes were seen.

use super::{Bench, Dice, Holds, holds, with_tail};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

/// Kills that must hit a running import.
const KILLS: usize = 200;

/// Of those, kills after the commit began to write; and how often each outcome must be seen.
const EACH: usize = 20;

/// Nobody waits for more rounds than this.
const ROUNDS: usize = 5_000;

/// A span of moments that follows the machine.
struct Span(Duration);

impl Span {
    fn moment(&self, dice: &mut Dice) -> Duration {
        self.0.mul_f64(dice.share())
    }

    fn follow(&mut self, holds: Holds) {
        self.0 = match holds {
            Holds::Before => self.0.mul_f64(1.15),
            Holds::After => self.0.mul_f64(0.87),
        }
        .clamp(Duration::from_micros(50), Duration::from_secs(60));
    }
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    kills: usize,
    while_writing: usize,
    before: usize,
    after: usize,
}

impl Seen {
    fn enough(&self) -> bool {
        self.kills >= KILLS && self.while_writing >= EACH && self.before >= EACH && self.after >= EACH
    }
}

#[test]
fn a_kill_at_any_of_200_moments_leaves_the_version_before_or_after() {
    let bench = Bench::new();
    let (mut dice, mut seen) = (Dice(20_261_130), Seen::default());
    let mut spans = [Span(Duration::from_millis(20)), Span(Duration::from_millis(1))];
    for round in 0..ROUNDS {
        if seen.enough() {
            return;
        }
        bench.reset();
        let mut child = bench.import().spawn().unwrap();
        let waits_for_writing = round % 2 == 1;
        let writing = waits_for_writing && wait_until_it_writes(&bench, &mut child);
        let span = &mut spans[usize::from(waits_for_writing)];
        pause(span.moment(&mut dice));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let killed = status.signal() == Some(9);
        assert!(killed || status.success(), "{status}");
        let outcome = holds(bench.path(), &format!("round {round}, {status}"));
        assert!(killed || outcome == Holds::After, "it said that it was done");
        span.follow(outcome);
        seen.kills += usize::from(killed);
        seen.while_writing += usize::from(killed && writing);
        match outcome {
            Holds::Before => seen.before += 1,
            Holds::After => seen.after += 1,
        }
    }
    panic!("after {ROUNDS} rounds not everything was seen: {seen:?}");
}

/// Waits until the write-ahead log grows; false when the import ended first.
fn wait_until_it_writes(bench: &Bench, child: &mut Child) -> bool {
    let log = with_tail(bench.path(), "-wal");
    loop {
        if fs::metadata(&log).is_ok_and(|about| about.len() > 0) {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_micros(100));
    }
}

/// Sleeping is not exact enough for moments of microseconds.
fn pause(moment: Duration) {
    let start = Instant::now();
    if let Some(long) = moment.checked_sub(Duration::from_millis(2)) {
        std::thread::sleep(long);
    }
    while start.elapsed() < moment {
        std::hint::spin_loop();
    }
}
