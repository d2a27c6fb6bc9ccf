//! All facts of the law and of the office, compiled in and checked when loaded.

use crate::calendar::{CalendarError, WorkingClock};
use crate::column::{Column, Presence, Visibility};
use crate::name_rules::{NameFile, NameRules};
use crate::office_days::{Holiday, HoursFile, OfficeCalendar, OfficeDays};
use crate::{ApplicantRules, Finding, FindingText, Ledger, Requirement, Severity, Sop, Target, TargetFile, Wilayah};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

const LEDGERS: [(&str, &str); 4] = [
    ("buku_registrasi_perekaman", include_str!("../data/ledgers/buku_registrasi_perekaman.toml")),
    ("buku_agenda_pendaftaran", include_str!("../data/ledgers/buku_agenda_pendaftaran.toml")),
    ("buku_registrasi_pengambilan", include_str!("../data/ledgers/buku_registrasi_pengambilan.toml")),
    ("buku_registrasi_arsip", include_str!("../data/ledgers/buku_registrasi_arsip.toml")),
];

/// In the order in which reports list them; which one decides is said in the files.
const TARGETS: [(&str, &str); 4] = [
    ("perbup_07_2020", include_str!("../data/targets/perbup_07_2020.toml")),
    ("perbup_21_2020", include_str!("../data/targets/perbup_21_2020.toml")),
    ("nasional_1_jam_24_jam", include_str!("../data/targets/nasional_1_jam_24_jam.toml")),
    ("nasional_14_hari_kerja", include_str!("../data/targets/nasional_14_hari_kerja.toml")),
];

/// A fact file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// The file is not what its reader expects.
    #[error("{file}: {reason}")]
    File {
        /// The data file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The calendar is not usable.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// Every fact the program computes with.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The procedure.
    pub sop: Sop,
    /// The office's working time.
    pub clock: WorkingClock,
    /// Every day of the office, and why it is what it is.
    pub calendar: OfficeCalendar,
    /// Areas by code.
    pub wilayah: Wilayah,
    /// The books, in order of step.
    pub ledgers: Vec<Ledger>,
    /// The targets by regulation.
    pub targets: Vec<TargetFile>,
    /// Texts by finding code.
    pub findings: BTreeMap<String, FindingText>,
    /// Classification of every contract column.
    pub columns: BTreeMap<Column, ColumnFact>,
    /// Roles by id.
    pub pelaksana: Labels,
    /// Kinds of application by id.
    pub jenis: Labels,
    /// Documents by code.
    pub dokumen: Labels,
    /// What each kind of application needs.
    pub requirements: Vec<Requirement>,
    /// What an applicant's data may be.
    pub applicant: ApplicantRules,
    /// How names are made comparable.
    pub names: NameRules,
    /// Archive classification codes with validity.
    pub klasifikasi: Vec<ClassificationCode>,
}

/// Printed words by id.
pub type Labels = BTreeMap<String, String>;

/// Whether a row may lack a column and who may see it.
#[derive(Clone, Copy, Debug)]
pub struct ColumnFact {
    /// Whether a row may lack it.
    pub presence: Presence,
    /// Who may see it.
    pub visibility: Visibility,
}

/// A classification code and the days on which it is the code in force.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassificationCode {
    /// The code.
    pub value: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct ColumnRow {
    name: Column,
    presence: Presence,
    visibility: Visibility,
}

#[derive(Deserialize)]
struct Rows<T> {
    #[serde(alias = "finding", alias = "column", alias = "code", alias = "pelaksana", alias = "jenis")]
    rows: Vec<T>,
}

#[derive(Deserialize)]
struct Label {
    id: String,
    label: String,
}

#[derive(Deserialize)]
struct Papers {
    dokumen: Vec<Label>,
    syarat: Vec<Requirement>,
}

impl Facts {
    /// The facts that are compiled in.
    ///
    /// # Errors
    /// [`FactsError`] names the file and what is wrong with it.
    pub fn embedded() -> Result<Self, FactsError> {
        Self::load(&OfficeDays::default())
    }

    /// The facts that are compiled in, with the office's own days.
    ///
    /// # Errors
    /// [`FactsError`] names the file and what is wrong with it.
    pub fn load(days: &OfficeDays) -> Result<Self, FactsError> {
        let holidays = csv::Reader::from_reader(include_str!("../data/calendar/libur_2020_2027.csv").as_bytes())
            .deserialize()
            .collect::<Result<Vec<Holiday>, _>>()
            .map_err(fault("calendar/libur_2020_2027.csv"))?;
        let hours: HoursFile = parse("calendar/jam_kerja.toml", include_str!("../data/calendar/jam_kerja.toml"))?;
        let calendar = OfficeCalendar::new(&hours, &holidays, days)?;
        let columns: Rows<ColumnRow> = parse("columns.toml", include_str!("../data/columns.toml"))?;
        let findings: Rows<FindingText> = parse("findings.toml", include_str!("../data/findings.toml"))?;
        let klasifikasi: Rows<ClassificationCode> =
            parse("klasifikasi.toml", include_str!("../data/klasifikasi.toml"))?;
        let kelengkapan: Papers = parse("kelengkapan/ktp_el.toml", include_str!("../data/kelengkapan/ktp_el.toml"))?;
        let facts = Self {
            sop: parse("sop/ktp_el_kolektif.toml", include_str!("../data/sop/ktp_el_kolektif.toml"))?,
            clock: WorkingClock::new(&calendar)?,
            calendar,
            wilayah: Wilayah::parse(
                include_str!("../data/wilayah/tanggamus.csv"),
                include_str!("../data/wilayah/provinsi.csv"),
            )
            .map_err(fault("wilayah"))?,
            ledgers: LEDGERS
                .iter()
                .map(|(id, text)| parse(&format!("ledgers/{id}.toml"), text))
                .collect::<Result<_, _>>()?,
            targets: TARGETS
                .iter()
                .map(|(id, text)| parse(&format!("targets/{id}.toml"), text))
                .collect::<Result<_, _>>()?,
            findings: findings.rows.into_iter().map(|f| (f.code.clone(), f)).collect(),
            columns: columns
                .rows
                .into_iter()
                .map(|c| (c.name, ColumnFact { presence: c.presence, visibility: c.visibility }))
                .collect(),
            pelaksana: labels("pelaksana.toml", include_str!("../data/pelaksana.toml"))?,
            jenis: labels("jenis.toml", include_str!("../data/jenis.toml"))?,
            dokumen: kelengkapan.dokumen.into_iter().map(|l| (l.id, l.label)).collect(),
            requirements: kelengkapan.syarat,
            applicant: parse("applicant.toml", include_str!("../data/applicant.toml"))?,
            names: parse::<NameFile>("nama.toml", include_str!("../data/nama.toml"))?.into(),
            klasifikasi: klasifikasi.rows,
        };
        facts.check()?;
        Ok(facts)
    }

    /// The ids of the data files under `ledgers/` that are compiled in.
    pub fn ledger_files() -> impl Iterator<Item = &'static str> {
        LEDGERS.iter().map(|(id, _)| *id)
    }

    /// The ids of the data files under `targets/` that are compiled in.
    pub fn target_files() -> impl Iterator<Item = &'static str> {
        TARGETS.iter().map(|(id, _)| *id)
    }

    /// The regulations with the names of their files.
    pub fn regulations(&self) -> impl Iterator<Item = (&'static str, &TargetFile)> {
        Self::target_files().zip(&self.targets)
    }

    /// A target by its id, with the name of its regulation's file.
    #[must_use]
    pub fn target(&self, id: &str) -> Option<(&'static str, &Target)> {
        self.regulations().find_map(|(file, regulation)| Some((file, regulation.targets.iter().find(|t| t.id == id)?)))
    }

    /// Whether any finding is more than information: what decides the exit code.
    #[must_use]
    pub fn need_attention(&self, findings: &[Finding]) -> bool {
        let severity = |f: &Finding| self.findings.get(f.code).map_or(Severity::Error, |t| t.severity);
        findings.iter().any(|f| severity(f) > Severity::Info)
    }

    /// The papers of a kind of application; none where it is not open to that citizenship.
    #[must_use]
    pub fn requirement(&self, jenis: &str, kewarganegaraan: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|r| r.jenis == jenis && r.kewarganegaraan == kewarganegaraan)
    }

    /// The classification code in force on a date.
    #[must_use]
    pub fn classification(&self, date: NaiveDate) -> &str {
        let holds =
            |c: &&ClassificationCode| c.valid_from.is_none_or(|d| d <= date) && c.valid_to.is_none_or(|d| d >= date);
        self.klasifikasi.iter().find(holds).map_or("", |c| c.value.as_str())
    }

    fn check(&self) -> Result<(), FactsError> {
        let broken = |file: &str, reason: String| Err(FactsError::File { file: file.into(), reason });
        for step in &self.sop.steps {
            if !self.pelaksana.contains_key(&step.pelaksana) {
                return broken("sop/ktp_el_kolektif.toml", format!("`{}` is not in pelaksana.toml", step.pelaksana));
            }
            if let Some(next) = step.outcomes.iter().filter_map(|o| o.next).find(|n| self.sop.step(*n).is_none()) {
                return broken(
                    "sop/ktp_el_kolektif.toml",
                    format!("step {} leads to {next}, which is no step", step.number),
                );
            }
        }
        for ledger in &self.ledgers {
            if self.sop.step(ledger.step).is_none_or(|s| s.ledger.as_deref() != Some(&ledger.id)) {
                return broken(
                    "sop/ktp_el_kolektif.toml",
                    format!("step {} does not write {}", ledger.step, ledger.id),
                );
            }
        }
        for target in self.targets.iter().flat_map(|f| &f.targets) {
            if target.standing == crate::Standing::Resmi && (target.value.is_none() || target.quote.is_empty()) {
                return broken("targets", format!("`{}` is resmi but has no value or quote", target.id));
            }
        }
        for r in &self.requirements {
            let stranger = r.dokumen.iter().find(|code| !self.dokumen.contains_key(*code));
            let known =
                self.jenis.contains_key(&r.jenis) && self.applicant.kewarganegaraan.contains(&r.kewarganegaraan);
            if let Some(word) = stranger.or_else(|| (!known).then_some(&r.jenis)) {
                return broken("kelengkapan/ktp_el.toml", format!("`{word}` of a syarat is known nowhere else"));
            }
        }
        match Column::ALL.iter().find(|c| !self.columns.contains_key(c)) {
            Some(column) => broken("columns.toml", format!("`{}` is not classified", column.name())),
            None => Ok(()),
        }
    }
}

fn labels(file: &str, text: &str) -> Result<Labels, FactsError> {
    let rows: Rows<Label> = parse(file, text)?;
    Ok(rows.rows.into_iter().map(|l| (l.id, l.label)).collect())
}

fn parse<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, FactsError> {
    toml::from_str(text).map_err(fault(file))
}

fn fault<E: std::fmt::Display>(file: &str) -> impl FnOnce(E) -> FactsError {
    let file = file.to_owned();
    move |e| FactsError::File { file, reason: e.to_string() }
}
