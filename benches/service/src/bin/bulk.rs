//! A client for bulk calls: sends lines and reads answers at once, then tells how many came back and how fast.
//!
//! `bulk PORT LINES LNG LAT`: places strewn within 0.05 degrees around a place.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use anyhow::{Context, ensure};
use std::io::{BufWriter, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, lines, lng, lat] = &arguments[..] else { anyhow::bail!("bulk PORT LINES LNG LAT") };
    let (lines, lng, lat): (u64, f64, f64) = (lines.parse()?, lng.parse()?, lat.parse()?);
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse()?))?;
    let sending = stream.try_clone()?;
    let start = Instant::now();
    let sender = std::thread::spawn(move || send(sending, lines, [lng, lat]));
    let (mut answers, mut bytes, mut buffer) = (0_u64, 0_u64, vec![0; 1 << 20]);
    let mut tail = Vec::new();
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        answers += buffer[..read].windows(9).filter(|nine| nine == b"\"nearest\"").count() as u64;
        // A word cut by the end of a read.
        tail.extend_from_slice(&buffer[..read.min(8)]);
        answers += tail.windows(9).filter(|nine| nine == b"\"nearest\"").count() as u64;
        tail.clear();
        tail.extend_from_slice(&buffer[read.saturating_sub(8)..read]);
    }
    sender.join().ok().context("the sender panicked")??;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(answers == lines, "{answers} answers to {lines} lines");
    println!(
        "{lines} lines, {} MB of answers, {seconds:.2} s, {:.0} lines/s",
        bytes >> 20,
        lines as f64 / seconds
    );
    Ok(())
}

fn send(stream: TcpStream, lines: u64, [lng, lat]: [f64; 2]) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, stream);
    write!(
        out,
        "POST /v1/locate HTTP/1.1\r\nHost: b\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    )?;
    write!(out, "Content-Type: application/x-ndjson\r\n\r\n")?;
    // Prepared once: the client must not be what is measured.
    let mut seed = 1_u64;
    let mut near = |middle: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        middle + (seed >> 40) as f64 / 2e8 - 0.042
    };
    let mut piece = Vec::new();
    for i in 0..1_000 {
        writeln!(
            piece,
            "{{\"id\":{i},\"lng\":{:.8},\"lat\":{:.8},\"crs\":\"WGS84\"}}",
            near(lng),
            near(lat)
        )?;
    }
    for _ in 0..lines / 1_000 {
        write!(out, "{:x}\r\n", piece.len())?;
        out.write_all(&piece)?;
        out.write_all(b"\r\n")?;
    }
    write!(out, "0\r\n\r\n")?;
    Ok(out.flush()?)
}
