//! The nearest ten components of a class within 50 m among 417,000: points, lines and polygons alike.
//!
//! PostGIS measures in the plane of the city's surveys (EPSG:4546, CGCS2000 Gauss-Krüger at 111°), which stretches 50 m
//! by at most 0.6 mm here. It has two indexes to choose from: by the class as text, as standards write it, and by the
//! class as a number, which `btree_gist` compares faster. Each is asked by a client, one prepared question after
//! the other, and by a loop inside the server, which spares the way there and back.

use crate::agree::{Near, Tally, near};
use crate::postgis::Postgis;
use crate::race::{Contender, is_test, race};
use crate::wkt;
use anyhow::Context;
use postgres::types::ToSql;
use wanmi::city::City;
use wanmi::city::testing::{CitySize, NearQuestion, generated_city, near_questions};
use wanmi::index::testing::Seed;

const RADIUS_M: f64 = 50.0;
const LIMIT: usize = 10;
const QUESTIONS: usize = 20_000;

/// The columns a class is kept in, each with its own index.
#[derive(Clone, Copy)]
enum ClassAs {
    Text,
    Number,
}

/// A question as PostGIS is asked it.
struct Asked {
    class: String,
    number: i32,
    east_m: f64,
    north_m: f64,
}

/// Compares and times.
///
/// # Errors
/// When an answer differs or the server refuses.
pub fn run(server: &mut Postgis) -> anyhow::Result<()> {
    let mut size = CitySize::YICHANG;
    let mut count = QUESTIONS;
    if is_test() {
        (size.components, count) = (20_000, 500);
    }
    let city = generated_city(size, Seed(12));
    let questions = near_questions(&city, size, count, Seed(13));
    load(server, &city, &questions)?;
    let asked = asked(server)?;
    for class in [ClassAs::Text, ClassAs::Number] {
        compare(class, &city, &questions, &asked)?;
    }
    let ours = || {
        let found =
            questions.iter().map(|q| city.inventory.nearest(q.place, Some(&q.class), RADIUS_M, LIMIT));
        found.flatten().map(|near| u64::from(near.id.0)).sum()
    };
    race(
        &format!("near/{}/10 of a class in 50 m", size.components),
        questions.len(),
        vec![
            Contender::new("wanmi", ours),
            Contender::new("PostGIS, client", client(ClassAs::Text, &asked)?),
            Contender::new("PostGIS, in the server", in_server(ClassAs::Text)?),
            Contender::new("PostGIS, numbers, client", client(ClassAs::Number, &asked)?),
            Contender::new("PostGIS, numbers, in the server", in_server(ClassAs::Number)?),
        ],
    );
    Ok(())
}

impl ClassAs {
    fn column(self) -> &'static str {
        match self {
            ClassAs::Text => "class",
            ClassAs::Number => "number",
        }
    }

    fn of(self, asked: &Asked) -> &(dyn ToSql + Sync) {
        match self {
            ClassAs::Text => &asked.class,
            ClassAs::Number => &asked.number,
        }
    }

    /// The best formulation found: both conditions and the order are answered by one walk over the index.
    fn question(self, wanted: &str, class: &str, place: &str) -> String {
        let column = self.column();
        format!(
            "SELECT {wanted} FROM component WHERE {column} = {class} AND ST_DWithin(geom, {place}, {RADIUS_M}) \
             ORDER BY geom <-> {place} LIMIT {LIMIT}"
        )
    }

    /// The question with its parameters: class, east, north.
    fn prepared(self, wanted: &str) -> String {
        self.question(wanted, "$1", "ST_SetSRID(ST_MakePoint($2, $3), 4546)")
    }
}

fn load(server: &mut Postgis, city: &City, questions: &[NearQuestion]) -> anyhow::Result<()> {
    server.run(
        "CREATE TABLE delivered (id int, class text, geom geometry);
         CREATE TABLE question (id int, class text, geom geometry)",
    )?;
    let origin = city.grid.as_ref().context("a generated city has cells")?.cover.origin();
    server.fill(
        "delivered",
        city.inventory.ids().map(|id| {
            let (_, class) = city.inventory.class(id);
            format!("{}\t{class}\t{}", id.0, wkt::shape(origin, &city.inventory.shape(id)))
        }),
    )?;
    let lines = questions.iter().enumerate();
    server.fill("question", lines.map(|(i, q)| format!("{i}\t{}\t{}", q.class, wkt::place(q.place))))?;
    server.run(
        "CREATE TABLE component AS SELECT id, class, class::int AS number,
             ST_Transform(ST_SetSRID(geom, 4490), 4546) AS geom FROM delivered;
         CREATE TABLE asked AS SELECT id, class, class::int AS number,
             ST_Transform(ST_SetSRID(geom, 4490), 4546) AS geom FROM question;
         CREATE INDEX ON component USING gist (class, geom);
         CREATE INDEX ON component USING gist (number, geom)",
    )?;
    for class in [ClassAs::Text, ClassAs::Number] {
        let column = class.column();
        let question = class.question("id", &format!("q.{column}"), "q.geom");
        server.run(&format!(
            "CREATE FUNCTION near_by_{column}() RETURNS bigint LANGUAGE plpgsql AS $$
             DECLARE q record; found record; sum bigint := 0;
             BEGIN
                 FOR q IN SELECT {column}, geom FROM asked ORDER BY id LOOP
                     FOR found IN {question} LOOP sum := sum + found.id; END LOOP;
                 END LOOP;
                 RETURN sum;
             END $$"
        ))?;
    }
    server.run("VACUUM ANALYZE")
}

/// The questions in the plane, transformed beforehand.
fn asked(server: &mut Postgis) -> anyhow::Result<Vec<Asked>> {
    let rows = server.rows("SELECT class, number, ST_X(geom), ST_Y(geom) FROM asked ORDER BY id")?;
    let question = |row: &postgres::Row| {
        anyhow::Ok(Asked {
            class: row.try_get(0)?,
            number: row.try_get(1)?,
            east_m: row.try_get(2)?,
            north_m: row.try_get(3)?,
        })
    };
    rows.iter().map(question).collect()
}

/// A session that plans a question once; planning each anew takes PostGIS half as long again.
fn session() -> anyhow::Result<Postgis> {
    let mut session = Postgis::connect()?;
    session.run("SET plan_cache_mode = force_generic_plan")?;
    Ok(session)
}

/// Every question to both; the client's answers and the server's own loop must agree with ours.
fn compare(class: ClassAs, city: &City, questions: &[NearQuestion], asked: &[Asked]) -> anyhow::Result<()> {
    let mut session = session()?;
    let wanted = "id, ST_Distance(geom, ST_SetSRID(ST_MakePoint($2, $3), 4546))";
    let statement = session.prepare(&class.prepared(wanted))?;
    let (mut tally, mut components, mut sum) = (Tally::default(), 0, 0);
    for (question, asked) in questions.iter().zip(asked) {
        let rows = session.ask(&statement, &[class.of(asked), &asked.east_m, &asked.north_m])?;
        let theirs: Vec<Near> = rows
            .iter()
            .map(|row| Ok(Near { id: row.try_get::<_, i32>(0)? as u32, distance_m: row.try_get(1)? }))
            .collect::<anyhow::Result<_>>()?;
        let found = city.inventory.nearest(question.place, Some(&question.class), RADIUS_M, LIMIT);
        let ours: Vec<Near> =
            found.iter().map(|near| Near { id: near.id.0, distance_m: near.distance_m }).collect();
        tally.count(near(&ours, &theirs, RADIUS_M), || format!("{question:?}: {ours:?}, {theirs:?}"))?;
        components += theirs.len();
        sum += theirs.iter().map(|near| u64::from(near.id)).sum::<u64>();
    }
    let column = class.column();
    anyhow::ensure!(
        in_server(class)?() == sum,
        "the loop in the server finds others than the client by {column}"
    );
    println!(
        "near by {column}: equal answers to {} questions with {components} components, {} ties within a millimetre",
        tally.same, tally.ties
    );
    Ok(())
}

/// Asks all questions over the socket, one after the other.
fn client(class: ClassAs, asked: &[Asked]) -> anyhow::Result<impl FnMut() -> u64> {
    let mut session = session()?;
    let statement = session.prepare(&class.prepared("id"))?;
    Ok(move || {
        let mut sum = 0;
        for asked in asked {
            let with = [class.of(asked), &asked.east_m, &asked.north_m];
            let rows = session.ask(&statement, &with).expect("a question answered before is answered again");
            sum += rows.iter().map(|row| row.get::<_, i32>(0) as u64).sum::<u64>();
        }
        sum
    })
}

/// Has the server ask itself all questions.
fn in_server(class: ClassAs) -> anyhow::Result<impl FnMut() -> u64> {
    let mut session = session()?;
    let question = format!("SELECT near_by_{}()", class.column());
    Ok(move || session.number(&question).expect("the loop is made by load") as u64)
}
