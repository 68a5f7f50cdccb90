//! The components: which classes, where they stand, whose they are.

pub(crate) mod bench;
pub(crate) mod class;
pub(crate) mod flaw;
pub(crate) mod frontage;
pub(crate) mod place;
pub(crate) mod row;
pub(crate) mod unit;
