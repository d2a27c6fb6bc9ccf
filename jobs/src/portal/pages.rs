//! What answers each route: one page, one file.

mod account;
mod answers;
mod bundles;
mod checks;
mod decisions;
mod disposals;
mod documents;
mod errands;
mod findings;
mod job_path;
mod jobs;
mod live;
mod lookers;
mod origin;
mod persons;
mod printed;
mod proofs;
mod questions;
mod remedies;
mod review;
mod run;
mod sign_in;
mod system;
mod targets;
mod traces;
mod what_if;

pub(super) use system::Examination;

use super::answer::{Answer, Answered, Sheet};
use super::file::File;
use super::refusal::Refusal;
use super::routes::Page;
use super::visit::Visit;
use crate::clock;
use anyhow::{Result, anyhow};
use axum::http::StatusCode;
use schemas::Right;
use serde_json::json;
use std::future::Future;
use tokio::runtime::Handle;

/// The description of every route, for programs.
const DESCRIPTION: &[u8] = include_bytes!("../../../schemas/portal.openapi.json");

/// The schemas that it refers to.
const SCHEMAS: [(&str, &[u8]); 4] = [
    ("kalender.schema.json", include_bytes!("../../../schemas/kalender.schema.json")),
    ("laporan_bulanan.schema.json", include_bytes!("../../../schemas/laporan_bulanan.schema.json")),
    ("laporan_bulanan_tersaring.schema.json", include_bytes!("../../../schemas/laporan_bulanan_tersaring.schema.json")),
    ("laporan_kepatuhan.schema.json", include_bytes!("../../../schemas/laporan_kepatuhan.schema.json")),
];

/// Answers a visit whose visitor may ask for the page.
pub(super) async fn answer(page: Page, visit: &Visit) -> Answered {
    match page {
        Page::Start => start(visit).await,
        Page::SignIn => Ok(sign_in::form(visit)),
        Page::Enter => sign_in::enter(visit).await,
        Page::Leave => Ok(sign_in::leave(visit, false)),
        Page::LeaveEverywhere => Ok(sign_in::leave(visit, true)),
        Page::Account => account::page(visit),
        Page::Question => questions::form(visit).await,
        Page::Ask => questions::ask(visit).await,
        Page::Inquiry => answers::page(visit).await,
        Page::CancelInquiry => answers::cancel(visit),
        Page::InquiryElsewhere => answers::script(visit).await,
        Page::TraceForm => traces::form(visit).await,
        Page::AskTrace => traces::ask(visit).await,
        Page::Trace => traces::page(visit).await,
        Page::PersonForm => persons::form(visit),
        Page::AskPerson => persons::ask(visit).await,
        Page::Person => persons::page(visit).await,
        Page::Proofs => proofs::page(visit).await,
        Page::Proof => proofs::proof(visit).await,
        Page::Statement => proofs::statement(visit).await,
        Page::Continued => proofs::continued(visit).await,
        Page::Printed => printed::form(),
        Page::CheckPrinted => printed::check(visit).await,
        Page::Verification => checks::archive(visit).await,
        Page::Verify => checks::verify(visit).await,
        Page::CancelVerification => checks::cancel_verification(visit),
        Page::VerificationFile => checks::archive_file(visit),
        Page::Comparisons => checks::months(visit).await,
        Page::Comparison => checks::month(visit).await,
        Page::Compare => checks::compare(visit).await,
        Page::CancelComparison => checks::cancel_comparison(visit).await,
        Page::ComparisonFile => checks::month_file(visit).await,
        Page::Bundle => bundles::page(visit).await,
        Page::MakeBundle => bundles::make(visit).await,
        Page::CancelBundle => bundles::cancel(visit),
        Page::BundleFile => bundles::file(visit),
        Page::Disposals => disposals::page(visit).await,
        Page::ProposeDisposal => disposals::propose(visit).await,
        Page::ApproveDisposal => disposals::approve(visit).await,
        Page::Lookers => lookers::page(visit).await,
        Page::Jobs => jobs::page(visit).await,
        Page::Run if visit.form == super::visit::Form::Events => live::stream(visit).await,
        Page::Run => run::page(visit).await,
        Page::RunNow => run::run_now(visit).await,
        Page::Abort => run::abort(visit).await,
        Page::System => system::page(visit).await,
        Page::Description => Ok(file("application/json", DESCRIPTION)),
        Page::Schema => schema(visit),
        Page::Alive => Ok(file("text/plain; charset=utf-8", b"ok\n")),
        Page::Asset => asset(visit),
        Page::Review => review::review(visit).await,
        Page::Compliance => review::compliance(visit).await,
        Page::Calendar => review::calendar(visit).await,
        Page::Picture => review::picture(visit).await,
        Page::Origin => origin::page(visit).await,
        Page::Rerun => origin::script(visit).await,
        Page::Cases => origin::cases(visit).await,
        Page::Targets => targets::targets(visit).await,
        Page::EnterTarget => targets::enter_target(visit).await,
        Page::Finding => findings::finding(visit).await,
        Page::Remark => findings::remark(visit).await,
        Page::WhatIf => what_if::page(visit).await,
        Page::WhatIfPicture => what_if::picture(visit).await,
        Page::Documents => documents::page(visit).await,
        Page::DocumentFile => documents::file(visit).await,
    }
}

/// What is asked before something is done that stays: the fields are sent again with the answer.
fn surely(title: &str, question: &str, action: &str, fields: &[(String, String)], back: &str) -> Sheet {
    let value = json!({"judul": title, "tanya": question, "alamat": action, "isian": fields, "kembali": back});
    Sheet { status: StatusCode::CONFLICT, ..Sheet::new("pasti", title, value) }
}

fn file(media: &'static str, bytes: &'static [u8]) -> Answer {
    Answer::File(File::new(media, axum::body::Bytes::from_static(bytes)))
}

/// The first page of a visitor: the review of the last month that is over, where the role has it.
async fn start(visit: &Visit) -> Answered {
    if !visit.may(Right::Review) {
        return Ok(Answer::See("/akun".to_owned()));
    }
    let workspace = visit.portal.office.now();
    let now = workspace.facts.zone.month(clock::now().timestamp());
    let last = now.ok_or_else(|| anyhow!("today is outside the calendar"))?.back(1);
    let months = review::months(visit).await?;
    // Of a copy of older data, the last month that it has; of an office that has just begun, the one that goes on.
    let Some(month) = months.iter().copied().rfind(|month| *month <= last).or(months.first().copied()) else {
        let value = json!({"may_see_jobs": visit.may(Right::Jobs)});
        return Ok(Answer::Sheet(Sheet::new("kosong", "Arsip masih kosong", value)));
    };
    let part = ["/dokumen", "/kepatuhan"].into_iter().find(|part| *part == visit.path).unwrap_or("/tinjauan");
    Ok(Answer::See(format!("{part}/{month}")))
}

fn schema(visit: &Visit) -> Answered {
    let known = SCHEMAS.into_iter().find(|(name, _)| *name == visit.name("nama"));
    let (_, bytes) = known.ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    Ok(file("application/json", bytes))
}

fn asset(visit: &Visit) -> Answered {
    let (media, bytes) = reports::asset(visit.name("nama")).ok_or_else(|| Refusal::of(StatusCode::NOT_FOUND))?;
    Ok(file(media, bytes))
}

/// Does work that may block in a thread where it disturbs nobody.
async fn apart<T, F>(work: impl FnOnce() -> F + Send + 'static) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>>,
{
    let runtime = Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work())).await;
    done.map_err(|fault| anyhow!("a page broke off: {fault}"))?
}
