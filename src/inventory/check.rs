//! What must hold in a city beyond its file: the cover is an exact partition, every class is known.

use super::cells::GAP_WIDTH_M;
use super::classes::catalogue;
use super::refused::Refused;
use crate::city::City;
use crate::cover::build::{self, build, polygons_in_degrees};
use crate::cover::deliver::{DegreePlane, Delivery};
use crate::model::version::Version;
use crate::rules::class_known::class_known;
use crate::rules::code::Code;
use crate::rules::finding::{Breach, Findings};
use crate::store::Store;
use std::sync::Arc;

/// Proves the newest version of a city and tells what does not hold.
///
/// The cover is taken apart into the polygons of its cells and built again: with nothing to join it must come out
/// without a gap, an overlap or a broken ring. Cost: building the city and its cover.
///
/// # Errors
/// When the store cannot be read.
pub fn check(store: &dyn Store) -> Result<(Version, Findings), Refused> {
    let version = store.newest()?;
    let snapshot = store.load(version)?;
    let catalogue = Arc::new(catalogue(&snapshot.city.profile)?);
    let mut findings = Findings::new();
    let city = match City::build(snapshot, catalogue) {
        Ok(city) => city,
        Err(error) => {
            findings.add(None, Breach::new(Code::CityBroken, error.to_string()));
            return Ok((version, findings));
        }
    };
    partition(&city, &mut findings);
    for id in city.inventory.ids() {
        let (edition, class) = city.inventory.class(id);
        if let Err(breach) = class_known(&city.catalogue, edition, class) {
            let detail = format!("component {}: {}", city.inventory.code(id), breach.detail);
            findings.add(None, Breach { detail, ..breach });
        }
    }
    Ok((version, findings))
}

fn partition(city: &City, findings: &mut Findings) {
    let Some(grid) = &city.grid else { return };
    let cells = polygons_in_degrees(&grid.cover);
    let origin = Some(grid.cover.origin().position());
    let delivery =
        Delivery { cells: &cells, plane: &DegreePlane, tolerance_m: 0.0, gap_width_m: GAP_WIDTH_M, origin };
    let faults = match build(&delivery) {
        Ok(_) => return,
        Err(build::Refused::Faults { faults, .. }) => faults,
        Err(other) => {
            findings.add(None, Breach::new(Code::CityBroken, other.to_string()));
            return;
        }
    };
    for fault in faults.iter().filter(|fault| fault.kind.refuses()) {
        let Some(code) = Code::named(fault.kind.code()) else { continue };
        let names: Vec<&str> = fault.cells.iter().map(|cell| city.cell(*cell).code.as_str()).collect();
        let breach = Breach::new(code, format!("cells {}: {:.4} m²", names.join(", "), fault.area_m2));
        findings.add(None, fault.at.map_or(breach.clone(), |at| breach.at(at)));
    }
}
