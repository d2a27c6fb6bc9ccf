//! The facts of the law and of the office.
//!
//! Reads   the fact files, the office's own days, its zone
//! Gives   everything that the program computes with, cross-checked: what cannot be meant is an error

use crate::calendar::WorkingClock;
use crate::column_facts::ColumnFacts;
use crate::document::Post;
use crate::fact_files::{FactFiles, FactsError, parse, parse_meant, parse_text, stem};
use crate::name_rules::{NameFile, NameRules};
use crate::office_days::{Holiday, HoursFile, OfficeCalendar, OfficeDays};
use crate::plausible::Plausible;
use crate::sop::WrittenSop;
use crate::target::WrittenTargets;
use crate::{
    ApplicantRules, ArchiveList, EventsOf, FigureMeaning, Finding, FindingText, FindingTexts, Labels, Language, Ledger,
    Matter, MessageRule, MessageRules, Milestone, Paper, PaperNumbers, PortalRole, Preset, Regulation, Requirement,
    RetentionRow, RowKind, Severity, Sop, Target, Term, Text, Wilayah, Zone,
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

/// All facts with which the program computes.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The zone in which the office works.
    pub zone: Zone,
    /// The procedure.
    pub sop: Sop,
    /// The office's working clock.
    pub clock: WorkingClock,
    /// The office's calendar: each day with its kind and decree.
    pub calendar: OfficeCalendar,
    /// The areas by code.
    pub wilayah: Wilayah,
    /// The books, in order of step.
    pub ledgers: Vec<Ledger>,
    /// The lists for the archive unit and of the stock.
    pub lists: Vec<ArchiveList>,
    /// The papers that steps hand over, and the letters of a month.
    pub papers: Vec<Paper>,
    /// The rule by which papers are numbered.
    pub numbers: PaperNumbers,
    /// The office's retention schedule; empty if it has entered none.
    pub retention: Vec<RetentionRow>,
    /// The regulations with their targets.
    pub targets: Vec<Regulation>,
    /// The texts of findings by code.
    pub findings: BTreeMap<String, FindingTexts>,
    /// The words of documents: one for each thing.
    pub terms: Vec<Term>,
    /// The words of the program for the officer by key, `section.word`.
    pub words: BTreeMap<String, Text>,
    /// The classification of every column of the contract.
    pub columns: ColumnFacts,
    /// The names of roles by id.
    pub pelaksana: Labels,
    /// The names of posts that sign by id: the roles of the SOP and others.
    pub posts: Labels,
    /// The names of kinds of application by id.
    pub jenis: Labels,
    /// The names of documents by code.
    pub dokumen: Labels,
    /// What documents are called where there is little room, by code.
    pub dokumen_short: Labels,
    /// The papers that each kind of application needs.
    pub requirements: Vec<Requirement>,
    /// The values that an applicant's data may have.
    pub applicant: ApplicantRules,
    /// The limits of what is plausible.
    pub plausible: Plausible,
    /// The rules by which names are made comparable.
    pub names: NameRules,
    /// What the Kepala Dinas has to decide, the most urgent first.
    pub matters: Vec<Matter>,
    /// When conditions are told.
    pub message_rules: MessageRules,
    /// The requests by which services take a message.
    pub presets: Vec<Preset>,
    /// The roles of persons who use the office's pages.
    pub portal_roles: Vec<PortalRole>,
    /// What each number of the review counts.
    pub figure_meanings: Vec<FigureMeaning>,
    /// The archive classification codes with their validity.
    pub klasifikasi: Vec<ClassificationCode>,
}

/// A classification code and the days on which it is in force.
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
struct Rows<T> {
    #[serde(alias = "finding", alias = "code", alias = "pelaksana", alias = "jenis", alias = "jabatan", alias = "jra")]
    rows: Vec<T>,
}

#[derive(Deserialize)]
struct Label {
    id: String,
    label: String,
    short: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    source: String,
    rule: Vec<MessageRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetFile {
    source: String,
    preset: Vec<Preset>,
}

#[derive(Deserialize)]
struct Papers {
    dokumen: Vec<Label>,
    syarat: Vec<Requirement>,
}

impl Facts {
    /// Loads the facts that are compiled in, for an office in Western Indonesian Time.
    ///
    /// # Errors
    /// [`FactsError`] names the file and what is wrong with it.
    pub fn embedded() -> Result<Self, FactsError> {
        Self::load(&FactFiles::default(), &OfficeDays::default(), Zone::default())
    }

    /// Loads the facts of these files for an office with these days of its own, in that zone. The SOP is the one in the folder
    /// `sop`; the books are those that its steps write.
    ///
    /// # Errors
    /// [`FactsError`] names the file and what is wrong with it.
    pub fn load(files: &FactFiles, days: &OfficeDays, zone: Zone) -> Result<Self, FactsError> {
        let holidays = csv::Reader::from_reader(files.text("calendar/libur_2020_2027.csv")?.as_bytes())
            .deserialize()
            .collect::<Result<Vec<Holiday>, _>>()
            .map_err(|e| fault("calendar/libur_2020_2027.csv", &e))?;
        let hours: HoursFile = parse(files, "calendar/jam_kerja.toml")?;
        let calendar = OfficeCalendar::new(&hours, &holidays, days)?;
        // What the archive and the program rest on is not the office's to change.
        let columns = ColumnFacts::embedded()?;
        let findings: Rows<FindingTexts> = parse_text("findings.toml", include_str!("../data/findings.toml"))?;
        let kelengkapan: Papers = parse(files, "kelengkapan/ktp_el.toml")?;
        let pelaksana = labels(parse(files, "pelaksana.toml")?);
        let posts = labels(parse(files, "jabatan.toml")?).into_iter().chain(pelaksana.clone()).collect();
        let sop = the_sop(files, &pelaksana)?;
        let target = |path: &str| parse_meant(files, path, |written: WrittenTargets| written.meant(stem(path), &sop));
        let books = sop.steps.iter().filter_map(|step| step.ledger.as_deref());
        let mut facts = Self {
            zone,
            clock: WorkingClock::new(&calendar, zone)?,
            calendar,
            wilayah: Wilayah::load(files)?,
            ledgers: books.map(|id| parse(files, &format!("ledgers/{id}.toml"))).collect::<Result<_, _>>()?,
            lists: files.folder("daftar/").into_iter().map(|path| parse(files, path)).collect::<Result<_, _>>()?,
            papers: files.folder("surat/").into_iter().map(|path| parse(files, path)).collect::<Result<_, _>>()?,
            numbers: parse(files, "penomoran.toml")?,
            retention: parse::<Rows<RetentionRow>>(files, "jra.toml")?.rows,
            targets: files.folder("targets/").into_iter().map(target).collect::<Result<_, FactsError>>()?,
            matters: Matter::load(files, |code| findings.rows.iter().any(|finding| finding.code == code))?,
            findings: findings.rows.into_iter().map(|f| (f.code.clone(), f)).collect(),
            terms: Term::load(files)?,
            words: words()?,
            columns,
            pelaksana,
            posts,
            jenis: labels(parse(files, "jenis.toml")?),
            dokumen_short: kelengkapan.dokumen.iter().filter_map(|l| Some((l.id.clone(), l.short.clone()?))).collect(),
            dokumen: kelengkapan.dokumen.into_iter().map(|l| (l.id, l.label)).collect(),
            requirements: kelengkapan.syarat,
            applicant: parse(files, "applicant.toml")?,
            plausible: parse(files, "kewajaran.toml")?,
            names: parse::<NameFile>(files, "nama.toml")?.into(),
            message_rules: message_rules(files)?,
            presets: presets(files)?,
            portal_roles: PortalRole::load(files)?,
            figure_meanings: FigureMeaning::load(files)?,
            klasifikasi: parse::<Rows<ClassificationCode>>(files, "klasifikasi.toml")?.rows,
            sop,
        };
        // The lists that are compiled in are of the books of the SOP that is compiled in.
        if !files.has_own("daftar/") {
            let books: Vec<&str> = facts.ledgers.iter().map(|ledger| ledger.id.as_str()).collect();
            facts.lists.retain(|list| list.book().is_none_or(|book| books.contains(&book)));
            let posts = &facts.posts;
            for list in &mut facts.lists {
                list.signer = list.signer.take().filter(|post| posts.contains_key(post));
            }
        }
        // So are the papers: those of a step by its number, and all others of what some step of another SOP also comes to.
        if !files.has_own("surat/") {
            let is_own_sop = files.has_own("sop/");
            let steps = &facts.sop.steps;
            facts.papers.retain(|paper| match paper.rows.events() {
                Some(EventsOf::Step(_)) => !is_own_sop,
                Some(of) => steps.iter().any(|step| of.are_of(step)),
                None => true,
            });
            facts
                .papers
                .iter_mut()
                .flat_map(|paper| &mut paper.signers)
                .for_each(|signer| signer.keep_known(&facts.posts));
        }
        facts.check()?;
        Ok(facts)
    }

    /// Returns the regulations with the names of their files.
    pub fn regulations(&self) -> impl Iterator<Item = (&str, &Regulation)> {
        self.targets.iter().map(|regulation| (regulation.file.as_str(), regulation))
    }

    /// Returns the target of an id, with the name of its regulation's file.
    #[must_use]
    pub fn target(&self, id: &str) -> Option<(&str, &Target)> {
        self.regulations().find_map(|(file, regulation)| Some((file, regulation.targets.iter().find(|t| t.id == id)?)))
    }

    /// Returns the text of a finding code in the language of documents.
    #[must_use]
    pub fn finding_text(&self, code: &str) -> FindingText {
        self.speech(Language::Indonesian).finding(code)
    }

    /// Whether any finding is more than information. The exit code depends on it.
    #[must_use]
    pub fn need_attention(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|f| self.finding_text(f.code).severity > Severity::Info)
    }

    /// Returns the papers of a kind of application; `None` if it is not open to that citizenship.
    #[must_use]
    pub fn requirement(&self, jenis: &str, kewarganegaraan: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|r| r.jenis == jenis && r.kewarganegaraan == kewarganegaraan)
    }

    /// Returns the post of an id; `None` for a post that the facts do not have.
    #[must_use]
    pub fn post(&self, id: &str) -> Option<Post> {
        self.posts.get(id).map(|label| Post { id: id.to_owned(), label: label.clone() })
    }

    /// Returns the paper with a number that a milestone gives to people.
    #[must_use]
    pub fn paper_of(&self, milestone: Milestone) -> Option<&Paper> {
        let of = Some(EventsOf::Milestone(milestone));
        self.papers
            .iter()
            .find(|paper| paper.code.is_some() && paper.rows.events() == of && paper.rows.kind() == RowKind::Entry)
    }

    /// Returns the classification code in force on a date. Every day of the calendar has one.
    #[must_use]
    pub fn classification(&self, date: NaiveDate) -> Option<&str> {
        let holds =
            |c: &&ClassificationCode| c.valid_from.is_none_or(|d| d <= date) && c.valid_to.is_none_or(|d| d >= date);
        self.klasifikasi.iter().find(holds).map(|c| c.value.as_str())
    }

    /// Returns the source that each file names for its facts.
    fn sources(&self) -> impl Iterator<Item = (String, &str)> {
        let sop = [(format!("sop/{}.toml", self.sop.id), self.sop.source.as_str())];
        let ledgers = self.ledgers.iter().map(|l| (format!("ledgers/{}.toml", l.id), l.source.as_str()));
        let lists = self.lists.iter().flat_map(|list| {
            let of = [Some(list.source.as_str()), list.destruction.as_ref().map(|d| d.source.as_str())];
            of.into_iter().flatten().map(|source| (format!("daftar/{}.toml", list.id), source))
        });
        let targets = self.regulations().map(|(file, of)| (format!("targets/{file}.toml"), of.source.as_str()));
        let papers = self.requirements.iter().map(|r| ("kelengkapan/ktp_el.toml".to_owned(), r.source.as_str()));
        let sheets = self.papers.iter().map(|paper| (format!("surat/{}.toml", paper.id), paper.source.as_str()));
        let numbers = [("penomoran.toml".to_owned(), self.numbers.source.as_str())];
        sop.into_iter().chain(ledgers).chain(lists).chain(targets).chain(papers).chain(sheets).chain(numbers)
    }

    fn check(&self) -> Result<(), FactsError> {
        let broken = |file: &str, reason: String| Err(FactsError::File { file: file.into(), reason });
        if let Some((file, _)) = self.sources().find(|(_, source)| source.trim().is_empty()) {
            return broken(&file, "its `source` is empty; say where its facts come from".to_owned());
        }
        for ledger in &self.ledgers {
            if self.sop.step(ledger.step).is_none_or(|s| s.ledger.as_deref() != Some(&ledger.id)) {
                return broken(&self.sop.id, format!("step {} does not write {}", ledger.step, ledger.id));
            }
        }
        let books = self.ledgers.iter().map(|l| (format!("ledgers/{}.toml", l.id), RowKind::Entry, &l.columns));
        let lists = self.lists.iter().map(|l| (format!("daftar/{}.toml", l.id), l.rows.kind(), &l.columns));
        for (file, row, columns) in books.chain(lists) {
            if let Some(column) = columns.iter().find(|column| !column.field.is_filled_by(row)) {
                let reason = format!("no row of it can fill the column `{}`; change its `field`", column.label);
                return broken(&file, reason);
            }
            if let Some(column) = columns.iter().find(|column| !column.can_be_totalled()) {
                let reason =
                    format!("the column `{}` counts nothing that could be added up; remove its `total`", column.label);
                return broken(&file, reason);
            }
        }
        if let Some((file, reason)) = self.paper_fault() {
            return broken(&file, reason);
        }
        let mut ids = BTreeMap::new();
        for (file, target) in self.regulations().flat_map(|(file, f)| f.targets.iter().map(move |t| (file, t))) {
            if let Some(other) = ids.insert(&target.id, file) {
                let reason = format!("`{}` is a target of `targets/{other}.toml` already", target.id);
                return broken(&format!("targets/{file}.toml"), reason);
            }
        }
        for list in &self.lists {
            if let Some(book) = list.book().filter(|book| self.ledgers.iter().all(|ledger| ledger.id != *book)) {
                return broken(&format!("daftar/{}.toml", list.id), format!("there is no book `{book}`"));
            }
            let summed = list.destruction.iter().flat_map(|d| [Some(d.by), d.count]).flatten();
            if summed.into_iter().any(|field| list.columns.iter().all(|column| column.field != field)) {
                let reason = "[destruction] sums up a column that the list does not have".to_owned();
                return broken(&format!("daftar/{}.toml", list.id), reason);
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
        if let Some(day) = self.calendar.days().iter().find(|day| self.classification(day.date).is_none()) {
            return broken("klasifikasi.toml", format!("no code is in force on {}", day.date));
        }
        Ok(())
    }
}

fn message_rules(files: &FactFiles) -> Result<MessageRules, FactsError> {
    const FILE: &str = "pesan.toml";
    let RuleFile { source, rule } = parse(files, FILE)?;
    sourced(FILE, &source)?;
    MessageRules::new(rule).ok_or_else(|| fault(FILE, &"no rule with code = \"\" holds for all other codes"))
}

fn presets(files: &FactFiles) -> Result<Vec<Preset>, FactsError> {
    const FILE: &str = "saluran.toml";
    let PresetFile { source, preset } = parse(files, FILE)?;
    for source in preset.iter().map(|preset| &preset.source).chain([&source]) {
        sourced(FILE, source)?;
    }
    Ok(preset)
}

fn sourced(file: &str, source: &str) -> Result<(), FactsError> {
    if source.trim().is_empty() {
        return Err(fault(file, &"its `source` is empty; say where its facts come from"));
    }
    Ok(())
}

fn labels(rows: Rows<Label>) -> Labels {
    rows.rows.into_iter().map(|l| (l.id, l.label)).collect()
}

/// Returns what the officer is told, by key.
fn words() -> Result<BTreeMap<String, Text>, FactsError> {
    let sections: BTreeMap<String, BTreeMap<String, Text>> =
        parse_text("kata.toml", include_str!("../data/kata.toml"))?;
    let of_section = |(section, words): (String, BTreeMap<String, Text>)| {
        words.into_iter().map(move |(word, text)| (format!("{section}.{word}"), text))
    };
    Ok(sections.into_iter().flat_map(of_section).collect())
}

/// Returns the only procedure in the folder `sop`.
fn the_sop(files: &FactFiles, roles: &Labels) -> Result<Sop, FactsError> {
    match files.folder("sop/").as_slice() {
        [path] => parse_meant(files, path, |written: WrittenSop| written.meant(stem(path), roles)),
        several => {
            let reason = format!("{} procedures are there; an installation has one", several.len());
            Err(FactsError::File { file: "sop/".to_owned(), reason })
        }
    }
}

fn fault(file: &str, e: &dyn std::fmt::Display) -> FactsError {
    FactsError::File { file: file.to_owned(), reason: e.to_string() }
}
