//! Bulk calls: NDJSON in, NDJSON out, a line for a line in the same order, streamed.
//!
//! Bytes flow body → [`Spool`] → blocks of whole lines → answers → reply. Blocks are answered by several threads at once
//! and put back in order. Each block loads the city in use: a call that runs for an hour holds no old city for longer than
//! one block, and every line names its version.

use super::Service;
use super::language::Language;
use super::problem::{Code, Problem};
use super::spool::{End, Spool, Taken};
use crate::live::Shown;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::Frame;
use http_body_util::BodyExt;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Bytes of lines that are answered at once.
const BLOCK_BYTES: usize = 64 << 10;

/// Blocks that are answered at the same time.
const BLOCKS: usize = 4;

/// The longest line in bytes; longer ones are bad lines.
const LINE_BYTES: usize = 64 << 10;

/// What a line is answered with.
pub(super) struct Asked<'a> {
    /// The service.
    pub(super) service: &'a Service,
    /// The city in use, one for all lines of a block.
    pub(super) shown: &'a Arc<Shown>,
    /// The time, one for all lines of a block.
    pub(super) now: OffsetDateTime,
    /// The language of titles.
    pub(super) language: Language,
}

/// Answers one line, without its end, by adding a line without its end.
pub(super) type AnswerLine = fn(&Asked, &[u8], &mut Vec<u8>) -> Result<(), Problem>;

/// Answers the lines of a block together, one result for each in order; what it promises of a line must hold when it returns.
pub(super) type AnswerBlock = dyn Fn(&Asked, &[(u64, &[u8])]) -> Vec<Result<Vec<u8>, Problem>> + Send + Sync;

/// How lines are answered.
#[derive(Clone)]
pub(super) enum Answer {
    /// One by one.
    Line(AnswerLine),
    /// A block at a time; lines come with their numbers.
    Block(Arc<AnswerBlock>),
}

/// The reply's body to a bulk call.
///
/// # Errors
/// [`Code::Overloaded`] when too many bulk calls are under way.
pub(super) fn answered(
    service: &Service,
    language: Language,
    body: Body,
    answer: Answer,
) -> Result<Body, Problem> {
    let permit = service.shared.admission.enter_bulk()?;
    let limits = &service.shared.config.limits;
    let idle = Duration::from_secs(limits.body_seconds.into());
    let spool = Arc::new(Spool::new(limits.bulk_spool_bytes));
    let (replies, reply) = mpsc::channel(1);
    let reading = tokio::spawn(receive(body, Arc::clone(&spool), idle));
    let call = Call { service: service.clone(), language, answer, spool, idle, line: 0 };
    tokio::spawn(async move {
        call.run(&replies).await;
        // The client may be gone: then nobody wants the rest of its body either.
        reading.abort();
        drop(permit);
    });
    Ok(Body::new(Reply(reply)))
}

/// Moves a body into the spool.
async fn receive(mut body: Body, spool: Arc<Spool>, idle: Duration) {
    let end = loop {
        match timeout(idle, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                let Ok(bytes) = frame.into_data() else { continue };
                if let Err(error) = spool.put(bytes).await {
                    tracing::error!(%error, "a bulk call cannot be kept on disk");
                    break End::Broken;
                }
            }
            Ok(None) => break End::Whole,
            Ok(Some(Err(_))) | Err(_) => break End::Broken,
        }
    };
    spool.end(end);
}

struct Call {
    service: Service,
    language: Language,
    answer: Answer,
    spool: Arc<Spool>,
    idle: Duration,
    /// Lines handed out so far.
    line: u64,
}

/// Whole lines, and the number of the first.
struct Block {
    bytes: Bytes,
    first: u64,
}

type Answers = JoinHandle<Vec<u8>>;

impl Call {
    async fn run(mut self, replies: &mpsc::Sender<Bytes>) {
        let mut waiting = VecDeque::<Answers>::new();
        let mut lines = BytesMut::new();
        loop {
            let taken = match self.spool.take().await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::error!(%error, "a bulk call cannot be read from disk");
                    Taken::End(End::Broken)
                }
            };
            let end = match taken {
                Taken::Bytes(bytes) => {
                    lines.extend_from_slice(&bytes);
                    None
                }
                Taken::End(end) => Some(end),
            };
            while let Some(block) = self.block(&mut lines, end) {
                waiting.push_back(self.start(block));
                if waiting.len() >= BLOCKS && !self.send(&mut waiting, replies).await {
                    return;
                }
            }
            // A client that sends a line and waits for its answer shall have it.
            let is_idle = end.is_some() || self.spool.is_empty();
            while is_idle && !waiting.is_empty() {
                if !self.send(&mut waiting, replies).await {
                    return;
                }
            }
            if let Some(end) = end {
                if end == End::Broken {
                    let problem =
                        Problem::new(Code::BodyBroken, "the body ended early, or nothing came for too long");
                    let mut last = Vec::new();
                    write_problem(&mut last, self.line + 1, &problem, self.language);
                    let _ = replies.send(last.into()).await;
                }
                return;
            }
        }
    }

    /// The next block of whole lines; what is left after the end is a line too, unless the body is broken.
    fn block(&mut self, lines: &mut BytesMut, end: Option<End>) -> Option<Block> {
        if lines.is_empty() {
            return None;
        }
        let within = &lines[..lines.len().min(BLOCK_BYTES)];
        let newline = |bytes: &[u8]| bytes.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
        let cut = newline(within).or_else(|| {
            // A line longer than a block: all of it, or so much that it is too long anyhow.
            let rest = &lines[within.len()..];
            let ends = rest.iter().position(|byte| *byte == b'\n').map(|at| within.len() + at + 1);
            ends.or_else(|| (end == Some(End::Whole)).then_some(lines.len()))
        });
        let Some(cut) = cut else {
            if lines.len() > 2 * LINE_BYTES {
                // Too long whatever follows: its beginning is enough to say so.
                lines.truncate(LINE_BYTES + 1);
            }
            return None;
        };
        let bytes = lines.split_to(cut).freeze();
        let first = self.line + 1;
        let ends = bytes.split(|byte| *byte == b'\n').count() as u64 - 1;
        self.line += ends + u64::from(bytes.last() != Some(&b'\n'));
        Some(Block { bytes, first })
    }

    fn start(&self, block: Block) -> Answers {
        let (service, language, answer) = (self.service.clone(), self.language, self.answer.clone());
        tokio::task::spawn_blocking(move || {
            let shown = service.live.load();
            let asked = Asked { service: &service, shown: &shown, now: (service.clock)(), language };
            answers(&asked, &block, &answer)
        })
    }

    /// Sends the answers of the oldest block; `false` when the client is gone or reads nothing.
    async fn send(&self, waiting: &mut VecDeque<Answers>, replies: &mpsc::Sender<Bytes>) -> bool {
        let Some(oldest) = waiting.pop_front() else { return true };
        // A panic there was told when it happened; the reply ends here.
        let Ok(answers) = oldest.await else { return false };
        if answers.is_empty() {
            return true;
        }
        loop {
            let puts = self.spool.puts();
            match timeout(self.idle, replies.reserve()).await {
                Ok(Ok(place)) => {
                    place.send(answers.into());
                    return true;
                }
                // It reads nothing, but as long as it sends it is alive.
                Err(_) if self.spool.puts() > puts => {}
                Ok(Err(_)) | Err(_) => return false,
            }
        }
    }
}

impl Block {
    /// Its lines that are not empty, with their numbers.
    fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let lines = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        (self.first..).zip(lines).filter(|(_, line)| !line.is_empty())
    }
}

/// The answers to the lines of a block.
fn answers(asked: &Asked, block: &Block, answer: &Answer) -> Vec<u8> {
    let mut answers = Vec::with_capacity(block.bytes.len() * 6);
    let is_long = |line: &[u8]| line.len() > LINE_BYTES;
    let too_long = || Problem::new(Code::LineTooLong, format!("the line is longer than {LINE_BYTES} bytes"));
    let end = |answers: &mut Vec<u8>, start, number, answered: Result<(), Problem>| match answered {
        Ok(()) => answers.push(b'\n'),
        Err(problem) => {
            answers.truncate(start);
            write_problem(answers, number, &problem, asked.language);
        }
    };
    match answer {
        Answer::Line(answer) => {
            for (number, line) in block.lines() {
                let start = answers.len();
                let answered =
                    if is_long(line) { Err(too_long()) } else { answer(asked, line, &mut answers) };
                end(&mut answers, start, number, answered);
            }
        }
        Answer::Block(answer) => {
            let short: Vec<(u64, &[u8])> = block.lines().filter(|(_, line)| !is_long(line)).collect();
            let mut answered = answer(asked, &short).into_iter();
            for (number, line) in block.lines() {
                let start = answers.len();
                // One for each line, so there is always a next one.
                let told = if is_long(line) {
                    Err(too_long())
                } else {
                    answered.next().unwrap_or_else(|| Err(too_long()))
                };
                let told = told.map(|line| answers.extend_from_slice(&line));
                end(&mut answers, start, number, told);
            }
        }
    }
    answers
}

fn write_problem(answers: &mut Vec<u8>, line: u64, problem: &Problem, language: Language) {
    answers.extend_from_slice(format!("{{\"line\":{line},\"error\":").as_bytes());
    answers.extend_from_slice(&problem.to_json(language));
    answers.extend_from_slice(b"}\n");
}

/// Answers as they come.
struct Reply(mpsc::Receiver<Bytes>);

impl http_body::Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
