//! The layers of regions and cells.

use crate::city::{Cell, Region};
use crate::delivery::{MakeError, Writer};
use crate::flaw::{RowFlaw, RowFlaws};
use crate::mapping;
use crate::things::row::NOTES;
use crate::write::dbf::Field;
use crate::write::layer::Layer;
use crate::write::shp::Kind;

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

/// Numbers of the fields of cells.
mod at {
    pub(super) const CODE: usize = 0;
    pub(super) const AREA: usize = 5;
    pub(super) const ENDS: usize = 7;
}

impl Writer<'_> {
    /// Districts, streets and communities, a layer each.
    pub(crate) fn regions(&mut self) -> Result<(), MakeError> {
        let above = |region: &Region| match region.code.len() {
            6 => "4205".to_owned(),
            n => region.code[..n - 3].to_owned(),
        };
        let levels = [
            ("district", &self.city.districts),
            ("street", &self.city.streets),
            ("community", &self.city.communities),
        ];
        for (level, regions) in levels {
            let name = format!("regions/{level}");
            self.layer(&name, Kind::Polygon, &REGION_FIELDS, |layer| {
                for region in regions {
                    layer.text(0, &region.code);
                    layer.text(1, &region.name);
                    layer.text(2, &above(region));
                    layer.text(3, NOTES[0]);
                    layer.end_polygons(&region.polygons)?;
                }
                Ok(regions.len())
            })?;
            self.mapping(&name, &mapping::regions(self.order, level))?;
        }
        Ok(())
    }

    /// The cells.
    pub(crate) fn cells(&mut self, flaws: &RowFlaws) -> Result<(), MakeError> {
        let (city, order) = (self.city, self.order);
        self.layer("cells/cells", Kind::Polygon, &CELL_FIELDS, |layer| {
            for (i, cell) in city.cells.iter().enumerate() {
                let community = &city.communities[cell.community].code;
                let texts = [&cell.code, &cell.name, community, &community[..9], &community[..6]];
                for (field, text) in texts.into_iter().enumerate() {
                    layer.text(field, text);
                }
                layer.text(at::AREA, &format!("{:14.2}", size(&cell.polygons)));
                layer.text(6, &order.surveyed_from.to_string());
                layer.text(at::ENDS, "");
                layer.text(8, NOTES[0]);
                if let Some(flaw) = flaws.get(&i) {
                    spoil(layer, *flaw, cell, &city.cells);
                }
                layer.end_polygons(&cell.polygons)?;
            }
            Ok(city.cells.len())
        })?;
        self.mapping("cells", &mapping::cells(self.order))
    }
}

fn spoil(layer: &mut Layer, flaw: RowFlaw, cell: &Cell, cells: &[Cell]) {
    match flaw {
        RowFlaw::CodeShort => layer.text(at::CODE, &cell.code[..14]),
        // No province has a prefecture 95.
        RowFlaw::PrefixUnknown => layer.text(at::CODE, &format!("4295{}", &cell.code[4..])),
        RowFlaw::CodeOf(other) => layer.text(at::CODE, &cells[other].code),
        RowFlaw::AreaWrong => layer.text(at::AREA, &format!("{:14.2}", size(&cell.polygons) * 4.0 / 3.0)),
        RowFlaw::EndsEarly => layer.text(at::ENDS, "20010101"),
    }
}

/// The area of polygons, in m² of the plane.
pub(crate) fn size(polygons: &[Vec<Vec<[f64; 2]>>]) -> f64 {
    polygons.iter().flatten().map(|ring| crate::mesh::area(ring)).sum()
}
