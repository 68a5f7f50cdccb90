//! Decisions recorded durably a second, by how many callers wait at once: the log with its group commit beside one
//! transaction a decision on the same disk.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints and fails loudly")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wanmi::geom::lattice::Position;
use wanmi::model::version::Version;
use wanmi::record::{Entry, Facts, Record};

/// How long each row is measured; a moment when the benches run as tests.
fn measured() -> Duration {
    if std::env::args().any(|arg| arg == "--test") {
        Duration::from_millis(50)
    } else {
        Duration::from_secs(3)
    }
}

fn entry(i: u64) -> Entry {
    let facts = Facts {
        kind: "component".to_owned(),
        edition: "gbt47678.5-2026".to_owned(),
        class: "01002".to_owned(),
        outcome: "direct".to_owned(),
        department: Some("D1".to_owned()),
        step: Some("duty".to_owned()),
        rule: Some(format!("R-{}", i % 60)),
        cell: Some(format!("C-{}", i % 1_203)),
        component: None,
        place: Some(Position {
            x: 11_129_000_000 + (i % 9_999) as i64 * 100,
            y: 3_070_000_000 + (i % 7_919) as i64 * 100,
        }),
        ruled: false,
    };
    Entry {
        client: "bench".to_owned(),
        key: Some(format!("k-{i}")),
        report_id: Some(format!("r-{i}")),
        report: vec![b'r'; 400],
        decision: vec![b'd'; 1_800],
        language: "zh-CN".to_owned(),
        version: Version(1),
        at_ms: 0,
        now_ms: 0,
        facts,
    }
}

/// One transaction and one sync a decision: what a record without group commit does.
fn one_by_one(folder: &std::path::Path) -> f64 {
    let conn = rusqlite::Connection::open(folder.join("plain")).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.pragma_update(None, "synchronous", "FULL").unwrap();
    conn.execute_batch("CREATE TABLE decision (id INTEGER PRIMARY KEY, body BLOB, answer BLOB)").unwrap();
    let mut insert = conn.prepare("INSERT INTO decision (body, answer) VALUES (?1, ?2)").unwrap();
    let (time, start, mut count) = (measured(), Instant::now(), 0_u32);
    while start.elapsed() < time {
        insert.execute((vec![b'r'; 400], vec![b'd'; 1_800])).unwrap();
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn grouped(record: &Arc<Record>, callers: usize, next: &Arc<AtomicU64>) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (time, start, mut count) = (measured(), Instant::now(), 0_u64);
    runtime.block_on(async {
        let one = |record: Arc<Record>, next: Arc<AtomicU64>| async move {
            let mut done = 0_u64;
            while start.elapsed() < time {
                record.decide_async(entry(next.fetch_add(1, Ordering::Relaxed))).await.unwrap();
                done += 1;
            }
            done
        };
        let calls: Vec<_> = (0..callers).map(|_| Box::pin(one(record.clone(), next.clone()))).collect();
        let local = tokio::task::LocalSet::new();
        let tasks: Vec<_> = calls.into_iter().map(|call| local.spawn_local(call)).collect();
        local
            .run_until(async {
                for task in tasks {
                    count += task.await.unwrap();
                }
            })
            .await;
    });
    count as f64 / start.elapsed().as_secs_f64()
}

fn main() {
    // Beside the crate, because /tmp is no disk on some machines.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    println!("durable decisions a second (report 400 B, decision 1.8 kB), {:?} each", measured());
    println!("{:<34} {:>9.0}", "one transaction a decision", one_by_one(folder.path()));
    let record = Arc::new(Record::open(&folder.path().join("record")).unwrap());
    let next = Arc::new(AtomicU64::new(0));
    for callers in [1, 8, 64, 512] {
        println!("{:<34} {:>9.0}", format!("record, {callers} callers"), grouped(&record, callers, &next));
    }
    let near = wanmi::record::Near { facts: entry(5).facts, radius_m: 30.0, limit: 20 };
    let start = Instant::now();
    let found = record.open_near(&near).unwrap().len();
    println!("{found} of {} open reports near a place: {:?}", next.load(Ordering::Relaxed), start.elapsed());
    let start = Instant::now();
    let rates = record.rates(wanmi::record::By::Rule, wanmi::record::Span::ALWAYS, 100).unwrap().len();
    println!("rates of {rates} rules: {:?}", start.elapsed());
}
