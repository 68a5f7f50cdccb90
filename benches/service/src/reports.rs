//! Reports for `POST /v1/route`: classes are those of components that the city has near a place.

use crate::{Client, Reply};
use anyhow::{Context, ensure};
use serde_json::{Value, json};

/// When everything was reported: the same report has the same answer.
const AT: &str = "2026-11-23T10:00:00+08:00";

/// An event 事项 that stands in the standard of 2026: illegal construction.
const EVENT: &str = "06001";

/// A report about the component nearest to a place, where it stands, and one about an event there, each with its decision.
///
/// # Errors
/// When the service does not answer, or not as it must.
pub fn proved(port: u16, [lng, lat]: [f64; 2]) -> anyhow::Result<[(String, Vec<u8>); 2]> {
    let found = near(port, [lng, lat])?;
    let nearest = found.first().context("no component is near the place")?;
    let place = &nearest["location"];
    let at = [&place["lng"], &place["lat"]].map(|degrees| degrees.as_f64().unwrap_or_default());
    let (component, event) = (report("component", &text(nearest, "class")?, at), report("event", EVENT, at));
    let mut client = Client::connect(port)?;
    let mut ask = |report: &str| -> anyhow::Result<(Vec<u8>, Value)> {
        let Reply { status, body, .. } =
            client.ask("POST", "/v1/route", "Content-Type: application/json\r\n", report)?;
        ensure!(status == 200, "{report}: {status} {}", String::from_utf8_lossy(&body));
        let decision = serde_json::from_slice(&body)?;
        Ok((body, decision))
    };
    let (first, decision) = ask(&component)?;
    // The report stands where the component does.
    ensure!(decision["component"]["code"] == nearest["code"], "{decision} is about another component");
    ensure!(decision["department"]["id"].is_string(), "{decision} names nobody");
    ensure!(ask(&component)?.0 == first, "the same report has another answer");
    let (second, decision) = ask(&event)?;
    ensure!(decision["component"].is_null() && decision["place"]["cell"].is_string(), "{decision}");
    ensure!(decision["because"].as_array().is_some_and(|because| !because.is_empty()), "{decision}");
    Ok([(component, first), (event, second)])
}

/// Reports strewn within 0.04 degrees around a place, a line each: eight of ten about components.
///
/// # Errors
/// When the service does not tell its components.
pub fn strewn(port: u16, [lng, lat]: [f64; 2], count: usize) -> anyhow::Result<String> {
    let found = near(port, [lng, lat])?;
    let classes = found.iter().map(|one| text(one, "class")).collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(!classes.is_empty(), "no component is near the place");
    let mut seed = 1_u64;
    let mut near = |middle: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        middle + (seed >> 40) as f64 / 2e8 - 0.042
    };
    let line = |number: usize| {
        let at = [near(lng), near(lat)];
        let is_event = number % 10 >= 8;
        let class = if is_event { EVENT } else { &classes[number % classes.len()] };
        report(if is_event { "event" } else { "component" }, class, at) + "\n"
    };
    Ok((0..count).map(line).collect())
}

fn report(kind: &str, class: &str, [lng, lat]: [f64; 2]) -> String {
    let place = json!({"lng": lng, "lat": lat, "crs": "WGS84", "accuracy_m": 8});
    json!({"id": "r-1", "kind": kind, "class": class, "location": place, "at": AT}).to_string()
}

/// The components near a place, the nearest first.
fn near(port: u16, [lng, lat]: [f64; 2]) -> anyhow::Result<Vec<Value>> {
    let path = format!("/v1/components?near={lng},{lat}&crs=WGS84&radius_m=50&limit=50");
    let reply = Client::connect(port)?.get(&path)?;
    let list: Value = serde_json::from_slice(&reply.body)?;
    Ok(list["components"].as_array().context("no components")?.clone())
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    Ok(value[name].as_str().with_context(|| format!("no {name}"))?.to_owned())
}
