//! Things of the other layers: one table for all kinds, a kind's fields as JSON, its layers as views.

use super::contents::{Layer, Traffic};
use super::fault::{Fault, Step};
use super::gpkg::{self, Bounds, Encoded};
use super::history::{History, VALID_AT};
use super::seal::THING;
use super::versions::number;
use crate::geom::shape::ShapeKind;
use crate::model::code::ThingCode;
use crate::model::text::{Shared, Text};
use crate::model::thing::{Thing, ThingKind};
use crate::model::version::Version;
use rusqlite::{CachedStatement, Connection, Row, params};
use std::collections::{BTreeMap, HashSet};

/// The columns of a thing, in the order in which they are read and written.
pub(super) const COLUMNS: &str = "kind, code, fields, point, line, polygon";

/// The things valid at `version`, in kind and code order.
pub(super) fn load(conn: &Connection, version: Version) -> Step<Vec<Thing>> {
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM thing WHERE {VALID_AT}"))?;
    let mut rows = select.query([number(version)])?;
    let (mut things, mut shared) = (Vec::new(), Shared::default());
    while let Some(row) = rows.next()? {
        things.push(read(row, &mut shared)?);
    }
    things.sort_unstable_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    Ok(things)
}

/// Reads every entry of every version, one by one, and says of each whether it is what would be written.
pub(super) fn each_entry(conn: &Connection, mut tell: impl FnMut(Step<()>) -> Step<()>) -> Step<()> {
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM thing"))?;
    let mut rows = select.query([])?;
    let mut shared = Shared::default();
    while let Some(row) = rows.next()? {
        let entry = row.get(0)?;
        let same = |shared: &mut Shared| -> Step<()> {
            let thing = columns(row, shared)?;
            let stored = place(row)?.map(|(_, blob)| blob);
            if encode(&thing)?.as_ref().map(|(_, encoded)| &encoded.blob[..]) == stored {
                return Ok(());
            }
            Err(Fault::Damaged("its geometry is not on the lattice".to_owned()))
        };
        tell(same(&mut shared).map_err(|fault| fault.in_row("thing", entry)))?;
    }
    Ok(())
}

/// Writes the things that are new or differ from their valid entry, and ends those that are gone.
///
/// A code that is gone already stays gone; one that never was is refused.
pub(super) fn write(
    conn: &Connection,
    version: Version,
    (things, gone): (&[Thing], &[(ThingKind, ThingCode)]),
    traffic: &mut Traffic,
) -> Step<()> {
    if things.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    let keys = things.iter().map(|thing| (thing.kind, &thing.code));
    for (kind, code) in keys.chain(gone.iter().map(|(kind, code)| (*kind, code))) {
        if !seen.insert((kind, code)) {
            return Err(Fault::inconsistent(format!("{kind} {code} is given twice")));
        }
    }
    let mut pen = Pen::open(conn, version)?;
    gone.iter().try_for_each(|(kind, code)| pen.end(*kind, code, traffic))?;
    things.iter().try_for_each(|thing| pen.put(thing, traffic))?;
    pen.history.close()
}

/// The statements that write things.
struct Pen<'conn> {
    history: History<'conn>,
    find: CachedStatement<'conn>,
    version: i64,
    shared: Shared,
}

impl<'conn> Pen<'conn> {
    fn open(conn: &'conn Connection, version: Version) -> Step<Self> {
        let find = format!(
            "SELECT entry, id, {COLUMNS} FROM thing WHERE kind = ?1 AND code = ?2 AND to_version IS NULL"
        );
        Ok(Pen {
            history: History::open(conn, THING, "kind = ?1 AND code = ?2", version)?,
            find: conn.prepare_cached(&find)?,
            version: number(version),
            shared: Shared::default(),
        })
    }

    /// Ends the thing's entry; a thing that ended before is left alone.
    fn end(&mut self, kind: ThingKind, code: &ThingCode, traffic: &mut Traffic) -> Step<()> {
        let key = [kind.as_str(), code.as_str()];
        let mut stored = self.find.query(key)?;
        if let Some(row) = stored.next()? {
            leave(kind, row, traffic)?;
            return self.history.end(kind.as_str(), row.get(0)?);
        }
        if self.history.former(key)?.is_some() {
            return Ok(());
        }
        Err(Fault::inconsistent(format!("{kind} {code} cannot end: the city never had it")))
    }

    /// Writes a thing unless its valid entry says the same.
    fn put(&mut self, thing: &Thing, traffic: &mut Traffic) -> Step<()> {
        let key = [thing.kind.as_str(), thing.code.as_str()];
        let mut stored = self.find.query(key)?;
        let id = match stored.next()? {
            Some(row) if read(row, &mut self.shared)? == *thing => return Ok(()),
            Some(row) => {
                leave(thing.kind, row, traffic)?;
                self.history.change(thing.kind.as_str(), row.get(0)?)?;
                row.get(1)?
            }
            None => self.history.id_of(key)?,
        };
        drop(stored);
        let encoded = encode(thing).map_err(|fault| refused(thing, fault))?;
        let shape = encoded.as_ref().map(|(shape, _)| *shape);
        let bounds = encoded.as_ref().map_or(Bounds::EMPTY, |(_, encoded)| encoded.bounds);
        Layer::of_thing(thing.kind, shape).for_each(|layer| traffic.came(layer, bounds));
        let blob = encoded.as_ref().map(|(_, encoded)| &encoded.blob);
        let place = |column: ShapeKind| blob.filter(|_| shape == Some(column));
        self.history.begin(
            thing.kind.as_str(),
            params![
                id,
                self.version,
                key[0],
                key[1],
                fields_to_text(&thing.values)?,
                place(ShapeKind::Point),
                place(ShapeKind::Line),
                place(ShapeKind::Polygon),
            ],
        )
    }
}

fn refused(thing: &Thing, fault: Fault) -> Fault {
    match fault {
        Fault::Damaged(why) => Fault::inconsistent(format!("{} {}: {why}", thing.kind, thing.code)),
        other => other,
    }
}

/// The place as bytes; a kind of shape that the kind of thing does not have is refused.
fn encode(thing: &Thing) -> Step<Option<(ShapeKind, Encoded)>> {
    let Some(place) = &thing.place else { return Ok(None) };
    let shape = gpkg::kind(place);
    if !thing.kind.shapes().contains(&shape) {
        return Err(Fault::Damaged(format!("a shape of kind {shape:?} is not one that {} have", thing.kind)));
    }
    Ok(Some((shape, gpkg::encode_place(place)?)))
}

/// Reads entry, id and [`COLUMNS`].
pub(super) fn read(row: &Row<'_>, shared: &mut Shared) -> Step<Thing> {
    columns(row, shared).map_err(|fault| fault.in_row("thing", row.get(0).unwrap_or_default()))
}

/// The kind of this name.
pub(super) fn kind(name: &str) -> Step<ThingKind> {
    name.parse().map_err(|error| Fault::Damaged(format!("{error}")))
}

fn columns(row: &Row<'_>, shared: &mut Shared) -> Step<Thing> {
    Ok(Thing {
        kind: kind(row.get_ref(2)?.as_str()?)?,
        code: ThingCode::new(row.get_ref(3)?.as_str()?)?,
        values: fields_from_text(row.get_ref(4)?.as_str()?, shared)?,
        place: place(row)?.map(|(shape, blob)| gpkg::decode_place(shape, blob)).transpose()?,
    })
}

/// The columns of the place; at most one of them holds it.
const PLACE: [(usize, ShapeKind); 3] = [(5, ShapeKind::Point), (6, ShapeKind::Line), (7, ShapeKind::Polygon)];

/// The kind and the bytes of the place.
fn place<'a>(row: &'a Row<'_>) -> Step<Option<(ShapeKind, &'a [u8])>> {
    for (column, kind) in PLACE {
        if let Some(blob) = row.get_ref(column)?.as_blob_or_null()? {
            return Ok(Some((kind, blob)));
        }
    }
    Ok(None)
}

/// Tells the layers that a valid entry ends.
fn leave(kind: ThingKind, row: &Row<'_>, traffic: &mut Traffic) -> Step<()> {
    let place = place(row)?;
    let bounds = place.map(|(_, blob)| gpkg::bounds(blob)).transpose()?.unwrap_or(Bounds::EMPTY);
    Layer::of_thing(kind, place.map(|(shape, _)| shape)).for_each(|layer| traffic.went(layer, bounds));
    Ok(())
}

fn fields_to_text(values: &BTreeMap<Text, Text>) -> Step<String> {
    serde_json::to_string(values)
        .map_err(|error| Fault::inconsistent(format!("fields cannot be written as JSON: {error}")))
}

/// Units and words recur, so equal texts become one.
fn fields_from_text(text: &str, shared: &mut Shared) -> Step<BTreeMap<Text, Text>> {
    let values: BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|error| Fault::Damaged(format!("fields: {error}")))?;
    Ok(values.into_iter().map(|(name, value)| (shared.text(&name), shared.text(&value))).collect())
}
