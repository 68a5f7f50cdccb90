//! What is told of a component, wherever it is told.

use super::geojson;
use super::problem::Problem;
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::live::Shown;
use crate::model::class::{Edition, Kind};
use crate::model::component::{Component, Unit};
use crate::model::row::{Entry, Extra, RestRow, Upkeep};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A component's record; units without phone numbers (DECISIONS 18).
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ComponentRecord)]
pub(super) struct Record<'a> {
    /// The code 标识码.
    code: &'a str,
    /// The edition of the standard that its class belongs to.
    #[schema(value_type = String, example = "gbt47678.5-2026")]
    edition: Edition,
    /// Its class 小类.
    class: &'a str,
    /// Its class's name.
    class_name: Option<&'a str>,
    /// Its name, when it has one.
    name: Option<&'a str>,
    /// Its state 状态, as delivered.
    state: Option<&'a str>,
    /// The competent unit 主管部门.
    competent: Option<UnitReply<'a>>,
    /// The owner 权属单位.
    owner: Option<UnitReply<'a>>,
    /// The maintainer 养护单位.
    maintainer: Option<UnitReply<'a>>,
    /// The day of the first survey, YYYYMMDD.
    surveyed: Option<&'a str>,
    /// The day of the last change survey, YYYYMMDD.
    changed: Option<&'a str>,
    /// Where the data come from 数据来源.
    data_source: Option<&'a str>,
    /// A note 备注.
    note: Option<&'a str>,
    /// Delivered fields that the mapping keeps, by name.
    #[schema(value_type = BTreeMap<String, String>)]
    extra: Extra<'a>,
    /// The cell that holds it; null outside the cover.
    pub(super) cell: Option<&'a str>,
    /// The place that decides its cell, CGCS2000.
    location: LocationReply,
}

/// A department as a record names it, without its phone number.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Unit)]
pub(super) struct UnitReply<'a> {
    /// Its code, often a social credit code 统一社会信用代码.
    code: Option<&'a str>,
    /// Its name.
    name: Option<&'a str>,
}

/// CGCS2000 degrees.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Location)]
pub(super) struct LocationReply {
    /// Degrees east.
    lng: f64,
    /// Degrees north.
    lat: f64,
}

/// How many requests read details at once; the others wait their turn without holding a thread.
static READERS: Semaphore = Semaphore::const_new(4);

/// A record was not told.
#[derive(Debug, thiserror::Error)]
#[error("a record was not told")]
pub(super) struct RecordMissing;

/// Whole records of some components, all in one go; they are those of the version shown, whatever came since.
///
/// # Errors
/// An internal problem when the store cannot be read.
pub(super) async fn read(shown: &Arc<Shown>, ids: Vec<ComponentId>) -> Result<Vec<Component>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let entries: Vec<Entry> = ids.iter().map(|id| shown.city.inventory.entry(*id)).collect();
    let details = Arc::clone(&shown.details);
    let _turn = READERS.acquire().await.map_err(|error| Problem::internal(&error))?;
    let told = tokio::task::spawn_blocking(move || details.components(&entries)).await;
    told.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))
}

/// What is told of a component that the city holds all of; `None` when its rest is read from the store.
pub(super) fn held(city: &City, id: ComponentId) -> Option<Record<'_>> {
    Some(record(city, id, city.inventory.rest(id)?))
}

/// What is told of a component with the rest that is told of it.
pub(super) fn record<'a>(city: &'a City, id: ComponentId, rest: RestRow<'a>) -> Record<'a> {
    let inventory = &city.inventory;
    let (edition, code) = inventory.class(id);
    let class = city.catalogue.get(edition, Kind::Component, code);
    let Upkeep { state, competent, owner, maintainer } = inventory.upkeep(id);
    let [lng, lat] = geojson::pair(inventory.location(id));
    Record {
        code: inventory.code(id),
        edition,
        class: code.as_str(),
        class_name: class.map(|class| class.name.as_str()),
        name: inventory.name(id),
        state: state.as_deref(),
        competent: unit(competent),
        owner: unit(owner),
        maintainer: unit(maintainer),
        surveyed: rest.surveyed,
        changed: rest.changed,
        data_source: rest.data_source,
        note: rest.note,
        extra: rest.extra,
        cell: inventory.cell(id).map(|cell| city.cell(cell).code.as_str()),
        location: LocationReply { lng, lat },
    }
}

fn unit(unit: &Unit) -> Option<UnitReply<'_>> {
    let is_named = unit.code.is_some() || unit.name.is_some();
    is_named.then_some(UnitReply { code: unit.code.as_deref(), name: unit.name.as_deref() })
}
