-- The city file, format 4: every entry carries a mark, every version a tally and a seal; changes that take effect later.
--
-- A wanmi of format 3 refuses the file by name; for other programs nothing changes. The program fills marks, tallies and
-- seals of what is stored already (src/store/sqlite/seal.rs); they show edits by other programs, they do not stop a forger.

-- A digest of the entry's columns but to_version.
ALTER TABLE region ADD COLUMN mark INTEGER;
ALTER TABLE cell ADD COLUMN mark INTEGER;
ALTER TABLE arc ADD COLUMN mark INTEGER;
ALTER TABLE thing ADD COLUMN mark INTEGER;
ALTER TABLE component ADD COLUMN mark INTEGER;

-- A digest of the version's row, its tallies and the seal before it.
ALTER TABLE version ADD COLUMN seal INTEGER;

-- What a version did to a layer; layers that it left alone have no row.
CREATE TABLE tally (
  version INTEGER NOT NULL REFERENCES version (number),
  layer   TEXT    NOT NULL,  -- cells, regions, arcs, components, or a kind of thing
  begun   INTEGER NOT NULL,  -- entries that begin with the version: new and changed things
  ended   INTEGER NOT NULL,  -- entries that end with it: changed and gone things
  changed INTEGER NOT NULL,  -- things with an entry of each
  sum     INTEGER NOT NULL,  -- of the marks of what began and of what ended, modulo 2^64
  PRIMARY KEY (version, layer)
) WITHOUT ROWID;

-- Changes that take effect later. A row is never removed and its number never used again.
CREATE TABLE schedule (
  number  INTEGER NOT NULL PRIMARY KEY,
  base    INTEGER NOT NULL REFERENCES version (number),  -- the version that it was made against
  due     TEXT    NOT NULL,  -- UTC, as gpkg_contents writes times: sorts as it passes
  author  TEXT    NOT NULL,
  at      TEXT    NOT NULL,  -- when it was scheduled, RFC 3339
  reason  TEXT    NOT NULL,
  mark    INTEGER NOT NULL,  -- a digest of the columns above and of the parts
  state   TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'stale', 'cancelled')),
  version INTEGER REFERENCES version (number),           -- that it made
  note    TEXT                                           -- why it is stale
);

CREATE INDEX schedule_waiting ON schedule (due, number) WHERE state = 'waiting';

-- The change itself, in parts of some thousand components.
CREATE TABLE schedule_part (
  schedule INTEGER NOT NULL REFERENCES schedule (number),
  part     INTEGER NOT NULL,
  change   TEXT    NOT NULL,  -- JSON
  PRIMARY KEY (schedule, part)
) WITHOUT ROWID;
