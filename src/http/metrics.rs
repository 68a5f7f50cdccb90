//! `GET /metrics`: what is asked, how long it takes, what fails, how full the house is; Prometheus text 0.0.4.

use super::problem::Problem;
use super::router::Template;
use super::{Service, query};
use crate::live::Shown;
use axum::Extension;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Upper bounds of the buckets of durations, in microseconds.
const BOUNDS_US: [u64; 12] =
    [25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 25_000, 100_000, 1_000_000, 10_000_000];

/// The counters of a service.
pub(super) struct Metrics {
    /// By path of the route, as it stands in the router: there are as many as routes.
    routes: RwLock<BTreeMap<&'static str, Arc<Route>>>,
    started: std::time::Instant,
}

/// The counters of one route.
#[derive(Default)]
struct Route {
    /// Replies by hundreds of their status: 1xx to 5xx.
    by_status: [AtomicU64; 5],
    buckets: [AtomicU64; BOUNDS_US.len()],
    sum_us: AtomicU64,
}

impl Metrics {
    /// Nothing counted yet.
    pub(super) fn new() -> Self {
        Metrics { routes: RwLock::default(), started: std::time::Instant::now() }
    }

    /// Counts a reply. Cost: about 20 ns.
    pub(super) fn count(&self, route: Option<Template>, status: StatusCode, took: Duration) {
        let path = route.map_or("(unknown)", |template| template.0);
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(path).map(|route| {
            route.count(status, took);
        });
        if known.is_none() {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            routes.entry(path).or_default().count(status, took);
        }
    }
}

impl Route {
    fn count(&self, status: StatusCode, took: Duration) {
        let took_us = took.as_micros() as u64;
        let hundred = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.by_status[hundred].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(took_us, Ordering::Relaxed);
        if let Some(bucket) = BOUNDS_US.iter().position(|bound| took_us <= *bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn write(&self, path: &str, requests: &mut String, durations: &mut String) {
        let statuses = self.by_status.iter().map(|count| count.load(Ordering::Relaxed));
        let mut total = 0;
        // Writing to a `String` cannot fail.
        for (status, count) in (1..).zip(statuses) {
            total += count;
            if count > 0 {
                let _ = writeln!(
                    requests,
                    "wanmi_http_requests_total{{route=\"{path}\",status=\"{status}xx\"}} {count}"
                );
            }
        }
        let mut so_far = 0;
        for (bound_us, bucket) in BOUNDS_US.iter().zip(&self.buckets) {
            so_far += bucket.load(Ordering::Relaxed);
            let bound = *bound_us as f64 / 1e6;
            let name = "wanmi_http_request_duration_seconds_bucket";
            let _ = writeln!(durations, "{name}{{route=\"{path}\",le=\"{bound}\"}} {so_far}");
        }
        let name = "wanmi_http_request_duration_seconds";
        let _ = writeln!(durations, "{name}_bucket{{route=\"{path}\",le=\"+Inf\"}} {total}");
        let sum = self.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(durations, "{name}_sum{{route=\"{path}\"}} {sum}");
        let _ = writeln!(durations, "{name}_count{{route=\"{path}\"}} {total}");
    }
}

/// Answers with all counters.
#[utoipa::path(
    get, path = "/metrics", tag = "operation",
    summary = "计数与时延 counters and durations, Prometheus text",
    responses((status = 200, description = "Prometheus text 0.0.4", content_type = "text/plain", body = String)),
)]
pub(super) async fn metrics(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, text(&service, &shown)).into_response())
}

fn text(service: &Service, shown: &Shown) -> String {
    let metrics = &service.shared.metrics;
    let (mut requests, mut durations) = (String::new(), String::new());
    for (path, route) in metrics.routes.read().unwrap_or_else(PoisonError::into_inner).iter() {
        route.write(path, &mut requests, &mut durations);
    }
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, samples: &str| {
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}");
    };
    family("wanmi_http_requests_total", "counter", "Replies by route and hundreds of status.", &requests);
    family(
        "wanmi_http_request_duration_seconds",
        "histogram",
        "Seconds until the head of the reply.",
        &durations,
    );
    let city = &shown.city;
    let behind = u8::from(service.live.behind().is_some());
    let past = service.past.as_ref().map_or(0, |past| past.kept());
    let gauges: [(&str, &str, f64); 10] = [
        ("wanmi_http_in_flight", "Requests under way.", f64::from(service.shared.admission.in_flight())),
        (
            "wanmi_http_in_flight_limit",
            "Requests that may be under way.",
            f64::from(service.shared.config.limits.in_flight),
        ),
        ("wanmi_city_version", "Version of the data in use.", city.version.0 as f64),
        (
            "wanmi_city_age_seconds",
            "Seconds since that version came into use.",
            shown.since.elapsed().as_secs_f64(),
        ),
        ("wanmi_city_behind", "1 while the newest version cannot be shown.", f64::from(behind)),
        ("wanmi_past_cities", "Cities of earlier versions that are kept.", past as f64),
        ("wanmi_city_cells", "Cells in use.", city.cells.len() as f64),
        ("wanmi_city_components", "Components in use.", city.inventory.len() as f64),
        (
            "wanmi_city_delta_components",
            "Changes of components that are not folded yet.",
            city.inventory.unfolded() as f64,
        ),
        (
            "wanmi_uptime_seconds",
            "Seconds since the service started.",
            metrics.started.elapsed().as_secs_f64(),
        ),
    ];
    for (name, help, value) in gauges {
        family(name, "gauge", help, &format!("{name} {value}\n"));
    }
    if let Some(bytes) = resident_bytes() {
        let name = "process_resident_memory_bytes";
        family(name, "gauge", "Memory held by the process.", &format!("{name} {bytes}\n"));
    }
    text
}

/// The memory that the process holds, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_end_in_all() {
        let route = Route::default();
        for took_us in [10, 40, 60, 99_000_000] {
            route.count(StatusCode::OK, Duration::from_micros(took_us));
        }
        route.count(StatusCode::NOT_FOUND, Duration::from_micros(30));
        let (mut requests, mut durations) = (String::new(), String::new());
        route.write("/v1/x", &mut requests, &mut durations);
        assert_eq!(
            requests,
            "wanmi_http_requests_total{route=\"/v1/x\",status=\"2xx\"} 4\n\
             wanmi_http_requests_total{route=\"/v1/x\",status=\"4xx\"} 1\n"
        );
        for (bound, count) in [("0.000025", 1), ("0.00005", 3), ("0.0001", 4), ("10", 4), ("+Inf", 5)] {
            let line = format!(
                "wanmi_http_request_duration_seconds_bucket{{route=\"/v1/x\",le=\"{bound}\"}} {count}\n"
            );
            assert!(durations.contains(&line), "{line} not in {durations}");
        }
    }
}
