//! The names of a city: what is called how, and where it is.

use super::Level;
use super::street::{Door, Street};
use super::text::Plain;
use crate::city::City;
use crate::geom::lattice::Position;
use crate::geom::metres::distance_m;
use crate::model::component::Place;
use crate::model::region::{self, Region};
use crate::model::thing::{Thing, ThingKind};
use std::collections::HashMap;

/// Names beyond this many are left out, and counted.
pub(super) const NAMES_MAX: usize = 1_000_000;

/// Longer names are left out: nobody writes them.
const NAME_MAX_CHARS: usize = 40;

/// What a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Target {
    /// A street, by its place in [`Gazetteer::streets`].
    Street(u32),
    /// Anything else, by its place in [`Gazetteer::entries`].
    Entry(u32),
}

/// A named place that is no street and no door of a street.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) level: Level,
    pub(super) name: String,
    pub(super) code: String,
    pub(super) at: Position,
    pub(super) radius_m: f64,
}

/// Everything that has a name.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    pub(super) entries: Vec<Entry>,
    pub(super) streets: Vec<Street>,
    /// Plain names, each once, with what they stand for.
    pub(super) names: Vec<(String, Vec<Target>)>,
    /// How many names were left out for want of room.
    pub(super) left_out: usize,
    by_name: HashMap<String, usize>,
    street_of: HashMap<String, u32>,
}

impl Gazetteer {
    /// The names of a city's regions, places and roads. Cost: a few microseconds a name.
    pub(super) fn of(city: &City) -> Self {
        let mut all = Gazetteer::default();
        for region in city.regions.iter() {
            all.region(region);
        }
        let is_street = |thing: &&Thing| {
            thing.kind == ThingKind::Road
                || (thing.kind == ThingKind::PlaceName && thing.value("kind") == Some("street"))
        };
        for thing in city.things.iter().filter(is_street) {
            all.street(thing);
        }
        let others =
            |thing: &&Thing| thing.kind == ThingKind::PlaceName && thing.value("kind") != Some("street");
        for thing in city.things.iter().filter(others) {
            all.place(thing);
        }
        for street in &mut all.streets {
            street.doors.sort();
            street.doors.dedup();
        }
        all
    }

    fn region(&mut self, region: &Region) {
        let level = match region.level {
            region::Level::District => Level::District,
            region::Level::Street => Level::StreetOffice,
            region::Level::Community => Level::Community,
        };
        let shells = region.border.iter().filter_map(|polygon| polygon.first());
        let Some((at, radius_m)) = middle(shells) else { return };
        let (name, code) = (region.name.clone(), region.code.as_str().to_owned());
        let entry = self.entry(Entry { level, name, code, at, radius_m });
        self.call(&region.name, entry);
        for ending in
            ["社区居民委员会", "居民委员会", "居委会", "村民委员会", "村委会", "街道办事处", "办事处"]
        {
            if let Some(stem) = region.name.strip_suffix(ending) {
                let ending = if ending.starts_with("社区") { "社区" } else { "" };
                self.call(&format!("{stem}{ending}"), entry);
                break;
            }
        }
    }

    fn street(&mut self, thing: &Thing) {
        let (Some(name), Some(place)) = (thing.value("name"), &thing.place) else { return };
        let key = Plain::of(name).text();
        if key.is_empty() {
            return;
        }
        let id = *self.street_of.entry(key).or_insert_with(|| {
            self.streets.push(Street { name: name.to_owned(), ..Street::default() });
            (self.streets.len() - 1) as u32
        });
        match place {
            Place::Line(lines) => self.streets[id as usize].lines.extend(lines.iter().cloned()),
            Place::Point(_) | Place::Polygon(_) => {}
        }
        self.call(name, Target::Street(id));
        self.aliases(thing, Target::Street(id));
    }

    fn place(&mut self, thing: &Thing) {
        let (Some(name), Some(place)) = (thing.value("name"), &thing.place) else { return };
        if thing.value("kind") == Some("door") && self.door(thing, place.first()) {
            return;
        }
        let level = match thing.value("kind") {
            Some("door") => Level::Door,
            Some("poi") => Level::Poi,
            Some("block") => Level::Block,
            Some("area") => Level::Area,
            _ => Level::Community,
        };
        let Some((at, radius_m)) = middle_of(place) else { return };
        let radius_m = radius_m.max(if level == Level::Door { 10.0 } else { 25.0 });
        let (name_kept, code) = (name.to_owned(), thing.code.as_str().to_owned());
        let entry = self.entry(Entry { level, name: name_kept, code, at, radius_m });
        self.call(name, entry);
        self.aliases(thing, entry);
    }

    /// Keeps a door with its street; whether its name or address is one of a street that is known.
    fn door(&mut self, thing: &Thing, at: Position) -> bool {
        let said = thing.value("address").into_iter().chain(thing.value("name"));
        for text in said {
            let plain = Plain::of(text);
            let Some(number) = Number::last_in(&plain.chars) else { continue };
            let before: String = plain.chars[..number.from].iter().collect();
            let Some(street) = self.street_ending(&before) else { continue };
            let door =
                Door { number: number.value, part: number.part, code: thing.code.as_str().to_owned(), at };
            self.streets[street as usize].doors.push(door);
            return true;
        }
        false
    }

    /// The street whose name ends a text, the longest first: 西陵区解放路 ends with 解放路.
    fn street_ending(&self, text: &str) -> Option<u32> {
        let starts = text.char_indices().map(|(at, _)| at);
        starts.filter_map(|at| self.street_of.get(&text[at..])).copied().next()
    }

    fn aliases(&mut self, thing: &Thing, target: Target) {
        for alias in
            thing.value("alias").into_iter().flat_map(|all| all.split([';', '；', '、', ',', '，', '|']))
        {
            self.call(alias, target);
        }
    }

    fn entry(&mut self, entry: Entry) -> Target {
        self.entries.push(entry);
        Target::Entry((self.entries.len() - 1) as u32)
    }

    /// Lets a name stand for a target.
    fn call(&mut self, name: &str, target: Target) {
        let plain = Plain::of(name);
        if plain.chars.len() < 2 || plain.chars.len() > NAME_MAX_CHARS {
            return;
        }
        let key = plain.text();
        if let Some(number) = self.by_name.get(&key) {
            let targets = &mut self.names[*number].1;
            if !targets.contains(&target) {
                targets.push(target);
            }
        } else if self.names.len() < NAMES_MAX {
            self.by_name.insert(key.clone(), self.names.len());
            self.names.push((key, vec![target]));
        } else {
            self.left_out += 1;
        }
    }

    /// Gives up what only building needs.
    pub(super) fn settled(mut self) -> Self {
        self.by_name = HashMap::new();
        self.street_of = HashMap::new();
        self
    }
}

/// A house number in a plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Where it begins, in characters.
    pub(super) from: usize,
    /// Where it ends.
    pub(super) until: usize,
    pub(super) value: u32,
    pub(super) part: String,
}

impl Number {
    /// The number that begins at a character: `12号`, `12-3号`, `12号附3`; `None` without 号, unless it ends the text.
    pub(super) fn at(chars: &[char], from: usize) -> Option<Self> {
        let digits = |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
        let count = digits(from);
        if count == 0 || count > 5 {
            return None;
        }
        let value = chars[from..from + count].iter().collect::<String>().parse().ok()?;
        let (mut until, mut part) = (from + count, String::new());
        if chars.get(until) == Some(&'-') {
            let more = digits(until + 1);
            part = chars[until + 1..until + 1 + more].iter().collect();
            until += 1 + more;
        }
        match chars.get(until) {
            Some('号') => until += 1,
            None => {}
            Some(_) => return None,
        }
        if chars.get(until) == Some(&'附') {
            let more = digits(until + 1);
            part = chars[until + 1..until + 1 + more].iter().collect();
            until += 1 + more;
        }
        Some(Number { from, until, value, part })
    }

    /// The last number of a text that ends with one, a building or a room after it left aside.
    fn last_in(chars: &[char]) -> Option<Self> {
        let begins = |i: &usize| chars[*i].is_ascii_digit() && (*i == 0 || !is_number(chars[i - 1]));
        let starts: Vec<usize> = (0..chars.len()).filter(begins).collect();
        starts.into_iter().find_map(|from| Number::at(chars, from))
    }
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || c == '-'
}

/// The middle of a shape, and how far it reaches from there.
fn middle_of(place: &Place) -> Option<(Position, f64)> {
    match place {
        Place::Point(at) => Some((*at, 0.0)),
        Place::Line(lines) => middle(lines.iter()),
        Place::Polygon(polygons) => middle(polygons.iter().filter_map(|polygon| polygon.first())),
    }
}

/// The centre of mass of the largest ring, or of a line's ends, and half the diagonal of its box.
fn middle<'a>(rings: impl Iterator<Item = &'a Vec<Position>>) -> Option<(Position, f64)> {
    let of_size = |ring: &&Vec<Position>| twice_area(ring).unsigned_abs();
    let ring = rings.filter(|ring| !ring.is_empty()).max_by_key(of_size)?;
    let (west, east) = (ring.iter().map(|p| p.x).min()?, ring.iter().map(|p| p.x).max()?);
    let (south, north) = (ring.iter().map(|p| p.y).min()?, ring.iter().map(|p| p.y).max()?);
    let corner = |x, y| Position { x, y }.to_degrees();
    let radius_m = distance_m(corner(west, south), corner(east, north)) / 2.0;
    Some((
        centroid(ring).unwrap_or(Position { x: i64::midpoint(west, east), y: i64::midpoint(south, north) }),
        radius_m,
    ))
}

fn twice_area(ring: &[Position]) -> i128 {
    let Some(first) = ring.first() else { return 0 };
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    let part = |(a, b): (&Position, &Position)| {
        i128::from(a.x - first.x) * i128::from(b.y - first.y)
            - i128::from(b.x - first.x) * i128::from(a.y - first.y)
    };
    pairs.map(part).sum()
}

fn centroid(ring: &[Position]) -> Option<Position> {
    let first = ring.first()?;
    let (mut x, mut y) = (0.0, 0.0);
    let area = twice_area(ring) as f64;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let (ax, ay) = ((a.x - first.x) as f64, (a.y - first.y) as f64);
        let (bx, by) = ((b.x - first.x) as f64, (b.y - first.y) as f64);
        let part = ax * by - bx * ay;
        x += (ax + bx) * part;
        y += (ay + by) * part;
    }
    let of = |sum: f64| (sum / (3.0 * area)).round() as i64;
    (area != 0.0).then(|| Position { x: first.x + of(x), y: first.y + of(y) })
}
