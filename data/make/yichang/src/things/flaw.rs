//! Defects of components: which rows have one, and what it does to them.

use super::class::{Class, Form, Spot};
use crate::defect::{Defect, NoRoom, Planted, Victims, form};
use std::collections::BTreeMap;

/// Classes with fewer things host no defect.
const HOST_MIN: usize = 8;

/// Classes with so few things are rare in every city.
const HOST_RARE: usize = 40;

/// A defect and which of its forms.
pub(crate) type Flaw = (Defect, usize);

/// The flawed rows, by class and row, and where stacked things find one of another class.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    rows: BTreeMap<(usize, usize), Flaw>,
    /// The class whose places are taken by stacked things, and how many of them.
    pub(crate) below: Option<(usize, usize)>,
}

impl Flaws {
    /// Chooses the rows.
    ///
    /// # Errors
    /// [`NoRoom`] when there are not enough.
    pub(crate) fn choose(classes: &[Class], seed: u64, defects: &[Planted]) -> Result<Self, NoRoom> {
        if !defects.iter().any(|planted| is_of_rows(planted.defect)) {
            return Ok(Flaws::default());
        }
        // The most frequent class of the first half lends its places; later ones are put on top.
        let lender =
            (0..classes.len() / 2).filter(|i| hosts_points(&classes[*i])).max_by_key(|i| classes[*i].count);
        let mut rows: Vec<(usize, usize)> = Vec::new();
        for (number, class) in classes.iter().enumerate() {
            if hosts_points(class) || hosts_lines(class) {
                rows.extend((1..class.count).map(|k| (number, k)));
            }
        }
        let mut victims = Victims::new(seed, 2, rows.len());
        let mut flaws = Flaws::default();
        for planted in defects {
            let suits = |i: usize| {
                let (number, k) = rows[i];
                let class = &classes[number];
                let fits = match planted.defect {
                    Defect::L1 => hosts_lines(class),
                    // Rare classes only: where things of one class stand thick, one more would be near another.
                    Defect::C18 => {
                        hosts_points(class)
                            && class.count <= (rows.len() / 500).max(HOST_RARE)
                            && lender.is_some_and(|lender| lender < number)
                    }
                    // Its predecessors of the same district lend their codes and places.
                    Defect::C5 | Defect::C6 => hosts_points(class) && k > class.count / 3,
                    _ => hosts_points(class) && Some(number) != lender,
                };
                fits.then_some(((number, k), Vec::new()))
            };
            if !is_of_rows(planted.defect) {
                continue;
            }
            let taken = victims.take(*planted, suits)?;
            for (instance, (_, row)) in taken.into_iter().enumerate() {
                flaws.rows.insert(row, (planted.defect, form(planted.defect, instance)));
            }
            if planted.defect == Defect::C18 {
                flaws.below = lender.map(|lender| (lender, planted.count));
            }
        }
        Ok(flaws)
    }

    /// The flaw of a row.
    pub(crate) fn of(&self, class: usize, row: usize) -> Option<Flaw> {
        self.rows.get(&(class, row)).copied()
    }
}

/// Whether a defect is one of single rows of components.
fn is_of_rows(defect: Defect) -> bool {
    (defect >= Defect::C1 && defect <= Defect::L1) && !matches!(defect, Defect::C4 | Defect::C7)
}

fn hosts_points(class: &Class) -> bool {
    class.form == Form::Point && class.count >= HOST_MIN && class.placing.spot != Spot::Yard
}

fn hosts_lines(class: &Class) -> bool {
    class.form == Form::Line && class.count > 1 && class.placing.spot != Spot::Across
}
