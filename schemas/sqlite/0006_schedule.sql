-- The city file, format 6: changes that take effect later are kept with their outcome; a profile may change.
--
-- A wanmi of format 5 refuses the file by name; for other programs nothing changes. Format 4 had a first form of the
-- tables of the schedule, which no program wrote to.

DROP TABLE schedule_part;
DROP TABLE schedule;

-- Changes that take effect later. A row is never removed and its number never used again.
CREATE TABLE schedule (
  number  INTEGER NOT NULL PRIMARY KEY,
  base    INTEGER NOT NULL REFERENCES version (number),  -- the version that it was made against
  due     TEXT    NOT NULL,  -- UTC, as gpkg_contents writes times: sorts as it passes
  author  TEXT    NOT NULL,
  at      TEXT    NOT NULL,  -- when it was scheduled, RFC 3339
  reason  TEXT    NOT NULL,
  holds   TEXT    NOT NULL,  -- JSON: how much of each layer it puts and ends
  digest  INTEGER NOT NULL,  -- of the parts
  state   TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'withdrawn')),
  version INTEGER REFERENCES version (number),  -- that it made
  ended   TEXT,                                 -- when it stopped waiting, RFC 3339
  ender   TEXT,                                 -- who withdrew it
  note    TEXT,                                 -- why it failed or was withdrawn
  mark    INTEGER,                              -- a digest of the columns above
  CHECK ((state = 'done') = (version IS NOT NULL)),
  CHECK ((state = 'waiting') = (ended IS NULL))
);

CREATE INDEX schedule_waiting ON schedule (due, number) WHERE state = 'waiting';
CREATE UNIQUE INDEX schedule_version ON schedule (version) WHERE version IS NOT NULL;

-- The change itself while it waits, in parts of some thousand components. One that is done is in its version.
CREATE TABLE schedule_part (
  schedule INTEGER NOT NULL REFERENCES schedule (number),
  part     INTEGER NOT NULL,
  change   TEXT    NOT NULL,  -- JSON
  PRIMARY KEY (schedule, part)
) WITHOUT ROWID;

-- The profile from a version on; before the first row it is that of wanmi_meta.
CREATE TABLE profile (
  version INTEGER NOT NULL PRIMARY KEY REFERENCES version (number),
  profile TEXT    NOT NULL  -- JSON
);

-- How many rows each layer has, for GDAL and QGIS, which keep this table for their own files and guess at views without it.
-- The program counts what is stored already and keeps the counts with every version.
CREATE TABLE gpkg_ogr_contents (
  table_name    TEXT NOT NULL PRIMARY KEY,
  feature_count INTEGER DEFAULT NULL
);
