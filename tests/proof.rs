//! The geometry held to other people's answers: JTS, GEOS, brute force, and the numbers of real data.

#[path = "proof/exactly_one.rs"]
mod exactly_one;
#[path = "proof/gauss_krueger.rs"]
mod gauss_krueger;
#[path = "proof/jts.rs"]
mod jts;
#[path = "proof/jts_xml.rs"]
mod jts_xml;
#[path = "proof/layers.rs"]
mod layers;
#[path = "proof/oracle.rs"]
mod oracle;
#[path = "proof/outer_border.rs"]
mod outer_border;
#[path = "proof/small_city.rs"]
mod small_city;
#[path = "proof/soak.rs"]
mod soak;
#[path = "proof/twin.rs"]
mod twin;
