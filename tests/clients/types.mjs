// Types of the API for TypeScript, made from schemas/openapi.json. Run: node tests/clients/types.mjs > tests/clients/generated/wanmi.d.ts
import { readFileSync } from "node:fs";

const api = JSON.parse(readFileSync(new URL("../../schemas/openapi.json", import.meta.url), "utf8"));

const nameOf = (ref) => ref.split("/").pop();
const key = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const indent = (text) => text.replaceAll("\n", "\n  ");
const comment = (text) => (text ? `/** ${text.replaceAll("*/", "* /").replaceAll(/\s+/g, " ").trim()} */\n` : "");

const PLAIN = { string: "string", number: "number", integer: "number", boolean: "boolean", null: "null" };

/** The type of one name in a schema's `type`. */
function typeNamed(type, schema) {
  if (PLAIN[type]) return PLAIN[type];
  if (type === "array") {
    const items = schema.items && typeof schema.items === "object" ? typeOf(schema.items) : "unknown";
    return /[ |&]/.test(items) ? `(${items})[]` : `${items}[]`;
  }
  if (!schema.properties) {
    const values = schema.additionalProperties;
    return `Record<string, ${values && typeof values === "object" ? typeOf(values) : "unknown"}>`;
  }
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties).map(([name, of]) => {
    const told = of.description ?? of.oneOf?.find((choice) => choice.description)?.description;
    return `${comment(told)}${key(name)}${required.has(name) ? "" : "?"}: ${typeOf(of)};`;
  });
  return `{\n  ${indent(members.join("\n"))}\n}`;
}

function typeOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map(typeOf).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const types = [schema.type ?? []].flat();
  return types.map((type) => typeNamed(type, schema)).join(" | ") || "unknown";
}

/** What a call takes and gives. */
function call(operation) {
  const parts = [];
  for (const place of ["path", "query", "header"]) {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    const members = parameters.map(
      ({ name, required, description, schema }) =>
        `${comment(description)}${key(name)}${required ? "" : "?"}: ${typeOf(schema)};`,
    );
    if (members.length > 0) parts.push(`${place}: {\n  ${indent(members.join("\n"))}\n};`);
  }
  const content = (of) => Object.values(of?.content ?? {})[0]?.schema;
  const body = content(operation.requestBody);
  if (body) parts.push(`body: ${typeOf(body)};`);
  const reply = content(operation.responses["200"]);
  parts.push(`reply: ${reply ? typeOf(reply) : "unknown"};`);
  return `{\n  ${indent(parts.join("\n"))}\n}`;
}

const out = ["// Made by tests/clients/types.mjs from schemas/openapi.json; a test keeps it equal.\n"];
for (const [name, schema] of Object.entries(api.components.schemas)) {
  out.push(`${comment(schema.description)}export type ${name} = ${typeOf(schema)};\n`);
}
const calls = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).map(
    ([method, operation]) =>
      `${comment(operation.summary)}${JSON.stringify(`${method.toUpperCase()} ${path}`)}: ${call(operation)};`,
  ),
);
out.push(`/** Every call: what it takes and what it gives. */\nexport interface Calls {\n  ${indent(calls.join("\n"))}\n}`);
console.log(out.join("\n"));
