//! Rows → regions.

use super::drawn::settle_polygons;
use super::gather::{Collect, Delivered};
use super::refused::Refused;
use super::take::Taking;
use super::target::Target;
use crate::model::code::RegionCode;
use crate::model::profile::Profile;
use crate::model::region::{Level, Region};
use crate::rules::code::Code;
use crate::rules::code_form::CodeForm;
use crate::rules::duplicate_code::SeenCodes;
use crate::rules::finding::{Breach, Findings, Site};
use crate::rules::swapped_axes::{Surroundings, swapped_or_far};

/// Takes regions out of rows.
#[derive(Debug)]
pub struct RegionRows {
    /// What was taken, in delivered order, with where it stands.
    pub taken: Vec<(Region, Site)>,
    forms: [CodeForm; 3],
    seen: [SeenCodes; 3],
    city: Option<Surroundings>,
}

impl RegionRows {
    /// Nothing taken yet; `city` is absent until the city has cells.
    ///
    /// # Errors
    /// When the profile's form of codes is no regular expression.
    pub fn new(profile: &Profile, city: Option<Surroundings>) -> Result<Self, Refused> {
        let form = |pattern: &Option<String>, what| {
            CodeForm::new(pattern.as_deref()).map_err(|source| Refused::CodePattern { what, source })
        };
        let codes = &profile.codes;
        let forms = [
            form(&codes.community, "community")?,
            form(&codes.street, "street")?,
            form(&codes.district, "district")?,
        ];
        Ok(RegionRows { taken: Vec::new(), forms, seen: Default::default(), city })
    }
}

impl Collect for RegionRows {
    fn take(&mut self, row: Delivered<'_>) -> Result<Vec<Breach>, Refused> {
        let mut taking = Taking::new(row.fields, row.plan);
        let code = taking.required(Target::Code, Code::CodeMissing, RegionCode::of_text);
        let level = level(&mut taking);
        if let (Some(code), Some(level)) = (&code, level) {
            taking.form(&self.forms[level as usize], code.as_str());
            let label = taking.label(Target::Code);
            taking.breaches.extend(self.seen[level as usize].check(label, code.text(), &row.site));
        }
        let name = taking.text(Target::Name);
        if name.is_none() {
            taking.breaches.push(Breach::new(Code::NameMissing, "the row has no name"));
        }
        let parent = taking.code(Target::Parent, RegionCode::of_text);
        let border = taking
            .keep(row.drawn.and_then(super::drawn::Drawn::into_polygons))
            .and_then(|polygons| taking.keep(settle_polygons(&polygons, row.plane.as_ref())));
        if let (Some((border, _)), Some(city)) = (&border, &self.city) {
            let first = border.iter().flatten().flatten().next();
            taking.breaches.extend(first.and_then(|first| swapped_or_far(*first, city)));
        }
        if let (Some(code), Some(level), Some(name), Some((border, _))) = (code, level, name, border) {
            self.taken.push((Region { code, level, name: name.to_string(), parent, border }, row.site));
        }
        Ok(taking.breaches)
    }
}

fn level(taking: &mut Taking<'_>) -> Option<Level> {
    let Some(text) = taking.text(Target::Level) else {
        taking.breaches.push(Breach::new(Code::LevelUnknown, "the row has no level"));
        return None;
    };
    let label = taking.label(Target::Level);
    taking.keep(text.parse().map_err(|error: crate::model::region::InvalidLevel| {
        Breach::new(Code::LevelUnknown, error.to_string()).of(label, &text)
    }))
}

/// Tells declared parents that the city does not have, or that are not of a higher level.
///
/// `all` are the regions of the city with those delivered.
pub fn judge_parents(taken: &[(Region, Site)], all: &[Region], findings: &mut Findings) {
    for (region, site) in taken {
        let Some(parent) = &region.parent else { continue };
        let named: Vec<Level> =
            all.iter().filter(|other| other.code == *parent).map(|other| other.level).collect();
        let (what, code) = (region.level, &region.code);
        let breach = if named.is_empty() {
            Breach::new(
                Code::RegionUnknown,
                format!("{what} {code} declares parent {parent}, which the city does not have"),
            )
        } else if named.iter().all(|level| *level <= region.level) {
            Breach::new(Code::RegionLevel, format!("{what} {code} declares parent {parent}, a {}", named[0]))
        } else {
            continue;
        };
        findings.add(Some(site), breach.of("parent", parent.as_str()));
    }
}
