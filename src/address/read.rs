//! From the names in a text to what it means.

use super::find::{How, Span};
use super::gazetteer::{Entry, Number, Target};
use super::street::{Spot, Street, moved};
use super::text::Plain;
use super::{CANDIDATES_MAX, Candidate, Level, Resolver};
use crate::geom::lattice::Position;
use crate::model::cell::Parents;

/// A place in a region that the text does not name counts this much.
const OTHER_REGION: f64 = 0.5;

/// A landmark that far from the street the text names, in metres, is another one of its name.
const ON_STREET_M: f64 = 300.0;

/// And counts this much.
const OFF_STREET: f64 = 0.7;

/// A place that the text is only near to (对面, 附近) counts this much.
const NEAR: f64 = 0.95;

/// Pairs of streets looked at in one text.
const PAIRS_MAX: usize = 6;

/// The way from a named place: 东北角50米.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Away {
    east_m: f64,
    north_m: f64,
    /// Whether the text says that the place is near rather than here.
    near: bool,
}

/// Everything a text names, by kind.
struct Reading<'a> {
    resolver: &'a Resolver,
    plain: Plain,
    spans: Vec<Span>,
}

pub(super) fn read(resolver: &Resolver, text: &str) -> Vec<Candidate> {
    let plain = Plain::of(text);
    if plain.chars.is_empty() {
        return Vec::new();
    }
    let spans = resolver.finder.find(&plain, &resolver.gazetteer);
    let reading = Reading { resolver, plain, spans };
    let mut found = Vec::new();
    reading.numbers(&mut found);
    reading.crossings(&mut found);
    reading.names(&mut found);
    let mut found = reading.weighed(found);
    found.sort_by(|a, b| {
        let by_score = b.score.total_cmp(&a.score).then(a.level.cmp(&b.level));
        by_score
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.code.cmp(&b.code))
            .then(a.place.cmp(&b.place))
    });
    found.dedup_by(|a, b| a.place == b.place && a.level == b.level);
    found.truncate(CANDIDATES_MAX);
    found
}

impl Reading<'_> {
    fn streets(&self) -> impl Iterator<Item = (&Span, &Street)> + '_ {
        self.spans.iter().flat_map(move |span| {
            let targets = self.resolver.gazetteer.names[span.name].1.iter();
            targets.filter_map(move |target| match target {
                Target::Street(id) => Some((span, &self.resolver.gazetteer.streets[*id as usize])),
                Target::Entry(_) => None,
            })
        })
    }

    fn entries(&self) -> impl Iterator<Item = (&Span, &Entry)> + '_ {
        self.spans.iter().flat_map(move |span| {
            let targets = self.resolver.gazetteer.names[span.name].1.iter();
            targets.filter_map(move |target| match target {
                Target::Entry(id) => Some((span, &self.resolver.gazetteer.entries[*id as usize])),
                Target::Street(_) => None,
            })
        })
    }

    /// A street with a number after it.
    fn numbers(&self, found: &mut Vec<Candidate>) {
        for (span, street) in self.streets() {
            let Some(number) = self.number_after(span.until) else { continue };
            let away = self.away(number.until);
            let doors = street.doors_at(number.value, &number.part);
            for door in doors {
                let spot = Spot { at: door.at, radius_m: 10.0 };
                let name = format!("{}{}号", street.name, number_text(door.number, &door.part));
                found.push(candidate(Level::Door, *span, (name, Some(door.code.clone())), (spot, away)));
            }
            if doors.is_empty()
                && let Some(spot) = street.between(number.value)
            {
                let name = format!("{}{}号", street.name, number_text(number.value, &number.part));
                found.push(candidate(Level::Between, *span, (name, None), (spot, away)));
            }
        }
    }

    /// A number after a street; in pinyin `hao` may stand for 号.
    fn number_after(&self, from: usize) -> Option<Number> {
        let chars = &self.plain.chars;
        if let Some(number) = Number::at(chars, from) {
            return Some(number);
        }
        let digits = chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
        let rest = &chars[from + digits..];
        let is_spelt = rest.starts_with(&['h', 'a', 'o']) || rest.starts_with(&['n', 'o']);
        is_spelt.then(|| Number::at(&chars[..from + digits], from)).flatten()
    }

    /// Two streets that follow each other.
    fn crossings(&self, found: &mut Vec<Candidate>) {
        let streets: Vec<(&Span, &Street)> = self.streets().collect();
        let pairs = (0..streets.len()).flat_map(|i| (i + 1..streets.len()).map(move |j| (i, j)));
        let follows = |(i, j): &(usize, usize)| {
            let between = self.plain.chars.get(streets[*i].0.until..streets[*j].0.from);
            between.is_some_and(is_joint)
        };
        for (i, j) in pairs.filter(follows).take(PAIRS_MAX) {
            let ((first, one), (second, other)) = (streets[i], streets[j]);
            let worse = if score_of(first.how) <= score_of(second.how) { *first } else { *second };
            let away = self.away(second.until);
            for spot in one.crossings(other) {
                let name = format!("{}与{}交叉口", one.name, other.name);
                found.push(candidate(Level::Crossing, worse, (name, None), (spot, away)));
            }
        }
    }

    /// Landmarks, areas, regions; streets as a whole.
    fn names(&self, found: &mut Vec<Candidate>) {
        for (span, entry) in self.entries() {
            let away = self.away(span.until);
            let spot = Spot { at: entry.at, radius_m: entry.radius_m };
            let named = (entry.name.clone(), Some(entry.code.clone()));
            let mut candidate = candidate(entry.level, *span, named, (spot, away));
            if entry.level.is_exact() && self.is_off_street(entry.at) {
                candidate.score *= OFF_STREET;
            }
            found.push(candidate);
        }
        for (span, street) in self.streets() {
            if let Some(spot) = street.middle() {
                let named = (street.name.clone(), None);
                found.push(candidate(Level::Street, *span, named, (spot, Away::default())));
            }
        }
    }

    /// Whether the text names streets, and none of them passes near a place.
    fn is_off_street(&self, at: Position) -> bool {
        let mut named = self.streets().filter(|(_, street)| !street.lines.is_empty()).peekable();
        let nears = |street: &Street| {
            let at = at.to_degrees();
            let near = |pair: &[Position]| {
                let (a, b) = (pair[0].to_degrees(), pair[1].to_degrees());
                crate::geom::metres::segment_distance_m(at, a, b) <= ON_STREET_M
            };
            street.lines.iter().any(|line| line.windows(2).any(near))
        };
        named.peek().is_some() && !named.any(|(_, street)| nears(street))
    }

    /// The way that the text tells after a name: a joint, a direction, metres.
    fn away(&self, from: usize) -> Away {
        let rest = &self.plain.chars[from.min(self.plain.chars.len())..];
        let rest =
            after(rest, &["交叉路口", "交叉口", "十字路口", "交汇处", "交界处", "丁字路口", "路口", "口"]);
        let near = [
            "对面",
            "附近",
            "旁",
            "门口",
            "门前",
            "后面",
            "前面",
            "斜对面",
            "靠近",
            "周边",
            "路边",
            "侧",
            "边",
        ];
        let tells = |word: &&str| rest.iter().take(6).collect::<String>().contains(*word);
        let none = Away { near: near.iter().any(tells), ..Away::default() };
        let rest = after(rest, &["往", "向", "以", "的"]);
        let Some((east, north, count)) = direction(rest) else { return none };
        let rest = after(&rest[count..], &["方向", "侧", "边", "面", "角", "方"]);
        let rest = after(rest, &["大约", "约", "大概", "走"]);
        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        let metres: Option<f64> = rest[..digits.min(4)].iter().collect::<String>().parse().ok();
        let is_metres = rest.get(digits).is_some_and(|c| matches!(c, '米' | 'm'));
        match metres.filter(|metres| is_metres && *metres <= 1_000.0) {
            Some(metres) => Away { east_m: east * metres, north_m: north * metres, near: true },
            None => Away { near: true, ..Away::default() },
        }
    }

    /// Scores weighed by the regions that the text names, in thousandths; regions alone stay when nothing else is there.
    fn weighed(&self, found: Vec<Candidate>) -> Vec<Candidate> {
        let is_region = |level: Level| level >= Level::Community;
        let named: Vec<(Level, &str)> = self
            .entries()
            .filter(|(span, entry)| is_region(entry.level) && span.how == How::Written)
            .map(|(_, entry)| (entry.level, entry.code.as_str()))
            .collect();
        let weigh = |mut candidate: Candidate| {
            if !is_region(candidate.level) && !named.is_empty() && !self.is_in(candidate.place, &named) {
                candidate.score *= OTHER_REGION;
            }
            candidate.score = (candidate.score * 1_000.0).round() / 1_000.0;
            candidate.accuracy_m = candidate.accuracy_m.round();
            candidate
        };
        found.into_iter().map(weigh).collect()
    }

    /// Whether a place lies in one of the named regions, or nobody knows.
    fn is_in(&self, at: Position, named: &[(Level, &str)]) -> bool {
        let Some(grid) = &self.resolver.grid else { return true };
        let point = grid.cover.origin().point_at(at);
        let Some(cell) = point.and_then(|point| grid.cell_at(point)) else { return false };
        let parents = &self.resolver.cells[cell.index()].parents;
        // Of each level that is named one region must hold the place.
        let levels = [Level::Community, Level::StreetOffice, Level::District];
        levels.into_iter().all(|level| {
            let mut of_level = named.iter().filter(|(of, _)| *of == level).peekable();
            of_level.peek().is_none() || of_level.any(|(_, code)| holds(parents, level, code))
        })
    }
}

/// A candidate at a spot, moved by the way that the text tells.
fn candidate(
    level: Level,
    span: Span,
    (name, code): (String, Option<String>),
    (spot, away): (Spot, Away),
) -> Candidate {
    let way_m = away.east_m.hypot(away.north_m);
    let place = if way_m > 0.0 { moved(spot.at, away.east_m, away.north_m) } else { spot.at };
    let near = if away.near && way_m == 0.0 { NEAR } else { 1.0 };
    let accuracy_m = if near < 1.0 { spot.radius_m + 30.0 } else { spot.radius_m + way_m / 2.0 };
    Candidate { level, score: level.score() * score_of(span.how) * near, name, code, place, accuracy_m }
}

fn holds(parents: &Parents, level: Level, code: &str) -> bool {
    let region = match level {
        Level::Community => &parents.community,
        Level::StreetOffice => &parents.street,
        _ => &parents.district,
    };
    region.as_ref().is_some_and(|region| region.as_str() == code)
}

/// What a way of finding a name is worth.
fn score_of(how: How) -> f64 {
    match how {
        How::Written => 1.0,
        How::Sound => 0.9,
        How::Alike(likeness) => 0.85 * likeness,
    }
}

/// Whether what stands between two streets joins them.
fn is_joint(between: &[char]) -> bool {
    let text: String = between.iter().collect();
    let joints = [
        "", "与", "和", "跟", "同", "及", "至", "到", "-", "/", "&", "靠近", "交", "yu", "he", "路口", "转",
        "and",
    ];
    joints.contains(&text.as_str())
}

/// What follows the first of some words that a text begins with; the text itself when it begins with none.
fn after<'a>(text: &'a [char], words: &[&str]) -> &'a [char] {
    let begun = words.iter().find(|word| word.chars().eq(text.iter().copied().take(word.chars().count())));
    &text[begun.map_or(0, |word| word.chars().count())..]
}

/// A direction at the beginning of a text, as a way of one metre east and north, and its length in characters.
fn direction(text: &[char]) -> Option<(f64, f64, usize)> {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let two: String = text.iter().take(2).collect();
    let slanting = match two.as_str() {
        "东北" => Some((half, half)),
        "东南" => Some((half, -half)),
        "西北" => Some((-half, half)),
        "西南" => Some((-half, -half)),
        _ => None,
    };
    if let Some((east, north)) = slanting {
        return Some((east, north, 2));
    }
    match text.first()? {
        '东' => Some((1.0, 0.0, 1)),
        '西' => Some((-1.0, 0.0, 1)),
        '南' => Some((0.0, -1.0, 1)),
        '北' => Some((0.0, 1.0, 1)),
        _ => None,
    }
}

fn number_text(number: u32, part: &str) -> String {
    if part.is_empty() { number.to_string() } else { format!("{number}-{part}") }
}

/// The distance between two candidates, in metres.
#[cfg(test)]
pub(super) fn apart_m(a: &Candidate, b: &Candidate) -> f64 {
    crate::geom::metres::distance_m(a.place.to_degrees(), b.place.to_degrees())
}
