//! Everything that the archive has about a case, a batch or a person.
//!
//! Reads   the rows of the subject in every form, and of the others only what its numbers, findings and places in books rest on
//! Gives   one document in order of time: events, corrections, waits, verdicts, deviations, findings, what is held back, books and papers
//! Rule    UU 27/2022 Pasal 32 (the right of access). Times, verdicts, deviations, findings, places and numbers are asked of the same
//!         code as the figures, lists and books. A person is found by the keyed pseudonym of one NIK, and no other NIK is guessed; of a
//!         row that has another NIK nothing personal is shown
//!
//! Invariant: what is not known from a public copy of the archive is said to be unknown, and never nothing.

mod entries;
mod gathering;
mod history;
mod judged;

use crate::archive::current_events::CurrentEvents;
use crate::archive::{Archive, ArchiveError};
use crate::books::{BookError, Disclosure};
use crate::figures::FigureError;
use chrono::NaiveDate;
use entries::{Entries, months};
use gathering::Gathered;
use history::{Histories, History};
use judged::Judged;
use schemas::document::{CaseTrace, TraceSubject, TracedCase};
use schemas::{CalendarError, Decisions, Facts, FactsError, Milestone};
use std::collections::BTreeSet;
use std::sync::Arc;

/// About whom or what.
#[derive(Clone, Copy, Debug)]
pub enum Traced<'a> {
    /// A berkas.
    Berkas(&'a str),
    /// A batch.
    Kolektif(&'a str),
    /// The person of a pseudonym, which the archive gives of a NIK by the office's key.
    Orang(&'a str),
}

/// What is asked, by whom it may be seen, and why.
#[derive(Clone, Copy, Debug)]
pub struct TraceRequest<'a> {
    /// About whom or what.
    pub subject: Traced<'a>,
    /// Whether NIK and names are shown in full.
    pub disclosure: Disclosure,
    /// For what; may be empty.
    pub purpose: &'a str,
    /// The day on which it is asked.
    pub on: NaiveDate,
    /// The office that created the archive.
    pub creator: &'a str,
}

/// A trace cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A figure cannot be computed.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A book cannot be written.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The calendar does not cover a day that is counted.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The facts that are compiled in are broken.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// An event lies outside of every calendar.
    #[error("berkas {berkas}: an event lies outside every calendar")]
    NoDay {
        /// The berkas.
        berkas: String,
    },
}

/// What all parts of a trace are made from.
#[derive(Clone, Copy)]
struct Context<'a> {
    archive: &'a Archive,
    facts: &'a Arc<Facts>,
    request: TraceRequest<'a>,
    /// The pseudonym of the person who was asked for.
    person: Option<&'a str>,
    /// Whether the archive tells of persons; a public copy does not.
    has_persons: bool,
}

/// Collects everything about a subject. A subject of which the archive has nothing has no cases.
///
/// # Errors
/// [`TraceError`] when the archive is empty or damaged,.
pub fn trace(
    archive: &Archive,
    facts: &Arc<Facts>,
    decisions: &Decisions,
    request: TraceRequest<'_>,
) -> Result<CaseTrace, TraceError> {
    if archive.is_empty() {
        return Err(archive.empty().into());
    }
    let subject = subject(request.subject);
    let person = if let TraceSubject::Orang(pseudonym) = &subject { Some(pseudonym.as_str()) } else { None };
    let has_persons = archive.holds_persons()?;
    let context = Context { archive, facts, request, person, has_persons };
    let gathered = Gathered::of(archive, &subject)?;
    let current = CurrentEvents::among(archive, &gathered.rows, archive.next_seq(), Some(&gathered.cases))?;
    let mut histories = Histories::of(context, &gathered, &current)?;
    let judged = Judged::of(context, decisions, &gathered, &current, &mut histories)?;
    let entries = Entries::of(context, &gathered, &histories)?;
    let (mut judged, mut entries) = (judged, entries);
    let mut cases = Vec::new();
    for history in histories.into_order() {
        cases.push(case(context, history, &mut judged, &mut entries)?);
    }
    Ok(CaseTrace {
        batch_findings: judged.of_batch.take(),
        subject,
        purpose: request.purpose.to_owned(),
        on: request.on,
        zone: facts.zone,
        masked: request.disclosure == Disclosure::Masked,
        public_copy: !has_persons,
        cases,
        looked: None,
        provenance: archive.provenance()?,
    })
}

/// Returns what was asked for, as the document names it.
fn subject(of: Traced<'_>) -> TraceSubject {
    match of {
        Traced::Berkas(id) => TraceSubject::Berkas(id.to_owned()),
        Traced::Kolektif(id) => TraceSubject::Kolektif(id.to_owned()),
        Traced::Orang(pseudonym) => TraceSubject::Orang(pseudonym.to_owned()),
    }
}

/// Puts together what is known of one berkas.
fn case(
    context: Context<'_>,
    history: History,
    judged: &mut Judged,
    entries: &mut Entries,
) -> Result<TracedCase, TraceError> {
    let History { berkas, head, events, corrections, places } = history;
    let (books, papers) = entries.take(&berkas);
    let taken: BTreeSet<_> = books.iter().map(|entry| entry.month).collect();
    let months = months(context, &events, &places, &taken);
    let is_handed_over = places.iter().any(|place| place.milestone == Some(Milestone::HandedOver));
    let of_case = judged.take(&berkas, is_handed_over);
    Ok(TracedCase {
        kolektif: head.kolektif,
        jenis: head.jenis,
        kewarganegaraan: head.kewarganegaraan,
        area: head.area,
        received: head.received,
        person: head.person,
        state: head.state,
        ended: head.ended,
        events,
        corrections,
        verdicts: of_case.verdicts,
        deviations: of_case.deviations,
        findings: of_case.findings,
        held: of_case.held,
        books,
        papers,
        months,
        berkas,
    })
}
