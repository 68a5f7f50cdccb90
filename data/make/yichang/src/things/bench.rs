//! Where rows of components are put together, flawed ones too.

use super::class::Class;
use super::flaw::{Flaw, Flaws};
use super::place::{Drawn, Placed, Setter};
use super::row::{Calendar, Facts, NOTES, SOURCES, STATES, at};
use super::unit::{Responsible, Units};
use crate::chance::Chance;
use crate::city::{City, Region};
use crate::defect::Defect;
use crate::order::{Edition, Order, Zone};
use crate::write::layer::Layer;
use crate::write::shp::Shape;
use crate::write::text::Pen;
use std::io;

/// How far from its double a thing stands, in metres: so near that nothing else is as near.
const DOUBLE_M: f64 = 0.25;

/// Serial numbers of things that stand where others do begin after this.
const SHIFTED_SERIAL: usize = 600_000;

/// What rows of components are put together from, encoded once.
#[derive(Debug)]
pub(crate) struct Bench<'a> {
    order: &'a Order,
    city: &'a City,
    units: &'a Units,
    flaws: Flaws,
    calendar: Calendar,
    /// Code and name of each department.
    unit_texts: Vec<[Vec<u8>; 2]>,
    states: Vec<Vec<u8>>,
    sources: Vec<Vec<u8>>,
    notes: Vec<Vec<u8>>,
    /// Street code, street name, community code, community name, by community.
    places: Vec<[Vec<u8>; 4]>,
    /// The district of each community.
    districts: Vec<usize>,
    /// Places of one class that others will be stacked on.
    lent: Vec<([f64; 2], u32)>,
    /// Things in the river so far.
    afloat: usize,
    /// The first sound points of each class.
    pub(crate) samples: Vec<Sample>,
}

/// A component as a case names it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) trade: String,
    pub(crate) code: String,
    pub(crate) cell: u32,
    pub(crate) at: [f64; 2],
    pub(crate) responsible: Responsible,
}

/// How many sound components of a class are kept as samples.
const SAMPLES: usize = 2;

/// A class being written.
struct Batch<'a> {
    number: usize,
    class: &'a Class,
    /// The last serial number given out, by district.
    serials: Vec<usize>,
    /// The code of the last sound row, by district.
    codes: Vec<Option<String>>,
    /// Where the last sound thing stands.
    last: Option<([f64; 2], u32)>,
    /// Flaws that wait for a row that can take them.
    waiting: Vec<Flaw>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(order: &'a Order, city: &'a City, units: &'a Units, flaws: Flaws) -> Self {
        let pen = Pen(order.charset);
        let texts = |list: &[&str], width| list.iter().map(|text| pen.fitted(text, width)).collect();
        let place = |(i, community): (usize, &Region)| {
            let street = &city.streets[city.street_of(i)];
            [&street.code, &street.name, &community.code, &community.name].map(|text| pen.fitted(text, 50))
        };
        let unit_texts =
            units.departments.iter().map(|d| [pen.bytes(&d.credit_code), pen.fitted(d.name, 100)]);
        Bench {
            order,
            city,
            unit_texts: unit_texts.collect(),
            units,
            flaws,
            calendar: Calendar::of(order),
            states: texts(&STATES, 10),
            sources: texts(&SOURCES, 30),
            notes: texts(&NOTES, 254),
            places: city.communities.iter().enumerate().map(place).collect(),
            districts: (0..city.communities.len()).map(|i| city.district_of(i)).collect(),
            lent: Vec::new(),
            afloat: 0,
            samples: Vec::new(),
        }
    }

    /// Writes all things of a class; serial numbers begin after `serial`.
    pub(crate) fn write(
        &mut self,
        setter: Setter<'_>,
        (number, class): (usize, &Class),
        serial: usize,
        layer: &mut Layer,
    ) -> io::Result<()> {
        let name = layer.pen.fitted(&class.name, 30);
        let districts = self.city.districts.len();
        let mut batch = Batch {
            number,
            class,
            serials: vec![serial; districts],
            codes: vec![None; districts],
            last: None,
            waiting: Vec::new(),
        };
        setter.run(|k, placed| {
            layer.set(at::NAME, &name);
            self.row(&mut batch, (k, placed), layer)
        })?;
        match batch.waiting.first() {
            Some((defect, _)) => {
                Err(io::Error::other(format!("no row of class {} could take defect {defect}", class.code)))
            }
            None => Ok(()),
        }
    }

    fn row(
        &mut self,
        batch: &mut Batch<'_>,
        (k, mut placed): (usize, Placed),
        layer: &mut Layer,
    ) -> io::Result<()> {
        let mut flaw = self.flaws.of(batch.number, k);
        if flaw.is_none() {
            flaw = batch.waiting.pop();
        }
        let due = self.district(placed.cell);
        batch.serials[due] += 1;
        let mut serial = batch.serials[due];
        if let Some((defect @ (Defect::C6 | Defect::C18), _)) = flaw {
            if let Some(moved) = self.shifted(batch, defect) {
                placed = moved;
                // It may stand in another district now; the numbers of all others stay as they were.
                serial = SHIFTED_SERIAL + k;
            } else {
                batch.waiting.extend(flaw.take());
            }
        }
        let district = self.district(placed.cell);
        if flaw.is_some_and(|(defect, _)| defect == Defect::C5) && batch.codes[district].is_none() {
            batch.waiting.extend(flaw.take());
        }
        let mut chance = Chance::of(self.order.seed, &[7, batch.number as u64, k as u64]);
        let code = &self.city.districts[district].code;
        let responsible = self.units.responsible(&batch.class.placing.trade, code, &mut chance);
        let facts = Facts::of(batch.class, (code, serial), responsible, &self.calendar, &mut chance);
        self.fill(layer, &facts, placed.cell);
        if let Some(flaw) = flaw {
            return self.spoil(batch, flaw, (&facts, &placed), layer);
        }
        if let Drawn::Point(place) = placed.drawn {
            if k < SAMPLES {
                self.samples.push(sample(batch.class, &facts, (place, placed.cell)));
            }
            self.lend(batch, place, placed.cell);
            batch.codes[district] = Some(facts.code);
            batch.last = Some((place, placed.cell));
        }
        draw(layer, &placed.drawn)
    }

    fn district(&self, cell: u32) -> usize {
        self.districts[self.city.cells[cell as usize].community]
    }

    /// Where a thing is put that stands too near another, or on it.
    fn shifted(&mut self, batch: &Batch<'_>, defect: Defect) -> Option<Placed> {
        let (place, cell) = if defect == Defect::C6 {
            let ([x, y], cell) = batch.last?;
            ([x, y + DOUBLE_M], cell)
        } else {
            self.lent.pop()?
        };
        Some(Placed { cell, drawn: Drawn::Point(place) })
    }

    fn lend(&mut self, batch: &Batch<'_>, place: [f64; 2], cell: u32) {
        if self.flaws.below.is_some_and(|(class, count)| class == batch.number && self.lent.len() < count) {
            self.lent.push((place, cell));
        }
    }

    fn fill(&self, layer: &mut Layer, facts: &Facts, cell: u32) {
        let cell = &self.city.cells[cell as usize];
        layer.set(at::CODE, facts.code.as_bytes());
        let nobody = [Vec::new(), Vec::new()];
        let Responsible { competent, owner, maintainer } = facts.responsible;
        let units = [(at::COMPETENT, Some(competent)), (at::OWNER, owner), (at::MAINTAINER, maintainer)];
        for (field, unit) in units {
            let [code, name] = unit.map_or(&nobody, |unit| &self.unit_texts[unit]);
            layer.set(field, code);
            layer.set(field + 1, name);
        }
        layer.set(at::CELL, cell.code.as_bytes());
        layer.set(at::STATE, &self.states[facts.state]);
        layer.set(at::SURVEYED, self.calendar.text(facts.surveyed));
        layer.set(at::CHANGED, facts.changed.map_or(&[][..], |day| self.calendar.text(day)));
        layer.set(at::SOURCE, &self.sources[facts.source]);
        layer.set(at::NOTE, &self.notes[facts.note]);
        if self.order.edition == Edition::Gbt47678 {
            let [street, street_name, community, community_name] = &self.places[cell.community];
            layer.set(at::STREET, street);
            layer.set(at::STREET + 1, street_name);
            layer.set(at::COMMUNITY, community);
            layer.set(at::COMMUNITY + 1, community_name);
        }
    }

    /// Makes a defect of a sound row, and writes it.
    fn spoil(
        &mut self,
        batch: &mut Batch<'_>,
        (defect, form): Flaw,
        (facts, placed): (&Facts, &Placed),
        layer: &mut Layer,
    ) -> io::Result<()> {
        let Drawn::Point(place) = placed.drawn else { return spoil_line(layer, form, &placed.drawn) };
        match (defect, form) {
            (Defect::C8, _) => {
                // The cell is left out: no cell can hold it, so none is named.
                layer.set(at::CELL, b"");
                let bank = &self.city.river[0];
                let across = bank[bank.len() - 1 - (3 + self.afloat % 12)];
                let near = bank[3 + self.afloat % 12];
                let share = 0.12 + 0.001 * (self.afloat / 12 % 100) as f64;
                self.afloat += 1;
                let at = [0, 1].map(|i| crate::ground::millimetres(near[i] + (across[i] - near[i]) * share));
                return layer.end_row(&Shape::Point(at));
            }
            (Defect::C14, 0) => return layer.end_raw([place[1], self.easting() + place[0]]),
            (Defect::C14, 1) => return layer.end_raw([0.0, 0.0]),
            (Defect::C14, _) => return layer.end_raw([37e6 - self.easting() + place[0], place[1]]),
            (Defect::C17, _) => return layer.end_row(&Shape::Null),
            _ => self.spoil_text(batch, (defect, form), (facts, placed), layer),
        }
        layer.end_row(&Shape::Point(place))
    }

    fn easting(&self) -> f64 {
        if self.order.zone == Zone::Prefixed { 37e6 } else { 0.0 }
    }

    fn spoil_text(
        &self,
        batch: &Batch<'_>,
        (defect, form): Flaw,
        (facts, placed): (&Facts, &Placed),
        layer: &mut Layer,
    ) {
        let code = &facts.code;
        let district = self.district(placed.cell);
        let (head, class, serial) = (&code[..6], &code[6..code.len() - 6], &code[code.len() - 6..]);
        match (defect, form) {
            (Defect::C1, _) => layer.text(at::CODE, &format!("{head}{class}X{}", &serial[1..])),
            (Defect::C2, _) => {
                let other = &self.city.districts[(district + 1) % self.city.districts.len()].code;
                // 9 before the serial number: nobody there has it.
                layer.text(at::CODE, &format!("{other}{class}9{}", &serial[1..]));
            }
            (Defect::C3, _) => {
                let other = if class.ends_with('2') { "1" } else { "2" };
                layer.text(at::CODE, &format!("{head}{}{other}8{}", &class[..class.len() - 1], &serial[1..]));
            }
            (Defect::C5, _) => layer.text(at::CODE, batch.codes[district].as_deref().unwrap_or(code)),
            (Defect::C9, _) => layer.text(at::CELL, self.other_cell(placed.cell)),
            (Defect::C10, 0) => {
                layer.set(at::COMPETENT, b"");
                layer.set(at::COMPETENT + 1, b"");
            }
            (Defect::C10, _) => layer.set(at::COMPETENT, b""),
            (Defect::C11, _) => {
                let right = &self.unit_texts[facts.responsible.competent][0];
                let wrong = if right.last() == Some(&b'1') { b'2' } else { b'1' };
                layer.set(at::COMPETENT, &[&right[..17], &[wrong]].concat());
            }
            (Defect::C12, 0) => layer.text(at::SURVEYED, "20251340"),
            (Defect::C12, 1) => layer.text(at::CHANGED, "20991231"),
            (Defect::C12, _) => layer.text(at::CHANGED, "19991231"),
            (Defect::C13, _) => layer.text(at::STATE, "还行"),
            (Defect::C15, 0) => {
                // An odd beginning, so that the field ends within a character.
                let long = layer.pen.bytes(&format!("A{}", "示意数据，".repeat(60)));
                let cut = self.cut_within(&long);
                layer.set(at::NOTE, &long[..cut]);
            }
            (Defect::C15, _) => layer.text(at::NOTE, "示意数据：锟斤拷锟斤拷"),
            (Defect::C16, _) => layer.text(at::CODE, &format!("4.{class}{serial}E+16")),
            _ => {}
        }
    }

    /// The last place in the note's width that lies within a character.
    fn cut_within(&self, bytes: &[u8]) -> usize {
        // After the one-byte beginning characters have a fixed width.
        let width = if self.order.charset.label() == "UTF-8" { 3 } else { 2 };
        let room = 254.min(bytes.len());
        if (room - 1).is_multiple_of(width) { room - 1 } else { room }
    }

    /// Another cell of the same community where there is one.
    fn other_cell(&self, cell: u32) -> &str {
        let i = cell as usize;
        let same = |j: &usize| self.city.cells[*j].community == self.city.cells[i].community;
        let beside = [i.checked_sub(1), Some((i + 1) % self.city.cells.len())].into_iter().flatten();
        let mut beside = beside.filter(|j| *j != i);
        let first = beside.clone().next().unwrap_or(i);
        &self.city.cells[beside.find(same).unwrap_or(first)].code
    }
}

fn sample(class: &Class, facts: &Facts, (at, cell): ([f64; 2], u32)) -> Sample {
    Sample {
        class: class.code.clone(),
        name: class.name.clone(),
        trade: class.placing.trade.clone(),
        code: facts.code.clone(),
        cell,
        at,
        responsible: facts.responsible,
    }
}

fn draw(layer: &mut Layer, drawn: &Drawn) -> io::Result<()> {
    match drawn {
        Drawn::Point(place) => layer.end_row(&Shape::Point(*place)),
        Drawn::Line(line) => layer.end_row(&Shape::Line(line)),
        Drawn::Area(ring) => layer.end_row(&Shape::Rings(std::slice::from_ref(ring))),
    }
}

/// A line without length, or one that runs back over itself; others as they are.
fn spoil_line(layer: &mut Layer, form: usize, drawn: &Drawn) -> io::Result<()> {
    let Drawn::Line(line) = drawn else { return draw(layer, drawn) };
    let (first, last) = (line[0], line[line.len() - 1]);
    let spoilt = if form == 0 { vec![first, first] } else { vec![first, last, first] };
    layer.end_row(&Shape::Line(&spoilt))
}
