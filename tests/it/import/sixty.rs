//! The hand-made table of sixty rows: two hundred reports, each with the winner that people found, through the real import.

use super::{TestCity, data, text};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use wanmi::city::City;
use wanmi::inventory::classes::catalogue;
use wanmi::route::ask::read;
use wanmi::route::report::Report;
use wanmi::route::text::Tongue;
use wanmi::route::{decide, write};

/// The city file as its files make it.
fn stored() -> TestCity {
    let city = TestCity::new("duty/sixty/profile.toml", "4205");
    let (grid, duty) = (data("duty/sixty/mapping/grid.toml"), data("duty/sixty/mapping/duty.toml"));
    let take = |file: &str, layer: &str, mapping: &std::path::Path| {
        let file = data(&format!("duty/sixty/{file}"));
        let options = ["--layer", layer, "--mapping", text(mapping), "--encoding", "UTF-8"];
        // GeoJSON is UTF-8 whatever anybody names.
        let count = if file.extension().is_some_and(|ending| ending == "csv") { 6 } else { 4 };
        city.import(&[text(&file)], &options[..count]).done();
    };
    for level in ["districts", "streets", "communities"] {
        take(&format!("{level}.geojson"), "regions", &grid);
    }
    take("cells.geojson", "cells", &grid);
    take("components.geojson", "components", &grid);
    for layer in ["departments", "inspectors", "duty_zones", "modes"] {
        take(&format!("{layer}.csv"), layer, &duty);
    }
    for layer in ["overlays", "control_areas", "permits", "area_grades"] {
        take(&format!("{layer}.geojson"), layer, &duty);
    }
    for layer in ["duty_rules", "commands", "rosters"] {
        take(&format!("{layer}.csv"), layer, &duty);
    }
    city
}

/// The city in memory.
fn built(city: &TestCity) -> City {
    let snapshot = city.snapshot();
    let catalogue = catalogue(&snapshot.city.profile).unwrap();
    City::build(snapshot, catalogue.into()).unwrap()
}

/// A row of `cases.csv`.
struct Case<'a>(&'a csv::StringRecord, &'a csv::StringRecord);

impl Case<'_> {
    fn value(&self, name: &str) -> &str {
        &self.1[self.0.iter().position(|column| column == name).unwrap()]
    }

    /// The report, in its JSON.
    fn report(&self) -> String {
        let mut report = Map::new();
        for name in ["kind", "class", "condition", "component", "source", "mode", "at"] {
            let value = self.value(name);
            if !value.is_empty() {
                report.insert(name.to_owned(), json!(value));
            }
        }
        if !self.value("lng").is_empty() {
            let number = |name: &str| self.value(name).parse::<f64>().unwrap();
            report.insert(
                "location".to_owned(),
                json!({"lng": number("lng"), "lat": number("lat"), "crs": "CGCS2000"}),
            );
        }
        if !self.value("ruling").is_empty() {
            report.insert("ruling".to_owned(), json!({"department": self.value("ruling")}));
        }
        let excluded: Vec<Value> = self.list("excluded").map(|code| json!({"department": code})).collect();
        report.insert("excluded_departments".to_owned(), json!(excluded));
        Value::Object(report).to_string()
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.value(name).split(';').filter(|code| !code.is_empty())
    }

    /// What people expect, in a line.
    fn expected(&self) -> String {
        let v = |name: &str| self.value(name);
        match v("outcome") {
            "direct" => {
                // The inspector on the spot acts; whose department that is does not matter here.
                let department = if v("role") == "inspector" { "" } else { v("department") };
                format!("direct {department} {} {} {} {}", v("role"), v("step"), v("rule"), v("agent"))
            }
            "coordinate" => {
                let mut among: Vec<&str> = self.list("candidates").collect();
                among.sort_unstable();
                format!("coordinate {} by {}", among.join("+"), v("coordinator"))
            }
            other => other.to_owned(),
        }
    }

    /// What the city answers, in such a line.
    fn answered(&self, city: &City) -> String {
        let text = self.report();
        let ask = read(text.as_bytes()).unwrap();
        let Ok(report) = Report::of(city, &ask, 0) else { return "refused".to_owned() };
        let mut out = Vec::new();
        write::json(&mut out, city, &report, &decide(city, &report), Tongue::Chinese);
        let answer: Value = serde_json::from_slice(&out).unwrap();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match answer["outcome"].as_str().unwrap() {
            "direct" => {
                let found = &answer["department"];
                let role = word(&found["role"]);
                let department = if role == "inspector" { String::new() } else { word(&found["id"]) };
                let reasons = answer["because"].as_array().unwrap();
                let won = reasons
                    .iter()
                    .find(|reason| reason["result"] == "won" && reason["step"] == found["step"]);
                let rule = word(&won.unwrap()["rule"]);
                let agent = word(&found["agent"]["id"]);
                format!("direct {department} {role} {} {rule} {agent}", word(&found["step"]))
            }
            "coordinate" => {
                let among = answer["candidates"].as_array().unwrap();
                let mut among: Vec<String> = among.iter().map(|found| word(&found["id"])).collect();
                among.sort_unstable();
                format!("coordinate {} by {}", among.join("+"), word(&answer["coordinator"]["id"]))
            }
            other => other.to_owned(),
        }
    }
}

/// Runs the program with something on its standard input.
fn run(args: &[&str], input: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanmi"));
    let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A pipe that nobody reads is full one day.
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_commands_answer_as_the_library_does() {
    let stored = stored();
    let city = built(&stored);
    let mut table = csv::Reader::from_path(data("duty/sixty/cases.csv")).unwrap();
    let header = table.headers().unwrap().clone();
    let (mut lines, mut expected) = (String::new(), Vec::new());
    for row in table.records() {
        let row = row.unwrap();
        let text = Case(&header, &row).report();
        let ask = read(text.as_bytes()).unwrap();
        expected.push(Report::of(&city, &ask, 0).ok().map(|report| {
            let mut out = Vec::new();
            write::json(&mut out, &city, &report, &decide(&city, &report), Tongue::Chinese);
            String::from_utf8(out).unwrap()
        }));
        lines += &text;
        lines.push('\n');
    }
    let (code, answers) = run(&["route", stored.path()], &lines);
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!((code, answers.len()), (Some(0), expected.len()));
    for (number, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
        match expected {
            Some(expected) => assert_eq!(answer, expected),
            None => {
                assert!(answer.starts_with(&format!("{{\"line\":{},\"error\":{{", number + 1)), "{answer}");
            }
        }
    }
    let first = lines.lines().next().unwrap();
    let (code, told) = run(&["rules", "explain", stored.path(), "--language", "en"], first);
    assert!(code == Some(0) && told.starts_with("direct\tGS ") && told.contains("\nunit\twon\t"), "{told}");
    let (code, told) = run(&["rules", "test", stored.path(), "--day", "20261123"], "");
    assert!(code == Some(0) && told.contains("rules 60"), "{told}");
    let (code, matrix) = run(&["rules", "matrix", stored.path(), "--day", "20261123"], "");
    assert!(code == Some(0) && matrix.starts_with("kind,class,name,region,by,answer\n"), "{matrix}");
    assert!(matrix.contains("component,01001,供水井盖,"), "{matrix}");
}

#[test]
fn two_hundred_reports_have_the_winners_that_people_found() {
    let city = built(&stored());
    let mut table = csv::Reader::from_path(data("duty/sixty/cases.csv")).unwrap();
    let header = table.headers().unwrap().clone();
    let (mut count, mut faults) = (0, Vec::new());
    for row in table.records() {
        let row = row.unwrap();
        let case = Case(&header, &row);
        let (expected, answered) = (case.expected(), case.answered(&city));
        count += 1;
        if expected != answered {
            faults.push(format!("{}: {expected} | {answered} | {}", case.value("id"), case.value("why")));
        }
    }
    assert_eq!(count, 200);
    assert!(faults.is_empty(), "{} of {count} differ:\n{}", faults.len(), faults.join("\n"));
}
