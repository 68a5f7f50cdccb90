//! Rows of comma-separated values, as RFC 4180 writes them and as spreadsheets do.
//!
//! A field that starts with a quote runs to the quote that closes it, two quotes stand for one; anywhere else a quote is
//! a character. A row ends with LF, CR or both; empty lines are no rows. These are the rules of crate `csv`, whose reader
//! is the twin in the tests; here fields stay where they are in the text, and the text can be cut between rows.

use std::borrow::Cow;

/// The rows of a text that starts with a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Records { rest: text }
    }

    /// Hands over the fields of the next row one by one, with their places; false when there is no row left.
    #[inline]
    pub(super) fn next(&mut self, mut field: impl FnMut(usize, Field<'a>)) -> bool {
        let blank = self.rest.iter().take_while(|byte| is_end(**byte)).count();
        self.rest = &self.rest[blank..];
        if self.rest.is_empty() {
            return false;
        }
        for place in 0.. {
            let (raw, rest) = self.rest.split_at(field_end(self.rest));
            field(place, Field(raw));
            let Some((end, rest)) = rest.split_first() else {
                self.rest = rest;
                break;
            };
            self.rest = rest;
            if is_end(*end) {
                break;
            }
        }
        true
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// A field as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a>(&'a [u8]);

impl<'a> Field<'a> {
    /// What it means: without the quotes around it, two quotes as one.
    #[inline]
    pub(super) fn value(self) -> Cow<'a, [u8]> {
        match self.0 {
            [b'"', quoted @ ..] => unquoted(quoted),
            plain => Cow::Borrowed(plain),
        }
    }
}

#[cold]
fn unquoted(text: &[u8]) -> Cow<'_, [u8]> {
    let closed = closing(text);
    let (inner, after) = (&text[..closed], &text[text.len().min(closed + 1)..]);
    if after.is_empty() && !inner.contains(&b'"') {
        return Cow::Borrowed(inner);
    }
    let mut value = Vec::with_capacity(text.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        value.push(byte);
        if byte == b'"' {
            // Its twin follows: a single one would have closed the field.
            bytes.next();
        }
    }
    value.extend_from_slice(after);
    Cow::Owned(value)
}

/// The length of the longest beginning of a text that ends with a row's end, if there is one.
///
/// The text starts with a row. Cost: a pass over the text, and only its tail is looked at when it holds no quotes.
pub(super) fn whole_rows(text: &[u8]) -> Option<usize> {
    if !text.contains(&b'"') {
        return text.iter().rposition(|byte| is_end(*byte)).map(|last| last + 1);
    }
    let (mut at, mut whole) = (0, None);
    while at < text.len() {
        at += field_end(&text[at..]) + 1;
        if at <= text.len() && is_end(text[at - 1]) {
            whole = Some(at);
        }
    }
    whole
}

/// The length of the field that a text starts with.
#[inline]
fn field_end(text: &[u8]) -> usize {
    let quoted = match text {
        [b'"', quoted @ ..] => text.len().min(closing(quoted) + 2),
        _ => 0,
    };
    let plain = text[quoted..].iter().position(|byte| *byte == b',' || is_end(*byte));
    plain.map_or(text.len(), |plain| quoted + plain)
}

/// Where the quote is that closes a field, counted from behind the one that opens it; the text's length when none does.
fn closing(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(quote) = text[at..].iter().position(|byte| *byte == b'"') {
        if text.get(at + quote + 1) != Some(&b'"') {
            return at + quote;
        }
        at += quote + 2;
    }
    text.len()
}

#[inline]
fn is_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}
