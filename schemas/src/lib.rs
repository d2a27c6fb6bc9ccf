#![doc = include_str!("../README.md")]

mod allowed_words;
mod amounts;
mod applicant;
mod book_code;
mod calendar;
mod calendar_error;
mod closing;
mod column;
mod column_facts;
mod column_meanings;
mod column_steps;
mod compliance_sheet;
mod decision;
mod disposal;
pub mod document;
mod document_group;
mod event;
mod fact_files;
mod facts;
mod figure_key;
mod figure_meaning;
mod figure_origin;
pub mod figures;
mod finding;
mod held_entries;
mod labels;
mod language;
mod ledger;
mod ledger_book;
mod ledger_field;
mod matter;
mod message;
mod monthly_review;
mod name_rules;
mod narrowed_review;
mod narrowing;
mod nik;
pub mod number;
mod office_day;
mod office_days;
mod old_card;
mod paper;
mod paper_faults;
mod paper_number;
mod paper_sheets;
mod period;
mod plausible;
mod portal_role;
mod post;
mod provenance;
mod register_number;
mod remark;
mod review;
mod row_fields;
mod row_kind;
mod sentence;
mod share;
mod side_tables;
mod sop;
mod source_names;
mod source_position;
mod speech;
mod spread;
mod target;
mod term;
mod trial;
mod verdict;
mod wilayah;
mod zone;

pub use allowed_words::AllowedWord;
pub use applicant::{AgeLimits, ApplicantRules, Requirement};
pub use calendar::WorkingClock;
pub use calendar_error::CalendarError;
pub use column::{Column, ColumnKind, Presence, Visibility};
pub use column_facts::{ColumnFact, ColumnFacts, OnlyAt};
pub use column_meanings::{ColumnMeaning, SideColumn, SideTable};
pub use decision::{Decision, DecisionError, DecisionFault, DecisionFile, Decisions, Rule};
pub use disposal::{
    Approval, ApprovalError, ApprovalFile, DestroyedFile, DisposalProposal, ProposedMonth, check_name,
};
pub use document_group::DocumentGroup;
pub use event::{Event, EventId, Person};
pub use fact_files::{FactFiles, FactsError};
pub use facts::Facts;
pub use figure_key::{BESIDE, FigureKey, MEASURES, Numbered};
pub use figure_meaning::{CaseValue, FigureMeaning};
pub use figure_origin::{
    FigureCase, FigureCases, FigureOrigin, InputFile, OriginDetail, OriginInputs, OriginTerm, OriginWhole, RowSum,
    RunStatement,
};
pub use finding::{Finding, FindingText, FindingTexts, Severity};
pub use labels::Labels;
pub use language::{Language, Text};
pub use ledger::{
    Align, ArchiveList, ColumnTotal, FinalAction, Ledger, LedgerColumn, ListCase, ListDestruction, ListRows,
    RetentionPeriod, RetentionRow,
};
pub use ledger_field::LedgerField;
pub use matter::{Matter, MatterKind};
pub use message::{BodyForm, MessageRule, MessageRules, Preset};
pub use name_rules::NameRules;
pub use narrowed_review::NarrowedReview;
pub use narrowing::Narrowing;
pub use nik::{Nik, NikFault, check_nik, mask_nik, numbers_a_person, without_numbers_of_persons};
pub use office_day::{DayKind, OfficeDay, printed};
pub use office_days::{HoursInForce, OfficeCalendar, OfficeDays};
pub use old_card::OldCard;
pub use paper::{EventsOf, HeadField, Letter, Paper, PaperLayout, PaperRows, PaperSigner, RecordedName, SheetOf};
pub use paper_number::{NumberedSheet, PaperNumbers};
pub use period::{Month, MonthError, Quarter, QuarterError};
pub use plausible::Plausible;
pub use portal_role::{PortalRole, Right};
pub use post::{APPLICANT, HEAD_OF_OFFICE, OF_THE_PEKON};
pub use register_number::{numbering, runs, serial};
pub use remark::{Remark, RemarkError, RemarkFile, Remarks};
pub use row_kind::RowKind;
pub use sentence::{Known, Piece, Sentence};
pub use share::Share;
pub use side_tables::{Outage, Stock};
pub use sop::{Milestone, Outcome, Sop, Step};
pub use source_names::SourceNames;
pub use source_position::{Horizon, Identity};
pub use speech::Speech;
pub use target::{
    Authority, Clock, Comparison, Regulation, ShareMeasure, Standard, Target, TimeMeasure, TimeUnit, Unit, Within,
};
pub use term::{AsGiven, Term};
pub use verdict::{Compared, Judgement, Verdict, WrittenJudgement};
pub use wilayah::{Area, Wilayah};
pub use zone::Zone;
