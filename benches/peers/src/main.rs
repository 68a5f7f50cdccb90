//! wanmi beside PostGIS: the same questions to both in one run, answers compared before anything is timed.
//!
//! `make peers` starts a throwaway server and runs this; `--test` asks little and times once.
#![allow(clippy::print_stdout, reason = "a bench prints")]
#![allow(unreachable_pub, reason = "in a program, pub says what a module offers the others")]

mod agree;
#[path = "../../duties/mod.rs"]
mod duties;
mod locate;
mod near;
mod postgis;
#[path = "../../race/mod.rs"]
mod race;
mod route;
mod wkt;

fn main() -> anyhow::Result<()> {
    let mut server = postgis::Postgis::connect()?;
    server.run("CREATE EXTENSION postgis; CREATE EXTENSION btree_gist")?;
    println!("beside PostGIS {}", server.text("SELECT postgis_lib_version() || ', ' || version()")?);
    near::run(&mut server)?;
    locate::run(&mut server)?;
    route::run(&mut server)
}
