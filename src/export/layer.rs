//! Which things of a city are exported.

use crate::geom::shape::ShapeKind;
use crate::model::thing::ThingKind;
use std::fmt;
use std::str::FromStr;

/// A layer of the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Cells 单元网格.
    Cells,
    /// Regions 区域.
    Regions,
    /// Components 部件.
    Components,
    /// The things of a kind.
    Things(ThingKind),
}

impl Layer {
    /// All layers.
    pub fn all() -> impl Iterator<Item = Layer> {
        let things = ThingKind::ALL.iter().map(|kind| Layer::Things(*kind));
        [Layer::Cells, Layer::Regions, Layer::Components].into_iter().chain(things)
    }

    /// The layer's name, the same as in `wanmi import`.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Cells => "cells",
            Layer::Regions => "regions",
            Layer::Components => "components",
            Layer::Things(kind) => kind.as_str(),
        }
    }

    /// The kinds of shape that its things may have; empty for a layer without shapes.
    pub fn shapes(self) -> &'static [ShapeKind] {
        match self {
            Layer::Cells | Layer::Regions => &[ShapeKind::Polygon],
            Layer::Components => &[ShapeKind::Point, ShapeKind::Line, ShapeKind::Polygon],
            Layer::Things(kind) => kind.shapes(),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown layer {got:?}: expected one of {}", known())]
pub struct UnknownLayer {
    got: String,
}

fn known() -> String {
    Layer::all().map(Layer::as_str).collect::<Vec<_>>().join(", ")
}

impl FromStr for Layer {
    type Err = UnknownLayer;

    fn from_str(text: &str) -> Result<Self, UnknownLayer> {
        Layer::all().find(|layer| layer.as_str() == text).ok_or_else(|| UnknownLayer { got: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_found_by_name_and_others_are_refused_with_the_list() {
        for layer in Layer::all() {
            assert_eq!(layer.as_str().parse(), Ok(layer));
        }
        let said = "lamps".parse::<Layer>().unwrap_err().to_string();
        assert!(
            said.contains("\"lamps\"") && said.contains("components") && said.contains("places"),
            "{said}"
        );
    }
}
