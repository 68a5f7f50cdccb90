//! Rows → cells, and their polygons → the cover.

use super::drawn::{PlaneRings, no_place};
use super::gather::{Collect, Delivered};
use super::refused::Refused;
use super::system::SurveyPlane;
use super::take::Taking;
use super::target::Target;
use crate::cover::build::{self, build};
use crate::cover::deliver::{DegreePlane, DeliveredCell, Delivery, Plane};
use crate::cover::fault::{Fault, FaultKind, Moved};
use crate::cover::{CellId, Cover, Side};
use crate::geom::lattice::Position;
use crate::model::cell::{BorderArc, Cell, Parents};
use crate::model::code::{CellCode, RegionCode};
use crate::model::profile::Profile;
use crate::model::region::Level;
use crate::model::text::Text;
use crate::rules::code::Code;
use crate::rules::code_form::CodeForm;
use crate::rules::duplicate_code::SeenCodes;
use crate::rules::finding::{Breach, Findings, Site};
use crate::rules::interval_order::{Days, interval_reversed};
use crate::rules::swapped_axes::{Surroundings, swapped_or_far};
use std::rc::Rc;

/// Uncovered places inside the cover with a mean width below this, in metres, are gaps; wider ones are holes.
pub const GAP_WIDTH_M: f64 = 2.0;

/// A cell as delivered.
#[derive(Debug)]
pub struct CellRow {
    /// What is known of it; its parents are the declared ones.
    pub cell: Cell,
    /// Its polygons in the delivered plane.
    pub polygons: Vec<PlaneRings>,
    /// Its area as the row says, in m².
    pub area_m2: Option<f64>,
    /// Where it stands.
    pub site: Site,
}

/// Takes cells out of rows.
pub struct CellRows {
    /// What was taken, in delivered order.
    pub taken: Vec<CellRow>,
    plane: Option<Rc<SurveyPlane>>,
    form: CodeForm,
    seen: SeenCodes,
    city: Option<Surroundings>,
}

impl CellRows {
    /// Nothing taken yet; `city` is absent until the city has cells.
    ///
    /// # Errors
    /// When the profile's form of codes is no regular expression.
    pub fn new(profile: &Profile, city: Option<Surroundings>) -> Result<Self, Refused> {
        let form = CodeForm::new(profile.codes.cell.as_deref())
            .map_err(|source| Refused::CodePattern { what: "cell", source })?;
        Ok(CellRows { taken: Vec::new(), plane: None, form, seen: SeenCodes::default(), city })
    }

    /// Every vertex must be a place of the plane; tells the first that is none.
    fn check_places(&self, polygons: &[PlaneRings], plane: &SurveyPlane, taking: &mut Taking<'_>) {
        let mut places = polygons.iter().flatten().flatten();
        let wrong = places.clone().find_map(|at| plane.position(*at).err());
        taking.breaches.extend(wrong.map(no_place));
        if let (Some(city), Some(Ok(first))) = (&self.city, places.next().map(|at| plane.position(*at))) {
            taking.breaches.extend(swapped_or_far(first, city));
        }
    }
}

impl Collect for CellRows {
    fn take(&mut self, row: Delivered<'_>) -> Result<Vec<Breach>, Refused> {
        let plane = self.plane.get_or_insert_with(|| row.plane.clone());
        if plane.crs != row.plane.crs {
            return Err(Refused::CrsMixed { first: plane.crs, other: row.plane.crs });
        }
        let mut taking = Taking::new(row.fields, row.plan);
        let code = taking.required(Target::Code, Code::CodeMissing, CellCode::of_text);
        if let Some(code) = &code {
            taking.form(&self.form, code.as_str());
            let twice = self.seen.check(taking.label(Target::Code), code.text(), &row.site);
            taking.breaches.extend(twice);
        }
        let name = taking.text(Target::Name);
        let mut parents = Parents::default();
        for (level, target) in
            Level::ALL.into_iter().zip([Target::Community, Target::Street, Target::District])
        {
            *parents.at_mut(level) = taking.code(target, RegionCode::of_text);
        }
        let started = taking.text(Target::Started);
        let ended = taking.text(Target::Ended);
        let field = taking.label(Target::Ended);
        taking.breaches.extend(interval_reversed(Days {
            first: started.as_deref(),
            last: ended.as_deref(),
            field,
        }));
        let area_m2 = taking.text(Target::AreaM2).and_then(|area| area.parse().ok());
        let polygons = taking.keep(row.drawn.and_then(super::drawn::Drawn::into_polygons));
        if let Some(polygons) = &polygons {
            self.check_places(polygons, row.plane, &mut taking);
        }
        if let (Some(code), Some(polygons)) = (code, polygons) {
            let text = |text: Option<Text>| text.map(|text| text.to_string());
            let cell = Cell { code, name: text(name), parents, started: text(started) };
            self.taken.push(CellRow { cell, polygons, area_m2, site: row.site });
        }
        Ok(taking.breaches)
    }
}

/// A cover made of a delivery.
#[derive(Debug)]
pub struct MadeCover {
    /// The cover; its cells are numbered in code order.
    pub cover: Cover,
    /// The cells in code order, with where they stand.
    pub rows: Vec<CellRow>,
    /// What moved to join borders.
    pub moved: Vec<MovedVertex>,
}

/// A vertex that moved, as a person looks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedVertex {
    /// The cell.
    pub cell: CellCode,
    /// Its row in the file.
    pub row: Option<u64>,
    /// Where the vertex was and is, in delivered coordinates, and how far that is.
    pub moved: Moved,
}

impl CellRows {
    /// Makes the cover; `None` when faults refuse it, which are then among the findings.
    ///
    /// # Errors
    /// When the cover cannot be made for a reason that is not the delivery's.
    pub fn cover(
        self,
        origin: Option<Position>,
        tolerance_m: f64,
        findings: &mut Findings,
    ) -> Result<Option<MadeCover>, Refused> {
        let mut rows = self.taken;
        rows.sort_by(|a, b| a.cell.code.cmp(&b.cell.code));
        let cells: Vec<DeliveredCell> = rows
            .iter_mut()
            .map(|row| DeliveredCell { polygons: std::mem::take(&mut row.polygons) })
            .collect();
        let plane: &dyn Plane = self.plane.as_deref().map_or(&DegreePlane, |plane| plane);
        let delivery = Delivery { cells: &cells, plane, tolerance_m, gap_width_m: GAP_WIDTH_M, origin };
        let (cover, faults, moved) = match build(&delivery) {
            Ok(built) => (Some(built.cover), built.faults, built.moved),
            Err(build::Refused::Faults { faults, moved }) => (None, faults, moved),
            Err(build::Refused::NoPlace { cell, why, .. }) => {
                findings.add(Some(&rows[cell.index()].site), no_place(why));
                (None, Vec::new(), Vec::new())
            }
            // Whatever rows there were is told already.
            Err(build::Refused::Empty) => (None, Vec::new(), Vec::new()),
            Err(build::Refused::Broken(broken)) => return Err(broken.into()),
        };
        for fault in &faults {
            tell(fault, &rows, findings);
        }
        let named = moved.into_iter().map(|moved| {
            let row = &rows[moved.cell.index()];
            MovedVertex { cell: row.cell.code.clone(), row: row.site.row, moved }
        });
        let moved: Vec<MovedVertex> = named.collect();
        for vertex in &moved {
            tell_moved(vertex, &rows, findings);
        }
        Ok(cover.map(|cover| MadeCover { cover, rows, moved }))
    }
}

fn tell(fault: &Fault, rows: &[CellRow], findings: &mut Findings) {
    let Some(code) = Code::named(fault.kind.code()) else { return };
    let names: Vec<&str> = fault.cells.iter().map(|cell| rows[cell.index()].cell.code.as_str()).collect();
    let cells = match names.as_slice() {
        [] => "the cover".to_owned(),
        [one] => format!("cell {one}"),
        several => format!("cells {}", several.join(", ")),
    };
    let area_m2 = fault.area_m2;
    let sentence = match fault.kind {
        FaultKind::Overlap => format!("{cells} share {area_m2:.2} m²"),
        FaultKind::Gap => format!("{area_m2:.2} m² between {cells} belong to no cell"),
        FaultKind::Sliver => format!("{area_m2:.4} m² at {cells} are about as narrow as the tolerance"),
        FaultKind::Hole => {
            format!("{area_m2:.2} m² inside the cover belong to no cell; around it are {cells}")
        }
        FaultKind::RingTooShort => format!("{cells}: a ring has fewer than three different points"),
        FaultKind::RingInvalid => {
            format!("{cells}: a ring crosses itself or another, or a hole lies outside its shell")
        }
        FaultKind::MultiPart => format!("{cells} has several parts"),
        FaultKind::UnmatchedEdge => format!("{cells}: a neighbour has a vertex on this border; it was added"),
        FaultKind::Vanished => format!("{cells} vanished when it was rounded to the lattice of about 1 mm"),
        FaultKind::TooWide => "the cover reaches more than 5 degrees from its middle".to_owned(),
    };
    let ring = fault.ring.map_or_else(String::new, |ring| format!(", ring {ring}"));
    let breach = Breach::new(code, format!("{sentence}{ring}"));
    let breach = names.first().map_or(breach.clone(), |name| breach.of("code", name));
    let site = fault.cells.first().map(|cell| &rows[cell.index()].site);
    findings.add(site, fault.at.map_or(breach.clone(), |at| breach.at(at)));
}

fn tell_moved(vertex: &MovedVertex, rows: &[CellRow], findings: &mut Findings) {
    let Moved { cell, from, to, by_m } = &vertex.moved;
    let detail = format!(
        "cell {}: {} {} moved by {:.4} m to {} {}",
        vertex.cell, from[0], from[1], by_m, to[0], to[1]
    );
    let breach = Breach::new(Code::VertexMoved, detail).of("code", vertex.cell.as_str());
    findings.add(Some(&rows[cell.index()].site), breach);
}

/// The borders of a cover as they are stored, in the order of their points.
pub fn border_arcs(cover: &Cover, code_of: impl Fn(CellId) -> CellCode) -> Vec<BorderArc> {
    let side = |side: Side| side.map(&code_of);
    let origin = cover.origin();
    let border = |arc: &crate::cover::Arc| BorderArc {
        left: side(arc.left),
        right: side(arc.right),
        points: cover.points(arc).iter().map(|point| origin.position_of(*point)).collect(),
    };
    let mut arcs: Vec<BorderArc> = cover.arcs().iter().map(border).collect();
    arcs.sort_by(|a, b| (&a.points, &a.left, &a.right).cmp(&(&b.points, &b.left, &b.right)));
    arcs
}

/// A cell's polygons in a form that two covers can be compared by: absolute, every ring begun at its least position,
/// rings in order.
pub fn outline(cover: &Cover, cell: CellId) -> Vec<Vec<Position>> {
    let origin = cover.origin();
    let mut rings: Vec<Vec<Position>> = cover
        .polygons(cell)
        .into_iter()
        .flatten()
        .map(|ring| {
            let mut ring: Vec<Position> = ring.into_iter().map(|point| origin.position_of(point)).collect();
            let least = ring.iter().enumerate().min_by_key(|(_, position)| **position).map_or(0, |(i, _)| i);
            ring.rotate_left(least);
            ring
        })
        .collect();
    rings.sort();
    rings
}
