//! Values that many components have alike: kept once, named by a number.

use std::collections::HashMap;
use std::convert::Infallible;

/// Between the texts of a key of several; no delivered text holds it.
const BETWEEN: char = '\u{1f}';

/// Numbers for values that are told apart by a text, while a table is filled.
#[derive(Debug)]
pub(super) struct Pool<T> {
    values: Vec<T>,
    numbers: HashMap<Box<str>, u32>,
    /// The last key asked for: neighbours in code order are often alike.
    last: (String, u32),
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool { values: Vec::new(), numbers: HashMap::new(), last: (String::new(), u32::MAX) }
    }
}

impl<T> Pool<T> {
    /// The number of the value with a key; `make` makes it the first time.
    pub(super) fn number(&mut self, key: &str, make: impl FnOnce() -> T) -> u32 {
        match self.number_or(key, || Ok::<T, Infallible>(make())) {
            Ok(number) => number,
            Err(never) => match never {},
        }
    }

    /// The same when the value cannot always be made.
    pub(super) fn number_or<E>(&mut self, key: &str, make: impl FnOnce() -> Result<T, E>) -> Result<u32, E> {
        if self.last.1 != u32::MAX && self.last.0 == key {
            return Ok(self.last.1);
        }
        let number = if let Some(number) = self.numbers.get(key) {
            *number
        } else {
            let number = self.values.len() as u32;
            self.values.push(make()?);
            self.numbers.insert(key.into(), number);
            number
        };
        self.last.0.clear();
        self.last.0.push_str(key);
        self.last.1 = number;
        Ok(number)
    }

    /// The values by number.
    pub(super) fn into_values(self) -> Vec<T> {
        self.values
    }
}

/// Writes texts as one key: other texts make another key.
pub(super) fn write_key(key: &mut String, texts: &[Option<&str>]) {
    key.clear();
    for text in texts {
        if let Some(text) = text {
            // An absent text is not an empty one.
            key.push('+');
            key.push_str(text);
        }
        key.push(BETWEEN);
    }
}
