-- The city file, format 2: things of the other layers (departments, duty zones, areas, places, base layers).
--
-- A wanmi of format 1 refuses the file by name; other programs see new layers beside the old ones.
-- One table holds all kinds; what a kind has is a view. The views below are generated from the table of kinds in
-- src/model/thing.rs; a test holds them to it, and a kind that changes needs a migration of its own.

CREATE TABLE thing (
  entry        INTEGER NOT NULL PRIMARY KEY,
  id           INTEGER NOT NULL,
  from_version INTEGER NOT NULL REFERENCES version (number),
  to_version   INTEGER          REFERENCES version (number),
  kind         TEXT    NOT NULL,
  code         TEXT    NOT NULL,  -- unique within its kind
  fields       TEXT    NOT NULL,  -- JSON object of texts, by the names of the kind's fields
  -- Its place is in at most one of these.
  point        POINT,
  line         MULTILINESTRING,
  polygon      MULTIPOLYGON,
  CHECK ((point IS NULL) + (line IS NULL) + (polygon IS NULL) >= 2),
  CHECK (to_version > from_version)
);

CREATE UNIQUE INDEX thing_valid_code ON thing (kind, code) WHERE to_version IS NULL;
CREATE        INDEX thing_ended_code ON thing (kind, code) WHERE to_version IS NOT NULL;
CREATE UNIQUE INDEX thing_history ON thing (id, from_version);

-- A kind with one kind of shape is one layer; one with several is a layer for each and a table of all; one without is a
-- table. The first half of a view has no rows: an expression has no type, so it lends the columns that of `code`.

CREATE VIEW departments AS
  SELECT id AS OGC_FID, code, code AS name, code AS credit_code, code AS level, code AS parent, code AS region,
         code AS kind, code AS contact, code AS phone, code AS address, code AS valid_from, code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.credit_code'),
         json_extract(fields, '$.level'),
         json_extract(fields, '$.parent'),
         json_extract(fields, '$.region'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.contact'),
         json_extract(fields, '$.phone'),
         json_extract(fields, '$.address'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'departments' AND to_version IS NULL;

CREATE VIEW inspectors AS
  SELECT id AS OGC_FID, code, code AS name, code AS phone, code AS department, code AS valid_from, code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.phone'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'inspectors' AND to_version IS NULL;

CREATE VIEW duty_zones AS
  SELECT id AS OGC_FID, code, code AS name, code AS cells, code AS inspectors, code AS valid_from, code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.cells'),
         json_extract(fields, '$.inspectors'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'duty_zones' AND to_version IS NULL;

CREATE VIEW overlays AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, code AS department, code AS valid_from, code AS valid_until,
         polygon AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until'),
         polygon
  FROM thing WHERE kind = 'overlays' AND to_version IS NULL;

CREATE VIEW area_grades AS
  SELECT id AS OGC_FID, code, code AS name, code AS grade, code AS valid_from, code AS valid_until, polygon AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.grade'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until'),
         polygon
  FROM thing WHERE kind = 'area_grades' AND to_version IS NULL;

CREATE VIEW control_areas AS
  SELECT id AS OGC_FID, code, code AS name, code AS classes, code AS window, code AS message, code AS valid_from,
         code AS valid_until, polygon AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.window'),
         json_extract(fields, '$.message'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until'),
         polygon
  FROM thing WHERE kind = 'control_areas' AND to_version IS NULL;

CREATE VIEW permits AS
  SELECT id AS OGC_FID, code, code AS name, code AS department, code AS classes, code AS holder, code AS valid_from,
         code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.holder'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'permits' AND to_version IS NULL;

CREATE VIEW permits_point AS
  SELECT id AS OGC_FID, code, code AS name, code AS department, code AS classes, code AS holder, code AS valid_from,
         code AS valid_until, point AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.holder'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until'),
         point
  FROM thing WHERE kind = 'permits' AND to_version IS NULL AND point IS NOT NULL;

CREATE VIEW permits_line AS
  SELECT id AS OGC_FID, code, code AS name, code AS department, code AS classes, code AS holder, code AS valid_from,
         code AS valid_until, line AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.holder'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until'),
         line
  FROM thing WHERE kind = 'permits' AND to_version IS NULL AND line IS NOT NULL;

CREATE VIEW permits_polygon AS
  SELECT id AS OGC_FID, code, code AS name, code AS department, code AS classes, code AS holder, code AS valid_from,
         code AS valid_until, polygon AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.holder'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until'),
         polygon
  FROM thing WHERE kind = 'permits' AND to_version IS NULL AND polygon IS NOT NULL;

CREATE VIEW places AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, code AS alias, code AS address
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.alias'),
         json_extract(fields, '$.address')
  FROM thing WHERE kind = 'places' AND to_version IS NULL;

CREATE VIEW places_point AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, code AS alias, code AS address, point AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.alias'),
         json_extract(fields, '$.address'),
         point
  FROM thing WHERE kind = 'places' AND to_version IS NULL AND point IS NOT NULL;

CREATE VIEW places_line AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, code AS alias, code AS address, line AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.alias'),
         json_extract(fields, '$.address'),
         line
  FROM thing WHERE kind = 'places' AND to_version IS NULL AND line IS NOT NULL;

CREATE VIEW places_polygon AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, code AS alias, code AS address, polygon AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.alias'),
         json_extract(fields, '$.address'),
         polygon
  FROM thing WHERE kind = 'places' AND to_version IS NULL AND polygon IS NOT NULL;

CREATE VIEW roads AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, line AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         line
  FROM thing WHERE kind = 'roads' AND to_version IS NULL;

CREATE VIEW buildings AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, polygon AS geom
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         polygon
  FROM thing WHERE kind = 'buildings' AND to_version IS NULL;

INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
  ('departments', 'attributes', 'departments', '责任单位', NULL),
  ('inspectors', 'attributes', 'inspectors', '监督员', NULL),
  ('duty_zones', 'attributes', 'duty_zones', '责任网格', NULL),
  ('overlays', 'features', 'overlays', '专属区域', 4490),
  ('area_grades', 'features', 'area_grades', '区域等级', 4490),
  ('control_areas', 'features', 'control_areas', '管控区域', 4490),
  ('permits', 'attributes', 'permits', '行政许可', NULL),
  ('permits_point', 'features', 'permits_point', '行政许可(点)', 4490),
  ('permits_line', 'features', 'permits_line', '行政许可(线)', 4490),
  ('permits_polygon', 'features', 'permits_polygon', '行政许可(面)', 4490),
  ('places', 'attributes', 'places', '地名', NULL),
  ('places_point', 'features', 'places_point', '地名(点)', 4490),
  ('places_line', 'features', 'places_line', '地名(线)', 4490),
  ('places_polygon', 'features', 'places_polygon', '地名(面)', 4490),
  ('roads', 'features', 'roads', '道路', 4490),
  ('buildings', 'features', 'buildings', '建筑物', 4490);

INSERT INTO gpkg_geometry_columns VALUES
  ('overlays', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('area_grades', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('control_areas', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('permits_point', 'geom', 'POINT', 4490, 0, 0),
  ('permits_line', 'geom', 'MULTILINESTRING', 4490, 0, 0),
  ('permits_polygon', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('places_point', 'geom', 'POINT', 4490, 0, 0),
  ('places_line', 'geom', 'MULTILINESTRING', 4490, 0, 0),
  ('places_polygon', 'geom', 'MULTIPOLYGON', 4490, 0, 0),
  ('roads', 'geom', 'MULTILINESTRING', 4490, 0, 0),
  ('buildings', 'geom', 'MULTIPOLYGON', 4490, 0, 0);
