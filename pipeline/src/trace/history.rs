//! The events of each berkas in order of time, and what was corrected of them.
//!
//! Reads   the rows of the subject in every form
//! Gives   for each berkas its head, its events in their current form, and both forms of each correction side by side
//! Rule    events are in order of (selesai, langkah, `event_id`), as the figures have them; personal values are shown as books show them

use super::gathering::Gathered;
use super::{Context, TraceError};
use crate::archive::ArchiveError;
use crate::archive::current_events::{Computed, CurrentEvent, CurrentEvents};
use crate::books::{Disclosure, shown};
use schemas::document::{Instant, TracedArrival, TracedChange, TracedCorrection, TracedEvent, TracedPerson};
use schemas::{Area, Column, ColumnKind, ColumnMeaning, EventId, Facts, Milestone, Month};
use std::collections::BTreeMap;

/// What is known of one berkas by itself.
pub(super) struct History {
    pub(super) berkas: String,
    pub(super) head: Head,
    pub(super) events: Vec<TracedEvent>,
    pub(super) corrections: Vec<TracedCorrection>,
    /// Where each event stands, in the same order.
    pub(super) places: Vec<Place>,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) step: u8,
    pub(super) month: Month,
    pub(super) milestone: Option<Milestone>,
}

/// What the head of a berkas says.
pub(super) struct Head {
    pub(super) kolektif: String,
    pub(super) jenis: String,
    pub(super) kewarganegaraan: String,
    pub(super) area: String,
    pub(super) received: Instant,
    pub(super) person: Option<TracedPerson>,
    pub(super) state: String,
    pub(super) ended: Option<Instant>,
}

/// The histories of all berkas of a subject.
pub(super) struct Histories(BTreeMap<String, History>);

/// An event with all that is shown of it.
struct Read {
    /// By what events are ordered.
    order: (i64, u8, OrderedId),
    place: Place,
    event: TracedEvent,
    head: Head,
}

/// The key of an event, in the order of keys.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum OrderedId {
    Integer(i64),
    Text(String),
}

impl Histories {
    /// Reads the histories.
    pub(super) fn of(
        context: Context<'_>,
        gathered: &Gathered,
        current: &CurrentEvents<'_>,
    ) -> Result<Self, TraceError> {
        let mut read: BTreeMap<String, Vec<Read>> = BTreeMap::new();
        let computed = [Computed::NikPseudonym, Computed::CorrectionOf];
        for batch in current.batches(|_| true, &columns(context)?, &computed) {
            for event in batch?.rows()?.events() {
                let berkas = event.text(Column::BerkasId)?.to_owned();
                read.entry(berkas).or_default().push(read_event(context, event)?);
            }
        }
        let mut corrections = corrections(context, gathered)?;
        let mut histories = BTreeMap::new();
        for (berkas, mut events) in read {
            events.sort_by(|a, b| a.order.cmp(&b.order));
            let Some(head) = head(context.facts, &mut events) else { continue };
            let corrections = corrections.remove(&berkas).unwrap_or_default();
            let (places, events) = events.into_iter().map(|of| (of.place, of.event)).unzip();
            histories.insert(berkas.clone(), History { berkas, head, events, corrections, places });
        }
        // A berkas all of whose events were moved to others by corrections has no event of its own.
        Ok(Self(histories))
    }

    /// Returns them in order of berkas.
    pub(super) fn iter(&self) -> impl Iterator<Item = &History> {
        self.0.values()
    }

    /// Returns an event of a berkas by its key.
    pub(super) fn event(&mut self, berkas: &str, event: &str) -> Option<&mut TracedEvent> {
        self.0.get_mut(berkas)?.events.iter_mut().find(|of| of.event == event)
    }

    /// Returns them in the order of their first events.
    pub(super) fn into_order(self) -> Vec<History> {
        let mut all: Vec<History> = self.0.into_values().collect();
        all.sort_by_cached_key(|of| (of.events.first().map(|event| event.ended), of.berkas.clone()));
        all
    }
}

/// Returns the columns that the archive tells of.
fn columns(context: Context<'_>) -> Result<Vec<Column>, ArchiveError> {
    let classified = context.archive.columns()?;
    let is_told = |column: &Column| context.has_persons || !classified.is_personal(*column);
    Ok(Column::ALL.into_iter().filter(is_told).collect())
}

/// Returns an instant by the clocks of the office.
pub(super) fn instant(facts: &Facts, at_us: i64, berkas: &str) -> Result<Instant, TraceError> {
    let outside = || TraceError::NoDay { berkas: berkas.to_owned() };
    facts.zone.instant(at_us.div_euclid(1_000_000)).ok_or_else(outside)
}

fn read_event(context: Context<'_>, event: CurrentEvent<'_, '_>) -> Result<Read, TraceError> {
    let Context { archive, facts, .. } = context;
    let (berkas, step, hasil) = (event.text(Column::BerkasId)?, event.step()?, event.text(Column::Hasil)?);
    let at = |us: i64| instant(facts, us, berkas);
    let selesai_s = event.second(Column::Selesai)?;
    let month = facts.zone.month(selesai_s).ok_or_else(|| TraceError::NoDay { berkas: berkas.to_owned() })?;
    let lacking = event.optional_text(Column::Kekurangan)?.unwrap_or_default();
    let lacking = lacking.split(';').map(str::trim).filter(|code| !code.is_empty());
    let traced = TracedEvent {
        event: event.id()?.to_string(),
        step,
        label: facts.sop.step(step).map_or_else(String::new, |of| of.label.clone()),
        pelaksana: words(facts, event, Column::Pelaksana)?,
        petugas: event.optional_text(Column::PetugasId)?.map(str::to_owned),
        began: event.optional_number(Column::Mulai)?.map(at).transpose()?,
        ended: at(event.number(Column::Selesai)?)?,
        hasil: facts.sop.outcome(step, hasil).map_or_else(|| hasil.to_owned(), |of| of.label.clone()),
        lacking: lacking.map(|code| facts.dokumen.get(code).map_or(code, String::as_str).to_owned()).collect(),
        number: event.optional_text(Column::NomorRegister)?.map(str::to_owned),
        handling_working_s: None,
        handling_s: None,
        waiting_working_s: None,
        remark: personal(context, event, Column::Keterangan)?,
        of_another: is_of_another(context, event),
        recorded: at(event.number(Column::RecordedAt)?)?,
        arrival: arrival(context, event.seq()),
        late: archive.seal(month).is_some_and(|seal| event.seq() >= seal.next_seq),
        correction: event.is_correction(),
    };
    let head = Head {
        kolektif: event.text(Column::KolektifId)?.to_owned(),
        jenis: words(facts, event, Column::Jenis)?,
        kewarganegaraan: event.text(Column::Kewarganegaraan)?.to_owned(),
        area: words(facts, event, Column::Pekon)?,
        received: at(event.number(Column::Diterima)?)?,
        person: person(context, event)?,
        state: String::new(),
        ended: None,
    };
    let ordered = match event.id()? {
        EventId::Integer(id) => OrderedId::Integer(id),
        EventId::Text(id) => OrderedId::Text(id.to_owned()),
    };
    let place = Place { step, month, milestone: facts.sop.milestone(step, hasil) };
    Ok(Read { order: (selesai_s, step, ordered), place, event: traced, head })
}

/// Whether an event has another NIK than the one that was asked for.
fn is_of_another(context: Context<'_>, event: CurrentEvent<'_, '_>) -> bool {
    context.person.is_some_and(|person| event.pseudonym() != Some(person))
}

/// Returns what may be seen of a personal column.
fn personal(context: Context<'_>, event: CurrentEvent<'_, '_>, column: Column) -> Result<Option<String>, ArchiveError> {
    if is_of_another(context, event) || !context.has_persons {
        return Ok(None);
    }
    let value = event.optional_text(column)?;
    Ok(value.and_then(|value| shown(column, value.to_owned(), context.request.disclosure)))
}

/// Returns the person of an event; none of a public copy, nor of another NIK.
fn person(context: Context<'_>, event: CurrentEvent<'_, '_>) -> Result<Option<TracedPerson>, ArchiveError> {
    if is_of_another(context, event) || !context.has_persons {
        return Ok(None);
    }
    let of = |column| personal(context, event, column);
    let is_full = context.request.disclosure == Disclosure::Full;
    Ok(Some(TracedPerson {
        nik: of(Column::Nik)?,
        nama: of(Column::Nama)?,
        jenis_kelamin: of(Column::JenisKelamin)?,
        tempat_lahir: of(Column::TempatLahir)?,
        tanggal_lahir: if is_full { event.date(Column::TanggalLahir)? } else { None },
        pembawa: of(Column::Pembawa)?,
        penerima: of(Column::Penerima)?,
    }))
}

/// Returns a public value of an event in the words of an official.
fn words(facts: &Facts, event: CurrentEvent<'_, '_>, column: Column) -> Result<String, ArchiveError> {
    Ok(said(facts, column, event.optional_text(column)?.unwrap_or_default().to_owned()))
}

/// Returns what the head of a berkas says: kind, area and batch are those of its first event, the person is that of the last one that
/// may be shown.
fn head(facts: &Facts, events: &mut [Read]) -> Option<Head> {
    let person = events.iter_mut().rev().find_map(|of| of.head.person.take());
    let ends = [Milestone::HandedOver, Milestone::Rejected, Milestone::Duplicate];
    let end = events.iter().find(|of| of.place.milestone.is_some_and(|milestone| ends.contains(&milestone)));
    let last = end.or(events.last())?;
    let step = facts.sop.step(last.place.step).map_or_else(String::new, |step| format!(" ({})", step.label));
    let at = last.event.ended.format("%d-%m-%Y %H.%M");
    let begin = if end.is_some() { "selesai" } else { "masih berjalan, terakhir" };
    let state = format!("{begin} pada langkah {}{step}: {}, {at}", last.place.step, last.event.hasil);
    let ended = end.map(|of| of.event.ended);
    let first = &mut events.first_mut()?.head;
    let taken = |text: &mut String| std::mem::take(text);
    Some(Head {
        kolektif: taken(&mut first.kolektif),
        jenis: taken(&mut first.jenis),
        kewarganegaraan: taken(&mut first.kewarganegaraan),
        area: taken(&mut first.area),
        received: first.received,
        person,
        state,
        ended,
    })
}

/// Returns the commit that brought a row.
fn arrival(context: Context<'_>, seq: i64) -> TracedArrival {
    let Some(arrival) = context.archive.arrival(seq) else {
        return TracedArrival { version: 0, at: None, sidik: String::new() };
    };
    let at = context.facts.zone.instant(arrival.at_ms.div_euclid(1_000));
    TracedArrival { version: arrival.version, at, sidik: arrival.sha256.to_owned() }
}

/// A row as it was archived.
struct Form {
    berkas: String,
    event: String,
    step: u8,
    pseudonym: Option<String>,
    month: Month,
    values: Vec<(Column, Option<String>)>,
}

/// Returns what was corrected of each berkas. A correction that moves an event to another berkas is told of both.
fn corrections(
    context: Context<'_>,
    gathered: &Gathered,
) -> Result<BTreeMap<String, Vec<TracedCorrection>>, TraceError> {
    let replaced = gathered.rows.corrections()?;
    if replaced.is_empty() {
        return Ok(BTreeMap::new());
    }
    let forms = forms(context, gathered)?;
    let meanings = ColumnMeaning::all()?;
    let mut corrections: BTreeMap<String, Vec<TracedCorrection>> = BTreeMap::new();
    for (seq, of) in replaced {
        let (Some(after), Some(before)) = (forms.get(&seq), forms.get(&of)) else { continue };
        let is_late = context.archive.seal(before.month).is_some_and(|seal| seq >= seal.next_seq);
        let correction = TracedCorrection {
            event: after.event.clone(),
            step: after.step,
            changes: changes(context, &meanings, before, after)?,
            before: arrival(context, of),
            after: arrival(context, seq),
            late: is_late,
        };
        let moved = (before.berkas != after.berkas).then_some(&before.berkas);
        for berkas in [&after.berkas].into_iter().chain(moved).filter(|berkas| gathered.cases.contains(*berkas)) {
            corrections.entry(berkas.clone()).or_default().push(correction.clone());
        }
    }
    Ok(corrections)
}

/// Reads every form of the rows of a subject, by number.
fn forms(context: Context<'_>, gathered: &Gathered) -> Result<BTreeMap<i64, Form>, TraceError> {
    let (archive, facts) = (context.archive, context.facts);
    let (columns, classified) = (columns(context)?, archive.columns()?);
    let every = CurrentEvents::among(archive, &gathered.rows, i64::MAX, None)?.with_replaced();
    let mut forms = BTreeMap::new();
    for batch in every.batches(|_| true, &columns, &[Computed::NikPseudonym]) {
        for event in batch?.rows()?.events() {
            let values = columns.iter().map(|column| {
                let value = match classified.get(*column).kind {
                    ColumnKind::Timestamp => event.optional_number(*column)?.map(|us| moment(facts, us)),
                    ColumnKind::Date => event.date(*column)?.map(|day| day.format("%d-%m-%Y").to_string()),
                    _ => event.said(*column)?,
                };
                Ok((*column, value))
            });
            let form = Form {
                berkas: event.text(Column::BerkasId)?.to_owned(),
                event: event.id()?.to_string(),
                step: event.step()?,
                pseudonym: event.pseudonym().map(str::to_owned),
                month: event.month(),
                values: values.collect::<Result<_, ArchiveError>>()?,
            };
            forms.insert(event.seq(), form);
        }
    }
    Ok(forms)
}

/// Returns an instant to the second, as paper has it.
fn moment(facts: &Facts, at_us: i64) -> String {
    let at = facts.zone.datetime(at_us.div_euclid(1_000_000));
    at.map_or_else(String::new, |at| at.format("%d-%m-%Y %H.%M.%S").to_string())
}

/// Returns the columns in which two forms of an event differ.
fn changes(
    context: Context<'_>,
    meanings: &[ColumnMeaning],
    before: &Form,
    after: &Form,
) -> Result<Vec<TracedChange>, TraceError> {
    let classified = context.archive.columns()?;
    let mut changes = Vec::new();
    let differing = before.values.iter().zip(&after.values).filter(|((_, before), (_, after))| before != after);
    for ((column, old), (_, new)) in differing {
        let told = |form: &Form, value: &Option<String>| -> Result<Option<String>, TraceError> {
            let Some(value) = value else { return Ok(None) };
            if !classified.is_personal(*column) {
                return Ok(Some(said(context.facts, *column, value.clone())));
            }
            let may_see = context.person.is_none_or(|person| form.pseudonym.as_deref() == Some(person));
            Ok(Some(value.clone()).filter(|_| may_see).and_then(|v| shown(*column, v, context.request.disclosure)))
        };
        let label = meanings.iter().find(|of| of.column == *column).map(|of| of.label.clone()).unwrap_or_default();
        let (told_old, told_new) = (told(before, old)?, told(after, new)?);
        let withheld = (old.is_some() && told_old.is_none()) || (new.is_some() && told_new.is_none());
        let column = column.name().to_owned();
        changes.push(TracedChange { column, label, before: told_old, after: told_new, withheld });
    }
    Ok(changes)
}

/// Returns a public value in the words of an official.
fn said(facts: &Facts, column: Column, value: String) -> String {
    match column {
        Column::Jenis => facts.jenis_name(&value).to_owned(),
        Column::Pelaksana => facts.pelaksana.get(&value).cloned().unwrap_or(value),
        Column::Pekon => match facts.wilayah.get(&value) {
            Some(area) => format!("{}, Kecamatan {}", Area::titled(area), area.kecamatan),
            None => value,
        },
        Column::Kekurangan => {
            let codes = value.split(';').map(str::trim).filter(|code| !code.is_empty());
            codes.map(|code| facts.dokumen.get(code).map_or(code, String::as_str)).collect::<Vec<_>>().join("; ")
        }
        _ => value,
    }
}
