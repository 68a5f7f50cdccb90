//! Rows → components.

use super::drawn::{Drawn, settle};
use super::gather::{Collect, Delivered};
use super::plan::Plan;
use super::refused::Refused;
use super::system::SurveyPlane;
use super::take::Taking;
use super::target::Target;
use crate::model::class::{Catalogue, Edition, UnknownEdition};
use crate::model::code::{CellCode, ClassCode, ComponentCode};
use crate::model::component::{Component, Place, Unit};
use crate::model::profile::Profile;
use crate::rules::class_known::class_known;
use crate::rules::class_of_code::class_of_code;
use crate::rules::code::Code;
use crate::rules::code_form::CodeForm;
use crate::rules::credit_code::credit_code;
use crate::rules::duplicate_code::SeenCodes;
use crate::rules::finding::{Breach, Site};
use crate::rules::interval_order::{Days, date_future, date_order};
use crate::rules::line_overlap::line_overlaps_itself;
use crate::rules::shape_of_class::shape_of_class;
use crate::rules::state_known::States;
use crate::rules::swapped_axes::{Surroundings, swapped_or_far};
use crate::rules::unit_complete::unit_complete;
use std::collections::BTreeMap;

/// What rows of components are held against.
#[derive(Debug)]
pub struct Held<'a> {
    /// The classes.
    pub catalogue: &'a Catalogue,
    /// The city's choices.
    pub profile: &'a Profile,
    /// Where the city lies; absent until it has cells.
    pub city: Option<Surroundings>,
    /// The day of the import, YYYYMMDD.
    pub today: &'a str,
}

/// Takes components out of rows.
#[derive(Debug)]
pub struct ComponentRows<'a> {
    /// What was taken, in delivered order, with where it stands.
    pub taken: Vec<(Component, Site)>,
    held: Held<'a>,
    form: CodeForm,
    seen: SeenCodes,
    states: States,
}

impl<'a> ComponentRows<'a> {
    /// Nothing taken yet.
    ///
    /// # Errors
    /// When the profile's form of codes is no regular expression.
    pub fn new(held: Held<'a>) -> Result<Self, Refused> {
        let form = CodeForm::new(held.profile.codes.component.as_deref())
            .map_err(|source| Refused::CodePattern { what: "component", source })?;
        let states = States::new(&held.profile.states);
        Ok(ComponentRows { taken: Vec::new(), held, form, seen: SeenCodes::default(), states })
    }

    fn place(&self, drawn: &Drawn, plane: &SurveyPlane, taking: &mut Taking<'_>) -> Option<Place> {
        let settled = taking.keep(settle(drawn, plane))?;
        let first = settled.place.first();
        taking.breaches.extend(settled.told);
        if let Some(city) = &self.held.city {
            taking.breaches.extend(swapped_or_far(first, city));
        }
        if let Place::Line(lines) = &settled.place {
            taking.breaches.extend(line_overlaps_itself(lines));
        }
        Some(settled.place)
    }

    /// What is wrong with what a component's row says of it.
    fn judge(&self, component: &Component, plan: &Plan, breaches: &mut Vec<Breach>) {
        use Target as T;
        let label = |target| plan.label(target);
        let units = [
            (&component.competent, T::CompetentCode, T::CompetentName),
            (&component.owner, T::OwnerCode, T::OwnerName),
            (&component.maintainer, T::MaintainerCode, T::MaintainerName),
        ];
        for (unit, code, name) in units {
            breaches.extend(unit_complete(unit, [label(code), label(name)]));
            breaches.extend(unit.code.as_deref().and_then(|text| credit_code(label(code), text)));
        }
        if component.competent == Unit::default() {
            let detail = format!("component {} names no competent unit", component.code);
            breaches.push(Breach::new(Code::CompetentMissing, detail));
        }
        if let Some(state) = &component.state {
            breaches.extend(self.states.check(label(T::State), state));
        }
        for (day, target) in [(&component.surveyed, T::Surveyed), (&component.changed, T::Changed)] {
            let future = day.as_deref().and_then(|day| date_future(label(target), day, self.held.today));
            breaches.extend(future);
        }
        let (first, last) = (component.surveyed.as_deref(), component.changed.as_deref());
        breaches.extend(date_order(Days { first, last, field: label(T::Changed) }));
        let Component { code, edition, class, .. } = component;
        breaches.extend(class_of_code(label(T::Code), code, *edition, class));
    }
}

impl Collect for ComponentRows<'_> {
    fn take(&mut self, row: Delivered<'_>) -> Result<Vec<Breach>, Refused> {
        let mut taking = Taking::new(row.fields, row.plan);
        let edition = edition(&mut taking, row.plan.edition);
        extra(&mut taking);
        let code = taking.required(Target::Code, Code::CodeMissing, ComponentCode::of_text);
        if let Some(code) = &code {
            taking.form(&self.form, code.as_str());
            let twice = self.seen.check(taking.label(Target::Code), code.text(), &row.site);
            taking.breaches.extend(twice);
        }
        let class = taking.required(Target::Class, Code::ClassMissing, ClassCode::of_text);
        let catalogue = self.held.catalogue;
        let known = class.as_ref().and_then(|class| taking.keep(class_known(catalogue, edition, class)));
        let drawn = taking.keep(row.drawn);
        if let (Some(known), Some(drawn)) = (known, &drawn) {
            taking.breaches.extend(shape_of_class(known, drawn.kind()));
        }
        let place = drawn.and_then(|drawn| self.place(&drawn, row.plane, &mut taking));
        if let (Some(code), Some(class), Some(place)) = (code, class, place) {
            let component = component(&mut taking, Identity { code, edition, class }, place);
            self.judge(&component, row.plan, &mut taking.breaches);
            self.taken.push((component, row.site));
        }
        Ok(taking.breaches)
    }
}

/// The edition that the row names, else the layer's.
fn edition(taking: &mut Taking<'_>, of_layer: Edition) -> Edition {
    let Some(text) = taking.text(Target::Edition) else { return of_layer };
    text.parse().unwrap_or_else(|unknown: UnknownEdition| {
        let label = taking.label(Target::Edition);
        taking.breaches.push(Breach::new(Code::EditionUnknown, unknown.to_string()).of(label, &text));
        of_layer
    })
}

/// Kept fields as they were exported, beside those that the mapping keeps.
fn extra(taking: &mut Taking<'_>) {
    let Some(text) = taking.text(Target::Extra) else { return };
    match serde_json::from_str::<BTreeMap<String, String>>(&text) {
        Ok(kept) => taking.fields.extra.extend(kept),
        Err(error) => {
            let label = taking.label(Target::Extra);
            taking.breaches.push(Breach::new(Code::ExtraForm, error.to_string()).of(label, &text));
        }
    }
}

/// What a component is, before what is known of it.
struct Identity {
    code: ComponentCode,
    edition: Edition,
    class: ClassCode,
}

fn component(taking: &mut Taking<'_>, identity: Identity, place: Place) -> Component {
    let mut unit = |code, name| Unit { code: taking.text(code), name: taking.text(name) };
    let competent = unit(Target::CompetentCode, Target::CompetentName);
    let owner = unit(Target::OwnerCode, Target::OwnerName);
    let maintainer = unit(Target::MaintainerCode, Target::MaintainerName);
    let Identity { code, edition, class } = identity;
    Component {
        code,
        edition,
        class,
        name: taking.text(Target::Name),
        state: taking.text(Target::State),
        competent,
        owner,
        maintainer,
        delivered_cell: taking.code(Target::Cell, CellCode::of_text),
        surveyed: taking.text(Target::Surveyed),
        changed: taking.text(Target::Changed),
        data_source: taking.text(Target::DataSource),
        note: taking.text(Target::Note),
        extra: std::mem::take(&mut taking.fields.extra),
        place,
    }
}
