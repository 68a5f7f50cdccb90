-- The city file, format 3: what ended since a version is found without reading the whole city.
--
-- A wanmi of format 2 refuses the file by name; for other programs nothing changes. Entries that began since a version
-- need no index: their keys grow with the versions.

CREATE INDEX component_ended ON component (to_version) WHERE to_version IS NOT NULL;
