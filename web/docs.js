// The API browser: reads /openapi.json of this service and lets each call be tried. No library, no network beyond it.

const api = await (await fetch("openapi.json")).json();

document.getElementById("title").textContent = `${api.info.title} ${api.info.version}`;
document.getElementById("about").textContent = api.info.description;

/** An element with attributes and children; texts become text nodes, so nothing is ever markup. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  Object.assign(made, attributes);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A schema by its reference. */
function resolved(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? { name, ...api.components.schemas[name] } : schema ?? {};
}

/** A type in a few words. */
function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(" | ");
  const types = [schema.type ?? []].flat().map((type) => (type === "array" ? `${typeOf(schema.items)}[]` : type));
  return types.join(" | ");
}

/** The members of a schema, those of its parts too. */
function members(schema) {
  const whole = resolved(schema);
  const parts = whole.allOf ?? [whole];
  return parts.flatMap((part) => (part.$ref ? members(part) : Object.entries(part.properties ?? {})));
}

function fieldTable(schema, seen = new Set()) {
  const { name } = resolved(schema);
  if (!name || seen.has(name)) return [];
  seen.add(name);
  const rows = members(schema).map(([field, of]) =>
    element("tr", {}, element("td", {}, element("code", {}, field)), element("td", {}, typeOf(of)), element("td", {}, of.description ?? "")),
  );
  const nested = members(schema).flatMap(([, of]) => [of, of.items, ...(of.oneOf ?? [])].filter((part) => part?.$ref));
  const table = rows.length ? [element("h3", {}, name), element("table", {}, ...rows)] : [];
  return [...table, ...nested.flatMap((part) => fieldTable(part, seen))];
}

function parameterRow(parameter, inputs) {
  const input = element("input", { value: parameter.example ?? "", name: parameter.name });
  input.setAttribute("aria-label", parameter.name);
  inputs.set(parameter, input);
  const mark = parameter.required ? element("span", { className: "needed", title: "required" }, " *") : null;
  const bounds = parameter.schema?.minimum === undefined ? "" : ` (${parameter.schema.minimum} … ${parameter.schema.maximum ?? ""})`;
  return element("tr", {},
    element("td", {}, element("code", {}, parameter.name), mark),
    element("td", {}, `${parameter.description}${bounds}`),
    element("td", {}, input));
}

function bodyExample(operation) {
  const [kind, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (!kind) return null;
  const example = Object.fromEntries(members(content.schema).filter(([, of]) => of.example !== undefined).map(([field, of]) => [field, of.example]));
  return { kind, text: JSON.stringify(example) };
}

async function tried(method, path, inputs, body, output) {
  let address = path;
  const query = new URLSearchParams();
  for (const [parameter, input] of inputs) {
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query" && input.value !== "") query.set(parameter.name, input.value);
  }
  const headers = new Headers();
  for (const [parameter, input] of inputs) if (parameter.in === "header" && input.value !== "") headers.set(parameter.name, input.value);
  if (body) headers.set("Content-Type", body.kind);
  const where = query.size ? `${address}?${query}` : address;
  try {
    const reply = await fetch(where, { method: method.toUpperCase(), headers, body: body?.input.value });
    const text = await reply.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
    output.textContent = `${method.toUpperCase()} ${where}\n${reply.status} ${reply.statusText}\n\n${shown.slice(0, 20_000)}`;
  } catch (error) {
    output.textContent = String(error);
  }
  output.hidden = false;
}

function call(path, method, operation) {
  const inputs = new Map();
  const parameters = (operation.parameters ?? []).map((parameter) => parameterRow(parameter, inputs));
  const example = bodyExample(operation);
  const body = example && { kind: example.kind, input: element("textarea", { value: example.text, rows: 3 }) };
  const output = element("pre", { hidden: true });
  const answers = Object.entries(operation.responses).map(([status, answer]) =>
    element("tr", {}, element("td", {}, status), element("td", {}, answer.description)));
  const schema = Object.values(operation.responses["200"]?.content ?? {})[0]?.schema;
  const id = `${method}${path}`;
  return element("details", { className: "call", id },
    element("summary", {},
      element("span", { className: "method" }, method.toUpperCase()),
      element("span", { className: "path" }, path),
      element("h2", {}, operation.summary ?? "")),
    element("div", {},
      element("p", {}, operation.description ?? ""),
      parameters.length ? element("table", {}, ...parameters) : null,
      body ? element("h3", {}, body.kind) : null,
      body ? body.input : null,
      element("button", { type: "button", onclick: () => tried(method, path, inputs, body, output) }, "试一试 try"),
      output,
      element("h3", {}, "回答 answers"),
      element("table", {}, ...answers),
      ...fieldTable(schema)));
}

for (const tag of api.tags ?? []) {
  const calls = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([, operation]) => operation.tags?.includes(tag.name)).map(([method, operation]) => [path, method, operation]));
  document.getElementById("contents").append(element("a", { href: `#tag-${tag.name}` }, tag.description));
  document.getElementById("calls").append(element("h3", { id: `tag-${tag.name}` }, tag.description), ...calls.map((one) => call(...one)));
}
const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (wanted) {
  wanted.open = true;
  wanted.scrollIntoView();
}
