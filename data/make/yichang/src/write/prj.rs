//! .prj: the plane in ESRI's words.

use crate::order::Zone;

/// The text of a .prj for 3° Gauss-Krüger, CGCS2000, central meridian 111°E.
pub(crate) fn prj(zone: Zone) -> String {
    let (name, false_easting) = match zone {
        Zone::Plain => ("CGCS2000_3_Degree_GK_CM_111E", "500000.0"),
        Zone::Prefixed => ("CGCS2000_3_Degree_GK_Zone_37", "37500000.0"),
    };
    format!(
        "PROJCS[\"{name}\",GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",\
         DATUM[\"D_China_2000\",SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],\
         PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Gauss_Kruger\"],\
         PARAMETER[\"False_Easting\",{false_easting}],PARAMETER[\"False_Northing\",0.0],\
         PARAMETER[\"Central_Meridian\",111.0],PARAMETER[\"Scale_Factor\",1.0],\
         PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]"
    )
}
