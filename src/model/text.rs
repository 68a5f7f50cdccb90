//! Texts that many things have alike: kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// A text that may be shared: a city's 417,000 components name a few hundred units, states and days.
pub type Text = Arc<str>;

/// Gives equal texts one memory.
#[derive(Debug, Default)]
pub struct Shared {
    known: HashSet<Text>,
}

impl Shared {
    /// The shared text equal to `text`. Cost: one look-up, and one allocation for the first of its kind.
    pub fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let new = Text::from(text);
        self.known.insert(new.clone());
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut shared = Shared::default();
        let (one, other) = (shared.text("完好"), shared.text("完好"));
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!(&*shared.text("破损"), "破损");
    }
}
