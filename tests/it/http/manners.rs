//! What holds for every call: bounds, tags, headers, counters, both protocols, an end without broken answers.

use super::city;
use super::client::{Server, ask, asked, read_reply, send};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use wanmi::config::{Config, Limits};
use wanmi::live::Live;

const GOOD: &str = "/v1/locate?lng=111.2905&lat=30.7003&crs=CGCS2000";
const NEAR: &str = "/v1/components?near=111.2905,30.7003&crs=CGCS2000&radius_m=5000&limit=100";

fn limited(limits: Limits) -> Server {
    Server::with(Arc::new(Live::new(city::shown(city::snapshot()))), Config { limits, ..Config::default() })
}

#[test]
fn every_reply_is_strict_and_names_its_request() {
    let server = Server::of_city();
    for path in [GOOD, "/", "/nothing", "/tiles.json", "/metrics", "/docs"] {
        let reply = server.get(path);
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") || matches!(path, "/" | "/docs"), "{path} {policy}");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
    let id = |id: &str| {
        server.ask("GET", GOOD, &[("X-Request-Id", id)]).header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(id("order-17.a_b"), "order-17.a_b");
    let (bad, other) = (id("a b\"c"), id(&"x".repeat(65)));
    assert!(bad.len() == 16 && other.len() == 16 && bad != other, "{bad} {other}");
}

#[test]
fn what_is_known_is_not_sent_again_also_when_it_is_compressed() {
    let server = Server::of_city();
    let gzip = ("Accept-Encoding", "gzip");
    for path in [
        "/v1/cells/420502001001012",
        "/v1/components/42050201001000001",
        "/tiles.json",
        "/style.json",
        "/openapi.json",
        "/app.js",
    ] {
        let plain = server.get(path);
        let tag = plain.header("etag").unwrap_or_else(|| panic!("{path} has no tag")).to_owned();
        assert_eq!(server.ask("GET", path, &[("If-None-Match", &tag)]).status, 304, "{path}");
        let packed = server.ask("GET", path, &[gzip]);
        if packed.header("content-encoding").is_some() {
            let packed_tag = packed.header("etag").unwrap().to_owned();
            assert_eq!(packed_tag, format!("{}-gzip\"", tag.trim_end_matches('"')));
            let again = server.ask("GET", path, &[gzip, ("If-None-Match", &packed_tag)]);
            assert_eq!((again.status, again.header("etag")), (304, Some(&*packed_tag)), "{path}");
        } else {
            assert!(plain.body.len() < 1024, "{path}");
        }
    }
}

#[test]
fn long_replies_are_compressed_when_the_client_says_so() {
    let server = Server::of_city();
    let plain = server.get(NEAR);
    assert_eq!(plain.header("content-encoding"), None);
    let packed = server.ask("GET", NEAR, &[("Accept-Encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*packed.body).read_to_string(&mut text).unwrap();
    assert!(text == plain.text() && packed.body.len() * 3 < plain.body.len());
    assert_eq!(
        server.ask("GET", NEAR, &[("Accept-Encoding", "br, gzip;q=0.5")]).header("content-encoding"),
        Some("br")
    );
    // A place is a packet as it is.
    assert_eq!(server.ask("GET", GOOD, &[("Accept-Encoding", "gzip")]).header("content-encoding"), None);
}

#[test]
fn pages_of_other_origins_may_call_only_when_the_operator_says_so() {
    let mut config = Config::default();
    config.server.cors_origins = vec!["https://portal.example".to_owned()];
    let server = Server::with(Arc::new(Live::new(city::shown(city::snapshot()))), config);
    let from = |origin: &str| server.ask("GET", GOOD, &[("Origin", origin)]);
    let allowed = from("https://portal.example");
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://portal.example"));
    assert_eq!(from("https://other.example").header("access-control-allow-origin"), None);
    let ask_first = |origin: &str| {
        server.ask("OPTIONS", GOOD, &[("Origin", origin), ("Access-Control-Request-Method", "GET")])
    };
    assert_eq!(ask_first("https://portal.example").status, 204);
    assert_eq!(ask_first("https://other.example").status, 405);
}

#[test]
fn an_address_that_asks_too_fast_is_told_when_to_come_back() {
    let server =
        limited(Limits { rate_per_second: 1, rate_burst: 3, rate_loopback: true, ..Limits::default() });
    let replies: Vec<_> = (0..5).map(|_| server.get(GOOD)).collect();
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses[..3], [200; 3]);
    assert_eq!(statuses[4], 429, "{statuses:?}");
    assert_eq!(replies[4].header("retry-after"), Some("1"));
    assert_eq!(replies[4].json()["type"], "urn:wanmi:problem:rate_limited");
}

#[test]
fn a_connection_too_many_is_told_so_and_others_go_on() {
    let server = limited(Limits { connections: 1, ..Limits::default() });
    let held = TcpStream::connect(server.address()).unwrap();
    // The first one counts as soon as it is accepted, which is before the second.
    let refused = read_reply(&mut asked(server.address(), "GET", GOOD, &[]));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    drop(held);
    std::iter::repeat_with(|| ask(server.address(), "GET", GOOD, &[]))
        .find(|reply| reply.status == 200)
        .unwrap();
}

#[test]
fn a_head_that_never_ends_is_given_up() {
    let server = limited(Limits { header_seconds: 1, ..Limits::default() });
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let mut rest = Vec::new();
    // Closed, with or without a word: an error is a reset.
    drop(stream.read_to_end(&mut rest));
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
}

#[test]
fn answers_under_way_are_finished_when_the_service_stops() {
    let server = Server::of_city();
    let line = b"{\"lng\":111.2905,\"lat\":30.7003,\"crs\":\"CGCS2000\"}\n";
    let length = (2 * line.len()).to_string();
    let headers = [("Content-Type", "application/x-ndjson"), ("Content-Length", &*length)];
    let mut stream = asked(server.address(), "POST", "/v1/locate", &headers);
    stream.write_all(line).unwrap();
    // Its first answer: it is under way.
    let mut first = Vec::new();
    while !first.windows(7).any(|seven| seven == b"nearest") {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "the reply ended early");
        first.extend_from_slice(&part[..read]);
    }
    let stopping = std::thread::spawn(move || drop(server));
    stream.write_all(line).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let rest = String::from_utf8_lossy(&rest);
    assert!(rest.contains("\"certainty\":\"certain\"") && rest.ends_with("0\r\n\r\n"), "{rest}");
    stopping.join().unwrap();
}

#[test]
fn counters_tell_what_was_asked_by_route_and_what_is_in_use() {
    let server = Server::of_city();
    for _ in 0..3 {
        server.get(GOOD);
    }
    server.get("/v1/cells/nothing");
    server.get("/no/such/path");
    let reply = server.get("/metrics");
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = reply.text();
    for line in [
        "wanmi_http_requests_total{route=\"/v1/locate\",status=\"2xx\"} 3",
        "wanmi_http_requests_total{route=\"/v1/cells/{code}\",status=\"4xx\"} 1",
        "wanmi_http_requests_total{route=\"(unknown)\",status=\"4xx\"} 1",
        "wanmi_http_request_duration_seconds_count{route=\"/v1/locate\"} 3",
        "wanmi_city_version 42",
        "wanmi_city_behind 0",
        "wanmi_city_cells 29",
        "wanmi_http_in_flight 1",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} not in\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().unwrap() >= 0.0, "{line}");
    }
    assert!(!text.contains("111.29") && !text.contains("nothing"), "an address is nobody's business");
}

#[test]
fn a_report_whose_body_trickles_is_under_way_from_its_head_on() {
    let server = limited(Limits { in_flight: 2, ..Limits::default() });
    let under_way = || {
        let headers = [("Content-Type", "application/json"), ("Content-Length", "2")];
        let mut stream = asked(server.address(), "POST", "/v1/route", &headers);
        stream.write_all(b"{").unwrap();
        stream
    };
    let mut trickling = [under_way(), under_way()];
    // Until both heads are read.
    let refused = (0..3_000).find_map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        Some(server.get(GOOD)).filter(|reply| reply.status != 200)
    });
    assert_eq!(
        refused.map(|reply| (reply.status, reply.json_code())),
        Some((503, Some("overloaded".to_owned())))
    );
    let one_more =
        send(server.address(), ("POST", "/v1/route"), &[("Content-Type", "application/json")], b"{}");
    assert_eq!((one_more.status, one_more.header("retry-after")), (503, Some("1")));
    for stream in &mut trickling {
        stream.write_all(b"}").unwrap();
        assert_eq!(read_reply(stream).status, 400);
    }
    assert_eq!(server.get(GOOD).status, 200);
}

#[test]
fn http_2_without_tls_is_spoken() {
    let server = Server::of_city();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut client, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
        let driver = tokio::spawn(connection);
        for _ in 0..3 {
            let request = hyper::Request::get(format!("http://{}{GOOD}", server.address()));
            let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap();
            let reply = client.send_request(request).await.unwrap();
            assert_eq!((reply.status().as_u16(), reply.version()), (200, hyper::Version::HTTP_2));
            assert_eq!(reply.headers()["wanmi-version"], "42");
        }
        drop(client);
        driver.await.unwrap().unwrap();
    });
}

#[test]
fn a_configured_body_limit_holds() {
    let server = limited(Limits { body_bytes: 10, ..Limits::default() });
    assert_eq!(server.ask("GET", GOOD, &[("Content-Length", "11")]).status, 413);
    let bulk = send(
        server.address(),
        ("POST", "/v1/locate"),
        &[("Content-Type", "application/x-ndjson")],
        &[b'\n'; 99],
    );
    assert_eq!(bulk.status, 200, "bulk calls are streams");
}
