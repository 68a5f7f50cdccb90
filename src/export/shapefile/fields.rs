//! The fields of a table in GBK.

use super::super::layer::Layer;
use super::super::record::Table;
use crate::model::class::Edition;
use crate::model::code::CODE_MAX_BYTES;
use crate::model::standard::component_fields;
use crate::model::thing::{Form, ThingKind};

/// The longest name of a field in bytes.
const NAME_BYTES: usize = 10;

/// The widest field.
const WIDEST: u8 = 254;

/// A field, and the column of a record that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) width: u8,
    pub(super) date: bool,
    pub(super) column: usize,
}

/// The fields of a layer: those of the edition for components, else the columns with names cut to ten bytes.
pub(super) fn fields(table: &Table, edition: Edition) -> Vec<Field> {
    if table.layer == Layer::Components {
        let standard = component_fields(edition).iter().filter_map(|field| {
            let column = table.columns.iter().position(|name| *name == field.target)?;
            Some(Field { name: field.name.to_owned(), width: field.width, date: field.date, column })
        });
        return standard.collect();
    }
    let own = table.columns.iter().enumerate().map(|(column, name)| {
        let (width, date) = form(table.layer, name);
        Field { name: short(table.layer, name), width, date, column }
    });
    own.collect()
}

/// A name of at most ten bytes: the column's own, else the beginning of its Chinese name, which `wanmi import` knows.
fn short(layer: Layer, name: &str) -> String {
    let title = match layer {
        Layer::Things(kind) => kind.field(name).map(|field| field.title),
        _ => None,
    };
    match title {
        Some(title) if name.len() > NAME_BYTES => title.chars().take(NAME_BYTES / 2).collect(),
        _ => name.chars().take(NAME_BYTES).collect(),
    }
}

/// How wide a column is, and whether it holds dates.
fn form(layer: Layer, name: &str) -> (u8, bool) {
    const CODE: u8 = CODE_MAX_BYTES as u8;
    let of_kind = |kind: ThingKind| match kind.field(name).map(|field| field.form) {
        Some(Form::Day) => (8, true),
        Some(Form::Word(_)) => (16, false),
        Some(Form::CreditCode) => (18, false),
        Some(Form::Thing(_) | Form::Region) => (CODE, false),
        _ => (WIDEST, false),
    };
    match (layer, name) {
        (_, "code") | (Layer::Cells | Layer::Regions, "community" | "street" | "district" | "parent") => {
            (CODE, false)
        }
        (Layer::Cells, "started") => (8, true),
        (Layer::Regions, "level") => (9, false),
        (Layer::Things(kind), _) => of_kind(kind),
        _ => (WIDEST, false),
    }
}
