// The classes and filing conditions that a city knows, as lists to choose from.

import { currentLanguage } from "./text.js";

/**
 * The classes of both kinds as `{component, event}`, each a list of `{code, name, label}` in the page's language.
 * With an edition: all of it, for reports; without: those that components have, of every edition, for the map.
 */
export function knownClasses(classes, edition) {
  const wanted = classes.filter((c) => (edition === null ? c.components > 0 : c.edition === edition));
  const of = (kind) => wanted.filter((c) => c.kind === kind).map(labelled);
  return { component: of("component"), event: of("event") };
}

function labelled({ code, name, gloss }) {
  const shown = (currentLanguage() === "en" ? gloss ?? name : name ?? gloss) ?? "";
  return { code, name: shown, label: `${code} ${shown}`.trim() };
}

/** A way to ask for the filing conditions of a class; all limits are asked for once, when the first is wanted. */
export function conditionsOf(limits) {
  let asked = null;
  return async (kind, code) => {
    asked ??= limits().catch(() => ({ things: [] }));
    const { things } = await asked;
    const fits = ({ values }) => [kind, "any", undefined].includes(values.kind) && values.classes?.split(";").includes(code);
    return [...new Set(things.filter(fits).map(({ values }) => values.condition).filter(Boolean))];
  };
}
