-- The city file, format 5: duty rules and what they lean on (limits, rosters, commands, calendar, modes and their
-- switches, cases); departments say whether they are the body of their region.
--
-- A wanmi of format 4 refuses the file by name; other programs see new layers beside the old ones, and one column more.

DROP VIEW departments;

CREATE VIEW departments AS
  SELECT id AS OGC_FID, code, code AS name, code AS credit_code, code AS level, code AS parent, code AS region,
         code AS kind, code AS territorial, code AS contact, code AS phone, code AS address, code AS valid_from,
         code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.credit_code'),
         json_extract(fields, '$.level'),
         json_extract(fields, '$.parent'),
         json_extract(fields, '$.region'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.territorial'),
         json_extract(fields, '$.contact'),
         json_extract(fields, '$.phone'),
         json_extract(fields, '$.address'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'departments' AND to_version IS NULL;

CREATE VIEW duty_rules AS
  SELECT id AS OGC_FID, code, code AS kind, code AS edition, code AS classes, code AS condition, code AS region,
         code AS cells, code AS overlay, code AS permit, code AS mode, code AS source, code AS priority,
         code AS override, code AS answer, code AS department, code AS agent, code AS competent,
         code AS except_classes, code AS except_regions, code AS basis, code AS note, code AS valid_from,
         code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.edition'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.condition'),
         json_extract(fields, '$.region'),
         json_extract(fields, '$.cells'),
         json_extract(fields, '$.overlay'),
         json_extract(fields, '$.permit'),
         json_extract(fields, '$.mode'),
         json_extract(fields, '$.source'),
         json_extract(fields, '$.priority'),
         json_extract(fields, '$.override'),
         json_extract(fields, '$.answer'),
         json_extract(fields, '$.department'),
         json_extract(fields, '$.agent'),
         json_extract(fields, '$.competent'),
         json_extract(fields, '$.except_classes'),
         json_extract(fields, '$.except_regions'),
         json_extract(fields, '$.basis'),
         json_extract(fields, '$.note'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'duty_rules' AND to_version IS NULL;

CREATE VIEW limits AS
  SELECT id AS OGC_FID, code, code AS kind, code AS edition, code AS classes, code AS condition, code AS grade,
         code AS region, code AS mode, code AS stage, code AS amount, code AS unit, code AS basis,
         code AS valid_from, code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.edition'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.condition'),
         json_extract(fields, '$.grade'),
         json_extract(fields, '$.region'),
         json_extract(fields, '$.mode'),
         json_extract(fields, '$.stage'),
         json_extract(fields, '$.amount'),
         json_extract(fields, '$.unit'),
         json_extract(fields, '$.basis'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'limits' AND to_version IS NULL;

CREATE VIEW rosters AS
  SELECT id AS OGC_FID, code, code AS zone, code AS inspector, code AS kind, code AS days, code AS time_from,
         code AS time_until, code AS cover, code AS mode, code AS valid_from, code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.zone'),
         json_extract(fields, '$.inspector'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.days'),
         json_extract(fields, '$.time_from'),
         json_extract(fields, '$.time_until'),
         json_extract(fields, '$.cover'),
         json_extract(fields, '$.mode'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'rosters' AND to_version IS NULL;

CREATE VIEW commands AS
  SELECT id AS OGC_FID, code, code AS centre, code AS level, code AS region, code AS kind, code AS edition,
         code AS classes, code AS mode, code AS coordinator, code AS valid_from, code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.centre'),
         json_extract(fields, '$.level'),
         json_extract(fields, '$.region'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.edition'),
         json_extract(fields, '$.classes'),
         json_extract(fields, '$.mode'),
         json_extract(fields, '$.coordinator'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'commands' AND to_version IS NULL;

CREATE VIEW calendar AS
  SELECT id AS OGC_FID, code, code AS day, code AS kind, code AS name
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.day'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.name')
  FROM thing WHERE kind = 'calendar' AND to_version IS NULL;

CREATE VIEW modes AS
  SELECT id AS OGC_FID, code, code AS name, code AS cap_amount, code AS cap_unit, code AS note, code AS valid_from,
         code AS valid_until
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.cap_amount'),
         json_extract(fields, '$.cap_unit'),
         json_extract(fields, '$.note'),
         json_extract(fields, '$.valid_from'),
         json_extract(fields, '$.valid_until')
  FROM thing WHERE kind = 'modes' AND to_version IS NULL;

CREATE VIEW mode_switches AS
  SELECT id AS OGC_FID, code, code AS mode, code AS author, code AS reason, code AS starts_at, code AS ends_at
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.mode'),
         json_extract(fields, '$.author'),
         json_extract(fields, '$.reason'),
         json_extract(fields, '$.starts_at'),
         json_extract(fields, '$.ends_at')
  FROM thing WHERE kind = 'mode_switches' AND to_version IS NULL;

CREATE VIEW cases AS
  SELECT id AS OGC_FID, code, code AS name, code AS kind, code AS edition, code AS class, code AS condition,
         code AS cell, code AS location, code AS component, code AS source, code AS mode, code AS at,
         code AS excluded, code AS ruling, code AS outcome, code AS department
  FROM thing WHERE 0
  UNION ALL
  SELECT id, code,
         json_extract(fields, '$.name'),
         json_extract(fields, '$.kind'),
         json_extract(fields, '$.edition'),
         json_extract(fields, '$.class'),
         json_extract(fields, '$.condition'),
         json_extract(fields, '$.cell'),
         json_extract(fields, '$.location'),
         json_extract(fields, '$.component'),
         json_extract(fields, '$.source'),
         json_extract(fields, '$.mode'),
         json_extract(fields, '$.at'),
         json_extract(fields, '$.excluded'),
         json_extract(fields, '$.ruling'),
         json_extract(fields, '$.outcome'),
         json_extract(fields, '$.department')
  FROM thing WHERE kind = 'cases' AND to_version IS NULL;

INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
  ('duty_rules', 'attributes', 'duty_rules', '职责规则', NULL),
  ('limits', 'attributes', 'limits', '处置时限', NULL),
  ('rosters', 'attributes', 'rosters', '排班', NULL),
  ('commands', 'attributes', 'commands', '指挥权限', NULL),
  ('calendar', 'attributes', 'calendar', '日历', NULL),
  ('modes', 'attributes', 'modes', '运行模式', NULL),
  ('mode_switches', 'attributes', 'mode_switches', '模式切换', NULL),
  ('cases', 'attributes', 'cases', '样例', NULL);
