//! What the desk makes of cases and of the archive's log: traces, statements, proofs.
//!
//! Rule    a trace names nobody, and who looked before stands in it; a proof leads to a statement that was signed

use super::desk::{Desk, Made, file};
use super::work::{About, Delivery, Tracing, Work};
use crate::clock;
use crate::commands::trace::looked;
use crate::documents;
use anyhow::{Context, Result};
use pipeline::{Disclosure, Provable, Proved, TraceRequest, Traced, UnprovedError};
use reports::{Document, Section};
use schemas::document::CaseTrace;
use serde_json::{Value, json};

/// So many statements are listed; the others are asked for by their size.
const LISTED: usize = 200;

fn nothing() -> Made {
    (Delivery::Nothing, Vec::new())
}

impl Desk {
    /// A trace as a page or a file.
    pub(super) fn traced(&self, work: &Work) -> Result<Made> {
        match work {
            // Nothing is of any case yet.
            Work::Trace(_) if self.archive()?.is_empty() => self.said("telusur_isi", json!({"rows": 0})),
            Work::Trace(tracing) => {
                let trace = self.trace(tracing)?;
                self.said("telusur_isi", values(&trace, tracing))
            }
            Work::TraceFile(tracing, format) => {
                let trace = self.trace(tracing)?;
                let office = &self.workspace.config.office;
                let made = documents::file_of(Document::Trace(&trace), *format, &self.renderer, office)?;
                Ok(file(made.name, made.bytes, false))
            }
            _ => Ok(nothing()),
        }
    }

    fn trace(&self, tracing: &Tracing) -> Result<CaseTrace> {
        let workspace = &self.workspace;
        let on = workspace.facts.zone.date(clock::now().timestamp()).context("today is no date")?;
        let id = tracing.id.as_str();
        let request = TraceRequest {
            subject: match tracing.about {
                About::Berkas => Traced::Berkas(id),
                About::Kolektif => Traced::Kolektif(id),
                About::Orang => Traced::Orang(id),
            },
            disclosure: Disclosure::Masked,
            purpose: &tracing.purpose,
            on,
            creator: &workspace.config.office.dinas,
        };
        let archive = &self.snapshot()?.archive;
        let mut trace = pipeline::trace(archive, &workspace.facts, &workspace.decisions, request)?;
        // Who has a copy has no log of the office.
        if !self.is_copy {
            trace.looked = Some(looked(workspace, &trace)?);
        }
        Ok(trace)
    }

    /// What the log states, and what it proves.
    pub(super) fn proved(&self, work: &Work) -> Result<Made> {
        let archive = self.archive()?;
        let proofs = |what: Provable<'_>| match archive.prove(what) {
            Ok(proved) => Ok(proved),
            Err(UnprovedError::Absent | UnprovedError::Unsigned { .. }) => Ok(Vec::new()),
            Err(fault) => Err(anyhow::Error::from(fault)),
        };
        Ok(match work {
            Work::Statements => self.statements()?,
            Work::Proved(event) => {
                let rows: Vec<Value> = proofs(Provable::Event(event))?.iter().map(row).collect();
                match rows.is_empty() {
                    true => nothing(),
                    false => self.said("bukti", json!({"rows": rows}))?,
                }
            }
            Work::Proof(name) => {
                let number = |prefix: &str| name.strip_prefix(prefix).and_then(|digits| digits.parse::<u32>().ok());
                let proved = match (number("seq-"), number("commit-")) {
                    (Some(seq), _) => proofs(Provable::Row(seq.into()))?,
                    (_, Some(version)) => proofs(Provable::Commit(version.into()))?,
                    _ => Vec::new(),
                };
                let proof =
                    |one: Proved| file(format!("{}.tlog-proof", one.name), one.proof.text().into_bytes(), false);
                proved.into_iter().next().map_or_else(nothing, proof)
            }
            Work::Statement(size) => {
                let note = archive.statement_of(*size)?;
                note.map_or_else(nothing, |note| file(format!("titik-periksa-{size}.txt"), note.into_bytes(), false))
            }
            Work::Continued(old, new) => match archive.prove_continuation(*old, Some(*new)) {
                Ok(proof) => file(format!("kesinambungan-{old}-{new}.txt"), proof.text().into_bytes(), false),
                Err(UnprovedError::Size { .. } | UnprovedError::Unsigned { .. }) => nothing(),
                Err(fault) => return Err(fault.into()),
            },
            _ => nothing(),
        })
    }

    fn statements(&self) -> Result<Made> {
        let (archive, zone) = (self.archive()?, self.workspace.facts.zone);
        let all = archive.statements(LISTED)?;
        let newest = all.first().map(|(size, _, _, note)| (*size, note.clone()));
        let one = |(size, version, at_ms, _): &(u64, u64, i64, String)| {
            let at = zone.instant(at_ms.div_euclid(1_000)).map(|at| at.format("%d-%m-%Y %H.%M").to_string());
            let newest = newest.as_ref().map(|(newest, _)| *newest).filter(|newest| newest > size);
            json!({
                "size": size, "version": version, "at": at, "path": format!("/titik-periksa/{size}"),
                "proof": format!("/bukti/commit-{version}"),
                "continued": newest.map(|newest| format!("/titik-periksa/{size}/{newest}")),
            })
        };
        let value = json!({
            "key": archive.signer()?.map(|key| key.to_string()), "newest": newest.as_ref().map(|(_, note)| note.trim_end()),
            "statements": all.iter().map(one).collect::<Vec<_>>(),
        });
        self.said("bukti", value)
    }
}

/// A row that is proved: its number, its place in the tree, and its record.
fn row(proved: &Proved) -> Value {
    let record = String::from_utf8_lossy(&proved.proof.record).into_owned();
    json!({"name": proved.name, "index": proved.proof.index, "record": record, "path": format!("/bukti/{}", proved.name)})
}

/// What the page of a trace says.
fn values(trace: &CaseTrace, tracing: &Tracing) -> Value {
    let document = Document::Trace(trace);
    let section = |of: &Section| json!({"title": of.title, "head": of.head, "rows": of.rows, "instead": of.instead});
    let events = trace.cases.iter().flat_map(|case| &case.events).map(|event| {
        let at = event.ended.format("%d-%m-%Y %H.%M").to_string();
        json!({"at": at, "event": event.event, "path": format!("/bukti?peristiwa={}", event.event)})
    });
    json!({
        "title": document.title(), "about": format!("{} {}", trace.subject.word(), trace.subject.id()),
        "purpose": tracing.purpose, "rows": trace.rows(), "events": events.collect::<Vec<_>>(),
        "sections": reports::trace_sections(trace).iter().map(section).collect::<Vec<_>>(),
    })
}
