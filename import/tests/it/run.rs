//! Runs the binary on a file and sorts its frames.

use std::ffi::OsStr;
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use wanmi_rows::{BadRow, Frame, FrameReader, Layer, Refusal, Row, Value};

/// Everything a run said.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) layers: Vec<Layer>,
    pub(crate) rows: Vec<Row>,
    pub(crate) bad: Vec<BadRow>,
    /// Rows by the last frame.
    pub(crate) end: Option<u64>,
    /// The first refusal.
    pub(crate) refused: Option<Refusal>,
    /// `file code` of every refusal.
    pub(crate) refusals: Vec<String>,
    /// `file code` of every file that was passed by.
    pub(crate) skipped: Vec<String>,
    pub(crate) stderr: String,
}

impl Said {
    /// The one layer of a file that was read.
    pub(crate) fn layer(&self) -> &Layer {
        assert_eq!(self.layers.len(), 1, "{self:?}");
        &self.layers[0]
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> &str {
        &self.refused.as_ref().unwrap_or_else(|| panic!("not refused: {self:?}")).code
    }

    /// The sentence of a refusal.
    pub(crate) fn detail(&self) -> &str {
        &self.refused.as_ref().unwrap_or_else(|| panic!("not refused: {self:?}")).detail
    }

    /// `number code` of each row that could not be read.
    pub(crate) fn bad_rows(&self) -> Vec<String> {
        self.bad.iter().map(|bad| format!("{} {}", bad.number, bad.code)).collect()
    }

    /// Values of one field, shown.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        let at = self.layer().fields.iter().position(|field| field.name == name.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no field {name:?}: {:?}", self.layer().fields));
        self.rows.iter().map(|row| show(&row.values[at])).collect()
    }
}

/// A value as a test writes it.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Text(bytes) => format!("'{}'", String::from_utf8_lossy(bytes)),
        Value::Int(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
    }
}

/// `wanmi-import read FILE`, to its end.
pub(crate) fn read(file: impl AsRef<Path>) -> Said {
    run(["read".as_ref(), file.as_ref().as_os_str()])
}

/// The binary with any arguments, to its end; a stream that is not whole fails the test.
pub(crate) fn run<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> Said {
    let mut child = start(arguments);
    let said = collect(&mut child);
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}: {said:?}");
    said
}

/// The binary, started, with both outputs as pipes.
pub(crate) fn start<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wanmi-import"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn collect(child: &mut Child) -> Said {
    let mut stderr = child.stderr.take().unwrap();
    let listener = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).map(|_bytes| text)
    });
    let frames = FrameReader::open(BufReader::new(child.stdout.take().unwrap())).unwrap();
    let mut said = Said::default();
    for frame in frames {
        match frame.unwrap() {
            Frame::Layer(layer) => said.layers.push(layer),
            Frame::Row(row) => said.rows.push(row),
            Frame::BadRow(bad) => said.bad.push(bad),
            Frame::End { rows } => said.end = Some(rows),
            Frame::Refused(refusal) => {
                said.refusals.push(format!("{} {}", refusal.file, refusal.code));
                said.refused.get_or_insert(refusal);
            }
            Frame::Skipped(refusal) => said.skipped.push(format!("{} {}", refusal.file, refusal.code)),
            Frame::Source(_) => {}
            Frame::Hello(_) => unreachable!("the reader allows one handshake"),
        }
    }
    said.stderr = listener.join().unwrap().unwrap();
    assert_eq!(said.end, Some((said.rows.len() + said.bad.len()) as u64), "the end counts the rows");
    said
}
