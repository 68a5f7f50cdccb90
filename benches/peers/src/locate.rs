//! 200,000 and 2,000,000 points in 1,203 cells: both sides on all cores, both with everything in memory.
//!
//! `wanmi locate` reads CSV text and writes CSV text with cell, regions, distance to the border and ties.
//! PostGIS joins and adds up inside the server, in degrees, with the cells indexed. Points that have just come have
//! no index; building one is timed apart. Its best plan takes the cells one by one, each prepared once by GEOS, and finds
//! its points through their index; the planner does not split that work unless it is told that this costs nothing.

use crate::agree::{Tally, cell};
use crate::postgis::Postgis;
use crate::race::{Contender, is_test, race_rounds};
use crate::wkt;
use anyhow::Context;
use rayon::prelude::*;
use std::time::Instant;
use wanmi::city::testing::{CitySize, generated_city};
use wanmi::city::{CellGrid, City};
use wanmi::cli::table;
use wanmi::cover::CellId;
use wanmi::geom::crs::Crs;
use wanmi::geom::lattice::Degrees;
use wanmi::geom::shape::Shape;
use wanmi::index::testing::{Seed, uniform_places};
use wanmi::locate::{Located, cell_at, locate, region};
use wanmi::model::region::Level;

/// 37 × 34 generated cells, some of them left out as holes, are 1,203.
const SIZE: CitySize = CitySize { columns: 37, rows: 34, components: 1_000, classes: 90 };

const SPLIT: &str = "SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0";

/// Compares and times.
///
/// # Errors
/// When an answer differs or the server refuses.
pub fn run(server: &mut Postgis) -> anyhow::Result<()> {
    let city = generated_city(SIZE, Seed(1));
    let grid = city.grid.as_ref().context("a generated city has cells")?;
    load_cells(server, grid)?;
    let sizes = if is_test() { [(2_000, 1), (4_000, 1)] } else { [(200_000, 9), (2_000_000, 3)] };
    for (count, rounds) in sizes {
        let places = uniform_places(&grid.cover, count, Seed(77));
        load_points(server, &places)?;
        let csv = csv(&places);
        compare(server, &city, &places, &csv)?;
        race_rounds(
            &format!("locate/{}/{count} points", grid.cover.cells()),
            count,
            rounds,
            vec![
                Contender::new("wanmi locate, CSV to CSV", || {
                    table::answer(&city, Crs::Cgcs2000, csv.as_bytes(), std::io::sink())
                        .expect("a table that was compared is answered again")
                }),
                Contender::new("wanmi in process", || {
                    places.par_iter().map(|place| whole(&city, *place)).sum()
                }),
                Contender::new("wanmi in process, only the cell", || {
                    places.par_iter().map(|place| number(cell_at(grid, *place))).sum()
                }),
                Contender::new("PostGIS, best plan found", join("indexed_point", SPLIT)?),
                Contender::new("PostGIS, points indexed", join("indexed_point", "")?),
                Contender::new("PostGIS, points just come", join("point", "")?),
            ],
        );
    }
    Ok(())
}

/// The places as `wanmi locate` reads them.
fn csv(places: &[Degrees]) -> String {
    let rows = places.iter().enumerate().map(|(i, place)| format!("{i},{:.8},{:.8}\n", place.lng, place.lat));
    std::iter::once("id,lng,lat\n".to_owned()).chain(rows).collect()
}

/// Cell, regions, distance to the border and ties of a place.
fn whole(city: &City, place: Degrees) -> u64 {
    match locate(city, place) {
        Located::Inside(inside) => {
            let levels = [Level::Community, Level::Street, Level::District].into_iter();
            let regions = levels.filter_map(|level| region(city, inside.cell, level)).count();
            std::hint::black_box((regions, inside.distance_to_border_m, inside.tie.len()));
            number(Some(inside.cell))
        }
        Located::Outside(outside) => {
            std::hint::black_box(outside.distance_m);
            0
        }
        Located::NoCells => 0,
    }
}

fn number(cell: Option<CellId>) -> u64 {
    cell.map_or(0, |cell| u64::from(cell.0))
}

fn load_cells(server: &mut Postgis, grid: &CellGrid) -> anyhow::Result<()> {
    server.run("CREATE TABLE cell (id int, geom geometry)")?;
    let cover = &grid.cover;
    let cells = (0..cover.cells() as u32).map(|id| {
        format!("{id}\t{}", wkt::shape(cover.origin(), &Shape::Polygon(cover.polygons(CellId(id)))))
    });
    server.fill("cell", cells)?;
    server.run("CREATE INDEX ON cell USING gist (geom)")?;
    server.run("VACUUM ANALYZE cell")
}

fn load_points(server: &mut Postgis, places: &[Degrees]) -> anyhow::Result<()> {
    server.run("DROP TABLE IF EXISTS point, indexed_point; CREATE TABLE point (id int, geom geometry)")?;
    server
        .fill("point", places.iter().enumerate().map(|(i, place)| format!("{i}\t{}", wkt::place(*place))))?;
    server.run("CREATE TABLE indexed_point AS TABLE point")?;
    let start = Instant::now();
    server.run("CREATE INDEX ON indexed_point USING gist (geom)")?;
    println!("PostGIS builds an index on {} points in {:.1} s", places.len(), start.elapsed().as_secs_f64());
    server.run("VACUUM ANALYZE point, indexed_point")
}

/// Every row that `wanmi locate` writes against the join; PostGIS names all cells that a border point touches, we name
/// the one.
fn compare(server: &mut Postgis, city: &City, places: &[Degrees], csv: &str) -> anyhow::Result<()> {
    let rows = server.rows(
        "SELECT p.id, c.id FROM indexed_point p JOIN cell c ON ST_Intersects(c.geom, p.geom) ORDER BY p.id, c.id",
    )?;
    let mut theirs: Vec<Vec<u32>> = vec![Vec::new(); places.len()];
    for row in &rows {
        let (point, cell): (i32, i32) = (row.try_get(0)?, row.try_get(1)?);
        theirs[point as usize].push(cell as u32);
    }
    let grid = city.grid.as_ref().context("a generated city has cells")?;
    let mut written = Vec::new();
    table::answer(city, Crs::Cgcs2000, csv.as_bytes(), &mut written)?;
    let written = String::from_utf8(written)?;
    let ours: Vec<Option<u32>> = written.lines().skip(1).map(|line| cell_of(city, line)).collect();
    anyhow::ensure!(ours.len() == places.len(), "{} rows for {} places", ours.len(), places.len());
    let mut tally = Tally::default();
    for ((place, ours), theirs) in places.iter().zip(ours).zip(&theirs) {
        let border_m =
            || grid.borders.nearest(&grid.cover, *place).map_or(f64::INFINITY, |near| near.distance_m);
        tally.count(cell(ours, theirs, border_m), || format!("{place:?}: {ours:?}, {theirs:?}"))?;
    }
    println!("locate: equal answers for {} points, {} within 2 µm of a border", tally.same, tally.ties);
    Ok(())
}

/// The cell that a row of answers names.
fn cell_of(city: &City, line: &str) -> Option<u32> {
    let code = line.split(',').nth(1)?;
    city.cell_id(code).map(|cell| cell.0)
}

/// Joins inside the server under a session's settings; nothing but a sum comes back.
fn join(points: &str, settings: &str) -> anyhow::Result<impl FnMut() -> u64> {
    let mut session = Postgis::connect()?;
    session.run(settings)?;
    let question = format!("SELECT sum(c.id) FROM {points} p JOIN cell c ON ST_Intersects(c.geom, p.geom)");
    Ok(move || session.number(&question).expect("a join that was compared is answered again") as u64)
}
