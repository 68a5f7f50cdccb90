//! Components 部件: the surveyed things.

use super::class::Edition;
use super::code::{CellCode, ClassCode, ComponentCode};
use super::text::Text;
use crate::geom::lattice::Position;
use std::collections::BTreeMap;

/// A component as it is stored; the cell that holds it is computed, never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The component's code 标识码.
    pub code: ComponentCode,
    /// The edition its class code belongs to.
    pub edition: Edition,
    /// Its class 小类.
    pub class: ClassCode,
    /// Its name; the class's name when none was delivered.
    pub name: Option<Text>,
    /// Its state 状态, as delivered.
    pub state: Option<Text>,
    /// The competent unit 主管部门.
    pub competent: Unit,
    /// The owner 权属单位.
    pub owner: Unit,
    /// The maintainer 养护单位.
    pub maintainer: Unit,
    /// The cell that the delivery names; compared with the computed one, never trusted.
    pub delivered_cell: Option<CellCode>,
    /// The day of the first survey 初始日期, YYYYMMDD.
    pub surveyed: Option<Text>,
    /// The day of the last change survey 变更日期, YYYYMMDD.
    pub changed: Option<Text>,
    /// Where the data come from 数据来源.
    pub data_source: Option<Text>,
    /// A note 备注.
    pub note: Option<Text>,
    /// Delivered fields that the mapping keeps, by name.
    pub extra: BTreeMap<String, String>,
    /// Its shape.
    pub place: Place,
}

/// A department as a component's record names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// The department's code, often a social credit code 统一社会信用代码.
    pub code: Option<Text>,
    /// The department's name.
    pub name: Option<Text>,
}

/// A component's shape in absolute lattice positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// One place.
    Point(Position),
    /// One or more lines.
    Line(Vec<Vec<Position>>),
    /// One or more polygons: rings without the repeated last position, the shell first.
    Polygon(Vec<Vec<Vec<Position>>>),
}

impl Place {
    /// The first position of the place; the lattice's zero for a place without any, which no import makes.
    pub fn first(&self) -> Position {
        let first = match self {
            Place::Point(position) => Some(position),
            Place::Line(lines) => lines.iter().flatten().next(),
            Place::Polygon(polygons) => polygons.iter().flatten().flatten().next(),
        };
        first.copied().unwrap_or(Position { x: 0, y: 0 })
    }
}
