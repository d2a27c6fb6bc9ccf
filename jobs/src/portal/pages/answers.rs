//! How a question to the archive stands: its answer as a page and as files, the same for DuckDB, and its end.
//!
//! Rule    an answer is its asker's; a file is written aside and sent as it is read

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::file::File;
use super::super::inquiries::{Inquiry, LIMITS, Noted, Standing};
use super::super::refusal::{Reason, Refusal};
use super::super::spool::{AT_ONCE, Spool};
use super::super::visit::{Form, Visit, Visitor};
use super::super::work::Work;
use super::apart;
use super::decisions::moment;
use crate::inquiry::{self, Asked};
use anyhow::Context;
use axum::http::StatusCode;
use reports::Link;
use schemas::{Language, Month};
use serde_json::{Value, json};
use std::io::BufWriter;
use std::sync::{Arc, PoisonError};

pub(super) const ROOT: &str = "/kueri";
/// How many rows stand on a page.
pub(super) const SHOWN: usize = 1_000;
/// The most cells of a workbook that is made here, in memory.
const MOST_CELLS: u64 = 500_000;
/// A form is filled in again by no longer query.
const LONGEST_ADDRESS: usize = 6_000;
/// A question is called by so many of its characters.
const CALLED: usize = 80;

/// Who asks.
pub(super) fn visitor(visit: &Visit) -> Result<&Visitor, Refusal> {
    Ok(visit.visitor.as_ref().ok_or(Reason::SignedOut)?)
}

/// The question of a path.
fn known(visit: &Visit) -> Result<Arc<Inquiry>, Refusal> {
    let account = &visitor(visit)?.account;
    let known = visit.portal.inquiries.of(account, visit.name("id"));
    Ok(known.ok_or(Reason::AnswerGone)?)
}

/// How a question stands, and its answer; or the answer as a file.
pub(super) async fn page(visit: &Visit) -> Answered {
    let inquiry = known(visit)?;
    if visit.page != visit.path {
        return file(visit, &inquiry).await;
    }
    let values = apart({
        let inquiry = Arc::clone(&inquiry);
        move || async move { values(&inquiry) }
    });
    let values = values.await?;
    let files = if values["answer"].is_null() { Vec::new() } else { files(&inquiry, &values["answer"]) };
    let status = match &*inquiry.standing() {
        Standing::Unnoted => StatusCode::SERVICE_UNAVAILABLE,
        Standing::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::OK,
    };
    Ok(Answer::Sheet(Sheet { files, status, ..Sheet::new("kueri_jawaban", "Jawaban kueri", values) }))
}

fn values(inquiry: &Inquiry) -> anyhow::Result<Value> {
    let standing_word = standing(inquiry);
    let (mut refused, mut elapsed) = (None, None);
    match &*inquiry.standing() {
        Standing::Refused(why) => refused = Some(why.clone()),
        Standing::Running(since) => elapsed = Some(seconds(since.elapsed().as_secs())),
        Standing::Answered(_) | Standing::Waiting | Standing::Cancelled | Standing::Unnoted | Standing::Broken => {}
    }
    let answer = match (inquiry.shown.get(), inquiry.answer().filter(|_| standing_word == "answered")) {
        (Some(shown), _) => shown.clone(),
        (None, Some(noted)) => {
            let shown = of_answer(&mut noted.lock().unwrap_or_else(PoisonError::into_inner))?;
            inquiry.shown.get_or_init(|| shown).clone()
        }
        (None, None) => Value::Null,
    };
    let path = path(inquiry);
    let parameters = inquiry.question.given.iter().map(|(name, value)| match value {
        pipeline::Given::Text(text) => json!([name, text]),
        pipeline::Given::Integer(n) => json!([name, n.to_string()]),
    });
    Ok(json!({
        "standing": standing_word, "goes_on": matches!(standing_word, "waiting" | "running"),
        "sql": inquiry.question.sql, "parameters": parameters.collect::<Vec<_>>(), "asked": moment(inquiry.asked_at),
        "reads": reads(&inquiry.reads), "elapsed": elapsed, "refused": refused, "answer": answer,
        "path": path, "cancel": format!("{path}/batal"), "duckdb": format!("{path}/duckdb.sql"),
        // No browser and no listener takes a longer address.
        "again": (inquiry.form.len() <= LONGEST_ADDRESS).then(|| format!("{ROOT}?{}", inquiry.form)),
    }))
}

/// The answer with the first of its rows.
fn of_answer(noted: &mut Noted) -> anyhow::Result<Value> {
    let answer = &mut noted.answer;
    answer.rewind().context("an answer that was kept cannot be read")?;
    let mut rows = Vec::new();
    while rows.len() < SHOWN
        && let Some(row) = answer.row().context("an answer that was kept cannot be read")?
    {
        rows.push(row);
    }
    let (given, all) = (answer.asked.rows, answer.all);
    let numbers = answer.columns.iter().enumerate();
    let numbers =
        numbers.filter(|(_, one)| matches!(one.kind, pipeline::AnswerKind::Integer | pipeline::AnswerKind::Number));
    Ok(json!({
        "columns": answer.columns.iter().map(|one| &one.name).collect::<Vec<_>>(),
        "numbers": numbers.map(|(place, _)| place).collect::<Vec<_>>(),
        "rows": rows.iter().map(|row| row.iter().map(inquiry::text).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "n": all, "all": number(all), "shown": number(rows.len() as u64), "given": number(given),
        "is_whole": rows.len() as u64 == all, "is_given_whole": given == all,
        "digest": answer.asked.digest, "entry": noted.number, "took": tenths(noted.took.as_millis()),
    }))
}

/// The forms of an answer as files.
fn files(inquiry: &Inquiry, answer: &Value) -> Vec<Link> {
    let columns = answer["columns"].as_array().map_or(0, Vec::len) as u64;
    let fits =
        |form: &Form| *form != Form::Xlsx || LIMITS.rows.min(answer["n"].as_u64().unwrap_or(0)) * columns <= MOST_CELLS;
    let link = |(form, name): (Form, &str)| Link {
        path: format!("{}.{}", path(inquiry), form.ending()),
        text: name.to_owned(),
    };
    let all = [(Form::Csv, "CSV"), (Form::Xlsx, "XLSX"), (Form::Json, "JSON"), (Form::Parquet, "Parquet")];
    all.into_iter().filter(|(form, _)| fits(form)).map(link).collect()
}

/// Writes the answer as a file, aside, and sends it as it is read.
async fn file(visit: &Visit, inquiry: &Arc<Inquiry>) -> Answered {
    let (form, media) = match visit.wanted {
        Form::Csv => (inquiry::Form::Csv, "text/csv; charset=utf-8"),
        Form::Xlsx => (inquiry::Form::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Form::Json => (inquiry::Form::Json, "application/json"),
        Form::Parquet => (inquiry::Form::Parquet, "application/vnd.apache.parquet"),
        Form::Page | Form::Events | Form::Other => return Err(Reason::NoForm.into()),
    };
    let ending = visit.wanted.ending();
    let noted = inquiry.answer().ok_or(Reason::AnswerGone)?;
    // Who went away meanwhile is still written for, so that the turn is given back only then.
    let turn =
        Arc::clone(&visit.portal.inquiries.writing).acquire_owned().await.context("nothing is written any more")?;
    let written = apart(move || async move {
        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, cells) = (noted.number, noted.answer.asked.rows.saturating_mul(noted.answer.columns.len() as u64));
        if form == inquiry::Form::Xlsx && cells > MOST_CELLS {
            return Ok(None);
        }
        noted.answer.rewind()?;
        let spool = tempfile::tempfile().context("an answer cannot be written as a file")?;
        let mut spool = BufWriter::with_capacity(AT_ONCE, spool);
        inquiry::write(&mut noted.answer, form, number, &mut spool)?;
        let spool = spool.into_inner().context("an answer cannot be written as a file")?;
        drop(turn);
        Ok(Some((Spool::of(spool)?, number)))
    });
    let (spool, number) = written.await?.ok_or(Reason::NoForm)?;
    let of = number.map_or_else(|| inquiry.id.clone(), |number| format!("catatan-akses-{number}"));
    Ok(Answer::Whole(spool.sent(media, "attachment", &format!("kueri_{of}.{ending}"))?))
}

/// The script by which DuckDB answers the same question.
pub(super) async fn script(visit: &Visit) -> Answered {
    let inquiry = known(visit)?;
    let Portal { clerk, office, .. } = &*visit.portal;
    let views = clerk.file_if_any(office, Work::ViewsElsewhere).await?.context("there are no views")?;
    let views = String::from_utf8_lossy(&views.body.bytes).into_owned();
    let script = inquiry::script(&inquiry.question, &inquiry.reads, &views).ok_or(Reason::NotInFiles)?;
    Ok(Answer::File(File::new("application/sql", script.into_bytes().into()).named("duckdb.sql".to_owned())))
}

/// Cancels a question.
pub(super) fn cancel(visit: &Visit) -> Answered {
    let inquiry = known(visit)?;
    inquiry.cancel();
    Ok(Answer::See(path(&inquiry)))
}

pub(super) fn path(inquiry: &Inquiry) -> String {
    format!("{ROOT}/{}", inquiry.id)
}

/// How a question stands, as a word for templates.
pub(super) fn standing(inquiry: &Inquiry) -> &'static str {
    match &*inquiry.standing() {
        Standing::Waiting => "waiting",
        Standing::Running(_) => "running",
        Standing::Answered(_) => "answered",
        Standing::Refused(_) => "refused",
        Standing::Cancelled => "cancelled",
        Standing::Unnoted => "unnoted",
        Standing::Broken => "broken",
    }
}

/// By what a question is called in a list.
pub(super) fn called(inquiry: &Inquiry) -> String {
    let words: String = inquiry.question.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(CALLED) {
        Some((end, _)) => format!("{} …", &words[..end]),
        None => words,
    }
}

/// What a question reads, in words.
pub(super) fn reads(asked: &Asked) -> Value {
    let months: Vec<Month> = asked.months.clone();
    let extent = match (months.first(), months.last()) {
        (Some(first), Some(last)) if first == last => Some(first.indonesian()),
        (Some(first), Some(last)) => {
            Some(format!("{} bulan, {} s.d. {}", number(months.len() as u64), first.indonesian(), last.indonesian()))
        }
        _ => None,
    };
    json!({"columns": asked.columns, "months": extent})
}

pub(super) fn number(n: u64) -> String {
    Language::Indonesian.integer(n)
}

/// A time to the tenth of a second.
pub(super) fn tenths(ms: u128) -> String {
    match ms {
        0..100 => "kurang dari 0,1 detik".to_owned(),
        _ => format!("{},{} detik", ms / 1_000, ms % 1_000 / 100),
    }
}

pub(super) fn seconds(n: u64) -> String {
    format!("{} detik", number(n))
}
