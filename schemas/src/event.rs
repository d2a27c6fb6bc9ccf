//! A workflow event that satisfies the source contract.
//!
//! Invariant: events are only added; the same `event_id` never means another event.

/// The key of an event in the source. In one archive, all keys are integers or all are texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventId<'a> {
    /// An integer key.
    Integer(i64),
    /// A text key.
    Text(&'a str),
}

impl std::fmt::Display for EventId<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Text(t) => f.write_str(t),
        }
    }
}

/// A step that an officer took on one resident's berkas. All instants are microseconds since 1970 UTC.
///
/// Its texts are borrowed from the buffer in which they came from the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// Its key in the source.
    pub event_id: EventId<'a>,
    /// When the row was written in the source.
    pub recorded_at_us: i64,
    /// The berkas: one resident's application.
    pub berkas_id: &'a str,
    /// The batch in which the berkas came.
    pub kolektif_id: &'a str,
    /// The SOP step.
    pub langkah: u8,
    /// The role that took the step.
    pub pelaksana: &'a str,
    /// The officer who took the step.
    pub petugas_id: Option<&'a str>,
    /// When the step began.
    pub mulai_us: Option<i64>,
    /// When the step ended.
    pub selesai_us: i64,
    /// The outcome of the step.
    pub hasil: &'a str,
    /// The codes of missing documents.
    pub kekurangan: Option<&'a str>,
    /// The number in the book that the step writes.
    pub nomor_register: Option<&'a str>,
    /// The number of the slip that the office gave at the recording.
    pub nomor_bukti: Option<&'a str>,
    /// The sheets of the dossier that was archived.
    pub jumlah_lembar: Option<i64>,
    /// Whether the old card was handed in.
    pub ktp_lama_diterima: Option<&'a str>,
    /// The kind of application.
    pub jenis: &'a str,
    /// The citizenship, WNI or OA.
    pub kewarganegaraan: &'a str,
    /// The pekon, as a 10-digit area code.
    pub pekon: &'a str,
    /// When the batch was received.
    pub diterima_us: i64,
    /// The personal columns.
    pub person: Person<'a>,
}

/// The personal columns of an event. They never enter the public table.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Person<'a> {
    /// The applicant's NIK.
    pub nik: Option<&'a str>,
    /// The applicant's name.
    pub nama: Option<&'a str>,
    /// The sex, L or P.
    pub jenis_kelamin: Option<&'a str>,
    /// The place of birth.
    pub tempat_lahir: Option<&'a str>,
    /// The date of birth, in days since 1970.
    pub tanggal_lahir_days: Option<i32>,
    /// The person who brought the batch.
    pub pembawa: &'a str,
    /// The person who received the card.
    pub penerima: Option<&'a str>,
    /// A remark.
    pub keterangan: Option<&'a str>,
}

impl std::fmt::Debug for Person<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(hidden)")
    }
}
