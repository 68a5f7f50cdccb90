//! The coordinate system a file names: reported, never applied.

use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Layer, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use serde_json::Value as Json;
use wanmi_rows::DeclaredCrs;

use crate::deliver::Body;
use crate::ogr::mount::Mount;
use crate::ogr::outline::Outline;
use crate::refused::Refused;

/// What a GeoPackage writes for "none".
const UNDEFINED: &str = "Undefined";

/// The declared system of a layer whose format has one.
pub(super) fn declared(layer: &Layer<'_>) -> Option<DeclaredCrs> {
    layer.spatial_ref().map(|found| describe(&found)).filter(|crs| !is_undefined(crs))
}

/// The system that a GeoJSON names.
///
/// GDAL reports WGS 84 for every GeoJSON and for every name it does not know; only the member itself tells.
///
/// # Errors
/// [`Refused::CrsNotNamed`] when its `crs` is no name, for example a link.
pub(super) fn member(outline: &Outline, file: &str) -> Result<Option<DeclaredCrs>, Refused> {
    let Some(member) = &outline.crs else { return Ok(None) };
    let name = member_name(member).map_err(|found| Refused::CrsNotNamed { file: file.into(), found })?;
    let epsg = epsg_of(&name);
    let known = epsg.and_then(|code| SpatialRef::from_epsg(code).ok());
    let wkt = known.and_then(|known| known.to_wkt().ok()).unwrap_or_default();
    Ok(Some(DeclaredCrs { epsg, name, wkt }))
}

/// Longest `.prj` that is looked at.
const PROJECTION_CAP_BYTES: usize = 64 * 1024;

/// The system that a `.prj` names, as GDAL recognises it.
///
/// GDAL knows ESRI's dialect and finds the EPSG code of a definition, but does so for layers only: it gets
/// an empty shapefile with this `.prj`.
pub(super) fn of_projection(body: &Body) -> Option<DeclaredCrs> {
    let text = body.head(PROJECTION_CAP_BYTES).ok()?;
    let mut head = 9994_u32.to_be_bytes().to_vec();
    head.resize(100, 0);
    head.get_mut(24..28)?.copy_from_slice(&50_u32.to_be_bytes());
    head.get_mut(28..32)?.copy_from_slice(&1000_u32.to_le_bytes());
    head.get_mut(32..36)?.copy_from_slice(&1_u32.to_le_bytes());
    let _index = Mount::bytes(head.clone(), "projection.shx").ok()?;
    let _projection = Mount::bytes(text, "projection.prj").ok()?;
    let shapes = Mount::bytes(head, "projection.shp").ok()?;
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
        allowed_drivers: Some(&["ESRI Shapefile"]),
        ..DatasetOptions::default()
    };
    let dataset = Dataset::open_ex(shapes.path(), options).ok()?;
    declared(&dataset.layer(0).ok()?)
}

fn describe(found: &SpatialRef) -> DeclaredCrs {
    let epsg = (found.auth_name().as_deref() == Some("EPSG"))
        .then(|| found.auth_code().ok().and_then(|code| u32::try_from(code).ok()))
        .flatten();
    DeclaredCrs { epsg, name: found.name().unwrap_or_default(), wkt: found.to_wkt().unwrap_or_default() }
}

fn is_undefined(crs: &DeclaredCrs) -> bool {
    crs.epsg.is_none() && crs.name.starts_with(UNDEFINED)
}

/// The name in a `crs` member of 2008's GeoJSON; `Err` with what stands there instead.
fn member_name(member: &[u8]) -> Result<String, String> {
    let json: Json = serde_json::from_slice(member).map_err(|error| format!("broken JSON ({error})"))?;
    let kind = json.get("type").and_then(Json::as_str).unwrap_or_default();
    let properties = json.get("properties");
    match (kind, properties.and_then(|found| found.get("name")).and_then(Json::as_str)) {
        ("name", Some(name)) => Ok(name.to_owned()),
        // GeoServer before 2.0 wrote the bare number.
        ("EPSG", _) => match properties.and_then(|found| found.get("code")).and_then(Json::as_u64) {
            Some(code) => Ok(format!("EPSG:{code}")),
            None => Err("an EPSG code that is no number".into()),
        },
        _ => Err(format!("{kind:?}, which is not a name")),
    }
}

/// The EPSG code in a name: `EPSG:4490`, `urn:ogc:def:crs:EPSG::4490`, `http://…/EPSG/0/4490`, CRS84.
fn epsg_of(name: &str) -> Option<u32> {
    let upper = name.to_ascii_uppercase();
    if upper.ends_with("OGC:1.3:CRS84") || upper.ends_with("OGC::CRS84") || upper.ends_with("/OGC/1.3/CRS84")
    {
        // WGS 84 with the longitude first, which is how GeoJSON stores it anyway.
        return Some(4326);
    }
    let (_, after) = upper.split_once("EPSG")?;
    after.rsplit([':', '/', '#']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_age_give_their_code() {
        for (name, expect) in [
            ("EPSG:4490", Some(4490)),
            ("epsg:4547", Some(4547)),
            ("urn:ogc:def:crs:EPSG::4490", Some(4490)),
            ("urn:ogc:def:crs:EPSG:9.9:4490", Some(4490)),
            ("http://www.opengis.net/def/crs/EPSG/0/4490", Some(4490)),
            ("http://www.opengis.net/gml/srs/epsg.xml#4490", Some(4490)),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Some(4326)),
            ("CGCS2000", None),
            ("EPSG:abc", None),
            ("", None),
        ] {
            assert_eq!(epsg_of(name), expect, "{name}");
        }
    }

    #[test]
    fn a_member_that_is_no_name_is_told() {
        let link = br#"{"type": "link", "properties": {"href": "http://127.0.0.1/", "type": "proj4"}}"#;
        assert_eq!(member_name(link).unwrap_err(), r#""link", which is not a name"#);
        assert_eq!(member_name(br#"{"type": "EPSG", "properties": {"code": 4326}}"#).unwrap(), "EPSG:4326");
        assert!(member_name(b"7").is_err());
        assert!(member_name(br#"{"type": "name"}"#).is_err());
    }
}
