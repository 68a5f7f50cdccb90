//! Regions, by level and code.

use super::contents::{Layer, Traffic};
use super::fault::{Fault, Step};
use super::gpkg::{self, Bounds};
use super::history::{History, VALID_AT};
use super::seal::REGION;
use super::versions::number;
use crate::model::code::RegionCode;
use crate::model::region::{InvalidLevel, Level, Region};
use crate::model::version::Version;
use rusqlite::{Connection, Row, params};
use std::collections::HashSet;

/// The columns of a region, in the order in which they are read.
pub(super) const COLUMNS: &str = "level, code, name, parent, geom";

/// The regions valid at `version`, in level and code order.
pub(super) fn load(conn: &Connection, version: Version) -> Step<Vec<Region>> {
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM region WHERE {VALID_AT}"))?;
    let mut rows = select.query([number(version)])?;
    let mut regions = Vec::new();
    while let Some(row) = rows.next()? {
        regions.push(read(row)?);
    }
    regions.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
    Ok(regions)
}

/// Reads every entry of every version, one by one.
pub(super) fn each_entry(conn: &Connection, mut tell: impl FnMut(Step<()>) -> Step<()>) -> Step<()> {
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM region"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        tell(read(row).map(drop))?;
    }
    Ok(())
}

/// The name of the layer in tallies.
const LAYER: &str = "regions";

/// Writes the regions that are new or differ from their valid entry, and ends those that are gone.
///
/// One that is gone already stays gone; one that never was is refused.
pub(super) fn write(
    conn: &Connection,
    version: Version,
    (regions, gone): (&[Region], &[(Level, RegionCode)]),
    traffic: &mut Traffic,
) -> Step<()> {
    let mut history = History::open(conn, REGION, "level = ?1 AND code = ?2", version)?;
    let mut find = conn.prepare_cached(&format!(
        "SELECT entry, id, {COLUMNS} FROM region WHERE level = ?1 AND code = ?2 AND to_version IS NULL"
    ))?;
    let mut seen = HashSet::new();
    let mut once = |level: Level, code: &RegionCode| -> Step<()> {
        let is_new = seen.insert((level, code.clone()));
        is_new.then_some(()).ok_or_else(|| Fault::inconsistent(format!("{level} {code} is given twice")))
    };
    for (level, code) in gone {
        once(*level, code)?;
        let key = [level.as_str(), code.as_str()];
        let mut stored = find.query(key)?;
        if let Some(row) = stored.next()? {
            traffic.went(Layer::Regions, bounds(row)?);
            history.end(LAYER, row.get(0)?)?;
        } else if history.former(key)?.is_none() {
            return Err(Fault::inconsistent(format!("{level} {code} cannot end: the city never had it")));
        }
    }
    for region in regions {
        once(region.level, &region.code)?;
        let key = [region.level.as_str(), region.code.as_str()];
        let mut stored = find.query(key)?;
        let id = match stored.next()? {
            Some(row) if read(row)? == *region => continue,
            Some(row) => {
                traffic.went(Layer::Regions, bounds(row)?);
                history.change(LAYER, row.get(0)?)?;
                row.get(1)?
            }
            None => history.id_of(key)?,
        };
        let (bounds, blob) = encode(region)?;
        traffic.came(Layer::Regions, bounds);
        let parent = region.parent.as_ref().map(RegionCode::as_str);
        history.begin(LAYER, params![id, number(version), key[0], key[1], region.name, parent, blob])?;
    }
    history.close()
}

/// The level of this name.
pub(super) fn level(name: &str) -> Step<Level> {
    name.parse().map_err(|error: InvalidLevel| Fault::Damaged(error.to_string()))
}

/// Reads entry, id and [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> Step<Region> {
    let region = || -> Step<Region> {
        let parent = row.get_ref(5)?.as_str_or_null()?;
        let border = row.get_ref(6)?.as_blob_or_null()?;
        Ok(Region {
            level: level(row.get_ref(2)?.as_str()?)?,
            code: RegionCode::new(row.get_ref(3)?.as_str()?)?,
            name: row.get(4)?,
            parent: parent.map(RegionCode::new).transpose()?,
            border: border.map(gpkg::decode_polygons).transpose()?.unwrap_or_default(),
        })
    };
    region().map_err(|fault| fault.in_row("region", row.get(0).unwrap_or_default()))
}

fn bounds(row: &Row<'_>) -> Step<Bounds> {
    Ok(row.get_ref(6)?.as_blob_or_null()?.map(gpkg::bounds).transpose()?.unwrap_or(Bounds::EMPTY))
}

/// The border as bytes; a region without one has none.
fn encode(region: &Region) -> Step<(Bounds, Option<Vec<u8>>)> {
    if region.border.is_empty() {
        return Ok((Bounds::EMPTY, None));
    }
    let encoded = gpkg::encode_polygons(&region.border)
        .map_err(|error| Fault::inconsistent(format!("{} {}: {error}", region.level, region.code)))?;
    Ok((encoded.bounds, Some(encoded.blob)))
}
