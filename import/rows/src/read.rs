//! The reading end.

use std::io::{self, Read};

use crate::{FRAME_CAP_BYTES, Frame, Hello, PROTOCOL};

/// Most bytes set aside for a frame before its bytes arrive.
const FIRST_ALLOCATION_BYTES: usize = 64 * 1024;

/// Reads the frames after the handshake, in order, as an iterator.
///
/// The last item is [`Frame::End`] or an error; nothing follows it. Wrap `R` in a
/// [`io::BufReader`]. Memory: one frame.
#[derive(Debug)]
pub struct FrameReader<R: Read> {
    from: R,
    hello: Hello,
    body: Vec<u8>,
    frames: u64,
    state: State,
}

/// Where in the stream the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing that was asked for has begun.
    BeforeSource,
    /// No layer yet, or the last one was refused: a row would belong to nothing.
    BeforeLayer,
    /// Rows are welcome.
    InLayer,
    /// The last frame was seen, or an error.
    Done,
}

/// Why a stream is not a whole delivery.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The stream stopped without its last frame: the importer was killed, ran into a limit, or crashed.
    #[error("row stream stopped after {frames} frames without an end: the importer died; see its messages")]
    Truncated {
        /// Whole frames read, the handshake included.
        frames: u64,
    },
    /// A frame announces more bytes than [`FRAME_CAP_BYTES`].
    #[error("frame {frame} announces {bytes} bytes: the cap is {FRAME_CAP_BYTES}")]
    TooLarge {
        /// Its number from 1.
        frame: u64,
        /// What it announces.
        bytes: usize,
    },
    /// The bytes of a frame say nothing, or more than one frame.
    #[error("frame {frame} is not a frame of this protocol")]
    Garbage {
        /// Its number from 1.
        frame: u64,
        /// What the decoder says; `None` when bytes were left over.
        #[source]
        source: Option<postcard::Error>,
    },
    /// The importer speaks another version.
    #[error(
        "importer {importer:?} speaks row protocol {found}: this program needs {PROTOCOL}; install both together"
    )]
    WrongProtocol {
        /// Version of the importer.
        importer: String,
        /// Version of its protocol.
        found: u32,
    },
    /// A frame stands where it must not: no handshake first, a row before its layer, anything after the end.
    #[error("frame {frame} is out of order: {detail}")]
    OutOfOrder {
        /// Its number from 1.
        frame: u64,
        /// What is wrong with its place.
        detail: &'static str,
    },
    /// The pipe failed.
    #[error("row stream cannot be read")]
    Io(#[from] io::Error),
}

impl<R: Read> FrameReader<R> {
    /// Reads the handshake and checks it.
    ///
    /// # Errors
    /// [`ReadError::WrongProtocol`], or any other [`ReadError`] when there is no handshake.
    pub fn open(from: R) -> Result<Self, ReadError> {
        let nobody = Hello { protocol: 0, importer: String::new(), gdal: String::new() };
        let mut reader =
            Self { from, hello: nobody, body: Vec::new(), frames: 0, state: State::BeforeSource };
        let Frame::Hello(hello) = reader.next_frame()? else {
            return Err(ReadError::OutOfOrder { frame: 1, detail: "the first frame must be the handshake" });
        };
        if hello.protocol != PROTOCOL {
            return Err(ReadError::WrongProtocol { importer: hello.importer, found: hello.protocol });
        }
        reader.hello = hello;
        Ok(reader)
    }

    /// Who writes.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// One frame, whatever it is.
    fn next_frame(&mut self) -> Result<Frame, ReadError> {
        let frame = self.frames + 1;
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let bytes = u32::from_le_bytes(length) as usize;
        if bytes > FRAME_CAP_BYTES {
            return Err(ReadError::TooLarge { frame, bytes });
        }
        // A length is a claim: memory grows as bytes arrive.
        self.body.clear();
        self.body.reserve(bytes.min(FIRST_ALLOCATION_BYTES));
        let got = (&mut self.from).take(bytes as u64).read_to_end(&mut self.body)?;
        if got < bytes {
            return Err(ReadError::Truncated { frames: self.frames });
        }
        let (value, rest) = postcard::take_from_bytes(&self.body)
            .map_err(|source| ReadError::Garbage { frame, source: Some(source) })?;
        if !rest.is_empty() {
            return Err(ReadError::Garbage { frame, source: None });
        }
        self.frames = frame;
        Ok(value)
    }

    fn fill(&mut self, into: &mut [u8]) -> Result<(), ReadError> {
        self.from.read_exact(into).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ReadError::Truncated { frames: self.frames },
            _ => ReadError::Io(error),
        })
    }

    /// The next frame in its place.
    fn step(&mut self) -> Result<Frame, ReadError> {
        let value = self.next_frame()?;
        let frame = self.frames;
        match (&value, self.state) {
            (Frame::Hello(_), _) => Err(ReadError::OutOfOrder { frame, detail: "a second handshake" }),
            (Frame::End { .. }, _) => self.close().map(|()| value),
            (Frame::Source(_), _) => {
                self.state = State::BeforeLayer;
                Ok(value)
            }
            (_, State::BeforeSource) => {
                Err(ReadError::OutOfOrder { frame, detail: "something before its source" })
            }
            (Frame::Row(_) | Frame::BadRow(_), State::BeforeLayer) => {
                Err(ReadError::OutOfOrder { frame, detail: "a row before its layer" })
            }
            (Frame::Layer(_), _) => {
                self.state = State::InLayer;
                Ok(value)
            }
            (Frame::Refused(_) | Frame::Skipped(_), _) => {
                self.state = State::BeforeLayer;
                Ok(value)
            }
            _ => Ok(value),
        }
    }

    /// Checks that the stream is over.
    fn close(&mut self) -> Result<(), ReadError> {
        self.state = State::Done;
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(ReadError::OutOfOrder { frame: self.frames + 1, detail: "bytes after the last frame" }),
        }
    }
}

impl<R: Read> Iterator for FrameReader<R> {
    type Item = Result<Frame, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let item = self.step();
        if item.is_err() {
            self.state = State::Done;
        }
        Some(item)
    }
}
