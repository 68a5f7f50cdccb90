//! A decision as JSON, written straight into bytes: the shape is the contract's, every member always there.

use super::because::Reason;
use super::decision::{Decision, Found, Match, Matched, Outcome, Party};
use super::report::Report;
use super::text::{self, Tongue};
use crate::city::City;
use crate::cover::CellId;
use crate::locate::certainty::CERTAIN_THOUSANDTHS;
use crate::locate::{self, Located};
use crate::model::region::Level;
use serde_json::value::RawValue;
use std::fmt::{self, Write};

/// Appends a decision to `out`. Cost: two to three microseconds.
pub fn json(out: &mut Vec<u8>, city: &City, report: &Report<'_>, decision: &Decision<'_>, tongue: Tongue) {
    let mut pen = Pen { out, city, tongue };
    pen.raw("{\"report\":");
    pen.raw(report.id.map_or("null", RawValue::get));
    pen.raw(",\"version\":");
    pen.display(city.version);
    pen.named("at", &report.at_text);
    pen.named("mode", &city.duty.modes.get(decision.mode).code);
    pen.named("outcome", decision.outcome.as_str());
    pen.raw(",\"place\":");
    pen.place(decision);
    pen.certainty(decision);
    pen.raw(",\"nearest\":");
    pen.nearest(decision);
    pen.raw(",\"component\":");
    pen.component(decision.component.as_ref());
    pen.raw(",\"inspector\":");
    pen.inspector(decision);
    pen.raw(",\"department\":");
    match &decision.department {
        Some(found) => pen.found(found),
        None => pen.raw("null"),
    }
    pen.raw(",\"candidates\":");
    pen.list(&decision.candidates, Pen::found);
    pen.raw(",\"coordinator\":");
    pen.id_and_name(decision.coordinator);
    pen.raw(",\"command\":");
    pen.command(decision);
    pen.raw(",\"limit\":");
    pen.limit(decision);
    pen.raw(",\"because\":");
    pen.list(&decision.because, Pen::reason);
    pen.raw("}");
}

struct Pen<'a> {
    out: &'a mut Vec<u8>,
    city: &'a City,
    tongue: Tongue,
}

/// What is written into it is escaped as the inside of a JSON text.
struct Escaped<'a>(&'a mut Vec<u8>);

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Whether eight bytes need no escape: none is below 0x20, none is a quotation mark or a backslash.
fn are_plain(eight: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // Exact for the lowest byte that is below the bound; what its borrow makes of those above changes nothing.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
    let quote = eight ^ (ONES * u64::from(b'"'));
    let backslash = eight ^ (ONES * u64::from(b'\\'));
    (below(eight, 0x20) | below(quote, 1) | below(backslash, 1)) == 0
}

/// How many bytes need no escape, eight looked at together: a decision is two thousand of them.
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        if !are_plain(u64::from_le_bytes(*eight)) {
            break;
        }
        at += 8;
    }
    bytes[at..].iter().position(|byte| !is_plain(*byte)).map_or(bytes.len(), |more| at + more)
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        loop {
            let at = plain(rest);
            self.0.extend_from_slice(&rest[..at]);
            if at == rest.len() {
                return Ok(());
            }
            match rest[at] {
                b'"' => self.0.extend_from_slice(b"\\\""),
                b'\\' => self.0.extend_from_slice(b"\\\\"),
                b'\n' => self.0.extend_from_slice(b"\\n"),
                other => self.0.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
            }
            rest = &rest[at + 1..];
        }
    }
}

impl Pen<'_> {
    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A value that needs no escape; writing to bytes cannot fail.
    fn display(&mut self, value: impl fmt::Display) {
        let _ = write!(Escaped(self.out), "{value}");
    }

    fn text(&mut self, text: &str) {
        self.out.push(b'"');
        let _ = Escaped(self.out).write_str(text);
        self.out.push(b'"');
    }

    fn text_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// A further member with a text.
    fn named(&mut self, name: &str, text: &str) {
        self.member(name);
        self.text(text);
    }

    fn named_or_null(&mut self, name: &str, text: Option<&str>) {
        self.member(name);
        self.text_or_null(text);
    }

    fn member(&mut self, name: &str) {
        self.raw(",\"");
        self.raw(name);
        self.raw("\":");
    }

    /// Metres with three decimals, as all replies have them.
    fn metres(&mut self, metres: f64) {
        let rounded = (metres * 1000.0).round() / 1000.0;
        if rounded.is_finite() {
            // Written as replies of other calls are, by the shortest decimals that read back the same.
            let _ = serde_json::to_writer(&mut *self.out, &rounded);
        } else {
            self.raw("null");
        }
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.raw("[");
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.raw(",");
            }
            write(self, item);
        }
        self.raw("]");
    }

    fn cell_or_null(&mut self, cell: Option<CellId>) {
        let city = self.city;
        self.text_or_null(cell.map(|cell| city.cell(cell).code.as_str()));
    }

    /// The place as `locate` answers it.
    fn place(&mut self, decision: &Decision<'_>) {
        let Located::Inside(inside) = &decision.located else { return self.raw("null") };
        let (city, around) = (self.city, &decision.around);
        self.raw("{\"cell\":");
        self.cell_or_null(Some(inside.cell));
        for level in Level::ALL {
            self.member(level.as_str());
            match locate::region(city, inside.cell, level) {
                Some(region) => self.party(Some(Party { id: region.code.as_str(), name: &region.name })),
                None => self.raw("null"),
            }
        }
        self.named_or_null("duty_zone", around.zone.map(|zone| &*zone.code));
        self.named_or_null("area_grade", around.grade);
        self.member("control_areas");
        self.list(&around.controls, |pen, number| pen.text(&city.duty.controls.areas.get(*number).code));
        self.member("overlays");
        self.list(&around.overlays, |pen, number| pen.text(&city.duty.overlays.get(*number).code));
        self.member("distance_to_border_m");
        self.metres(inside.distance_to_border_m);
        self.member("tie");
        self.list(&inside.tie, |pen, cell| pen.cell_or_null(Some(*cell)));
        self.raw("}");
    }

    fn certainty(&mut self, decision: &Decision<'_>) {
        let first = decision.alternatives.first();
        let is_certain = first.is_none_or(|first| first.thousandths >= CERTAIN_THOUSANDTHS);
        self.named("certainty", if is_certain { "certain" } else { "uncertain" });
        self.member("alternatives");
        self.list(&decision.alternatives, |pen, alternative| {
            pen.raw("{\"cell\":");
            pen.cell_or_null(alternative.cell);
            pen.member("probability");
            let _ = serde_json::to_writer(&mut *pen.out, &(f64::from(alternative.thousandths) / 1000.0));
            pen.raw("}");
        });
    }

    fn nearest(&mut self, decision: &Decision<'_>) {
        let Located::Outside(outside) = &decision.located else { return self.raw("null") };
        self.raw("{\"cell\":");
        self.cell_or_null(Some(outside.nearest));
        self.member("distance_m");
        self.metres(outside.distance_m);
        self.raw("}");
    }

    fn component(&mut self, matched: Option<&Matched>) {
        let Some(matched) = matched else { return self.raw("null") };
        let inventory = &self.city.inventory;
        self.raw("{\"code\":");
        self.text(inventory.code(matched.id));
        self.named("class", inventory.class(matched.id).1.as_str());
        self.member("distance_m");
        self.metres(matched.distance_m);
        self.named("match", if matched.by == Match::Given { "given" } else { "nearest" });
        self.member("rivals");
        self.list(&matched.rivals, |pen, rival| {
            pen.raw("{\"code\":");
            pen.text(inventory.code(rival.id));
            pen.member("distance_m");
            pen.metres(rival.distance_m);
            pen.raw("}");
        });
        self.raw("}");
    }

    fn inspector(&mut self, decision: &Decision<'_>) {
        let Some(found) = decision.inspector else { return self.raw("null") };
        let rosters = &self.city.duty.rosters;
        let of = |id| {
            let inspector = rosters.inspector(id);
            Party { id: &inspector.code, name: &inspector.name }
        };
        let first = of(found.inspector);
        self.raw("{\"id\":");
        self.text(first.id);
        self.named("name", first.name);
        self.raw(if found.on_duty { ",\"on_duty\":true" } else { ",\"on_duty\":false" });
        self.named("because", found.because.as_str());
        self.member("second");
        self.id_and_name(found.second.map(of));
        self.raw("}");
    }

    fn found(&mut self, found: &Found<'_>) {
        self.raw("{\"id\":");
        self.text(found.party.id);
        self.named("name", found.party.name);
        self.named("role", found.role.as_str());
        self.named("step", found.step.as_str());
        self.member("agent");
        self.id_and_name(found.agent);
        self.raw("}");
    }

    /// A region: its code and its name.
    fn party(&mut self, party: Option<Party<'_>>) {
        match party {
            Some(Party { id, name }) => {
                self.raw("{\"code\":");
                self.text(id);
                self.named("name", name);
                self.raw("}");
            }
            None => self.raw("null"),
        }
    }

    fn id_and_name(&mut self, party: Option<Party<'_>>) {
        match party {
            Some(Party { id, name }) => {
                self.raw("{\"id\":");
                self.text(id);
                self.named("name", name);
                self.raw("}");
            }
            None => self.raw("null"),
        }
    }

    fn command(&mut self, decision: &Decision<'_>) {
        let Some(command) = decision.command else { return self.raw("null") };
        self.raw("{\"level\":");
        self.text_or_null(command.level);
        self.named_or_null("region", command.region);
        self.named("centre", command.centre);
        self.raw("}");
    }

    fn limit(&mut self, decision: &Decision<'_>) {
        let limit =
            decision.limit.filter(|_| !matches!(decision.outcome, Outcome::Outside | Outcome::Forbidden));
        let Some(limit) = limit else { return self.raw("null") };
        self.raw("{\"grade\":");
        self.text_or_null(limit.grade);
        self.member("amount");
        self.display(limit.amount);
        self.named("unit", limit.unit.as_str());
        self.member("due");
        match limit.due {
            Some(due) => {
                self.raw("\"");
                self.display(due);
                self.raw("\"}");
            }
            None => self.raw("null}"),
        }
    }

    fn reason(&mut self, reason: &Reason<'_>) {
        self.raw("{\"step\":");
        self.text(reason.about.as_str());
        self.named_or_null("rule", reason.rule);
        self.named("result", reason.fate.as_str());
        self.raw(",\"text\":\"");
        let tongue = self.tongue;
        let _ = text::write(&mut Escaped(self.out), &reason.why, tongue);
        self.raw("\"}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_json_wants_them() {
        let all: String = (0..0x2100_u32).filter_map(char::from_u32).collect();
        let mut out = vec![b'"'];
        Escaped(&mut out).write_str(&all).unwrap();
        out.push(b'"');
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), all);
        // One to escape at every place among those that are looked at together.
        for (length, at) in (1..50).flat_map(|length| (0..length).map(move |at| (length, at))) {
            let mut text = "a".repeat(length);
            text.replace_range(at..=at, ["\"", "\\", "\u{1}", "\n"][at % 4]);
            let mut out = vec![b'"'];
            Escaped(&mut out).write_str(&text).unwrap();
            out.push(b'"');
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
