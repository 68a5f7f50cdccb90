//! What the benches of the service share: a connection that asks and reads, askers at a steady rate, latencies; bulk calls
//! and reports.

pub mod bulk;
pub mod reports;

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A connection that is kept.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its tag.
    pub tag: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
    /// Whether the server closes the connection after it.
    pub closes: bool,
}

impl Client {
    /// Connects to a port of this machine.
    ///
    /// # Errors
    /// When nobody listens, or nothing is said for ten seconds.
    pub fn connect(port: u16) -> anyhow::Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(10))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Client { stream: BufReader::new(stream) })
    }

    /// Asks and reads the reply.
    ///
    /// # Errors
    /// When the connection breaks or the reply has no length.
    pub fn ask(&mut self, method: &str, path: &str, more: &str, body: &str) -> anyhow::Result<Reply> {
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: b\r\n{more}Content-Length: {length}\r\n\r\n{body}");
        // A plain question has no length, as browsers and libraries send it.
        let head = if method == "GET" { head.replace("Content-Length: 0\r\n", "") } else { head };
        self.stream.get_mut().write_all(head.as_bytes())?;
        self.read()
    }

    /// Asks for a path.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub fn get(&mut self, path: &str) -> anyhow::Result<Reply> {
        self.ask("GET", path, "", "")
    }

    fn read(&mut self) -> anyhow::Result<Reply> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).context("the server hung up")?.parse()?;
        let (mut length, mut tag, mut closes) = (None, None, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Some(value.parse::<usize>()?),
                "etag" => tag = Some(value.to_owned()),
                "connection" => closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        let mut body = vec![0; length.context("a reply without length")?];
        self.stream.read_exact(&mut body)?;
        Ok(Reply { status, tag, body, closes })
    }
}

/// What a run of questions came to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Microseconds of the good answers, from when they were due.
    pub took_us: Vec<u32>,
    /// The seconds of the run in which late answers were due, one for each: stalls are seen apart from slowness.
    pub late: Vec<u16>,
    /// Answers 503 or 429 with a reason.
    pub shed: u64,
    /// Everything else: other statuses, broken connections.
    pub failed: u64,
}

impl Tally {
    /// Adds another.
    pub fn add(&mut self, other: &Tally) {
        self.took_us.extend_from_slice(&other.took_us);
        self.late.extend_from_slice(&other.late);
        self.shed += other.shed;
        self.failed += other.failed;
    }

    /// The microseconds below which a share of the answers came.
    pub fn percentile(&mut self, share: f64) -> u32 {
        self.took_us.sort_unstable();
        let at = (self.took_us.len() as f64 * share) as usize;
        self.took_us.get(at.min(self.took_us.len().saturating_sub(1))).copied().unwrap_or(0)
    }

    /// In which seconds answers were late: from, to, how many.
    pub fn late_spans(&self) -> Vec<[usize; 3]> {
        let mut seconds = self.late.clone();
        seconds.sort_unstable();
        let mut spans: Vec<[usize; 3]> = Vec::new();
        for second in seconds.into_iter().map(usize::from) {
            match spans.last_mut() {
                Some([_, to, count]) if second <= *to + 1 => (*to, *count) = (second, *count + 1),
                _ => spans.push([second, second, 1]),
            }
        }
        spans
    }

    /// One line for people.
    pub fn line(&mut self, seconds: f64) -> String {
        let rate = self.took_us.len() as f64 / seconds;
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| self.percentile(share));
        let Tally { shed, failed, .. } = self;
        format!(
            "{rate:.0} good answers/s, p50 {p50} µs, p99 {p99} µs, p99.9 {p999} µs, {shed} shed, {failed} failed"
        )
    }
}

/// An answer that took longer is late.
pub const LATE: Duration = Duration::from_millis(50);

/// How many ask how often, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The port.
    pub port: u16,
    /// Connections.
    pub askers: usize,
    /// Questions a second on each connection; 0 asks again as soon as it is answered.
    pub each: f64,
    /// How long.
    pub lasts: Duration,
}

/// Puts a load on the service; `path` gives the question with a number. Late answers count from when they were due, so
/// that a server which stalls cannot hide it.
pub fn load(load: Load, path: &(impl Fn(u64) -> String + Sync), stop: &AtomicBool) -> Tally {
    let start = Instant::now();
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..load.askers)
            .map(|asker| scope.spawn(move || asked(load, path, (start, asker), stop)))
            .collect();
        let mut all = Tally::default();
        askers.into_iter().filter_map(|asker| asker.join().ok()).for_each(|tally| all.add(&tally));
        all
    })
}

fn asked(
    load: Load,
    path: &(impl Fn(u64) -> String + Sync),
    (start, asker): (Instant, usize),
    stop: &AtomicBool,
) -> Tally {
    let (mut tally, mut client, mut number) = (Tally::default(), None, 0_u64);
    let between = Duration::from_secs_f64(if load.each > 0.0 { 1.0 / load.each } else { 0.0 });
    let mut due = start + between.mul_f64(asker as f64 / load.askers as f64);
    while start.elapsed() < load.lasts && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if load.each == 0.0 {
            due = Instant::now();
        }
        number += 1;
        let question = path(number * load.askers as u64 + asker as u64);
        match question_on(&mut client, load.port, &question) {
            Ok(200 | 304) => {
                let took = due.elapsed();
                tally.took_us.push(took.as_micros() as u32);
                if took >= LATE {
                    tally.late.push((due - start).as_secs() as u16);
                }
            }
            Ok(503 | 429) => {
                tally.shed += 1;
                // As Retry-After says.
                due = Instant::now() + Duration::from_secs(1);
            }
            Ok(_) | Err(_) => {
                tally.failed += 1;
                client = None;
            }
        }
        due += between;
    }
    tally
}

fn question_on(client: &mut Option<Client>, port: u16, path: &str) -> anyhow::Result<u16> {
    if client.is_none() {
        *client = Some(Client::connect(port)?);
    }
    let Some(connected) = client else { bail!("no connection") };
    let reply = connected.get(path)?;
    if reply.closes {
        *client = None;
    }
    Ok(reply.status)
}

/// The codes of the first components.
///
/// # Errors
/// When the service does not tell them.
pub fn codes(port: u16, count: usize) -> anyhow::Result<Vec<String>> {
    let reply = Client::connect(port)?.get(&format!("/v1/components?limit={count}"))?;
    let list: serde_json::Value = serde_json::from_slice(&reply.body)?;
    let components = list["components"].as_array().context("no components")?;
    Ok(components.iter().filter_map(|component| Some(component["code"].as_str()?.to_owned())).collect())
}

/// Megabytes that the service holds.
///
/// # Errors
/// When it does not tell.
pub fn resident_mb(port: u16) -> anyhow::Result<u64> {
    let text = String::from_utf8(Client::connect(port)?.get("/metrics")?.body)?;
    let line = text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    Ok(line.context("no figure")?.parse::<u64>()? >> 20)
}

/// A question of the mix that dispatchers and workflow engines ask: seven of ten where something is, two what is near.
pub fn mixed(codes: &[String], [lng, lat]: [f64; 2], number: u64) -> String {
    let mixed = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let (x, y) = (lng + (mixed >> 44) as f64 / 3e7, lat + (mixed >> 20 & 0xF_FFFF) as f64 / 3e7);
    match number % 20 {
        0..14 => format!("/v1/locate?lng={x:.6}&lat={y:.6}&crs=WGS84"),
        14..18 => format!("/v1/components?near={x:.6},{y:.6}&crs=WGS84&radius_m=50&limit=10"),
        18 => format!("/v1/components/{}", codes[number as usize % codes.len()]),
        _ => "/v1/cells?limit=20".to_owned(),
    }
}
