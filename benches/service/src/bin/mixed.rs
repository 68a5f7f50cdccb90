//! Mixed reads at a share of what the service can do, with a commit a second.
//!
//! `mixed PORT LNG LAT [SECONDS]`: 600 unless told; measures the capacity first, then asks at 70 % of it.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wanmi_service_bench::{Client, LATE, Load, codes, load, mixed, resident_mb};

/// Connections.
const ASKERS: usize = 32;

/// The share of the capacity that is asked for.
const SHARE: f64 = 0.7;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (port, place) = (arguments[0].parse()?, [arguments[1].parse()?, arguments[2].parse()?]);
    let seconds: u64 = arguments.get(3).map_or(Ok(600), |seconds| seconds.parse())?;
    let codes = codes(port, 1000)?;
    let question = |number| mixed(&codes, place, number);
    let full = Load { port, askers: ASKERS, each: 0.0, lasts: Duration::from_secs(5) };
    let capacity = load(full, &question, &AtomicBool::new(false)).took_us.len() as f64 / 5.0;
    println!("capacity {capacity:.0}/s; {} MB held", resident_mb(port)?);
    let each = capacity * SHARE / ASKERS as f64;
    let steady = Load { each, lasts: Duration::from_secs(seconds), ..full };
    let (stop, taken_before) = (AtomicBool::new(false), taken_s()?);
    let (mut tally, commits) = std::thread::scope(|scope| {
        let committing = scope.spawn(|| commits(port, &codes, &stop));
        let tally = load(steady, &question, &AtomicBool::new(false));
        stop.store(true, Ordering::Relaxed);
        (tally, committing.join().unwrap_or(Ok(0)))
    });
    println!(
        "{seconds} s at {:.0}/s, {} commits: {}",
        capacity * SHARE,
        commits?,
        tally.line(seconds as f64)
    );
    println!("{} MB held", resident_mb(port)?);
    let spans = tally.late_spans();
    println!(
        "answers later than {} ms fell in {} spans of seconds; the host took {:.1} s of our processors",
        LATE.as_millis(),
        spans.len(),
        taken_s()? - taken_before
    );
    for [from, to, count] in spans {
        println!("  second {from}–{to}: {count}");
    }
    Ok(())
}

/// Seconds for which the host of a virtual machine had its processors do something else, since it started.
fn taken_s() -> anyhow::Result<f64> {
    let told = std::fs::read_to_string("/proc/stat")?;
    let hundredths = told.lines().next().and_then(|line| line.split_whitespace().nth(8)).unwrap_or("0");
    Ok(hundredths.parse::<f64>()? / 100.0)
}

/// A change a second until it is enough.
fn commits(port: u16, codes: &[String], stop: &AtomicBool) -> anyhow::Result<usize> {
    let mut client = Client::connect(port)?;
    let mut made = 0;
    while !stop.load(Ordering::Relaxed) {
        let path = format!("/v1/components/{}", codes[made % codes.len()]);
        let body = format!(r#"{{"author":"bench","reason":"a commit a second","note":"{made}"}}"#);
        let reply = client.ask("PATCH", &path, "If-Match: *\r\n", &body)?;
        anyhow::ensure!(reply.status == 200, "{}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        made += 1;
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(made)
}
