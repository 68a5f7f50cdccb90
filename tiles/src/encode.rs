//! Features into Mapbox Vector Tile 2.1 bytes, in the order they come.

use crate::clip::{Pieces, RingClip, doubled_area, is_drawn, is_off_the_rim};
use crate::{EXTENT, TilePoint};
use fast_mvt::{
    DEFAULT_EXTENT, MvtCoord, MvtError, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtValueRef,
};

/// The largest integer that a browser reads exactly, 2⁵³ − 1: the bound of feature ids and of integer attributes.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

const _: () = assert!(DEFAULT_EXTENT.get() == EXTENT as u32, "the writer's own extent is ours");

/// A layer of a tile being made: features go in, are clipped to the buffered tile, and are encoded at once.
#[derive(Debug)]
pub struct Layer {
    name: String,
    /// Absent only after the writer itself failed.
    writer: Option<MvtLayerBuilder>,
    clip: RingClip,
    pieces: Pieces,
    roles: Vec<Role>,
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number within ±(2⁵³ − 1).
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// What became of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// The tile shows it.
    Yes,
    /// It lies outside the buffered tile, or only touches its rim.
    Outside,
    /// It lies in the tile but is smaller than the tile can show at this zoom; the caller may stand in for it.
    Collapsed,
}

/// Why a tile cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// A layer has the empty name.
    #[error("invalid layer name (got \"\"): a layer of a tile needs a name")]
    UnnamedLayer,
    /// Two layers of a tile have one name.
    #[error("layer {name:?} occurs twice in one tile: put the features of both into one layer")]
    RepeatedLayer {
        /// The name.
        name: String,
    },
    /// A feature id that browsers would round.
    #[error("invalid feature id in layer {layer:?} (got {id}): ids end at {MAX_SAFE_INTEGER}")]
    FeatureId {
        /// The layer.
        layer: String,
        /// The id.
        id: u64,
    },
    /// A feature has two attributes of one key.
    #[error("attribute {key:?} occurs twice on feature {id} of layer {layer:?}: give it once")]
    RepeatedKey {
        /// The layer.
        layer: String,
        /// The feature.
        id: u64,
        /// The key.
        key: String,
    },
    /// An attribute is NaN or infinite, or a whole number that browsers would round.
    #[error(
        "invalid attribute {key:?} on feature {id} of layer {layer:?} (got {value}): \
             leave out what is not finite, and send whole numbers beyond {MAX_SAFE_INTEGER} as text"
    )]
    Number {
        /// The layer.
        layer: String,
        /// The feature.
        id: u64,
        /// The key.
        key: String,
        /// The value, as text.
        value: String,
    },
    /// The writer gave up: more than 2³² values in a layer or 2²⁹ vertices in a path.
    #[error("layer {layer:?} cannot be encoded: make a tile of fewer features")]
    Writer {
        /// The layer.
        layer: String,
        /// What the writer says; absent when it had failed before.
        source: Option<MvtError>,
    },
}

impl TileError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            TileError::UnnamedLayer => "tile-layer-unnamed",
            TileError::RepeatedLayer { .. } => "tile-layer-repeated",
            TileError::FeatureId { .. } => "tile-feature-id",
            TileError::RepeatedKey { .. } => "tile-attribute-repeated",
            TileError::Number { .. } => "tile-attribute-number",
            TileError::Writer { .. } => "tile-too-large",
        }
    }
}

/// What a ring bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Exterior,
    Interior,
}

/// A feature's attributes; keys and values keep this order.
type Attributes<'a> = &'a [(&'a str, Value<'a>)];

/// The bytes of a tile with these layers, in this order; layers without features are left out.
///
/// A tile without any feature is no bytes at all: the caller answers 204.
///
/// # Errors
/// [`TileError::RepeatedLayer`] when two layers have one name, and [`TileError::Writer`] for a layer that failed.
pub fn encode(layers: impl IntoIterator<Item = Layer>) -> Result<Vec<u8>, TileError> {
    let mut names = Vec::new();
    let mut bytes = Vec::new();
    for layer in layers {
        let Layer { name, writer, .. } = layer;
        if names.contains(&name) {
            return Err(TileError::RepeatedLayer { name });
        }
        let Some(writer) = writer else { return Err(TileError::Writer { layer: name, source: None }) };
        if writer.num_features() > 0 {
            // A tile is its layers one after the other (protobuf: repeated fields concatenate).
            bytes.extend_from_slice(&writer.encode());
        }
        names.push(name);
    }
    Ok(bytes)
}

impl Layer {
    /// An empty layer.
    ///
    /// # Errors
    /// [`TileError::UnnamedLayer`] for the empty name.
    pub fn new(name: &str) -> Result<Self, TileError> {
        let Ok(writer) = MvtLayerBuilder::new(name) else { return Err(TileError::UnnamedLayer) };
        Ok(Layer {
            name: name.to_owned(),
            writer: Some(writer),
            clip: RingClip::default(),
            pieces: Pieces::default(),
            roles: Vec::new(),
        })
    }

    /// How many features the layer shows.
    pub fn features(&self) -> usize {
        self.writer.as_ref().map_or(0, MvtLayerBuilder::num_features)
    }

    /// Adds an area of one or more polygons; in each the first ring is the exterior, the others are its holes.
    ///
    /// Rings may be open or closed and turn either way: the tile winds exteriors and holes as MVT 2.1 wants. A ring
    /// whose area is zero in tile units is left out; an exterior takes its holes along, and so does a polygon of which
    /// the holes leave nothing. A ring that rounding has turned inside out is kept, so no ground goes uncovered.
    /// Cost: linear in the vertices.
    ///
    /// # Errors
    /// [`TileError`] for the id and the attributes; the feature is then not added. They are looked at only if
    /// something is drawn.
    pub fn polygon<P, R>(
        &mut self,
        id: u64,
        polygons: P,
        attributes: Attributes<'_>,
    ) -> Result<Drawn, TileError>
    where
        P: IntoIterator,
        P::Item: IntoIterator<Item = R>,
        R: AsRef<[TilePoint]>,
    {
        self.pieces.clear();
        self.roles.clear();
        let mut missed = Drawn::Outside;
        for rings in polygons {
            if let Drawn::Collapsed = self.clip_polygon(rings) {
                missed = Drawn::Collapsed;
            }
        }
        if self.roles.is_empty() {
            return Ok(missed);
        }
        self.write(MvtGeomType::Polygon, id, attributes)
    }

    /// Adds a feature of one or more lines; the parts outside the buffered tile are cut away.
    ///
    /// Cost: linear in the vertices.
    ///
    /// # Errors
    /// As for [`Layer::polygon`].
    pub fn line<R>(
        &mut self,
        id: u64,
        lines: impl IntoIterator<Item = R>,
        attributes: Attributes<'_>,
    ) -> Result<Drawn, TileError>
    where
        R: AsRef<[TilePoint]>,
    {
        self.pieces.clear();
        let mut missed = Drawn::Outside;
        for line in lines {
            let line = line.as_ref();
            let before = self.pieces.len();
            self.pieces.push_line(line);
            if self.pieces.len() == before && line.iter().any(|&point| is_off_the_rim(point)) {
                missed = Drawn::Collapsed;
            }
        }
        if self.pieces.len() == 0 {
            return Ok(missed);
        }
        self.write(MvtGeomType::LineString, id, attributes)
    }

    /// Adds a feature of one or more points; those outside the buffered tile are left out.
    ///
    /// # Errors
    /// As for [`Layer::polygon`].
    pub fn point(
        &mut self,
        id: u64,
        points: impl IntoIterator<Item = TilePoint>,
        attributes: Attributes<'_>,
    ) -> Result<Drawn, TileError> {
        self.pieces.clear();
        let drawn: Vec<_> = points.into_iter().filter(|&point| is_drawn(point)).collect();
        if drawn.is_empty() {
            return Ok(Drawn::Outside);
        }
        self.pieces.push(&drawn);
        self.write(MvtGeomType::Point, id, attributes)
    }

    /// Clips the rings of one polygon into `pieces` and `roles`.
    fn clip_polygon<R: AsRef<[TilePoint]>>(&mut self, rings: impl IntoIterator<Item = R>) -> Drawn {
        let before = self.roles.len();
        let mut area_left = 0;
        let mut missed = Drawn::Outside;
        for (at, ring) in rings.into_iter().enumerate() {
            let ring = self.clip.clip(ring.as_ref());
            let area = doubled_area(ring).abs();
            if at == 0 && ring.iter().any(|&point| is_off_the_rim(point)) {
                missed = Drawn::Collapsed;
            }
            match (at, area) {
                (0, 0) => return missed,
                (_, 0) => continue,
                (0, _) => {
                    area_left = area;
                    self.roles.push(Role::Exterior);
                }
                _ => {
                    area_left -= area;
                    self.roles.push(Role::Interior);
                }
            }
            self.pieces.push(ring);
        }
        if area_left > 0 {
            return Drawn::Yes;
        }
        self.roles.truncate(before);
        self.pieces.truncate(before);
        missed
    }

    /// Encodes `pieces` (and for polygons `roles`) as one feature.
    fn write(&mut self, kind: MvtGeomType, id: u64, attributes: Attributes<'_>) -> Result<Drawn, TileError> {
        self.check(id, attributes)?;
        let failed = |source| TileError::Writer { layer: self.name.clone(), source };
        let writer = self.writer.take().ok_or_else(|| failed(None))?;
        let mut feature = writer.feature_of(kind);
        feature.id(Some(id));
        write_geometry(&mut feature, kind, &self.pieces, &self.roles)
            .map_err(|source| failed(Some(source)))?;
        for &(key, value) in attributes {
            feature.tag_ref(key, value.into()).map_err(|source| failed(Some(source)))?;
        }
        self.writer = Some(feature.end());
        Ok(Drawn::Yes)
    }

    /// Refuses ids and attributes that a browser would misread.
    fn check(&self, id: u64, attributes: Attributes<'_>) -> Result<(), TileError> {
        let layer = || self.name.clone();
        if id > MAX_SAFE_INTEGER {
            return Err(TileError::FeatureId { layer: layer(), id });
        }
        for (at, &(key, value)) in attributes.iter().enumerate() {
            // Features have a handful of attributes: looking back is cheaper than a set.
            if attributes[..at].iter().any(|&(earlier, _)| earlier == key) {
                return Err(TileError::RepeatedKey { layer: layer(), id, key: key.to_owned() });
            }
            if let Some(value) = value.unreadable() {
                return Err(TileError::Number { layer: layer(), id, key: key.to_owned(), value });
            }
        }
        Ok(())
    }
}

impl Value<'_> {
    /// The value as text when a browser would misread it.
    fn unreadable(self) -> Option<String> {
        match self {
            Value::Integer(value) if value.unsigned_abs() > MAX_SAFE_INTEGER => Some(value.to_string()),
            Value::Number(value) if !value.is_finite() => Some(value.to_string()),
            _ => None,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Number(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Flag(value)
    }
}

impl<'a> From<Value<'a>> for MvtValueRef<'a> {
    fn from(value: Value<'a>) -> Self {
        match value {
            Value::Text(value) => MvtValueRef::String(value),
            Value::Integer(value @ 0..) => MvtValueRef::UInt(value.cast_unsigned()),
            Value::Integer(value) => MvtValueRef::SInt(value),
            Value::Number(value) => MvtValueRef::Double(value),
            Value::Flag(value) => MvtValueRef::Bool(value),
        }
    }
}

fn coords(piece: &[TilePoint]) -> impl Iterator<Item = MvtCoord> {
    piece.iter().map(|point| MvtCoord { x: point.x(), y: point.y() })
}

fn write_geometry(
    feature: &mut MvtFeatureBuilder,
    kind: MvtGeomType,
    pieces: &Pieces,
    roles: &[Role],
) -> Result<(), MvtError> {
    match kind {
        MvtGeomType::Point => pieces.iter().try_for_each(|piece| feature.points(coords(piece)).map(drop)),
        MvtGeomType::LineString => pieces.iter().try_for_each(|piece| feature.line(coords(piece)).map(drop)),
        MvtGeomType::Polygon => pieces
            .iter()
            .zip(roles)
            .try_for_each(|(ring, &role)| feature.ring(coords(ring), role == Role::Exterior).map(drop)),
    }
}
