//! A code that ended with its thing should not come back: papers and cases still mean the old thing (codes are never used again).

use super::code::Code;
use super::finding::Breach;
use std::collections::HashSet;

/// The codes that things of a layer had which have ended.
#[derive(Clone, Debug, Default)]
pub struct EndedCodes(HashSet<String>);

impl EndedCodes {
    /// From a list of them.
    pub fn new(codes: Vec<String>) -> Self {
        EndedCodes(codes.into_iter().collect())
    }

    /// What is wrong with a delivered code.
    pub fn check(&self, code: &str) -> Option<Breach> {
        self.0.contains(code).then(|| {
            let detail = format!("{code} was the code of a thing that has ended");
            Breach::new(Code::CodeEnded, detail).of("code", code)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ended_codes_are_told() {
        let ended = EndedCodes::new(vec!["42050201001000001".into()]);
        assert_eq!(ended.check("42050201001000001").unwrap().code, Code::CodeEnded);
        assert!(ended.check("42050201001000002").is_none());
    }
}
