#![doc = include_str!("../README.md")]

mod allowed_words;
mod amounts;
mod applicant;
mod book_code;
mod calendar;
mod calendar_error;
mod column;
mod column_facts;
mod column_meanings;
mod decision;
pub mod document;
mod event;
mod fact_files;
mod facts;
pub mod figures;
mod finding;
mod labels;
mod language;
mod ledger;
mod ledger_book;
mod ledger_field;
mod message;
mod name_rules;
mod nik;
pub mod number;
mod office_day;
mod office_days;
mod period;
mod plausible;
mod provenance;
mod register_number;
mod share;
mod side_tables;
mod sop;
mod source_names;
mod source_position;
mod speech;
mod target;
mod verdict;
mod wilayah;
mod zone;

pub use allowed_words::AllowedWord;
pub use applicant::{AgeLimits, ApplicantRules, Requirement};
pub use calendar::WorkingClock;
pub use calendar_error::CalendarError;
pub use column::{Column, ColumnKind, Presence, Visibility};
pub use column_facts::{ColumnFact, ColumnFacts};
pub use column_meanings::{ColumnMeaning, SideColumn, SideTable};
pub use decision::{Decision, DecisionError, DecisionFile, Decisions, Rule};
pub use event::{Event, EventId, Person};
pub use fact_files::{FactFiles, FactsError};
pub use facts::Facts;
pub use finding::{Finding, FindingText, FindingTexts, Severity};
pub use labels::Labels;
pub use language::{Language, Text};
pub use ledger::{
    Align, ArchiveList, FinalAction, Ledger, LedgerColumn, ListCase, ListDestruction, ListRows, RetentionPeriod,
    RetentionRow,
};
pub use ledger_field::{LedgerField, RowKind};
pub use message::{BodyForm, MessageRule, MessageRules, Preset};
pub use name_rules::NameRules;
pub use nik::{Nik, NikFault, check_nik, mask_nik};
pub use office_day::{DayKind, OfficeDay, printed};
pub use office_days::{HoursInForce, OfficeCalendar, OfficeDays};
pub use period::{Month, MonthError, Quarter, QuarterError};
pub use plausible::Plausible;
pub use register_number::{numbering, serial};
pub use share::Share;
pub use side_tables::{Outage, Stock};
pub use sop::{Milestone, Outcome, Sop, Step};
pub use source_names::SourceNames;
pub use source_position::{Horizon, Identity};
pub use speech::Speech;
pub use target::{
    Authority, Clock, Comparison, Regulation, ShareMeasure, Standard, Target, TimeMeasure, TimeUnit, Unit, Within,
};
pub use verdict::{Compared, Judgement, Verdict};
pub use wilayah::{Area, Wilayah};
pub use zone::Zone;
