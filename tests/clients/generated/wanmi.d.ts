// Made by tests/clients/types.mjs from schemas/openapi.json; a test keeps it equal.

export type Alive = {
  /** Always `alive`. */
  status: string;
};

/** A cell that may hold the true place. */
export type Alternative = {
  /** The cell's code; null is outside the cover. */
  cell: string | null;
  /** How probable it is, with three decimals. */
  probability: number;
};

/** Why the newest version is not in use. */
export type Behind = {
  /** The stable code of the reason. */
  code: string;
  /** The newest version; null when the store cannot be asked. */
  newest: number | null;
};

/** A decision that was returned or overridden. */
export type CaseReply = {
  /** The cell. */
  cell: string | null;
  /** The class. */
  class: string;
  /** Its number. */
  decision: string;
  /** The department that was named. */
  department: string | null;
  /** The department that an override named. */
  instead: string | null;
  /** Returned or overridden. */
  outcome: string;
  /** Why, in the words of who said it. */
  reason: string | null;
  /** The client's name for the report. */
  report: string | null;
};

/** A cell with its figures and its shape. */
export type Cell = CellRecord & {
  /** Its shape. */
  geometry: Geometry;
  /** The version of the data that answered. */
  version: number;
};

/** A cell with its figures. */
export type CellRecord = {
  /** Its area on the ellipsoid, in m². */
  area_m2: number;
  /** West, south, east, north, in degrees. */
  bbox: number[];
  /** The cell's code. */
  code: string;
  /** Its community 社区. */
  community: null | RegionName;
  /** How many components it holds. */
  components: number;
  /** Its district 区县. */
  district: null | RegionName;
  /** Its name, when it has one. */
  name: string | null;
  /** The day it was first drawn, YYYYMMDD. */
  started: string | null;
  /** Its street 街道. */
  street: null | RegionName;
};

export type Cells = {
  /** The cells, in code order. */
  cells: CellRecord[];
  /** What `after` must be to go on; null on the last page. */
  next: string | null;
  /** The version of the data that answered. */
  version: number;
};

/** A change that was made. */
export type Changed = {
  /** The component's code. */
  code: string;
  /** The version that the change made; it is in use within a second. */
  version: number;
  /** What the rules say of the component all the same. */
  warnings: Warning[];
};

/** A version: who made it, when, why, and what it did. */
export type Changeset = {
  /** When, RFC 3339; of a scheduled change its hour. */
  at: string;
  /** Who made it. */
  author: string;
  /** What it did to each layer. */
  layers: ChangesetLayer[];
  /** Why, in a sentence. */
  reason: string;
  /** The number of the scheduled change that it was; null when it was made at once. */
  scheduled: number | null;
  /** The version that it made. */
  version: number;
};

/** What a version did to a layer. */
export type ChangesetLayer = {
  /** Things that are otherwise. */
  changed: number;
  /** Things that ended. */
  gone: number;
  /** The layer, as `wanmi import` names it; `arcs` for borders of cells, `profile`. */
  layer: string;
  /** Things that are new or back. */
  new: number;
};

export type Changesets = {
  /** The versions, the newest first. */
  changesets: Changeset[];
  /** What `after` must be to go on to older ones; null on the last page. */
  next: string | null;
  /** The version of the data in use. */
  version: number;
};

export type CityProfile = {
  /** The city's name. */
  name: string;
  /** The profile as `wanmi init` took it, with what it left open; `schemas/profile.schema.json` describes it. */
  profile: Record<string, unknown>;
  /** The code of the city's region. */
  region: string;
  /** The version of the data that answered. */
  version: number;
};

/** A class 小类. */
export type Class = {
  /** The code within edition and kind. */
  code: string;
  /** How many components have it. */
  components: number;
  /** The edition of the standard. */
  edition: string;
  /** How well it is known: `found` in a source, `derived`, `unknown`, or `local` to the city. */
  evidence: string;
  /** The name in English. */
  gloss: string | null;
  /** `component` or `event`. */
  kind: string;
  /** The major class 大类 it belongs to. */
  major: string | null;
  /** The name; null for a class that components have and no catalogue. */
  name: string | null;
  /** The kinds of shape that its components may have; empty when the catalogue does not say. */
  shapes: string[];
};

export type Classes = {
  /** The classes: by edition, the newest first, then kind, then code. */
  classes: Class[];
  /** The edition that the city delivers in. */
  edition: string;
  /** The version of the data that answered. */
  version: number;
};

/** The centre that commands. */
export type CommandOf = {
  /** The centre. */
  centre: string;
  /** Its level. */
  level: string | null;
  /** The region that it commands. */
  region: string | null;
};

export type Component = ComponentRecord & {
  /** Its shape. */
  geometry: Geometry;
  /** The version of the data that answered. */
  version: number;
};

export type ComponentHistory = {
  /** The component's code. */
  code: string;
  /** What happened, the oldest first. */
  turns: Turn[];
  /** The version of the data in use. */
  version: number;
};

/** What shall change, and who wants it why. A member that is absent stays as it is, null takes the value away. */
export type ComponentPatch = {
  /** Who makes the change. */
  author: string;
  /** The day of the change survey, YYYYMMDD. */
  changed?: string | null;
  /** The class 小类, in the edition that the component has. */
  class?: string;
  /** The competent unit 主管部门. */
  competent?: null | UnitPatch;
  /** From when on the change holds, RFC 3339; at once when absent. */
  effective?: string | null;
  /** Where it stands now; for components that are points, in a system for survey data. */
  location?: LocationPatch;
  /** The maintainer 养护单位. */
  maintainer?: null | UnitPatch;
  /** The name. */
  name?: string | null;
  /** A note 备注. */
  note?: string | null;
  /** The owner 权属单位. */
  owner?: null | UnitPatch;
  /** Why, in a sentence. */
  reason: string;
  /** The state 状态. */
  state?: string | null;
};

/** A component's record; units without phone numbers. */
export type ComponentRecord = {
  /** The cell that holds it; null outside the cover. */
  cell: string | null;
  /** The day of the last change survey, YYYYMMDD. */
  changed: string | null;
  /** Its class 小类. */
  class: string;
  /** Its class's name. */
  class_name: string | null;
  /** The code 标识码. */
  code: string;
  /** The competent unit 主管部门. */
  competent: null | Unit;
  /** Where the data come from 数据来源. */
  data_source: string | null;
  /** The edition of the standard that its class belongs to. */
  edition: string;
  /** Delivered fields that the mapping keeps, by name. */
  extra: Record<string, string>;
  /** The place that decides its cell, CGCS2000. */
  location: Location;
  /** The maintainer 养护单位. */
  maintainer: null | Unit;
  /** Its name, when it has one. */
  name: string | null;
  /** A note 备注. */
  note: string | null;
  /** The owner 权属单位. */
  owner: null | Unit;
  /** Its state 状态, as delivered. */
  state: string | null;
  /** The day of the first survey, YYYYMMDD. */
  surveyed: string | null;
};

export type Components = {
  /** The components: by distance near a place, else by code. */
  components: ListedComponent[];
  /** What `after` must be to go on; null on the last page and near a place. */
  next: string | null;
  /** The version of the data that answered. */
  version: number;
};

/** A place in the system that was asked for. */
export type Converted = {
  /** The system of `lng` and `lat`. */
  crs: string;
  /** Degrees north, or the northing in metres for EPSG:n. */
  lat: number;
  /** Degrees east, or the easting in metres for EPSG:n. */
  lng: number;
};

/** What we answer to a report 派遣建议. */
export type Decision = {
  /** The cells that may hold the true place; empty without `accuracy_m`. */
  alternatives: Alternative[];
  /** When it was reported: as given, else as stamped. */
  at: string;
  /** Every step that spoke: what won, what lost and why. */
  because: ReasonOf[];
  /** The departments to coordinate among; empty when there is one or none. */
  candidates: NamedDepartment[];
  /** `certain` when no accuracy was given, or when the first alternative has at least 0.95; else `uncertain`. */
  certainty: string;
  /** The centre that commands 二级指挥. */
  command: null | CommandOf;
  /** The component that the report is about. */
  component: null | MatchedComponent;
  /** Who coordinates; null when the outcome is not `coordinate`, or nobody does. */
  coordinator: null | IdAndName;
  /** The one department; null when the outcome is not `direct`. */
  department: null | NamedDepartment;
  /** Who goes, to verify or to check; null when nobody can, `because` says why. */
  inspector: null | InspectorOnDuty;
  /** How long the department has. */
  limit: null | LimitOf;
  /** The mode in force, or assumed. */
  mode: string;
  /** The nearest cell when the place is outside the cover. */
  nearest: null | NearestCell;
  /** `outside` (not in the cover), `forbidden` (a control area does not take the class now), `direct` (one department), `coordinate` (several or none). */
  outcome: string;
  /** The cell that holds the place; null outside the cover. */
  place: null | Place;
  /** What the caller calls the report, as it came. */
  report: string | null;
  /** The version of the data that answered. */
  version: number;
};

/** A line of a bulk call. */
export type DecisionLine = Decision & {
  /** Its number in the record; only in calls with an `Idempotency-Key`. */
  decision?: string;
};

/** An open report. */
export type Duplicate = {
  /** Its component. */
  component: string | null;
  /** Its decision. */
  decision: string;
  /** The department that has it. */
  department: string | null;
  /** How far it is, in metres; null when one of the two has no place. */
  distance_m: number | null;
  /** When it was recorded. */
  recorded: string;
  /** The client's name for the report. */
  report: string | null;
  /** Why it may be the same: `component` or `class`. */
  same: string;
  /** Where it stands. */
  state: string;
};

/** Open reports that may be the same. */
export type Duplicates = {
  /** The component that the report is about. */
  component: string | null;
  /** Those of the component first, then the nearest. */
  duplicates: Duplicate[];
  /** How far away a report of the class counts, in metres. */
  radius_m: number;
};

/** A department that returned the report. */
export type ExcludedDepartment = {
  /** The department. */
  department: string;
  /** Why it returned it. */
  reason?: string | null;
};

/** What is wrong with one field. */
export type FieldError = {
  /** What is wrong, by the code that problem types use. */
  code: string;
  /** What is wrong with this value. */
  detail: string;
  /** The field as a JSON pointer in a fragment: `#/lng` is parameter `lng`. */
  pointer: string;
};

/** A GeoJSON geometry (RFC 7946) in CGCS2000 degrees. */
export type Geometry = {
  /** Longitude and latitude, as deep in lists as the type wants; rings closed, shells anticlockwise. */
  coordinates: unknown[];
  /** `Point`, `LineString`, `MultiLineString`, `Polygon` or `MultiPolygon`. */
  type: string;
};

/** A department or a person. */
export type IdAndName = {
  /** The code. */
  id: string;
  /** The name. */
  name: string;
};

/** Who goes. */
export type InspectorOnDuty = {
  /** `roster`, `exception`, `cover`, `leave_cover`, `zone` (the zone has no roster), `off_duty` (nobody is on duty now). */
  because: string;
  /** The code. */
  id: string;
  /** The name. */
  name: string;
  /** Whether on duty now. */
  on_duty: boolean;
  /** Who goes when the first cannot. */
  second: null | IdAndName;
};

/** How long the department has. */
export type LimitOf = {
  /** How long. */
  amount: number;
  /** When it ends, by the working calendar; null when that is more than ten years away. */
  due: string | null;
  /** The grade of the area. */
  grade: string | null;
  /** In which unit. */
  unit: string;
};

export type ListedComponent = ComponentRecord & {
  /** How far it is, in metres; 0 inside a polygon, null in a list that is not by distance. */
  distance_m: number | null;
};

/** A line of a bulk call. */
export type LocateLine = {
  /** The radius in metres that holds the true place with the probability `confidence`. */
  accuracy_m?: number | null;
  /** By what was known in this version; the newest when absent. */
  as_known_at?: number | null;
  /** As things were at this time, RFC 3339; the newest version when absent. The line waits while a past city is built. */
  at?: string | null;
  /** How probable it is that the circle holds the true place; 0.68 when absent. */
  confidence?: number | null;
  /** The coordinate system: CGCS2000, WGS84, GCJ02, BD09 or EPSG:n. */
  crs: string;
  /** Anything that tells the caller which line this is: a text or a number, sent back as it came. */
  id?: string | null;
  /** Latitude in degrees, or northing in metres. */
  lat: number;
  /** Longitude in degrees, or easting in metres. */
  lng: number;
};

/** Where a place is: its cell and what it belongs to. */
export type Located = {
  /** The cells that may hold the true place, the most probable first; empty without `accuracy_m`, else they sum to 1. */
  alternatives: Alternative[];
  /** The time the answer holds for, RFC 3339. */
  at: string;
  /** `certain` when no accuracy was given, or when the first alternative has at least 0.95; else `uncertain`. */
  certainty: string;
  /** The nearest cell when the place is outside the cover, else null. */
  nearest: null | NearestCell;
  /** The cell that holds the place; null outside the cover. */
  place: null | Place;
  /** The version of the data that answered. */
  version: number;
};

/** CGCS2000 degrees. */
export type Location = {
  /** Degrees north. */
  lat: number;
  /** Degrees east. */
  lng: number;
};

/** A place and its system. */
export type LocationPatch = {
  /** CGCS2000, WGS84 or EPSG:n. */
  crs: string;
  /** Latitude in degrees, or northing in metres. */
  lat: number;
  /** Longitude in degrees, or easting in metres. */
  lng: number;
};

/** A component near the place. */
export type MatchedComponent = {
  /** Its class. */
  class: string;
  /** Its code. */
  code: string;
  /** How far from the reported place, in metres. */
  distance_m: number;
  /** `given` by the report, or `nearest` of its class. */
  match: string;
  /** Others that could be meant, the nearest first. */
  rivals: RivalComponent[];
};

/** The mode in force. */
export type Mode = {
  /** Who switched. */
  author: string | null;
  /** The mode's code. */
  mode: string;
  /** The modes that there are. */
  modes: ModeName[];
  /** Its name. */
  name: string;
  /** When it is planned to end; then the city is in `normal` again by itself. */
  planned_end: string | null;
  /** Why, in a sentence. */
  reason: string | null;
  /** When it began; null when the city was never switched, or the last switch has ended. */
  since: string | null;
  /** The version of the data that answered. */
  version: number;
};

/** A mode that the city may be in. */
export type ModeName = {
  /** Its code. */
  mode: string;
  /** Its name. */
  name: string;
};

/** A switch to another mode. */
export type ModeSwitch = {
  /** Who switches. */
  author: string;
  /** The mode that begins. */
  mode: string;
  /** When it is planned to end; until the next switch when absent. */
  planned_end?: string | null;
  /** Why, in a sentence. */
  reason: string;
  /** When it begins, RFC 3339; now when absent. */
  starts_at?: string | null;
};

/** A department as a step names it. */
export type NamedDepartment = {
  /** Who does it in its place 代处理. */
  agent: null | IdAndName;
  /** The code. */
  id: string;
  /** The name. */
  name: string;
  /** In what quality it is named. */
  role: string;
  /** By which step of the ladder. */
  step: string;
};

/** The nearest cell to a place outside the cover. */
export type NearestCell = {
  /** The cell's code. */
  cell: string;
  /** How far it is, in metres. */
  distance_m: number;
};

export type OneChangeset = {
  /** The version that was asked for. */
  changeset: Changeset;
  /** The version of the data in use. */
  version: number;
};

/** What became of a decision. */
export type OutcomeBody = {
  /** The department it was given to instead; required for `overridden`. */
  department?: string | null;
  /** `accepted`, `returned` (within the hour, never after a ruling), `overridden`, `closed` or `voided`. */
  outcome: string;
  /** Why; required for `returned` and `overridden`. */
  reason?: string | null;
};

/** Where a decision stands now. */
export type OutcomeReply = {
  /** Whether the same outcome was recorded before; then nothing new was. */
  again: boolean;
  /** The decision. */
  id: string;
  /** Where it stands. */
  state: string;
};

/** The cell that holds a place, and what the cell belongs to. */
export type Place = {
  /** Its area grade 区域等级: A, B or C, the strictest of several. */
  area_grade: string | null;
  /** The cell's code. */
  cell: string;
  /** Its community 社区. */
  community: null | RegionName;
  /** The control areas 管控区域 over the place that are valid on that day. */
  control_areas: string[];
  /** How far the cell's border is, in metres; 0 on it. */
  distance_to_border_m: number;
  /** Its district 区县. */
  district: null | RegionName;
  /** Its duty zone 责任网格. */
  duty_zone: string | null;
  /** The overlays 专属区域 over the place that are valid on that day. */
  overlays: string[];
  /** Its street 街道. */
  street: null | RegionName;
  /** The other cells that touch a place on a border, by code. */
  tie: string[];
};

/** A change that waits for its hour. */
export type Planned = {
  /** The component's code. */
  code: string;
  /** From when on it holds, RFC 3339. */
  effective: string | null;
  /** The number under which it waits: `/v1/scheduled` lists it. */
  number: number;
  /** What the rules say of the component all the same. */
  warnings: Warning[];
};

/** Why a request is refused (RFC 9457). */
export type Problem = {
  /** What is wrong with this request, with the value and what to do. */
  detail: string;
  /** The fields it is about; empty when it is about the request as a whole. */
  errors: FieldError[];
  /** Only of `still_named`: the first twenty that name it. */
  referrers?: Referrer[];
  /** Only of `still_named`: how often it is named. */
  referrers_total?: number;
  /** The HTTP status. */
  status: number;
  /** What is wrong in general, in Chinese or English by `Accept-Language`. */
  title: string;
  /** `urn:wanmi:problem:` and the code; `schemas/PROBLEMS.md` lists all. */
  type: string;
};

/** What became of the decisions of one rule, department, cell or class. */
export type RateReply = {
  /** Those ever accepted. */
  accepted: number;
  /** By rule: its newest wrong decisions, at most twenty. */
  cases: CaseReply[];
  /** Closed. */
  closed: number;
  /** Its decisions, void ones left out. */
  decisions: number;
  /** Which; null for decisions that have none. */
  of: string | null;
  /** Ever overridden. */
  overridden: number;
  /** Ever returned. */
  returned: number;
  /** Ever one or the other. */
  wrong: number;
  /** The share that was wrong. */
  wrong_share: number;
};

/** How often decisions were wrong. */
export type RatesReply = {
  /** What they are told by. */
  by: string;
  /** One for each, the most often wrong first. */
  rates: RateReply[];
};

export type Ready = {
  /** Since when it is in use, in seconds. */
  age_seconds: number;
  /** Why the newest version is not in use; null when it is. */
  behind: null | Behind;
  /** How many cells it has. */
  cells: number;
  /** The city's name. */
  city: string;
  /** How many components it has. */
  components: number;
  /** The code of the city's region. */
  region: string;
  /** How many regions it has. */
  regions: number;
  /** `ready`; `building` while a newer version is built; `behind` when the newest version cannot be shown. In all three the version named here answers. */
  status: string;
  /** The version in use. */
  version: number;
};

/** Why. */
export type ReasonOf = {
  /** What became of it. */
  result: string;
  /** The rule, when there is one. */
  rule: string | null;
  /** A step of the ladder; or `place`, `component`, `inspector`, `control`, `ladder`, `limit`. */
  step: string;
  /** In words. */
  text: string;
};

/** A recorded decision. */
export type RecordedDecision = {
  /** The decision as it went. */
  decision: Record<string, unknown>;
  /** Its number, as `Wanmi-Decision` gave it. */
  id: string;
  /** What became of it, the oldest first. */
  outcomes: RecordedOutcome[];
  /** When it was recorded. */
  recorded: string;
  /** The report as it came. */
  report: Record<string, unknown>;
  /** Where it stands: decided, accepted, returned, overridden, closed, voided. */
  state: string;
  /** The version of the city that decided. */
  version: number;
};

/** An outcome as it was recorded. */
export type RecordedOutcome = {
  /** The department that it names. */
  department: string | null;
  /** Which. */
  outcome: string;
  /** Its reason. */
  reason: string | null;
  /** When it was recorded. */
  recorded: string;
};

/** Who names something that cannot end. */
export type Referrer = {
  /** The code of the thing that names it. */
  code: string;
  /** The field in which it does. */
  field: string;
  /** The layer of the thing that names it. */
  layer: string;
};

export type Region = RegionRecord & {
  /** Its border as it was delivered; null when none was. Which cells belong to it does not depend on it. */
  geometry: null | Geometry;
  /** The version of the data that answered. */
  version: number;
};

/** A region that a cell belongs to. */
export type RegionName = {
  /** The region's code. */
  code: string;
  /** The region's name; null when the cell declares a region that was never delivered. */
  name: string | null;
};

/** A region and the sums over its cells. */
export type RegionRecord = {
  /** The area of these cells on the ellipsoid, in m². */
  area_m2: number;
  /** How many cells belong to it. */
  cells: number;
  /** The region's code. */
  code: string;
  /** How many components these cells hold. */
  components: number;
  /** `community`, `street` or `district`. */
  level: string;
  /** Its name. */
  name: string;
  /** The code of the region above it, when it was declared. */
  parent: string | null;
};

export type Regions = {
  /** What `after` must be to go on; null on the last page. */
  next: string | null;
  /** The regions, in code order. */
  regions: RegionRecord[];
  /** The version of the data that answered. */
  version: number;
};

/** A decision as it was and as it would be now. */
export type Replay = {
  /** Reasons that hold only now. */
  because_now: (Record<string, unknown>)[];
  /** Reasons that no longer hold. */
  because_then: (Record<string, unknown>)[];
  /** What is different, reasons apart. */
  changed: ReplayChange[];
  /** The decision as it would be now. */
  current: Record<string, unknown>;
  /** The version in use, which decides again. */
  current_version: number;
  /** The decision's number. */
  id: string;
  /** Whether the version that decided gives the same bytes again; null when this service keeps no past and another is in use. */
  identical: boolean | null;
  /** The version that decided. */
  version: number;
};

/** A member that is different. */
export type ReplayChange = {
  /** What it is. */
  is: unknown;
  /** Where, as a JSON pointer. */
  pointer: string;
  /** What it was. */
  was: unknown;
};

/** A report 上报. */
export type Report = {
  /** Where it is in words, for reports without `location`: street and number, crossing, landmark, compound. */
  address?: string | null;
  /** The version whose answer is wanted: what would have been said then. */
  as_known_at?: number | null;
  /** When it was reported, RFC 3339 with its offset; now when absent. */
  at?: string | null;
  /** The class 小类 in its edition; required. */
  class: string;
  /** The code of the component it is about. */
  component?: string | null;
  /** The filing condition 立案条件, as duty rules and limits name it. */
  condition?: string | null;
  /** The edition of the class; the city's when absent. */
  edition?: string | null;
  /** The departments that returned it. */
  excluded_departments?: ExcludedDepartment[] | null;
  /** Anything that tells the caller which report this is: a text or a number, sent back as it came. */
  id?: string | null;
  /** `component` or `event`; required. */
  kind: string;
  /** Where it is; this or `component` is required. */
  location?: null | ReportLocation;
  /** The mode to assume instead of the city's, for a rehearsal. */
  mode?: string | null;
  /** A leader's ruling 批示. */
  ruling?: null | Ruling;
  /** Where the report comes from, as duty rules name it. */
  source?: string | null;
};

/** Where a report is. */
export type ReportLocation = {
  /** The radius in metres that holds the true place with the probability `confidence`. */
  accuracy_m?: number | null;
  /** How probable it is that the circle holds the true place; 0.68 when absent. */
  confidence?: number | null;
  /** The coordinate system: CGCS2000, WGS84, GCJ02, BD09 or EPSG:n. */
  crs: string;
  /** Latitude in degrees, or northing in metres. */
  lat: number;
  /** Longitude in degrees, or easting in metres. */
  lng: number;
};

/** How much of a layer is as it was before. */
export type Restored = {
  /** Things that ended, since the version had made them. */
  gone: number;
  /** The layer, as `wanmi import` names it. */
  layer: string;
  /** Things that are again what they were, or back. */
  put: number;
};

/** Another component that could be meant. */
export type RivalComponent = {
  /** Its code. */
  code: string;
  /** How far from the reported place, in metres. */
  distance_m: number;
};

/** A leader's ruling. */
export type Ruling = {
  /** When it was ruled. */
  at?: string | null;
  /** The leader who ruled. */
  by?: string | null;
  /** The department that shall do it. */
  department: string;
};

/** A change that waits for its hour, or did. */
export type Scheduled = {
  /** When, RFC 3339. */
  at: string;
  /** Who scheduled it. */
  author: string;
  /** The version that it was made against. */
  base: number;
  /** Its hour, RFC 3339. */
  effective: string;
  /** When it was made, failed or was taken back, RFC 3339; null while it waits. */
  ended: string | null;
  /** How much of each layer it touches. */
  layers: Touched[];
  /** The version that it made; null unless it is done. */
  made: number | null;
  /** Its number; never used again. */
  number: number;
  /** Why, in a sentence. */
  reason: string;
  /** `waiting`, `done`, `failed` or `withdrawn`. */
  state: string;
  /** Why it failed or was taken back; null otherwise. */
  why: string | null;
};

export type ScheduledList = {
  /** The changes, in the order of their numbers. */
  scheduled: Scheduled[];
  /** The version of the data in use. */
  version: number;
};

/** A thing. */
export type Thing = {
  /** The code, unique within its kind. */
  code: string;
  /** Its values by the names of the layer's fields; what is absent is not in it, telephone numbers never are. */
  values: Record<string, string>;
};

/** What shall become of a thing, and who wants it why. */
export type ThingChange = {
  /** Who makes the change. */
  author: string;
  /** Why, in a sentence. */
  reason: string;
  /** Texts by field. PUT: all of them, but what replies do not tell (`phone`, `contact`) stays when it is absent. PATCH: those that change. Null takes a value away. DELETE has none. */
  values: Record<string, unknown>;
};

/** A change that was made. */
export type ThingChanged = {
  /** The code. */
  code: string;
  /** The version that the change made; it is in use within a second. */
  version: number;
  /** What the rules say of it all the same. */
  warnings: Warning[];
};

/** All things of a kind. */
export type Things = {
  /** The kind, which is a layer's name. */
  kind: string;
  /** The things, in code order. */
  things: Thing[];
  /** The version of the data that answered. */
  version: number;
};

/** How much of a layer a change touches. */
export type Touched = {
  /** Things that end. */
  gone: number;
  /** The layer, as `wanmi import` names it. */
  layer: string;
  /** Things that are made, changed or come back. */
  put: number;
};

/** Something that happened to a component. */
export type Turn = {
  /** When that version took effect, RFC 3339. */
  at: string;
  /** Who made it. */
  author: string;
  /** The fields that are otherwise since, `geometry` among them; empty unless it was changed. */
  changed: string[];
  /** Its fields since, by name; null when it ended. */
  fields: Record<string, string> | null;
  /** Its shape since; null when it ended. */
  geometry: null | Geometry;
  /** Why, in a sentence. */
  reason: string;
  /** The number of the scheduled change that it was; null when it was made at once. */
  scheduled: number | null;
  /** The version that did it. */
  version: number;
  /** `new`, `changed`, `gone`, or `back`. */
  what: string;
};

/** A version that was taken back. */
export type Undone = {
  /** How much of each layer is as it was before. */
  layers: Restored[];
  /** The version that was taken back. */
  undone: number;
  /** The version that took it back; it is in use within a second. */
  version: number;
  /** What the rules say of it all the same; of each rule the first twenty. */
  warnings: Warning[];
};

/** A department as a record names it, without its phone number. */
export type Unit = {
  /** Its code, often a social credit code 统一社会信用代码. */
  code: string | null;
  /** Its name. */
  name: string | null;
};

/** A unit as a whole: what is absent is empty. */
export type UnitPatch = {
  /** Its code. */
  code?: string | null;
  /** Its name. */
  name?: string | null;
};

/** What a rule says of a change that was made all the same. */
export type Warning = {
  /** The rule's code; `schemas/RULES.md` lists all. */
  code: string;
  /** What is unusual. */
  detail: string;
};

/** Who makes a change, and why. */
export type Who = {
  /** Who makes the change. */
  author: string;
  /** Why, in a sentence. */
  reason: string;
};

/** Every call: what it takes and what it gives. */
export interface Calls {
  /** 存活 the process runs */
  "GET /healthz": {
    reply: Alive;
  };
  /** 计数与时延 counters and durations, Prometheus text */
  "GET /metrics": {
    reply: string;
  };
  /** 接口描述 this document */
  "GET /openapi.json": {
    reply: Record<string, unknown>;
  };
  /** 就绪 what answers, and whether it is the newest */
  "GET /readyz": {
    reply: Ready;
  };
  /** 地图样式 MapLibre style */
  "GET /style.json": {
    reply: Record<string, unknown>;
  };
  /** 瓦片描述 TileJSON 3.0.0 */
  "GET /tiles.json": {
    reply: Record<string, unknown>;
  };
  /** 矢量瓦片 vector tile, MVT 2.1 */
  "GET /tiles/{z}/{x}/{y}.mvt": {
    path: {
      /** Zoom, 8 to 18 */
      z: number;
      /** Column from the west */
      x: number;
      /** Row from the north */
      y: number;
    };
    reply: number[];
  };
  /** 单元网格列表 cells with their figures */
  "GET /v1/cells": {
    query: {
      /** Only cells of this community, street or district */
      region?: string;
      /** West,south,east,north, or the corners' easting,northing: cells whose boxes share a place with it */
      bbox?: string;
      /** CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required with `bbox` */
      crs?: string;
      /** Go on after this code: `next` of the page before. */
      after?: string;
      /** How many at most; 100 when absent. */
      limit?: number;
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Cells;
  };
  /** 单元网格 one cell */
  "GET /v1/cells/{code}": {
    path: {
      /** The cell's code */
      code: string;
    };
    query: {
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Cell;
  };
  /** 变更集列表 every version: who, when, why, what */
  "GET /v1/changesets": {
    query: {
      /** Go on after this code: `next` of the page before. */
      after?: string;
      /** How many at most; 100 when absent. */
      limit?: number;
    };
    reply: Changesets;
  };
  /** 变更集 what a version did */
  "GET /v1/changesets/{version}": {
    path: {
      /** Its number */
      version: number;
    };
    reply: OneChangeset;
  };
  /** 撤销变更集 take back a whole version */
  "POST /v1/changesets/{version}/undo": {
    path: {
      /** The version to take back */
      version: number;
    };
    header: {
      /** The ETag that GET gave, which names the newest version, or `*` */
      "If-Match": string;
    };
    body: Who;
    reply: Undone;
  };
  /** 小类 classes of components and events */
  "GET /v1/classes": {
    query: {
      /** Only this edition: gbt47678.5-2026, gbt30428.2-2013 or cjt214-2007 */
      edition?: string;
      /** Only this kind: component or event */
      kind?: string;
      /** true: only classes that components have; false: only those that none has */
      used?: boolean;
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Classes;
  };
  /** 部件列表 components near a place, or a list of them */
  "GET /v1/components": {
    query: {
      /** Longitude,latitude or easting,northing */
      near?: string;
      /** How far to look around `near`, in metres; 50 when absent */
      radius_m?: number;
      /** West,south,east,north, or the corners' easting,northing: components whose boxes share a place with it */
      bbox?: string;
      /** CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required with `near` and `bbox` */
      crs?: string;
      /** Only this class 小类, of any edition */
      class?: string;
      /** Only where this is code or name of the competent unit, the owner or the maintainer */
      department?: string;
      /** Only in this state 状态, as delivered */
      state?: string;
      /** Only in cells of this community, street or district */
      region?: string;
      /** Only in this cell */
      cell?: string;
      /** Go on after this code: `next` of the page before */
      after?: string;
      /** How many at most; 10 when absent near a place, else 100 */
      limit?: number;
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Components;
  };
  /** 部件 one component */
  "GET /v1/components/{code}": {
    path: {
      /** The component's code */
      code: string;
    };
    query: {
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Component;
  };
  /** 修改部件 change one component */
  "PATCH /v1/components/{code}": {
    path: {
      /** The component's code */
      code: string;
    };
    header: {
      /** The ETag of the component as the caller saw it, or `*` */
      "If-Match": string;
    };
    body: ComponentPatch;
    reply: Changed;
  };
  /** 部件历史 all that happened to a component */
  "GET /v1/components/{code}/history": {
    path: {
      /** The component's code */
      code: string;
    };
    reply: ComponentHistory;
  };
  /** 撤销部件修改 take back the last change of a component */
  "POST /v1/components/{code}/undo": {
    path: {
      /** The component's code */
      code: string;
    };
    header: {
      /** The ETag of the component as the caller saw it, or `*` */
      "If-Match": string;
    };
    body: Who;
    reply: Changed;
  };
  /** 坐标换算 a place in another system */
  "GET /v1/convert": {
    query: {
      /** Longitude in degrees, or easting in metres */
      lng: number;
      /** Latitude in degrees, or northing in metres */
      lat: number;
      /** CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required */
      crs: string;
      /** The system to answer in; CGCS2000 when absent */
      to?: string;
    };
    reply: Converted;
  };
  /** 派遣准确率 how often decisions were wrong */
  "GET /v1/decisions/rates": {
    query: {
      /** `rule`, `department`, `cell` or `class` */
      by: string;
      /** Recorded at or after, RFC 3339 */
      from?: string;
      /** Recorded before, RFC 3339 */
      until?: string;
      /** 1 to 1000; 100 when absent */
      limit?: number;
    };
    reply: RatesReply;
  };
  /** 派遣记录 a recorded decision and what became of it */
  "GET /v1/decisions/{id}": {
    path: {
      /** Its number */
      id: string;
    };
    reply: RecordedDecision;
  };
  /** 派遣结果 what became of a decision */
  "POST /v1/decisions/{id}/outcomes": {
    path: {
      /** Its number */
      id: string;
    };
    body: OutcomeBody;
    reply: OutcomeReply;
  };
  /** 重放 a decision decided again */
  "GET /v1/decisions/{id}/replay": {
    path: {
      /** Its number */
      id: string;
    };
    reply: Replay;
  };
  /** 查重 open reports that may be the same */
  "POST /v1/duplicates": {
    body: Report;
    reply: Duplicates;
  };
  /** 定位 which cell is here */
  "GET /v1/locate": {
    query: {
      /** Longitude in degrees, or easting in metres */
      lng: number;
      /** Latitude in degrees, or northing in metres */
      lat: number;
      /** CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required */
      crs: string;
      /** Radius in metres that holds the true place with the probability `confidence` */
      accuracy_m?: number;
      /** How probable it is that the circle holds the true place; 0.68 when absent, as Android gives it */
      confidence?: number;
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Located;
  };
  /** 批量定位 many places, a line each */
  "POST /v1/locate": {
    body: LocateLine;
    reply: Located;
  };
  /** 运行模式 which mode the city is in */
  "GET /v1/mode": {
    reply: Mode;
  };
  /** 切换运行模式 switch to another mode */
  "POST /v1/mode": {
    body: ModeSwitch;
    reply: ThingChanged;
  };
  /** 城市配置 what the city decides for itself */
  "GET /v1/profile": {
    query: {
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: CityProfile;
  };
  /** 区域列表 districts, streets and communities with their figures */
  "GET /v1/regions": {
    query: {
      /** Only this level: community, street or district */
      level?: string;
      /** Only regions that declare this one as the one above */
      parent?: string;
      /** Go on after this code: `next` of the page before. */
      after?: string;
      /** How many at most; 100 when absent. */
      limit?: number;
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Regions;
  };
  /** 区域 one district, street or community */
  "GET /v1/regions/{code}": {
    path: {
      /** The region's code */
      code: string;
    };
    query: {
      /** As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built. */
      at?: string;
      /** By what was known in this version; the newest when absent. */
      as_known_at?: number;
    };
    reply: Region;
  };
  /** 派遣建议 who answers for a report, and why */
  "POST /v1/route": {
    header: {
      /** Records the decision, once for each key, in bulk for each key and report; 1 to 256 characters */
      "Idempotency-Key"?: string | null;
      /** What the client calls itself; keys of different clients never meet */
      "Wanmi-Client"?: string | null;
    };
    body: Report;
    reply: Decision;
  };
  /** 预定变更 changes that take effect at their hour */
  "GET /v1/scheduled": {
    query: {
      /** Only those in this state: waiting, done, failed or withdrawn */
      state?: string;
    };
    reply: ScheduledList;
  };
  /** 撤回预定变更 take back a change that still waits */
  "POST /v1/scheduled/{number}/withdraw": {
    path: {
      /** Its number */
      number: number;
    };
    body: Who;
    reply: Scheduled;
  };
  /** 职责数据 all things of a kind */
  "GET /v1/things/{kind}": {
    path: {
      /** A layer: duty_rules, limits, rosters, departments … */
      kind: string;
    };
    reply: Things;
  };
  /** 修改职责数据 change one thing */
  "DELETE /v1/things/{kind}/{code}": {
    path: {
      /** A layer */
      kind: string;
      /** Its code */
      code: string;
    };
    header: {
      /** The ETag of the thing as the caller saw it, or `*` */
      "If-Match"?: string | null;
      /** `*` for a new thing */
      "If-None-Match"?: string | null;
    };
    body: ThingChange;
    reply: ThingChanged;
  };
  /** 职责数据 one thing */
  "GET /v1/things/{kind}/{code}": {
    path: {
      /** A layer */
      kind: string;
      /** Its code */
      code: string;
    };
    reply: Thing;
  };
  /** 修改职责数据 change one thing */
  "PATCH /v1/things/{kind}/{code}": {
    path: {
      /** A layer */
      kind: string;
      /** Its code */
      code: string;
    };
    header: {
      /** The ETag of the thing as the caller saw it, or `*` */
      "If-Match"?: string | null;
      /** `*` for a new thing */
      "If-None-Match"?: string | null;
    };
    body: ThingChange;
    reply: ThingChanged;
  };
  /** 修改职责数据 change one thing */
  "PUT /v1/things/{kind}/{code}": {
    path: {
      /** A layer */
      kind: string;
      /** Its code */
      code: string;
    };
    header: {
      /** The ETag of the thing as the caller saw it, or `*` */
      "If-Match"?: string | null;
      /** `*` for a new thing */
      "If-None-Match"?: string | null;
    };
    body: ThingChange;
    reply: ThingChanged;
  };
}
