-- The record of a city's decisions, form 1: a file beside the city file, never part of it.
--
-- A decision is written once. What became of it are rows of `outcome`; the columns after `state` repeat them for questions
-- that would else read everything. Times are milliseconds since 1970 in UTC, places whole units of 10⁻⁸ degree.

CREATE TABLE decision (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  client     TEXT NOT NULL,
  key        TEXT,                    -- Idempotency-Key, while it is kept
  report     TEXT,                    -- the client's name for the report
  version    INTEGER NOT NULL,        -- of the city
  at         INTEGER NOT NULL,        -- the moment the question was asked for
  recorded   INTEGER NOT NULL,
  language   TEXT NOT NULL,           -- that its reasons are written in
  mark       INTEGER NOT NULL,        -- a hash of what must never change
  kind       TEXT NOT NULL,
  edition    TEXT NOT NULL,
  class      TEXT NOT NULL,
  outcome    TEXT NOT NULL,           -- direct, coordinate, forbidden, outside
  department TEXT,
  step       TEXT,
  rule       TEXT,
  cell       TEXT,
  component  TEXT,
  x          INTEGER,
  y          INTEGER,
  ruled      INTEGER NOT NULL,        -- whether a leader's ruling decided
  state      TEXT NOT NULL DEFAULT 'decided',
  accepted   INTEGER NOT NULL DEFAULT 0,
  returned   INTEGER NOT NULL DEFAULT 0,
  overridden INTEGER NOT NULL DEFAULT 0,
  -- Long ones last: what stands after them is read through them.
  body       BLOB NOT NULL,           -- the report, its bytes as they came
  answer     BLOB NOT NULL            -- the decision, its bytes as they went
) STRICT;

CREATE UNIQUE INDEX decision_key ON decision (client, key) WHERE key IS NOT NULL;
CREATE INDEX decision_recorded ON decision (recorded);
CREATE INDEX decision_report ON decision (report) WHERE report IS NOT NULL;
CREATE INDEX decision_open_component ON decision (component) WHERE component IS NOT NULL AND state NOT IN ('closed', 'voided');
CREATE INDEX decision_open_place ON decision (kind, edition, class, y) WHERE state NOT IN ('closed', 'voided');

CREATE TABLE outcome (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  decision   INTEGER NOT NULL REFERENCES decision (id),
  outcome    TEXT NOT NULL,           -- accepted, returned, overridden, closed, voided
  department TEXT,                    -- overridden: to whom
  reason     TEXT,
  recorded   INTEGER NOT NULL
) STRICT;

CREATE INDEX outcome_decision ON outcome (decision);
