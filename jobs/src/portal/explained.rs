//! What the desk makes of numbers, findings and trials.
//!
//! Rule    a case is named by ids of the office's work alone; one in which somebody wrote a NIK is without it

use super::desk::{Desk, Made, file};
use super::work::{Delivery, Tried, Work};
use crate::commands::target::tried;
use crate::documents;
use crate::messages::words::without_nik;
use crate::months;
use anyhow::{Context, Result};
use pipeline::TrialError;
use reports::{Document, DocumentPage, cases_file, cases_values, origin_values};
use schemas::document::{FileFormat, TargetTrial};
use schemas::{FigureCase, FigureCases, FigureKey, Month, Narrowing};
use serde_json::{Value, json};

/// So many places of a finding are listed; `tertib quality` lists all.
const PLACES: usize = 1_000;

/// Where the cells of the rows lead, for who may trace a case and see its proofs.
fn links(values: &Value) -> Value {
    let path = |head: &Value, cell: &Value| {
        let (page, name) = match head.as_str() {
            Some("Nomor permohonan") => ("/telusur", "berkas"),
            Some("Permohonan kolektif") => ("/telusur", "kolektif"),
            Some("Peristiwa") => ("/bukti", "peristiwa"),
            _ => return Value::Null,
        };
        let id = cell.as_str().filter(|id| !id.is_empty());
        let query = |id| form_urlencoded::Serializer::new(String::new()).append_pair(name, id).finish();
        id.map_or(Value::Null, |id| format!("{page}?{}", query(id)).into())
    };
    let heads = values["kolom"].as_array().map_or(&[][..], Vec::as_slice);
    let rows = values["baris"].as_array().into_iter().flatten();
    let row = |row: &Value| -> Value {
        heads.iter().zip(row.as_array().into_iter().flatten()).map(|(h, c)| path(h, c)).collect()
    };
    json!({"baris": rows.map(row).collect::<Vec<_>>()})
}

/// What a file about a number is called.
fn file_name(month: Month, key: &FigureKey) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    key.path(month).trim_matches('/').chars().map(plain).collect()
}

impl Desk {
    /// The origin of a number, its script, or its cases.
    pub(super) fn of_number(&self, work: &Work) -> Result<Made> {
        let workspace = &self.workspace;
        if let Work::Origin(month, key, _)
        | Work::OriginFile(month, key)
        | Work::Rerun(month, key)
        | Work::Cases(month, key)
        | Work::CasesFile(month, key, _) = work
            && !self.knows(*month, key)?
        {
            return Ok((Delivery::Nothing, Vec::new()));
        }
        let made = match work {
            Work::Origin(month, key, has_cases) => {
                let origin = self.snapshot()?.origin(*month, key)?;
                let values = origin.map(|origin| origin_values(&origin, &workspace.facts, *has_cases));
                values.map(|values| self.said("angka", values)).transpose()?
            }
            Work::OriginFile(month, key) => {
                let origin = self.snapshot()?.origin(*month, key)?;
                let json = origin.map(|origin| serde_json::to_vec_pretty(&origin)).transpose()?;
                json.map(|json| file(format!("{}_asal.json", file_name(*month, key)), json, false))
            }
            Work::Rerun(month, key) => {
                let script = self.snapshot()?.figures.rerun(*month, key)?;
                script.map(|script| file("duckdb.sql".to_owned(), script.into_bytes(), false))
            }
            Work::Cases(month, key) => {
                let values = self.cases(*month, key)?.map(|cases| cases_values(&cases, &workspace.facts));
                let page = |values| DocumentPage { origins: links(&values), template: "angka_baris", values };
                values.map(|values| self.said_of(page(values))).transpose()?
            }
            Work::CasesFile(month, key, format) => {
                let ending = match format {
                    FileFormat::Xlsx => "xlsx",
                    FileFormat::Json => "json",
                    _ => "csv",
                };
                let written = |cases| cases_file(&cases, *format, &workspace.facts, &workspace.config.office);
                let bytes = self.cases(*month, key)?.map(written).transpose()?.flatten();
                bytes.map(|bytes| file(format!("{}_baris.{ending}", file_name(*month, key)), bytes, false))
            }
            _ => None,
        };
        Ok(made.unwrap_or((Delivery::Nothing, Vec::new())))
    }

    /// Whether there is what a number is narrowed to: of a kecamatan or a kind of application that nobody knows there is no number, as
    /// there is no review.
    fn knows(&self, month: Month, key: &FigureKey) -> Result<bool> {
        let to = Narrowing { kecamatan: key.kecamatan.clone(), jenis: key.jenis.clone() };
        Ok(to.is_whole() || self.snapshot()?.figures.knows(month, &to)?)
    }

    /// The cases of a number.
    fn cases(&self, month: Month, key: &FigureKey) -> Result<Option<FigureCases>> {
        let Some(mut cases) = self.snapshot()?.cases(month, key)? else { return Ok(None) };
        for case in &mut cases.cases {
            let ids = [&mut case.berkas, &mut case.kolektif, &mut case.event];
            for text in ids.into_iter().chain([&mut case.name, &mut case.detail, &mut case.words]) {
                *text = without_nik(text);
            }
        }
        Ok(Some(cases))
    }

    /// How often a month has a finding; null in a public copy, which does not tell it.
    pub(super) fn finding(&self, month: Month, code: &str) -> Result<Made> {
        let review = self.snapshot()?.review(month)?;
        let n = review.quality.as_ref().map(|_| review.found(code).map_or(0, |found| found.n));
        let places = if n.is_some() { self.places(month, code)? } else { Vec::new() };
        self.said("temuan", json!({"n": n, "places": places}))
    }

    /// Where a finding of a month is: the berkas by its number, the day or the book, each with what is special about it.
    fn places(&self, month: Month, code: &str) -> Result<Vec<Value>> {
        let cases = self.cases(month, &FigureKey::of(schemas::BESIDE, "mutu").named(code))?;
        let place = |of: FigureCase| {
            json!({
                "place": of.berkas, "step": (of.step > 0).then_some(of.step), "detail": of.words,
                "n": of.value.unwrap_or(1),
            })
        };
        Ok(cases.into_iter().flat_map(|of| of.cases).take(PLACES).map(place).collect())
    }

    /// What a target would have said: the page, its picture, or the trial as a file.
    pub(super) fn trial(&self, work: &Work, tried: &Tried) -> Result<Made> {
        let Some(trial) = self.tried(tried)? else { return Ok((Delivery::Nothing, Vec::new())) };
        let (document, office) = (Document::Trial(&trial), &self.workspace.config.office);
        if let Work::TrialFile(_, format) = work {
            let made = documents::file_of(document, *format, &self.renderer, office)?;
            return Ok(file(made.name, made.bytes, false));
        }
        let page = self.renderer.document_page(document, office)?.context("a trial has no page")?;
        if matches!(work, Work::TrialPicture(_)) {
            let name = DocumentPage::TRIAL;
            let picture = self.renderer.picture(&page, name)?.context("the page has no such picture")?;
            return Ok(file(format!("{name}.svg"), picture.gzip, true));
        }
        self.said_of(page)
    }

    /// The trial; none where the target cannot have the value, or there is no such kind of application.
    fn tried(&self, asked: &Tried) -> Result<Option<TargetTrial>> {
        let (facts, first) = (&self.workspace.facts, asked.month.back(months::OF_A_YEAR));
        let value = asked.value.parse().context("the value is no number")?;
        let tried = tried(facts, &asked.target, asked.jenis.clone(), value, first);
        match self.snapshot()?.trial(&tried, (first, asked.month)) {
            Ok(trial) => Ok(Some(trial)),
            Err(TrialError::Value(_)) => Ok(None),
            Err(fault @ TrialError::Figures(_)) => Err(fault.into()),
        }
    }
}
