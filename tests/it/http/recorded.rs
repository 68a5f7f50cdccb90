//! Decisions recorded in bulk: once a key and report, on disk when told, also for those whose service is killed.

use super::answers::golden;
use super::city;
use super::client::{Server, send, unchunked};
use super::program::{Program, stored};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use wanmi::config::Limits;
use wanmi::live::Live;
use wanmi::record::{DecisionId, Record};

const NDJSON: (&str, &str) = ("Content-Type", "application/x-ndjson");
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A service with a record, and where the record lies.
fn server() -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let record = Record::open(&folder.path().join("record")).unwrap();
    let live = Arc::new(Live::new(city::shown(city::snapshot())));
    (Server::of_service(live, |service| service.recording(record)), folder)
}

fn bulk(server: &Server, key: &str, lines: &[String]) -> Vec<Value> {
    let headers = [NDJSON, ("Idempotency-Key", key), ("Accept-Language", "en")];
    let reply = send(server.address(), ("POST", "/v1/route"), &headers, lines.join("\n").as_bytes());
    assert_eq!((reply.status, reply.header("content-type")), (200, Some(NDJSON.1)), "{}", reply.text());
    reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn report(id: Option<&str>, number: usize) -> String {
    let mut report = json!({
        "kind": "component", "class": "01001", "edition": "gbt47678.5-2026",
        "component": format!("42050201001{number:06}"), "at": "2026-11-23T10:00:00+08:00",
    });
    if let Some(id) = id {
        report["id"] = json!(id);
    }
    report.to_string()
}

fn number(line: &Value) -> &str {
    line["decision"].as_str().unwrap_or_else(|| panic!("not recorded: {line}"))
}

#[test]
fn lines_are_recorded_as_one_by_one_and_their_numbers_told() {
    let (server, folder) = server();
    // More than a call with one report may send.
    let lines: Vec<String> = (0..2_000).map(|i| report(Some(&format!("r-{i}")), i % 60)).collect();
    assert!(lines.iter().map(String::len).sum::<usize>() > Limits::default().body_bytes as usize);
    let told = bulk(&server, "k", &lines);
    assert_eq!(told.len(), lines.len());
    let (twin, _folder) = self::server();
    for (i, (line, told)) in lines.iter().zip(&told).enumerate() {
        let mut decision = told.clone();
        decision.as_object_mut().unwrap().remove("decision");
        assert_eq!(decision["report"], format!("r-{i}"), "in order");
        if i % 100 != 0 {
            continue;
        }
        let kept = server.json(&format!("/v1/decisions/{}", number(told)));
        assert_eq!(
            (&kept["decision"], &kept["report"].to_string()),
            (&decision, &serde_json::from_str::<Value>(line).unwrap().to_string())
        );
        let headers = [JSON, ("Accept-Language", "en")];
        let one = send(twin.address(), ("POST", "/v1/route"), &headers, line.as_bytes());
        assert_eq!(one.json(), decision, "as one by one");
        let replayed = server.json(&format!("/v1/decisions/{}/replay", number(told)));
        assert_eq!(replayed["identical"], true);
    }
    let numbers: BTreeMap<&str, usize> = told.iter().map(number).zip(0..).collect();
    assert_eq!(numbers.len(), lines.len(), "each has a number of its own");
    assert_eq!(bulk(&server, "k", &lines), told, "the same again");
    drop(server);
    assert_eq!(Record::check(&folder.path().join("record")).unwrap(), Vec::<String>::new());
}

#[test]
fn a_report_is_known_by_its_id_whatever_comes_with_it() {
    let (server, _folder) = server();
    let lines = [
        report(Some("a"), 1),
        report(None, 2),
        "{\"kind\":\"component\"}".to_owned(),
        report(Some("b"), 3),
        report(Some("b"), 3),
        report(Some("b"), 4),
    ];
    let told = bulk(&server, "k", &lines);
    let numbers: Vec<Option<&str>> = told.iter().map(|line| line["decision"].as_str()).collect();
    assert_eq!(numbers[..2], [Some("d-1"), Some("d-2")]);
    assert_eq!((&told[2]["line"], &told[2]["error"]["status"]), (&json!(3), &json!(400)));
    assert_eq!((numbers[3], numbers[4]), (Some("d-3"), Some("d-3")), "the same report twice is one");
    assert_eq!(
        (&told[5]["line"], &told[5]["error"]["type"]),
        (&json!(6), &json!("urn:wanmi:problem:idempotency_key_reused"))
    );
    // Sent again in part and in another order: those with a name are known, the one without is another line.
    let again = bulk(
        &server,
        "k",
        &[report(Some("b"), 3), report(None, 2), report(Some("new"), 5), report(Some("a"), 1)],
    );
    let numbers: Vec<Option<&str>> = again.iter().map(|line| line["decision"].as_str()).collect();
    assert_eq!(numbers, [Some("d-3"), Some("d-2"), Some("d-4"), Some("d-1")]);
    assert_eq!(again[3], told[0]);
    // Other keys, other clients and single calls never meet them.
    let headers = [NDJSON, ("Idempotency-Key", "k2")];
    let fifth = send(server.address(), ("POST", "/v1/route"), &headers, lines[0].as_bytes());
    assert!(fifth.text().starts_with("{\"decision\":\"d-5\",\"report\":\"a\","), "{}", fifth.text());
    golden("decision-line.json", &fifth);
    let of = |more: &[(&str, &str)]| {
        send(
            server.address(),
            ("POST", "/v1/route"),
            &[&[NDJSON, ("Idempotency-Key", "k")], more].concat(),
            lines[0].as_bytes(),
        )
    };
    assert!(of(&[("Wanmi-Client", "other")]).text().starts_with("{\"decision\":\"d-6\",\"report\":\"a\","));
    let single =
        send(server.address(), ("POST", "/v1/route"), &[JSON, ("Idempotency-Key", "k")], lines[3].as_bytes());
    assert_eq!((single.status, single.header("wanmi-decision")), (200, Some("d-7")), "{}", single.text());
    // Without a key nothing is recorded, and without a record nothing is promised.
    let plain = send(server.address(), ("POST", "/v1/route"), &[NDJSON], lines[0].as_bytes());
    assert!(plain.text().starts_with("{\"report\":\"a\","), "{}", plain.text());
    let none = Server::of_city();
    let refused =
        send(none.address(), ("POST", "/v1/route"), &[NDJSON, ("Idempotency-Key", "k")], lines[0].as_bytes());
    assert_eq!((refused.status, refused.json_code().as_deref()), (503, Some("record_closed")));
}

/// Kills of a service that records.
const KILLS: usize = 25;

/// Nobody waits for more rounds than this.
const ROUNDS: usize = 500;

/// What clients know of their reports.
#[derive(Default)]
struct Clients {
    /// Key and report, with number and bytes of the decision that was told.
    told: Mutex<Vec<(String, String, DecisionId, String)>>,
    /// Key and report of those that were sent and not answered.
    unanswered: Mutex<Vec<(String, String)>>,
    answers: AtomicUsize,
}

/// Sends a request and gives what comes back until the connection ends, however it ends.
fn asked(address: SocketAddr, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let Ok(mut stream) = TcpStream::connect(address) else { return Vec::new() };
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut head = format!("POST /v1/route HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers.iter().chain(&[("Connection", "close")]) {
        head.extend([*name, ": ", *value, "\r\n"]);
    }
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    if stream.write_all(&[head.as_bytes(), b"\r\n", body.as_bytes()].concat()).is_ok() {
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
        }
    }
    bytes
}

/// Head and body of a reply that may have broken off.
fn parts(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    head.starts_with("http/1.1 200").then(|| (head, &bytes[end + 4..]))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The chunks that came whole.
fn whole_chunks(body: &[u8]) -> Vec<u8> {
    let mut whole = body.to_vec();
    let (mut at, mut end) = (0, 0);
    while let Some(line) = whole[at..].windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&whole[at..at + line]).unwrap(), 16).unwrap();
        at += line + 2 + length + 2;
        if length == 0 || at > whole.len() {
            break;
        }
        end = at;
    }
    whole.truncate(end);
    whole.extend_from_slice(b"0\r\n\r\n");
    unchunked(&whole)
}

impl Clients {
    fn tell(&self, key: String, report: String, id: &str, decision: String) {
        self.told.lock().unwrap().push((key, report, id.parse().unwrap(), decision));
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// One report after the other, until one is not answered.
    fn single(&self, address: SocketAddr, name: &str) {
        for i in 0.. {
            let (key, report) = (format!("{name}-{i}"), report(Some("s"), i % 10));
            let bytes = asked(address, &[JSON, ("Idempotency-Key", &key)], &report);
            let whole = parts(&bytes).and_then(|(head, body)| {
                let id = header(&head, "wanmi-decision")?.to_owned();
                let length: usize = header(&head, "content-length")?.parse().ok()?;
                (body.len() == length).then(|| (id, String::from_utf8(body.to_vec()).unwrap()))
            });
            match whole {
                Some((id, decision)) => self.tell(key, report, &id, decision),
                None => return self.unanswered.lock().unwrap().push((key, report)),
            }
        }
    }

    /// Many reports at a time, until not all of them are answered.
    fn many(&self, address: SocketAddr, name: &str) {
        for i in 0.. {
            let key = format!("{name}-{i}");
            let reports: Vec<String> = (0..400).map(|n| report(Some(&format!("m-{n}")), n % 10)).collect();
            let bytes = asked(address, &[NDJSON, ("Idempotency-Key", &key)], &reports.join("\n"));
            let text = parts(&bytes).map(|(_, body)| whole_chunks(body)).unwrap_or_default();
            let text = String::from_utf8(text).unwrap();
            let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            let mut answered = 0;
            for (n, line) in lines.enumerate() {
                let (id, rest) =
                    line.trim_end().strip_prefix("{\"decision\":\"").unwrap().split_once("\",").unwrap();
                self.tell(format!("{key}\n\"m-{n}\""), reports[n].clone(), id, format!("{{{rest}"));
                answered = n + 1;
            }
            let lost = reports.iter().enumerate().skip(answered);
            let lost: Vec<_> =
                lost.map(|(n, report)| (format!("{key}\n\"m-{n}\""), report.clone())).collect();
            let is_broken = !lost.is_empty();
            self.unanswered.lock().unwrap().extend(lost);
            if is_broken {
                return;
            }
        }
    }
}

/// Dice that fall alike in every run; what they decide is still up to the machine's clock.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// What a kill left of the reports that were not answered.
#[derive(Debug, Default)]
struct Left {
    recorded: usize,
    lost: usize,
}

/// A service that records for several clients, killed at some moment.
fn killed(city: &Path, (clients, round): (&Arc<Clients>, usize), dice: &mut Dice) {
    let (program, told) = (Program::serving(city), clients.answers.load(Ordering::Relaxed));
    let client =
        |n| {
            let (clients, address) = (Arc::clone(clients), program.address);
            let name = format!("{round}-{n}");
            std::thread::spawn(move || {
                if n == 0 { clients.many(address, &name) } else { clients.single(address, &name) }
            })
        };
    let threads: Vec<_> = (0..4).map(client).collect();
    // The moment is so many answers after the first, and a little: it follows the machine.
    let answers = told + 1 + dice.below(1_200);
    while clients.answers.load(Ordering::Relaxed) < answers {
        assert!(threads.iter().any(|thread| !thread.is_finished()), "no client is answered any more");
        std::thread::yield_now();
    }
    (0..dice.below(20_000)).for_each(|_| std::hint::spin_loop());
    // SIGKILL.
    drop(program);
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Proves that the record has what was told, byte by byte, and of what was not answered all or nothing.
fn proved(path: &Path, clients: &Clients, (told, sent): (usize, usize), left: &mut Left) {
    assert_eq!(Record::check(path).unwrap(), Vec::<String>::new());
    let record = Record::open(path).unwrap();
    for (_, report, id, decision) in &clients.told.lock().unwrap()[told..] {
        let given = record.get(*id).unwrap_or_else(|error| panic!("{id} was told: {error}"));
        assert_eq!((given.report, given.decision), (report.clone().into(), decision.clone().into()));
    }
    for (key, report) in &clients.unanswered.lock().unwrap()[sent..] {
        match record.known("", key, report.as_bytes(), 0).unwrap() {
            Some(known) => {
                let decision: Value = serde_json::from_slice(&known.decision).unwrap();
                assert!(decision["because"].is_array(), "{decision}");
                left.recorded += 1;
            }
            None => left.lost += 1,
        }
    }
}

#[test]
fn what_was_told_survives_a_kill_at_any_moment_and_nothing_is_half() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let path = Record::path_of(&city);
    let (mut dice, mut left, mut kills) = (Dice(20_261_130), Left::default(), 0);
    let clients = Arc::new(Clients::default());
    // Until enough kills hit between disk and answer as well as before the disk.
    while kills < KILLS || left.recorded == 0 || left.lost == 0 {
        assert!(kills < ROUNDS, "after {ROUNDS} kills not everything was seen: {left:?}");
        let before = (clients.told.lock().unwrap().len(), clients.unanswered.lock().unwrap().len());
        killed(&city, (&clients, kills), &mut dice);
        proved(&path, &clients, before, &mut left);
        kills += 1;
    }
    // Who sends again what was not answered gets it, recorded once; who sends what was, the same bytes.
    let program = Program::serving(&city);
    let again = |key: &str, report: &str| {
        let headers = [JSON, ("Idempotency-Key", key)];
        let reply = send(program.address, ("POST", "/v1/route"), &headers, report.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        (reply.header("wanmi-decision").unwrap().to_owned(), reply.text())
    };
    let of_single = |key: &str| !key.contains('\n');
    let told = clients.told.lock().unwrap();
    for (key, report, id, decision) in told.iter().filter(|(key, ..)| of_single(key)).take(20) {
        assert_eq!(again(key, report), (id.to_string(), decision.clone()));
    }
    let unanswered = clients.unanswered.lock().unwrap();
    for (key, report) in unanswered.iter().filter(|(key, _)| of_single(key)).take(20) {
        assert_eq!(again(key, report), again(key, report));
    }
}
