//! The classes of an edition, how many of each, and where such things stand.

use crate::carve::share_out;
use crate::order::Edition;
use std::collections::BTreeMap;

const CLASSES_2026: &str = include_str!("../../../../classes/components-gbt47678.5-2026.csv");
const CLASSES_2013: &str = include_str!("../../../../classes/components-gbt30428.2-2013.csv");
const CLASSES_2007: &str = include_str!("../../../../classes/components-cjt214-2007.csv");
const PLACING: &str = include_str!("../../../../yichang/placing.csv");

/// A class with what is made of it.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    /// The code in the order's edition.
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) form: Form,
    pub(crate) placing: Placing,
    /// How many are made.
    pub(crate) count: usize,
}

/// The kind of shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Point,
    Line,
    Area,
}

/// Where things of a class stand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placing {
    weight: f64,
    pub(crate) spot: Spot,
    /// Streets of this rank or wider.
    pub(crate) ranks: u8,
    /// Metres behind the kerb, from and to.
    pub(crate) behind_kerb: [f64; 2],
    /// The size along and across the street, in metres.
    pub(crate) size: [f64; 2],
    pub(crate) trade: String,
}

/// A kind of spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// In the carriageway.
    Lane,
    /// On its edge.
    Kerb,
    /// Across the carriageway, from the middle to the kerb.
    Across,
    /// On the pavement or at the building front.
    Pavement,
    /// On the pavement near a crossing.
    Corner,
    /// On the pavement of the road along the water.
    Bank,
    /// Inside the block.
    Yard,
}

impl Spot {
    fn of(word: &str) -> Option<Spot> {
        Some(match word {
            "lane" => Spot::Lane,
            "kerb" => Spot::Kerb,
            "across" => Spot::Across,
            "pavement" => Spot::Pavement,
            "corner" => Spot::Corner,
            "bank" => Spot::Bank,
            "yard" => Spot::Yard,
            _ => return None,
        })
    }
}

/// The classes of an edition, ordered by code, with so many components in all; every class has at least one.
pub(crate) fn classes(edition: Edition, components: usize) -> Vec<Class> {
    let placings: BTreeMap<&str, Placing> =
        PLACING.lines().skip(1).filter_map(|line| Some((line.split(',').next()?, placing(line)?))).collect();
    let mut classes: Vec<Class> = Vec::new();
    let mut seats: BTreeMap<String, usize> = BTreeMap::new();
    let names = names(edition);
    for line in CLASSES_2026.lines().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let [code, _, name, _, form, _, c2013, c2007] = columns[..] else { continue };
        let Some(placing) = placings.get(code) else { continue };
        let own = match edition {
            Edition::Gbt47678 => code,
            Edition::Gbt30428 => c2013.trim_end_matches('?'),
            Edition::Cjt214 => c2007,
        };
        if own.is_empty() {
            continue;
        }
        // An older class may have become several: it is as frequent as all of them.
        if let Some(seat) = seats.get(own) {
            classes[*seat].placing.weight += placing.weight;
            continue;
        }
        seats.insert(own.to_owned(), classes.len());
        let name = names.get(own).copied().unwrap_or(name).to_owned();
        let form = match form {
            "L" => Form::Line,
            "A" => Form::Area,
            _ => Form::Point,
        };
        classes.push(Class { code: own.to_owned(), name, form, placing: placing.clone(), count: 0 });
    }
    classes.sort_by(|a, b| a.code.cmp(&b.code));
    let weights: Vec<f64> = classes.iter().map(|class| class.placing.weight).collect();
    for (class, count) in classes.iter_mut().zip(share_out(components, &weights)) {
        class.count = count;
    }
    classes
}

/// Layers that exist for a defect, with their names: of a class that the edition does not have (C4), and points of one that
/// is drawn as areas (C7).
pub(crate) fn strange(edition: Edition, unknown: usize, points: usize) -> Vec<(String, Class)> {
    let (no_class, area) = match edition {
        Edition::Gbt47678 => ("01016", "02001"),
        Edition::Gbt30428 | Edition::Cjt214 => ("0198", "0201"),
    };
    let by_street = Placing {
        weight: 0.0,
        spot: Spot::Pavement,
        ranks: 3,
        behind_kerb: [2.2, 2.8],
        size: [0.0, 0.0],
        trade: "city".to_owned(),
    };
    let class = |code: &str, name: &str, count: usize| Class {
        code: code.to_owned(),
        name: name.to_owned(),
        form: Form::Point,
        placing: by_street.clone(),
        count,
    };
    let both = [
        (format!("BJ{no_class}"), class(no_class, "未列小类", unknown)),
        (format!("BJ{area}_point"), class(area, "停车场", points)),
    ];
    both.into_iter().filter(|(_, class)| class.count > 0).collect()
}

/// The names of an older edition's classes; empty for the newest, whose table is read anyway.
fn names(edition: Edition) -> BTreeMap<&'static str, &'static str> {
    let table = match edition {
        Edition::Gbt47678 => return BTreeMap::new(),
        Edition::Gbt30428 => CLASSES_2013,
        Edition::Cjt214 => CLASSES_2007,
    };
    let row = |line: &'static str| {
        let mut columns = line.split(',');
        let code = columns.next()?;
        columns.nth(1).filter(|name| !name.is_empty()).map(|name| (code, name))
    };
    table.lines().skip(1).filter_map(row).collect()
}

fn placing(line: &str) -> Option<Placing> {
    let columns: Vec<&str> = line.split(',').collect();
    let [_, weight, spot, ranks, near, far, long, wide, trade] = columns[..] else { return None };
    let number = |text: &str| text.parse::<f64>().ok();
    Some(Placing {
        weight: number(weight)?,
        spot: Spot::of(spot)?,
        ranks: ranks.parse().ok()?,
        behind_kerb: [number(near)?, number(far)?],
        size: [number(long)?, number(wide)?],
        trade: trade.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_placed_and_the_whole_is_exact() {
        for (edition, count) in [(Edition::Gbt47678, 153), (Edition::Gbt30428, 119), (Edition::Cjt214, 81)] {
            let classes = classes(edition, 417_000);
            assert_eq!(classes.len(), count, "{edition:?}");
            assert_eq!(classes.iter().map(|class| class.count).sum::<usize>(), 417_000);
            assert!(classes.iter().all(|class| class.count > 0 && !class.name.is_empty()));
            assert!(classes.windows(2).all(|pair| pair[0].code < pair[1].code));
        }
        assert_eq!(PLACING.lines().count(), 154);
        let all = classes(Edition::Gbt47678, 417_000);
        let lamps = all.iter().find(|class| class.code == "01037").unwrap();
        assert!((lamps.count as f64 - 41_500.0).abs() < 100.0, "{}", lamps.count);
    }
}
