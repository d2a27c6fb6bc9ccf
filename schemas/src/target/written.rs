//! Target files as they are written.
//!
//! Reads   the TOML of a file
//! Gives   its regulation, or a misfit with its place in the text

use super::{
    Authority, Clock, Comparison, Regulation, ShareMeasure, Standard, Target, TimeMeasure, TimeUnit, Unit, Within,
};
use crate::Sop;
use crate::fact_files::Misfit;
use chrono::NaiveDate;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// A target file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenTargets {
    #[serde(rename = "regulation")]
    title: String,
    subject: String,
    precedence: u8,
    source: String,
    note: String,
    #[serde(rename = "target", default)]
    targets: Vec<WrittenTarget>,
}

/// A target as it is written. Clock, unit, step and comparison are written beside the measure and must agree with it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTarget {
    id: Spanned<String>,
    title: String,
    measure: Spanned<MeasureName>,
    step: Option<Spanned<u8>>,
    comparison: Spanned<Comparison>,
    value: Option<Spanned<f64>>,
    unit: Spanned<Unit>,
    clock: Spanned<Clock>,
    #[serde(rename = "standing")]
    authority: Spanned<Authority>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<Spanned<NaiveDate>>,
    article: String,
    quote: String,
}

/// The name of a measure in a target file.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MeasureName {
    HandlingWorkingP90,
    TurnaroundWorkingP90,
    CompleteAtFirstCheck,
    #[serde(rename = "issued_within_1_hour")]
    IssuedWithin1Hour,
    #[serde(rename = "issued_within_24_hours")]
    IssuedWithin24Hours,
    #[serde(rename = "issued_within_14_working_days")]
    IssuedWithin14WorkingDays,
}

impl WrittenTargets {
    /// Returns the regulation of the file of that name, for an office with that SOP.
    pub(crate) fn meant(self, file: &str, sop: &Sop) -> Result<Regulation, Misfit> {
        let targets = self.targets.into_iter().map(|target| target.meant(sop)).collect::<Result<_, _>>()?;
        let Self { title, subject, precedence, source, note, .. } = self;
        Ok(Regulation { file: file.to_owned(), title, subject, precedence, source, note, targets })
    }
}

impl WrittenTarget {
    fn meant(self, sop: &Sop) -> Result<Target, Misfit> {
        let id = self.id.get_ref().clone();
        let misfit = |at: Range<usize>, reason: &str| Misfit { at, reason: format!("`{id}`: {reason}") };
        let standard = self.standard(sop).map_err(|fault| misfit(fault.at, &fault.reason))?;
        if standard.clock() != *self.clock.get_ref() {
            let reason = format!("its measure counts by the clock `{}`", standard.clock().word());
            return Err(misfit(self.clock.span(), &reason));
        }
        let written = self.value.as_ref().map(|value| *value.get_ref());
        let at = self.value.as_ref().map_or_else(|| self.id.span(), Spanned::span);
        let standard = standard.with_value(written).map_err(|reason| misfit(at, &reason))?;
        let is_official = *self.authority.get_ref() == Authority::Resmi;
        if is_official && (written.is_none() || self.quote.is_empty()) {
            return Err(misfit(self.authority.span(), "it is resmi but has no value or no quote"));
        }
        if let Some(last) = self.valid_to.as_ref().filter(|last| self.valid_from.is_some_and(|d| d > *last.get_ref())) {
            return Err(misfit(last.span(), "it would end before it begins"));
        }
        Ok(Target {
            id: self.id.into_inner(),
            title: self.title,
            standard,
            authority: self.authority.into_inner(),
            valid_from: self.valid_from,
            valid_to: self.valid_to.map(Spanned::into_inner),
            article: self.article,
            quote: self.quote,
        })
    }

    /// Returns the standard of its measure, step and unit, without a value.
    fn standard(&self, sop: &Sop) -> Result<Standard, Misfit> {
        let misfit = |at: Range<usize>, reason: &str| Misfit { at, reason: reason.to_owned() };
        let share = |measure| Standard::Share { measure, at_least: None };
        let is_share = |within| Ok(share(ShareMeasure::Issued(within)));
        let time = |measure| match self.unit.get_ref() {
            Unit::Menit => Ok(Standard::Time { measure, unit: TimeUnit::Menit, at_most_s: None }),
            Unit::Jam => Ok(Standard::Time { measure, unit: TimeUnit::Jam, at_most_s: None }),
            Unit::Detik | Unit::Bagian => {
                Err(misfit(self.unit.span(), "its measure is a time; the unit is menit or jam"))
            }
        };
        let standard = match (self.measure.get_ref(), &self.step) {
            (MeasureName::HandlingWorkingP90, Some(step)) if sop.step(*step.get_ref()).is_none() => {
                Err(misfit(step.span(), "the SOP has no such step"))
            }
            (MeasureName::HandlingWorkingP90, Some(step)) => time(TimeMeasure::HandlingP90 { step: *step.get_ref() }),
            (MeasureName::HandlingWorkingP90, None) => {
                Err(misfit(self.measure.span(), "its measure is of one step; say which with `step`"))
            }
            (_, Some(step)) => Err(misfit(step.span(), "its measure is not of one step; remove `step`")),
            (MeasureName::TurnaroundWorkingP90, None) => time(TimeMeasure::TurnaroundP90),
            (MeasureName::CompleteAtFirstCheck, None) => Ok(share(ShareMeasure::CompleteAtFirstCheck)),
            (MeasureName::IssuedWithin1Hour, None) => is_share(Within::OneHour),
            (MeasureName::IssuedWithin24Hours, None) => is_share(Within::TwentyFourHours),
            (MeasureName::IssuedWithin14WorkingDays, None) => is_share(Within::FourteenWorkingDays),
        }?;
        let (good, words) = match standard {
            Standard::Time { .. } => (Comparison::AtMost, "a time is good when it is short: write at_most"),
            Standard::Share { .. } => (Comparison::AtLeast, "a share is good when it is great: write at_least"),
        };
        if *self.comparison.get_ref() != good {
            return Err(misfit(self.comparison.span(), words));
        }
        match (standard, self.unit.get_ref()) {
            (Standard::Share { .. }, Unit::Detik | Unit::Menit | Unit::Jam) => {
                Err(misfit(self.unit.span(), "its measure is a share; the unit is bagian"))
            }
            _ => Ok(standard),
        }
    }
}
