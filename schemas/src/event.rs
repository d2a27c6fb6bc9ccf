//! One workflow event that kept the source contract.
//!
//! Invariant: append-only; the same `event_id` never means another event.

/// Key of an event in the source: an integer or a text, the same kind in one archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventId {
    /// An integer key.
    Integer(i64),
    /// A text key.
    Text(String),
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Text(t) => f.write_str(t),
        }
    }
}

/// A step that an officer took on one resident's berkas. All instants are microseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Key in the source.
    pub event_id: EventId,
    /// When the row was written.
    pub recorded_at_us: i64,
    /// One resident's application.
    pub berkas_id: String,
    /// The batch it came in.
    pub kolektif_id: String,
    /// SOP step.
    pub langkah: u8,
    /// Role of the SOP.
    pub pelaksana: String,
    /// The officer.
    pub petugas_id: Option<String>,
    /// Start of the step.
    pub mulai_us: Option<i64>,
    /// End of the step.
    pub selesai_us: i64,
    /// Outcome.
    pub hasil: String,
    /// Codes of missing documents.
    pub kekurangan: Option<String>,
    /// Number in the book written at this step.
    pub nomor_register: Option<String>,
    /// Kind of application.
    pub jenis: String,
    /// WNI or OA.
    pub kewarganegaraan: String,
    /// 10-digit area code.
    pub pekon: String,
    /// When the batch was received.
    pub diterima_us: i64,
    /// What is personal about it.
    pub person: Person,
}

/// The personal columns of an event. They never enter the public table.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The applicant's NIK.
    pub nik: Option<String>,
    /// The applicant's name.
    pub nama: Option<String>,
    /// L or P.
    pub jenis_kelamin: Option<String>,
    /// Place of birth.
    pub tempat_lahir: Option<String>,
    /// Date of birth, days since 1970.
    pub tanggal_lahir_days: Option<i32>,
    /// Who brought the batch.
    pub pembawa: String,
    /// Free remark.
    pub keterangan: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(hidden)")
    }
}
