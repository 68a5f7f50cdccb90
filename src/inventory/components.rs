//! Rows → components.

use super::drawn::{Drawn, settle};
use super::gather::{Collect, Delivered};
use super::refused::Refused;
use super::system::SurveyPlane;
use super::take::Taking;
use super::target::Target;
use crate::model::class::{Catalogue, Edition};
use crate::model::code::{CellCode, ClassCode, ComponentCode};
use crate::model::component::{Component, Place, Unit};
use crate::model::profile::Profile;
use crate::model::text::Shared;
use crate::rules::class_known::class_known;
use crate::rules::code::Code;
use crate::rules::code_form::CodeForm;
use crate::rules::duplicate_code::SeenCodes;
use crate::rules::finding::{Breach, Site};
use crate::rules::shape_of_class::shape_of_class;
use crate::rules::swapped_axes::{Surroundings, swapped_or_far};

/// Takes components out of rows.
#[derive(Debug)]
pub struct ComponentRows<'a> {
    /// What was taken, in delivered order, with where it stands.
    pub taken: Vec<(Component, Site)>,
    catalogue: &'a Catalogue,
    edition: Edition,
    form: CodeForm,
    seen: SeenCodes,
    shared: Shared,
    city: Option<Surroundings>,
}

impl<'a> ComponentRows<'a> {
    /// Nothing taken yet; `city` is absent until the city has cells.
    ///
    /// # Errors
    /// When the profile's form of codes is no regular expression.
    pub fn new(
        catalogue: &'a Catalogue,
        profile: &Profile,
        city: Option<Surroundings>,
    ) -> Result<Self, Refused> {
        let form = CodeForm::new(profile.codes.component.as_deref())
            .map_err(|source| Refused::CodePattern { what: "component", source })?;
        let edition = profile.edition;
        Ok(ComponentRows {
            taken: Vec::new(),
            catalogue,
            edition,
            form,
            seen: SeenCodes::default(),
            shared: Shared::default(),
            city,
        })
    }

    fn place(&self, drawn: &Drawn, plane: &SurveyPlane, taking: &mut Taking<'_>) -> Option<Place> {
        let settled = taking.keep(settle(drawn, plane))?;
        let first = settled.place.first();
        taking.breaches.extend(settled.told);
        if let Some(city) = &self.city {
            taking.breaches.extend(swapped_or_far(first, city));
        }
        Some(settled.place)
    }
}

impl Collect for ComponentRows<'_> {
    fn take(&mut self, row: Delivered<'_>) -> Result<Vec<Breach>, Refused> {
        let mut taking = Taking::new(row.fields, row.plan);
        let edition = row.plan.edition.unwrap_or(self.edition);
        let code = taking.required(Target::Code, Code::CodeMissing, ComponentCode::new);
        if let Some(code) = &code {
            taking.form(&self.form, code.as_str());
            let twice = self.seen.check(taking.label(Target::Code), code.as_str(), &row.site);
            taking.breaches.extend(twice);
        }
        let class = taking.required(Target::Class, Code::ClassMissing, ClassCode::new);
        let known = class.as_ref().and_then(|class| taking.keep(class_known(self.catalogue, edition, class)));
        let drawn = taking.keep(row.drawn);
        if let (Some(known), Some(drawn)) = (known, &drawn) {
            taking.breaches.extend(shape_of_class(known, drawn.kind()));
        }
        let place = drawn.and_then(|drawn| self.place(&drawn, row.plane, &mut taking));
        if let (Some(code), Some(class), Some(place)) = (code, class, place) {
            let component =
                component(&mut taking, &mut self.shared, Identity { code, edition, class }, place);
            if component.competent == Unit::default() {
                let detail = format!("component {} names no competent unit", component.code);
                taking.breaches.push(Breach::new(Code::CompetentMissing, detail));
            }
            self.taken.push((component, row.site));
        }
        Ok(taking.breaches)
    }
}

/// What a component is, before what is known of it.
struct Identity {
    code: ComponentCode,
    edition: Edition,
    class: ClassCode,
}

fn component(taking: &mut Taking<'_>, shared: &mut Shared, identity: Identity, place: Place) -> Component {
    let mut unit = |code, name| Unit { code: taking.shared(code, shared), name: taking.shared(name, shared) };
    let competent = unit(Target::CompetentCode, Target::CompetentName);
    let owner = unit(Target::OwnerCode, Target::OwnerName);
    let maintainer = unit(Target::MaintainerCode, Target::MaintainerName);
    let Identity { code, edition, class } = identity;
    Component {
        code,
        edition,
        class,
        name: taking.shared(Target::Name, shared),
        state: taking.shared(Target::State, shared),
        competent,
        owner,
        maintainer,
        delivered_cell: taking.code(Target::Cell, CellCode::new),
        surveyed: taking.day(Target::Surveyed).map(|day| shared.text(&day)),
        changed: taking.day(Target::Changed).map(|day| shared.text(&day)),
        data_source: taking.shared(Target::DataSource, shared),
        note: taking.shared(Target::Note, shared),
        extra: std::mem::take(&mut taking.fields.extra),
        place,
    }
}
