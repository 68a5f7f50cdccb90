//! `GET /v1/classes`: the classes of components and events, of each edition, with how many components have them.

use super::past::{self, MomentParameters};
use super::problem::Problem;
use super::{Service, reply};
use crate::city::City;
use crate::geom::shape::ShapeKind;
use crate::live::Shown;
use crate::model::class::{Class, Edition, Evidence, Kind};
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A class 小类.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Class)]
struct Record<'a> {
    /// The edition of the standard.
    #[schema(value_type = String, example = "gbt47678.5-2026")]
    edition: Edition,
    /// `component` or `event`.
    #[schema(value_type = String, pattern = "^(component|event)$")]
    kind: Kind,
    /// The code within edition and kind.
    #[schema(example = "01001")]
    code: &'a str,
    /// The name; null for a class that components have and no catalogue.
    name: Option<&'a str>,
    /// The name in English.
    gloss: Option<&'a str>,
    /// The major class 大类 it belongs to.
    major: Option<&'a str>,
    /// The kinds of shape that its components may have; empty when the catalogue does not say.
    #[schema(value_type = Vec<String>)]
    shapes: &'a [ShapeKind],
    /// How well it is known: `found` in a source, `derived`, `unknown`, or `local` to the city.
    #[schema(value_type = String, pattern = "^(found|derived|unknown|local)$")]
    evidence: Evidence,
    /// How many components have it.
    components: usize,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Classes)]
struct ListReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The edition that the city delivers in.
    #[schema(value_type = String, example = "gbt47678.5-2026")]
    edition: Edition,
    /// The classes: by edition, the newest first, then kind, then code.
    classes: Vec<Record<'a>>,
}

/// Answers with all classes.
#[utoipa::path(
    get, path = "/v1/classes", tag = "inventory", summary = "小类 classes of components and events",
    params(
        ("edition" = Option<String>, Query, description = "Only this edition: gbt47678.5-2026, gbt30428.2-2013 or cjt214-2007"),
        ("kind" = Option<String>, Query, description = "Only this kind: component or event"),
        ("used" = Option<bool>, Query, description = "true: only classes that components have; false: only those that none has"),
        MomentParameters,
    ),
    responses((status = 200, description = "Classes", body = ListReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (mut query, shown) = past::asked(&service, &shown, &uri, &["edition", "kind", "used"])?;
    let edition = query.word("edition", &Edition::ALL.map(|edition| (edition.as_str(), edition)));
    let kind = query.word("kind", &[("component", Kind::Component), ("event", Kind::Event)]);
    let used = query.word("used", &[("true", true), ("false", false)]);
    query.done()?;
    let passes = |record: &Record| {
        edition.is_none_or(|edition| record.edition == edition)
            && kind.is_none_or(|kind| record.kind == kind)
            && used.is_none_or(|used| (record.components > 0) == used)
    };
    let city = &shown.city;
    let classes = records(city).into_iter().filter(passes).collect();
    let told = ListReply { version: city.version, edition: city.record.profile.edition, classes };
    reply::tagged_of(&shown, &headers, &told)
}

fn records(city: &City) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    for edition in Edition::ALL {
        let used = city.inventory.classes().filter(|(of, _, _)| *of == edition);
        let mut used: BTreeMap<&str, usize> = used.map(|(_, code, count)| (code.as_str(), count)).collect();
        let of_kind = |kind| city.catalogue.of(edition, kind).into_iter().map(move |class| (kind, class));
        let mut components: Vec<Record<'_>> = of_kind(Kind::Component)
            .map(|(kind, class)| known(edition, kind, class, used.remove(class.code.as_str()).unwrap_or(0)))
            .collect();
        let others = used.into_iter().map(|(code, components)| Record {
            edition,
            kind: Kind::Component,
            code,
            name: None,
            gloss: None,
            major: None,
            shapes: &[],
            evidence: Evidence::Unknown,
            components,
        });
        components.extend(others);
        components.sort_by(|a, b| a.code.cmp(b.code));
        records.extend(components);
        records.extend(of_kind(Kind::Event).map(|(kind, class)| known(edition, kind, class, 0)));
    }
    records
}

fn known(edition: Edition, kind: Kind, class: &Class, components: usize) -> Record<'_> {
    Record {
        edition,
        kind,
        code: class.code.as_str(),
        name: Some(&class.name),
        gloss: Some(&class.gloss),
        major: Some(&class.major),
        shapes: &class.shapes,
        evidence: class.evidence,
        components,
    }
}
