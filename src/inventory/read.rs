//! Reads a delivered file through `wanmi-import`, the only program that parses hostile files (DECISIONS 13).

use super::refused::Refused;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use wanmi_rows::{BadRow, Frame, FrameReader, Layer, ReadError, Row};

/// An importer that says nothing for so long is ended; parsing the largest file that it accepts takes a tenth of this.
const SILENCE: Duration = Duration::from_secs(300);

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
    silence: Duration,
}

/// What a file delivers, in its order.
#[derive(Debug)]
pub enum Item {
    /// The layer whose rows follow.
    Layer(Layer),
    /// A row.
    Row(Row),
    /// A row that could not be read.
    BadRow(BadRow),
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
        Ok(Importer { program, silence: SILENCE })
    }

    /// Reads one layer of a file and gives everything in it to `each`; the only layer when none is named.
    ///
    /// # Errors
    /// What `each` refuses; what the importer refuses; [`Refused::ImportCrashed`] when it dies, hangs or breaks off.
    pub fn read(
        &self,
        file: &Path,
        layer: Option<&str>,
        mut each: impl FnMut(Item) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let shown =
            file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into());
        let mut running = self.start(file, layer)?;
        let result = running.frames(&shown, &mut each);
        match result {
            Err(Broken::Stream(error)) => Err(running.crashed(shown, error)),
            Err(Broken::Refused(refused)) => Err(refused),
            Ok(()) => Ok(()),
        }
    }

    fn start(&self, file: &Path, layer: Option<&str>) -> Result<Running, Refused> {
        let mut command = Command::new(&self.program);
        command.arg("read");
        command.args(layer.iter().flat_map(|name| ["--layer", name]));
        command.arg("--").arg(file);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let missing = |_| Refused::ImporterMissing { path: self.program.clone() };
        let mut child = command.spawn().map_err(missing)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (child, beat) = (Arc::new(Mutex::new(child)), Arc::new(Beat::default()));
        let messages = thread::spawn(|| stderr.map_or_else(String::new, last_messages));
        let (done, until) = channel();
        thread::spawn({
            let (child, beat, silence) = (child.clone(), beat.clone(), self.silence);
            move || watch(&child, &beat, silence, &until)
        });
        Ok(Running { child, stdout, beat, messages: Some(messages), done: Some(done) })
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
    hung: AtomicBool,
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
        file: &str,
        each: &mut impl FnMut(Item) -> Result<(), Refused>,
    ) -> Result<(), Broken> {
        let Some(stdout) = self.stdout.take() else { return Ok(()) };
        for frame in FrameReader::open(BufReader::with_capacity(PIPE_BYTES, stdout))? {
            self.beat.frames.fetch_add(1, Ordering::Relaxed);
            let item = match frame? {
                Frame::Layer(layer) => Item::Layer(layer),
                Frame::Row(row) => Item::Row(row),
                Frame::BadRow(row) => Item::BadRow(row),
                Frame::Refused(refusal) => {
                    let (code, detail, advice) = (refusal.code, refusal.detail, refusal.advice);
                    return Err(Broken::Refused(Refused::Importer { code, detail, advice }));
                }
                Frame::Hello(_) | Frame::End { .. } => continue,
            };
            each(item).map_err(Broken::Refused)?;
        }
        tracing::debug!(file, "the importer is done");
        Ok(())
    }

    /// What to say of an importer whose stream broke.
    fn crashed(&mut self, file: String, error: ReadError) -> Refused {
        if let ReadError::WrongProtocol { .. } = error {
            return Refused::ImporterOther { file, source: error };
        }
        let hung = self.beat.hung.load(Ordering::Relaxed);
        let status = self.end();
        let why = match status {
            _ if hung => "it said nothing for too long".to_owned(),
            Some(status) => format!("{status}, {error}"),
            None => error.to_string(),
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

/// Kills an importer that says nothing for too long.
fn watch(child: &Mutex<Child>, beat: &Beat, silence: Duration, until: &Receiver<()>) {
    let (mut frames, mut since) = (0, Instant::now());
    while until.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        let now = beat.frames.load(Ordering::Relaxed);
        if now != frames {
            (frames, since) = (now, Instant::now());
        } else if since.elapsed() > silence {
            beat.hung.store(true, Ordering::Relaxed);
            let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
            // When it is gone already there is nothing to end.
            let _ = child.kill();
            return;
        }
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

    /// What is said of an importer that is this shell script.
    fn said(script: &str) -> Refused {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("wanmi-import");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let importer = Importer { program, silence: Duration::from_millis(300) };
        importer.read(Path::new("a.geojson"), None, |_| Ok(())).unwrap_err()
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
