//! Control areas 管控区域: what is not taken where, at which hours.

use super::areas::{Areas, Ground};
use super::clock::Moment;
use super::selector::ClassOf;
use crate::model::profile::minutes_of_day;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};

/// What a control area says.
#[derive(Clone, Debug)]
pub struct Control {
    /// Its name.
    pub name: Option<Text>,
    /// What to tell who reports it.
    pub message: Option<Text>,
    classes: Vec<Text>,
    windows: Vec<(u16, u16)>,
}

/// The control areas of a city.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    /// Where they are.
    pub areas: Areas,
    list: Vec<Control>,
}

/// Two minutes of the day of a text like `22:00-06:00`.
pub fn window(text: &str) -> Option<(u16, u16)> {
    let (from, until) = text.split_once('-')?;
    Some((minutes_of_day(from)?, minutes_of_day(until)?))
}

/// Whether a minute lies in a window; over midnight when it ends before it begins, all day when both are the same.
pub fn is_within(minute: u16, (from, until): (u16, u16)) -> bool {
    if from < until { (from..until).contains(&minute) } else { minute >= from || minute < until }
}

impl Controls {
    pub(super) fn of(things: &[Thing], ground: &Ground) -> Self {
        let own = || things.iter().filter(|thing| thing.kind == ThingKind::ControlArea);
        let list = own().map(|thing| Control {
            name: thing.values.get("name").cloned(),
            message: thing.values.get("message").cloned(),
            classes: thing.list("classes").map(Text::from).collect(),
            windows: thing.list("window").filter_map(window).collect(),
        });
        Controls { list: list.collect(), areas: Areas::of(own(), ground) }
    }

    /// What the area with a number says.
    pub fn get(&self, number: u32) -> &Control {
        &self.list[number as usize]
    }
}

impl Control {
    /// Whether a class is not taken at an hour.
    pub fn forbids(&self, class: ClassOf<'_>, at: Moment) -> bool {
        (self.classes.is_empty() || class.is_in(&self.classes)) && self.is_in_force(at)
    }

    /// Whether the area is in force at an hour.
    pub fn is_in_force(&self, at: Moment) -> bool {
        self.windows.is_empty() || self.windows.iter().any(|window| is_within(at.minute(), *window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_run_over_midnight() {
        let night = window("22:00-06:00").unwrap();
        let at = |hour: u16| is_within(hour * 60, night);
        assert_eq!([21, 22, 0, 5, 6].map(at), [false, true, true, true, false]);
        assert!(is_within(720, window("12:00-14:00").unwrap()));
        assert!(is_within(3, window("08:00-08:00").unwrap()));
        assert_eq!(window("22:00"), None);
    }
}
