// Every sentence of the page, Chinese first, English beside it; and how numbers are written.

const KEY = "wanmi.language";

const SENTENCES = {
  skip: ["跳到查询结果", "Skip to the answer"],
  search: ["查找", "Find"],
  search_label: ["按单元网格码、部件码或经纬度查找", "Find by cell code, component code or longitude and latitude"],
  search_hint: ["单元网格码、部件码，或 经度,纬度", "Cell code, component code, or lng,lat"],
  map: ["地图", "Map"],
  map_keys: ["地图：方向键平移，加减键缩放，回车查询中心点", "Map: arrow keys pan, plus and minus zoom, Enter asks for the centre"],
  zooms: ["缩放", "Zoom"],
  zoom_in: ["放大", "Zoom in"],
  zoom_out: ["缩小", "Zoom out"],
  zoom_city: ["回到全市", "Whole city"],
  legend: ["部件大类", "Component classes"],
  legend_note: ["放大到街区后显示部件", "Components appear at street scale"],
  panel: ["查询结果", "Answer"],
  close: ["关闭", "Close"],
  close_hint: ["关闭（Esc）", "Close (Esc)"],
  crs_named: ["坐标系 CGCS2000 / WGS84", "Coordinates CGCS2000 / WGS84"],
  crs_why: ["两者相差不到 1 米，按 CGCS2000 处理", "The two differ by less than 1 m; both are read as CGCS2000"],
  version: ["数据版本 {0}", "Data version {0}"],

  empty_title: ["点击地图查询", "Click the map"],
  empty_text: ["查看所在单元网格、社区、街道、区，以及附近的部件。", "See the cell, its community, street and district, and the components near it."],
  empty_click: ["点击任意位置", "Click anywhere"],
  empty_click_does: ["查询该点", "asks for that point"],
  empty_search: ["查找框", "Search box"],
  empty_search_does: ["输入编码或经纬度", "takes a code or lng,lat"],
  empty_esc: ["Esc", "Esc"],
  empty_esc_does: ["清除结果", "clears the answer"],
  loading: ["正在查询…", "Asking…"],
  starting: ["正在打开地图…", "Opening the map…"],

  cell: ["单元网格", "Cell"],
  community: ["社区", "Community"],
  street: ["街道", "Street"],
  district: ["区", "District"],
  duty_zone: ["责任网格", "Duty zone"],
  area_grade: ["区域等级", "Area grade"],
  border: ["距网格边界", "To the border"],
  area: ["面积", "Area"],
  components: ["部件数", "Components"],
  coordinates: ["经度, 纬度", "Lng, lat"],
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
  copy_failed: ["无法复制", "Cannot copy"],
  tie_title: ["在边界上", "On the border"],
  tie_text: ["该点同时接触 {0}，按规则归入 {1}。", "This point also touches {0}; by rule it belongs to {1}."],
  list_comma: ["、", ", "],
  outside_title: ["不在网格覆盖范围内", "Outside the grid"],
  outside_text: ["最近的单元网格是 {0}，相距 {1}。", "The nearest cell is {0}, {1} away."],
  outside_far: ["附近没有单元网格。", "There is no cell near."],
  show_cell: ["查看该网格", "Show that cell"],

  near: ["附近部件", "Components near"],
  radius: ["半径", "Radius"],
  filter: ["按类别、名称筛选", "Filter by class or name"],
  filter_hint: ["类别、名称或编码", "Class, name or code"],
  near_count: ["{0} 米内 {1} 个", "{1} within {0} m"],
  near_first: ["{0} 米内最近的 {1} 个", "Nearest {1} within {0} m"],
  near_first_of: ["{0} 米内匹配 {2} 个，列出最近的 {1} 个", "{2} match within {0} m; the nearest {1}"],
  near_partial: ["只筛选了最近的 {0} 个部件，可输入完整小类码精确查询。", "Only the nearest {0} were filtered; a full class code searches them all."],
  near_none: ["{0} 米内没有部件。", "No components within {0} m."],
  near_no_match: ["{0} 米内没有匹配的部件。", "No matching components within {0} m."],
  near_widen: ["扩大到 {0} 米", "Widen to {0} m"],

  code: ["编码", "Code"],
  class: ["小类", "Class"],
  name: ["名称", "Name"],
  state: ["状态", "State"],
  distance: ["距离", "Distance"],
  edition: ["标准", "Standard"],
  competent: ["主管部门", "Competent"],
  owner: ["权属单位", "Owner"],
  maintainer: ["养护单位", "Maintainer"],
  surveyed: ["初始日期", "Surveyed"],
  changed: ["变更日期", "Changed"],
  data_source: ["数据来源", "Data source"],
  note: ["备注", "Note"],

  error_title: ["查询失败", "The question failed"],
  error_network: ["连接不上服务", "The service does not answer"],
  error_network_text: ["请检查网络，或稍后重试。", "Check the network, or try again later."],
  error_not_found: ["没有找到 “{0}”", "Nothing is called “{0}”"],
  error_not_found_text: ["没有编码为此的单元网格或部件；经纬度请写作 经度,纬度。", "No cell or component has this code; write a position as lng,lat."],
  error_position: ["经纬度超出范围", "Not a position"],
  error_position_text: ["请写作 经度,纬度：经度在 ±180 以内，纬度在 ±90 以内。", "Write lng,lat: longitude within ±180, latitude within ±90."],
  error_tiles: ["部分地图没有载入", "Part of the map did not load"],
  error_webgl: ["浏览器不能显示地图（需要 WebGL2）；查找仍可使用。", "This browser cannot draw the map (WebGL2 is needed); search still works."],
  retry: ["重试", "Try again"],
};

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
