//! What is told of a component, wherever it is told. It is written member by member: on one core, a general writer spent more
//! on the names of the members than finding the components costs.

use super::geojson;
use super::problem::Problem;
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::live::Shown;
use crate::model::class::{Catalogue, Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::component::{Component, Unit};
use crate::model::row::{Entry, RestRow, Upkeep};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A component's record; units without phone numbers.
#[derive(Serialize, utoipa::ToSchema)]
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
    extra: BTreeMap<String, String>,
    /// The cell that holds it; null outside the cover.
    cell: Option<&'a str>,
    /// The place that decides its cell, CGCS2000.
    location: LocationReply,
}

/// A department as a record names it, without its phone number.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Unit)]
pub(super) struct UnitReply<'a> {
    /// Its code, often a social credit code 统一社会信用代码.
    code: Option<&'a str>,
    /// Its name.
    name: Option<&'a str>,
}

/// CGCS2000 degrees.
#[derive(Serialize, utoipa::ToSchema)]
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

/// Writes what is told of a component: the members of its [`Record`], without the braces around them.
///
/// # Errors
/// None that is known: texts and numbers can be written.
pub(super) fn write(
    out: &mut Vec<u8>,
    (city, id): (&City, ComponentId),
    rest: &RestRow<'_>,
) -> serde_json::Result<()> {
    let inventory = &city.inventory;
    let cell = inventory.cell(id).map(|cell| city.cell(cell).code.as_str());
    let [lng, lat] = geojson::pair(inventory.location(id));
    member(out, "\"code\":", inventory.code(id))?;
    let class = |edition, code: &ClassCode| class(&city.catalogue, edition, code);
    out.extend_from_slice(inventory.class_told(id, class).as_bytes());
    member(out, ",\"name\":", &inventory.name(id))?;
    out.extend_from_slice(inventory.upkeep_told(id, upkeep).as_bytes());
    member(out, ",\"surveyed\":", &rest.surveyed)?;
    member(out, ",\"changed\":", &rest.changed)?;
    member(out, ",\"data_source\":", &rest.data_source)?;
    member(out, ",\"note\":", &rest.note)?;
    member(out, ",\"extra\":", &rest.extra)?;
    member(out, ",\"cell\":", &cell)?;
    member(out, ",\"location\":", &LocationReply { lng, lat })
}

/// The members that tell state and units, with a comma before each; alike in very many components, and written once.
fn upkeep(upkeep: &Upkeep) -> Box<str> {
    let Upkeep { state, competent, owner, maintainer } = upkeep;
    let [competent, owner, maintainer] = [competent, owner, maintainer].map(|of| json(&unit(of)));
    let state = json(state);
    format!(",\"state\":{state},\"competent\":{competent},\"owner\":{owner},\"maintainer\":{maintainer}")
        .into()
}

/// The members that tell a class, likewise.
fn class(catalogue: &Catalogue, edition: Edition, code: &ClassCode) -> Box<str> {
    let name = catalogue.get(edition, Kind::Component, code).map(|class| class.name.as_str());
    let (edition, code, name) = (json(edition.as_str()), json(code.as_str()), json(&name));
    format!(",\"edition\":{edition},\"class\":{code},\"class_name\":{name}").into()
}

/// A value of texts as JSON; such a one can always be written.
fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_else(|_never| "null".to_owned())
}

/// Writes a member whose name comes with its quotation marks, colon and comma.
pub(super) fn member(
    out: &mut Vec<u8>,
    name: &str,
    value: &(impl Serialize + ?Sized),
) -> serde_json::Result<()> {
    out.extend_from_slice(name.as_bytes());
    serde_json::to_writer(out, value)
}

fn unit(unit: &Unit) -> Option<UnitReply<'_>> {
    let is_named = unit.code.is_some() || unit.name.is_some();
    is_named.then_some(UnitReply { code: unit.code.as_deref(), name: unit.name.as_deref() })
}
