//! The layers of a tile and their fields, as `/tiles.json` promises them.

use crate::city::inventory::ComponentId;
use crate::city::{CellGrid, City};
use crate::cover::{Arc, CellId};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{self, Origin, Point};
use crate::geom::shape::Shape;
use crate::model::class::Kind;
use crate::model::region::Level;
use wanmi_tiles::{LatticeBox, Layer, Position, Projection, TileError, TileId, TilePoint, Value};

/// The cells: one polygon each, numbered as the city numbers them.
pub(super) fn cells(
    city: &City,
    grid: &CellGrid,
    picked: &[u32],
    projection: &Projection,
) -> Result<Layer, TileError> {
    let origin = grid.cover.origin();
    let mut layer = Layer::new("cells")?;
    for cell in picked.iter().copied().map(CellId) {
        let polygons = grid.cover.polygons(cell);
        let rings = polygons.iter().map(|rings| rings.iter().map(|ring| path(origin, projection, ring)));
        layer.polygon(u64::from(cell.0), rings, &cell_fields(city, cell))?;
    }
    Ok(layer)
}

fn cell_fields(city: &City, id: CellId) -> Vec<(&str, Value<'_>)> {
    let cell = city.cell(id);
    let mut fields = vec![("code", Value::Text(cell.code.as_str()))];
    fields.extend(cell.name.as_deref().map(|name| ("name", Value::Text(name))));
    for (key, level) in
        [("community", Level::Community), ("street", Level::Street), ("district", Level::District)]
    {
        let Some(code) = cell.parents.at(level) else { continue };
        // A region that was declared and never delivered has no name.
        let name = city.region(code.as_str()).map_or(code.as_str(), |region| &region.name);
        fields.push((key, Value::Text(name)));
    }
    fields
}

/// The borders of the picked cells, each stretch once, with the highest level of what it parts.
pub(super) fn borders(
    city: &City,
    grid: &CellGrid,
    picked: &[u32],
    projection: &Projection,
) -> Result<Layer, TileError> {
    let cycles = picked.iter().flat_map(|&cell| grid.cover.cycles(CellId(cell)));
    let mut numbers: Vec<usize> = cycles.flatten().map(|signed| signed.arc()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut layer = Layer::new("borders")?;
    for number in numbers {
        let arc = &grid.cover.arcs()[number];
        let line = path(grid.cover.origin(), projection, grid.cover.points(arc));
        layer.line(number as u64, [line], &[("level", Value::Text(border_level(city, arc)))])?;
    }
    Ok(layer)
}

/// `city` at the edge of the cover, else the highest level at which the two sides have different parents.
fn border_level(city: &City, arc: &Arc) -> &'static str {
    let (Some(left), Some(right)) = (arc.left, arc.right) else { return "city" };
    let (left, right) = (&city.cell(left).parents, &city.cell(right).parents);
    let parted = |level: &Level| left.at(*level) != right.at(*level);
    Level::ALL.into_iter().rev().find(parted).map_or("cell", Level::as_str)
}

/// The labels of the picked cells that stand in the tile: over all tiles of a zoom each cell has one.
pub(super) fn labels(
    city: &City,
    grid: &CellGrid,
    (picked, places): (&[u32], &[Option<Point>]),
    tile: TileId,
) -> Result<Layer, TileError> {
    let (mut layer, origin, projection) = (Layer::new("labels")?, grid.cover.origin(), Projection::of(tile));
    for cell in picked.iter().copied().map(CellId) {
        let Some(at) = places[cell.index()].map(|at| origin.position_of(at)) else { continue };
        let degrees = at.to_degrees();
        if TileId::containing(degrees.lng, degrees.lat, tile.z()).is_ok_and(|holder| holder == tile) {
            let code = [("code", Value::Text(city.cell(cell).code.as_str()))];
            layer.point(u64::from(cell.0), [projection.point(position(at))], &code)?;
        }
    }
    Ok(layer)
}

/// The components: points, lines and polygons in one layer, numbered by the keys of their states.
pub(super) fn components(
    city: &City,
    picked: &[ComponentId],
    projection: &Projection,
) -> Result<Layer, TileError> {
    let (mut layer, origin) = (Layer::new("components")?, city.inventory.origin());
    for &id in picked {
        let fields = component_fields(city, id);
        // The key of the state: it does not change when the city numbers its components anew.
        let number = city.inventory.entry(id).0;
        let path = |points: &Vec<Point>| path(origin, projection, points);
        match city.inventory.shape(id) {
            Shape::Point(at) => {
                layer.point(number, [projection.point(position(origin.position_of(at)))], &fields)?
            }
            Shape::Line(lines) => layer.line(number, lines.iter().map(path), &fields)?,
            Shape::Polygon(polygons) => {
                layer.polygon(number, polygons.iter().map(|rings| rings.iter().map(path)), &fields)?
            }
        };
    }
    Ok(layer)
}

fn component_fields(city: &City, id: ComponentId) -> Vec<(&str, Value<'_>)> {
    let (edition, code) = city.inventory.class(id);
    let class = city.catalogue.get(edition, Kind::Component, code);
    let name = city.inventory.name(id).or(class.map(|class| class.name.as_str()));
    let mut fields =
        vec![("code", Value::Text(city.inventory.code(id))), ("class", Value::Text(code.as_str()))];
    fields.extend(class.map(|class| ("major", Value::Text(class.major.as_str()))));
    fields.extend(name.map(|name| ("name", Value::Text(name))));
    fields
}

/// A box on the city's lattice in absolute positions.
pub(super) fn absolute(origin: Origin, bbox: Bbox) -> LatticeBox {
    let (min, max) = (origin.position_of(bbox.min), origin.position_of(bbox.max));
    LatticeBox { min_x: min.x, min_y: min.y, max_x: max.x, max_y: max.y }
}

fn path(origin: Origin, projection: &Projection, points: &[Point]) -> Vec<TilePoint> {
    projection.path(points.iter().map(|point| position(origin.position_of(*point))))
}

fn position(lattice::Position { x, y }: lattice::Position) -> Position {
    Position { x, y }
}
