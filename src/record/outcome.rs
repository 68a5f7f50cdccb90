//! What becomes of a decision, and what may follow what.

use super::{DecisionId, RecordError};
use std::fmt;
use std::str::FromStr;

/// A decision may be returned that long after it was given, in milliseconds: an hour.
pub const RETURN_WITHIN_MS: i64 = 3_600 * 1_000;

/// What a department or a dispatcher says of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The department took it 接收.
    Accepted,
    /// The department sent it back 退回, with its reason.
    Returned {
        /// Why.
        reason: String,
    },
    /// A dispatcher gave it to another department 改派.
    Overridden {
        /// To whom.
        department: String,
        /// Why.
        reason: String,
    },
    /// The case is closed 结案.
    Closed,
    /// The report was none 作废.
    Voided {
        /// Why.
        reason: Option<String>,
    },
}

impl Outcome {
    /// Its name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Returned { .. } => "returned",
            Outcome::Overridden { .. } => "overridden",
            Outcome::Closed => "closed",
            Outcome::Voided { .. } => "voided",
        }
    }

    /// The state it leads to.
    pub fn state(&self) -> State {
        match self {
            Outcome::Accepted => State::Accepted,
            Outcome::Returned { .. } => State::Returned,
            Outcome::Overridden { .. } => State::Overridden,
            Outcome::Closed => State::Closed,
            Outcome::Voided { .. } => State::Voided,
        }
    }

    /// The department that it names.
    pub fn department(&self) -> Option<&str> {
        match self {
            Outcome::Overridden { department, .. } => Some(department),
            _ => None,
        }
    }

    /// The reason that it gives.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Outcome::Returned { reason } | Outcome::Overridden { reason, .. } => Some(reason),
            Outcome::Voided { reason } => reason.as_deref(),
            Outcome::Accepted | Outcome::Closed => None,
        }
    }

    /// Refuses an outcome without the reason or department it needs.
    pub(super) fn whole(&self) -> Result<(), RecordError> {
        let outcome = self.as_str();
        let lacks = |text: &str| text.trim().is_empty();
        match self {
            Outcome::Overridden { department, .. } if lacks(department) => {
                Err(RecordError::Lacks { outcome, field: "department" })
            }
            Outcome::Returned { reason } | Outcome::Overridden { reason, .. } if lacks(reason) => {
                Err(RecordError::Lacks { outcome, field: "reason" })
            }
            _ => Ok(()),
        }
    }
}

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Given, nothing heard since.
    Decided,
    /// Taken.
    Accepted,
    /// Sent back; a new decision follows.
    Returned,
    /// Given to another department.
    Overridden,
    /// Closed.
    Closed,
    /// Void.
    Voided,
}

impl State {
    /// All states.
    pub const ALL: [State; 6] =
        [State::Decided, State::Accepted, State::Returned, State::Overridden, State::Closed, State::Voided];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Decided => "decided",
            State::Accepted => "accepted",
            State::Returned => "returned",
            State::Overridden => "overridden",
            State::Closed => "closed",
            State::Voided => "voided",
        }
    }

    /// The states that may follow this one. What is returned, closed or void stays so.
    pub fn may_become(self) -> &'static [State] {
        use State as S;
        match self {
            S::Decided => &[S::Accepted, S::Returned, S::Overridden, S::Closed, S::Voided],
            S::Accepted => &[S::Returned, S::Overridden, S::Closed, S::Voided],
            S::Overridden => &[S::Accepted, S::Overridden, S::Closed, S::Voided],
            S::Returned | S::Closed | S::Voided => &[],
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// What following a decision did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The decision.
    pub id: DecisionId,
    /// Where it stands now.
    pub state: State,
    /// Whether it stood there already, by the same outcome.
    pub again: bool,
}

/// What is known of a decision when an outcome arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) id: DecisionId,
    pub(super) state: State,
    pub(super) recorded_ms: i64,
    pub(super) ruled: bool,
}

/// Whether an outcome may follow.
pub(super) fn allowed(standing: Standing, outcome: &Outcome, now_ms: i64) -> Result<(), RecordError> {
    let Standing { id, state, recorded_ms, ruled } = standing;
    if !state.may_become().contains(&outcome.state()) {
        return Err(RecordError::NotAllowed { id, state, outcome: outcome.as_str() });
    }
    if let Outcome::Returned { .. } = outcome {
        let since_ms = now_ms - recorded_ms;
        if ruled {
            return Err(RecordError::ReturnedRuled(id));
        }
        if since_ms > RETURN_WITHIN_MS {
            return Err(RecordError::ReturnedLate { id, minutes: since_ms / 60_000 });
        }
    }
    Ok(())
}
