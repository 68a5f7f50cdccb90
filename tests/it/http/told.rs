//! What is told of components, against a text made of their stored records: whether the city holds days, notes and extra
//! fields or leaves them to the store, no byte is another.

use super::city;
use super::client::Server;
use std::collections::BTreeMap;
use std::sync::Arc;
use wanmi::city::City;
use wanmi::index::testing::Seed;
use wanmi::live::Live;
use wanmi::model::component::{Component, Unit};
use wanmi::model::snapshot::Snapshot;

/// A city of many days, notes and extra fields; `heavy` of its components have notes of a megabyte each, all different:
/// more than a city holds.
fn snapshot(heavy: usize) -> Snapshot {
    let mut snapshot = city::snapshot();
    let mut seed = Seed(77);
    for (i, component) in snapshot.components.iter_mut().enumerate() {
        let mut some = |text: String| (!seed.number().is_multiple_of(3)).then(|| text.as_str().into());
        component.surveyed = some(format!("202607{:02}", i % 28 + 1));
        component.changed = some(format!("202608{:02}", i % 9 + 1));
        component.data_source = some(["实测", "\"转录\"\n", ""][i % 3].to_owned());
        component.note = some(format!("\"cell\":null,\u{1f}{}\\", i % 5));
        component.state = some("完好".to_owned());
        component.name = some(format!("名{}", i % 4));
        component.owner = Unit { code: some("1\t".to_owned()), name: None };
        let fields = (0..i % 4).map(|n| (format!("字段{n}"), format!("值\"{}", i / 7)));
        component.extra = fields.collect::<BTreeMap<_, _>>();
        if i >= 62 - heavy {
            component.note = Some(format!("{i}{}", "注".repeat(350_000)).into());
        }
    }
    snapshot
}

/// What is told of a record, member by member as the API lists them; the distance goes before, the end stays open.
fn record(city: &City, component: &Component, before: &str) -> String {
    fn json(value: &(impl serde::Serialize + ?Sized)) -> String {
        serde_json::to_string(value).unwrap()
    }
    let unit = |unit: &Unit| match unit {
        Unit { code: None, name: None } => "null".to_owned(),
        Unit { code, name } => format!("{{\"code\":{},\"name\":{}}}", json(code), json(name)),
    };
    let c = component;
    let class = city.catalogue.get(c.edition, wanmi::model::class::Kind::Component, &c.class);
    let id = city.inventory.id(c.code.as_str()).unwrap();
    let cell = city.inventory.cell(id).map(|cell| city.cell(cell).code.as_str());
    let at = city.inventory.location(id).to_degrees();
    let members = [
        ("code", json(c.code.as_str())),
        ("edition", json(&c.edition)),
        ("class", json(c.class.as_str())),
        ("class_name", json(&class.map(|class| &class.name))),
        ("name", json(&c.name)),
        ("state", json(&c.state)),
        ("competent", unit(&c.competent)),
        ("owner", unit(&c.owner)),
        ("maintainer", unit(&c.maintainer)),
        ("surveyed", json(&c.surveyed)),
        ("changed", json(&c.changed)),
        ("data_source", json(&c.data_source)),
        ("note", json(&c.note)),
        ("extra", json(&c.extra)),
        ("cell", json(&cell)),
        ("location", format!("{{\"lng\":{},\"lat\":{}}}", json(&at.lng), json(&at.lat))),
    ];
    members.iter().fold(before.to_owned(), |text, (name, value)| format!("{text},\"{name}\":{value}"))
}

#[test]
fn what_is_told_of_components_is_what_their_stored_records_say() {
    for heavy in [0, 50] {
        let snapshot = snapshot(heavy);
        let live = Arc::new(Live::new(city::shown(snapshot.clone())));
        let server = Server::of(Arc::clone(&live));
        let city = &live.load().city;
        let (version, mut held) = (city.version.0, 0);
        for component in &snapshot.components {
            let id = city.inventory.id(component.code.as_str()).unwrap();
            held += usize::from(city.inventory.rest(id).is_some());
            let at = city.inventory.location(id).to_degrees();
            let path = format!("near={},{}&crs=CGCS2000&radius_m=0.01&limit=1", at.lng, at.lat);
            let distance_m = city.inventory.distance_m(id, at);
            let millis = serde_json::to_string(&((distance_m * 1000.0).round() / 1000.0)).unwrap();
            let told = record(city, component, &format!("{{\"distance_m\":{millis}"));
            let near = format!("{{\"version\":{version},\"components\":[{told}}}],\"next\":null}}");
            // By the door, which leaves to the router what must be read, and by the router.
            for question in [path.clone(), path.replacen("near=1", "near=%31", 1)] {
                assert!(server.get(&format!("/v1/components?{question}")).text() == near, "{question}");
            }
            let one = server.get(&format!("/v1/components/{}", component.code)).text();
            let told = record(city, component, &format!("{{\"version\":{version}"));
            assert!(one.starts_with(&format!("{told},\"geometry\":")), "{}", component.code);
        }
        assert!(if heavy == 0 { held == 62 } else { (12..62).contains(&held) }, "{heavy}: {held}");
        let all = server.get("/v1/components?limit=1000").text();
        let told: Vec<String> =
            snapshot.components.iter().map(|c| record(city, c, "{\"distance_m\":null") + "}").collect();
        let list = format!("{{\"version\":{version},\"components\":[{}],\"next\":null}}", told.join(","));
        assert!(all == list, "{heavy}");
    }
}
