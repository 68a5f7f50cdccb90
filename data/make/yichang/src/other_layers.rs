//! The other layers: people, zones, duties, areas, places, base layers.

use crate::delivery::{MakeError, Writer};
use crate::mapping::{self, Source};
use crate::order::Edition;
use crate::tables::areas::Spots;
use crate::tables::sheet::Sheet;
use crate::tables::shifts::Staff;
use crate::tables::{areas, base, cases, desk, duty, limits, people, places, rules, shifts};
use crate::things::class::Class;
use crate::things::frontage::Frontage;
use crate::write::shp::Kind;
use crate::write::text::Pen;

impl Writer<'_> {
    /// All of them, each with its mapping.
    pub(crate) fn other_layers(
        &mut self,
        classes: &[Class],
        frontage: &Frontage<'_>,
    ) -> Result<(), MakeError> {
        self.tables(classes)?;
        self.areas()?;
        self.places(frontage)?;
        self.base(frontage)
    }

    fn tables(&self, classes: &[Class]) -> Result<(), MakeError> {
        let (city, units, seed) = (self.city, &self.units, self.order.seed);
        let neighbours = duty::neighbours(city);
        let mut zones = duty::zones(city, &neighbours);
        let staff = Staff::of(city, &zones);
        self.sheet("departments", &people::departments(units, seed), &mapping::DEPARTMENTS)?;
        self.sheet("inspectors", &people::inspectors(city, units, &staff, seed), &mapping::INSPECTORS)?;
        duty::plant(&mut zones, &neighbours, seed, &self.order.defects)?;
        self.sheet("duty_zones", &duty::sheet(city, &zones), &mapping::DUTY_ZONES)?;
        self.sheet("modes", &desk::modes(), &mapping::MODES)?;
        self.sheet("mode_switches", &desk::switches(), &mapping::MODE_SWITCHES)?;
        self.sheet("calendar", &desk::calendar(), &mapping::CALENDAR)?;
        self.book("rosters", &shifts::rosters(&staff), &mapping::ROSTERS)?;
        // The tables of classes are those of 2026; no city has them for the old editions too.
        if self.order.edition == Edition::Gbt47678 {
            self.book("duty_rules", &rules::rules(city, units, classes), &mapping::DUTY_RULES)?;
            self.sheet("limits", &limits::limits(), &mapping::LIMITS)?;
            self.sheet("commands", &desk::commands(city, units), &mapping::COMMANDS)?;
            let spots = Spots::of(city, seed);
            self.sheet("cases", &cases::cases(city, units, &spots, &self.samples), &mapping::CASES)?;
        }
        Ok(())
    }

    /// A table as CSV.
    fn sheet(&self, name: &str, sheet: &Sheet, fields: &[(&str, Source)]) -> Result<(), MakeError> {
        self.text(&format!("tables/{name}.csv"), &sheet.csv(Pen(self.order.charset)))?;
        self.mapping(name, &mapping::table(self.order, name, fields))
    }

    /// A table as a workbook.
    fn book(&self, name: &str, sheet: &Sheet, fields: &[(&str, Source)]) -> Result<(), MakeError> {
        self.text(&format!("tables/{name}.xlsx"), &sheet.xlsx(name))?;
        self.mapping(name, &mapping::book(name, fields))
    }

    fn areas(&mut self) -> Result<(), MakeError> {
        let (city, order) = (self.city, self.order);
        let map = |layer, fields: &[(&str, Source)]| mapping::drawn(order, layer, fields);
        let spots = Spots::of(city, order.seed);
        self.layer("areas/overlays", Kind::Polygon, &areas::OVERLAY_FIELDS, |layer| {
            areas::overlays(city, &spots, layer)
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
