//! `wanmi`: the spatial core of a city, as a program. The only place that prints errors and chooses exit codes.

use clap::Parser;
use std::io::{self, Write};
use std::process::ExitCode;
use wanmi::cli::{Command, Shown, shown};

/// Wrong usage or unreadable input; findings are 1.
const UNUSABLE: u8 = 2;

/// 万米: which cell, which components, and why.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let error = match Arguments::parse().command.run() {
        Ok(code) => return code,
        Err(error) => error,
    };
    // `wanmi check CITY | head` closes the pipe early; that is nobody's fault.
    if error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_closed) {
        return ExitCode::SUCCESS;
    }
    let Shown { code, sentence, advice } = shown(&error);
    let mut stderr = io::stderr().lock();
    // When standard error is gone there is nobody left to tell.
    let _ = writeln!(stderr, "{code}: {sentence}");
    if let Some(advice) = advice {
        let _ = writeln!(stderr, "  → {advice}");
    }
    ExitCode::from(UNUSABLE)
}

fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
