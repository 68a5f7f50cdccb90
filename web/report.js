// The report that is asked about: what the form holds, how the address names it, and what the API is sent.

/** What a form starts with; texts are empty when not given. */
export function newReport() {
  return { kind: "component", class: "", condition: "", source: "", time: "", mode: "", accuracy_m: "", component: "", excluded: [] };
}

/** Names in the address, by field. */
const NAMES = { class: "class", condition: "condition", source: "source", time: "time", mode: "mode", accuracy_m: "accuracy", component: "component" };

/** The pairs that name a report in the address; none while it names no class. */
export function fieldsOf(report) {
  if (report.class === "") return [];
  const given = Object.entries(NAMES).filter(([field]) => report[field] !== "");
  const excluded = report.excluded.length === 0 ? [] : [["not", report.excluded.join(",")]];
  return [["report", report.kind], ...given.map(([field, name]) => [name, report[field]]), ...excluded];
}

/** The report that the address names, or null. */
export function reportIn(named) {
  const kind = named.get("report");
  if (kind !== "component" && kind !== "event") return null;
  const report = { ...newReport(), kind };
  for (const [field, name] of Object.entries(NAMES)) report[field] = named.get(name) ?? "";
  report.excluded = (named.get("not") ?? "").split(",").filter(Boolean);
  return report;
}

/** The report as `POST /v1/route` takes it; what the form leaves open is left out. */
export function toSend(report, { at, edition }) {
  const location = at === null ? null : { lng: at.lng, lat: at.lat, crs: "CGCS2000" };
  if (location !== null && report.accuracy_m !== "") location.accuracy_m = Number(report.accuracy_m);
  const body = { kind: report.kind, class: report.class, edition, location };
  for (const field of ["condition", "source", "mode"]) if (report[field] !== "") body[field] = report[field];
  if (report.component !== "") body.component = report.component;
  if (report.time !== "") body.at = instant(report.time);
  if (report.excluded.length > 0) body.excluded_departments = report.excluded.map((department) => ({ department, reason: "returned" }));
  return body;
}

/** A local time `YYYY-MM-DDTHH:MM` with the offset of this clock, RFC 3339. */
export function instant(local) {
  const minutes = -new Date(local).getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  return `${local}:00${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
