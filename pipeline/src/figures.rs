//! The figures of the service standard: one figure, one SQL file and one Rust file beside it.
//!
//! The SQL turns events into additive rows (counts and exact histograms of seconds), `summary` turns these into figures, and
//! the Rust beside the SQL gives them their names.
//! `office/reference.py` of the tests computes the same figures the slow way; equality is exact.

pub(crate) mod additive;
mod cache;
mod case_order;
pub(crate) mod divisions;
pub(crate) mod error;
mod event_table;
pub mod linkage;
pub(crate) mod metrics;
pub(crate) mod month_view;
mod outage_clock;
mod probable_duplicates;
mod quality;
pub(crate) mod statement;
pub(crate) mod summary;
mod suppression;

pub use case_order::by_case;
pub use divisions::By;
pub use error::FigureError;
pub use probable_duplicates::{PROBABLE, Probable, ProbableDuplicates, probable_duplicates};
pub use quality::{ColumnQuality, Quality, QualityFinding, quality, quality_cells, released_quality_cells};

use crate::archive::Archive;
use crate::archive::key::Key;
use cache::{FigureCache, is_same};
use error::within;
use metrics::{
    backlog, batches, completeness, conformance, duplicates, flow, issuance, register_agreement, time_per_step,
    turnaround,
};
use month_view::{AT_ONCE, MonthView, View};
use polars::prelude::{DataFrame, IntoLazy, PolarsError, col, lit};
use schemas::document::{BacklogAge, KecamatanRow};
use schemas::figures::{FigureRow, Figures, MonthFigures, ReleasedRow, TrendPoint};
use schemas::{Facts, Finding, Month};
use statement::TimeScope;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use summary::Summary;
use suppression::Mask;

/// The months of a trend, the one asked for included.
const TREND_MONTHS: u32 = 13;

/// An archive prepared for computing figures: loaded once, asked for many months, by several threads if need be.
pub struct FigureBook {
    archive: Archive,
    facts: Arc<Facts>,
    span: Option<(Month, Month)>,
    /// Where rows of months that are over are kept; nowhere without the office's key.
    kept: Option<FigureCache>,
    /// The events, once they had to be read.
    view: OnceLock<View>,
    /// Held by the thread that reads them, so that no other reads them too.
    reading: Mutex<()>,
    /// The additive rows of the month that was asked for last.
    additive: Mutex<BTreeMap<(Month, TimeScope), DataFrame>>,
}

impl std::fmt::Debug for FigureBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FigureBook").field("span", &self.span).finish_non_exhaustive()
    }
}

/// What a figure is computed with.
#[derive(Clone, Copy)]
struct Context<'a> {
    facts: &'a Facts,
    figures: &'a Summary,
    additive: &'a DataFrame,
}

/// What a figure could not use, by reason.
type LeftOut = BTreeMap<String, u64>;

impl FigureBook {
    /// Prepares the figures of an archive. All are computed from its events, and nothing is written.
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
            kept: None,
            view: OnceLock::new(),
            reading: Mutex::default(),
            additive: Mutex::default(),
        })
    }

    /// Lets it keep the additive rows of months that are over in the archive's folder, signed with the office's key, and use
    /// those that were kept so. It must be the archive as it is now: the rows of an earlier version would take their place.
    ///
    /// # Errors
    /// [`FigureError`] when the archive's outage log cannot be read.
    pub fn keeping(mut self, key: &Key) -> Result<Self, FigureError> {
        self.kept = Some(FigureCache::new(&self.archive, &self.facts, key)?);
        Ok(self)
    }

    /// The figures of a month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn month(&self, month: Month) -> Result<MonthFigures, FigureError> {
        self.figures(month, &self.additive(month)?, self.trend(month)?)
    }

    /// The figures of a month for one kind of application, without a trend.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn month_of_jenis(&self, month: Month, jenis: &str) -> Result<MonthFigures, FigureError> {
        let of_jenis = self.additive(month)?.lazy().filter(col("jenis").eq(lit(jenis.to_owned()))).collect();
        self.figures(month, &of_jenis.map_err(|e| summary::fault(&e))?, Vec::new())
    }

    fn figures(&self, month: Month, additive: &DataFrame, trend: Vec<TrendPoint>) -> Result<MonthFigures, FigureError> {
        let summary = self.summary(month, additive.clone())?;
        let context = Context { facts: &self.facts, figures: &summary, additive };
        let mut left_out: LeftOut = BTreeMap::new();
        for (reason, n) in summary.left_out() {
            *left_out.entry(reason).or_insert(0) += n;
        }
        let (issuance, deadlines) = issuance::compute(context)?;
        let figures = Figures {
            month,
            time_per_step: time_per_step::compute(context),
            completeness: completeness::compute(context),
            issuance,
            turnaround: turnaround::compute(context),
            batches: batches::compute(context),
            duplicates: duplicates::compute(context),
            conformance: conformance::compute(context)?,
            backlog: backlog::compute(context)?,
            ledgers: register_agreement::compute(context, &mut left_out),
        };
        Ok(MonthFigures { figures, deadlines, trend, left_out })
    }

    /// How old the berkas are that are open at the end of the month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn backlog_age(&self, month: Month) -> Result<BacklogAge, FigureError> {
        backlog::ages(self.rows(month, TimeScope::UpToMonthEnd)?)
    }

    /// The month's flow by kecamatan, in order of name; areas that the table does not know stand under their code.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold it.
    pub fn by_kecamatan(&self, month: Month) -> Result<Vec<KecamatanRow>, FigureError> {
        let flow = divisions::merged(&[self.flow(month)?], month, By::Kecamatan, true, &self.facts.wilayah)?;
        flow::by_kecamatan(summary::figures(flow)?)
    }

    /// Every figure of the months `first` to `last` together, in the cells of a division, in order. What stands at the end
    /// of a month (the backlog, what is open) is that of `last`, unless the division is by month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive does not hold one of the months.
    pub fn cells(&self, first: Month, last: Month, by: By) -> Result<Vec<FigureRow>, FigureError> {
        let months = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
        // A month's rows shrink to the cells' before the next month's are read.
        let in_cells = months.map(|month| {
            let rows = TimeScope::ALL
                .map(|time_scope| self.rows(month, time_scope))
                .into_iter()
                .collect::<Result<Vec<_>, _>>()?;
            divisions::merged(&rows, month, by, by == By::Month || month == last, &self.facts.wilayah)
        });
        summary::figures(divisions::together(in_cells.collect::<Result<_, FigureError>>()?)?)
    }

    /// The same as [`FigureBook::cells`] for what leaves the office: small counts are hidden, and others with them by which they
    /// could be found.
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

    /// The months that have events, first to last.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        self.archive.months()
    }

    /// Whether the archive holds a month, be it one without events.
    #[must_use]
    pub fn holds(&self, month: Month) -> bool {
        within(self.span, month).is_ok()
    }

    /// Receipts, prints, hand-overs and the backlog of the months up to this one; none before the first event.
    fn trend(&self, month: Month) -> Result<Vec<TrendPoint>, FigureError> {
        let earliest = self.span.map_or(month, |(first, _)| first);
        let months = (0..TREND_MONTHS).rev().map(|back| month.back(back)).filter(|m| *m >= earliest);
        months.map(|month| Ok(flow::compute(month, &self.summary(month, self.flow(month)?)?))).collect()
    }

    /// The additive rows of the flow, which looks at nothing after its month.
    fn flow(&self, month: Month) -> Result<DataFrame, FigureError> {
        let rows =
            self.rows(month, TimeScope::UpToMonthEnd)?.lazy().filter(col("figure").eq(lit(flow::FIGURE))).collect();
        rows.map_err(|e| summary::fault(&e))
    }

    fn summary(&self, month: Month, additive: DataFrame) -> Result<Summary, FigureError> {
        let all = divisions::merged(&[additive], month, By::Total, true, &self.facts.wilayah)?;
        Ok(Summary::new(summary::figures(all)?))
    }

    /// Rows kept under the office's key that are not what the events give (A008). Nothing is written.
    ///
    /// # Errors
    /// [`FigureError`] when the archive is damaged, or an event lies outside the calendar.
    pub fn altered(&self, key: &Key) -> Result<Vec<Finding>, FigureError> {
        let kept = FigureCache::new(&self.archive, &self.facts, key)?;
        let mut altered = Vec::new();
        for (month, time_scope, path) in kept.held() {
            let same = match kept.load(month, time_scope) {
                Some(rows) => is_same(&rows, &self.compute(month, time_scope)?)?,
                None => false,
            };
            if !same {
                let place = path.strip_prefix(self.archive.root()).unwrap_or(&path).display().to_string();
                altered.push(Finding { code: "A008", place, count: 1 });
            }
        }
        Ok(altered)
    }

    /// All additive rows of a month, which are asked for again.
    fn additive(&self, month: Month) -> Result<DataFrame, FigureError> {
        let [past, ahead] = TimeScope::ALL.map(|time_scope| {
            let rows = self.rows(month, time_scope)?;
            let mut held = locked(&self.additive);
            held.retain(|(of, _), _| *of == month);
            held.insert((month, time_scope), rows.clone());
            Ok::<_, FigureError>(rows)
        });
        past?.vstack(&ahead?).map_err(|e| summary::fault(&e))
    }

    /// The additive rows of the figures of that time scope: those at hand, or kept from an earlier time, or computed now.
    fn rows(&self, month: Month, time_scope: TimeScope) -> Result<DataFrame, FigureError> {
        if let Some(rows) = locked(&self.additive).get(&(month, time_scope)) {
            return Ok(rows.clone());
        }
        within(self.span, month)?;
        let Some(kept) = &self.kept else { return self.compute(month, time_scope) };
        if let Some(rows) = kept.load(month, time_scope) {
            return Ok(rows);
        }
        let rows = self.compute(month, time_scope)?;
        kept.store(month, time_scope, &rows);
        Ok(rows)
    }

    /// The events of a month of the archive.
    pub(crate) fn at(&self, month: Month) -> Result<MonthView<'_>, FigureError> {
        within(self.span, month)?;
        self.view()?.month(month)
    }

    fn compute(&self, month: Month, time_scope: TimeScope) -> Result<DataFrame, FigureError> {
        additive::rows(&self.at(month)?, time_scope, AT_ONCE)
    }

    fn view(&self) -> Result<&View, FigureError> {
        if self.view.get().is_none() {
            let _reading = locked(&self.reading);
            if self.view.get().is_none() {
                // Nobody else sets it, since only one thread at a time reads.
                drop(self.view.set(View::load(&self.archive, &self.facts)?));
            }
        }
        self.view.get().ok_or_else(|| self.archive.empty().into())
    }
}

/// What a mutex guards is whole at any time, also when a thread that held it is gone.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Context<'_> {
    /// How many values of an item do not exceed a limit.
    fn within(&self, figure: &str, item: &str, limit: i64) -> Result<u64, FigureError> {
        let count = || -> Result<u64, PolarsError> {
            let (figures, items) = (self.additive.column("figure")?.str()?, self.additive.column("item")?.str()?);
            let (values, n) = (self.additive.column("v")?.i64()?, summary::whole(self.additive, "n")?);
            let rows = figures.iter().zip(items.iter()).zip(values.iter().zip(n));
            let within =
                rows.filter(|((f, i), (v, _))| *f == Some(figure) && *i == Some(item) && v.is_some_and(|v| v <= limit));
            summary::count(within.map(|(_, (_, n))| n).sum())
        };
        count().map_err(|e| summary::fault(&e))
    }
}
