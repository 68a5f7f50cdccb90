-- The city file, format 1: a GeoPackage 1.3 with tables of our own.
--
-- Rules of every table that has them:
--   entry         one state of a thing; the key of the row.
--   id            the thing itself; permanent, the same in all its entries.
--   from_version  the first version in which the entry is valid.
--   to_version    the first version in which it is no longer; null while it is valid. Set once, by the change that
--                 ends the entry; nothing else of an entry is ever written again.
-- A code names one thing for ever: a thing that comes back under its code gets its id back.
--
-- Readers with an old SQLite must be able to open the file (QGIS on office computers): no STRICT, no generated columns.

-- GeoPackage 1.3, annex C.

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name                 TEXT    NOT NULL,
  srs_id                   INTEGER NOT NULL PRIMARY KEY,
  organization             TEXT    NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition               TEXT    NOT NULL,
  description              TEXT
);

INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid'),
  ('China Geodetic Coordinate System 2000', 4490, 'EPSG', 4490,
   'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4490"]]',
   'longitude/latitude coordinates in decimal degrees on the CGCS2000 spheroid');

CREATE TABLE gpkg_contents (
  table_name  TEXT     NOT NULL PRIMARY KEY,
  data_type   TEXT     NOT NULL,
  identifier  TEXT     UNIQUE,
  description TEXT     DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x       DOUBLE,
  min_y       DOUBLE,
  max_x       DOUBLE,
  max_y       DOUBLE,
  srs_id      INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);

CREATE TABLE gpkg_geometry_columns (
  table_name         TEXT    NOT NULL,
  column_name        TEXT    NOT NULL,
  geometry_type_name TEXT    NOT NULL,
  srs_id             INTEGER NOT NULL,
  z                  TINYINT NOT NULL,
  m                  TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);

-- The city.

-- Version n is made by changeset n; 0 is the empty city. Numbers have no gaps.
CREATE TABLE version (
  number INTEGER NOT NULL PRIMARY KEY,
  author TEXT    NOT NULL,
  at     TEXT    NOT NULL,  -- RFC 3339
  reason TEXT    NOT NULL
);

-- One row. The format is the number of the last file of this folder that was applied.
CREATE TABLE wanmi_meta (
  one            INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  format         INTEGER NOT NULL,
  name           TEXT    NOT NULL,
  region         TEXT    NOT NULL,
  profile        TEXT    NOT NULL,  -- JSON
  origin_x       INTEGER,           -- longitude of the origin in 1e-8 degree; set by the first cover
  origin_y       INTEGER,           -- latitude
  origin_version INTEGER REFERENCES version (number)
);

CREATE TABLE region (
  entry        INTEGER NOT NULL PRIMARY KEY,
  id           INTEGER NOT NULL,
  from_version INTEGER NOT NULL REFERENCES version (number),
  to_version   INTEGER          REFERENCES version (number),
  level        TEXT    NOT NULL CHECK (level IN ('community', 'street', 'district')),
  code         TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  parent       TEXT,
  geom         MULTIPOLYGON,
  CHECK (to_version > from_version)
);

CREATE TABLE cell (
  entry        INTEGER NOT NULL PRIMARY KEY,
  id           INTEGER NOT NULL,
  from_version INTEGER NOT NULL REFERENCES version (number),
  to_version   INTEGER          REFERENCES version (number),
  code         TEXT    NOT NULL,
  name         TEXT,
  community    TEXT,
  street       TEXT,
  district     TEXT,
  started      TEXT,
  geom         MULTIPOLYGON NOT NULL,  -- derived from the arcs, for programs that want polygons
  CHECK (to_version > from_version)
);

-- Borders, each stretch once. An arc has no code: one that changes ends, and another begins.
CREATE TABLE arc (
  id           INTEGER NOT NULL PRIMARY KEY,
  from_version INTEGER NOT NULL REFERENCES version (number),
  to_version   INTEGER          REFERENCES version (number),
  left_cell    INTEGER,  -- cell.id; null is outside the cover
  right_cell   INTEGER,
  geom         LINESTRING NOT NULL,
  CHECK (to_version > from_version),
  CHECK (left_cell IS NOT right_cell)
);

CREATE TABLE component (
  entry           INTEGER NOT NULL PRIMARY KEY,
  id              INTEGER NOT NULL,
  from_version    INTEGER NOT NULL REFERENCES version (number),
  to_version      INTEGER          REFERENCES version (number),
  code            TEXT    NOT NULL,
  edition         TEXT    NOT NULL,
  class           TEXT    NOT NULL,
  name            TEXT,
  state           TEXT,
  competent_code  TEXT,
  competent_name  TEXT,
  owner_code      TEXT,
  owner_name      TEXT,
  maintainer_code TEXT,
  maintainer_name TEXT,
  delivered_cell  TEXT,
  surveyed        TEXT,
  changed         TEXT,
  data_source     TEXT,
  note            TEXT,
  extra           TEXT,  -- JSON object of texts; null when there is nothing to keep
  -- Its place is in exactly one of these: a GeoPackage layer shows a column of its own type.
  point           POINT,
  line            MULTILINESTRING,
  polygon         MULTIPOLYGON,
  CHECK ((point IS NULL) + (line IS NULL) + (polygon IS NULL) = 2),
  CHECK (to_version > from_version)
);

-- One valid entry a thing and a code; ended codes apart, so that a first import does not pay for history.

CREATE UNIQUE INDEX region_valid_code ON region (level, code) WHERE to_version IS NULL;
CREATE        INDEX region_ended_code ON region (level, code) WHERE to_version IS NOT NULL;
CREATE UNIQUE INDEX region_history ON region (id, from_version);

CREATE UNIQUE INDEX cell_valid_code ON cell (code) WHERE to_version IS NULL;
CREATE        INDEX cell_ended_code ON cell (code) WHERE to_version IS NOT NULL;
CREATE UNIQUE INDEX cell_history ON cell (id, from_version);

CREATE UNIQUE INDEX component_valid_code ON component (code) WHERE to_version IS NULL;
CREATE        INDEX component_ended_code ON component (code) WHERE to_version IS NOT NULL;
CREATE UNIQUE INDEX component_history ON component (id, from_version);

-- What is valid now, for QGIS and ogr2ogr; a view without triggers cannot be written.
-- OGC_FID comes first: GDAL takes a view's feature ids from a column of that name, GeoPackage from the first one.

CREATE VIEW cells AS
  SELECT id AS OGC_FID, code, name, community, street, district, started, geom
  FROM cell WHERE to_version IS NULL;

CREATE VIEW regions AS
  SELECT id AS OGC_FID, level, code, name, parent, geom
  FROM region WHERE to_version IS NULL;

CREATE VIEW arcs AS
  SELECT arc.id AS OGC_FID, on_left.code AS left_cell, on_right.code AS right_cell, arc.geom AS geom
  FROM arc
  LEFT JOIN cell AS on_left ON on_left.id = arc.left_cell AND on_left.to_version IS NULL
  LEFT JOIN cell AS on_right ON on_right.id = arc.right_cell AND on_right.to_version IS NULL
  WHERE arc.to_version IS NULL;

CREATE VIEW components_point AS
  SELECT id AS OGC_FID, code, edition, class, name, state, competent_code, competent_name, owner_code, owner_name,
         maintainer_code, maintainer_name, delivered_cell, surveyed, changed, data_source, note, extra, point AS geom
  FROM component WHERE to_version IS NULL AND point IS NOT NULL;

CREATE VIEW components_line AS
  SELECT id AS OGC_FID, code, edition, class, name, state, competent_code, competent_name, owner_code, owner_name,
         maintainer_code, maintainer_name, delivered_cell, surveyed, changed, data_source, note, extra, line AS geom
  FROM component WHERE to_version IS NULL AND line IS NOT NULL;

CREATE VIEW components_polygon AS
  SELECT id AS OGC_FID, code, edition, class, name, state, competent_code, competent_name, owner_code, owner_name,
         maintainer_code, maintainer_name, delivered_cell, surveyed, changed, data_source, note, extra, polygon AS geom
  FROM component WHERE to_version IS NULL AND polygon IS NOT NULL;

-- The log of versions is registered too: readers then list what is registered and leave our tables alone.
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
  ('cells', 'features', 'cells', '单元网格', 4490),
  ('regions', 'features', 'regions', '区县、街道、社区', 4490),
  ('arcs', 'features', 'arcs', '网格边界', 4490),
  ('components_point', 'features', 'components_point', '部件(点)', 4490),
  ('components_line', 'features', 'components_line', '部件(线)', 4490),
  ('components_polygon', 'features', 'components_polygon', '部件(面)', 4490),
  ('version', 'attributes', 'version', '数据版本', NULL);

INSERT INTO gpkg_geometry_columns VALUES
  ('cells', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('regions', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('arcs', 'geom', 'LINESTRING', 4490, 0, 0),
  ('components_point', 'geom', 'POINT', 4490, 0, 0),
  ('components_line', 'geom', 'MULTILINESTRING', 4490, 0, 0),
  ('components_polygon', 'geom', 'MULTIPOLYGON', 4490, 0, 0);
