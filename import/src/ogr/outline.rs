//! A look through a JSON file before GDAL sees it: what it is, what it names, and how many rows it holds.
//!
//! GDAL calls every GeoJSON WGS84, follows links in `crs`, skips features that are no objects, and turns a
//! geometry it cannot read into none, all without a word. So the outline is taken here, in one pass that
//! keeps one byte a feature. Whether the rest is proper JSON is left to GDAL.

use std::io::{self, Read};

/// Longest `type`, `crs` or member name that is looked at.
const CAPTURE_CAP_BYTES: usize = 64 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What stands at the top of a JSON file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    /// The member `type`, if it is a string.
    pub(crate) kind: Option<String>,
    /// The member `crs` as written, if there is one that is not `null`.
    pub(crate) crs: Option<Vec<u8>>,
    /// The elements of `features`, in order; one for a lone feature or geometry.
    pub(crate) elements: Vec<Element>,
}

/// One element of `features`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    /// An object whose `geometry` is there.
    Located,
    /// An object whose `geometry` is null or missing.
    Unlocated,
    /// A number, a string, a list or null: no feature at all, and GDAL steps over it.
    NoObject,
}

/// Why no outline was taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutlineError {
    /// The file ends before its first object does.
    #[error("it ends at byte {at} inside an object, a list or a text")]
    Truncated { at: u64 },
    /// The file is some other text.
    #[error("it begins with {found:?}, not with an object")]
    NoObject { found: char },
    /// Something stands where it cannot.
    #[error("byte {at} is {found:?} where {wanted} should be")]
    Unexpected { at: u64, found: char, wanted: &'static str },
    /// A member that may stand once stands twice.
    #[error("member {name:?} stands twice")]
    Twice { name: &'static str },
    /// A member we look at is absurdly long.
    #[error("a name or value at byte {at} is longer than {CAPTURE_CAP_BYTES} bytes")]
    TooLong { at: u64 },
    /// The bytes are not UTF-8.
    #[error("byte {at} is not UTF-8")]
    NotUtf8 { at: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Takes the outline of one JSON object.
///
/// Cost: one pass, about 2 ns a byte; memory: a chunk, and a byte for each feature.
///
/// # Errors
/// [`OutlineError::Truncated`] when the object does not end; see the other variants.
pub(crate) fn outline(from: impl Read) -> Result<Outline, OutlineError> {
    let mut scan = Scan::new(from);
    let found = scan.next_token()?;
    if found != b'{' {
        return Err(OutlineError::NoObject { found: found.into() });
    }
    let mut outline = Outline::default();
    let mut seen_features = false;
    let mut first = true;
    while let Some(name) = scan.member(first)? {
        first = false;
        match name.as_str() {
            "type" => outline.kind = serde_json::from_slice(&scan.captured_value()?).ok(),
            "crs" if outline.crs.is_some() => return Err(OutlineError::Twice { name: "crs" }),
            "crs" => outline.crs = Some(scan.captured_value()?).filter(|value| value != b"null"),
            "features" if seen_features => return Err(OutlineError::Twice { name: "features" }),
            "features" => {
                seen_features = true;
                outline.elements = scan.elements()?;
            }
            "geometry" if !seen_features => outline.elements = vec![scan.location()?],
            _ => scan.skip_value()?,
        }
    }
    scan.expect_end()?;
    if !seen_features && outline.elements.is_empty() && outline.kind.as_deref() != Some("FeatureCollection") {
        outline.elements = vec![if outline.kind.as_deref() == Some("Feature") {
            Element::Unlocated
        } else {
            Element::Located
        }];
    }
    Ok(outline)
}

/// A reader that knows where tokens end, and nothing more of JSON.
struct Scan<R> {
    from: R,
    chunk: Vec<u8>,
    /// Bytes of the chunk that are there, and of those the ones known to be UTF-8.
    filled: usize,
    checked: usize,
    position: usize,
    /// Offset of the chunk in the file.
    base: u64,
}

impl<R: Read> Scan<R> {
    fn new(from: R) -> Self {
        Self { from, chunk: vec![0; CHUNK_BYTES], filled: 0, checked: 0, position: 0, base: 0 }
    }

    fn at(&self) -> u64 {
        self.base + self.position as u64
    }

    /// The bytes at hand; empty only at the end of the file.
    fn window(&mut self) -> Result<&[u8], OutlineError> {
        if self.position == self.checked {
            self.refill()?;
        }
        Ok(self.chunk.get(self.position..self.checked).unwrap_or_default())
    }

    /// Reads the next chunk, keeping a character that was cut at the end of the last one.
    fn refill(&mut self) -> Result<(), OutlineError> {
        self.base += self.position as u64;
        self.chunk.copy_within(self.checked..self.filled, 0);
        self.filled -= self.checked;
        self.checked = 0;
        self.position = 0;
        let free = self.chunk.get_mut(self.filled..).unwrap_or_default();
        let got = read_some(&mut self.from, free)?;
        self.filled += got;
        let there = self.chunk.get(..self.filled).unwrap_or_default();
        self.checked = match std::str::from_utf8(there) {
            Ok(_) => self.filled,
            Err(error) if error.error_len().is_none() && got > 0 => error.valid_up_to(),
            Err(error) if error.error_len().is_none() => {
                return Err(OutlineError::Truncated { at: self.base + self.filled as u64 });
            }
            Err(error) => return Err(OutlineError::NotUtf8 { at: self.base + error.valid_up_to() as u64 }),
        };
        if self.base == 0 && there.starts_with(BYTE_ORDER_MARK) {
            self.position = BYTE_ORDER_MARK.len();
        }
        // One read may bring nothing but the head of a character.
        if self.position == self.checked && got > 0 { self.refill() } else { Ok(()) }
    }

    fn peek(&mut self) -> Result<u8, OutlineError> {
        let at = self.at();
        self.window()?.first().copied().ok_or(OutlineError::Truncated { at })
    }

    /// The next byte that is not white space, not taken.
    fn peek_token(&mut self) -> Result<u8, OutlineError> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\n' | b'\r' => self.position += 1,
                byte => return Ok(byte),
            }
        }
    }

    fn next_token(&mut self) -> Result<u8, OutlineError> {
        let byte = self.peek_token()?;
        self.position += 1;
        Ok(byte)
    }

    fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), OutlineError> {
        let found = self.peek_token()?;
        if found != byte {
            return Err(OutlineError::Unexpected { at: self.at(), found: found.into(), wanted });
        }
        self.position += 1;
        Ok(())
    }

    fn expect_end(&mut self) -> Result<(), OutlineError> {
        match self.peek_token() {
            Err(OutlineError::Truncated { .. }) => Ok(()),
            Ok(found) => {
                Err(OutlineError::Unexpected { at: self.at(), found: found.into(), wanted: "the end" })
            }
            Err(error) => Err(error),
        }
    }

    /// Takes a comma, or the closing bracket; `false` at the bracket.
    fn more(&mut self, first: bool, close: u8) -> Result<bool, OutlineError> {
        if self.peek_token()? == close {
            self.position += 1;
            return Ok(false);
        }
        if !first {
            self.expect(b',', "a comma or the closing bracket")?;
        }
        Ok(true)
    }

    /// The name of the next member of an object, its colon taken; `None` at the closing brace.
    fn member(&mut self, first: bool) -> Result<Option<String>, OutlineError> {
        if !self.more(first, b'}')? {
            return Ok(None);
        }
        if self.peek_token()? != b'"' {
            self.expect(b'"', "the name of a member")?;
        }
        let at = self.at();
        let quoted = self.captured_value()?;
        let name = serde_json::from_slice(&quoted).map_err(|_not_json| OutlineError::Unexpected {
            at,
            found: '"',
            wanted: "a well-formed name",
        })?;
        self.expect(b':', "a colon")?;
        Ok(Some(name))
    }

    /// The elements of the list that comes; nothing when it is no list, which GDAL will refuse.
    fn elements(&mut self) -> Result<Vec<Element>, OutlineError> {
        if self.peek_token()? != b'[' {
            self.skip_value()?;
            return Ok(Vec::new());
        }
        self.position += 1;
        let mut elements = Vec::new();
        while self.more(elements.is_empty(), b']')? {
            elements.push(self.element()?);
        }
        Ok(elements)
    }

    fn element(&mut self) -> Result<Element, OutlineError> {
        if self.peek_token()? != b'{' {
            self.skip_value()?;
            return Ok(Element::NoObject);
        }
        self.position += 1;
        let mut element = Element::Unlocated;
        let mut first = true;
        while let Some(name) = self.member(first)? {
            first = false;
            match name.as_str() {
                "geometry" => element = self.location()?,
                _ => self.skip_value()?,
            }
        }
        Ok(element)
    }

    /// Whether the value that comes is a geometry or null.
    fn location(&mut self) -> Result<Element, OutlineError> {
        let there = self.peek_token()? != b'n';
        self.skip_value()?;
        Ok(if there { Element::Located } else { Element::Unlocated })
    }

    /// The bytes of the value that comes.
    fn captured_value(&mut self) -> Result<Vec<u8>, OutlineError> {
        let mut captured = Vec::new();
        self.value(&mut |bytes: &[u8]| {
            captured.extend_from_slice(bytes);
            captured.len() <= CAPTURE_CAP_BYTES
        })?;
        Ok(captured)
    }

    fn skip_value(&mut self) -> Result<(), OutlineError> {
        self.value(&mut |_| true)
    }

    /// Passes over one value of any kind and depth, showing its bytes; stops when `show` has enough.
    fn value(&mut self, show: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), OutlineError> {
        if matches!(self.peek_token()?, b',' | b':' | b']' | b'}') {
            let found = self.peek()?.into();
            return Err(OutlineError::Unexpected { at: self.at(), found, wanted: "a value" });
        }
        let mut inside = Inside::default();
        loop {
            let at = self.at();
            let window = self.window()?;
            if window.is_empty() {
                return Err(OutlineError::Truncated { at });
            }
            let (taken, done) = inside.advance(window);
            if !show(window.get(..taken).unwrap_or_default()) {
                return Err(OutlineError::TooLong { at });
            }
            self.position += taken;
            if done {
                return Ok(());
            }
        }
    }
}

/// How deep a value has come.
#[derive(Default)]
struct Inside {
    depth: u64,
    text: bool,
    escaped: bool,
    begun: bool,
}

impl Inside {
    /// Goes through `bytes` until the value ends; returns how many belong to it and whether it ended.
    fn advance(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (index, byte) in bytes.iter().enumerate() {
            if self.escaped {
                self.escaped = false;
            } else if self.text {
                match byte {
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.text = false;
                        if self.depth == 0 {
                            return (index + 1, true);
                        }
                    }
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.text = true,
                    b'{' | b'[' => self.depth += 1,
                    // At depth 0 these end a number, true, false or null, and belong to what is around it.
                    b'}' | b']' if self.depth == 0 => return (index, true),
                    b',' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 && self.begun => {
                        return (index, true);
                    }
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return (index + 1, true);
                        }
                    }
                    _ => {}
                }
            }
            self.begun = true;
        }
        (bytes.len(), false)
    }
}

/// One read that is not disturbed by signals.
fn read_some(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
