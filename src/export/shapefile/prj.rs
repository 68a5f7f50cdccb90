//! The text of a `.prj`, as `ArcGIS` writes it: CGCS2000 longitude and latitude, and its Gauss-Krüger planes.

use crate::geom::crs::Crs;

const GEOGRAPHIC: &str = concat!(
    "GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\",",
    "SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"
);

/// The text of a system's `.prj`; `None` for systems that shapefiles are not written in.
pub(super) fn text(crs: Crs) -> Option<String> {
    match crs {
        Crs::Cgcs2000 => Some(GEOGRAPHIC.to_owned()),
        Crs::Epsg(code) => plane(code),
        _ => None,
    }
}

/// A Gauss-Krüger plane of CGCS2000: EPSG 4491 to 4554, 6° zones and then 3° zones, each with and without zone number.
fn plane(code: u32) -> Option<String> {
    let (name, meridian, zone) = match code {
        4491..=4501 => {
            let zone = code - 4491 + 13;
            (format!("CGCS2000_GK_Zone_{zone}"), zone * 6 - 3, Some(zone))
        }
        4502..=4512 => {
            let meridian = (code - 4502 + 13) * 6 - 3;
            (format!("CGCS2000_GK_CM_{meridian}E"), meridian, None)
        }
        4513..=4533 => {
            let zone = code - 4513 + 25;
            (format!("CGCS2000_3_Degree_GK_Zone_{zone}"), zone * 3, Some(zone))
        }
        4534..=4554 => {
            let meridian = (code - 4534 + 25) * 3;
            (format!("CGCS2000_3_Degree_GK_CM_{meridian}E"), meridian, None)
        }
        _ => return None,
    };
    let easting = zone.map_or(0, |zone| zone * 1_000_000) + 500_000;
    Some(format!(
        "PROJCS[\"{name}\",{GEOGRAPHIC},PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",{easting}.0],\
         PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",{meridian}.0],\
         PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]"
    ))
}
