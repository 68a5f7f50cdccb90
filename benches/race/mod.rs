//! Times contenders against each other in one run: rounds are interleaved, so that a noisy machine is noisy for all,
//! and the best round of each counts. Answers must be compared before.

use std::time::{Duration, Instant};

/// A contender repeats its work in a round until this has passed, so that a fast one is not timed only while the caches
/// still hold what a slow one left there.
const ROUND: Duration = Duration::from_millis(250);

/// One way to do the work.
pub(crate) struct Contender<'a> {
    /// Its name in the table.
    pub name: &'a str,
    /// Does the work once and returns something the optimiser cannot drop.
    pub run: Box<dyn FnMut() -> u64 + 'a>,
}

impl<'a> Contender<'a> {
    /// A contender.
    pub(crate) fn new(name: &'a str, run: impl FnMut() -> u64 + 'a) -> Self {
        Contender { name, run: Box::new(run) }
    }
}

/// Whether the benches run once as tests (`--test`) instead of timing.
pub(crate) fn is_test() -> bool {
    std::env::args().any(|arg| arg == "--test")
}

/// Runs all contenders nine times, prints a row for each and returns the nanoseconds an item of each.
///
/// The ratio is to the first contender, which is ours: above 1 we are faster.
pub(crate) fn race(what: &str, items: usize, contenders: Vec<Contender>) -> Vec<f64> {
    race_rounds(what, items, 9, contenders)
}

/// [`race`] with fewer or more rounds, for work that takes long.
pub(crate) fn race_rounds(
    what: &str,
    items: usize,
    rounds: usize,
    mut contenders: Vec<Contender>,
) -> Vec<f64> {
    let rounds = if is_test() { 1 } else { rounds };
    let mut best = vec![f64::MAX; contenders.len()];
    let mut worst = vec![0.0_f64; contenders.len()];
    for _ in 0..rounds {
        for (i, contender) in contenders.iter_mut().enumerate() {
            let took = round(contender) / items as f64;
            best[i] = best[i].min(took);
            worst[i] = worst[i].max(took);
        }
    }
    for (i, contender) in contenders.iter().enumerate() {
        let ratio = best[i] / best[0];
        println!(
            "{what:<44} {:<30} {:>10.1} ns   (worst {:>9.1})   × {ratio:>6.2}",
            contender.name, best[i], worst[i]
        );
    }
    best
}

/// The nanoseconds that the work takes, on average over a round.
fn round(contender: &mut Contender) -> f64 {
    let (start, mut times) = (Instant::now(), 0);
    loop {
        std::hint::black_box((contender.run)());
        times += 1;
        if is_test() || start.elapsed() >= ROUND {
            return start.elapsed().as_nanos() as f64 / f64::from(times);
        }
    }
}
