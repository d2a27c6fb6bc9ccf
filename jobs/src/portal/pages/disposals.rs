//! Personal data whose retention has ended: what may be destroyed, who proposed it, and who approves it.
//!
//! Rule    nothing is destroyed here. One person proposes and another one approves, each signed in; the IT officer carries it out

use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::answers::number;
use super::decisions::{by, fault_in_words, moment, writable};
use super::{apart, surely};
use crate::commands::dispose::proposal::{self, Read, Standing};
use crate::workspace::Workspace;
use crate::{clock, entries};
use anyhow::{Context, Result};
use axum::http::StatusCode;
use chrono::NaiveDate;
use pipeline::Archive;
use schemas::{ApprovalError, ApprovalFile, Language, Month, Right};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

const ROOT: &str = "/pemusnahan";

/// The page.
pub(super) async fn page(visit: &Visit) -> Answered {
    shown(visit, None).await
}

async fn shown(visit: &Visit, fault: Option<&Refusal>) -> Answered {
    let workspace = visit.portal.office.now();
    let is_copy = visit.portal.office.is_copy();
    let (may_propose, may_approve) = (may_propose(visit), may_approve(visit));
    let said = fault.map(|fault| fault_in_words(fault, &workspace));
    let who = by(visit);
    let value = apart(move || async move {
        let (mut months, mut proposals) = (Vec::new(), Vec::new());
        if !is_copy {
            let archive = workspace.archive()?;
            months = of_months(&workspace, &archive)?;
            let approvals = workspace.approvals()?;
            let all = all(&workspace)?;
            proposals =
                all.iter().map(|one| of_proposal(one, &archive, &approvals, may_approve.then_some(&who))).collect();
        }
        anyhow::Ok(json!({
            "action": ROOT, "is_copy": is_copy, "may_propose": may_propose, "months": months, "proposals": proposals,
            "may_choose": may_propose && months.iter().any(|month| month["is_due"] == true), "fault": said,
        }))
    });
    let status = fault.map_or(StatusCode::OK, |fault| fault.status);
    Ok(Answer::Sheet(Sheet { status, ..Sheet::new("pemusnahan", "Pemusnahan data pribadi", value.await?) }))
}

fn may_propose(visit: &Visit) -> bool {
    visit.may(Right::Dispose) && visit.portal.asks.is_some()
}

/// Who decides for the office approves.
fn may_approve(visit: &Visit) -> bool {
    visit.may(Right::Decide) && may_propose(visit)
}

/// How each month of the archive stands, the oldest first.
fn of_months(workspace: &Workspace, archive: &Archive) -> Result<Vec<Value>> {
    let speech = workspace.facts.speech(Language::Indonesian);
    let standings = proposal::standings(workspace, archive, &archive.months(), clock::now())?;
    // Numbers and days as the office writes them.
    let written = |cell: &String| match (cell.parse::<u64>(), cell.parse::<NaiveDate>()) {
        (Ok(n), _) => number(n),
        (_, Ok(day)) => day.format("%d-%m-%Y").to_string(),
        _ => cell.clone(),
    };
    let month = |standing: &Standing| {
        let row = standing.row(speech);
        let cells: Vec<String> = row.iter().skip(1).map(written).collect();
        let month = standing.month();
        json!({
            "month": month.to_string(), "name": month.indonesian(), "is_due": standing.month_due().is_some(), "cells": cells,
        })
    };
    Ok(standings.iter().map(month).collect())
}

/// A file among the office's documents that may be a proposal.
struct Kept {
    name: String,
    read: Option<Read>,
}

/// Every proposal that lies among the office's documents, the latest last.
fn all(workspace: &Workspace) -> Result<Vec<Kept>> {
    let folder = workspace.config.reports_path();
    let entries = match std::fs::read_dir(&folder) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_proposal(path)).collect();
    paths.sort();
    let kept = |path: PathBuf| {
        let read = proposal::read(&path).inspect_err(|fault| tracing::warn!("{fault:#}")).ok();
        Kept { name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(), read }
    };
    let mut all: Vec<Kept> = paths.into_iter().map(kept).collect();
    all.sort_by_key(|one| one.read.as_ref().map(|read| read.proposal.proposed));
    Ok(all)
}

fn is_proposal(path: &std::path::Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(proposal::NAME) && path.extension().is_some_and(|ending| ending == "json")
}

/// A proposal, with what was decided of it; `approver` is who may approve it.
fn of_proposal(kept: &Kept, archive: &Archive, approvals: &ApprovalFile, approver: Option<&String>) -> Value {
    let Some(Read { proposal, sha256 }) = &kept.read else {
        return json!({
            "name": kept.name, "standing": "unreadable", "months": null, "by": null, "proposed": null, "persons": null, "files": null,
            "approved_by": null, "approved": null, "version": null, "action": null,
        });
    };
    let approval = approvals.of(sha256, proposal);
    let done = archive.disposals().find(|(_, _, disposal)| disposal.proposal == *sha256).map(|(version, ..)| version);
    let standing = match (done, approval) {
        (Some(_), _) => "done",
        (None, Some(_)) => "approved",
        (None, None) => "waiting",
    };
    let months: Vec<String> = proposal.months.iter().map(|month| month.month.indonesian()).collect();
    let is_other = approver.is_some_and(|who| *who != proposal.proposed_by);
    json!({
        "name": kept.name, "standing": standing, "months": months.join(", "), "by": proposal.proposed_by,
        "proposed": moment(proposal.proposed), "files": number(proposal.files.len() as u64),
        "persons": number(proposal.months.iter().map(|month| month.persons).sum()),
        "approved_by": approval.map(|approval| &approval.by), "approved": approval.map(|approval| moment(approval.entered)),
        "version": done, "action": (standing == "waiting" && is_other).then(|| format!("{ROOT}/{sha256}/setujui")),
    })
}

/// Proposes months. What cannot be proposed is said above the form.
pub(super) async fn propose(visit: &Visit) -> Answered {
    match proposed(visit).await {
        Ok(()) => Ok(Answer::See(ROOT.to_owned())),
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => shown(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

async fn proposed(visit: &Visit) -> Result<(), Refusal> {
    let workspace = writable(visit)?;
    let months: Result<Vec<Month>, _> = visit.fields("bulan").iter().map(|month| month.parse()).collect();
    let months = months.map_err(|_| Reason::DisposalMonths)?;
    let who = by(visit);
    schemas::check_name(&who).map_err(|_| Reason::DisposalName)?;
    let written = apart(move || async move {
        let (archive, now) = (workspace.archive()?, clock::now());
        let standings = proposal::standings(&workspace, &archive, &months, now)?;
        if months.is_empty() || standings.iter().any(|standing| standing.month_due().is_none()) {
            return Ok(None);
        }
        let folder = workspace.config.reports_path();
        Ok(Some(proposal::write(&workspace, &archive, (&months, &who, now), &folder)?))
    });
    written.await?.ok_or(Reason::DisposalMonths)?;
    Ok(())
}

/// Approves a proposal, once the visitor has said that this is meant.
pub(super) async fn approve(visit: &Visit) -> Answered {
    let workspace = writable(visit)?;
    if !may_approve(visit) {
        return Err(Reason::Forbidden.into());
    }
    let sha256 = visit.name("sidik").to_owned();
    let office = Arc::clone(&workspace);
    let read = apart(move || async move {
        let wanted = |one: Kept| one.read.filter(|read| read.sha256 == sha256);
        Ok(all(&office)?.into_iter().find_map(wanted))
    });
    let Read { proposal, sha256 } = read.await?.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    let approval = entries::approval(&workspace, &sha256, &by(visit), clock::now())?;
    approval.check(&proposal).map_err(|fault| match fault {
        ApprovalError::Name => Reason::DisposalName,
        ApprovalError::Same(_) => Reason::DisposalSame,
    })?;
    match visit.field("pasti").as_str() {
        "ya" => {}
        "" => {
            let months: Vec<String> = proposal.months.iter().map(|month| month.month.indonesian()).collect();
            let persons = number(proposal.months.iter().map(|month| month.persons).sum());
            let words = format!(
                "{persons} baris data pribadi {} akan dimusnahkan petugas TI dan tidak dapat dipulihkan. Setujui?",
                super::run::in_a_row(&months)
            );
            let action = format!("{ROOT}/{sha256}/setujui");
            return Ok(Answer::Sheet(surely("Setujui pemusnahan", &words, &action, &[], ROOT)));
        }
        _ => return Err(Refusal::of(StatusCode::BAD_REQUEST)),
    }
    let entered = apart(move || async move {
        // Who approves twice has approved.
        if workspace.approvals()?.of(&sha256, &proposal).is_none() {
            entries::enter_approval(&workspace, &approval)?;
        }
        Ok(())
    });
    entered.await?;
    Ok(Answer::See(ROOT.to_owned()))
}
