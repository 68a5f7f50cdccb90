//! Records as they are told, kept for the next who asks: notes, dates and sources are read from the store once.
//!
//! The key is that of a component's state, which never changes, so nothing kept is ever wrong. The cell that holds the
//! component is another city's matter and is put in when it is told.

use super::record::Record;
use super::reply;
use crate::city::City;
use crate::city::inventory::{ComponentId, NearComponent};
use crate::model::class::Catalogue;
use crate::model::row::Entry;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How many bytes the younger half may hold before it becomes the older half, which is then let go.
const HALF_BYTES: usize = 16 << 20;

/// What stands in a record where its cell is to be put in.
const CELL: &[u8] = b"\"cell\":null";

/// The records that were told last, at most twice [`HALF_BYTES`] of them.
#[derive(Default)]
pub(super) struct Kept(RwLock<Halves>);

#[derive(Default)]
struct Halves {
    /// The classes that the records name.
    catalogue: Option<Arc<Catalogue>>,
    young: HashMap<Entry, Told>,
    young_bytes: usize,
    old: HashMap<Entry, Told>,
}

/// The members of a record, and where the value of its cell ends.
struct Told {
    members: Box<[u8]>,
    cell_end: usize,
}

impl Kept {
    /// The reply that names components near a place, when all of them are kept.
    ///
    /// Cost: about a microsecond for ten.
    pub(super) fn near(&self, city: &City, found: &[NearComponent]) -> Option<Vec<u8>> {
        let halves = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !found.is_empty()
            && !halves.catalogue.as_ref().is_some_and(|known| Arc::ptr_eq(known, &city.catalogue))
        {
            return None;
        }
        let mut body = Vec::with_capacity(64 + found.len() * 640);
        body.extend_from_slice(b"{\"version\":");
        serde_json::to_writer(&mut body, &city.version).ok()?;
        body.extend_from_slice(b",\"components\":[");
        for (i, NearComponent { id, distance_m }) in found.iter().enumerate() {
            let told = halves.find(city.inventory.entry(*id))?;
            body.extend_from_slice(if i == 0 { b"{\"distance_m\":" } else { b",{\"distance_m\":" });
            serde_json::to_writer(&mut body, &reply::millis(*distance_m)).ok()?;
            body.push(b',');
            body.extend_from_slice(&told.members[..told.cell_end - b"null".len()]);
            let cell = city.inventory.cell(*id).map(|cell| city.cell(cell).code.as_str());
            serde_json::to_writer(&mut body, &cell).ok()?;
            body.extend_from_slice(&told.members[told.cell_end..]);
            body.push(b'}');
        }
        body.extend_from_slice(b"],\"next\":null}");
        Some(body)
    }

    /// Keeps records of the city in use.
    pub(super) fn keep<'a>(&self, city: &City, records: impl Iterator<Item = (ComponentId, Record<'a>)>) {
        let told: Vec<(Entry, Told)> =
            records.filter_map(|(id, record)| Some((city.inventory.entry(id), Told::of(record)?))).collect();
        let mut halves = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !halves.catalogue.as_ref().is_some_and(|known| Arc::ptr_eq(known, &city.catalogue)) {
            *halves = Halves { catalogue: Some(Arc::clone(&city.catalogue)), ..Halves::default() };
        }
        for (entry, told) in told {
            halves.young_bytes += told.members.len() + size_of::<(Entry, Told)>();
            halves.young.insert(entry, told);
        }
        if halves.young_bytes > HALF_BYTES {
            halves.old = std::mem::take(&mut halves.young);
            halves.young_bytes = 0;
        }
    }
}

impl Halves {
    fn find(&self, entry: Entry) -> Option<&Told> {
        self.young.get(&entry).or_else(|| self.old.get(&entry))
    }
}

impl Told {
    fn of(record: Record<'_>) -> Option<Self> {
        let json = serde_json::to_vec(&record.anywhere()).ok()?;
        let members = json.strip_prefix(b"{")?.strip_suffix(b"}")?;
        // The last one: behind it only numbers come. In a text its quotation marks would be escaped.
        let cell = members.windows(CELL.len()).rposition(|window| window == CELL)?;
        Some(Told { members: members.into(), cell_end: cell + CELL.len() })
    }
}
