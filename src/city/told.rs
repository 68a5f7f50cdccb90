//! A value that many components have alike, with the text that whoever tells of them makes of it once.

use std::sync::OnceLock;

/// A value, and what is told of it.
#[derive(Debug)]
pub(super) struct Told<T> {
    value: T,
    text: OnceLock<Box<str>>,
}

impl<T> Told<T> {
    /// A value that nobody has told of.
    pub(super) fn new(value: T) -> Self {
        Told { value, text: OnceLock::new() }
    }

    pub(super) fn value(&self) -> &T {
        &self.value
    }

    /// The text that `tell` makes of the value; made the first time.
    pub(super) fn text(&self, tell: impl FnOnce(&T) -> Box<str>) -> &str {
        self.text.get_or_init(|| tell(&self.value))
    }
}
