//! The profile 城市配置: what a city decides for itself, as data.

use super::class::{Class, Edition, Evidence, Kind, MAJOR_CHARS};
use super::code::ClassCode;
use super::region::Level;
use crate::geom::shape::ShapeKind;
use std::collections::BTreeMap;

/// A city's own choices, read once by `wanmi init` and kept in the city file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The city's name in Chinese.
    pub name: Option<String>,
    /// The city's name in English.
    pub name_en: Option<String>,
    /// The code of the city's region.
    pub region: Option<String>,
    /// The edition of the class standard that deliveries use unless they say otherwise.
    #[serde(default = "newest")]
    pub edition: Edition,
    /// The forms of the city's codes.
    #[serde(default)]
    pub codes: CodePatterns,
    /// Classes that the standard lacks, registered by the city.
    #[serde(default, rename = "local_class")]
    pub local_classes: Vec<LocalClass>,
    /// Kinds of shape of standard classes that differ here.
    #[serde(default, rename = "class_geometry")]
    pub class_geometry: Vec<ClassGeometry>,
    /// States of components beside the standard's.
    #[serde(default)]
    pub states: Vec<String>,
    /// The plane that surveys of this city are drawn in, by EPSG number; a delivery names its own all the same.
    #[serde(default)]
    pub plane: Option<u32>,
    /// Areas of cells that are not worth telling.
    #[serde(default)]
    pub cell_area_m2: AreaBounds,
    /// How near two components of one class make them doubtful.
    #[serde(default)]
    pub near_duplicate_cm: NearDuplicate,
    /// How near two open reports of one class may be one case.
    #[serde(default)]
    pub duplicate_m: DuplicateRadii,
    /// Whether the cells of a duty zone must touch.
    #[serde(default)]
    pub duty_zone_adjacent: bool,
    /// The steps by which a department is found.
    #[serde(default)]
    pub ladder: Ladders,
    /// In which order units and regions are asked.
    #[serde(default)]
    pub duty: DutyOrder,
    /// When the city works.
    #[serde(default)]
    pub work: Work,
}

/// The least and the largest usual area of a cell, in m².
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaBounds {
    /// The least.
    pub min: u32,
    /// The largest.
    pub max: u32,
}

/// Radii by accuracy class of the standard, in centimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NearDuplicate {
    /// Class A, surveyed to 0.5 m.
    pub a: u16,
    /// Class B, surveyed to 1 m; also where the class is not known.
    pub b: u16,
    /// Class C, surveyed to 10 m.
    pub c: u16,
}

/// How near two reports of one class may be one case, in metres; never nearer than the errors of their places reach.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicateRadii {
    /// Reports about components whose class is not named.
    pub component: u16,
    /// Reports about events whose class is not named: they have no surveyed place.
    pub event: u16,
    /// By classes of components in the profile's edition, or by the two digits of a major class.
    pub component_class: BTreeMap<String, u16>,
    /// By classes of events in the profile's edition, or by the two digits of a major class.
    pub event_class: BTreeMap<String, u16>,
}

/// The widest radius of duplicates, in metres.
pub const DUPLICATE_MAX_M: u16 = 1_000;

impl DuplicateRadii {
    /// The radius for a kind and a class of the profile's edition, `None` for one of another edition: that of the class, else of
    /// its major class, else of the kind.
    pub fn of(&self, kind: Kind, class: Option<&str>) -> u16 {
        let (by_class, otherwise) = match kind {
            Kind::Component => (&self.component_class, self.component),
            Kind::Event => (&self.event_class, self.event),
        };
        let Some(class) = class else { return otherwise };
        let end = class.char_indices().nth(MAJOR_CHARS).map_or(class.len(), |(end, _)| end);
        by_class.get(class).or_else(|| by_class.get(&class[..end])).copied().unwrap_or(otherwise)
    }

    /// All radii that are named by class, with the kind of the class.
    pub fn named(&self) -> impl Iterator<Item = (Kind, &str, u16)> {
        let kinds = [(Kind::Component, &self.component_class), (Kind::Event, &self.event_class)];
        let named = kinds.into_iter().map(|(kind, by_class)| by_class.iter().map(move |one| (kind, one)));
        named.flatten().map(|(kind, (class, m))| (kind, class.as_str(), *m))
    }
}

/// A step towards the department that answers for a report (DECISIONS "Responsibility").
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A leader's ruling on the report.
    Ruling,
    /// Rules marked override.
    Override,
    /// The component's maintainer, then its owner.
    Unit,
    /// The most specific duty rule.
    Duty,
    /// The body of the community, street or district.
    Territory,
    /// The competent department.
    Competent,
}

impl Step {
    /// The step as profiles and replies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Ruling => "ruling",
            Step::Override => "override",
            Step::Unit => "unit",
            Step::Duty => "duty",
            Step::Territory => "territory",
            Step::Competent => "competent",
        }
    }
}

/// The steps of each kind of report, in order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ladders {
    /// For components: whose it is, then where it is.
    pub component: Vec<Step>,
    /// For events: where it is, then whose it is.
    pub event: Vec<Step>,
}

impl Default for AreaBounds {
    fn default() -> Self {
        AreaBounds { min: 500, max: 100_000 }
    }
}

impl Default for NearDuplicate {
    fn default() -> Self {
        NearDuplicate { a: 30, b: 50, c: 100 }
    }
}

impl Default for DuplicateRadii {
    fn default() -> Self {
        let none = BTreeMap::new;
        DuplicateRadii { component: 0, event: 50, component_class: none(), event_class: none() }
    }
}

impl Default for Ladders {
    fn default() -> Self {
        use Step as S;
        Ladders {
            component: vec![S::Ruling, S::Override, S::Unit, S::Duty, S::Territory, S::Competent],
            event: vec![S::Ruling, S::Override, S::Duty, S::Territory, S::Unit, S::Competent],
        }
    }
}

/// No permit reaches further, in metres: what needs more ground is drawn as a polygon.
const PERMIT_REACH_MAX_M: u16 = 100;

/// In which order the steps `unit` and `territory` ask, and how far a permit reaches.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DutyOrder {
    /// Whose unit of a component comes first; the competent unit is none of its own.
    pub units: Vec<OwnUnit>,
    /// Which region's body comes first.
    pub territory: Vec<Level>,
    /// How far the ground of a permit that is drawn as a point or a line reaches from it, in metres.
    pub permit_reach_m: u16,
}

/// A unit that a component has for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnUnit {
    /// The maintainer 养护单位.
    Maintainer,
    /// The owner 权属单位.
    Owner,
}

/// When the city works: what `work_hour` and `work_day` count, and which day a roster means.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Work {
    /// The offset of the city's clocks from UTC, such as `+08:00`; one for all seasons.
    pub zone: String,
    /// The working hours of a working day, such as `08:00-12:00`, in order and apart.
    pub hours: Vec<String>,
    /// The working days of an ordinary week, from 1 for Monday to 7.
    pub days: Vec<u8>,
}

impl Default for DutyOrder {
    fn default() -> Self {
        DutyOrder {
            units: vec![OwnUnit::Maintainer, OwnUnit::Owner],
            territory: vec![Level::Community, Level::Street, Level::District],
            permit_reach_m: 10,
        }
    }
}

impl Default for Work {
    fn default() -> Self {
        let hours = ["08:00-12:00", "14:00-18:00"].map(str::to_owned).to_vec();
        Work { zone: "+08:00".to_owned(), hours, days: vec![1, 2, 3, 4, 5] }
    }
}

/// Minutes of a time of day written HH:MM; 24:00 ends a day.
pub fn minutes_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let of = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok())?;
    let (hours, minutes) = (of(hours)?, of(minutes)?);
    (minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0))).then_some(hours * 60 + minutes)
}

impl Work {
    /// The offset in minutes; `None` when the text is none.
    pub fn zone_minutes(&self) -> Option<i16> {
        let sign = match self.zone.get(..1)? {
            "+" => 1,
            "-" => -1,
            _ => return None,
        };
        let minutes = minutes_of_day(self.zone.get(1..)?).filter(|minutes| *minutes <= 14 * 60)?;
        Some(sign * minutes as i16)
    }

    /// The working hours as minutes of the day; `None` when one of them is none, or they are not in order and apart.
    pub fn hours_minutes(&self) -> Option<Vec<(u16, u16)>> {
        let span = |text: &String| {
            let (from, until) = text.split_once('-')?;
            Some((minutes_of_day(from)?, minutes_of_day(until)?))
        };
        let hours = self.hours.iter().map(span).collect::<Option<Vec<_>>>()?;
        let is_apart = hours.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        (is_apart && hours.iter().all(|(from, until)| from < until)).then_some(hours)
    }
}

/// What a profile says that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A ladder has a step twice.
    #[error("the ladder for {kind} has step {step:?} twice")]
    StepTwice {
        /// The kind of report.
        kind: &'static str,
        /// The step.
        step: Step,
    },
    /// No area lies between the bounds.
    #[error("cell_area_m2: min {min} is not below max {max}")]
    Bounds {
        /// The least.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// A radius too wide to be a doubt.
    #[error("near_duplicate_cm: {0} is more than 1000")]
    Radius(u16),
    /// A radius too wide for one case.
    #[error("duplicate_m: {0} is more than {DUPLICATE_MAX_M}")]
    DuplicateRadius(u16),
    /// A permit that would reach over a whole neighbourhood.
    #[error("duty: permit_reach_m {0} is more than {PERMIT_REACH_MAX_M}")]
    PermitReach(u16),
    /// An offset from UTC that is none.
    #[error("work: zone {0:?} is not an offset like +08:00")]
    Zone(String),
    /// Working hours that are none, or not in order and apart.
    #[error("work: hours {0:?} are not times like 08:00-12:00, in order and apart")]
    Hours(Vec<String>),
    /// Days of a week that are none.
    #[error("work: days {0:?} are not numbers from 1 for Monday to 7")]
    Days(Vec<u8>),
}

impl Profile {
    /// Checks what types cannot.
    ///
    /// # Errors
    /// The first [`Contradiction`].
    pub fn check(&self) -> Result<(), Contradiction> {
        for (kind, steps) in [("component", &self.ladder.component), ("event", &self.ladder.event)] {
            let twice = steps.iter().enumerate().find(|(i, step)| steps[..*i].contains(step));
            if let Some((_, step)) = twice {
                return Err(Contradiction::StepTwice { kind, step: *step });
            }
        }
        let AreaBounds { min, max } = self.cell_area_m2;
        if min >= max {
            return Err(Contradiction::Bounds { min, max });
        }
        if self.duty.permit_reach_m > PERMIT_REACH_MAX_M {
            return Err(Contradiction::PermitReach(self.duty.permit_reach_m));
        }
        if self.work.zone_minutes().is_none() {
            return Err(Contradiction::Zone(self.work.zone.clone()));
        }
        if self.work.hours_minutes().is_none_or(|hours| hours.is_empty()) {
            return Err(Contradiction::Hours(self.work.hours.clone()));
        }
        if self.work.days.is_empty() || self.work.days.iter().any(|day| !(1..=7).contains(day)) {
            return Err(Contradiction::Days(self.work.days.clone()));
        }
        let radii = &self.duplicate_m;
        let all = [radii.component, radii.event].into_iter().chain(radii.named().map(|(_, _, m)| m));
        if let Some(wide) = all.into_iter().find(|m| *m > DUPLICATE_MAX_M) {
            return Err(Contradiction::DuplicateRadius(wide));
        }
        let NearDuplicate { a, b, c } = self.near_duplicate_cm;
        [a, b, c].into_iter().find(|cm| *cm > 1_000).map_or(Ok(()), |cm| Err(Contradiction::Radius(cm)))
    }
}

/// Regular expressions that a whole code must match; absent means any code.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodePatterns {
    /// Cell codes.
    pub cell: Option<String>,
    /// Community codes.
    pub community: Option<String>,
    /// Street codes.
    pub street: Option<String>,
    /// District codes.
    pub district: Option<String>,
    /// Component codes.
    pub component: Option<String>,
}

/// A class that the city registers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalClass {
    /// The code; local 小类 count down from 999 in GB/T 47678.5.
    pub code: String,
    /// The 大类 it extends, by name.
    pub major: String,
    /// The name in Chinese.
    pub name: String,
    /// The name in English.
    pub gloss: String,
    /// The kinds of shape it may have.
    pub geometry: Vec<ShapeKind>,
}

/// The kinds of shape of one standard class in this city.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassGeometry {
    /// The class's code in the profile's edition.
    pub code: String,
    /// The kinds of shape it may have here.
    pub geometry: Vec<ShapeKind>,
}

fn newest() -> Edition {
    Edition::Gbt47678
}

impl Default for Profile {
    fn default() -> Self {
        Profile {
            name: None,
            name_en: None,
            region: None,
            edition: newest(),
            codes: CodePatterns::default(),
            local_classes: Vec::new(),
            class_geometry: Vec::new(),
            states: Vec::new(),
            plane: None,
            cell_area_m2: AreaBounds::default(),
            near_duplicate_cm: NearDuplicate::default(),
            duplicate_m: DuplicateRadii::default(),
            duty_zone_adjacent: false,
            ladder: Ladders::default(),
            duty: DutyOrder::default(),
            work: Work::default(),
        }
    }
}

impl LocalClass {
    /// The class for the catalogue.
    ///
    /// # Errors
    /// When the code is no code.
    pub fn to_class(&self) -> Result<Class, super::code::InvalidCode> {
        Ok(Class {
            code: ClassCode::new(&self.code)?,
            major: self.major.clone(),
            name: self.name.clone(),
            gloss: self.gloss.clone(),
            shapes: self.geometry.clone(),
            evidence: Evidence::Local,
            shapes_evidence: Evidence::Local,
            accuracy: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(toml: &str) -> Result<(), Contradiction> {
        toml::from_str::<Profile>(toml).unwrap().check()
    }

    #[test]
    fn an_empty_profile_has_the_usual_ladders_and_holds() {
        assert_eq!(toml::from_str::<Profile>("").unwrap(), Profile::default());
        assert_eq!(checked(""), Ok(()));
        let profile: Profile = toml::from_str("[ladder]\nevent = [\"duty\", \"territory\"]").unwrap();
        assert_eq!(profile.ladder.event, [Step::Duty, Step::Territory]);
        assert_eq!(profile.ladder.component, Ladders::default().component);
    }

    #[test]
    fn the_radius_of_a_class_is_its_own_then_that_of_its_major_class_then_that_of_its_kind() {
        let of =
            |toml: &str, kind, class| toml::from_str::<Profile>(toml).unwrap().duplicate_m.of(kind, class);
        let (component, event) = (Kind::Component, Kind::Event);
        assert_eq!((of("", component, Some("01001")), of("", event, Some("01001"))), (0, 50));
        let city = "[duplicate_m]\ncomponent = 5\ncomponent_class = { \"01\" = 10, \"01002\" = 20 }\nevent_class = { \"06\" = 80 }";
        let asked = ["01001", "01002", "02001"].map(|class| of(city, component, Some(class)));
        assert_eq!(asked, [10, 20, 5]);
        assert_eq!(["01002", "06013"].map(|class| of(city, event, Some(class))), [50, 80]);
        assert_eq!([of(city, component, None), of(city, event, None)], [5, 50]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(matches!(
            checked("[ladder]\nevent = [\"duty\", \"duty\"]"),
            Err(Contradiction::StepTwice { .. })
        ));
        assert!(matches!(checked("[cell_area_m2]\nmin = 9\nmax = 9"), Err(Contradiction::Bounds { .. })));
        assert_eq!(checked("[duty]\npermit_reach_m = 101"), Err(Contradiction::PermitReach(101)));
        assert_eq!(checked("[near_duplicate_cm]\na = 1001"), Err(Contradiction::Radius(1_001)));
        for radius in ["event = 1001", "event_class = { \"01001\" = 1001 }"] {
            assert_eq!(
                checked(&format!("[duplicate_m]\n{radius}")),
                Err(Contradiction::DuplicateRadius(1_001))
            );
        }
        assert!(toml::from_str::<Profile>("[ladder]\nevent = [\"guess\"]").is_err());
        for work in [
            "zone = \"Asia/Shanghai\"",
            "hours = [\"14:00-18:00\", \"08:00-12:00\"]",
            "hours = []",
            "days = [0]",
        ] {
            assert!(checked(&format!("[work]\n{work}")).is_err(), "{work}");
        }
    }
}
