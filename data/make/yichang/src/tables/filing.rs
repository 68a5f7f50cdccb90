//! Filing conditions 立案条件: what makes a report a case, how long it may take, and whom an event goes to.

const FILING: &str = include_str!("../../../../yichang/filing.csv");
const COMPONENTS: &str = include_str!("../../../../classes/components-gbt47678.5-2026.csv");
const EVENTS: &str = include_str!("../../../../classes/events-gbt47678.5-2026.csv");

/// One condition of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filing {
    /// `component` or `event`.
    pub(crate) kind: &'static str,
    pub(crate) class: &'static str,
    pub(crate) condition: &'static str,
    /// For areas of grade A, B and C, as people write them: `4工作时`.
    pub(crate) limits: [&'static str; 3],
    /// What closes the case.
    pub(crate) closing: &'static str,
    /// Whom an event goes to; empty for components, whose class says it.
    pub(crate) seat: &'static str,
}

/// All conditions, components before events, by class.
pub(crate) fn filings() -> Vec<Filing> {
    let row = |line: &'static str| {
        let columns: Vec<&'static str> = line.split(',').collect();
        let [kind, class, condition, a, b, c, closing, seat] = columns[..] else { return None };
        Some(Filing { kind, class, condition, limits: [a, b, c], closing, seat })
    };
    FILING.lines().skip(1).filter_map(row).collect()
}

/// The name of a class of 2026 by its code.
pub(crate) fn class_name(kind: &str, class: &str) -> &'static str {
    let table = if kind == "component" { COMPONENTS } else { EVENTS };
    let row = table.lines().find(|line| line.split(',').next() == Some(class));
    row.and_then(|line| line.split(',').nth(2)).unwrap_or_default()
}

/// Number and unit of a limit.
pub(crate) fn amount(limit: &str) -> (usize, &str) {
    let digits = limit.bytes().take_while(u8::is_ascii_digit).count();
    (limit[..digits].parse().unwrap_or(1), &limit[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_class_has_a_condition_and_limits_grow_towards_the_edge_of_the_city() {
        let filings = filings();
        assert_eq!(filings.len() + 1, FILING.lines().count());
        let of =
            |kind| filings.iter().filter(move |f| f.kind == kind).map(|f| f.class).collect::<BTreeSet<_>>();
        let codes = |table: &'static str| table.lines().skip(1).filter_map(|line| line.split(',').next());
        assert_eq!(of("component"), codes(COMPONENTS).collect());
        assert_eq!(of("event"), codes(EVENTS).collect());
        for filing in &filings {
            let [a, b, c] = filing.limits.map(amount);
            assert!(a.0 <= b.0 && b.0 <= c.0 && a.1 == b.1 && b.1 == c.1, "{filing:?}");
            assert!(["紧急工作时", "工作时", "工作日", "天"].contains(&a.1), "{filing:?}");
            assert_eq!(filing.seat.is_empty(), filing.kind == "component", "{filing:?}");
            assert!(!class_name(filing.kind, filing.class).is_empty());
        }
    }
}
