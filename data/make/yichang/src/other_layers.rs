//! The other layers: people, zones, areas, places, base layers.

use crate::delivery::{MakeError, Writer};
use crate::mapping::{self, Source};
use crate::tables::sheet::Sheet;
use crate::tables::{areas, base, duty, people, places};
use crate::things::frontage::Frontage;
use crate::write::shp::Kind;
use crate::write::text::Pen;

impl Writer<'_> {
    /// All of them, each with its mapping.
    pub(crate) fn other_layers(&mut self, frontage: &Frontage<'_>) -> Result<(), MakeError> {
        self.tables()?;
        self.areas()?;
        self.places(frontage)?;
        self.base(frontage)
    }

    fn tables(&self) -> Result<(), MakeError> {
        let (city, seed) = (self.city, self.order.seed);
        let neighbours = duty::neighbours(city);
        let mut zones = duty::zones(city, &neighbours);
        self.sheet("departments", &people::departments(&self.units, seed), &mapping::DEPARTMENTS)?;
        self.sheet("inspectors", &people::inspectors(city, &self.units, &zones, seed), &mapping::INSPECTORS)?;
        duty::plant(&mut zones, &neighbours, seed, &self.order.defects)?;
        self.sheet("duty_zones", &duty::sheet(city, &zones), &mapping::DUTY_ZONES)
    }

    fn sheet(&self, name: &str, sheet: &Sheet, fields: &[(&str, Source)]) -> Result<(), MakeError> {
        self.text(&format!("tables/{name}.csv"), &sheet.bytes(Pen(self.order.charset)))?;
        self.mapping(name, &mapping::table(self.order, name, fields))
    }

    fn areas(&mut self) -> Result<(), MakeError> {
        let (city, order) = (self.city, self.order);
        let map = |layer, fields: &[(&str, Source)]| mapping::drawn(order, layer, fields);
        self.layer("areas/overlays", Kind::Polygon, &areas::OVERLAY_FIELDS, |layer| {
            areas::overlays(city, layer)
        })?;
        self.mapping("overlays", &map("overlays", &mapping::OVERLAYS))?;
        self.layer("areas/area_grades", Kind::Polygon, &areas::GRADE_FIELDS, |layer| {
            areas::grades(city, layer)
        })?;
        self.mapping("area_grades", &map("area_grades", &mapping::AREA_GRADES))?;
        let name = "areas/control_areas";
        self.layer(name, Kind::Polygon, &areas::CONTROL_FIELDS, |layer| areas::controls(city, order, layer))?;
        self.mapping(name, &map("control_areas", &mapping::CONTROL_AREAS))?;
        let name = "areas/permits";
        self.layer(name, Kind::Polygon, &areas::PERMIT_FIELDS, |layer| areas::permits(city, order, layer))?;
        self.mapping(name, &map("permits", &mapping::PERMITS))
    }

    fn places(&mut self, frontage: &Frontage<'_>) -> Result<(), MakeError> {
        let (city, order) = (self.city, self.order);
        let mut doors = places::doors(city, frontage);
        places::plant(&mut doors, order.seed, &order.defects)?;
        let fields = &places::FIELDS;
        self.layer("places/place_regions", Kind::Polygon, fields, |layer| places::regions(city, layer))?;
        self.layer("places/place_roads", Kind::Line, fields, |layer| places::roads(city, layer))?;
        self.layer("places/doors", Kind::Point, fields, |layer| places::write_doors(city, &doors, layer))?;
        self.layer("places/points", Kind::Point, fields, |layer| {
            places::points(city, order, frontage, layer)
        })?;
        for name in ["place_regions", "place_roads", "doors", "points"] {
            self.mapping(name, &mapping::drawn(order, "places", &mapping::PLACES))?;
        }
        Ok(())
    }

    fn base(&mut self, frontage: &Frontage<'_>) -> Result<(), MakeError> {
        let (city, order) = (self.city, self.order);
        self.layer("base/roads", Kind::Line, &base::ROAD_FIELDS, |layer| base::roads(city, layer))?;
        self.mapping("roads", &mapping::drawn(order, "roads", &mapping::ROADS))?;
        let fields = &base::BUILDING_FIELDS;
        self.layer("base/buildings", Kind::Polygon, fields, |layer| {
            base::buildings(city, order, frontage, layer)
        })?;
        self.mapping("buildings", &mapping::drawn(order, "buildings", &mapping::BUILDINGS))
    }
}
