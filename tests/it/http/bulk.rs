//! Bulk calls: each line answered as the single call answers it, in order, whatever the client does meanwhile.

use super::city;
use super::client::{Reply, Server, asked, read_reply, send};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::sync::Arc;
use wanmi::config::{Config, Limits};
use wanmi::geom::lattice::Point;
use wanmi::index::testing::Seed;
use wanmi::live::Live;

const NDJSON: (&str, &str) = ("Content-Type", "application/x-ndjson");

fn bulk(server: &Server, body: &str) -> Vec<Value> {
    let reply =
        send(server.address(), ("POST", "/v1/locate"), &[NDJSON, ("Accept-Language", "en")], body.as_bytes());
    assert_eq!((reply.status, reply.header("content-type")), (200, Some(NDJSON.1)), "{}", reply.text());
    lines(&reply)
}

fn lines(reply: &Reply) -> Vec<Value> {
    reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Lines of places in and around the generated city, some with an error.
fn places(count: usize) -> Vec<(String, String)> {
    let city = city::city();
    let cover = &city.grid.as_ref().unwrap().cover;
    let (mut seed, bbox) = (Seed(77), cover.bbox());
    let mut anywhere = |i: usize| {
        let x = seed.between(bbox.min.x - 20_000, bbox.max.x + 20_000);
        let y = seed.between(bbox.min.y - 20_000, bbox.max.y + 20_000);
        let at = cover.origin().degrees(Point { x, y });
        let (crs, accuracy) = (["CGCS2000", "WGS84", "GCJ02"][i % 3], [None, Some(8.5), Some(0.0)][i % 3]);
        let more = accuracy.map_or_else(String::new, |accuracy| format!("&accuracy_m={accuracy}"));
        let line =
            json!({"id": format!("r-{i}"), "lng": at.lng, "lat": at.lat, "crs": crs, "accuracy_m": accuracy});
        (format!("/v1/locate?lng={}&lat={}&crs={crs}{more}", at.lng, at.lat), line.to_string())
    };
    (0..count).map(&mut anywhere).collect()
}

#[test]
fn a_line_is_answered_as_the_single_call_answers_it() {
    let server = Server::of_city();
    let asked = places(300);
    let body = asked.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n");
    let answers = bulk(&server, &body);
    assert_eq!(answers.len(), asked.len());
    for (i, ((path, _), mut answer)) in asked.iter().zip(answers).enumerate() {
        assert_eq!(answer.as_object_mut().unwrap().remove("id").unwrap(), format!("r-{i}"));
        assert_eq!(answer, server.json(path), "{path}");
    }
}

#[test]
fn bad_lines_are_named_and_the_others_answered() {
    let server = Server::of_city();
    let good = r#"{"id":7,"lng":111.2905,"lat":30.7003,"crs":"CGCS2000"}"#;
    let long = format!(r#"{{"id":"{}","lng":1,"lat":1,"crs":"WGS84"}}"#, "x".repeat(70_000));
    let bad = [
        ("{", "line_invalid", ""),
        ("[1,2]", "line_invalid", ""),
        ("{\"lng\":111.29,\"lat\":30.7}", "parameter_missing", "#/crs"),
        ("{\"lng\":\"111.29\",\"lat\":30.7,\"crs\":\"WGS84\"}", "field_type", "#/lng"),
        ("{\"lng\":111.29,\"lat\":30.7,\"crs\":\"WGS84\",\"foo\":1}", "parameter_unknown", "#/foo"),
        ("{\"lng\":30.7,\"lat\":111.29,\"crs\":\"WGS84\"}", "coordinate_swapped", "#/lng"),
        (
            "{\"lng\":111.29,\"lat\":30.7,\"crs\":\"WGS84\",\"accuracy_m\":-1}",
            "number_out_of_range",
            "#/accuracy_m",
        ),
        (
            "{\"lng\":111.29,\"lat\":30.7,\"crs\":\"WGS84\",\"confidence\":0.9}",
            "parameter_missing",
            "#/accuracy_m",
        ),
        ("{\"id\":{},\"lng\":111.29,\"lat\":30.7,\"crs\":\"WGS84\"}", "field_type", "#/id"),
        (
            "{\"lng\":111.29,\"lat\":30.7,\"crs\":\"WGS84\",\"at\":\"2026-01-01T00:00:00Z\"}",
            "past_unavailable",
            "",
        ),
        (&*long, "line_too_long", ""),
        ("\u{feff}{}", "line_invalid", ""),
    ];
    // An empty line between all others, and no end after the last.
    let lines: Vec<String> = bad.iter().map(|(line, ..)| format!("{line}\r\n\n{good}")).collect();
    let answers = bulk(&server, &lines.join("\n"));
    assert_eq!(answers.len(), 2 * bad.len());
    for (i, (pair, (line, code, pointer))) in answers.chunks(2).zip(bad).enumerate() {
        let error = &pair[0]["error"];
        assert_eq!(pair[0]["line"], 3 * i + 1, "{line:.80}");
        assert_eq!(error["type"], format!("urn:wanmi:problem:{code}"), "{line:.80} {error}");
        assert_eq!(error["errors"][0]["pointer"].as_str().unwrap_or_default(), pointer, "{error}");
        assert_eq!((&pair[1]["id"], &pair[1]["certainty"]), (&json!(7), &json!("certain")));
    }
    let answers = bulk(&server, "");
    assert!(answers.is_empty());
}

#[test]
fn other_bodies_and_parameters_are_refused() {
    let server = Server::of_city();
    let asked =
        |kind: &str, path: &str| send(server.address(), ("POST", path), &[("Content-Type", kind)], b"{}\n");
    let reply = asked("application/json", "/v1/locate");
    assert_eq!(
        (reply.status, &reply.json()["type"]),
        (415, &json!("urn:wanmi:problem:media_type_unsupported"))
    );
    assert_eq!(asked("application/x-ndjson; charset=utf-8", "/v1/locate").status, 200);
    assert_eq!(asked("application/x-ndjson", "/v1/locate?crs=WGS84").status, 400);
}

#[test]
fn a_client_that_sends_a_hundred_megabytes_before_it_reads_gets_all_its_answers() {
    let server = Server::of_city();
    let filling = "x".repeat(230);
    let count = 370_000;
    let line = |i: usize| {
        format!("{{\"id\":\"{filling}{i}\",\"lng\":111.2905,\"lat\":30.7003,\"crs\":\"CGCS2000\"}}\n")
    };
    let body: Vec<u8> = (0..count).flat_map(|i| line(i).into_bytes()).collect();
    assert!(body.len() > 100_000_000, "{}", body.len());
    let reply = send(server.address(), ("POST", "/v1/locate"), &[NDJSON], &body);
    let text = reply.text();
    let mut answers = 0;
    for (i, answer) in text.lines().enumerate() {
        let start = format!("{{\"id\":\"{filling}{i}\",\"version\":42,");
        assert!(answer.starts_with(&start), "{answer}");
        answers += 1;
    }
    assert_eq!(answers, count);
}

#[test]
fn a_line_is_answered_before_the_next_one_is_sent() {
    let server = Server::of_city();
    let mut stream =
        asked(server.address(), "POST", "/v1/locate", &[NDJSON, ("Transfer-Encoding", "chunked")]);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    for i in 0..20 {
        let line = format!("{{\"id\":{i},\"lng\":111.2905,\"lat\":30.7003,\"crs\":\"CGCS2000\"}}\n");
        write!(stream, "{:x}\r\n{line}\r\n", line.len()).unwrap();
        let answer = loop {
            head.clear();
            assert!(reader.read_line(&mut head).unwrap() > 0, "the reply ended early");
            if head.starts_with("{\"id\"") {
                break &head;
            }
        };
        assert!(answer.starts_with(&format!("{{\"id\":{i},")), "{answer}");
    }
    write!(stream, "0\r\n\r\n").unwrap();
}

#[test]
fn a_client_that_breaks_off_frees_its_place() {
    let config = Config { limits: Limits { bulk_streams: 1, ..Limits::default() }, ..Config::default() };
    let server = Server::with(Arc::new(Live::new(city::shown(city::snapshot()))), config);
    let mut broken = asked(server.address(), "POST", "/v1/locate", &[NDJSON, ("Content-Length", "1000")]);
    broken.write_all(b"{}\n{\"lng\"").unwrap();
    // Once it has an answer it holds the only place.
    let mut reader = BufReader::new(broken.try_clone().unwrap());
    let mut line = String::new();
    while !line.starts_with("{\"line\":1,") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the reply ended early");
    }
    let one_more = || send(server.address(), ("POST", "/v1/locate"), &[NDJSON], b"\n");
    let refused = one_more();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.json()["type"], "urn:wanmi:problem:overloaded");
    drop((broken, reader));
    std::iter::repeat_with(one_more).find(|reply| reply.status == 200).unwrap();
}

#[test]
fn silence_ends_a_call_with_a_reason() {
    let config = Config { limits: Limits { body_seconds: 1, ..Limits::default() }, ..Config::default() };
    let server = Server::with(Arc::new(Live::new(city::shown(city::snapshot()))), config);
    let mut stream = asked(server.address(), "POST", "/v1/locate", &[NDJSON, ("Content-Length", "1000")]);
    stream.write_all(b"{\"id\":1,\"lng\":111.2905,\"lat\":30.7003,\"crs\":\"CGCS2000\"}\n{\"id\":2").unwrap();
    let answers = lines(&read_reply(&mut stream));
    assert_eq!((answers.len(), &answers[0]["id"]), (2, &json!(1)));
    assert_eq!(answers[1]["line"], 2);
    assert_eq!(answers[1]["error"]["type"], "urn:wanmi:problem:body_broken");
}
