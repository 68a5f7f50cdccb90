//! Components: by far the most rows, written in code order so that the index grows at its end.

use super::contents::{Layer, Traffic};
use super::fault::{Fault, Step};
use super::gpkg::{self, Encoded};
use super::history::{History, VALID_AT};
use super::readers;
use super::seal::COMPONENT;
use super::versions::number;
use crate::geom::shape::ShapeKind;
use crate::model::code::{CellCode, ClassCode, ComponentCode};
use crate::model::component::{Component, Unit};
use crate::model::row::Entry;
use crate::model::version::Version;
use rusqlite::{CachedStatement, Connection, Row, params};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The columns of a component, in the order in which they are read and written.
pub(super) const COLUMNS: &str = "code, edition, class, name, state, competent_code, competent_name, owner_code, owner_name, \
     maintainer_code, maintainer_name, delivered_cell, surveyed, changed, data_source, note, extra, point, line, polygon";

/// Tells the components valid at `version` one by one, in the order of keys.
pub(super) fn each_state(conn: &Connection, version: Version, tell: &mut dyn FnMut(Component)) -> Step<()> {
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM component WHERE {VALID_AT}"))?;
    let mut rows = select.query([number(version)])?;
    while let Some(row) = rows.next()? {
        tell(read(row)?);
    }
    Ok(())
}

/// The components valid at `version`, in code order.
pub(super) fn load(conn: &Connection, version: Version) -> Step<Vec<Component>> {
    let mut components = Vec::new();
    each_state(conn, version, &mut |component| components.push(component))?;
    components.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    Ok(components)
}

/// Tells the components valid at `version` one by one, in code order, until `tell` breaks off.
///
/// The keys are sorted first, so that memory holds eight bytes a component and never two components.
pub(super) fn each_valid(
    conn: &Connection,
    version: Version,
    tell: &mut dyn FnMut(Component) -> ControlFlow<()>,
) -> Step<()> {
    let mut keys = conn.prepare(&format!("SELECT entry FROM component WHERE {VALID_AT} ORDER BY code"))?;
    let keys: Vec<i64> = keys.query_map([number(version)], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM component WHERE entry = ?1"))?;
    for key in keys {
        let component = select.query_row([key], |row| Ok(read(row)))??;
        if tell(component).is_break() {
            break;
        }
    }
    Ok(())
}

/// What changed in the components from `base` to `newest`; cost follows the change, not the city.
pub(super) fn since(conn: &Connection, base: Version, newest: Version) -> Step<(Came, Vec<ComponentCode>)> {
    let mut select = conn.prepare_cached(&format!(
        "SELECT entry, id, {COLUMNS} FROM component WHERE entry >= ?2 AND {VALID_AT}"
    ))?;
    let mut rows = select.query([number(newest), readers::first_after(conn, base)?])?;
    let mut came = Vec::new();
    while let Some(row) = rows.next()? {
        came.push((Entry(row.get::<_, i64>(0)?.cast_unsigned()), read(row)?));
    }
    came.sort_unstable_by(|(_, a), (_, b)| a.code.cmp(&b.code));
    let mut select = conn.prepare_cached(
        "SELECT code FROM component WHERE to_version > ?1 AND to_version <= ?2 AND from_version <= ?1",
    )?;
    let mut rows = select.query([number(base), number(newest)])?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next()? {
        let code = ComponentCode::new(row.get_ref(0)?.as_str()?)?;
        if came.binary_search_by(|(_, component)| component.code.cmp(&code)).is_err() {
            gone.push(code);
        }
    }
    gone.sort_unstable();
    Ok((came, gone))
}

/// Components with the keys of their new entries.
type Came = Vec<(Entry, Component)>;

/// Reads every entry of every version, one by one, and says of each whether it is what would be written.
pub(super) fn each_entry(conn: &Connection, mut tell: impl FnMut(Step<()>) -> Step<()>) -> Step<()> {
    let mut select = conn.prepare(&format!("SELECT entry, id, {COLUMNS} FROM component"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let entry = row.get(0)?;
        let same = || -> Step<()> {
            let (_, stored) = place(row)?;
            if gpkg::encode_place(&columns(row)?.place)?.blob == stored {
                return Ok(());
            }
            Err(Fault::Damaged("its geometry is not on the lattice".to_owned()))
        };
        tell(same().map_err(|fault| fault.in_row("component", entry)))?;
    }
    Ok(())
}

/// Writes the components that are new or differ from their valid entry, and ends those that are gone.
///
/// A code that is gone already stays gone; one that never was is refused.
pub(super) fn write(
    conn: &Connection,
    version: Version,
    (components, gone): (&[Component], &[ComponentCode]),
    traffic: &mut Traffic,
) -> Step<()> {
    let order = in_code_order(components, gone)?;
    let mut pen = Pen::open(conn, version)?;
    gone.iter().try_for_each(|code| pen.end(code, traffic))?;
    order.into_iter().try_for_each(|component| pen.put(component, traffic))?;
    pen.history.close()
}

/// The components in code order; refuses a code that is given twice.
fn in_code_order<'a>(components: &'a [Component], gone: &'a [ComponentCode]) -> Step<Vec<&'a Component>> {
    let mut order: Vec<&Component> = components.iter().collect();
    order.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    let mut codes: Vec<&ComponentCode> = order.iter().map(|component| &component.code).chain(gone).collect();
    codes.sort_unstable();
    match codes.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Fault::inconsistent(format!("component {} is given twice", pair[0]))),
        None => Ok(order),
    }
}

/// The name of the layer in tallies.
const LAYER: &str = "components";

/// The statements that write components.
struct Pen<'conn> {
    history: History<'conn>,
    find: CachedStatement<'conn>,
    version: i64,
}

impl<'conn> Pen<'conn> {
    fn open(conn: &'conn Connection, version: Version) -> Step<Self> {
        let find =
            format!("SELECT entry, id, {COLUMNS} FROM component WHERE code = ?1 AND to_version IS NULL");
        Ok(Pen {
            history: History::open(conn, COMPONENT, "code = ?1", version)?,
            find: conn.prepare_cached(&find)?,
            version: number(version),
        })
    }

    /// Ends the component's entry; a component that ended before is left alone.
    fn end(&mut self, code: &ComponentCode, traffic: &mut Traffic) -> Step<()> {
        let mut stored = self.find.query([code.as_str()])?;
        if let Some(row) = stored.next()? {
            leave(row, traffic)?;
            return self.history.end(LAYER, row.get(0)?);
        }
        if self.history.former([code.as_str()])?.is_some() {
            return Ok(());
        }
        Err(Fault::inconsistent(format!("component {code} cannot end: the city never had it")))
    }

    /// Writes a component unless its valid entry says the same.
    fn put(&mut self, component: &Component, traffic: &mut Traffic) -> Step<()> {
        let key = [component.code.as_str()];
        if self.history.was_empty() {
            let id = self.history.id_of(key)?;
            return self.begin(id, component, traffic);
        }
        let mut stored = self.find.query(key)?;
        let id = match stored.next()? {
            Some(row) if read(row)? == *component => return Ok(()),
            Some(row) => {
                leave(row, traffic)?;
                self.history.change(LAYER, row.get(0)?)?;
                row.get(1)?
            }
            None => self.history.id_of(key)?,
        };
        drop(stored);
        self.begin(id, component, traffic)
    }

    fn begin(&mut self, id: i64, c: &Component, traffic: &mut Traffic) -> Step<()> {
        let Encoded { blob, bounds } = gpkg::encode_place(&c.place)
            .map_err(|error| Fault::inconsistent(format!("component {}: {error}", c.code)))?;
        let kind = gpkg::kind(&c.place);
        traffic.came(Layer::Components(kind), bounds);
        let place = |column: ShapeKind| (column == kind).then_some(&blob);
        self.history.begin(
            LAYER,
            params![
                id,
                self.version,
                c.code.as_str(),
                c.edition.as_str(),
                c.class.as_str(),
                c.name,
                c.state,
                c.competent.code,
                c.competent.name,
                c.owner.code,
                c.owner.name,
                c.maintainer.code,
                c.maintainer.name,
                c.delivered_cell.as_ref().map(CellCode::as_str),
                c.surveyed,
                c.changed,
                c.data_source,
                c.note,
                extra_to_text(&c.extra)?,
                place(ShapeKind::Point),
                place(ShapeKind::Line),
                place(ShapeKind::Polygon),
            ],
        )
    }
}

/// Reads entry, id and [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> Step<Component> {
    columns(row).map_err(|fault| fault.in_row("component", row.get(0).unwrap_or_default()))
}

fn columns(row: &Row<'_>) -> Step<Component> {
    let edition = row.get_ref(3)?.as_str()?;
    let (kind, blob) = place(row)?;
    let cell = row.get_ref(13)?.as_str_or_null()?;
    let unit =
        |column: usize| -> Step<Unit> { Ok(Unit { code: row.get(column)?, name: row.get(column + 1)? }) };
    Ok(Component {
        code: ComponentCode::new(row.get_ref(2)?.as_str()?)?,
        edition: edition.parse().map_err(|error| Fault::Damaged(format!("{error}")))?,
        class: ClassCode::new(row.get_ref(4)?.as_str()?)?,
        name: row.get(5)?,
        state: row.get(6)?,
        competent: unit(7)?,
        owner: unit(9)?,
        maintainer: unit(11)?,
        delivered_cell: cell.map(CellCode::new).transpose()?,
        surveyed: row.get(14)?,
        changed: row.get(15)?,
        data_source: row.get(16)?,
        note: row.get(17)?,
        extra: extra_from_text(row.get_ref(18)?.as_str_or_null()?)?,
        place: gpkg::decode_place(kind, blob)?,
    })
}

/// The columns of the place; exactly one of them holds it.
const PLACE: [(usize, ShapeKind); 3] =
    [(19, ShapeKind::Point), (20, ShapeKind::Line), (21, ShapeKind::Polygon)];

/// The kind and the bytes of the place.
fn place<'a>(row: &'a Row<'_>) -> Step<(ShapeKind, &'a [u8])> {
    for (column, kind) in PLACE {
        if let Some(blob) = row.get_ref(column)?.as_blob_or_null()? {
            return Ok((kind, blob));
        }
    }
    Err(Fault::Damaged("it has no place".to_owned()))
}

/// Tells the layers that a valid entry ends.
fn leave(row: &Row<'_>, traffic: &mut Traffic) -> Step<()> {
    let (kind, blob) = place(row)?;
    traffic.went(Layer::Components(kind), gpkg::bounds(blob)?);
    Ok(())
}

fn extra_to_text(extra: &BTreeMap<String, String>) -> Step<Option<String>> {
    if extra.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(extra)
        .map_err(|error| Fault::inconsistent(format!("extra fields cannot be written as JSON: {error}")))?;
    Ok(Some(text))
}

fn extra_from_text(text: Option<&str>) -> Step<BTreeMap<String, String>> {
    let Some(text) = text else { return Ok(BTreeMap::new()) };
    serde_json::from_str(text).map_err(|error| Fault::Damaged(format!("extra fields: {error}")))
}
