//! A thing as a row: values by the names that `wanmi import` takes without a mapping, and a shape.

use super::layer::Layer;
use crate::geom::shape::ShapeKind;
use crate::model::cell::Cell;
use crate::model::component::{Component, Place};
use crate::model::region::Region;
use crate::model::thing::Thing;
use std::borrow::Cow;

/// The columns of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The layer.
    pub layer: Layer,
    /// Names of the columns, those of the targets of `wanmi import`; the first is `code`.
    pub columns: Vec<&'static str>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The values, one for each column; what is absent is none.
    pub values: Vec<Option<Cow<'a, str>>>,
    /// The shape.
    pub place: Option<Cow<'a, Place>>,
}

/// The columns of components.
pub(super) const COMPONENT: [&str; 17] = [
    "code",
    "class",
    "edition",
    "name",
    "state",
    "competent_code",
    "competent_name",
    "owner_code",
    "owner_name",
    "maintainer_code",
    "maintainer_name",
    "cell",
    "surveyed",
    "changed",
    "data_source",
    "note",
    "extra",
];

const CELL: [&str; 6] = ["code", "name", "community", "street", "district", "started"];

const REGION: [&str; 4] = ["code", "name", "level", "parent"];

impl Table {
    /// The columns of a layer.
    pub fn of(layer: Layer) -> Self {
        let columns = match layer {
            Layer::Cells => CELL.to_vec(),
            Layer::Regions => REGION.to_vec(),
            Layer::Components => COMPONENT.to_vec(),
            Layer::Things(kind) => {
                std::iter::once("code").chain(kind.fields().iter().map(|field| field.name)).collect()
            }
        };
        Table { layer, columns }
    }

    /// Whether things of the layer may have a shape.
    pub fn has_shapes(&self) -> bool {
        !self.layer.shapes().is_empty()
    }
}

type Value<'a> = Option<Cow<'a, str>>;

fn maybe<T: AsRef<str>>(value: Option<&T>) -> Value<'_> {
    value.map(|value| Cow::Borrowed(value.as_ref()))
}

impl<'a> Record<'a> {
    /// A component.
    pub fn component(c: &'a Component) -> Self {
        let extra = (!c.extra.is_empty()).then(|| Cow::Owned(extra(c)));
        let values = vec![
            Some(Cow::Borrowed(c.code.as_str())),
            Some(Cow::Borrowed(c.class.as_str())),
            Some(Cow::Borrowed(c.edition.as_str())),
            maybe(c.name.as_ref()),
            maybe(c.state.as_ref()),
            maybe(c.competent.code.as_ref()),
            maybe(c.competent.name.as_ref()),
            maybe(c.owner.code.as_ref()),
            maybe(c.owner.name.as_ref()),
            maybe(c.maintainer.code.as_ref()),
            maybe(c.maintainer.name.as_ref()),
            c.delivered_cell.as_ref().map(|cell| Cow::Borrowed(cell.as_str())),
            maybe(c.surveyed.as_ref()),
            maybe(c.changed.as_ref()),
            maybe(c.data_source.as_ref()),
            maybe(c.note.as_ref()),
            extra,
        ];
        Record { values, place: Some(Cow::Borrowed(&c.place)) }
    }

    /// A cell with its polygons.
    pub fn cell(cell: &'a Cell, place: Place) -> Self {
        let parents = &cell.parents;
        let [community, street, district] = [&parents.community, &parents.street, &parents.district]
            .map(|code| code.as_ref().map(|code| Cow::Borrowed(code.as_str())));
        let started = maybe(cell.started.as_ref());
        let values = vec![
            Some(Cow::Borrowed(cell.code.as_str())),
            maybe(cell.name.as_ref()),
            community,
            street,
            district,
            started,
        ];
        Record { values, place: Some(Cow::Owned(place)) }
    }

    /// A region.
    pub fn region(region: &'a Region) -> Self {
        let parent = region.parent.as_ref().map(|parent| Cow::Borrowed(parent.as_str()));
        let values = vec![
            Some(Cow::Borrowed(region.code.as_str())),
            Some(Cow::Borrowed(&region.name)),
            Some(Cow::Borrowed(region.level.as_str())),
            parent,
        ];
        let place = (!region.border.is_empty()).then(|| Cow::Owned(Place::Polygon(region.border.clone())));
        Record { values, place }
    }

    /// A thing of another layer.
    pub fn thing(thing: &'a Thing) -> Self {
        let mut values = vec![Some(Cow::Borrowed(thing.code.as_str()))];
        values.extend(thing.kind.fields().iter().map(|field| thing.value(field.name).map(Cow::Borrowed)));
        Record { values, place: thing.place.as_ref().map(Cow::Borrowed) }
    }

    /// The code.
    pub fn code(&self) -> &str {
        self.values.first().and_then(Option::as_deref).unwrap_or_default()
    }

    /// The kind of the shape.
    pub fn shape(&self) -> Option<ShapeKind> {
        self.place.as_deref().map(kind)
    }
}

/// The kind of a place.
pub(super) fn kind(place: &Place) -> ShapeKind {
    match place {
        Place::Point(_) => ShapeKind::Point,
        Place::Line(_) => ShapeKind::Line,
        Place::Polygon(_) => ShapeKind::Polygon,
    }
}

/// Kept fields as a JSON object of texts.
fn extra(component: &Component) -> String {
    // A map of texts always is JSON.
    serde_json::to_string(&component.extra).unwrap_or_default()
}
