//! What can be wrong with a delivery, on order: so many of each, and what a checker should say of them.

use crate::chance::Chance;
use std::fmt;
use std::str::FromStr;

macro_rules! defects {
    ($($(#[doc = $doc:literal])* $defect:ident)+) => {
        /// A defect of survey deliveries; the names are those of the field's own lists.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Defect { $($(#[doc = $doc])* $defect,)+ }

        impl Defect {
            /// All defects.
            pub const ALL: &[Defect] = &[$(Defect::$defect,)+];

            /// The defect's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Defect::$defect => stringify!($defect),)+ }
            }
        }
    };
}

defects! {
    /// A cell's code lacks a digit.
    G1
    /// A cell's code begins with no community of the city.
    G2
    /// A cell has the code of another.
    G3
    /// A cell's border runs around a part of it twice.
    G4
    /// A cell reaches 5 m into its neighbour.
    G5
    /// A cell stays 1.2 m short of its neighbour.
    G6
    /// A cell reaches over the border of its community.
    G7
    /// A cell has a part inside another.
    G8
    /// A cell's area attribute is a third too large.
    G9
    /// A cell of some 200 m².
    G10
    /// Two cells of a community have changed numbers.
    G11
    /// A cell's validity ends before it begins.
    G12
    /// A component's code has a letter.
    C1
    /// A component's code begins with another district.
    C2
    /// A component's code has another class in it.
    C3
    /// A layer of a class that the edition does not have.
    C4
    /// A component has the code of another.
    C5
    /// A component stands 0.4 m from one of its class.
    C6
    /// A layer of points of a class that is drawn as areas.
    C7
    /// A component stands in the river.
    C8
    /// A component names another cell.
    C9
    /// A component has no competent department, or one without a code.
    C10
    /// The credit code of the competent department has a wrong check character.
    C11
    /// A date that is none, lies in the future, or a change before the first survey.
    C12
    /// A state that is on no list.
    C13
    /// A place with swapped axes, at (0,0), or with the zone number where none belongs (or the reverse).
    C14
    /// A note that ends in half a character, or that was garbled before.
    C15
    /// A code that a spreadsheet made a number of.
    C16
    /// A component without geometry.
    C17
    /// A component stands exactly where one of another class stands.
    C18
    /// A line without length, or one that runs back over itself.
    L1
    /// A door plate twice.
    A1
    /// A cell in no duty zone, or in two.
    R3
    /// A duty zone with a cell apart from the others.
    R4
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// So many of a defect, as in `C5=10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planted {
    /// What is wrong.
    pub defect: Defect,
    /// How often.
    pub count: usize,
}

/// A text that orders no defect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} orders no defect: write one of G1 to G12, C1 to C18, L1, A1, R3, R4, =, and how many, like C5=10"
)]
pub struct UnknownDefect(String);

impl FromStr for Planted {
    type Err = UnknownDefect;

    fn from_str(text: &str) -> Result<Self, UnknownDefect> {
        let unknown = || UnknownDefect(text.to_owned());
        let (name, count) = text.split_once('=').ok_or_else(unknown)?;
        let defect = Defect::ALL.iter().find(|defect| defect.as_str() == name).ok_or_else(unknown)?;
        let count = count.parse().ok().ok_or_else(unknown)?;
        Ok(Planted { defect: *defect, count })
    }
}

/// What a checker should find: a line of `expected.csv`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The defect; `None` for what the city has without any.
    pub defect: Option<Defect>,
    /// The layer in which it is found, by wanmi's name for it.
    pub layer: &'static str,
    /// The code of the finding.
    pub code: &'static str,
    /// How many findings.
    pub count: usize,
}

/// The findings of so many of a defect; where a defect has several forms they take turns.
pub(crate) fn expected(planted: Planted) -> Vec<Expected> {
    let Planted { defect, count } = planted;
    let forms = forms(defect);
    let turns = |i: usize| count / forms.len() + usize::from(i < count % forms.len());
    let of = |(i, (layer, codes)): (usize, &(&'static str, &[&'static str]))| {
        let (layer, count) = (*layer, turns(i));
        codes
            .iter()
            .map(move |code| Expected { defect: Some(defect), layer, code, count })
            .collect::<Vec<_>>()
    };
    forms.iter().enumerate().flat_map(of).filter(|line| line.count > 0).collect()
}

/// The forms of a defect: the layer, and the codes of the findings that each instance makes.
fn forms(defect: Defect) -> &'static [(&'static str, &'static [&'static str])] {
    match defect {
        Defect::G1 => &[("cells", &["code_form"])],
        Defect::G2 => &[("cells", &["cell_prefix_unknown"])],
        Defect::G3 => &[("cells", &["code_duplicate"])],
        Defect::G4 => &[("cells", &["ring_invalid"])],
        Defect::G5 => &[("cells", &["cover_overlap"])],
        Defect::G6 => &[("cells", &["cover_gap"])],
        Defect::G7 => &[("cells", &["cell_cut_by_region"])],
        Defect::G8 => &[("cells", &["cell_multi_part"])],
        Defect::G9 => &[("cells", &["cell_area_differs"])],
        Defect::G10 => &[("cells", &["cell_area_unusual"])],
        Defect::G11 => &[("cells", &["cell_sequence"])],
        Defect::G12 => &[("cells", &["interval_reversed"])],
        Defect::C1 => &[("components", &["code_form"])],
        Defect::C2 => &[("components", &["code_county"])],
        Defect::C3 => &[("components", &["class_of_code_differs"])],
        Defect::C4 => &[("components", &["class_unknown"])],
        Defect::C5 => &[("components", &["code_duplicate"])],
        Defect::C6 => &[("components", &["near_duplicate"])],
        Defect::C7 => &[("components", &["class_shape_unusual"])],
        Defect::C8 => &[("components", &["component_outside_cover"])],
        Defect::C9 => &[("components", &["delivered_cell_differs"])],
        Defect::C10 => &[("components", &["competent_missing"]), ("components", &["unit_incomplete"])],
        Defect::C11 => &[("components", &["credit_code"])],
        Defect::C12 => &[
            ("components", &["date_form"]),
            ("components", &["date_future"]),
            ("components", &["date_order"]),
        ],
        Defect::C13 => &[("components", &["state_unknown"])],
        Defect::C14 => &[
            ("components", &["coordinate_swapped"]),
            ("components", &["coordinate_zero"]),
            ("components", &["crs_zone_prefix"]),
        ],
        Defect::C15 => &[("components", &["text_cut"]), ("components", &["text_garbled"])],
        Defect::C16 => &[("components", &["code_form", "code_scientific"])],
        Defect::C17 => &[("components", &["geometry_missing"])],
        Defect::C18 => &[("components", &["components_stacked"])],
        Defect::L1 => &[("components", &["line_without_length"]), ("components", &["line_overlaps_itself"])],
        Defect::A1 => &[("places", &["address_duplicate"])],
        Defect::R3 => {
            &[("duty_zones", &["cell_without_duty_zone"]), ("duty_zones", &["cell_in_two_duty_zones"])]
        }
        Defect::R4 => &[("duty_zones", &["duty_zone_apart"])],
    }
}

/// Which form an instance takes.
pub(crate) fn form(defect: Defect, instance: usize) -> usize {
    instance % forms(defect).len()
}

/// More of a defect were ordered than the city has room for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{wanted} of defect {defect} do not fit into a city of this size, {found} do; order fewer, or a larger city"
)]
pub struct NoRoom {
    /// The defect.
    pub defect: Defect,
    /// How many were ordered.
    pub wanted: usize,
    /// How many fit.
    pub found: usize,
}

/// Things in an order of chance; each is taken by one defect at most.
#[derive(Debug)]
pub(crate) struct Victims {
    order: Vec<usize>,
    pub(crate) used: Vec<bool>,
}

impl Victims {
    /// All of `count` things.
    pub(crate) fn new(seed: u64, kind: u64, count: usize) -> Self {
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_cached_key(|i| Chance::of(seed, &[8, kind, *i as u64]).bits());
        Victims { order, used: vec![false; count] }
    }

    /// Takes as many as a defect asks for: those that `suits` gives something for, which also says what else they use up.
    pub(crate) fn take<T>(
        &mut self,
        Planted { defect, count }: Planted,
        suits: impl Fn(usize) -> Option<(T, Vec<usize>)>,
    ) -> Result<Vec<(usize, T)>, NoRoom> {
        let mut taken = Vec::with_capacity(count);
        for &i in &self.order {
            if taken.len() == count {
                break;
            }
            if self.used[i] {
                continue;
            }
            if let Some((what, others)) = suits(i)
                && others.iter().all(|j| !self.used[*j])
            {
                self.used[i] = true;
                for j in others {
                    self.used[j] = true;
                }
                taken.push((i, what));
            }
        }
        if taken.len() < count {
            return Err(NoRoom { defect, wanted: count, found: taken.len() });
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defects_are_ordered_by_name_and_number_and_forms_take_turns() {
        let planted: Planted = "C12=7".parse().unwrap();
        let expected = expected(planted);
        let counts: Vec<(&str, usize)> = expected.iter().map(|line| (line.code, line.count)).collect();
        assert_eq!(counts, [("date_form", 3), ("date_future", 2), ("date_order", 2)]);
        for wrong in ["C12", "C99=1", "C1=x", "c1=1"] {
            assert!(wrong.parse::<Planted>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn nobody_is_taken_twice() {
        let mut victims = Victims::new(1, 1, 10);
        let g1 = Planted { defect: Defect::G1, count: 4 };
        let taken = victims.take(g1, |i| Some(((), vec![(i + 1) % 10]))).unwrap();
        assert_eq!(taken.len(), 4);
        assert_eq!(victims.used.iter().filter(|used| **used).count(), 8);
        assert!(victims.take(g1, |_| Some(((), vec![]))).is_err());
    }
}
