//! A client for bulk calls: sends lines and reads answers at once, then tells how many came back and how fast.
//!
//! `bulk PORT LINES LNG LAT`: places strewn within 0.05 degrees around a place, to locate.
//! `bulk PORT LINES LNG LAT route`: reports there, eight of ten about components, with an error of 8 m; first a thousand
//! of them are compared with what they are answered one by one.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use wanmi_service_bench::bulk::Bulk;
use wanmi_service_bench::reports::strewn;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, lines, lng, lat, more @ ..] = &arguments[..] else {
        anyhow::bail!("bulk PORT LINES LNG LAT [route]")
    };
    let (port, lines): (u16, u64) = (port.parse()?, lines.parse()?);
    let middle = [lng.parse()?, lat.parse()?];
    let (piece, path, mark) = match more {
        [] => (places(middle), "/v1/locate", b"\"nearest\""),
        [what] if what == "route" => (strewn(port, middle, 1_000)?, "/v1/route", b"{\"report\""),
        _ => anyhow::bail!("{more:?} is nothing to ask in bulk"),
    };
    let bulk = Bulk { port, path, piece: &piece, mark };
    if path == "/v1/route" {
        bulk.prove()?;
    }
    println!("{path}: {}", bulk.run(lines / 1_000)?);
    Ok(())
}

fn places([lng, lat]: [f64; 2]) -> String {
    let mut seed = 1_u64;
    let mut near = |middle: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        middle + (seed >> 40) as f64 / 2e8 - 0.042
    };
    let line =
        |i| format!("{{\"id\":{i},\"lng\":{:.8},\"lat\":{:.8},\"crs\":\"WGS84\"}}\n", near(lng), near(lat));
    (0..1_000).map(line).collect()
}
