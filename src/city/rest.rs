//! What is told of a component and asked of none: days, source, note, extra fields. Alike in very many components, they
//! are pooled, as much as there is room for; the others are read from the store under the key of the state.

use super::columns::NONE;
use super::pool::{Pool, write_key};
use super::told::Told;
use crate::model::row::{Extra, RestRow};
use crate::model::text::Text;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// How many bytes a table's pooled days and remarks may take: a city where every note is another one must not hold them.
const ROOM_BYTES: usize = 4 << 20;

/// What a pooled value takes beside its texts and what is told of it, which is about as long.
const VALUE_BYTES: usize = 96;

/// Pooled days and remarks by number.
#[derive(Debug)]
pub(super) struct Rests {
    days: Vec<Told<Text>>,
    remarks: Vec<Told<Remark>>,
    bytes: usize,
}

/// Source, note and extra fields.
#[derive(Debug)]
struct Remark {
    data_source: Option<Text>,
    note: Option<Text>,
    /// None when there are none.
    extra: Option<Box<RawValue>>,
}

impl Remark {
    fn row(&self) -> RestRow<'_> {
        let Remark { data_source, note, extra } = self;
        RestRow {
            surveyed: None,
            changed: None,
            data_source: data_source.as_deref(),
            note: note.as_deref(),
            extra: extra.as_deref().map_or(Extra::NONE, Extra::Json),
        }
    }
}

impl Rests {
    /// The values of some numbers.
    pub(super) fn row(&self, days: [Option<u32>; 2], remark: u32) -> RestRow<'_> {
        let [surveyed, changed] = days.map(|day| day.map(|day| &**self.days[day as usize].value()));
        RestRow { surveyed, changed, ..self.remarks[remark as usize].value().row() }
    }

    /// The text that `tell` makes of a day, made once.
    pub(super) fn day_told(&self, day: u32, tell: impl FnOnce(&str) -> Box<str>) -> &str {
        self.days[day as usize].text(|day| tell(day))
    }

    /// The text that `tell` makes of source, note and extra fields, made once; the days are not there.
    pub(super) fn remark_told(&self, remark: u32, tell: impl FnOnce(&RestRow<'_>) -> Box<str>) -> &str {
        self.remarks[remark as usize].text(|remark| tell(&remark.row()))
    }

    /// How many days and how many remarks there are.
    pub(super) fn counts(&self) -> [usize; 2] {
        [self.days.len(), self.remarks.len()]
    }

    /// How many bytes the values take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Days and remarks that are being pooled.
#[derive(Debug)]
pub(super) struct Pooled {
    days: Pool<Text>,
    remarks: Pool<Remark>,
    room: usize,
    key: String,
}

impl Default for Pooled {
    fn default() -> Self {
        Pooled { days: Pool::default(), remarks: Pool::default(), room: ROOM_BYTES, key: String::new() }
    }
}

/// A value is not pooled.
struct Unpooled;

impl Pooled {
    /// The numbers of both days and of the remark; three times [`NONE`] when one of them finds no room.
    pub(super) fn numbers(&mut self, rest: &RestRow<'_>) -> [u32; 3] {
        let mut numbers = [NONE; 3];
        for (number, day) in numbers.iter_mut().zip([rest.surveyed, rest.changed]) {
            if let Some(day) = day {
                *number = self.day(day);
                if *number == NONE {
                    return [NONE; 3];
                }
            }
        }
        numbers[2] = self.remark(rest);
        if numbers[2] == NONE { [NONE; 3] } else { numbers }
    }

    /// The number of a day; [`NONE`] when there is no room for it.
    pub(super) fn day(&mut self, day: &str) -> u32 {
        let Pooled { days, room, .. } = self;
        days.number_or(day, || take(room, day.len()).map(|()| Text::from(day))).unwrap_or(NONE)
    }

    /// The number of source, note and extra fields; [`NONE`] when there is no room for them.
    pub(super) fn remark(&mut self, rest: &RestRow<'_>) -> u32 {
        let Pooled { remarks, room, key, .. } = self;
        let RestRow { data_source, note, extra, .. } = *rest;
        let written;
        let json = match extra {
            Extra::Json(json) => Some(json.get()),
            Extra::Map(map) if map.is_empty() => None,
            Extra::Map(map) => {
                let Ok(json) = serde_json::to_string(map) else { return NONE };
                written = json;
                Some(written.as_str())
            }
        };
        write_key(key, &[data_source, note, json]);
        let make = || -> Result<Remark, Unpooled> {
            let extra = json.map(canonical).transpose()?.flatten();
            take(room, key.len())?;
            Ok(Remark { data_source: data_source.map(Text::from), note: note.map(Text::from), extra })
        };
        remarks.number_or(key, make).unwrap_or(NONE)
    }

    pub(super) fn into_rests(self) -> Rests {
        let Pooled { days, remarks, room, .. } = self;
        let days = days.into_values().into_iter().map(Told::new).collect();
        let remarks = remarks.into_values().into_iter().map(Told::new).collect();
        Rests { days, remarks, bytes: ROOM_BYTES - room }
    }
}

/// Takes room for a value whose texts have `bytes`.
fn take(room: &mut usize, bytes: usize) -> Result<(), Unpooled> {
    *room = room.checked_sub(2 * bytes + VALUE_BYTES).ok_or(Unpooled)?;
    Ok(())
}

/// Extra fields as replies write them; whatever is no object of texts is left to the store, which says what is wrong.
fn canonical(json: &str) -> Result<Option<Box<RawValue>>, Unpooled> {
    let fields: BTreeMap<String, String> = serde_json::from_str(json).map_err(|_damaged| Unpooled)?;
    if fields.is_empty() {
        return Ok(None);
    }
    to_raw_value(&fields).map(Some).map_err(|_unwritable| Unpooled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(note: &'a str, extra: Extra<'a>) -> RestRow<'a> {
        RestRow { surveyed: Some("20260701"), changed: None, data_source: None, note: Some(note), extra }
    }

    #[test]
    fn what_finds_no_room_is_left_to_the_store_and_what_was_pooled_stays() {
        let mut pooled = Pooled { room: 1_000, ..Pooled::default() };
        let notes: Vec<String> = (0..40).map(|i| format!("示意 {i}")).collect();
        let numbers: Vec<[u32; 3]> =
            notes.iter().map(|note| pooled.numbers(&row(note, Extra::NONE))).collect();
        let held = numbers.iter().filter(|numbers| **numbers != [NONE; 3]).count();
        assert!((3..=15).contains(&held), "{held}");
        assert_eq!(pooled.numbers(&row(&notes[0], Extra::NONE)), numbers[0]);
        let more = RestRow { surveyed: Some(&"9".repeat(1_000)), ..row(&notes[0], Extra::NONE) };
        assert_eq!(pooled.numbers(&more), [NONE; 3]);
        let rests = pooled.into_rests();
        for (note, [day, _, remark]) in notes.iter().zip(&numbers).take(held) {
            let told = rests.row([Some(*day), None], *remark);
            assert_eq!(
                (told.surveyed, told.changed, told.note),
                (Some("20260701"), None, Some(note.as_str()))
            );
        }
    }

    #[test]
    fn extra_fields_are_told_as_the_store_tells_them_or_left_to_it() {
        let mut pooled = Pooled::default();
        let map =
            BTreeMap::from([("乙\"".to_owned(), "二".to_owned()), ("甲".to_owned(), "一\n".to_owned())]);
        let json = serde_json::to_string(&map).unwrap();
        let spaced = " {\"甲\" : \"一\\n\", \"乙\\\"\": \"\\u4e8c\"}";
        let raw = |text| serde_json::from_str::<&RawValue>(text).unwrap();
        let same = [Extra::Map(&map), Extra::Json(raw(&json)), Extra::Json(raw(spaced))];
        let numbers = same.map(|extra| pooled.remark(&row("a", extra)));
        assert_eq!(numbers[0], numbers[1]);
        for other in ["[]", "{\"a\":1}", "null", "\"a\""] {
            assert_eq!(pooled.remark(&row("a", Extra::Json(raw(other)))), NONE, "{other}");
        }
        let empty = pooled.remark(&row("a", Extra::Json(raw("{}"))));
        let rests = pooled.into_rests();
        for number in numbers {
            let told = serde_json::to_string(&rests.row([None; 2], number).extra).unwrap();
            assert_eq!(told, json);
        }
        assert_eq!(serde_json::to_string(&rests.row([None; 2], empty).extra).unwrap(), "{}");
    }
}
