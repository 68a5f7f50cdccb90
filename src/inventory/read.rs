//! Reads delivered files through `wanmi-import`, the only program that parses hostile files (DESIGN 13).

use super::refused::Refused;
use std::ffi::OsString;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use wanmi_rows::{
    BadRow, Columns, Frame, FrameReader, Layer, PROTOCOL, ReadError, Refusal, Request, Row, Rows, Wanted,
};

/// An importer that says nothing for so long is ended; parsing the largest file that it accepts takes a tenth of this.
const SILENCE: Duration = Duration::from_secs(300);

/// An importer that still speaks after so long is ended too; the largest delivery we know takes a fiftieth of this.
const WHOLE: Duration = Duration::from_secs(3600);

/// How often silence is looked for.
const LOOK: Duration = Duration::from_millis(200);

/// How much of the importer's messages is kept, from the end.
const MESSAGES_BYTES: usize = 4096;

/// Bytes gathered from the pipe at once.
const PIPE_BYTES: usize = 256 * 1024;

/// The program `wanmi-import`.
#[derive(Clone, Debug)]
pub struct Importer {
    program: PathBuf,
    patience: Patience,
}

/// How long an importer is waited for.
#[derive(Clone, Copy, Debug)]
struct Patience {
    silence: Duration,
    whole: Duration,
}

/// Variables that the importer is given; every other one stays here, where no hostile file can read it.
const VARIABLES: [&str; 8] =
    ["PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "RUST_BACKTRACE"];

/// Something to read: a file, or a folder with all that lies in it.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// Its path.
    pub path: &'a Path,
    /// The one layer to read; every layer when absent.
    pub layer: Option<String>,
    /// Columns that may hold the place, in tables without shapes; the first that a table has whole count.
    pub columns: Vec<Columns>,
}

/// What deliveries hold, in their order.
#[derive(Debug)]
pub enum Item {
    /// The delivery with this position begins; what follows belongs to it.
    Delivery(usize),
    /// The layer whose rows follow.
    Layer(Layer),
    /// A row.
    Row(Row),
    /// A row that could not be read.
    BadRow(BadRow),
    /// A file that is not read, or not to its end; the next layer or delivery follows.
    Refused(Refusal),
    /// A file beside the data that is none.
    Skipped(Refusal),
}

impl Importer {
    /// The importer that `WANMI_IMPORT` names, else the one beside the running program.
    ///
    /// # Errors
    /// [`Refused::ImporterMissing`].
    pub fn find() -> Result<Self, Refused> {
        let beside = || {
            let here = std::env::current_exe().unwrap_or_default();
            here.with_file_name(format!("wanmi-import{}", std::env::consts::EXE_SUFFIX))
        };
        Self::at(std::env::var_os("WANMI_IMPORT").map_or_else(beside, PathBuf::from))
    }

    /// The importer at a path.
    ///
    /// # Errors
    /// [`Refused::ImporterMissing`].
    pub fn at(program: PathBuf) -> Result<Self, Refused> {
        if !program.is_file() {
            return Err(Refused::ImporterMissing { path: program });
        }
        Ok(Importer { program, patience: Patience { silence: SILENCE, whole: WHOLE } })
    }

    /// Reads deliveries, all in one process, and gives everything in them to `each`.
    ///
    /// # Errors
    /// What `each` refuses; [`Refused::ImportCrashed`] when the importer dies, hangs or breaks off.
    pub fn read(
        &self,
        deliveries: &[Delivery<'_>],
        rows: Rows,
        mut each: impl FnMut(Item) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let mut running = self.start(deliveries, rows)?;
        let mut current = 0;
        let result = running.frames(&mut current, &mut each);
        match result {
            Err(Broken::Stream(error)) => {
                let path = deliveries.get(current).map_or(Path::new(""), |delivery| delivery.path);
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                Err(running.crashed(name.unwrap_or_else(|| path.display().to_string()), error))
            }
            Err(Broken::Refused(refused)) => Err(refused),
            Ok(()) => Ok(()),
        }
    }

    fn start(&self, deliveries: &[Delivery<'_>], rows: Rows) -> Result<Running, Refused> {
        let mut command = Command::new(&self.program);
        command.arg("obey").env_clear();
        command.envs(VARIABLES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let missing = |_| Refused::ImporterMissing { path: self.program.clone() };
        let mut child = command.spawn().map_err(missing)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (child, beat) = (Arc::new(Mutex::new(child)), Arc::new(Beat::default()));
        let messages = thread::spawn(|| stderr.map_or_else(String::new, last_messages));
        let (done, until) = channel();
        thread::spawn({
            let (child, beat, patience) = (child.clone(), beat.clone(), self.patience);
            move || watch(&child, &beat, patience, &until)
        });
        if let Some(stdin) = stdin {
            let request = request(deliveries, rows);
            // An importer that reads no request dies or hangs, and that is told with its reason.
            thread::spawn(move || hand_over(&request, stdin));
        }
        Ok(Running { child, stdout, beat, messages: Some(messages), done: Some(done) })
    }
}

fn request(deliveries: &[Delivery<'_>], rows: Rows) -> Request {
    let wanted = |delivery: &Delivery<'_>| Wanted {
        path: bytes_of(delivery.path.as_os_str().to_owned()),
        layer: delivery.layer.clone(),
        columns: delivery.columns.clone(),
    };
    Request { protocol: PROTOCOL, sources: deliveries.iter().map(wanted).collect(), rows }
}

#[cfg(unix)]
fn bytes_of(path: OsString) -> Vec<u8> {
    std::os::unix::ffi::OsStringExt::into_vec(path)
}

#[cfg(not(unix))]
fn bytes_of(path: OsString) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

fn hand_over(request: &Request, to: impl Write) {
    if let Err(error) = request.write(to) {
        tracing::debug!(%error, "the importer did not take its request");
    }
}

/// Why reading stopped.
enum Broken {
    Stream(ReadError),
    Refused(Refused),
}

impl From<ReadError> for Broken {
    fn from(error: ReadError) -> Self {
        Broken::Stream(error)
    }
}

/// Tells the watching thread that frames still come.
#[derive(Default)]
struct Beat {
    frames: AtomicU64,
    /// Why it was ended, when it was.
    ended: OnceLock<&'static str>,
}

/// A running importer; ended when it goes out of scope.
struct Running {
    child: Arc<Mutex<Child>>,
    stdout: Option<ChildStdout>,
    beat: Arc<Beat>,
    messages: Option<JoinHandle<String>>,
    /// Dropped when the importer is done with; the watching thread waits for that.
    done: Option<Sender<()>>,
}

impl Running {
    fn frames(
        &mut self,
        current: &mut usize,
        each: &mut impl FnMut(Item) -> Result<(), Refused>,
    ) -> Result<(), Broken> {
        let Some(stdout) = self.stdout.take() else { return Ok(()) };
        for frame in FrameReader::open(BufReader::with_capacity(PIPE_BYTES, stdout))? {
            self.beat.frames.fetch_add(1, Ordering::Relaxed);
            let item = match frame? {
                Frame::Source(position) => {
                    *current = position as usize;
                    Item::Delivery(*current)
                }
                Frame::Layer(layer) => Item::Layer(layer),
                Frame::Row(row) => Item::Row(row),
                Frame::BadRow(row) => Item::BadRow(row),
                Frame::Refused(refusal) => Item::Refused(refusal),
                Frame::Skipped(refusal) => Item::Skipped(refusal),
                Frame::Hello(_) | Frame::End { .. } => continue,
            };
            each(item).map_err(Broken::Refused)?;
        }
        Ok(())
    }

    /// What to say of an importer whose stream broke.
    fn crashed(&mut self, file: String, error: ReadError) -> Refused {
        if let ReadError::WrongProtocol { .. } = error {
            return Refused::ImporterOther { file, source: error };
        }
        let ended = self.beat.ended.get().copied();
        let status = self.end();
        let why = match (ended, status) {
            (Some(why), _) => why.to_owned(),
            (None, Some(status)) => format!("{status}, {error}"),
            (None, None) => error.to_string(),
        };
        let messages = self.messages.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let last = messages.lines().rev().find(|line| !line.trim().is_empty());
        let reason = last.map_or(why.clone(), |line| format!("{why}; it said: {}", line.trim()));
        Refused::ImportCrashed { file, reason }
    }

    /// Ends the importer, if it still runs, and the thread that watches it.
    fn end(&mut self) -> Option<ExitStatus> {
        self.done = None;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // One that broke off by itself is about to be gone and has a better reason than our kill.
        let by_itself = (0..20).find_map(|_| match child.try_wait() {
            Ok(None) => {
                thread::sleep(Duration::from_millis(5));
                None
            }
            Ok(status) => status,
            Err(_) => None,
        });
        by_itself.or_else(|| child.kill().and_then(|()| child.wait()).ok())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.done.is_some() {
            // A reader that left early closes the pipe, which ends the importer.
            self.stdout = None;
            self.end();
        }
    }
}

/// Kills an importer that says nothing for too long, or never comes to an end.
fn watch(child: &Mutex<Child>, beat: &Beat, patience: Patience, until: &Receiver<()>) {
    let (started, mut frames, mut since) = (Instant::now(), 0, Instant::now());
    while until.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        let now = beat.frames.load(Ordering::Relaxed);
        if now != frames {
            (frames, since) = (now, Instant::now());
        }
        let why = if since.elapsed() > patience.silence {
            "it said nothing for too long"
        } else if started.elapsed() > patience.whole {
            "it took too long as a whole; split the delivery"
        } else {
            continue;
        };
        beat.ended.get_or_init(|| why);
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        // When it is gone already there is nothing to end.
        let _ = child.kill();
        return;
    }
}

/// Drains a stream and keeps its end, so that the importer never waits for a reader of its messages.
fn last_messages(mut stderr: ChildStderr) -> String {
    let (mut kept, mut chunk) = (Vec::new(), [0; 1024]);
    while let Ok(read @ 1..) = stderr.read(&mut chunk) {
        kept.extend_from_slice(&chunk[..read]);
        let excess = kept.len().saturating_sub(MESSAGES_BYTES);
        kept.drain(..excess);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use wanmi_rows::{FrameWriter, Hello};

    const SHORT: Patience =
        Patience { silence: Duration::from_millis(300), whole: Duration::from_secs(3600) };

    /// What is said of an importer that is this shell script.
    fn said(script: &str) -> Refused {
        said_within(SHORT, script)
    }

    fn said_within(patience: Patience, script: &str) -> Refused {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("wanmi-import");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let importer = Importer { program, patience };
        let delivery = Delivery { path: Path::new("a.geojson"), layer: None, columns: Vec::new() };
        importer.read(&[delivery], Rows::All, |_| Ok(())).unwrap_err()
    }

    #[test]
    fn an_importer_that_dies_is_a_refusal_with_its_last_words() {
        let refused = said("echo 'out of memory' >&2; exit 9");
        assert_eq!(refused.code(), "import_crashed");
        let sentence = refused.to_string();
        assert!(sentence.contains("a.geojson") && sentence.contains("out of memory"), "{sentence}");
        assert!(sentence.contains('9'), "{sentence}");
    }

    #[test]
    fn an_importer_that_is_killed_is_a_refusal_with_the_signal() {
        let sentence = said("kill -KILL $$").to_string();
        assert!(sentence.contains("SIGKILL"), "{sentence}");
    }

    #[test]
    fn an_importer_that_hangs_is_ended() {
        let started = Instant::now();
        let refused = said("exec sleep 60");
        assert!(refused.to_string().contains("nothing for too long"), "{refused}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn an_importer_that_never_comes_to_an_end_is_ended_though_it_speaks() {
        let folder = tempfile::tempdir().unwrap();
        let hello = || Hello { protocol: PROTOCOL, importer: String::new(), gdal: String::new() };
        let (mut greeting, mut stream) = (Vec::new(), Vec::new());
        FrameWriter::start(&mut greeting, hello()).unwrap();
        FrameWriter::start(&mut stream, hello()).unwrap().write(&Frame::Source(0)).unwrap();
        let source = &stream[greeting.len()..];
        fs::write(folder.path().join("greeting"), &greeting).unwrap();
        fs::write(folder.path().join("source"), source).unwrap();
        let script =
            format!("cd {}; cat greeting; while :; do cat source; sleep 0.05; done", folder.path().display());
        let patience = Patience { silence: Duration::from_secs(3600), whole: Duration::from_secs(1) };
        let refused = said_within(patience, &script);
        assert!(refused.to_string().contains("too long as a whole"), "{refused}");
    }

    #[test]
    fn an_importer_that_babbles_is_a_refusal() {
        assert_eq!(said("head -c 100000 /dev/zero").code(), "import_crashed");
        assert_eq!(said("yes hello").code(), "import_crashed");
    }

    #[test]
    fn a_missing_importer_is_named() {
        let refused = Importer::at("/nowhere/wanmi-import".into()).unwrap_err();
        assert_eq!((refused.code(), refused.to_string().contains("/nowhere")), ("importer_missing", true));
    }
}
