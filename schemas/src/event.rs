//! One workflow event that kept the source contract.
//!
//! Invariant: append-only; the same `event_id` never means another event.

/// Key of an event in the source: an integer or a text, the same kind in one archive.
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
/// Its texts lie in the piece of memory in which the source gave them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// Key in the source.
    pub event_id: EventId<'a>,
    /// When the row was written.
    pub recorded_at_us: i64,
    /// One resident's application.
    pub berkas_id: &'a str,
    /// The batch it came in.
    pub kolektif_id: &'a str,
    /// SOP step.
    pub langkah: u8,
    /// Role of the SOP.
    pub pelaksana: &'a str,
    /// The officer.
    pub petugas_id: Option<&'a str>,
    /// Start of the step.
    pub mulai_us: Option<i64>,
    /// End of the step.
    pub selesai_us: i64,
    /// Outcome.
    pub hasil: &'a str,
    /// Codes of missing documents.
    pub kekurangan: Option<&'a str>,
    /// Number in the book written at this step.
    pub nomor_register: Option<&'a str>,
    /// Kind of application.
    pub jenis: &'a str,
    /// WNI or OA.
    pub kewarganegaraan: &'a str,
    /// 10-digit area code.
    pub pekon: &'a str,
    /// When the batch was received.
    pub diterima_us: i64,
    /// What is personal about it.
    pub person: Person<'a>,
}

/// The personal columns of an event. They never enter the public table.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Person<'a> {
    /// The applicant's NIK.
    pub nik: Option<&'a str>,
    /// The applicant's name.
    pub nama: Option<&'a str>,
    /// L or P.
    pub jenis_kelamin: Option<&'a str>,
    /// Place of birth.
    pub tempat_lahir: Option<&'a str>,
    /// Date of birth, days since 1970.
    pub tanggal_lahir_days: Option<i32>,
    /// Who brought the batch.
    pub pembawa: &'a str,
    /// Free remark.
    pub keterangan: Option<&'a str>,
}

impl std::fmt::Debug for Person<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(hidden)")
    }
}
