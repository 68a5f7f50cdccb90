//! Asks for one place at a steady rate and tells how long answers take, counted from when each question was due: a client
//! that waits for slow answers must not hide them.
//!
//! `steady PORT LNG LAT RATE (SECONDS | pid=N)`: for so long, or until the process ends.
#![expect(clippy::print_stdout, reason = "a bench prints")]

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [port, lng, lat, rate, until] = args.as_slice() else {
        bail!("usage: steady PORT LNG LAT RATE (SECONDS | pid=N)");
    };
    let (rate, until): (u32, Until) = (rate.parse()?, Until::parse(until)?);
    let stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    stream.set_nodelay(true)?;
    let (mut answers, mut questions) = (BufReader::new(stream.try_clone()?), stream);
    let question =
        format!("GET /v1/locate?lng={lng}&lat={lat}&crs=WGS84 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    let (start, step) = (Instant::now(), Duration::from_secs(1) / rate);
    let mut took: Vec<Duration> = Vec::new();
    let mut versions: Vec<String> = Vec::new();
    while !until.is_over(start, took.len()) {
        let due = start + step * u32::try_from(took.len())?;
        if let Some(early) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(early);
        }
        questions.write_all(question.as_bytes())?;
        let version = answer(&mut answers)?;
        took.push(due.elapsed());
        if versions.last() != Some(&version) {
            versions.push(version);
        }
    }
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    println!(
        "{} questions, versions {}: p50 {:.0} µs, p99 {:.0} µs, p99.9 {:.0} µs, most {:.0} µs",
        took.len(),
        versions.join(" "),
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    Ok(())
}

/// When to stop.
enum Until {
    Passed(Duration),
    Ended(PathBuf),
}

impl Until {
    fn parse(text: &str) -> Result<Self> {
        Ok(match text.strip_prefix("pid=") {
            Some(pid) => Until::Ended(format!("/proc/{}", pid.parse::<u32>()?).into()),
            None => Until::Passed(Duration::from_secs(text.parse()?)),
        })
    }

    fn is_over(&self, start: Instant, asked: usize) -> bool {
        match self {
            Until::Passed(time) => start.elapsed() >= *time,
            // Looking is a system call: not before every question.
            Until::Ended(process) => asked > 0 && asked.is_multiple_of(32) && !process.exists(),
        }
    }
}

/// Reads an answer that must be 200 to its end; the version it names.
fn answer(answers: &mut impl BufRead) -> Result<String> {
    let (mut length, mut version, mut line) = (None, String::new(), String::new());
    answers.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        bail!("answered {line:?}");
    }
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.parse()?);
        } else if name.eq_ignore_ascii_case("wanmi-version") {
            value.clone_into(&mut version);
        }
    }
    let mut body = vec![0; length.context("an answer without a length")?];
    answers.read_exact(&mut body)?;
    Ok(version)
}
