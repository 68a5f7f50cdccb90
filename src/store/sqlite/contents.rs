//! The layers as GeoPackage lists them: names, last change, bounds.

use super::fault::Step;
use super::gpkg::{self, Bounds};
use crate::geom::lattice::Degrees;
use crate::geom::shape::ShapeKind;
use rusqlite::{Connection, params};

/// A layer that other programs see: a view of what is valid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Cells,
    Regions,
    Arcs,
    ComponentsPoint,
    ComponentsLine,
    ComponentsPolygon,
}

impl Layer {
    /// All layers, in the order of their discriminants.
    pub(super) const ALL: [Layer; 6] = [
        Layer::Cells,
        Layer::Regions,
        Layer::Arcs,
        Layer::ComponentsPoint,
        Layer::ComponentsLine,
        Layer::ComponentsPolygon,
    ];

    /// The name of the view.
    pub(super) fn view(self) -> &'static str {
        match self {
            Layer::Cells => "cells",
            Layer::Regions => "regions",
            Layer::Arcs => "arcs",
            Layer::ComponentsPoint => "components_point",
            Layer::ComponentsLine => "components_line",
            Layer::ComponentsPolygon => "components_polygon",
        }
    }

    /// The layer that shows components of a kind.
    pub(super) fn of(kind: ShapeKind) -> Self {
        match kind {
            ShapeKind::Point => Layer::ComponentsPoint,
            ShapeKind::Line => Layer::ComponentsLine,
            ShapeKind::Polygon => Layer::ComponentsPolygon,
        }
    }
}

/// What came to the layers and what went while a version is written.
#[derive(Default)]
pub(super) struct Traffic([Option<Flow>; 6]);

/// The traffic of one layer.
#[derive(Clone, Copy)]
struct Flow {
    came: Bounds,
    went: Bounds,
}

impl Traffic {
    /// An entry with these bounds begins.
    pub(super) fn came(&mut self, layer: Layer, bounds: Bounds) {
        let flow = self.flow(layer);
        flow.came = flow.came.union(bounds);
    }

    /// An entry with these bounds ends.
    pub(super) fn went(&mut self, layer: Layer, bounds: Bounds) {
        let flow = self.flow(layer);
        flow.went = flow.went.union(bounds);
    }

    fn flow(&mut self, layer: Layer) -> &mut Flow {
        self.0[layer as usize].get_or_insert(Flow { came: Bounds::EMPTY, went: Bounds::EMPTY })
    }

    /// Brings the list of layers up to date after the entries are written.
    ///
    /// Bounds stay exact without a scan: they grow with what came, and only when something that touched the edge
    /// went are they measured anew.
    pub(super) fn record(&self, conn: &Connection, at: &str) -> Step<()> {
        for (layer, flow) in Layer::ALL.into_iter().zip(&self.0) {
            let Some(flow) = flow else { continue };
            let listed = listed_bounds(conn, layer)?;
            let bounds =
                if reaches(flow.went, listed) { measure(conn, layer)? } else { listed.union(flow.came) };
            list(conn, layer, at, bounds)?;
        }
        conn.execute("UPDATE gpkg_contents SET last_change = ?1 WHERE table_name = 'version'", [at])?;
        Ok(())
    }
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
