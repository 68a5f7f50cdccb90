//! The geometry held to other people's answers: JTS, GEOS, brute force, and the numbers of real data.
//!
//! `WANMI_LONG=1 cargo test --release --test proof soak -- --nocapture` asks a hundred million points instead of a hundred
//! thousand. `WANMI_SHARED` names the folder of optional test data when it is not `../shared` beside the repository.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what helpers of tests may do as tests may; the configured exemption sees functions marked as tests only"
)]

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
