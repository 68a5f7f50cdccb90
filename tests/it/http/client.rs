//! A service on port 0, and the smallest client that speaks HTTP/1.1.

use super::city;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use time::macros::datetime;
use tokio::sync::oneshot;
use wanmi::config::Config;
use wanmi::http::Service;
use wanmi::live::Live;

/// A service that stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// A reply, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Server {
    /// The generated city.
    pub(crate) fn of_city() -> Self {
        Server::of(Arc::new(Live::new(city::shown(city::snapshot()))))
    }

    /// A city that the test may swap.
    pub(crate) fn of(live: Arc<Live>) -> Self {
        Server::with(live, Config::default())
    }

    /// A city under another configuration.
    pub(crate) fn with(live: Arc<Live>, config: Config) -> Self {
        Server::started(live, config, |service| service)
    }

    /// A city under a service that is more than the plain one.
    pub(crate) fn of_service(live: Arc<Live>, change: impl FnOnce(Service) -> Service) -> Self {
        Server::started(live, Config::default(), change)
    }

    fn started(live: Arc<Live>, config: Config, change: impl FnOnce(Service) -> Service) -> Self {
        let clock = Arc::new(|| datetime!(2026-11-23 10:00:00.123 +8));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let service = change(Service::new(live, clock, config));
        let thread = std::thread::spawn(move || {
            let until = async move { drop(stopped.await) };
            runtime.block_on(wanmi::http::serve::serve(listener, service, until)).unwrap();
        });
        Server { address, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[])
    }

    /// The JSON of a reply that must be 200.
    pub(crate) fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"), "{path}");
        reply.json()
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        ask(self.address, method, path, headers)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The code of the problem that this reply is, when it is one.
    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    pub(crate) fn json_code(&self) -> Option<String> {
        let problem: Value = serde_json::from_slice(&self.body).ok()?;
        Some(problem["type"].as_str()?.strip_prefix("urn:wanmi:problem:")?.to_owned())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }
}

/// Asks once on a connection of its own.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    read_reply(&mut asked(address, method, path, headers))
}

/// Asks with a body, and reads only after all of it was sent.
pub(crate) fn send(
    address: SocketAddr,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let length = body.len().to_string();
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("Content-Length", &*length)]).collect();
    let mut stream = asked(address, method, path, &headers);
    stream.write_all(body).unwrap();
    read_reply(&mut stream)
}

/// A connection on which the head of a request was sent.
pub(crate) fn asked(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let more: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let more = more.concat();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{more}\r\n").unwrap();
    stream
}

/// The reply on a connection that the server closes after it.
pub(crate) fn read_reply(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a reply has a head");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pair =
        |line: &str| line.split_once(": ").map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).unwrap();
    let mut reply = Reply { status, headers: lines.map(pair).collect(), body: bytes[end + 4..].to_vec() };
    if reply.header("transfer-encoding") == Some("chunked") {
        reply.body = unchunked(&reply.body);
    }
    reply
}

/// A body without its chunks (RFC 9112, 7.1).
pub(crate) fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|two| two == b"\r\n").expect("a chunk has a length");
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
}
