//! Who answers for a report: 10,000 duty rules, 100 overlays, limits by class, in 1,203 cells.
//!
//! PostGIS finds the cell, the overlays and their rules, keeps the most specific ones and looks up the limit. That is less
//! than a decision of ours holds, which also finds the component and its rivals, the inspector, the command, and says of
//! every step what lost and why. Rules are kept in the shape that SQL joins fastest: one row a class and place, the rank in
//! columns, an index over both. It is asked by a client, one prepared question after the other; by a loop inside the server;
//! and by one join over all reports, as a nightly batch would.

use crate::agree::BORDER_M;
use crate::duties::{NOON, World, report, world};
use crate::postgis::Postgis;
use crate::race::{Contender, is_test, race_rounds};
use crate::wkt;
use anyhow::Context;
use std::collections::BTreeSet;
use wanmi::city::testing::NearQuestion;
use wanmi::city::{CellGrid, City};
use wanmi::cover::CellId;
use wanmi::geom::lattice::Degrees;
use wanmi::geom::shape::Shape;
use wanmi::model::component::Place;
use wanmi::model::region::Level;
use wanmi::model::thing::{Thing, ThingKind};
use wanmi::route::ask::{Ask, read};
use wanmi::route::decide;
use wanmi::route::decision::Decision;
use wanmi::route::report::Report;
use wanmi::route::text::Tongue;
use wanmi::route::write;

const QUESTIONS: usize = 20_000;

/// Whom the rules name, joined by commas, and the amount of the limit; both empty where the place is outside.
type Answer = (String, Option<i32>);

/// Compares and times.
///
/// # Errors
/// When an answer differs or the server refuses.
pub fn run(server: &mut Postgis) -> anyhow::Result<()> {
    let (components, rules, count) =
        if is_test() { (20_000, 10_000, 2_000) } else { (500_000, 10_000, QUESTIONS) };
    let World { city, questions, things } = world(components, rules, count);
    load(server, &city, &questions, &things)?;
    let texts: Vec<String> = questions.iter().enumerate().map(|(number, q)| report(number, q)).collect();
    let asks: Vec<Ask<'_>> = texts.iter().filter_map(|text| read(text.as_bytes()).ok()).collect();
    let reports: Vec<Report<'_>> = asks.iter().filter_map(|ask| Report::of(&city, ask, NOON).ok()).collect();
    anyhow::ensure!(reports.len() == questions.len(), "every generated report is one");
    compare(server, &city, &questions, &reports)?;
    race_rounds(
        &format!("route/{rules} rules/whom and how long"),
        questions.len(),
        3,
        vec![
            Contender::new("wanmi, whole decision", || {
                reports.iter().map(|report| decide(&city, report).because.len() as u64).sum()
            }),
            Contender::new("wanmi, JSON to JSON", || texts.iter().map(|text| whole(&city, text)).sum()),
            Contender::new("PostGIS, client", client(&questions)?),
            Contender::new("PostGIS, in the server", in_server("SELECT routed()")?),
            Contender::new(
                "PostGIS, one join",
                in_server(&format!("SELECT count(whom) FROM ({ALL}) answers"))?,
            ),
        ],
    );
    Ok(())
}

/// A report as it arrives to a decision as it leaves.
fn whole(city: &City, text: &str) -> u64 {
    let mut out = Vec::with_capacity(2_048);
    let ask = read(text.as_bytes()).expect("a report that was compared is read again");
    let report = Report::of(city, &ask, NOON).expect("a report that was compared is one");
    write::json(&mut out, city, &report, &decide(city, &report), Tongue::Chinese);
    out.len() as u64
}

/// One report: the places that hold it, the rules of its class and major class there, the most specific of them. Rules that
/// override come first, as the ladder has it; equals stay together.
const ONE: &str = "
    WITH here AS (
        SELECT * FROM cell c WHERE ST_Contains(c.geom, ST_SetSRID(ST_MakePoint($2, $3), 4490))
    ), place AS (
        SELECT p.key, p.rank FROM here c, LATERAL (VALUES
            (c.code, 4), (c.community, 3), (c.street, 2), (c.district, 1), ('', 0)) AS p (key, rank)
        UNION ALL
        SELECT 'overlay ' || o.code, 5 FROM here, overlay o
        WHERE ST_Contains(o.geom, ST_SetSRID(ST_MakePoint($2, $3), 4490))
    ), ranked AS (
        SELECT r.department, rank() OVER (
            ORDER BY r.overrides DESC, r.class_rank DESC, place.rank DESC, r.priority DESC) AS at
        FROM place JOIN rule r ON r.place = place.key AND r.class IN ($1, left($1, 2))
    )
    SELECT string_agg(DISTINCT department, ',' ORDER BY department) AS whom,
        (SELECT amount FROM lim WHERE class IN ($1, left($1, 2), '') ORDER BY length(class) DESC LIMIT 1) AS amount
    FROM ranked WHERE at = 1";

/// All reports at once: the planner joins cells, overlays and rules over sets.
const ALL: &str = "
    WITH here AS MATERIALIZED (
        SELECT a.id, a.class, a.geom AS at, c.code, c.community, c.street, c.district
        FROM asked a JOIN cell c ON ST_Contains(c.geom, a.geom)
    ), place AS MATERIALIZED (
        SELECT h.id, h.class, p.key, p.rank FROM here h, LATERAL (VALUES
            (h.code, 4), (h.community, 3), (h.street, 2), (h.district, 1), ('', 0)) AS p (key, rank)
        UNION ALL
        SELECT h.id, h.class, 'overlay ' || o.code, 5 FROM here h JOIN overlay o ON ST_Contains(o.geom, h.at)
    ), named AS (
        SELECT id, class, key, rank FROM place UNION ALL SELECT id, left(class, 2), key, rank FROM place
    ), ranked AS (
        SELECT n.id, r.department, rank() OVER (PARTITION BY n.id
            ORDER BY r.overrides DESC, r.class_rank DESC, n.rank DESC, r.priority DESC) AS at
        FROM named n JOIN rule r ON r.place = n.key AND r.class = n.class
    ), whom AS (
        SELECT id, string_agg(DISTINCT department, ',' ORDER BY department) AS whom FROM ranked WHERE at = 1 GROUP BY id
    )
    SELECT a.id, w.whom, coalesce(l.amount, d.amount) AS amount FROM asked a LEFT JOIN whom w USING (id)
    LEFT JOIN lim l ON l.class = a.class CROSS JOIN (SELECT amount FROM lim WHERE class = '') d";

fn load(
    server: &mut Postgis,
    city: &City,
    questions: &[NearQuestion],
    things: &[Thing],
) -> anyhow::Result<()> {
    server.run(
        "DROP TABLE IF EXISTS cell, asked;
         CREATE TABLE cell (code text, community text, street text, district text, geom geometry);
         CREATE TABLE overlay (code text, geom geometry);
         CREATE TABLE rule (class text, place text, class_rank int, priority int, overrides bool, department text);
         CREATE TABLE lim (class text, amount int);
         CREATE TABLE asked (id int, class text, geom geometry)",
    )?;
    let grid = city.grid.as_ref().context("a generated city has cells")?;
    server.fill("cell", (0..grid.cover.cells() as u32).map(|id| cell(city, grid, CellId(id))))?;
    let of = |kind| things.iter().filter(move |thing| thing.kind == kind);
    server.fill("overlay", of(ThingKind::Overlay).filter_map(overlay))?;
    server.fill("rule", of(ThingKind::DutyRule).map(rule))?;
    let limit = |thing: &Thing| {
        format!("{}\t{}", thing.value("classes").unwrap_or_default(), thing.value("amount").unwrap_or("0"))
    };
    server.fill("lim", of(ThingKind::Limit).map(limit))?;
    let lines = questions.iter().enumerate();
    server.fill("asked", lines.map(|(i, q)| format!("{i}\t{}\t{}", q.class, wkt::place(q.place))))?;
    server.run(
        "UPDATE cell SET geom = ST_SetSRID(geom, 4490); UPDATE overlay SET geom = ST_SetSRID(geom, 4490);
         UPDATE asked SET geom = ST_SetSRID(geom, 4490);
         CREATE INDEX ON cell USING gist (geom); CREATE INDEX ON overlay USING gist (geom);
         CREATE INDEX ON rule (place, class); CREATE INDEX ON lim (class)",
    )?;
    let one = ONE.replace("$1", "q.class").replace("ST_SetSRID(ST_MakePoint($2, $3), 4490)", "q.geom");
    server.run(&format!(
        "CREATE FUNCTION routed() RETURNS bigint LANGUAGE plpgsql AS $$
         DECLARE q record; found record; sum bigint := 0;
         BEGIN
             FOR q IN SELECT class, geom FROM asked ORDER BY id LOOP
                 FOR found IN {one} LOOP sum := sum + (found.whom IS NOT NULL)::int; END LOOP;
             END LOOP;
             RETURN sum;
         END $$"
    ))?;
    server.run("VACUUM ANALYZE")
}

fn cell(city: &City, grid: &CellGrid, id: CellId) -> String {
    let cell = city.cell(id);
    let parent = |level| cell.parents.at(level).map_or("\\N", |code| code.as_str());
    let [community, street, district] = [Level::Community, Level::Street, Level::District].map(parent);
    let shape = wkt::shape(grid.cover.origin(), &Shape::Polygon(grid.cover.polygons(id)));
    format!("{}\t{community}\t{street}\t{district}\t{shape}", cell.code)
}

fn overlay(thing: &Thing) -> Option<String> {
    let Some(Place::Polygon(polygons)) = &thing.place else { return None };
    let ring = polygons.first()?.first()?;
    let points: Vec<String> = ring
        .iter()
        .chain(ring.first())
        .map(|position| position.to_degrees())
        .map(|Degrees { lng, lat }| format!("{lng} {lat}"))
        .collect();
    Some(format!("{}\tPOLYGON(({}))", thing.code, points.join(",")))
}

fn rule(thing: &Thing) -> String {
    let class = thing.value("classes").unwrap_or_default();
    let place = match (thing.value("overlay"), thing.value("cells").or(thing.value("region"))) {
        (Some(overlay), _) => format!("overlay {overlay}"),
        (None, place) => place.unwrap_or_default().to_owned(),
    };
    let rank = if class.len() == 2 { 2 } else { 3 };
    let [priority, department] = ["priority", "department"].map(|field| thing.value(field).unwrap_or("0"));
    let overrides = thing.value("override") == Some("yes");
    format!("{class}\t{place}\t{rank}\t{priority}\t{overrides}\t{department}")
}

/// What we answer, in the words of SQL.
fn ours(decision: &Decision<'_>) -> Answer {
    let named = decision.department.iter().chain(&decision.candidates);
    let named: BTreeSet<&str> = named.map(|found| found.party.id).collect();
    let amount = decision.limit.as_ref().map(|limit| limit.amount as i32);
    (named.into_iter().collect::<Vec<_>>().join(","), amount)
}

/// Every report to both: the client's answers, the join's and ours must be the same departments and limits.
fn compare(
    server: &mut Postgis,
    city: &City,
    questions: &[NearQuestion],
    reports: &[Report<'_>],
) -> anyhow::Result<()> {
    let one = server.prepare(ONE)?;
    let joined = server.rows(&format!("{ALL} ORDER BY a.id"))?;
    let grid = city.grid.as_ref().context("a generated city has cells")?;
    let (mut same, mut ties, mut direct, mut found) = (0, 0, 0, 0);
    for ((question, report), joined) in questions.iter().zip(reports).zip(&joined) {
        let decision = decide(city, report);
        let ours = ours(&decision);
        let rows = server.ask(&one, &[&question.class, &question.place.lng, &question.place.lat])?;
        let row = rows.first().context("an aggregate without a row")?;
        let whom: Option<String> = row.try_get(0)?;
        let in_join: Option<String> = joined.try_get(1)?;
        anyhow::ensure!(whom == in_join, "the join says {in_join:?} where one report says {whom:?}");
        anyhow::ensure!(row.try_get::<_, Option<i32>>(1)? == joined.try_get(2)?, "two limits of one class");
        found += u64::from(whom.is_some());
        // Outside the cover there is no limit of ours to compare.
        let amount = if decision.limit.is_some() { row.try_get(1)? } else { None };
        let theirs = (whom.unwrap_or_default(), amount);
        if theirs == ours {
            same += 1;
            direct += usize::from(decision.department.is_some());
            continue;
        }
        let near = grid.borders.nearest(&grid.cover, question.place);
        let border_m = near.map_or(f64::INFINITY, |near| near.distance_m);
        anyhow::ensure!(border_m <= BORDER_M, "different answers to {question:?}: {ours:?}, {theirs:?}");
        ties += 1;
    }
    anyhow::ensure!(direct > same / 2, "most reports have one department, or the comparison means nothing");
    anyhow::ensure!(in_server("SELECT routed()")?() == found, "the loop in the server finds others");
    println!(
        "route: equal departments and limits for {same} reports, {direct} of them direct, {ties} within 2 µm of a border"
    );
    Ok(())
}

/// Asks all questions over the socket, one after the other, each planned once.
fn client(questions: &[NearQuestion]) -> anyhow::Result<impl FnMut() -> u64> {
    let mut session = Postgis::connect()?;
    session.run("SET plan_cache_mode = force_generic_plan")?;
    let one = session.prepare(ONE)?;
    Ok(move || {
        let mut sum = 0;
        for NearQuestion { place, class, .. } in questions {
            let with: [&(dyn postgres::types::ToSql + Sync); 3] = [class, &place.lng, &place.lat];
            let rows = session.ask(&one, &with).expect("a question answered before is answered again");
            sum += rows.iter().filter(|row| row.get::<_, Option<&str>>(0).is_some()).count() as u64;
        }
        sum
    })
}

/// Has the server ask itself all questions.
fn in_server(question: &str) -> anyhow::Result<impl FnMut() -> u64> {
    let mut session = Postgis::connect()?;
    session.run("SET plan_cache_mode = force_generic_plan")?;
    let question = question.to_owned();
    Ok(move || session.number(&question).expect("a question answered before is answered again") as u64)
}
