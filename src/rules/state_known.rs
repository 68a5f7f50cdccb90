//! A component's state is one of a list that editions and cities extend (`data/classes/states.csv`).

use super::code::Code;
use super::finding::Breach;
use std::collections::HashSet;

/// What surveys write, and what it means: 损坏 is the 破损 of 2026.
const STATES: &str = include_str!("../../data/classes/states.csv");

/// The states that a city knows.
#[derive(Debug)]
pub struct States {
    known: HashSet<String>,
}

impl States {
    /// The standard's states with their synonyms, and a city's own.
    pub fn new(own: &[String]) -> Self {
        let standard = STATES.lines().skip(1).filter_map(|line| line.split(',').next());
        States { known: standard.map(str::to_owned).chain(own.iter().cloned()).collect() }
    }

    /// What is wrong with a state.
    pub fn check(&self, field: &str, state: &str) -> Option<Breach> {
        let detail = || format!("state {state:?} is not on the list");
        (!self.known.contains(state)).then(|| Breach::new(Code::StateUnknown, detail()).of(field, state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_and_the_citys_own_states_are_known() {
        let states = States::new(&["待查".to_owned()]);
        for known in ["完好", "破损", "损坏", "丢失", "废弃", "移除", "待查"] {
            assert_eq!(states.check("GLBJZT", known), None, "{known}");
        }
        assert_eq!(states.check("GLBJZT", "良好").unwrap().code, Code::StateUnknown);
    }

    #[test]
    fn every_meaning_is_itself_a_state() {
        let states: Vec<(&str, &str)> =
            STATES.lines().skip(1).map(|line| line.split_once(',').unwrap()).collect();
        for (_, means) in &states {
            assert!(states.iter().any(|(state, itself)| state == means && itself == means), "{means}");
        }
    }
}
