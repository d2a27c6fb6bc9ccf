//! Presence and validity of every column of the contract.
//!
//! Reads   the events of a month
//! Gives   per column how many rows should have a value, have one, and have a valid one

use super::applicant::{birth, can_be_name, can_be_place, years};
use super::papers::codes;
use schemas::serial;
use schemas::{Column, Event, Facts, Milestone, check_nik};

/// The quality of one column in the rows of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnQuality {
    /// The column.
    pub column: Column,
    /// Rows that should have a value: all, or those whose step or outcome requires one.
    pub rows: u64,
    /// Of these rows, those that have a value.
    pub present: u64,
    /// Of these rows, those whose value can be right.
    pub valid: u64,
}

/// Returns every column, in the order of the contract.
pub(super) fn of(events: &[Event<'_>], facts: &Facts) -> Vec<ColumnQuality> {
    Column::ALL
        .into_iter()
        .map(|column| {
            let mut quality = ColumnQuality { column, rows: 0, present: 0, valid: 0 };
            let steps = facts.steps_of(column);
            let is_of_step = |event: &&Event<'_>| steps.as_ref().is_none_or(|steps| steps.contains(&event.langkah));
            for event in events.iter().filter(is_of_step).filter(|event| requires(column, event, facts)) {
                quality.rows += 1;
                if let Some(valid) = validity(column, event, facts) {
                    quality.present += 1;
                    quality.valid += u64::from(valid);
                }
            }
            quality
        })
        .collect()
}

/// Whether an event of a step that may have a value of the column should have one.
fn requires(column: Column, event: &Event<'_>, facts: &Facts) -> bool {
    match column {
        Column::NomorRegister => facts.ledgers.iter().any(|l| l.step == event.langkah),
        Column::Kekurangan => facts.sop.milestone(event.langkah, event.hasil) == Some(Milestone::Returned),
        // Only where a new card replaces another is there an old one to be handed in.
        Column::KtpLamaDiterima => facts.replaces_a_card(event.jenis),
        _ => true,
    }
}

/// Whether the value can be right; `None` if there is no value. Archived rows have kept the contract, so that the columns
/// whose values it checks are valid.
fn validity(column: Column, event: &Event<'_>, facts: &Facts) -> Option<bool> {
    let person = &event.person;
    let missing = || codes(event.kekurangan);
    let not_blank = |text: Option<&str>| text.map(|text| !text.trim().is_empty());
    let received = facts.zone.date(event.diterima_us.div_euclid(1_000_000));
    match column {
        Column::EventId | Column::RecordedAt | Column::Langkah | Column::Pelaksana | Column::Hasil => Some(true),
        Column::BerkasId | Column::KolektifId => Some(true),
        Column::PetugasId => not_blank(event.petugas_id),
        Column::Mulai => event.mulai_us.map(|mulai| mulai <= event.selesai_us),
        Column::Selesai => Some(event.selesai_us >= event.diterima_us),
        Column::Diterima => Some(event.diterima_us <= event.selesai_us),
        Column::Kekurangan => {
            event.kekurangan.map(|_| missing().next().is_some() && missing().all(|c| facts.dokumen.contains_key(c)))
        }
        Column::NomorRegister => event.nomor_register.map(|number| serial(number).is_some()),
        Column::NomorBukti => event.nomor_bukti.map(|_| true),
        Column::JumlahLembar => event.jumlah_lembar.map(|_| true),
        Column::KtpLamaDiterima => event.ktp_lama_diterima.map(|_| true),
        Column::Penerima => person.penerima.map(|name| can_be_name(name, facts) && !name.chars().any(char::is_numeric)),
        Column::Keterangan => not_blank(person.keterangan),
        Column::Jenis => Some(facts.jenis.contains_key(event.jenis)),
        Column::Kewarganegaraan => Some(facts.applicant.kewarganegaraan.iter().any(|k| k == event.kewarganegaraan)),
        Column::Nik => person.nik.map(|nik| check_nik(nik, &facts.wilayah).is_none()),
        Column::Nama => person.nama.map(|nama| can_be_name(nama, facts) && !nama.chars().any(char::is_numeric)),
        Column::JenisKelamin => person.jenis_kelamin.map(|sex| facts.applicant.jenis_kelamin.iter().any(|s| s == sex)),
        Column::TempatLahir => person.tempat_lahir.map(|place| can_be_place(place, facts)),
        Column::TanggalLahir => birth(event).map(|birth| {
            let age = received.and_then(|day| years(birth, day));
            age.is_some_and(|age| age <= facts.applicant.usia.tertinggi)
        }),
        Column::Pekon => Some(facts.wilayah.get(event.pekon).is_some()),
        Column::Pembawa => not_blank(Some(person.pembawa)),
    }
}
