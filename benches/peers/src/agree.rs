//! Whether two programs gave the same answer.

/// Answers further apart than this, in metres, are different. The plane that PostGIS measures in stretches 50 m by
/// 0.6 mm at the edge of the generated city.
pub const SLACK_M: f64 = 0.001;

/// A border nearer than this, in metres, may count for either side: PostGIS rounds where we do not.
pub const BORDER_M: f64 = 2e-6;

/// A component and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Its number.
    pub id: u32,
    /// Its distance in metres.
    pub distance_m: f64,
}

/// How two answers to one question relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The same.
    Same,
    /// Different where both are right: equally far components in another order, one on the edge of the circle, a point
    /// on a border.
    Tie,
    /// Different.
    Different,
}

/// Compares the components within `radius_m`, nearest first; both lists may be cut at the same limit.
pub fn near(ours: &[Near], theirs: &[Near], radius_m: f64) -> Agreement {
    let (shorter, longer) = if ours.len() < theirs.len() { (ours, theirs) } else { (theirs, ours) };
    let close = |a: f64, b: f64| (a - b).abs() <= SLACK_M;
    let ranks_agree = ours.iter().zip(theirs).all(|(a, b)| close(a.distance_m, b.distance_m));
    let rest_on_edge = longer[shorter.len()..].iter().all(|near| close(near.distance_m, radius_m));
    let same_ids = ours.iter().map(|near| near.id).eq(theirs.iter().map(|near| near.id));
    match (ranks_agree && rest_on_edge, same_ids) {
        (true, true) => Agreement::Same,
        (true, false) => Agreement::Tie,
        (false, _) => Agreement::Different,
    }
}

/// Compares our one cell of a point with all cells that PostGIS finds it in or on.
pub fn cell(ours: Option<u32>, theirs: &[u32], border_m: impl Fn() -> f64) -> Agreement {
    if ours.as_slice() == theirs {
        Agreement::Same
    } else if border_m() <= BORDER_M {
        Agreement::Tie
    } else {
        Agreement::Different
    }
}

/// How often answers agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The same answers.
    pub same: usize,
    /// Different and both right.
    pub ties: usize,
}

impl Tally {
    /// Counts an answer.
    ///
    /// # Errors
    /// When it is different; `question` says which.
    pub fn count(&mut self, agreement: Agreement, question: impl FnOnce() -> String) -> anyhow::Result<()> {
        match agreement {
            Agreement::Same => self.same += 1,
            Agreement::Tie => self.ties += 1,
            Agreement::Different => anyhow::bail!("different answers to {}", question()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(of: &[(u32, f64)]) -> Vec<Near> {
        of.iter().map(|(id, distance_m)| Near { id: *id, distance_m: *distance_m }).collect()
    }

    fn check(ours: &[(u32, f64)], theirs: &[(u32, f64)], expected: Agreement) {
        assert_eq!(near(&list(ours), &list(theirs), 50.0), expected, "{ours:?} {theirs:?}");
        assert_eq!(near(&list(theirs), &list(ours), 50.0), expected, "{theirs:?} {ours:?}");
    }

    #[test]
    fn a_millimetre_decides_between_a_tie_and_a_different_answer() {
        check(&[], &[], Agreement::Same);
        check(&[(1, 10.0), (2, 20.0)], &[(1, 10.0004), (2, 20.0)], Agreement::Same);
        check(&[(1, 10.0)], &[(1, 10.002)], Agreement::Different);
        check(&[(1, 10.0), (2, 10.0005)], &[(2, 10.0005), (1, 10.0)], Agreement::Tie);
        check(&[(1, 10.0), (2, 11.0)], &[(2, 11.0), (1, 10.0)], Agreement::Different);
        check(&[(1, 10.0), (2, 49.9995)], &[(1, 10.0)], Agreement::Tie);
        check(&[(1, 10.0), (2, 49.0)], &[(1, 10.0)], Agreement::Different);
        check(&[(1, 10.0)], &[], Agreement::Different);
    }

    #[test]
    fn another_cell_is_right_only_on_a_border() {
        assert_eq!(cell(Some(3), &[3], || 0.0), Agreement::Same);
        assert_eq!(cell(None, &[], || 0.0), Agreement::Same);
        assert_eq!(cell(Some(3), &[3, 4], || 1e-6), Agreement::Tie);
        assert_eq!(cell(Some(3), &[3, 4], || 0.01), Agreement::Different);
        assert_eq!(cell(None, &[4], || 0.01), Agreement::Different);
    }

    #[test]
    fn a_different_answer_stops_the_run_and_names_the_question() {
        let mut tally = Tally::default();
        tally.count(Agreement::Same, String::new).unwrap();
        tally.count(Agreement::Tie, String::new).unwrap();
        assert_eq!(tally, Tally { same: 1, ties: 1 });
        let refused = tally.count(Agreement::Different, || "question 7".to_owned()).unwrap_err();
        assert_eq!(refused.to_string(), "different answers to question 7");
    }
}
