//! `wanmi route`: reports on standard input, decisions on standard output, a line each.

use super::open;
use crate::address::Shelf;
use crate::city::City;
use crate::http::language::Language;
use crate::http::problem::{Code, Problem};
use crate::http::route::{answer, refused};
use crate::route::ask::read;
use rayon::prelude::*;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use time::OffsetDateTime;

/// Bytes that are read at once, at most.
const READ_BYTES: usize = 1 << 20;

/// Lines that one thread answers in a row.
const LINES: usize = 64;

/// The longest line in bytes.
const LINE_BYTES: usize = 64 << 10;

/// Arguments of `wanmi route`.
#[derive(Debug, clap::Args)]
pub struct RouteArgs {
    /// The city file
    city: PathBuf,
    /// The language of reasons: zh or en
    #[arg(long, default_value = "zh", value_parser = ["zh", "en"])]
    language: String,
}

/// Answers every report in order: exit code 0 also when some lines are bad, they are answered with a problem.
///
/// # Errors
/// A file that is no city, input that cannot be read.
pub fn run(args: &RouteArgs) -> anyhow::Result<ExitCode> {
    let city = open::newest(&args.city)?;
    let language = if args.language == "en" { Language::English } else { Language::Chinese };
    answer_all(&city, language, io::stdin().lock(), io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

/// Answers each line of `input` on `output`, in order, on all cores; lines are answered as soon as they are there.
///
/// # Errors
/// When reading or writing fails; what could be read before is answered.
pub fn answer_all(
    city: &City,
    language: Language,
    mut input: impl Read,
    mut output: impl Write,
) -> io::Result<u64> {
    let mut waiting: Vec<u8> = Vec::with_capacity(2 * READ_BYTES);
    let (mut number, mut is_over, names) = (0, false, Shelf::default());
    while !is_over {
        let start = waiting.len();
        waiting.resize(start + READ_BYTES, 0);
        let count = input.read(&mut waiting[start..])?;
        waiting.truncate(start + count);
        is_over = count == 0;
        let end = waiting.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = if is_over { waiting.len() } else { end };
        for block in answers((city, &names), language, &waiting[..end], &mut number) {
            output.write_all(&block)?;
        }
        output.flush()?;
        waiting.drain(..end);
    }
    Ok(number)
}

/// The answers to whole lines, in blocks in their order; `number` counts lines.
fn answers(
    (city, names): (&City, &Shelf),
    language: Language,
    text: &[u8],
    number: &mut u64,
) -> Vec<Vec<u8>> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    let first = *number + 1;
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    *number += lines.len() as u64;
    let now = OffsetDateTime::now_utc();
    let block = |(at, lines): (usize, &[&[u8]])| {
        let mut out = Vec::with_capacity(lines.len() * 2_048);
        for (line, text) in (first + (at * LINES) as u64..).zip(lines) {
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let start = out.len();
            let answered = if text.len() > LINE_BYTES {
                Err(Problem::new(Code::LineTooLong, format!("the line is longer than {LINE_BYTES} bytes")))
            } else {
                read(text).map_err(refused).and_then(|ask| {
                    if let Some(other) = ask.as_known_at.filter(|version| *version != city.version.0) {
                        let detail =
                            format!("version {other} is not the newest, {}: ask `wanmi serve`", city.version);
                        return Err(Problem::new(Code::PastUnavailable, detail));
                    }
                    answer(city, &ask, names, (now, language), &mut out)
                })
            };
            if let Err(problem) = answered {
                out.truncate(start);
                out.extend_from_slice(format!("{{\"line\":{line},\"error\":").as_bytes());
                out.extend_from_slice(&problem.to_json(language));
                out.push(b'}');
            }
            out.push(b'\n');
        }
        out
    };
    lines.par_chunks(LINES).enumerate().map(block).collect()
}
