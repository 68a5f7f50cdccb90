//! Plots → regions and cells with codes and names.

use crate::carve::{Counts, Rank};
use crate::ground::{Ground, Plot};
use crate::mesh::{Vertex, area};
use crate::names::{DISTRICTS, Named, Names};
use crate::outline::{Polygons, outline};
use std::collections::{BTreeMap, BTreeSet};

/// A ring of places in the plane, without the repeated last one.
pub type Ring = Vec<[f64; 2]>;

/// A district, street or community.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its code: 6, 9 or 12 digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its borders: polygons of rings, the shell first.
    pub polygons: Vec<Vec<Ring>>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its code: its community's and three digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its community, by its number in [`City::communities`].
    pub community: usize,
    /// Its borders: polygons of rings, the shell first, anticlockwise.
    pub polygons: Vec<Vec<Ring>>,
    /// For each edge of the first shell how wide the street there is; absent where there is none.
    pub(crate) streets: Vec<Option<StreetSide>>,
}

/// What kind of street runs along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreetSide {
    pub(crate) rank: Rank,
    pub(crate) is_bank: bool,
    /// Which of [`City::roads`]; absent for the road along the water.
    pub(crate) road: Option<u32>,
}

/// A street as a line along its middle.
#[derive(Clone, Debug)]
pub struct Street {
    /// Its name.
    pub name: String,
    /// 0 the widest.
    pub rank: u8,
    /// Its middle line.
    pub line: Ring,
}

/// The regions and cells of a city, each list ordered by code.
#[derive(Clone, Debug)]
pub struct City {
    /// Districts.
    pub districts: Vec<Region>,
    /// Streets (the administrative ones).
    pub streets: Vec<Region>,
    /// Communities.
    pub communities: Vec<Region>,
    /// Cells.
    pub cells: Vec<Cell>,
    /// Roads.
    pub roads: Vec<Street>,
    /// The lake inside the city.
    pub lake: Ring,
    /// The river beside it, with the island as a hole.
    pub river: Vec<Ring>,
    old_town: [f64; 2],
    /// How many cells have a part apart, before any defect.
    pub(crate) exclaves: usize,
}

/// Why there is no city.
#[derive(Debug, thiserror::Error)]
pub enum NoCity {
    /// Too few or too many cells.
    #[error("{0} cells: a city has 24 to 200,000")]
    Cells(usize),
    /// Chance gave land that cannot be cut.
    #[error(transparent)]
    NoCut(#[from] crate::carve::NoCut),
    /// Chance gave land that makes another number of cells.
    #[error("seed {seed} makes {made} cells instead of {wanted}; try another seed")]
    Miscount {
        /// The seed.
        seed: u64,
        /// How many it makes.
        made: usize,
        /// How many were asked for.
        wanted: usize,
    },
}

impl City {
    /// A city of so many cells; the same seed gives the same city.
    ///
    /// Cost: about 10 µs a cell.
    ///
    /// # Errors
    /// [`NoCity`] for a number of cells that cannot be, or (rarely) an unlucky seed.
    pub fn of(seed: u64, cells: usize) -> Result<Self, NoCity> {
        City::with(seed, cells, 0)
    }

    /// The same with so many tiny cells among them.
    pub(crate) fn with(seed: u64, cells: usize, tiny: usize) -> Result<Self, NoCity> {
        if !(24..=200_000).contains(&cells) || cells - 20 < tiny {
            return Err(NoCity::Cells(cells));
        }
        // 宜昌: 127 communities in 16 streets; seven pieces of land want one each.
        let communities = (cells * 127).div_ceil(1203).max(7);
        let streets = ((cells * 16) as f64 / 1203.0).round().max(7.0) as usize;
        let ground = Ground::of(seed, Counts { streets, communities, cells: cells - tiny }, tiny)?;
        if ground.plots.len() != cells {
            return Err(NoCity::Miscount { seed, made: ground.plots.len(), wanted: cells });
        }
        Ok(named(&ground))
    }

    /// The middle of the old town: where cells are smallest.
    pub(crate) fn old_town(&self) -> [f64; 2] {
        self.old_town
    }

    /// The street that a community belongs to, by number.
    pub fn street_of(&self, community: usize) -> usize {
        let code = &self.communities[community].code[..9];
        self.streets.partition_point(|street| street.code.as_str() < code)
    }

    /// The district that a community belongs to, by number.
    pub fn district_of(&self, community: usize) -> usize {
        let code = &self.communities[community].code[..6];
        self.districts.partition_point(|district| district.code.as_str() < code)
    }
}

fn named(ground: &Ground) -> City {
    let names = Names::new();
    let streets = name_streets(ground, &names);
    let communities = name_communities(ground, &names, &streets);
    let mut cells: Vec<Cell> = Vec::with_capacity(ground.plots.len());
    let order: BTreeMap<&str, usize> = communities
        .values()
        .map(|named| named.code.as_str())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .zip(0..)
        .collect();
    for (plots, named) in members(ground, |plot| plot.community).iter().map(|(k, v)| (v, &communities[k])) {
        for (n, plot) in numbered(ground, plots).into_iter().enumerate() {
            let plot = &ground.plots[plot];
            cells.push(Cell {
                code: format!("{}{:03}", named.code, n + 1),
                name: format!("{}{:03}网格", named.name, n + 1),
                community: order[named.code.as_str()],
                polygons: places(ground, &plot.polygons),
                streets: sides(ground, &plot.polygons[0][0]),
            });
        }
    }
    cells.sort_by(|a, b| a.code.cmp(&b.code));
    let districts = (0..DISTRICTS.len()).map(|i| (i, names.district(i))).collect();
    City {
        districts: regions(ground, &districts, |plot| plot.district),
        streets: regions(ground, &streets, |plot| plot.street),
        communities: regions(ground, &communities, |plot| plot.community),
        cells,
        roads: roads(ground),
        lake: ground.places(&ground.lake),
        river: ground.river.clone(),
        old_town: ground.old_town,
        exclaves: ground.plots.iter().filter(|plot| plot.polygons.len() > 1).count(),
    }
}

/// The plots of each region.
fn members(ground: &Ground, of: fn(&Plot) -> usize) -> BTreeMap<usize, Vec<usize>> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, plot) in ground.plots.iter().enumerate() {
        members.entry(of(plot)).or_default().push(i);
    }
    members
}

/// Names for the numbers of streets, from west to east inside a district.
fn name_streets(ground: &Ground, names: &Names) -> BTreeMap<usize, Named> {
    let members = members(ground, |plot| plot.street);
    let island = island_street(ground);
    let mut named = BTreeMap::new();
    for district in 0..DISTRICTS.len() {
        let mut of: Vec<usize> = members
            .iter()
            .filter(|(_, plots)| ground.plots[plots[0]].district == district)
            .map(|(k, _)| *k)
            .collect();
        of.sort_by(|a, b| east(ground, &members[a]).total_cmp(&east(ground, &members[b])));
        let (on_island, others): (Vec<_>, Vec<_>) =
            of.into_iter().partition(|street| Some(*street) == island);
        let given = names.streets(district, others.len(), false);
        named.extend(others.into_iter().zip(given));
        named.extend(on_island.into_iter().zip(names.streets(district, 1, true)));
    }
    named
}

/// The street that touches no road but the one along the water: the island, while it is one street.
fn island_street(ground: &Ground) -> Option<usize> {
    let outline_of = |plots: &Vec<usize>| {
        outline(plots.iter().flat_map(|i| ground.plots[*i].polygons.iter().flatten()), &ground.at)
    };
    members(ground, |plot| plot.street).into_iter().find_map(|(street, plots)| {
        let polygons = outline_of(&plots);
        let mut edges = polygons.iter().flatten().flat_map(|ring| pairs(ring));
        edges.all(|(a, b)| ground.street(a, b) == Some(0)).then_some(street)
    })
}

fn pairs(ring: &[Vertex]) -> impl Iterator<Item = (Vertex, Vertex)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

fn east(ground: &Ground, plots: &[usize]) -> f64 {
    plots.iter().map(|i| centroid(ground, *i)[0]).sum::<f64>() / plots.len() as f64
}

fn name_communities(
    ground: &Ground,
    names: &Names,
    streets: &BTreeMap<usize, Named>,
) -> BTreeMap<usize, Named> {
    let members = members(ground, |plot| plot.community);
    let mut of_street: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (community, plots) in &members {
        of_street.entry(ground.plots[plots[0]].street).or_default().push(*community);
    }
    let mut named = BTreeMap::new();
    for (street, mut of) in of_street {
        of.sort_by(|a, b| east(ground, &members[a]).total_cmp(&east(ground, &members[b])));
        let given = names.communities(&streets[&street].code, of.len());
        named.extend(of.into_iter().zip(given));
    }
    named
}

/// A community's plots in the order of their numbers: rows from north to south, each from west to east.
fn numbered(ground: &Ground, plots: &[usize]) -> Vec<usize> {
    let sizes: f64 = plots.iter().map(|i| area(&ground.places(&ground.plots[*i].polygons[0][0]))).sum();
    let row = (sizes / plots.len() as f64).sqrt();
    let top = plots.iter().map(|i| centroid(ground, *i)[1]).fold(f64::MIN, f64::max);
    let mut placed: Vec<(i64, f64, usize)> = plots
        .iter()
        .map(|i| {
            let [x, y] = centroid(ground, *i);
            (((top - y) / row) as i64, x, *i)
        })
        .collect();
    placed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    placed.into_iter().map(|(_, _, i)| i).collect()
}

/// The centroid of a plot's largest part.
fn centroid(ground: &Ground, plot: usize) -> [f64; 2] {
    centre(&ground.places(&ground.plots[plot].polygons[0][0]))
}

/// The centroid of a ring.
pub(crate) fn centre(ring: &[[f64; 2]]) -> [f64; 2] {
    let [x0, y0] = ring[0];
    let (mut sum, mut twice) = ([0.0, 0.0], 0.0);
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        let (ax, ay, bx, by) = (a[0] - x0, a[1] - y0, b[0] - x0, b[1] - y0);
        let cross = ax * by - ay * bx;
        twice += cross;
        sum = [sum[0] + (ax + bx) * cross, sum[1] + (ay + by) * cross];
    }
    [x0 + sum[0] / (3.0 * twice), y0 + sum[1] / (3.0 * twice)]
}

fn places(ground: &Ground, polygons: &Polygons) -> Vec<Vec<Ring>> {
    polygons.iter().map(|rings| rings.iter().map(|ring| ground.places(ring)).collect()).collect()
}

fn sides(ground: &Ground, ring: &[Vertex]) -> Vec<Option<StreetSide>> {
    let side = |(a, b)| {
        let street = ground.street(a, b)?;
        let rank = ground.roads[street as usize].rank;
        Some(StreetSide { rank, is_bank: street == 0, road: street.checked_sub(1) })
    };
    pairs(ring).map(side).collect()
}

fn regions(ground: &Ground, named: &BTreeMap<usize, Named>, of: fn(&Plot) -> usize) -> Vec<Region> {
    let members = members(ground, of);
    let region = |(number, plots): (usize, Vec<usize>)| {
        let rings = plots.iter().flat_map(|i| ground.plots[*i].polygons.iter().flatten());
        let polygons = places(ground, &outline(rings, &ground.at));
        let Named { code, name } = named[&number].clone();
        Region { code, name, polygons }
    };
    let mut regions: Vec<Region> = members.into_iter().map(region).collect();
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    regions
}

/// First and second half of made-up street names.
const FIRST: [&str; 24] = [
    "云", "清", "东", "夷", "桃", "柏", "长", "明", "锦", "瑞", "青", "和", "平", "安", "荷", "兰", "梅",
    "松", "竹", "晓", "丰", "宝", "金", "玉",
];
const SECOND: [&str; 20] = [
    "山", "溪", "桥", "林", "湖", "园", "岭", "泉", "台", "塘", "坪", "岗", "湾", "洲", "堤", "井", "门",
    "阳", "泰", "兴",
];

fn roads(ground: &Ground) -> Vec<Street> {
    let kinds = ["大道", "路", "街", "巷"];
    let name = |i: usize, rank: u8| {
        // 480 names, then the same with a number.
        let (n, round) = (i * 7 % 480, i / 480);
        let number = if round == 0 { String::new() } else { format!("{round}") };
        let kind = kinds[usize::from(rank.min(3))];
        format!("{}{}{number}{kind}", FIRST[n % 24], SECOND[n / 24])
    };
    let roads = ground.roads.iter().enumerate().skip(1);
    roads
        .map(|(i, road)| Street {
            name: name(i, road.rank),
            rank: road.rank,
            line: ground.places(&road.line),
        })
        .collect()
}
