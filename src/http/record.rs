//! What is told of a component, wherever it is told. It is written member by member: on one core, a general writer spent more
//! on the names of the members than finding the components costs.

use super::problem::Problem;
use crate::city::City;
use crate::city::held::Held;
use crate::city::inventory::ComponentId;
use crate::geom::lattice::Position;
use crate::live::Shown;
use crate::model::class::{Catalogue, Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::component::{Component, Unit};
use crate::model::decimal;
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

/// Why a record is not told.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTold {
    /// The store did not tell of it.
    #[error("the store does not tell of a record that the city names")]
    Missing,
    /// Texts and numbers can be written: none that is known.
    #[error(transparent)]
    Unwritable(#[from] serde_json::Error),
}

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

/// Writes what is told of a component: the members of its [`Record`], without the braces around them. Days, source, note and
/// extra fields are told as `stored` or else as held.
///
/// # Errors
/// [`NotTold`] when they are neither.
pub(super) fn write(
    out: &mut Vec<u8>,
    (city, held): (&City, &Held<'_>),
    stored: Option<&RestRow<'_>>,
) -> Result<(), NotTold> {
    member(out, "\"code\":", held.code())?;
    let class = |edition, code: &ClassCode| class(&city.catalogue, edition, code);
    out.extend_from_slice(held.class_told(class).as_bytes());
    member(out, ",\"name\":", &held.name())?;
    out.extend_from_slice(held.upkeep_told(upkeep).as_bytes());
    match stored {
        Some(rest) => {
            member(out, ",\"surveyed\":", &rest.surveyed)?;
            member(out, ",\"changed\":", &rest.changed)?;
            out.extend_from_slice(remark(rest).as_bytes());
        }
        None => write_held_rest(out, held)?,
    }
    let cell = held.cell().map(|cell| city.cell(cell).code.as_str());
    member(out, ",\"cell\":", &cell)?;
    let Position { x, y } = held.location();
    out.extend_from_slice(b",\"location\":{\"lng\":");
    decimal::degrees(out, x);
    out.extend_from_slice(b",\"lat\":");
    decimal::degrees(out, y);
    out.push(b'}');
    Ok(())
}

fn write_held_rest(out: &mut Vec<u8>, held: &Held<'_>) -> Result<(), NotTold> {
    let remark = held.remark_told(remark).ok_or(NotTold::Missing)?;
    let [surveyed, changed] = held.days_told(|day| json(day).into());
    out.extend_from_slice(b",\"surveyed\":");
    out.extend_from_slice(surveyed.unwrap_or("null").as_bytes());
    out.extend_from_slice(b",\"changed\":");
    out.extend_from_slice(changed.unwrap_or("null").as_bytes());
    out.extend_from_slice(remark.as_bytes());
    Ok(())
}

/// The members that tell source, note and extra fields, with a comma before each; alike in very many components, and written
/// once.
fn remark(rest: &RestRow<'_>) -> Box<str> {
    let [data_source, note, extra] = [json(&rest.data_source), json(&rest.note), json(&rest.extra)];
    format!(",\"data_source\":{data_source},\"note\":{note},\"extra\":{extra}").into()
}

/// The members that tell state and units, likewise.
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
