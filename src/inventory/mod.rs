//! From delivered files to a version: read, validate, stage, commit (DESIGN "Shape").
//!
//! In flow order: [`read`] (the importer's frames), [`mapping`] and [`plan`] (delivered fields → targets), [`system`]
//! (which plane), [`mod@gather`] (rows), [`regions`], [`cells`] and [`components`] (rows → things), [`parents`], [`stage`]
//! (the difference), [`import`] (the whole way). What is wrong with rows are findings of [`crate::rules`]; why a file is
//! not read at all is [`refused::Refused`].

pub mod classes;
pub mod refused;
pub mod report;
pub mod target;

pub mod encoding;
pub mod inspect;
pub mod read;

pub mod class_names;
pub mod glob;
pub mod mapping;
pub mod place_columns;
pub mod plan;
pub mod standard;
pub mod suggest;

pub mod drawn;
pub mod parameters;
pub mod system;

pub mod gather;
pub mod take;

pub mod cells;
pub mod components;
pub mod regions;
pub mod things;

pub mod beside;
pub mod parents;
pub mod proved;
pub mod stage;
pub mod standing;
pub mod thing_rules;

pub mod recode;

pub mod check;

use crate::city::City;
use crate::geom::crs::Crs;
use crate::geom::local::Parameters;
use crate::model::class::Catalogue;
use crate::model::code::{ComponentCode, ThingCode};
use crate::model::thing::{Thing, ThingKind};
use crate::model::version::{Changeset, Version};
use crate::rules::code_ended::EndedCodes;
use crate::rules::duty_published::{decides, published};
use crate::rules::finding::{Findings, Site};
use crate::rules::swapped_axes::Surroundings;
use crate::store::schedule::ScheduleNumber;
use crate::store::{Change, Frame, Snapshot, Store};
use cells::MovedVertex;
use components::Held;
use gather::{Gathering, Progress, Tally, gather};
use read::Importer;
use refused::Refused;
use stage::{Difference, Scope, Staged};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use target::LayerKind;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

/// A delivery and what to do with it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The delivered files; together one changeset.
    pub files: Vec<PathBuf>,
    /// What their rows become.
    pub kind: LayerKind,
    /// A mapping file, or a folder with one mapping for each file; fields named like targets when absent.
    pub mapping: Option<PathBuf>,
    /// The system of the coordinates; overrides mapping and file.
    pub crs: Option<Crs>,
    /// The parameters of the city's own plane, for coordinates in `LOCAL`.
    pub parameters: Option<Parameters>,
    /// The encoding of texts; overrides mapping and file.
    pub encoding: Option<String>,
    /// Borders of cells up to this far apart, in metres, are joined.
    pub tolerance_m: f64,
    /// Whether components that the delivery lacks end.
    pub scope: Scope,
    /// Whether to commit.
    pub run: Run,
    /// Who imports, when and why.
    pub by: Changeset,
}

/// Whether a delivery is committed when nothing refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It is.
    Commit,
    /// Everything is done but that.
    Dry,
    /// It is kept until this time and committed then.
    Later(OffsetDateTime),
}

/// What came of a delivery.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The version that it was compared with.
    pub base: Version,
    /// The city's version afterwards.
    pub version: Version,
    /// Whether a version was made.
    pub committed: bool,
    /// The number under which the change waits, when it takes effect later.
    pub scheduled: Option<ScheduleNumber>,
    /// Rows read and accepted.
    pub tally: Tally,
    /// How the accepted things compare with the base version.
    pub difference: Difference,
    /// What is wrong with it and what is worth a look.
    pub findings: Findings,
    /// Vertices of cells that moved to join borders.
    pub moved: Vec<MovedVertex>,
}

/// Reads, validates, compares and, when asked to and nothing refuses it, commits or schedules a delivery as one changeset.
///
/// A new cover or new regions are built into a city before they are committed, and components are judged one by one
/// against the city that stands, so every version can be served. A finding of severity error means nothing is committed.
/// Cost: reading the files, building the cover, and one copy of what is delivered.
///
/// # Errors
/// [`Refused`] when a file is not read at all, or somebody else committed in between; nothing is committed then.
pub fn import(
    store: &mut dyn Store,
    importer: &Importer,
    request: &Request,
    progress: Progress<'_>,
) -> Result<Outcome, Refused> {
    let mut base = Base::load(store)?;
    base.ended = EndedCodes::new(store.ended(request.kind.stored())?);
    let mut findings = Findings::new();
    let gathering = Gathering {
        files: &request.files,
        kind: request.kind,
        mapping: request.mapping.as_deref(),
        crs: request.crs,
        parameters: request.parameters.as_ref(),
        encoding: request.encoding.as_deref(),
        catalogue: &base.catalogue,
        edition: base.snapshot.city.profile.edition,
    };
    let read = Reading { importer, gathering: &gathering, progress };
    let made = match request.kind {
        LayerKind::Regions => base.regions(&read, &mut findings)?,
        LayerKind::Cells => base.cells(&read, request.tolerance_m, &mut findings)?,
        LayerKind::Components => {
            let today = today(&request.by.at);
            base.components(store, &read, (request.scope, &today), &mut findings)?
        }
        LayerKind::Things(kind) => {
            let made = base.things(&read, kind, request.scope, &mut findings)?;
            if decides(kind) && !findings.refuse() {
                let city = base.published(store, &made.staged.change)?;
                findings.extend(None, published(&city, kind, &request.by.at));
            }
            made
        }
    };
    let Made { tally, staged, moved } = made;
    let (version, nothing) = (base.version, staged.change == Change::default());
    let mut outcome = Outcome {
        base: version,
        version,
        committed: false,
        scheduled: None,
        tally,
        difference: staged.difference,
        findings,
        moved,
    };
    if nothing {
        return Ok(outcome);
    }
    outcome.findings.extend(None, thing_rules::judge_ends(&base.snapshot, &staged.change, &request.by.at));
    match request.kind {
        LayerKind::Cells | LayerKind::Regions => {
            base.prove(store, &staged.change, &mut outcome.findings)?;
        }
        // Judged one by one against the city that stands; its room is needed to write them.
        LayerKind::Components | LayerKind::Things(_) => drop(base),
    }
    if outcome.findings.refuse() {
        return Ok(outcome);
    }
    match request.run {
        Run::Dry => {}
        Run::Commit => {
            outcome.version = store.commit(version, &request.by, &staged.change)?;
            outcome.committed = true;
        }
        Run::Later(due) => {
            outcome.scheduled = Some(store.schedule(version, due, &request.by, &staged.change)?);
        }
    }
    Ok(outcome)
}

/// The way rows come in.
struct Reading<'a> {
    importer: &'a Importer,
    gathering: &'a Gathering<'a>,
    progress: Progress<'a>,
}

impl Reading<'_> {
    fn into(&self, rows: &mut dyn gather::Collect, findings: &mut Findings) -> Result<Tally, Refused> {
        gather(self.importer, self.gathering, rows, findings, self.progress)
    }
}

/// The last day that has begun anywhere on Earth at a time in RFC 3339, YYYYMMDD: a survey of today is not of the future.
fn today(at: &str) -> String {
    let Ok(at) = OffsetDateTime::parse(at, &Rfc3339) else { return "99991231".to_owned() };
    let day = (at.to_offset(UtcOffset::UTC) + Duration::hours(14)).date();
    format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day())
}

/// What a delivery was made into.
struct Made {
    tally: Tally,
    staged: Staged,
    moved: Vec<MovedVertex>,
}

/// The version that a delivery is compared with.
struct Base {
    version: Version,
    /// Without components: they are read one by one.
    snapshot: Snapshot,
    catalogue: Arc<Catalogue>,
    /// The city without its components.
    city: City,
    /// Codes of the delivered layer that no thing has any more.
    ended: EndedCodes,
}

impl Base {
    fn load(store: &dyn Store) -> Result<Self, Refused> {
        let version = store.newest()?;
        let snapshot = store.frame(version)?.with(Vec::new());
        let catalogue = Arc::new(classes::catalogue(&snapshot.city.profile)?);
        let Snapshot { city, arcs, cells, regions, .. } = &snapshot;
        let bare = Snapshot {
            version,
            city: city.clone(),
            arcs: arcs.clone(),
            cells: cells.clone(),
            regions: regions.clone(),
            things: Vec::new(),
            components: Vec::new(),
        };
        let city = City::build(bare, catalogue.clone()).map_err(Refused::CityBroken)?;
        Ok(Base { version, snapshot, catalogue, city, ended: EndedCodes::default() })
    }

    /// Tells delivered codes that things had which have ended.
    fn judge_ended<'d>(&self, delivered: impl Iterator<Item = (&'d str, &'d Site)>, findings: &mut Findings) {
        for (code, site) in delivered {
            findings.extend(Some(site), self.ended.check(code));
        }
    }

    fn surroundings(&self) -> Option<Surroundings> {
        let cover = &self.city.grid.as_ref()?.cover;
        Some(Surroundings { origin: cover.origin(), cover: Some(cover.bbox()) })
    }

    fn regions(&self, read: &Reading<'_>, findings: &mut Findings) -> Result<Made, Refused> {
        let mut rows = regions::RegionRows::new(&self.snapshot.city.profile, self.surroundings())?;
        let tally = read.into(&mut rows, findings)?;
        self.judge_ended(rows.taken.iter().map(|(region, site)| (region.code.as_str(), site)), findings);
        let staged = stage::regions(&self.snapshot, &self.city, &rows.taken, findings);
        Ok(Made { tally, staged, moved: Vec::new() })
    }

    fn cells(&self, read: &Reading<'_>, tolerance_m: f64, findings: &mut Findings) -> Result<Made, Refused> {
        let mut rows = cells::CellRows::new(&self.snapshot.city.profile, self.surroundings())?;
        let tally = read.into(&mut rows, findings)?;
        // Rows that were not taken would be gaps in the cover: told twice, the second time misleadingly.
        let whole = tally.accepted == tally.read;
        let made = if whole { rows.cover(self.snapshot.city.origin, tolerance_m, findings)? } else { None };
        let Some(made) = made else {
            return Ok(Made { tally, staged: Staged::default(), moved: Vec::new() });
        };
        self.judge_ended(made.rows.iter().map(|row| (row.cell.code.as_str(), &row.site)), findings);
        let staged = stage::cells(&self.snapshot, &self.city, &made, findings);
        Ok(Made { tally, staged, moved: made.moved })
    }

    fn components(
        &self,
        store: &dyn Store,
        read: &Reading<'_>,
        (scope, today): (Scope, &str),
        findings: &mut Findings,
    ) -> Result<Made, Refused> {
        let profile = &self.snapshot.city.profile;
        let held = Held { catalogue: &self.catalogue, profile, city: self.surroundings(), today };
        let mut rows = components::ComponentRows::new(held)?;
        let tally = read.into(&mut rows, findings)?;
        let held = (&*self.catalogue, profile);
        let homeless = self.city.record.origin.is_none();
        let mut pass = beside::beside((store, self.version), held, &rows.taken, (scope, homeless), findings)?;
        standing::judge_places(&self.city, &pass.firsts, &rows.taken, findings);
        standing::judge_neighbours(&mut pass.classes, &pass.kept, &rows.taken, findings);
        standing::judge_lines(&mut pass.classes, &pass.lines, &rows.taken, findings);
        self.judge_ended(
            rows.taken.iter().map(|(component, site)| (component.code.as_str(), site)),
            findings,
        );
        let staged = stage::components(rows.taken, &pass.known, pass.gone);
        Ok(Made { tally, staged, moved: Vec::new() })
    }

    fn things(
        &self,
        read: &Reading<'_>,
        kind: ThingKind,
        scope: Scope,
        findings: &mut Findings,
    ) -> Result<Made, Refused> {
        let mut rows = things::ThingRows::new(kind, self.surroundings());
        let tally = read.into(&mut rows, findings)?;
        let whole = scope == Scope::Whole;
        let kept = thing_rules::kept(&self.snapshot.things, kind, &rows.taken, whole);
        thing_rules::judge(&self.snapshot, &self.city, &rows.taken, &kept, findings);
        self.judge_ended(rows.taken.iter().map(|(thing, site)| (thing.code.as_str(), site)), findings);
        let staged = stage::things(&self.snapshot.things, kind, &rows.taken, scope);
        Ok(Made { tally, staged, moved: Vec::new() })
    }

    /// The city with changed things, and with its components when cases travel with its rules.
    fn published(&self, store: &dyn Store, change: &Change) -> Result<City, Refused> {
        let changed: HashSet<(ThingKind, &ThingCode)> = {
            let gone = change.gone_things.iter().map(|(kind, code)| (*kind, code));
            change.things.iter().map(|thing| (thing.kind, &thing.code)).chain(gone).collect()
        };
        let stays = |thing: &&Thing| !changed.contains(&(thing.kind, &thing.code));
        let kept = self.snapshot.things.iter().filter(stays);
        let mut things: Vec<Thing> = kept.chain(&change.things).cloned().collect();
        things.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
        if !things.iter().any(|thing| thing.kind == ThingKind::Case) {
            return Ok(self.city.with_things(self.version, things));
        }
        let Snapshot { version, city, arcs, cells, regions, .. } = self.snapshot.clone();
        let frame = Frame { version, city, arcs, cells, regions, things };
        let mut building = City::begin(frame, self.catalogue.clone()).map_err(Refused::Unbuildable)?;
        let mut pushed = Ok(());
        store.each_component(self.version, &mut |row| {
            if pushed.is_ok() {
                pushed = building.push(&row);
            }
        })?;
        pushed.map_err(Refused::Unbuildable)?;
        Ok(building.finish())
    }

    /// Builds the city that the change makes, without its components, and asks it about those of the change, and a new
    /// cover about all of them; nothing is built once refused.
    fn prove(self, store: &dyn Store, change: &Change, findings: &mut Findings) -> Result<(), Refused> {
        if findings.refuse() {
            return Ok(());
        }
        let version = self.version;
        let snapshot = stage::applied(self.snapshot, change);
        findings.extend(None, thing_rules::judge_named(&self.city, &snapshot, change));
        let catalogue = match &change.profile {
            Some(profile) => Arc::new(classes::catalogue(profile)?),
            None => self.catalogue,
        };
        let city = City::build(snapshot, catalogue).map_err(Refused::Unbuildable)?;
        let Some(grid) = city.grid.as_ref() else { return Ok(()) };
        for component in &change.components {
            findings.extend(None, standing::in_grid(&city, grid, component));
        }
        if change.cover.is_none() {
            return Ok(());
        }
        let touched: HashSet<&ComponentCode> =
            change.components.iter().map(|component| &component.code).chain(&change.gone).collect();
        store.each_state(version, &mut |component| {
            if !touched.contains(&component.code) {
                findings.extend(None, standing::in_grid(&city, grid, &component));
            }
        })?;
        Ok(())
    }
}
