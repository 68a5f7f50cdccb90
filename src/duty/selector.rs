//! What a row of a table asks of a report: kind, class, place; and the rows found for a report without a scan.
//!
//! A row stands under each pair of a class key and a place key that it names. A report has at most five class keys (its
//! class, its major class, all classes of its kind and edition; class and major class of the other kind where both share
//! numbers) and a handful of place keys, so a look-up is at most some thirty probes whatever the size of the table.

use super::places::PlaceKey;
use crate::model::class::{Edition, Kind, MAJOR_CHARS};
use crate::model::text::Text;
use crate::model::thing::Thing;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Class specificity: nothing said, the kind, the major class, the class.
const CLASS_RANKS: [u64; 4] = [0, 1, 2, 3];

/// A class key, as a number that a table gives to what its rows name.
type ClassKey = u32;

/// The first keys stand for all classes of a kind and edition.
const ALL_KEYS: u32 = 6;

fn all_key(kind: Kind, edition: Edition) -> ClassKey {
    let edition = Edition::ALL.iter().position(|known| *known == edition).unwrap_or_default() as u32;
    edition * 2 + u32::from(kind == Kind::Event)
}

/// The kinds that a row is for, and whether it names one.
pub(super) fn kinds_of(thing: &Thing) -> (&'static [Kind], bool) {
    match thing.value("kind") {
        Some("component") => (&[Kind::Component], true),
        Some("event") => (&[Kind::Event], true),
        _ => (&[Kind::Component, Kind::Event], false),
    }
}

/// The editions that a row is for: the one it names; else the city's when it names classes, which mean nothing without
/// an edition; else all.
pub(super) fn editions_of(thing: &Thing, of_city: Edition) -> Vec<Edition> {
    let named = thing.value("edition").and_then(|edition| edition.parse().ok());
    match named {
        Some(edition) => vec![edition],
        None if thing.value("classes").is_some() => vec![of_city],
        None => Edition::ALL.to_vec(),
    }
}

/// A row found for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// How specific it is for this report; compare rows by it, larger wins.
    pub rank: Rank,
    /// Its number in its table.
    pub row: u32,
    /// What a rule is asked for: most rows are passed over without being read.
    pub speaks: Speaks,
    /// Whether it is for components and events alike.
    for_both: bool,
}

/// What a duty rule is asked for; a row of another table says nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speaks {
    /// It speaks in the step of overrides, not in that of duties.
    pub overrides: bool,
    /// It states a competent department.
    pub competent: bool,
}

/// Specificity, compared left to right (DECISIONS "Responsibility"): condition, class, whether it is written for the
/// report's own kind, place, mode, source, priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u64);

/// What a row names beside class and place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that a row may name or not")]
pub struct Named {
    /// A filing condition.
    pub condition: bool,
    /// Something between class and place: the area grade of a limit.
    pub grade: bool,
    /// A mode.
    pub mode: bool,
    /// A source of reports.
    pub source: bool,
    /// Its priority; between −1,000,000 and 1,000,000.
    pub priority: i32,
}

impl Rank {
    pub(super) fn of(named: Named, class: u64, place: u64) -> Self {
        let priority = (i64::from(named.priority) + (1 << 20)).clamp(0, (1 << 22) - 1) as u64;
        let bit = u64::from;
        Rank(
            bit(named.condition) << 41
                | class << 39
                | OWN_KIND
                | bit(named.grade) << 37
                | place << 34
                | bit(named.mode) << 33
                | bit(named.source) << 32
                | priority,
        )
    }

    /// Class specificity: 3 the class, 2 its major class, 1 its kind, 0 any.
    pub fn class(self) -> u64 {
        self.0 >> 39 & 3
    }

    /// Whether the row is written for the report's own kind, and not for the other one that shares its number.
    pub fn is_of_own_kind(self) -> bool {
        self.0 & OWN_KIND != 0
    }

    /// The specificity of the same row for a report of the other kind.
    fn for_other_kind(self) -> Self {
        Rank(self.0 & !OWN_KIND)
    }

    /// Place specificity: 5 overlay, 4 cell, 3 community, 2 street, 1 district, 0 city.
    pub fn place(self) -> u64 {
        self.0 >> 34 & 7
    }
}

/// The bit of a rank that says that a row is written for the report's own kind.
const OWN_KIND: u64 = 1 << 38;

/// The class of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassOf<'a> {
    /// Component or event.
    pub kind: Kind,
    /// The edition of the code.
    pub edition: Edition,
    /// The code.
    pub class: &'a str,
}

impl<'a> ClassOf<'a> {
    /// The beginning of the code that names the major class.
    pub fn major(self) -> &'a str {
        let end = self.class.char_indices().nth(MAJOR_CHARS).map_or(self.class.len(), |(end, _)| end);
        &self.class[..end]
    }

    /// Whether a list of codes and major classes names this class.
    pub fn is_in(self, patterns: &[Text]) -> bool {
        patterns.iter().any(|pattern| **pattern == *self.class || **pattern == *self.major())
    }
}

/// Rows by what they name.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// By kind and edition what the rows name of it.
    class_keys: [HashMap<Text, ClassKey, BuildHasherDefault<Mix>>; ALL_KEYS as usize],
    named: u32,
    /// Whether a row names a class beside its major class, so that it may be found twice.
    is_repeating: bool,
    /// The places that rows name: most of a report's are named by none.
    places: HashSet<PlaceKey, BuildHasherDefault<Mix>>,
    found: HashMap<u64, (u32, u32), BuildHasherDefault<Mix>>,
    rows: Vec<Candidate>,
    /// Rows on their way in, by key.
    waiting: Vec<(u64, Candidate)>,
}

/// A row on its way into a [`Lookup`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) thing: &'a Thing,
    pub(super) number: u32,
    pub(super) named: Named,
    pub(super) speaks: Speaks,
    pub(super) edition: Edition,
}

impl Lookup {
    /// Adds a row under all classes it names and some places with their specificity; without a place it stands nowhere.
    pub(super) fn add(&mut self, row: Row<'_>, keys: &[(PlaceKey, u64)]) {
        let (kinds, names_kind) = kinds_of(row.thing);
        for edition in editions_of(row.thing, row.edition) {
            for kind in kinds {
                for (class, rank) in self.class_keys_of(row.thing, (*kind, edition), names_kind) {
                    for (place, place_rank) in keys {
                        self.places.insert(*place);
                        let rank = Rank::of(row.named, rank, *place_rank);
                        let (row, speaks, for_both) = (row.number, row.speaks, kinds.len() > 1);
                        let candidate = Candidate { rank, row, speaks, for_both };
                        self.waiting.push((key(class, *place), candidate));
                    }
                }
            }
        }
    }

    fn class_keys_of(
        &mut self,
        thing: &Thing,
        (kind, edition): (Kind, Edition),
        names_kind: bool,
    ) -> Vec<(ClassKey, u64)> {
        let mut keys = Vec::new();
        for pattern in thing.list("classes") {
            let next = ALL_KEYS + self.named;
            let key = *self.class_keys[all_key(kind, edition) as usize].entry(pattern.into()).or_insert(next);
            self.named += u32::from(key == next);
            let is_major = pattern.chars().count() == MAJOR_CHARS;
            keys.push((key, if is_major { CLASS_RANKS[2] } else { CLASS_RANKS[3] }));
        }
        self.is_repeating |= keys.iter().any(|(_, rank)| *rank == CLASS_RANKS[2]) && keys.len() > 1;
        if keys.is_empty() {
            keys.push((all_key(kind, edition), CLASS_RANKS[usize::from(names_kind)]));
        }
        keys
    }

    /// Puts the rows in their places, the most specific first, then in the order of the table.
    pub(super) fn close(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable_by(|(key, a), (other, b)| {
            (key, std::cmp::Reverse(a.rank), a.row).cmp(&(other, std::cmp::Reverse(b.rank), b.row))
        });
        self.rows = Vec::with_capacity(waiting.len());
        let mut start = 0;
        while let Some((key, _)) = waiting.get(start) {
            let end = start + waiting[start..].partition_point(|(other, _)| other == key);
            self.found.insert(*key, (start as u32, end as u32));
            start = end;
        }
        self.rows.extend(waiting.into_iter().map(|(_, row)| row));
    }

    /// The rows that name a report's class and one of its places, the most specific first; what else they ask is the
    /// caller's to look at.
    pub fn candidates(&self, asked: ClassOf<'_>, places: &[PlaceKey], found: &mut Vec<Candidate>) {
        found.clear();
        if self.rows.is_empty() {
            return;
        }
        let ClassOf { kind, edition, .. } = asked;
        let patterns = [asked.major(), asked.class];
        let of_kind = |kind| {
            let named = &self.class_keys[all_key(kind, edition) as usize];
            patterns.map(|pattern| named.get(pattern).copied())
        };
        let [major, class] = of_kind(kind);
        let own = [Some(all_key(kind, edition)), major, class];
        let of_other_kind = if edition.shares_numbers() { of_kind(kind.other()) } else { [None; 2] };
        for place in places.iter().filter(|place| self.places.contains(place)) {
            for class in own.into_iter().flatten() {
                found.extend_from_slice(self.standing_at(class, *place));
            }
            // A component and its matter 异常 are one subject: rows that name the class for the other kind.
            for class in of_other_kind.into_iter().flatten() {
                let rows = self.standing_at(class, *place).iter().filter(|candidate| !candidate.for_both);
                found.extend(rows.map(|own| Candidate { rank: own.rank.for_other_kind(), ..*own }));
            }
        }
        found.sort_unstable_by(|a, b| b.rank.cmp(&a.rank).then(a.row.cmp(&b.row)));
        if self.is_repeating {
            let mut seen = HashSet::new();
            found.retain(|candidate| seen.insert(candidate.row));
        }
    }
}

impl Lookup {
    fn standing_at(&self, class: ClassKey, place: PlaceKey) -> &[Candidate] {
        let found = self.found.get(&key(class, place));
        found.map_or(&[], |(start, end)| &self.rows[*start as usize..*end as usize])
    }
}

/// For the checks of a table.
impl Lookup {
    /// The rows that stand under each pair of keys, the most specific first.
    pub fn buckets(&self) -> impl Iterator<Item = &[Candidate]> {
        self.found.values().map(|(start, end)| &self.rows[*start as usize..*end as usize])
    }

    /// The rows that stand anywhere.
    pub fn standing(&self) -> HashSet<u32> {
        self.rows.iter().map(|candidate| candidate.row).collect()
    }
}

fn key(class: ClassKey, place: PlaceKey) -> u64 {
    u64::from(class) << 32 | u64::from(place.0)
}

/// A hash of one number or a short code; the keys are ours, so nobody can choose them to collide.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_compare_from_left_to_right() {
        let named = Named::default();
        let order = [
            Rank::of(Named { priority: 999_999, ..named }, 0, 0),
            Rank::of(Named { source: true, priority: -5, ..named }, 0, 0),
            Rank::of(Named { mode: true, ..named }, 0, 0),
            Rank::of(named, 0, 1),
            Rank::of(Named { priority: 7, ..named }, 0, 5),
            Rank::of(named, 1, 0),
            Rank::of(named, 2, 5),
            Rank::of(named, 3, 0),
            Rank::of(Named { condition: true, priority: -1_000_000, ..named }, 0, 0),
        ];
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((order[6].class(), order[6].place()), (2, 5));
    }
}
