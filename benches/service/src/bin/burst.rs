//! Ten times the usual load: is it shed politely, and how soon is all as before?
//!
//! `burst PORT LNG LAT [SECONDS]`: 150 connections with 60 questions a second each, then 1,500 for 30 seconds unless
//! told, then 150 again; recovered is the first second whose p99 is at most twice the usual and in which nothing is shed.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::sync::atomic::AtomicBool;
use std::time::Duration;
use wanmi_service_bench::{Load, codes, load, mixed};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (port, place) = (arguments[0].parse()?, [arguments[1].parse()?, arguments[2].parse()?]);
    let seconds: u64 = arguments.get(3).map_or(Ok(30), |seconds| seconds.parse())?;
    let (codes, go) = (codes(port, 1000)?, AtomicBool::new(false));
    let question = |number| mixed(&codes, place, number);
    let usual = Load { port, askers: 150, each: 60.0, lasts: Duration::from_secs(5) };
    let mut before = load(usual, &question, &go);
    println!("usual: {}", before.line(5.0));
    let burst = Load { askers: 1_500, lasts: Duration::from_secs(seconds), ..usual };
    let mut during = load(burst, &question, &go);
    println!("ten times: {}", during.line(seconds as f64));
    let bound = 2 * before.percentile(0.99);
    for second in 1..=30 {
        let mut after = load(Load { lasts: Duration::from_secs(1), ..usual }, &question, &go);
        if after.percentile(0.99) <= bound && after.shed + after.failed == 0 {
            println!("as before within {second} s: {}", after.line(1.0));
            return Ok(());
        }
    }
    anyhow::bail!("not as before after 30 s")
}
