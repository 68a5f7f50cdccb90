//! Reads the XML test files of the JTS Topology Suite: cases of two geometries, with operations on them.

use super::layers::shared;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::path::{Path, PathBuf};

/// One operation of a case.
#[derive(Debug, Default, Clone)]
pub(crate) struct Op {
    /// The file, the case's number in it and its description.
    pub(crate) case: String,
    /// The operation.
    pub(crate) name: String,
    /// The pattern of `relate`.
    pub(crate) pattern: String,
    /// The two geometries as text, in the order of the arguments.
    pub(crate) args: [String; 2],
    /// The result as text.
    pub(crate) expected: String,
}

/// The folder with the cases, or `None` and a line that says so.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = shared().join("data/vectors/jts-xml");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the JTS cases are not beside the repository; WANMI_SHARED can name their folder");
    None
}

/// All operations of a file.
pub(crate) fn ops(folder: &Path, file: &str) -> Vec<Op> {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let mut reader = Reader::from_str(&text);
    let mut cases = Cases { file: file.to_owned(), ..Cases::default() };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => cases.open(&tag),
            Event::End(_) => drop(cases.path.pop()),
            Event::Text(text) => cases.text(text.trim()),
            Event::Eof => return cases.ops,
            _ => {}
        }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Cases {
    file: String,
    path: Vec<String>,
    number: usize,
    case: String,
    a: String,
    b: String,
    ops: Vec<Op>,
}

impl Cases {
    fn open(&mut self, tag: &BytesStart) {
        let name = tag.local_name().as_ref().to_owned();
        match name.as_str() {
            "case" => {
                self.number += 1;
                self.case = format!("{} #{}", self.file, self.number);
                self.a.clear();
                self.b.clear();
            }
            "op" => self.ops.push(Op {
                case: self.case.clone(),
                name: attribute(tag, "name"),
                pattern: attribute(tag, "arg3"),
                args: [self.argument(tag, "arg1"), self.argument(tag, "arg2")],
                expected: String::new(),
            }),
            _ => {}
        }
        self.path.push(name);
    }

    /// The geometry that an argument names; an argument that names none is kept as it is.
    fn argument(&self, tag: &BytesStart, name: &str) -> String {
        match attribute(tag, name).to_uppercase().as_str() {
            "A" => self.a.clone(),
            "B" => self.b.clone(),
            other => other.to_owned(),
        }
    }

    fn text(&mut self, text: &str) {
        match self.path.last().map(String::as_str) {
            Some("desc") if self.path.len() == 3 => self.case = format!("{} {text}", self.case),
            Some("a") => self.a += text,
            Some("b") => self.b += text,
            Some("op") => self.ops.last_mut().unwrap().expected += text,
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart, name: &str) -> String {
    let found = tag.try_get_attribute(name).unwrap();
    found.map_or_else(String::new, |attribute| attribute.value.into_owned())
}
