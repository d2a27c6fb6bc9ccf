//! The figures of the service standard. Each figure is an SQL file and a Rust file of its name in `metrics`.
//!
//! Stage 1 (`additive`): the SQL of the figures turns events into additive rows, which are counts and exact histograms of
//! seconds. Stage 2 (`summary`): additive rows of any months and cells become figures. The Rust file of a figure then gives
//! its values their names. `office/reference.py` of the tests computes the same figures in a simple, slow way, and both
//! must be equal exactly.

pub(crate) mod additive;
mod cache;
mod case_order;
mod counted;
pub(crate) mod divisions;
pub(crate) mod error;
mod event_table;
pub(crate) mod figure;
pub mod linkage;
pub(crate) mod metrics;
pub(crate) mod month_view;
mod of_cases;
mod origin;
pub(crate) mod outage_clock;
mod probable_duplicates;
mod quality;
mod rerun;
pub(crate) mod statement;
pub(crate) mod summary;
mod suppression;

pub use case_order::by_case;
pub use error::FigureError;
pub(crate) use outage_clock::OutageClock;
pub use probable_duplicates::{PROBABLE, Probable, ProbableDuplicates, probable_duplicates};
pub use quality::{ColumnQuality, Quality, QualityFinding, quality, quality_cells, released_quality_cells};
pub(crate) use quality::{findings_of_cases, needless_returns};

use crate::archive::Archive;
use crate::archive::key::Key;
use crate::pull::held_back::{HeldBack, held_back};
use cache::{FigureCache, is_same};
use error::within;
use figure::Context;
use metrics::{backlog, flow};
use month_view::{AT_ONCE, MonthView, View};
use polars::prelude::{DataFrame, IntoLazy, col, lit};
use schemas::document::{BacklogAge, KecamatanRow};
use schemas::figures::{By, FigureRow, MonthFigures, ReleasedRow, TrendPoint};
use schemas::{Facts, Finding, Month, Narrowing};
use statement::TimeScope;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use summary::Summary;
use suppression::Mask;

/// How many months a trend has, including the last one.
const TREND_MONTHS: u32 = 13;

/// An archive prepared for computing figures. It is loaded once, and several threads may ask it for many months.
pub struct FigureBook {
    archive: Archive,
    facts: Arc<Facts>,
    span: Option<(Month, Month)>,
    /// Where additive rows of past months are kept; `None` without the office's key.
    cache: Option<FigureCache>,
    /// The events, after they were first needed.
    view: OnceLock<View>,
    /// Locked by the thread that reads the events, so that no other thread reads them too.
    reading: Mutex<()>,
    /// The rows that are held back, after they were first needed.
    held: OnceLock<Option<Vec<HeldBack>>>,
    /// The additive rows of the month that was requested last.
    additive: Mutex<BTreeMap<(Month, TimeScope), DataFrame>>,
    /// Learns of each month whose rows begin to be computed.
    told: Option<Box<dyn Fn(Month) + Send + Sync>>,
}

impl std::fmt::Debug for FigureBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FigureBook").field("span", &self.span).finish_non_exhaustive()
    }
}

impl FigureBook {
    /// Prepares the figures of an archive. They are computed from its events, and nothing is written.
    ///
    /// # Errors
    /// [`FigureError`] when the archive is empty.
    pub fn open(archive: &Archive, facts: &Arc<Facts>) -> Result<Self, FigureError> {
        if archive.is_empty() {
            return Err(archive.empty().into());
        }
        Ok(Self {
            archive: archive.clone(),
            facts: Arc::clone(facts),
            span: archive.span(),
            cache: None,
            view: OnceLock::new(),
            reading: Mutex::default(),
            held: OnceLock::new(),
            additive: Mutex::default(),
            told: None,
        })
    }

    /// Tells of each month whose rows begin to be computed, which takes long where there are many.
    #[must_use]
    pub fn telling(self, told: impl Fn(Month) + Send + Sync + 'static) -> Self {
        Self { told: Some(Box::new(told)), ..self }
    }

    /// Returns the figures of an earlier version of the archive, by the same facts.
    pub(crate) fn of_version(&self, archive: &Archive) -> Result<Self, FigureError> {
        Self::open(archive, &self.facts)
    }

    /// Uses and keeps the additive rows of past months in the archive's folder, signed with the office's key. The archive must
    /// be the present version, because the rows of an earlier version would replace its rows.
    ///
    /// # Errors
    /// [`FigureError`] when the archive's outage log cannot be read.
    pub fn keeping(mut self, key: &Key) -> Result<Self, FigureError> {
        self.cache = Some(FigureCache::new(&self.archive, &self.facts, key)?);
        Ok(self)
    }

    /// Takes no account of rows that are held back, as nothing can that has a copy of the archive without its quarantine.
    #[must_use]
    pub fn without_quarantine(self) -> Self {
        Self { held: OnceLock::from(None), ..self }
    }

    /// Whether the rows that are held back are known, as they are wherever the quarantine is.
    ///
    /// # Errors
    /// [`FigureError`] when the quarantine cannot be read.
    pub fn knows_quarantine(&self) -> Result<bool, FigureError> {
        Ok(self.held()?.is_some())
    }

    /// Computes the figures of a month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn month(&self, month: Month) -> Result<MonthFigures, FigureError> {
        self.month_knowing(month, &[])
    }

    /// Computes the same, of whose trend some points are known already.
    pub(crate) fn month_knowing(&self, month: Month, known: &[TrendPoint]) -> Result<MonthFigures, FigureError> {
        self.figures(month, &self.additive(month)?, self.trend(month, &Narrowing::default(), known)?)
    }

    /// Computes the figures of a month without a trend, for a month with which another is compared.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn month_alone(&self, month: Month) -> Result<MonthFigures, FigureError> {
        self.month_alone_within(month, &Narrowing::default())
    }

    /// Computes the figures of a part of a month's cases.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn month_within(&self, month: Month, to: &Narrowing) -> Result<MonthFigures, FigureError> {
        self.figures(month, &self.narrowed(self.additive(month)?, to)?, self.trend(month, to, &[])?)
    }

    /// Computes the same without a trend.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn month_alone_within(&self, month: Month, to: &Narrowing) -> Result<MonthFigures, FigureError> {
        self.figures(month, &self.narrowed(self.additive(month)?, to)?, Vec::new())
    }

    /// Whether there can be cases of a narrowing: its kecamatan and its kind of application are facts, or the month has cases of them.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn knows(&self, month: Month, to: &Narrowing) -> Result<bool, FigureError> {
        divisions::knows(&self.additive(month)?, to, &self.facts).map_err(|e| summary::fault(&e))
    }

    fn narrowed(&self, rows: DataFrame, to: &Narrowing) -> Result<DataFrame, FigureError> {
        divisions::narrowed(rows, to, &self.facts.wilayah).map_err(|e| summary::fault(&e))
    }

    fn figures(&self, month: Month, additive: &DataFrame, trend: Vec<TrendPoint>) -> Result<MonthFigures, FigureError> {
        let summary = self.summary(month, additive.clone())?;
        let context = Context { facts: &self.facts, figures: &summary, additive, held: self.held()? };
        metrics::compute(month, context, trend)
    }

    /// Counts the cases of a measured item at a step that do not exceed a limit, of all or of one kind of application, from the
    /// month's exact histogram.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub(crate) fn within(
        &self,
        month: Month,
        jenis: Option<&str>,
        (figure, item, step): (&str, &str, u8),
        limit: i64,
    ) -> Result<u64, FigureError> {
        let is = |name: &str, text: &str| col(name).eq(lit(text.to_owned()));
        let rows = self.additive(month)?.lazy().filter(
            is("figure", figure)
                .and(is("item", item))
                .and(col("step").eq(lit(i64::from(step))))
                .and(col("v").lt_eq(lit(limit))),
        );
        let rows = jenis.map_or_else(|| rows.clone(), |jenis| rows.clone().filter(is("jenis", jenis))).collect();
        let counts = rows.and_then(|rows| summary::count(summary::whole(&rows, "n")?.into_iter().sum()));
        counts.map_err(|e| summary::fault(&e))
    }

    /// Computes how long the berkas of a part of the cases that are open at the end of the month have been open.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn backlog_age(&self, month: Month, to: &Narrowing) -> Result<BacklogAge, FigureError> {
        backlog::ages(self.narrowed(self.rows(month, TimeScope::UpToMonthEnd)?, to)?)
    }

    /// Computes the month's flow of a part of the cases by kecamatan, in order of name. A kecamatan that the area table does not have is listed under
    /// its code.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn by_kecamatan(&self, month: Month, to: &Narrowing) -> Result<Vec<KecamatanRow>, FigureError> {
        let flow = divisions::merged(
            &[self.narrowed(self.flow(month)?, to)?],
            month,
            By::Kecamatan,
            true,
            &self.facts.wilayah,
        )?;
        flow::by_kecamatan(summary::figures(flow)?)
    }

    /// Computes every figure of the months `first` to `last` together, in the cells of a division, in order. A figure about the
    /// end of a month (the backlog, open cases) is that of `last`, unless the division is by month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold one of the months.
    pub fn cells(&self, first: Month, last: Month, by: By) -> Result<Vec<FigureRow>, FigureError> {
        let months = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
        // The rows of a month are merged into cells before those of the next month are read, to save memory.
        let in_cells = months.map(|month| {
            let rows = TimeScope::ALL
                .map(|time_scope| self.rows(month, time_scope))
                .into_iter()
                .collect::<Result<Vec<_>, _>>()?;
            divisions::merged(&rows, month, by, by == By::Month || month == last, &self.facts.wilayah)
        });
        summary::figures(divisions::added(in_cells.collect::<Result<_, FigureError>>()?)?)
    }

    /// Computes the same as [`FigureBook::cells`] for release outside of the office: small counts are hidden, and so are other
    /// counts from which they could be inferred.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold one of the months.
    pub fn released(&self, first: Month, last: Month, by: By) -> Result<Vec<ReleasedRow>, FigureError> {
        let months = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
        let masks = months.map(|month| {
            let rows = TimeScope::ALL
                .map(|time_scope| self.rows(month, time_scope))
                .into_iter()
                .collect::<Result<Vec<_>, _>>()?;
            Ok((month, Mask::of(&rows, &self.facts)?))
        });
        let masks = masks.collect::<Result<Vec<_>, FigureError>>()?;
        Ok(suppression::released(self.cells(first, last, by)?, &masks, by))
    }

    /// Returns the months that have events, in order.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        self.archive.months()
    }

    /// Whether a month lies within the period of the archive, even if it has no events.
    #[must_use]
    pub fn holds(&self, month: Month) -> bool {
        within(self.span, month).is_ok()
    }

    /// Computes the receipts, prints, hand-overs and backlog of the months up to this one, but of none before the first event.
    fn trend(&self, month: Month, to: &Narrowing, known: &[TrendPoint]) -> Result<Vec<TrendPoint>, FigureError> {
        let earliest = self.span.map_or(month, |(first, _)| first);
        let months = (0..TREND_MONTHS).rev().map(|back| month.back(back)).filter(|m| *m >= earliest);
        let point = |month| match known.iter().find(|point| point.month == month) {
            Some(known) => Ok(*known),
            None => Ok(flow::compute(month, &self.summary(month, self.narrowed(self.flow(month)?, to)?)?)),
        };
        months.map(point).collect()
    }

    /// Returns the additive rows of the flow, which depends on no event after its month.
    fn flow(&self, month: Month) -> Result<DataFrame, FigureError> {
        let rows =
            self.rows(month, TimeScope::UpToMonthEnd)?.lazy().filter(col("figure").eq(lit(flow::NAME))).collect();
        rows.map_err(|e| summary::fault(&e))
    }

    fn summary(&self, month: Month, additive: DataFrame) -> Result<Summary, FigureError> {
        let all = divisions::merged(&[additive], month, By::Total, true, &self.facts.wilayah)?;
        Ok(Summary::new(summary::figures(all)?))
    }

    /// Compares the kept rows with those computed from the events, and returns a finding (A008) for each file that differs.
    /// Nothing is written.
    ///
    /// # Errors
    /// [`FigureError`] when the archive is damaged, or an event lies outside the calendar.
    pub fn altered(&self, key: &Key) -> Result<Vec<Finding>, FigureError> {
        let cache = FigureCache::new(&self.archive, &self.facts, key)?;
        let mut altered = Vec::new();
        for (month, time_scope, path) in cache.entries() {
            let same = match cache.load(month, time_scope) {
                Some(rows) => is_same(&rows, &self.compute(month, time_scope)?)?,
                None => false,
            };
            if !same {
                altered.push(Finding { code: "A008", place: path, count: 1 });
            }
        }
        Ok(altered)
    }

    /// Returns all additive rows of a month, and keeps them in memory for the next request.
    fn additive(&self, month: Month) -> Result<DataFrame, FigureError> {
        let [up_to_month_end, including_later] = TimeScope::ALL.map(|time_scope| {
            let rows = self.rows(month, time_scope)?;
            let mut recent = locked(&self.additive);
            recent.retain(|(of, _), _| *of == month);
            recent.insert((month, time_scope), rows.clone());
            Ok::<_, FigureError>(rows)
        });
        up_to_month_end?.vstack(&including_later?).map_err(|e| summary::fault(&e))
    }

    /// Returns the additive rows of the figures of a time scope: from memory, from the cache, or computed now.
    fn rows(&self, month: Month, time_scope: TimeScope) -> Result<DataFrame, FigureError> {
        if let Some(rows) = locked(&self.additive).get(&(month, time_scope)) {
            return Ok(rows.clone());
        }
        within(self.span, month)?;
        let Some(cache) = &self.cache else { return self.compute(month, time_scope) };
        if let Some(rows) = cache.load(month, time_scope) {
            return Ok(rows);
        }
        let rows = self.compute(month, time_scope)?;
        cache.store(month, time_scope, &rows);
        Ok(rows)
    }

    /// Returns the events of a month.
    pub(crate) fn at(&self, month: Month) -> Result<MonthView<'_>, FigureError> {
        within(self.span, month)?;
        self.view()?.month(month)
    }

    /// Returns the rows that are held back, and reads them the first time; `None` in a copy of the archive without its quarantine.
    pub(crate) fn held(&self) -> Result<Option<&[HeldBack]>, FigureError> {
        if self.held.get().is_none() {
            // If another thread has set it meanwhile, it has read the same.
            drop(self.held.set(held_back(&self.archive, self.facts.zone)?));
        }
        Ok(self.held.get().and_then(Option::as_deref))
    }

    fn compute(&self, month: Month, time_scope: TimeScope) -> Result<DataFrame, FigureError> {
        if let Some(told) = &self.told {
            told(month);
        }
        additive::rows(&self.at(month)?, time_scope, AT_ONCE)
    }

    /// Returns the events, and reads them the first time.
    fn view(&self) -> Result<&View, FigureError> {
        if self.view.get().is_none() {
            let _reading = locked(&self.reading);
            if self.view.get().is_none() {
                // No other thread can have set it, because only one at a time reads.
                drop(self.view.set(View::load(&self.archive, &self.facts)?));
            }
        }
        self.view.get().ok_or_else(|| self.archive.empty().into())
    }
}

/// Locks a mutex whose content is valid at any time, even if a thread panicked while it held the lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
