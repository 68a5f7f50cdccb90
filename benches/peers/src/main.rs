mod wkt; mod agree; mod postgis;
use wanmi::city::testing::*; use wanmi::index::testing::*; use wanmi::cover::CellId; use wanmi::geom::shape::Shape;
fn main() -> anyhow::Result<()> {
    let mut db = postgis::Postgis::connect()?;
    db.run("create extension postgis; create extension btree_gist; create table delivered(id int, class text, geom geometry); create table asked(id int, class text, geom geometry); create table c0(id int, geom geometry); create table p0(id int, geom geometry)")?;
    let city = generated_city(CitySize::YICHANG, Seed(12));
    let origin = city.grid.as_ref().unwrap().cover.origin();
    db.fill("delivered", city.inventory.ids().map(|id| format!("{}\t{}\t{}", id.0, city.inventory.record(id).class, wkt::shape(origin, city.inventory.shape(id)))))?;
    db.fill("asked", near_questions(&city, CitySize::YICHANG, 20000, Seed(13)).iter().enumerate().map(|(i,q)| format!("{i}\t{}\t{}", q.class, wkt::place(q.place))))?;
    let city = generated_city(CitySize{columns:37,rows:34,components:1000,classes:90}, Seed(1));
    let cover = &city.grid.as_ref().unwrap().cover;
    db.fill("c0", (0..cover.cells()).map(|i| format!("{i}\t{}", wkt::shape(cover.origin(), &Shape::Polygon(cover.polygons(CellId(i as u32)))))))?;
    db.fill("p0", uniform_places(cover, 2_000_000, Seed(77)).iter().enumerate().map(|(i,p)| format!("{i}\t{}", wkt::place(*p))))?;
    println!("{}", cover.cells());
    println!("{}", std::env::var("PGHOST")?);
    std::thread::sleep(std::time::Duration::from_secs(3600)); 
    Ok(())
}
