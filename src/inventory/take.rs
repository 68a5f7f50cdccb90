//! What all kinds of things take from a row alike.

use super::plan::{Fields, Plan};
use super::target::Target;
use crate::model::code::InvalidCode;
use crate::model::text::Text;
use crate::rules::code::Code;
use crate::rules::code_form::CodeForm;
use crate::rules::finding::Breach;

/// A row's values being taken, with what is wrong with them so far.
#[derive(Debug)]
pub struct Taking<'a> {
    /// The values left.
    pub fields: &'a mut Fields,
    /// What is wrong.
    pub breaches: Vec<Breach>,
    plan: &'a Plan,
}

impl<'a> Taking<'a> {
    /// Nothing taken yet.
    pub fn new(fields: &'a mut Fields, plan: &'a Plan) -> Self {
        Taking { fields, breaches: Vec::new(), plan }
    }

    /// How findings name a target.
    pub fn label(&self, target: Target) -> &'a str {
        self.plan.label(target)
    }

    /// A text; days come as YYYYMMDD.
    pub fn text(&mut self, target: Target) -> Option<Text> {
        self.fields.take(target)
    }

    /// A code, when there is one; what cannot be a code is told.
    pub fn code<C>(&mut self, target: Target, new: impl Fn(&Text) -> Result<C, InvalidCode>) -> Option<C> {
        let text = self.text(target)?;
        let label = self.label(target);
        let told = |error: InvalidCode| Breach::new(Code::CodeInvalid, error.to_string()).of(label, &text);
        self.keep(new(&text).map_err(told))
    }

    /// A code that must be there; `missing` is told when it is not.
    pub fn required<C>(
        &mut self,
        target: Target,
        missing: Code,
        new: impl Fn(&Text) -> Result<C, InvalidCode>,
    ) -> Option<C> {
        let before = self.breaches.len();
        let code = self.code(target, new);
        if code.is_none() && self.breaches.len() == before {
            let breach = Breach::new(missing, format!("the row has no {}", target.as_str()));
            self.breaches.push(Breach { field: Some(self.label(target).to_owned()), ..breach });
        }
        code
    }

    /// Holds a code against the profile's form.
    pub fn form(&mut self, form: &CodeForm, code: &str) {
        self.breaches.extend(form.check(self.label(Target::Code), code));
    }

    /// What a check gives; its breach is kept when it fails.
    pub fn keep<T>(&mut self, checked: Result<T, Breach>) -> Option<T> {
        checked.map_err(|breach| self.breaches.push(breach)).ok()
    }
}
