// A caller's first hour in TypeScript, types made from the API's own description:
//   npm ci && npx tsc && node out/example.js http://127.0.0.1:8080 LNG LAT
import type { Calls, Located, Problem } from "./generated/wanmi";

declare const process: { argv: string[]; exitCode: number };

const [base, lng, lat] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

/** What the service refuses, with its stable code. */
class Refused extends Error {
  readonly code: string;
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.code = problem.type.split(":").pop() ?? "";
  }
}

type Gets = { [Name in keyof Calls]: Name extends `GET ${infer Path}` ? Path : never }[keyof Calls];
type Query<Path extends Gets> = Calls[`GET ${Path}`] extends { query: infer Q } ? Q : Record<string, never>;

/** Asks; parameters and reply have the types of the call. */
async function get<Path extends Gets>(
  path: Path,
  query: Query<Path>,
  code = "",
): Promise<Calls[`GET ${Path}`]["reply"]> {
  const asked = Object.entries(query as Record<string, unknown>).map(([name, value]) => [name, String(value)]);
  const address = `${base}${path.replace("{code}", encodeURIComponent(code))}?${new URLSearchParams(asked)}`;
  const reply = await fetch(address, { headers: { "Accept-Language": "en" } });
  const body: unknown = await reply.json();
  if (!reply.ok) throw new Refused(body as Problem);
  return body as Calls[`GET ${Path}`]["reply"];
}

// Which cell is here, and how sure is that with a GPS error of 8 m?
const located = await get("/v1/locate", { lng, lat, crs: "WGS84", accuracy_m: 8 });
console.log("cell", located.place?.cell, located.certainty);

// What stands near it?
const { components } = await get("/v1/components", { near: `${lng},${lat}`, crs: "WGS84", radius_m: 500, limit: 5 });
console.log("near", components.map(({ code, distance_m }) => `${code} ${distance_m}`).join(", "));

// Everything in that cell, page by page.
const codes: string[] = [];
for (let after: string | null = ""; after !== null; ) {
  const page: Calls["GET /v1/components"]["reply"] = await get("/v1/components", {
    cell: located.place?.cell ?? "",
    limit: 2,
    after,
  });
  codes.push(...page.components.map(({ code }) => code));
  after = page.next;
}
console.log("in the cell", codes.length);

// Its cell, with shape and figures.
const cell = await get("/v1/cells/{code}", {}, located.place?.cell);
console.log("area", cell.area_m2, cell.geometry.type);

// Many places at once, a line each.
const lines = [0, 1, 2].map((id) => JSON.stringify({ id: `${id}`, lng: lng + id * 1e-5, lat, crs: "WGS84" }));
const bulk = await fetch(`${base}/v1/locate`, {
  method: "POST",
  headers: { "Content-Type": "application/x-ndjson" },
  body: lines.join("\n"),
});
for (const line of (await bulk.text()).trim().split("\n")) {
  const answer = JSON.parse(line) as Located & { id: string };
  console.log("line", answer.id, answer.certainty);
}

// Every refusal has a stable code and names the field.
try {
  await get("/v1/locate", { lng: lat, lat: lng, crs: "WGS84" });
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  console.log("refused", refused.code, refused.problem.errors.map(({ pointer }) => pointer).join(" "));
}
