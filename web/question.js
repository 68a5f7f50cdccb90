// One question at a time: a new one aborts the one before, so that a late answer never overwrites a later one.

import { Problem } from "./api.js";

let asking = new AbortController();

/** Aborts the question under way and starts another; its calls carry the returned signal. */
export function newQuestion() {
  asking.abort();
  asking = new AbortController();
  return asking.signal;
}

/** The signal of the question under way, for calls that belong to it. */
export function questionUnderWay() {
  return asking.signal;
}

/** `[answer, null]`, or `[null, problem]`; an aborted question has neither, and nobody waits for it. */
export async function answerOrProblem(question) {
  try {
    return [await question, null];
  } catch (error) {
    if (error.name === "AbortError") return [null, null];
    if (!(error instanceof Problem)) throw error;
    return [null, error];
  }
}
