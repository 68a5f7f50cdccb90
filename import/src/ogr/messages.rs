//! What GDAL says while it works: to standard error for people, and kept for the refusal.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gdal::errors::CplErrType;

/// Most messages shown; a hostile file can provoke one a row.
const SHOWN_CAP: u32 = 50;

/// The messages since the start; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Messages(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    shown: u32,
    failure: Option<String>,
}

impl Messages {
    /// Takes over GDAL's messages for the whole process.
    pub(crate) fn capture() -> Self {
        let messages = Self::default();
        let sink = messages.clone();
        gdal::config::set_error_handler(move |class, _number, text| sink.hear(class, text));
        messages
    }

    /// The first failure since this was asked last.
    pub(crate) fn take_failure(&self) -> Option<String> {
        self.state().failure.take()
    }

    fn hear(&self, class: CplErrType, text: &str) {
        let mut state = self.state();
        if matches!(class, CplErrType::Failure | CplErrType::Fatal) && state.failure.is_none() {
            state.failure = Some(text.to_owned());
        }
        state.shown += 1;
        if state.shown <= SHOWN_CAP {
            note(&format!("gdal: {text}"));
        } else if state.shown == SHOWN_CAP + 1 {
            note("gdal: further messages are not shown");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line for people, on standard error; standard output belongs to the frames.
pub(crate) fn note(text: &str) {
    // A file chooses some of these words: no line of its own, no colours.
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    // Nobody may be listening, and that is no reason to stop.
    let _unheard = writeln!(io::stderr(), "wanmi-import: {line}");
}
