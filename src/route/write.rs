//! A decision as JSON, written straight into bytes: the shape is the contract's, every member always there.

use super::because::Reason;
use super::decision::{Decision, Found, Match, Matched, Outcome, Party};
use super::report::Report;
use super::text::{self, Tongue};
use crate::city::City;
use crate::cover::CellId;
use crate::locate::certainty::CERTAIN_THOUSANDTHS;
use crate::locate::{self, Located};
use crate::model::decimal;
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
    pen.named(",\"at\":", &report.at_text);
    pen.named(",\"mode\":", &city.duty.modes.get(decision.mode).code);
    pen.word(",\"outcome\":", decision.outcome.as_str());
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

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Community => ",\"community\":",
        Level::Street => ",\"street\":",
        Level::District => ",\"district\":",
    }
}

/// What is written into it is escaped as the inside of a JSON text.
struct Escaped<'a>(&'a mut Vec<u8>);

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Whether none of some bytes needs an escape; so few of them are compared together, whatever they are.
fn are_plain<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().fold(true, |all, byte| all & is_plain(*byte))
}

/// The same of any number: the last ones are looked at once more with those before them, not one by one. A decision is two
/// thousand bytes in a hundred texts.
fn all_plain(bytes: &[u8]) -> bool {
    let (chunks, _) = bytes.as_chunks::<16>();
    if let Some(last) = bytes.last_chunk::<16>() {
        return chunks.iter().all(are_plain) && are_plain(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return are_plain(first) && are_plain(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return are_plain(first) && are_plain(last);
    }
    bytes.iter().all(|byte| is_plain(*byte))
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if all_plain(text.as_bytes()) {
            self.0.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        for byte in text.bytes() {
            match byte {
                b'"' => self.0.extend_from_slice(b"\\\""),
                b'\\' => self.0.extend_from_slice(b"\\\\"),
                b'\n' => self.0.extend_from_slice(b"\\n"),
                plain if is_plain(plain) => self.0.push(plain),
                other => self.0.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
            }
        }
        Ok(())
    }
}

impl text::Words for Escaped<'_> {
    fn ours(&mut self, text: &'static str) -> fmt::Result {
        debug_assert!(all_plain(text.as_bytes()), "{text}");
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
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

    /// A further member with a text; its name comes with comma, quotation marks and colon.
    fn named(&mut self, name: &str, text: &str) {
        self.raw(name);
        self.text(text);
    }

    /// A further member with one of our own words, which needs no escape.
    fn word(&mut self, name: &str, word: &str) {
        self.raw(name);
        self.raw("\"");
        self.raw(word);
        self.raw("\"");
    }

    fn named_or_null(&mut self, name: &str, text: Option<&str>) {
        self.raw(name);
        self.text_or_null(text);
    }

    /// Metres with three decimals, as all replies have them.
    fn metres(&mut self, metres: f64) {
        if metres.is_finite() {
            decimal::thousandths(self.out, (metres * 1000.0).round() as i64);
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
            self.raw(level_name(level));
            match locate::region(city, inside.cell, level) {
                Some(region) => self.party(Some(Party { id: region.code.as_str(), name: &region.name })),
                None => self.raw("null"),
            }
        }
        self.named_or_null(",\"duty_zone\":", around.zone.map(|zone| &*zone.code));
        self.named_or_null(",\"area_grade\":", around.grade);
        self.raw(",\"control_areas\":");
        self.list(&around.controls, |pen, number| pen.text(&city.duty.controls.areas.get(*number).code));
        self.raw(",\"overlays\":");
        self.list(&around.overlays, |pen, number| pen.text(&city.duty.overlays.get(*number).code));
        self.raw(",\"distance_to_border_m\":");
        self.metres(inside.distance_to_border_m);
        self.raw(",\"tie\":");
        self.list(&inside.tie, |pen, cell| pen.cell_or_null(Some(*cell)));
        self.raw("}");
    }

    fn certainty(&mut self, decision: &Decision<'_>) {
        let first = decision.alternatives.first();
        let is_certain = first.is_none_or(|first| first.thousandths >= CERTAIN_THOUSANDTHS);
        self.word(",\"certainty\":", if is_certain { "certain" } else { "uncertain" });
        self.raw(",\"alternatives\":");
        self.list(&decision.alternatives, |pen, alternative| {
            pen.raw("{\"cell\":");
            pen.cell_or_null(alternative.cell);
            pen.raw(",\"probability\":");
            decimal::thousandths(pen.out, alternative.thousandths.into());
            pen.raw("}");
        });
    }

    fn nearest(&mut self, decision: &Decision<'_>) {
        let Located::Outside(outside) = &decision.located else { return self.raw("null") };
        self.raw("{\"cell\":");
        self.cell_or_null(Some(outside.nearest));
        self.raw(",\"distance_m\":");
        self.metres(outside.distance_m);
        self.raw("}");
    }

    fn component(&mut self, matched: Option<&Matched>) {
        let Some(matched) = matched else { return self.raw("null") };
        let inventory = &self.city.inventory;
        self.raw("{\"code\":");
        self.text(inventory.code(matched.id));
        self.named(",\"class\":", inventory.class(matched.id).1.as_str());
        self.raw(",\"distance_m\":");
        self.metres(matched.distance_m);
        self.word(",\"match\":", if matched.by == Match::Given { "given" } else { "nearest" });
        self.raw(",\"rivals\":");
        self.list(&matched.rivals, |pen, rival| {
            pen.raw("{\"code\":");
            pen.text(inventory.code(rival.id));
            pen.raw(",\"distance_m\":");
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
        self.named(",\"name\":", first.name);
        self.raw(if found.on_duty { ",\"on_duty\":true" } else { ",\"on_duty\":false" });
        self.word(",\"because\":", found.because.as_str());
        self.raw(",\"second\":");
        self.id_and_name(found.second.map(of));
        self.raw("}");
    }

    fn found(&mut self, found: &Found<'_>) {
        self.raw("{\"id\":");
        self.text(found.party.id);
        self.named(",\"name\":", found.party.name);
        self.word(",\"role\":", found.role.as_str());
        self.word(",\"step\":", found.step.as_str());
        self.raw(",\"agent\":");
        self.id_and_name(found.agent);
        self.raw("}");
    }

    /// A region: its code and its name.
    fn party(&mut self, party: Option<Party<'_>>) {
        match party {
            Some(Party { id, name }) => {
                self.raw("{\"code\":");
                self.text(id);
                self.named(",\"name\":", name);
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
                self.named(",\"name\":", name);
                self.raw("}");
            }
            None => self.raw("null"),
        }
    }

    fn command(&mut self, decision: &Decision<'_>) {
        let Some(command) = decision.command else { return self.raw("null") };
        self.raw("{\"level\":");
        self.text_or_null(command.level);
        self.named_or_null(",\"region\":", command.region);
        self.named(",\"centre\":", command.centre);
        self.raw("}");
    }

    fn limit(&mut self, decision: &Decision<'_>) {
        let limit =
            decision.limit.filter(|_| !matches!(decision.outcome, Outcome::Outside | Outcome::Forbidden));
        let Some(limit) = limit else { return self.raw("null") };
        self.raw("{\"grade\":");
        self.text_or_null(limit.grade);
        self.raw(",\"amount\":");
        self.display(limit.amount);
        self.word(",\"unit\":", limit.unit.as_str());
        self.raw(",\"due\":");
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
        self.word("{\"step\":", reason.about.as_str());
        self.named_or_null(",\"rule\":", reason.rule);
        self.word(",\"result\":", reason.fate.as_str());
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
