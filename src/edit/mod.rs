//! One component changed by hand: through the rules that deliveries go through, as a changeset of its own.

pub mod thing;
mod undo;
pub mod version;

use crate::city::City;
use crate::geom::shape::ShapeKind;
pub use crate::inventory::refused::Refused as NotProved;
use crate::model::code::ClassCode;
use crate::model::component::{Component, Place, Unit};
use crate::model::text::Text;
use crate::model::version::{Changeset, Version};
use crate::rules::class_known::class_known;
use crate::rules::class_of_code::class_of_code;
use crate::rules::code::Code;
use crate::rules::credit_code::credit_code;
use crate::rules::date_form::day;
pub use crate::rules::finding::Breach;
use crate::rules::finding::Severity;
use crate::rules::interval_order::{Days, date_future, date_order};
pub use crate::rules::reference_ended::Naming;
use crate::rules::shape_of_class::shape_of_class;
use crate::rules::state_known::States;
use crate::rules::swapped_axes::{Surroundings, swapped_or_far};
use crate::rules::unit_complete::unit_complete;
use crate::store::past::Past;
use crate::store::schedule::{ScheduleNumber, Scheduled};
use crate::store::{Change, Store, StoreError};
use std::sync::{Mutex, PoisonError};
use time::OffsetDateTime;

/// How often a change is made again when somebody else commits in between.
const TRIES: usize = 8;

/// A value to put in the place of another; `None` takes it away.
pub type Wish<T> = Option<Option<T>>;

/// What shall change; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// The class, in the edition that the component has.
    pub class: Option<ClassCode>,
    /// The name.
    pub name: Wish<Text>,
    /// The state.
    pub state: Wish<Text>,
    /// The competent unit.
    pub competent: Wish<Unit>,
    /// The owner.
    pub owner: Wish<Unit>,
    /// The maintainer.
    pub maintainer: Wish<Unit>,
    /// The day of the change survey.
    pub changed: Wish<Text>,
    /// The note.
    pub note: Wish<Text>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The version that it made.
    pub version: Version,
    /// The component as it is now.
    pub component: Component,
    /// What the rules say of it all the same.
    pub warnings: Vec<Breach>,
}

/// A change that takes effect later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The number under which it waits.
    pub number: ScheduleNumber,
    /// The component as it will be.
    pub component: Component,
    /// What the rules say of it all the same.
    pub warnings: Vec<Breach>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// No such component.
    #[error("no component has this code")]
    Unknown,
    /// The component is not what the caller thinks it is.
    #[error("the component was changed meanwhile")]
    Stale,
    /// The rules refuse it.
    #[error("the rules refuse the change")]
    Refused(Vec<Breach>),
    /// Others name it, so it cannot end.
    #[error("{} things name it", .0.len())]
    StillNamed(Vec<Naming>),
    /// There is no earlier state to go back to.
    #[error("the component has had one state only")]
    Nothing,
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The city that would come of it cannot be read or built.
    #[error(transparent)]
    Unbuildable(Box<NotProved>),
}

/// What is done with a change that the rules let pass, made against a version.
type Keep<'a, T> = dyn Fn(&mut dyn Store, Version, &Change) -> Result<T, StoreError> + 'a;

/// A store that also knows what was.
pub trait Keeper: Store + Past + Send {}

impl<T: Store + Past + Send> Keeper for T {}

/// The one writer of a running service.
pub struct Editor {
    store: Mutex<Box<dyn Keeper>>,
}

/// What a change is made for: which component, which state of it is expected, who and why.
pub struct Asked<'a> {
    /// The component's code.
    pub code: &'a str,
    /// Whether the stored state is the one that the caller saw.
    pub is_expected: &'a dyn Fn(&Component) -> bool,
    /// Who, when and why.
    pub by: &'a Changeset,
}

impl Editor {
    /// A writer over a store of its own.
    pub fn new(store: Box<dyn Keeper>) -> Self {
        Editor { store: Mutex::new(store) }
    }

    /// Changes one component durably; `city` is the version in use, which may lag behind the store.
    ///
    /// Blocks for the disk. Cost: some milliseconds.
    ///
    /// # Errors
    /// [`EditError`]; nothing was changed then.
    pub fn change(&self, city: &City, asked: &Asked, patch: &Patch) -> Result<Edited, EditError> {
        let (version, component, warnings) =
            self.put(city, (asked, patch), &|store, base, change| store.commit(base, asked.by, change))?;
        Ok(Edited { version, component, warnings })
    }

    /// Keeps a change of one component until `due`: judged now, as [`Editor::change`] would.
    ///
    /// It fails at its hour when the component, or what it was judged by, changed until then.
    ///
    /// # Errors
    /// [`EditError`]; nothing was scheduled then.
    pub fn change_later(
        &self,
        city: &City,
        (asked, patch): (&Asked, &Patch),
        due: OffsetDateTime,
    ) -> Result<Planned, EditError> {
        let (number, component, warnings) = self
            .put(city, (asked, patch), &|store, base, change| store.schedule(base, due, asked.by, change))?;
        Ok(Planned { number, component, warnings })
    }

    /// All changes that were ever scheduled, in the order of their numbers. Blocks for the disk.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn scheduled(&self) -> Result<Vec<Scheduled>, StoreError> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).scheduled()
    }

    /// Takes back a scheduled change that still waits. Blocks for the disk.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSchedule`], [`StoreError::NotWaiting`], or that the store cannot be written.
    pub fn withdraw(&self, number: ScheduleNumber, by: &Changeset) -> Result<Scheduled, StoreError> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).withdraw(number, by)
    }

    /// Judges a change and hands it to `keep`, again while somebody else commits in between.
    fn put<T>(
        &self,
        city: &City,
        (asked, patch): (&Asked, &Patch),
        keep: &Keep<'_, T>,
    ) -> Result<(T, Component, Vec<Breach>), EditError> {
        // A panic while it was held left the store without a change: commits are transactions.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            let base = store.newest()?;
            let current = store.component(asked.code, base)?.ok_or(EditError::Unknown)?;
            if !(asked.is_expected)(&current) {
                return Err(EditError::Stale);
            }
            let (component, breaches) = patched(city, &current, asked, patch);
            // In a delivery a bad date is left out and told; here somebody is there to write it well.
            let refuses =
                |breach: &Breach| breach.code.severity() == Severity::Error || breach.code == Code::DateForm;
            let (errors, warnings): (Vec<Breach>, Vec<Breach>) = breaches.into_iter().partition(refuses);
            if !errors.is_empty() {
                return Err(EditError::Refused(errors));
            }
            let change = Change { components: vec![component.clone()], ..Change::default() };
            match keep(&mut **store, base, &change) {
                Ok(kept) => return Ok((kept, component, warnings)),
                // An import beside us: look again whether the component is still the expected one.
                Err(StoreError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EditError::Stale)
    }
}

/// The component with the change, and what the rules say of it.
fn patched(city: &City, current: &Component, asked: &Asked, patch: &Patch) -> (Component, Vec<Breach>) {
    let mut breaches = Vec::new();
    let mut component = current.clone();
    let put = |old: &mut Option<Text>, wish: &Wish<Text>| {
        if let Some(new) = wish {
            old.clone_from(new);
        }
    };
    put(&mut component.name, &patch.name);
    put(&mut component.state, &patch.state);
    put(&mut component.note, &patch.note);
    if let Some(changed) = &patch.changed {
        let read = changed.as_deref().map(|text| day("changed", text, None)).transpose();
        component.changed = read
            .unwrap_or_else(|breach| {
                breaches.push(breach);
                None
            })
            .map(Text::from);
    }
    let units = [
        (&mut component.competent, &patch.competent),
        (&mut component.owner, &patch.owner),
        (&mut component.maintainer, &patch.maintainer),
    ];
    for (old, wish) in units {
        if let Some(new) = wish {
            *old = new.clone().unwrap_or_default();
        }
    }
    if let Some(class) = &patch.class {
        component.class = class.clone();
    }
    if let Some(place) = &patch.place {
        component.place = place.clone();
    }
    // RFC 3339 begins with the day.
    let today: String = asked.by.at.chars().take(10).filter(char::is_ascii_digit).collect();
    breaches.extend(broken(city, &component, &today));
    (component, breaches)
}

/// What the rules of deliveries say of a component; a row of a delivery is held against the same ones.
fn broken(city: &City, component: &Component, today: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    match class_known(&city.catalogue, component.edition, &component.class) {
        Ok(class) => breaches.extend(shape_of_class(class, kind(&component.place))),
        Err(breach) => breaches.push(breach),
    }
    if let Some(grid) = &city.grid {
        let city = Surroundings { origin: grid.cover.origin(), cover: Some(grid.cover.bbox()) };
        breaches.extend(swapped_or_far(component.place.first(), &city));
    }
    let Component { code, edition, class, .. } = component;
    breaches.extend(class_of_code("class", code, *edition, class));
    breaches.extend(said(city, component, today));
    breaches
}

/// What the rules say of the values that a component's record has.
fn said(city: &City, component: &Component, today: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let units = [
        (&component.competent, ["competent/code", "competent/name"]),
        (&component.owner, ["owner/code", "owner/name"]),
        (&component.maintainer, ["maintainer/code", "maintainer/name"]),
    ];
    for (unit, fields) in units {
        breaches.extend(unit_complete(unit, fields));
        breaches.extend(unit.code.as_deref().and_then(|code| credit_code(fields[0], code)));
    }
    if component.competent == Unit::default() {
        let detail = format!("component {} names no competent unit", component.code);
        breaches.push(Breach::new(Code::CompetentMissing, detail));
    }
    if let Some(state) = &component.state {
        breaches.extend(States::new(&city.record.profile.states).check("state", state));
    }
    breaches.extend(component.changed.as_deref().and_then(|day| date_future("changed", day, today)));
    let (first, last) = (component.surveyed.as_deref(), component.changed.as_deref());
    breaches.extend(date_order(Days { first, last, field: "changed" }));
    breaches
}

fn kind(place: &Place) -> ShapeKind {
    match place {
        Place::Point(_) => ShapeKind::Point,
        Place::Line(_) => ShapeKind::Line,
        Place::Polygon(_) => ShapeKind::Polygon,
    }
}
