//! Lists by pages: ordered by code, each page says after which code the next one goes on.
//!
//! The cursor is the last code told. Codes never change hands, so a list that is read across versions tells nothing
//! twice, and all that was there throughout.

use super::query::Query;
use std::ops::RangeInclusive;

/// How many things a page may have.
const LIMIT: RangeInclusive<usize> = 1..=1000;

/// How many it has unless told.
const LIMIT_DEFAULT: usize = 100;

/// A page as it is asked for.
pub(super) struct Page {
    after: String,
    limit: usize,
}

/// A page as it is told: what is on it, and where the next one goes on.
pub(super) struct Told<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// The last code on it when more follow.
    pub(super) next: Option<String>,
}

/// The parameters of a page, for the document of the API.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct PageParameters {
    /// Go on after this code: `next` of the page before.
    after: Option<String>,
    /// How many at most; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl Page {
    /// The page that a request asks for.
    pub(super) fn read(query: &mut Query) -> Option<Self> {
        let limit = query.count_within("limit", LIMIT, LIMIT_DEFAULT)?;
        Some(Page { after: query.text("after").unwrap_or_default(), limit })
    }

    /// The code after which the page begins; empty for the first page.
    pub(super) fn after(&self) -> &str {
        &self.after
    }

    /// The most things that the page may have.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Takes the page from things that come in the order of their codes, from behind [`Page::after`] on.
    pub(super) fn take<T>(
        &self,
        mut things: impl Iterator<Item = T>,
        code: impl Fn(&T) -> String,
    ) -> Told<T> {
        let items: Vec<T> = things.by_ref().take(self.limit).collect();
        let last = items.last().map(code);
        Told { next: last.filter(|_| things.next().is_some()), items }
    }
}
