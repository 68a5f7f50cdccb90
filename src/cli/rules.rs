//! `wanmi rules`: a table of duty rules tested, explained, shown as a matrix.

use super::open;
use crate::city::City;
use crate::duty::clock::Day;
use crate::duty::selector::ClassOf;
use crate::http::language::Language;
use crate::http::route::refused;
use crate::model::class::Kind;
use crate::model::code::ClassCode;
use crate::model::thing::ThingKind;
use crate::route::ask::read;
use crate::route::decide;
use crate::route::report::Report;
use crate::route::text::{self, Tongue};
use crate::rules::duty_case::run_cases;
use crate::rules::duty_cover::{
    Answering, answering, classes, places, roster_gaps, uncovered, years_without_holidays,
};
use crate::rules::duty_table::duty_table;
use crate::rules::finding::{Breach, Severity};
use anyhow::Context;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use time::OffsetDateTime;

/// Arguments of `wanmi rules`.
#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    /// What to do
    #[command(subcommand)]
    what: What,
}

/// What `wanmi rules` can do.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Runs every check of the table and its own cases; exit code 1 when one fails 检验职责规则
    Test {
        /// The city file
        city: PathBuf,
        /// The day to test for, YYYYMMDD; today when absent
        #[arg(long, value_parser = day)]
        day: Option<Day>,
    },
    /// Explains the answer to a report, JSON on standard input 解释派遣
    Explain {
        /// The city file
        city: PathBuf,
        /// The language of reasons: zh or en
        #[arg(long, default_value = "zh", value_parser = ["zh", "en"])]
        language: String,
    },
    /// Writes who answers for which class where, as CSV 职责矩阵
    Matrix {
        /// The city file
        city: PathBuf,
        /// The day to look at, YYYYMMDD; today when absent
        #[arg(long, value_parser = day)]
        day: Option<Day>,
    },
}

fn day(text: &str) -> Result<Day, String> {
    Day::of_digits(text).ok_or_else(|| format!("{text:?} is no day; write it like 20261123"))
}

/// Runs the command; exit code 1 when a case fails or a rule cannot stand.
///
/// # Errors
/// A file that is no city, a report that is none.
pub fn run(args: &RulesArgs) -> anyhow::Result<ExitCode> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let mut out = io::stdout().lock();
    match &args.what {
        What::Test { city, day } => {
            let city = open::newest(city)?;
            let day = day.unwrap_or_else(|| city.duty.day(now));
            let is_good = test(&city, day, &mut out)?;
            Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        What::Explain { city, language } => {
            let city = open::newest(city)?;
            let mut text = Vec::new();
            io::stdin().read_to_end(&mut text)?;
            let language = if language == "en" { Language::English } else { Language::Chinese };
            explain(&city, &text, (now, language), &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
        What::Matrix { city, day } => {
            let city = open::newest(city)?;
            let day = day.unwrap_or_else(|| city.duty.day(now));
            matrix(&city, day, &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Writes what the checks and the cases say; whether all is well.
fn test(city: &City, day: Day, out: &mut impl Write) -> io::Result<bool> {
    let mut breaches = duty_table(city);
    breaches.extend(uncovered(city, day));
    breaches.extend(roster_gaps(city, day));
    breaches.extend(years_without_holidays(city, day));
    for Breach { code, detail, .. } in &breaches {
        writeln!(out, "{}\t{}\t{detail}", code.severity().as_str(), code.as_str())?;
    }
    let cases = run_cases(city, day);
    let failed: Vec<_> = cases.iter().filter(|case| !case.is_good()).collect();
    for case in &failed {
        writeln!(
            out,
            "error\tduty_case_failed\t{}: expected {}, got {}",
            case.code, case.expected, case.answered
        )?;
    }
    let rows = city.things.iter().filter(|thing| thing.kind == ThingKind::DutyRule).count();
    writeln!(
        out,
        "规则 rules {rows}，问题 findings {}，样例 cases {}，不符 failed {}",
        breaches.len(),
        cases.len(),
        failed.len()
    )?;
    Ok(failed.is_empty() && breaches.iter().all(|breach| breach.code.severity() != Severity::Error))
}

/// Writes the answer to a report as people read it.
fn explain(
    city: &City,
    text: &[u8],
    (now, language): (i64, Language),
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let told = |problem: crate::http::problem::Problem| {
        anyhow::anyhow!("{}: {}", problem.code.as_str(), problem.detail)
    };
    let ask = read(text).map_err(|refusals| told(refused(refusals)))?;
    let report = Report::of(city, &ask, now).map_err(|refusals| told(refused(refusals)))?;
    let decision = decide(city, &report);
    let tongue = if language == Language::English { Tongue::English } else { Tongue::Chinese };
    write!(out, "{}", decision.outcome.as_str())?;
    for found in decision.department.iter().chain(&decision.candidates) {
        write!(
            out,
            "\t{} {} ({}, {})",
            found.party.id,
            found.party.name,
            found.role.as_str(),
            found.step.as_str()
        )?;
    }
    if let Some(party) = decision.coordinator {
        write!(out, "\tcoordinator {} {}", party.id, party.name)?;
    }
    writeln!(out)?;
    for reason in &decision.because {
        let mut words = String::new();
        text::write(&mut words, &reason.why, tongue).context("a reason cannot be written")?;
        let (about, fate) = (reason.about.as_str(), reason.fate.as_str());
        writeln!(out, "{about}\t{fate}\t{}\t{words}", reason.rule.unwrap_or("-"))?;
    }
    Ok(())
}

/// Writes who answers for each class in each region.
fn matrix(city: &City, day: Day, out: &mut impl Write) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["kind", "class", "name", "region", "by", "answer"])?;
    let (places, mut found) = (places(city), Vec::new());
    for (kind, word) in [(Kind::Component, "component"), (Kind::Event, "event")] {
        for (edition, class) in classes(city, kind) {
            let code = ClassCode::new(&class)?;
            let name = city.catalogue.get(edition, kind, &code).map_or("", |class| &class.name);
            for place in &places {
                let asked = ClassOf { kind, edition, class: &class };
                let (by, answer) = match answering(city, asked, place, day, &mut found) {
                    Answering::Rule(code) => ("rule", code),
                    Answering::Territory(code) => ("territory", code),
                    Answering::Nobody => ("", String::new()),
                };
                table.write_record([word, &class, name, &place.region, by, &answer])?;
            }
        }
    }
    table.flush()?;
    Ok(())
}
