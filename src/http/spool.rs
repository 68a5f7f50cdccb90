//! A queue of bytes between a client that sends and the answers that it reads when it likes.
//!
//! A client may send all of a bulk call before it reads an answer. If the service stopped reading when its answers are
//! not taken, both would wait for ever; if it kept everything in memory, one client could fill it. So some bytes wait in
//! memory, and when nobody takes any for a moment, further ones wait in an unlinked file, up to a bound. A client that
//! reads while it sends never costs a byte on disk.

use bytes::Bytes;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Bytes that wait in memory.
const MEMORY_BYTES: usize = 4 << 20;

/// How long memory may stay full before bytes go to the file.
const STALL: Duration = Duration::from_millis(200);

/// Bytes that are read from the file at once.
const READ_BYTES: usize = 256 << 10;

/// Both ends of the queue.
pub(super) struct Spool {
    state: Mutex<State>,
    readable: Notify,
    writable: Notify,
    most_on_disk: u64,
}

#[derive(Default)]
struct State {
    memory: VecDeque<Bytes>,
    in_memory: usize,
    file: Option<Arc<File>>,
    /// Bytes taken from the file and put into it.
    taken: u64,
    put: u64,
    /// How many pieces were ever put in and taken out.
    puts: u64,
    takes: u64,
    end: Option<End>,
}

/// What became of bytes that were offered.
enum Offered {
    InMemory,
    ForDisk,
    Full { takes: u64 },
}

/// How the bytes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With the body.
    Whole,
    /// The client stopped sending, or the body is broken.
    Broken,
}

/// What comes out of the queue.
pub(super) enum Taken {
    /// Bytes, in the order they were put in.
    Bytes(Bytes),
    /// Nothing more.
    End(End),
}

impl Spool {
    /// An empty queue that keeps at most so many bytes on disk.
    pub(super) fn new(most_on_disk: u64) -> Self {
        Spool { state: Mutex::default(), readable: Notify::new(), writable: Notify::new(), most_on_disk }
    }

    /// Puts bytes in; waits while memory and file are full.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub(super) async fn put(&self, bytes: Bytes) -> io::Result<()> {
        loop {
            let takes = match self.offer(&bytes) {
                Offered::InMemory => return Ok(()),
                Offered::ForDisk => return self.spill(bytes).await,
                Offered::Full { takes } => takes,
            };
            let is_stalled = timeout(STALL, self.writable.notified()).await.is_err();
            if is_stalled && self.may_begin_file(takes, bytes.len()) {
                return self.spill(bytes).await;
            }
        }
    }

    /// Puts bytes into memory when there is room and nothing waits on disk.
    fn offer(&self, bytes: &Bytes) -> Offered {
        let mut state = self.state();
        let on_disk = state.put - state.taken;
        if on_disk == 0 && (state.in_memory == 0 || state.in_memory + bytes.len() <= MEMORY_BYTES) {
            state.in_memory += bytes.len();
            state.memory.push_back(bytes.clone());
            state.puts += 1;
            self.readable.notify_one();
            return Offered::InMemory;
        }
        if on_disk > 0 && on_disk + bytes.len() as u64 <= self.most_on_disk {
            return Offered::ForDisk;
        }
        Offered::Full { takes: state.takes }
    }

    /// Whether nothing was taken since, so that bytes should go to disk.
    fn may_begin_file(&self, takes: u64, length: usize) -> bool {
        let state = self.state();
        state.takes == takes && state.put == state.taken && length as u64 <= self.most_on_disk
    }

    /// Nothing more will be put in.
    pub(super) fn end(&self, end: End) {
        self.state().end = Some(end);
        self.readable.notify_one();
    }

    /// How many pieces were put in so far.
    pub(super) fn puts(&self) -> u64 {
        self.state().puts
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        let state = self.state();
        state.memory.is_empty() && state.put == state.taken
    }

    /// Takes the next bytes out; waits for them.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn take(&self) -> io::Result<Taken> {
        loop {
            let from_file = {
                let mut state = self.state();
                if let Some(bytes) = state.memory.pop_front() {
                    state.in_memory -= bytes.len();
                    state.takes += 1;
                    self.writable.notify_one();
                    return Ok(Taken::Bytes(bytes));
                }
                match (&state.file, state.put > state.taken, state.end) {
                    (Some(file), true, _) => Some((Arc::clone(file), state.taken, state.put - state.taken)),
                    (_, _, Some(end)) => return Ok(Taken::End(end)),
                    _ => None,
                }
            };
            let Some((file, from, waiting)) = from_file else {
                self.readable.notified().await;
                continue;
            };
            let mut buffer = vec![0; READ_BYTES.min(waiting as usize)];
            let read = move || file.read_exact_at(&mut buffer, from).map(|()| buffer);
            let buffer = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
            let mut state = self.state();
            state.taken += buffer.len() as u64;
            state.takes += 1;
            if state.taken == state.put {
                // Empty again: what comes next waits in memory.
                (state.file, state.taken, state.put) = (None, 0, 0);
            }
            self.writable.notify_one();
            return Ok(Taken::Bytes(buffer.into()));
        }
    }

    async fn spill(&self, bytes: Bytes) -> io::Result<()> {
        let (file, at) = {
            let state = self.state();
            (state.file.clone(), state.put)
        };
        let length = bytes.len() as u64;
        let write = move || {
            let file = file.map_or_else(|| tempfile::tempfile().map(Arc::new), Ok)?;
            file.write_all_at(&bytes, at).map(|()| (file, bytes))
        };
        let (file, bytes) = tokio::task::spawn_blocking(write).await.map_err(io::Error::other)??;
        let mut state = self.state();
        state.puts += 1;
        if state.put == at {
            state.file = Some(file);
            state.put += length;
        } else {
            // It was emptied meanwhile: the next bytes are the first ones again, and wait in memory.
            state.in_memory += bytes.len();
            state.memory.push_back(bytes);
        }
        self.readable.notify_one();
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held left a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(number: u32) -> Bytes {
        Bytes::from(number.to_le_bytes().repeat(4096))
    }

    async fn taken(spool: &Spool) -> Option<Vec<u8>> {
        match spool.take().await.unwrap() {
            Taken::Bytes(bytes) => Some(bytes.to_vec()),
            Taken::End(end) => {
                assert_eq!(end, End::Whole);
                None
            }
        }
    }

    /// Everything that comes out, as numbers.
    async fn drained(spool: &Spool) -> Vec<u32> {
        let mut all = Vec::new();
        while let Some(bytes) = taken(spool).await {
            all.extend(bytes);
        }
        all.chunks(16_384).map(|piece| u32::from_le_bytes(piece[..4].try_into().unwrap())).collect()
    }

    #[tokio::test]
    async fn everything_may_be_put_in_before_anything_is_taken_out() {
        let spool = Spool::new(64 << 20);
        for number in 0..1_000 {
            spool.put(piece(number)).await.unwrap();
        }
        spool.end(End::Whole);
        assert!(spool.state().in_memory <= MEMORY_BYTES && spool.state().put > 8 << 20);
        assert_eq!(drained(&spool).await, (0..1_000).collect::<Vec<_>>());
        assert!(spool.state().file.is_none());
    }

    #[tokio::test]
    async fn one_that_is_read_costs_no_disk_and_order_is_kept() {
        let spool = Arc::new(Spool::new(64 << 20));
        let putting = Arc::clone(&spool);
        let putter = tokio::spawn(async move {
            for number in 0..3_000 {
                putting.put(piece(number)).await.unwrap();
            }
            putting.end(End::Whole);
        });
        assert_eq!(drained(&spool).await, (0..3_000).collect::<Vec<_>>());
        putter.await.unwrap();
        assert_eq!(spool.state().puts, 3_000);
    }

    #[tokio::test]
    async fn the_file_is_bounded_and_the_sender_waits() {
        let spool = Arc::new(Spool::new(1 << 20));
        let putting = Arc::clone(&spool);
        let putter = tokio::spawn(async move {
            for number in 0..600 {
                putting.put(piece(number)).await.unwrap();
            }
            putting.end(End::Whole);
        });
        // Memory and file are full after 5 MiB, which is less than is sent.
        while spool.state().put < (1 << 20) - 16_384 {
            tokio::task::yield_now().await;
        }
        assert!(!putter.is_finished());
        let state_on_disk = spool.state().put;
        assert!(state_on_disk <= 1 << 20, "{state_on_disk}");
        assert_eq!(drained(&spool).await, (0..600).collect::<Vec<_>>());
        putter.await.unwrap();
    }
}
