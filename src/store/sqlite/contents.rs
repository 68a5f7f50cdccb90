//! The layers as GeoPackage lists them: names, last change, bounds.

use super::fault::Step;
use super::gpkg::{self, Bounds};
use crate::geom::lattice::Degrees;
use crate::geom::shape::ShapeKind;
use crate::model::thing::ThingKind;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// A layer that other programs see: a view of what is valid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Cells,
    Regions,
    Arcs,
    /// Components of a kind of shape.
    Components(ShapeKind),
    /// Things of a kind that have a kind of shape.
    Shaped(ThingKind, ShapeKind),
    /// All things of a kind, without their shapes.
    Table(ThingKind),
}

const SHAPES: [ShapeKind; 3] = [ShapeKind::Point, ShapeKind::Line, ShapeKind::Polygon];

impl Layer {
    /// All layers.
    pub(super) fn all() -> impl Iterator<Item = Layer> {
        let things = ThingKind::ALL.iter().flat_map(|&kind| {
            let shaped = kind.shapes().iter().map(move |&shape| Layer::Shaped(kind, shape));
            let table = (kind.shapes().len() != 1).then_some(Layer::Table(kind));
            table.into_iter().chain(shaped)
        });
        let components = SHAPES.into_iter().map(Layer::Components);
        [Layer::Cells, Layer::Regions, Layer::Arcs].into_iter().chain(components).chain(things)
    }

    /// The name of the view.
    pub(super) fn view(self) -> String {
        let of_shape = |name: &str, shape| match shape {
            ShapeKind::Point => format!("{name}_point"),
            ShapeKind::Line => format!("{name}_line"),
            ShapeKind::Polygon => format!("{name}_polygon"),
        };
        match self {
            Layer::Cells => "cells".to_owned(),
            Layer::Regions => "regions".to_owned(),
            Layer::Arcs => "arcs".to_owned(),
            Layer::Components(shape) => of_shape("components", shape),
            Layer::Shaped(kind, shape) if kind.shapes().len() > 1 => of_shape(kind.as_str(), shape),
            Layer::Shaped(kind, _) | Layer::Table(kind) => kind.as_str().to_owned(),
        }
    }

    /// Whether the layer has geometry.
    pub(super) fn has_geometry(self) -> bool {
        !matches!(self, Layer::Table(_))
    }

    /// The layers that show a thing with a shape, or without one.
    pub(super) fn of_thing(kind: ThingKind, shape: Option<ShapeKind>) -> impl Iterator<Item = Layer> {
        let table = (kind.shapes().len() != 1).then_some(Layer::Table(kind));
        // The one layer of a kind of one shape shows its shapeless things too.
        let shape = shape.or_else(|| kind.shapes().first().copied().filter(|_| kind.shapes().len() == 1));
        table.into_iter().chain(shape.map(|shape| Layer::Shaped(kind, shape)))
    }
}

/// What came to the layers and what went while a version is written.
#[derive(Default)]
pub(super) struct Traffic(BTreeMap<Layer, Flow>);

/// The traffic of one layer.
#[derive(Clone, Copy)]
struct Flow {
    came: Bounds,
    went: Bounds,
    /// How many more there are.
    more: i64,
}

impl Traffic {
    /// An entry with these bounds begins.
    pub(super) fn came(&mut self, layer: Layer, bounds: Bounds) {
        let flow = self.flow(layer);
        flow.more += 1;
        if layer.has_geometry() {
            flow.came = flow.came.union(bounds);
        }
    }

    /// An entry with these bounds ends.
    pub(super) fn went(&mut self, layer: Layer, bounds: Bounds) {
        let flow = self.flow(layer);
        flow.more -= 1;
        if layer.has_geometry() {
            flow.went = flow.went.union(bounds);
        }
    }

    fn flow(&mut self, layer: Layer) -> &mut Flow {
        self.0.entry(layer).or_insert(Flow { came: Bounds::EMPTY, went: Bounds::EMPTY, more: 0 })
    }

    /// Brings the list of layers up to date after the entries are written.
    ///
    /// Bounds stay exact without a scan: they grow with what came, and only when something that touched the edge
    /// went are they measured anew.
    pub(super) fn record(&self, conn: &Connection, at: &str) -> Step<()> {
        for (&layer, flow) in &self.0 {
            let listed = listed_bounds(conn, layer)?;
            let bounds =
                if reaches(flow.went, listed) { measure(conn, layer)? } else { listed.union(flow.came) };
            list(conn, layer, at, bounds)?;
            add_rows(conn, &layer.view(), flow.more)?;
        }
        conn.execute("UPDATE gpkg_contents SET last_change = ?1 WHERE table_name = 'version'", [at])?;
        Ok(())
    }
}

/// Says how many more rows a layer has.
pub(super) fn add_rows(conn: &Connection, name: &str, more: i64) -> Step<()> {
    let mut update = conn.prepare_cached(
        "UPDATE gpkg_ogr_contents SET feature_count = feature_count + ?2 WHERE table_name = ?1",
    )?;
    update.execute(params![name, more])?;
    Ok(())
}

/// Counts the rows of every layer that is listed; for files from before there were counts.
pub(super) fn count_all(conn: &Connection) -> Step<()> {
    let mut names = conn.prepare("SELECT table_name FROM gpkg_contents")?;
    let names = names.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for name in names {
        let sql = format!("INSERT INTO gpkg_ogr_contents VALUES (?1, (SELECT count(*) FROM {name}))");
        conn.execute(&sql, [name])?;
    }
    Ok(())
}

/// How many rows the list gives a layer, and how many it has.
pub(super) fn counted(conn: &Connection, layer: Layer) -> Step<(Option<i64>, i64)> {
    let view = layer.view();
    let mut find =
        conn.prepare_cached("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?1")?;
    let listed: Option<Option<i64>> = find.query_row([&view], |row| row.get(0)).optional()?;
    Ok((listed.flatten(), conn.query_row(&format!("SELECT count(*) FROM {view}"), [], |row| row.get(0))?))
}

/// Whether a box within `whole` touches its edge.
fn reaches(part: Bounds, whole: Bounds) -> bool {
    !part.is_empty()
        && (part.min.x <= whole.min.x
            || part.min.y <= whole.min.y
            || part.max.x >= whole.max.x
            || part.max.y >= whole.max.y)
}

/// The bounds that the list gives; [`Bounds::EMPTY`] when it gives none.
pub(super) fn listed_bounds(conn: &Connection, layer: Layer) -> Step<Bounds> {
    let numbers: [Option<f64>; 4] = conn.query_row(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?1",
        [layer.view()],
        |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]),
    )?;
    let [Some(west), Some(south), Some(east), Some(north)] = numbers else {
        return Ok(Bounds::EMPTY);
    };
    let corners = Degrees { lng: west, lat: south }
        .to_position()
        .zip(Degrees { lng: east, lat: north }.to_position())
        .map_or(Bounds::EMPTY, |(min, max)| Bounds { min, max });
    Ok(corners)
}

/// The bounds of what the layer holds now; reads the header of every geometry.
pub(super) fn measure(conn: &Connection, layer: Layer) -> Step<Bounds> {
    if !layer.has_geometry() {
        return Ok(Bounds::EMPTY);
    }
    let mut select = conn.prepare(&format!("SELECT geom FROM {} WHERE geom IS NOT NULL", layer.view()))?;
    let mut rows = select.query([])?;
    let mut all = Bounds::EMPTY;
    while let Some(row) = rows.next()? {
        all = all.union(gpkg::bounds(row.get_ref(0)?.as_blob()?)?);
    }
    Ok(all)
}

fn list(conn: &Connection, layer: Layer, at: &str, bounds: Bounds) -> Step<()> {
    let corners = (!bounds.is_empty()).then(|| (bounds.min.to_degrees(), bounds.max.to_degrees()));
    let (min, max) = corners.unzip();
    conn.execute(
        "UPDATE gpkg_contents SET last_change = ?2, min_x = ?3, min_y = ?4, max_x = ?5, max_y = ?6
         WHERE table_name = ?1",
        params![
            layer.view(),
            at,
            min.map(|corner| corner.lng),
            min.map(|corner| corner.lat),
            max.map(|corner| corner.lng),
            max.map(|corner| corner.lat),
        ],
    )?;
    Ok(())
}
