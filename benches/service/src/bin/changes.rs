//! Changes in a row, each durable before the next, beside steady readers.
//!
//! `changes PORT LNG LAT [COUNT]`: 10,000 unless told; prints the changes' latencies, and the readers' before and during.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use anyhow::ensure;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use wanmi_service_bench::{Client, Load, Tally, codes, load, resident_mb};

/// Readers and how often each asks in a second.
const READERS: (usize, f64) = (4, 500.0);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (port, lng, lat) = (arguments[0].parse()?, &arguments[1], &arguments[2]);
    let count: usize = arguments.get(3).map_or(Ok(10_000), |count| count.parse())?;
    let read = |_| format!("/v1/locate?lng={lng}&lat={lat}&crs=WGS84");
    let readers =
        |lasts| Load { port, askers: READERS.0, each: READERS.1, lasts: Duration::from_secs(lasts) };
    let mut idle = load(readers(5), &read, &AtomicBool::new(false));
    println!("readers alone: {}", idle.line(5.0));
    let (stop, start) = (AtomicBool::new(false), Instant::now());
    let (changed, mut beside) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| load(readers(3_600), &read, &stop));
        let changed = changes(port, count);
        stop.store(true, Ordering::Relaxed);
        (changed, beside.join().unwrap_or_default())
    });
    let (mut changed, seconds) = (changed?, start.elapsed().as_secs_f64());
    println!("{count} changes: {}", changed.line(seconds));
    println!("readers meanwhile: {}", beside.line(seconds));
    println!("{} MB held", resident_mb(port)?);
    Ok(())
}

fn changes(port: u16, count: usize) -> anyhow::Result<Tally> {
    let (codes, mut client) = (codes(port, 200)?, Client::connect(port)?);
    let (mut tags, mut tally) = (HashMap::<&str, String>::new(), Tally::default());
    for i in 0..count {
        let code = codes[i % codes.len()].as_str();
        let path = format!("/v1/components/{code}");
        if !tags.contains_key(code) {
            let tag = client.get(&path)?.tag.unwrap_or_default();
            tags.insert(code, tag);
        }
        let body = format!(r#"{{"author":"bench","reason":"change {i}","note":"{i}"}}"#);
        let start = Instant::now();
        let reply = client.ask("PATCH", &path, &format!("If-Match: {}\r\n", tags[code]), &body)?;
        ensure!(reply.status == 200, "{}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        tally.took_us.push(start.elapsed().as_micros() as u32);
        tags.insert(code, reply.tag.unwrap_or_default());
    }
    Ok(tally)
}
