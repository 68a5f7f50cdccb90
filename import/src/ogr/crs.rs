//! The coordinate system a file names: reported, never applied.

use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Layer, LayerAccess};
use serde_json::Value as Json;
use wanmi_rows::DeclaredCrs;

use crate::refused::Refused;
use crate::source::{Format, Source};

/// What a GeoPackage writes for "none".
const UNDEFINED: &str = "Undefined";

/// The declared system of a layer.
///
/// # Errors
/// [`Refused::CrsNotNamed`] when a GeoJSON's `crs` is no name, for example a link.
pub(crate) fn declared(layer: &Layer<'_>, source: &Source) -> Result<Option<DeclaredCrs>, Refused> {
    let Format::GeoJson(outline) = &source.format else {
        return Ok(layer.spatial_ref().map(|found| describe(&found)).filter(|crs| !is_undefined(crs)));
    };
    // GDAL reports WGS 84 for every GeoJSON; only the member itself tells.
    let Some(member) = &outline.crs else { return Ok(None) };
    let name =
        member_name(member).map_err(|found| Refused::CrsNotNamed { file: source.file.clone(), found })?;
    // GDAL falls back to WGS 84 for a name it does not know, so the code is read from the name.
    let epsg = epsg_of(&name);
    let known = epsg.and_then(|code| SpatialRef::from_epsg(code).ok());
    let wkt = known.and_then(|known| known.to_wkt().ok()).unwrap_or_default();
    Ok(Some(DeclaredCrs { epsg, name, wkt }))
}

/// Refuses a GeoJSON whose `crs` GDAL would follow to another place; call it before the file is opened.
///
/// # Errors
/// [`Refused::CrsNotNamed`].
pub(crate) fn check_member(source: &Source) -> Result<(), Refused> {
    let Format::GeoJson(outline) = &source.format else { return Ok(()) };
    let Some(member) = &outline.crs else { return Ok(()) };
    member_name(member).map(drop).map_err(|found| Refused::CrsNotNamed { file: source.file.clone(), found })
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
