//! Bulk calls: lines sent and answers read at once.

use crate::Client;
use anyhow::{Context, ensure};
use std::io::{BufWriter, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// What a bulk call is made of.
#[derive(Debug)]
pub struct Bulk<'a> {
    /// The port.
    pub port: u16,
    /// The call.
    pub path: &'a str,
    /// Lines that are sent over and over, prepared once: the client must not be what is measured.
    pub piece: &'a str,
    /// What every good answer holds once and no other answer does.
    pub mark: &'a [u8; 9],
}

impl Bulk<'_> {
    /// Sends the piece so often, counts the answers and says how fast they came.
    ///
    /// # Errors
    /// When the connection breaks, or a line is not answered well.
    pub fn run(&self, times: u64) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let sending = stream.try_clone()?;
        let start = Instant::now();
        let (answers, bytes) = std::thread::scope(|scope| {
            let sender = scope.spawn(move || self.send(sending, times));
            let counted = count(&mut stream, self.mark)?;
            sender.join().ok().context("the sender panicked")??;
            anyhow::Ok(counted)
        })?;
        let seconds = start.elapsed().as_secs_f64();
        let lines = times * self.piece.lines().count() as u64;
        ensure!(answers == lines, "{answers} answers to {lines} lines");
        Ok(format!(
            "{lines} lines, {} MB of answers, {seconds:.2} s, {:.0} lines/s",
            bytes >> 20,
            lines as f64 / seconds
        ))
    }

    fn send(&self, stream: TcpStream, times: u64) -> anyhow::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, stream);
        write!(
            out,
            "POST {} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n",
            self.path
        )?;
        write!(out, "Content-Type: application/x-ndjson\r\n\r\n")?;
        for _ in 0..times {
            write!(out, "{:x}\r\n{}\r\n", self.piece.len(), self.piece)?;
        }
        write!(out, "0\r\n\r\n")?;
        Ok(out.flush()?)
    }

    /// Whether the piece is answered in bulk as its lines are one by one, byte for byte.
    ///
    /// # Errors
    /// The first line that is not.
    pub fn prove(&self) -> anyhow::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        self.send(stream.try_clone()?, 1)?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        let together = String::from_utf8(dechunked(&reply).context("a reply that is not chunked")?)?;
        let mut client = Client::connect(self.port)?;
        let mut count = 0;
        for (line, answer) in self.piece.lines().zip(together.lines()) {
            let alone = client.ask("POST", self.path, "Content-Type: application/json\r\n", line)?;
            ensure!(alone.body == answer.as_bytes(), "{line} is answered in bulk with {answer}");
            count += 1;
        }
        ensure!(count == self.piece.lines().count(), "only {count} lines are answered");
        Ok(())
    }
}

/// The body of a chunked reply.
fn dechunked(reply: &[u8]) -> Option<Vec<u8>> {
    let ends = |text: &[u8], mark: &[u8]| text.windows(mark.len()).position(|part| part == mark);
    let mut rest = &reply[ends(reply, b"\r\n\r\n")? + 4..];
    let mut body = Vec::new();
    loop {
        let end = ends(rest, b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + 2 + length + 2..)?;
    }
}

/// How often a mark comes, and how many bytes.
fn count(stream: &mut TcpStream, mark: &[u8; 9]) -> anyhow::Result<(u64, u64)> {
    let (mut found, mut bytes, mut buffer) = (0_u64, 0_u64, vec![0; 1 << 20]);
    let mut tail = Vec::new();
    let times = |text: &[u8]| text.windows(9).filter(|nine| nine == mark).count() as u64;
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok((found, bytes));
        }
        bytes += read as u64;
        found += times(&buffer[..read]);
        // A mark cut by the end of a read.
        tail.extend_from_slice(&buffer[..read.min(8)]);
        found += times(&tail);
        tail.clear();
        tail.extend_from_slice(&buffer[read.saturating_sub(8)..read]);
    }
}
