//! Codes are text: digits, letters, leading zeros; a city's profile says which forms it uses.

use std::fmt;
use std::sync::Arc;

/// The longest code accepted, in bytes.
pub const CODE_MAX_BYTES: usize = 64;

/// Why a text is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// The text is empty.
    #[error("invalid {what} code (got \"\"): a code is not empty")]
    Empty {
        /// Which code.
        what: &'static str,
    },
    /// The text is longer than [`CODE_MAX_BYTES`].
    #[error("invalid {what} code (got \"{got}…\"): longer than {CODE_MAX_BYTES} bytes")]
    Long {
        /// Which code.
        what: &'static str,
        /// The first characters.
        got: String,
    },
    /// The text holds a blank, a control character or a separator of our own.
    #[error("invalid {what} code (got {got:?}): blanks, control characters, ';' and ',' are not allowed")]
    Character {
        /// Which code.
        what: &'static str,
        /// The text.
        got: String,
    },
}

/// Checks a text as a code; `what` names it in the error.
fn check(what: &'static str, text: &str) -> Result<(), InvalidCode> {
    if text.is_empty() {
        return Err(InvalidCode::Empty { what });
    }
    if text.len() > CODE_MAX_BYTES {
        return Err(InvalidCode::Long { what, got: text.chars().take(16).collect() });
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain && text.chars().any(|c| c.is_whitespace() || c.is_control() || c == ';' || c == ',') {
        return Err(InvalidCode::Character { what, got: text.to_owned() });
    }
    Ok(())
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $what:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text as a code: not empty, at most 64 bytes, no blanks, control characters, ',' or ';'.
            ///
            /// # Errors
            /// [`InvalidCode`] says what is wrong with it.
            pub fn new(text: &str) -> Result<Self, InvalidCode> {
                check($what, text)?;
                Ok($name(Arc::from(text)))
            }

            /// Checks a shared text as a code, without copying it.
            ///
            /// # Errors
            /// As [`Self::new`].
            pub fn of_text(text: &Arc<str>) -> Result<Self, InvalidCode> {
                check($what, text)?;
                Ok($name(text.clone()))
            }

            /// The code's text, shared.
            pub fn text(&self) -> &Arc<str> {
                &self.0
            }

            /// The code's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), &self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

codes! {
    /// The code of a cell 单元网格: 15 digits in GB/T 47678.3, other forms by profile.
    CellCode = "cell",
    /// The code of a region 区域: 6 (district), 9 (street) or 12 (community) digits, other forms by profile.
    RegionCode = "region",
    /// The code of a component 部件: 16 or 17 digits by edition, other forms by profile.
    ComponentCode = "component",
    /// The code of a class 小类 within an edition: four or five digits.
    ClassCode = "class",
    /// The code of a department, inspector, duty zone, area, place or other thing, unique within its kind.
    ThingCode = "thing",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_and_letters_are_kept() {
        assert_eq!(CellCode::new("011011015036702").unwrap().as_str(), "011011015036702");
        assert_eq!(CellCode::new("2B07").unwrap().to_string(), "2B07");
    }

    #[test]
    fn what_cannot_be_a_code_is_refused_with_the_text() {
        assert_eq!(
            CellCode::new("").unwrap_err().to_string(),
            "invalid cell code (got \"\"): a code is not empty"
        );
        assert!(ComponentCode::new("a;b").unwrap_err().to_string().contains("\"a;b\""));
        assert!(ClassCode::new("01 01").is_err());
        assert!(RegionCode::new(&"9".repeat(65)).is_err());
    }
}
