//! Proves what the service answers to two reports, and writes both with their decisions for `wrk` and the empty handler.
//!
//! `reports PORT LNG LAT FOLDER`: `component`, `component.json` (the report) and the same for `event`.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::path::Path;
use wanmi_service_bench::reports::proved;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, lng, lat, folder] = &arguments[..] else { anyhow::bail!("reports PORT LNG LAT FOLDER") };
    let proved = proved(port.parse()?, [lng.parse()?, lat.parse()?])?;
    for (name, (report, decision)) in ["component", "event"].into_iter().zip(proved) {
        std::fs::write(Path::new(folder).join(format!("{name}.json")), report)?;
        std::fs::write(Path::new(folder).join(name), decision)?;
    }
    Ok(())
}
