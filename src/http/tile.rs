//! `GET /tiles/{z}/{x}/{y}.mvt`: a tile of the city in use, never older than the request.

use super::problem::{Code, Problem};
use super::{query, reply};
use crate::draw::{MAX_ZOOM, MIN_ZOOM};
use crate::live::Shown;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;
use wanmi_tiles::TileId;

/// The media type of a vector tile.
const MVT: &str = "application/vnd.mapbox-vector-tile";

/// Answers with a tile's bytes, or with 204 when nothing lies in it.
#[utoipa::path(
    get, path = "/tiles/{z}/{x}/{y}.mvt", tag = "map",
    summary = "矢量瓦片 vector tile, MVT 2.1",
    params(
        ("z" = u8, Path, description = "Zoom, 8 to 18", minimum = 8, maximum = 18, example = 14),
        ("x" = u32, Path, description = "Column from the west", example = 13256),
        ("y" = u32, Path, description = "Row from the north", example = 6731),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>),
        (status = 204, description = "Nothing lies in the tile"),
        (status = 304, description = "Unchanged"),
    ),
)]
pub(super) async fn tile(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    numbers: Result<Path<[String; 3]>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let tile = asked(numbers)?;
    // A tile is a millisecond of arithmetic; calls that cost a microsecond shall not wait behind it.
    let drawn = tokio::task::spawn_blocking(move || shown.drawing.tile(&shown.city, tile)).await;
    let bytes =
        drawn.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    if bytes.is_empty() {
        let fresh = (CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        return Ok((StatusCode::NO_CONTENT, [fresh]).into_response());
    }
    Ok(reply::tagged(&headers, MVT, Cow::Owned(bytes)))
}

fn asked(numbers: Result<Path<[String; 3]>, PathRejection>) -> Result<TileId, Problem> {
    let unknown = |detail: String| Problem::new(Code::TileUnknown, detail);
    let Ok(Path([z, x, y])) = numbers else { return Err(unknown("the path cannot be read".to_owned())) };
    let number = |text: &str| text.parse::<u32>().ok();
    let y = y.strip_suffix(".mvt");
    let (Some(z), Some(x), Some(y)) = (z.parse::<u8>().ok(), number(&x), y.and_then(number)) else {
        return Err(unknown("a tile is /tiles/{z}/{x}/{y}.mvt with whole numbers".to_owned()));
    };
    if !(MIN_ZOOM..=MAX_ZOOM).contains(&z) {
        return Err(unknown(format!("zoom {z} has no tiles, {MIN_ZOOM} to {MAX_ZOOM} have")));
    }
    TileId::new(z, x, y).map_err(|error| unknown(error.to_string()))
}
