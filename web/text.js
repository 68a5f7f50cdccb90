// What the page says, in the chosen language; and how numbers are written.

import { SENTENCES } from "./sentences.js";

const KEY = "wanmi.language";

const LANGUAGES = ["zh", "en"];
let language = LANGUAGES.includes(remembered()) ? remembered() : "zh";

/** "zh" or "en". */
export function currentLanguage() {
  return language;
}

/** Switches the language, keeps it for the next visit and rewrites the fixed sentences of the page. */
export function setLanguage(next) {
  language = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  writePage();
}

/** The sentence of a key, `{0}`, `{1}`… filled in order. */
export function say(key, ...values) {
  const sentence = SENTENCES[key][LANGUAGES.indexOf(language)];
  return sentence.replace(/\{(\d)\}/g, (_, i) => values[Number(i)]);
}

/** Writes the sentences that `data-text`, `data-label`, `data-title` and `data-placeholder` name in index.html. */
export function writePage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-title]")) element.title = say(element.dataset.title);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
}

/** A length: decimetres below 100 m, metres below 1 km, then kilometres. */
export function metres(length_m) {
  if (length_m < 100) return `${length_m.toFixed(1)} m`;
  if (length_m < 1000) return `${Math.round(length_m)} m`;
  return `${(length_m / 1000).toFixed(2)} km`;
}

/** An area: square metres below 1 km², then square kilometres. */
export function squareMetres(area_m2) {
  if (area_m2 < 1e6) return `${count(Math.round(area_m2))} m²`;
  return `${(area_m2 / 1e6).toFixed(3)} km²`;
}

/** A whole number with thousands apart. */
export function count(n) {
  return n.toLocaleString("en-US");
}

/** A day as deliveries write it, `YYYYMMDD`, with dashes; any other text as it is. */
export function day(text) {
  return text.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
}

/** An instant as people read it, in the time zone that it is written in: `11-30 18:00`. */
export function moment(text) {
  return text.slice(5, 16).replace("T", " ");
}

/** A share of one, in per cent. */
export function percent(share) {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}

/** A position as `lng, lat` with eight decimals, as the server writes them: about a millimetre. */
export function position({ lng, lat }) {
  return `${lng.toFixed(8)}, ${lat.toFixed(8)}`;
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
