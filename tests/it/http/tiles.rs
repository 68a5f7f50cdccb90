//! Tiles of the generated city, decoded by another reader and compared with what the city holds.

use super::city;
use super::client::Server;
use fast_mvt::{MvtReaderRef, MvtValueRef};
use std::collections::BTreeMap;
use wanmi_tiles::{Position, Projection, TileId};

/// A feature: its id, and its fields by name.
type Feature = (u64, BTreeMap<String, String>);

/// The layers of a tile.
fn layers(bytes: &[u8]) -> BTreeMap<String, Vec<Feature>> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let mut layers = BTreeMap::new();
    for layer in reader.layers() {
        let features = layer.features().map(|feature| {
            feature.geometry().unwrap();
            let fields = feature.properties_vec().unwrap().into_iter().map(|(key, value)| match value {
                MvtValueRef::String(text) => (key.to_owned(), text.to_owned()),
                other => panic!("{key} is {other:?}, all fields are texts"),
            });
            (feature.id().unwrap(), fields.collect())
        });
        layers.insert(layer.name().to_owned(), features.collect());
    }
    layers
}

fn tile_at(z: u8) -> TileId {
    TileId::containing(111.2905, 30.7003, z).unwrap()
}

#[test]
fn a_tile_over_the_whole_city_has_every_cell_and_every_component() {
    let (server, city) = (Server::of_city(), city::city());
    let reply = server.get(&format!("/tiles/{}.mvt", tile_at(8)));
    assert_eq!(reply.header("content-type"), Some("application/vnd.mapbox-vector-tile"));
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    // At zoom 8 a cell of 100 m is three units wide: all are there.
    let cells = &layers(&reply.body)["cells"];
    assert_eq!(cells.len(), city.cells.len());
    for (id, fields) in cells {
        let cell = &city.cells[*id as usize];
        assert_eq!(fields["code"], cell.code.as_str());
        assert_eq!(fields.get("name"), cell.name.as_ref());
        assert_eq!((&*fields["street"], &*fields["district"]), ("420502001", "西陵区"));
    }
    assert!(!layers(&reply.body).contains_key("components"), "no components above zoom 14");

    let tiles = neighbourhood(14);
    let mut codes: Vec<String> = tiles
        .iter()
        .flat_map(|tile| {
            let reply = server.get(&format!("/tiles/{tile}.mvt"));
            let mut found = if reply.status == 204 { BTreeMap::new() } else { layers(&reply.body) };
            found
                .remove("components")
                .unwrap_or_default()
                .into_iter()
                .map(|(_, fields)| fields["code"].clone())
        })
        .collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), city.inventory.len());
}

/// The tiles of a zoom around the city.
fn neighbourhood(z: u8) -> Vec<TileId> {
    let middle = tile_at(z);
    let around = |of: u32| of - 1..=of + 1;
    around(middle.x()).flat_map(|x| around(middle.y()).map(move |y| TileId::new(z, x, y).unwrap())).collect()
}

#[test]
fn a_tile_holds_exactly_the_points_that_project_into_it() {
    let (server, city) = (Server::of_city(), city::city());
    for tile in neighbourhood(16) {
        let reply = server.get(&format!("/tiles/{tile}.mvt"));
        let told: Vec<u64> = if reply.status == 204 {
            Vec::new()
        } else {
            let mut found = layers(&reply.body);
            found
                .remove("components")
                .unwrap_or_default()
                .iter()
                .map(|(id, _)| *id)
                .filter(|id| *id < 60)
                .collect()
        };
        let projection = Projection::of(tile);
        let drawn = -64..=4096 + 64;
        let expected = city.inventory.ids().filter(|id| id.0 < 60).filter(|id| {
            let at = city.inventory.location(*id);
            let point = projection.point(Position { x: at.x, y: at.y });
            drawn.contains(&point.x()) && drawn.contains(&point.y())
        });
        assert_eq!(told, expected.map(|id| u64::from(id.0)).collect::<Vec<_>>(), "{tile}");
    }
}

#[test]
fn components_have_the_fields_that_the_map_needs() {
    let server = Server::of_city();
    let tile = TileId::containing(111.2911, 30.7005, 15).unwrap();
    let found = layers(&server.get(&format!("/tiles/{tile}.mvt")).body);
    let (_, green) = found["components"].iter().find(|(id, _)| *id == 61).unwrap();
    let fields: Vec<(&str, &str)> = green.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    // Without a name of its own it has the name of its class.
    assert_eq!(
        fields,
        [("class", "04001"), ("code", "42050201001000061"), ("major", "园林绿化设施"), ("name", "绿地")]
    );
}

#[test]
fn borders_are_drawn_once_and_say_what_they_part() {
    let (server, city) = (Server::of_city(), city::city());
    let cover = &city.grid.as_ref().unwrap().cover;
    let found = layers(&server.get(&format!("/tiles/{}.mvt", tile_at(12))).body);
    let borders = &found["borders"];
    assert_eq!(borders.len(), cover.arcs().len());
    for (id, fields) in borders {
        let arc = &cover.arcs()[*id as usize];
        let expected = match (arc.left, arc.right) {
            (Some(a), Some(b)) if a.index() % 2 == b.index() % 2 => "cell",
            (Some(_), Some(_)) => "community",
            _ => "city",
        };
        assert_eq!(fields["level"], expected);
    }
}

#[test]
fn every_cell_has_one_label_at_each_zoom() {
    let (server, city) = (Server::of_city(), city::city());
    for z in [12, 15, 16] {
        let mut labelled: Vec<String> = Vec::new();
        for tile in neighbourhood(z) {
            let reply = server.get(&format!("/tiles/{tile}.mvt"));
            let mut found = if reply.status == 204 { BTreeMap::new() } else { layers(&reply.body) };
            labelled
                .extend(found.remove("labels").unwrap_or_default().iter().map(|(_, f)| f["code"].clone()));
        }
        labelled.sort_unstable();
        let mut cells: Vec<String> = city.cells.iter().map(|cell| cell.code.to_string()).collect();
        cells.sort_unstable();
        assert_eq!(labelled, cells, "zoom {z}");
    }
}

#[test]
fn an_unchanged_tile_is_not_sent_again_and_an_empty_one_is_204() {
    let server = Server::of_city();
    let path = format!("/tiles/{}.mvt", tile_at(14));
    let first = server.get(&path);
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(server.get(&path).body, first.body, "the same city is the same bytes");
    let again = server.ask("GET", &path, &[("If-None-Match", &tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("wanmi-version"), Some("42"));
    let empty = server.get("/tiles/14/0/0.mvt");
    assert_eq!((empty.status, empty.body.len(), empty.header("wanmi-version")), (204, 0, Some("42")));
}
