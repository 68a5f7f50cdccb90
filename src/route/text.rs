//! Reasons in words, Chinese and English.

use self::Part::{Ours, Theirs};
use super::because::{Says, Span, Why};
use super::decision::Role;
use crate::duty::calendar::TimeUnit;
use crate::model::profile::Step;
use std::fmt::{self, Write};

/// A language of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    /// 中文.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Tongue {
    fn pick<T: Copy>(self, of: [T; 2]) -> T {
        of[usize::from(self == Tongue::English)]
    }
}

/// The word for a step.
pub fn step(step: Step, tongue: Tongue) -> &'static str {
    tongue.pick(match step {
        Step::Ruling => ["批示", "ruling"],
        Step::Override => ["优先规则", "override"],
        Step::Unit => ["产权养护单位", "unit"],
        Step::Duty => ["职责规则", "duty"],
        Step::Territory => ["属地", "territory"],
        Step::Competent => ["主管部门", "competent"],
    })
}

fn role(role: Role, tongue: Tongue) -> &'static str {
    tongue.pick(match role {
        Role::Maintainer => ["养护单位", "maintainer"],
        Role::Owner => ["权属单位", "owner"],
        Role::Competent => ["主管部门", "competent department"],
        Role::Territorial => ["属地主体", "body of the region"],
        Role::Named => ["指定单位", "named department"],
        Role::Approver => ["审批单位", "approver"],
        Role::Inspector => ["现场监督员", "inspector on the spot"],
    })
}

/// Where words go. A decision is a hundred texts, most of them our own.
pub trait Words: Write {
    /// Takes a text of our own, without anything to escape.
    ///
    /// # Errors
    /// When it takes no more.
    fn ours(&mut self, text: &'static str) -> fmt::Result {
        self.write_str(text)
    }
}

impl Words for String {}

/// A part of a sentence.
enum Part<'a> {
    Ours(&'static str),
    Theirs(&'a str),
}

/// Parts one after the other: what every decision holds several times is not formatted.
#[inline]
fn all<const N: usize>(out: &mut impl Words, parts: [Part<'_>; N]) -> fmt::Result {
    parts.into_iter().try_for_each(|part| match part {
        Ours(text) => out.ours(text),
        Theirs(text) => out.write_str(text),
    })
}

/// Who says whom: `规则（部件，小类01002）→ 指定单位养护所（D12）`.
fn says(out: &mut impl Words, says: &Says<'_>, tongue: Tongue) -> fmt::Result {
    let Says { party, role: quality, label, of_other_kind, permit, basis, agent } = says;
    if let Some([chinese, english]) = label {
        let note = if *of_other_kind {
            tongue.pick(["；部件与事项同号，通用", "; written for the other kind, which shares the number"])
        } else {
            ""
        };
        match tongue {
            Tongue::Chinese => all(out, [Ours("规则（"), Theirs(chinese), Ours(note), Ours("）→ ")]),
            Tongue::English => all(out, [Ours("rule ("), Theirs(english), Ours(note), Ours(") → ")]),
        }?;
    }
    let quality = role(*quality, tongue);
    match tongue {
        Tongue::Chinese => {
            all(out, [Ours(quality), Theirs(party.name), Ours("（"), Theirs(party.id), Ours("）")])
        }
        Tongue::English => {
            all(out, [Ours(quality), Ours(" "), Theirs(party.name), Ours(" ("), Theirs(party.id), Ours(")")])
        }
    }?;
    if let Some(permit) = permit {
        all(out, [Ours(tongue.pick(["，许可", ", permit "])), Theirs(permit)])?;
    }
    if let Some(agent) = agent {
        match tongue {
            Tongue::Chinese => {
                all(out, [Ours("，由"), Theirs(agent.name), Ours("（"), Theirs(agent.id), Ours("）代处理")])
            }
            Tongue::English => all(
                out,
                [
                    Ours(", done by "),
                    Theirs(agent.name),
                    Ours(" ("),
                    Theirs(agent.id),
                    Ours(") in its place"),
                ],
            ),
        }?;
    }
    match basis {
        None => Ok(()),
        Some(basis) => all(out, [Ours(tongue.pick(["，依据", ", by "])), Theirs(basis)]),
    }
}

/// A reason in words.
///
/// # Errors
/// When `out` takes no more.
pub fn write(out: &mut impl Words, why: &Why<'_>, tongue: Tongue) -> fmt::Result {
    match why {
        Why::First(found) => says(out, found, tongue),
        Why::Tied(found) => {
            says(out, found, tongue)?;
            out.ours(tongue.pick(["；同样具体的还有别的单位", "; others are as specific"]))
        }
        Why::LessSpecific(found, than) => {
            says(out, found, tongue)?;
            match tongue {
                Tongue::Chinese => write!(out, "；不如规则{than}具体"),
                Tongue::English => write!(out, "; less specific than rule {than}"),
            }
        }
        Why::Behind(found) => {
            says(out, found, tongue)?;
            out.ours(tongue.pick(["；同一步中排在后面", "; comes after another of the same step"]))
        }
        Why::Later(found, earlier) => {
            says(out, found, tongue)?;
            match tongue {
                Tongue::Chinese => all(out, [Ours("；“"), Ours(step(*earlier, tongue)), Ours("”先于此步")]),
                Tongue::English => {
                    all(out, [Ours("; step "), Ours(step(*earlier, tongue)), Ours(" comes first")])
                }
            }
        }
        Why::Excluded(found) => {
            says(out, found, tongue)?;
            out.ours(tongue.pick(["；已退回，不再派遣", "; returned it, not asked again"]))
        }
        Why::Invalid(found) => {
            says(out, found, tongue)?;
            out.ours(tongue.pick(["；该单位当日无效", "; not valid on that day"]))
        }
        Why::RuleInvalid(label) => match tongue {
            Tongue::Chinese => write!(out, "规则（{}）当日无效", label[0]),
            Tongue::English => write!(out, "rule ({}) is not valid on that day", label[1]),
        },
        Why::NamesNobody(label) => match tongue {
            Tongue::Chinese => write!(out, "规则（{}）在此没有可指定的单位", label[0]),
            Tongue::English => write!(out, "rule ({}) names nobody here", label[1]),
        },
        Why::Unlisted(quality, name) => match tongue {
            Tongue::Chinese => write!(out, "{}{name}不在责任单位表中", role(*quality, tongue)),
            Tongue::English => write!(out, "{} {name} is not among the departments", role(*quality, tongue)),
        },
        other => write_other(out, other, tongue),
    }
}

/// Reasons that are not about departments.
fn write_other(out: &mut impl Words, why: &Why<'_>, tongue: Tongue) -> fmt::Result {
    match (why, tongue) {
        (Why::Nobody, _) => out.ours(tongue.pick([
            "没有任何一步给出责任单位，由协调单位协调",
            "no step yields a department; it is coordinated",
        ])),
        (Why::Empty, _) => out.ours(tongue.pick([
            "本市还没有职责规则和责任单位，只能协调",
            "the city has neither duty rules nor departments; it can only be coordinated",
        ])),
        (Why::Outside(None), _) => out.ours(tongue.pick(["本市还没有单元网格", "the city has no cells yet"])),
        (Why::NoPlace, _) => out.ours(tongue.pick(["地址不能确定到一处", "the words name no one place"])),
        (Why::Outside(Some(m)), Tongue::Chinese) => write!(out, "不在单元网格范围内，距最近的网格{m:.0}米"),
        (Why::Outside(Some(m)), Tongue::English) => {
            write!(out, "outside the cover, {m:.0} m from the nearest cell")
        }
        (Why::Forbidden(name, message), Tongue::Chinese) => {
            write!(
                out,
                "管控区域“{name}”此时不受理该小类{}{}",
                colon(*message, "："),
                message.unwrap_or_default()
            )
        }
        (Why::Forbidden(name, message), Tongue::English) => {
            write!(
                out,
                "control area \"{name}\" does not take this class now{}{}",
                colon(*message, ": "),
                message.unwrap_or_default()
            )
        }
        (Why::Matter(name), Tongue::Chinese) => {
            write!(out, "事项即部件“{name}”的异常，按部件派遣，部件的规则同样适用")
        }
        (Why::Matter(name), Tongue::English) => {
            write!(
                out,
                "the matter is an anomaly of component {name}: decided as one, by rules for components too"
            )
        }
        (Why::Nearest(radius, others), Tongue::Chinese) => {
            write!(out, "{radius:.1}米内同小类部件中最近的一个，另有{others}个")
        }
        (Why::Nearest(radius, others), Tongue::English) => {
            write!(out, "the nearest of its class within {radius:.1} m, {others} others are")
        }
        (Why::NoneNear(radius), Tongue::Chinese) => write!(out, "{radius:.1}米内没有该小类的部件"),
        (Why::NoneNear(radius), Tongue::English) => {
            write!(out, "no component of the class within {radius:.1} m")
        }
        (Why::Elsewhere(m, there), _) => elsewhere(out, *m, *there, tongue),
        (Why::OtherClass(class), Tongue::Chinese) => write!(out, "所给部件属于小类{class}，与上报的小类不同"),
        (Why::OtherClass(class), Tongue::English) => {
            write!(out, "the given component is of class {class}, not the reported one")
        }
        (Why::NoZone, _) => {
            out.ours(tongue.pick(["单元网格不在任何责任网格内", "the cell is in no duty zone"]))
        }
        (Why::NobodyInZone(zone), Tongue::Chinese) => write!(out, "责任网格{zone}没有可派的监督员"),
        (Why::NobodyInZone(zone), Tongue::English) => write!(out, "duty zone {zone} has nobody who could go"),
        (Why::Capped(mode, cap, before), _) => capped(out, mode, (*cap, *before), tongue),
        (Why::NoLimit, _) => out.ours(tongue.pick(["没有适用的处置时限", "no limit is set for this"])),
        _ => Ok(()),
    }
}

fn colon(message: Option<&str>, mark: &'static str) -> &'static str {
    if message.is_some() { mark } else { "" }
}

fn elsewhere(out: &mut impl Words, m: f64, there: Option<(&str, f64)>, tongue: Tongue) -> fmt::Result {
    match (there, tongue) {
        (None, Tongue::Chinese) => write!(out, "所给部件距上报位置{m:.1}米，附近没有同小类部件"),
        (None, Tongue::English) => {
            write!(out, "the given component is {m:.1} m from the place, none of its class is near")
        }
        (Some((code, near)), Tongue::Chinese) => {
            write!(out, "所给部件距上报位置{m:.1}米，而{code}只有{near:.1}米，请核实")
        }
        (Some((code, near)), Tongue::English) => {
            write!(out, "the given component is {m:.1} m from the place, {code} only {near:.1} m; verify")
        }
    }
}

fn capped(
    out: &mut impl Words,
    mode: &str,
    (cap, before): (Span, Option<Span>),
    tongue: Tongue,
) -> fmt::Result {
    match (before, tongue) {
        (None, Tongue::Chinese) => write!(out, "“{mode}”模式限定时限为")?,
        (None, Tongue::English) => write!(out, "mode {mode} sets the limit at ")?,
        (Some(before), Tongue::Chinese) => {
            write!(out, "“{mode}”模式将时限由")?;
            span(out, before, tongue)?;
            out.ours("缩短为")?;
        }
        (Some(before), Tongue::English) => {
            write!(out, "mode {mode} cuts the limit from ")?;
            span(out, before, tongue)?;
            out.ours(" to ")?;
        }
    }
    span(out, cap, tongue)
}

/// An amount of time as people say it: `3个工作日`, `1 working day`.
fn span(out: &mut impl Words, (amount, unit): Span, tongue: Tongue) -> fmt::Result {
    let [chinese, one, many] = match unit {
        TimeUnit::UrgentHour => ["紧急工作时", "urgent hour", "urgent hours"],
        TimeUnit::WorkHour => ["工作时", "working hour", "working hours"],
        TimeUnit::WorkDay => ["工作日", "working day", "working days"],
        TimeUnit::NaturalDay => ["自然日", "calendar day", "calendar days"],
    };
    match tongue {
        Tongue::Chinese => write!(out, "{amount}个{chinese}"),
        Tongue::English => write!(out, "{amount} {}", if amount == 1 { one } else { many }),
    }
}
