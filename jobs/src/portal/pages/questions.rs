//! Questions to the archive: the form, how a question stands, its answer as a page and as files.
//!
//! Rule    what a question reads is known before it runs; no question and no address has a number of a person; an answer is its asker's

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::file::File;
use super::super::inquiries::{Asking, Inquiry, LIMITS, Noted, Standing};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit, Visitor};
use super::super::work::Work;
use super::apart;
use super::decisions::moment;
use crate::inquiry::{self, Asked, Question};
use crate::options::{ArchiveCopy, Where};
use crate::{access, clock};
use anyhow::Context;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use reports::Link;
use schemas::{Language, Month, Parameter, ParameterKind, SavedQuestion};
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;

const ROOT: &str = "/kueri";
/// A question has no more bytes.
const LONGEST: usize = 20_000;
/// How many rows stand on a page.
const SHOWN: usize = 1_000;
/// How much of a file is sent at once.
const AT_ONCE: usize = 1 << 16;
/// A question is called by so many of its characters.
const CALLED: usize = 80;

/// What was filled in.
struct Typed {
    saved: Option<SavedQuestion>,
    sql: String,
    purpose: String,
    /// The values of parameters by name.
    values: Vec<(String, String)>,
}

impl Typed {
    /// Reads it by `field`: of the form that was sent, or of an address.
    fn read(field: impl Fn(&str) -> String) -> Result<Self, Refusal> {
        let name = field("tanya");
        let saved = SavedQuestion::all().map_err(anyhow::Error::from)?.into_iter().find(|saved| saved.name == name);
        let sql = saved.as_ref().map_or_else(|| field("sql").replace("\r\n", "\n"), |saved| saved.sql.clone());
        let names = match &saved {
            Some(saved) => saved.parameters.iter().map(|one| one.name.clone()).collect(),
            None => vec![MONTH.to_owned()],
        };
        let values = names.into_iter().map(|name| (name.clone(), field(&name).trim().to_owned())).collect();
        Ok(Self { saved, sql, purpose: field("purpose").trim().to_owned(), values })
    }

    /// The question; why there is none.
    fn question(&self) -> Result<Question, Refusal> {
        let refused = |reason: Reason| Err(Refusal::from(reason));
        if self.sql.trim().is_empty() {
            return refused(Reason::QuestionEmpty);
        }
        if self.sql.len() > LONGEST {
            return refused(Reason::QuestionLong);
        }
        let all = self.values.iter().map(|(_, value)| value).chain([&self.sql, &self.purpose]);
        if all.into_iter().any(|text| schemas::numbers_a_person(text)) {
            return refused(Reason::QuestionPerson);
        }
        if !self.purpose.is_empty() && access::check_purpose(&self.purpose).is_err() {
            return refused(Reason::Purpose);
        }
        let is_fit = |(name, value): &(String, String)| match &self.saved {
            Some(saved) => saved.parameters.iter().any(|one| one.name == *name && one.kind.check(value).is_ok()),
            None => value.is_empty() || ParameterKind::Month.check(value).is_ok(),
        };
        if !self.values.iter().all(is_fit) {
            return refused(Reason::Parameter);
        }
        let asked = self.saved.as_ref().map_or(self.sql.as_str(), |saved| saved.name);
        let set = self.values.iter().filter(|(name, value)| !value.is_empty() && self.names(name));
        let set: Vec<String> = set.map(|(name, value)| format!("{name}={value}")).collect();
        let question = inquiry::question(asked, None, &set);
        question.map_err(|_| Refusal::from(Reason::Parameter))
    }

    /// Whether the SELECT has a parameter of this name.
    fn names(&self, name: &str) -> bool {
        self.sql.contains(&format!(":{name}"))
    }

    /// The query by which the form is filled in again.
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match &self.saved {
            Some(saved) => query.append_pair("tanya", saved.name),
            None => query.append_pair("sql", &self.sql),
        };
        query.extend_pairs(self.values.iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }
}

/// The parameter that most questions have.
const MONTH: &str = "month";

/// The form, filled in by the address.
pub(super) async fn form(visit: &Visit) -> Answered {
    let typed = Typed::read(|name| visit.asked(name))?;
    let is_of_person = typed.values.iter().map(|(_, value)| value).chain([&typed.sql, &typed.purpose]);
    if is_of_person.into_iter().any(|text| schemas::numbers_a_person(text)) {
        return Err(Reason::QuestionPerson.into());
    }
    shown(visit, &typed, Shown::default()).await
}

/// What stands beside the form.
#[derive(Default)]
struct Shown {
    reads: Option<Asked>,
    fault: Option<Refusal>,
    /// Why the program does not answer, in its own words.
    why: Option<String>,
}

async fn shown(visit: &Visit, typed: &Typed, beside: Shown) -> Answered {
    let Portal { clerk, office, inquiries, .. } = &*visit.portal;
    let workspace = office.now();
    let said = clerk.said(office, Work::Views).await?;
    let asker = visitor(visit)?;
    let label = |one: &Parameter| json!({"name": one.name, "kind": one.kind.word(), "value": typed.value(&one.name)});
    let saved = SavedQuestion::all().map_err(anyhow::Error::from)?;
    let saved = saved.iter().map(|saved| {
        let path = format!("{ROOT}?tanya={}", saved.name);
        json!({"name": saved.name, "title": saved.title, "sentence": saved.sentence, "path": path})
    });
    let own = inquiries.of_account(&asker.account);
    let own = own.iter().map(|one| json!({"path": path(one), "asked": moment(one.asked_at), "standing": standing(one), "called": called(one)}));
    let fault = beside.fault.as_ref();
    let value = json!({
        "action": ROOT, "sql": typed.sql, "purpose": typed.purpose, "month": typed.value(MONTH),
        "chosen": typed.saved.as_ref().map(|saved| json!({
            "name": saved.name, "title": saved.title, "sentence": saved.sentence,
            "parameters": saved.parameters.iter().map(label).collect::<Vec<_>>(),
        })),
        "reads": beside.reads.as_ref().map(reads),
        "fault": fault.map(|fault| super::decisions::fault_in_words(fault, &workspace)),
        "why": beside.why,
        "saved": saved.collect::<Vec<_>>(), "own": own.collect::<Vec<_>>(), "views": said.values()["views"],
        "limits": {"seconds": LIMITS.seconds, "shown": number(SHOWN as u64), "rows": number(LIMITS.rows)},
    });
    let status = fault.map_or(StatusCode::OK, |fault| fault.status);
    Ok(Answer::Sheet(Sheet { status, source: said.source.clone(), ..Sheet::new("kueri", "Kueri", value) }))
}

impl Typed {
    fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Examines a question, and has it answered. What is not answered stands in the form again, with why.
pub(super) async fn ask(visit: &Visit) -> Answered {
    let typed = Typed::read(|name| visit.field(name))?;
    match asked(visit, &typed).await {
        Ok(Outcome::Asked(inquiry)) => Ok(Answer::See(path(&inquiry))),
        Ok(Outcome::Examined(reads)) => shown(visit, &typed, Shown { reads: Some(reads), ..Shown::default() }).await,
        Ok(Outcome::Refused(why)) => {
            let fault = Some(Reason::NotAnswered.into());
            shown(visit, &typed, Shown { fault, why: Some(why), ..Shown::default() }).await
        }
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => {
            // What may be a number of a person is not shown again.
            let blank = Typed {
                sql: schemas::without_numbers_of_persons(&typed.sql),
                purpose: String::new(),
                values: Vec::new(),
                ..typed
            };
            shown(visit, &blank, Shown { fault: Some(fault), ..Shown::default() }).await
        }
        Err(fault) => Err(fault),
    }
}

/// What becomes of a question.
enum Outcome {
    Asked(Arc<Inquiry>),
    Examined(Asked),
    Refused(String),
}

async fn asked(visit: &Visit, typed: &Typed) -> Result<Outcome, Refusal> {
    let (asker, question) = (visitor(visit)?, typed.question()?);
    if visit.portal.inquiries.is_busy(&asker.account) {
        return Err(Reason::Busy.into());
    }
    let place = Where { config: visit.portal.office.config() };
    let reads = match inquiry::examined(question.clone(), LIMITS, &ArchiveCopy::default(), &place).await {
        Ok(reads) => reads,
        Err(fault) => return Ok(Outcome::Refused(format!("{fault:#}"))),
    };
    if visit.field("act") == "examine" {
        return Ok(Outcome::Examined(reads));
    }
    let purpose = Some(typed.purpose.clone()).filter(|purpose| !purpose.is_empty());
    let now = clock::now().with_timezone(&visit.portal.office.now().config.zone()).fixed_offset();
    let asking = Asking { visitor: asker, question, form: typed.query(), purpose, reads, now };
    let inquiry = visit.portal.inquire(asking)?.ok_or(Reason::Busy)?;
    Ok(Outcome::Asked(inquiry))
}

fn visitor(visit: &Visit) -> Result<&Visitor, Refusal> {
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
    let files = if values["answer"].is_null() { Vec::new() } else { files(&inquiry) };
    let status = match &*inquiry.standing() {
        Standing::Unnoted => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    Ok(Answer::Sheet(Sheet { files, status, ..Sheet::new("kueri_jawaban", "Jawaban kueri", values) }))
}

fn values(inquiry: &Inquiry) -> anyhow::Result<Value> {
    let standing_word = standing(inquiry);
    let mut standing = inquiry.standing();
    let (mut answer, mut refused, mut elapsed) = (Value::Null, None, None);
    match &mut *standing {
        Standing::Answered(noted) => answer = of_answer(noted)?,
        Standing::Refused(why) => refused = Some(why.clone()),
        Standing::Running(since) => elapsed = Some(seconds(since.elapsed().as_secs())),
        Standing::Waiting | Standing::Cancelled | Standing::Unnoted => {}
    }
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
        "again": format!("{ROOT}?{}", inquiry.form),
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
fn files(inquiry: &Inquiry) -> Vec<Link> {
    let link = |(form, name): (Form, &str)| Link {
        path: format!("{}.{}", path(inquiry), form.ending()),
        text: name.to_owned(),
    };
    [(Form::Csv, "CSV"), (Form::Xlsx, "XLSX"), (Form::Json, "JSON"), (Form::Parquet, "Parquet")].map(link).to_vec()
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
    let kept = Arc::clone(inquiry);
    let written = apart(move || async move {
        let mut standing = kept.standing();
        let Standing::Answered(noted) = &mut *standing else { return Ok(None) };
        let number = noted.number;
        noted.answer.rewind()?;
        let mut spool = tempfile::tempfile().context("an answer cannot be written as a file")?;
        inquiry::write(&mut noted.answer, form, number, &mut spool)?;
        spool.flush()?;
        let length = spool.seek(SeekFrom::End(0))?;
        spool.seek(SeekFrom::Start(0))?;
        Ok(Some((spool, length, number)))
    });
    let (spool, length, number) = written.await?.ok_or(Reason::AnswerGone)?;
    let pieces = stream::unfold(Some(spool), |spool| async move {
        let mut spool = spool?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; AT_ONCE];
            let n = spool.read(&mut piece)?;
            piece.truncate(n);
            Ok::<_, std::io::Error>((piece, spool))
        });
        match read.await.map_err(std::io::Error::other).and_then(|read| read) {
            Ok((piece, _)) if piece.is_empty() => None,
            Ok((piece, spool)) => Some((Ok(piece), Some(spool))),
            Err(fault) => Some((Err(fault), None)),
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let of = number.map_or_else(|| inquiry.id.clone(), |number| format!("catatan-akses-{number}"));
    let name = format!("attachment; filename=\"kueri_{of}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).context("a name is no header")?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    response.headers_mut().extend(headers);
    Ok(Answer::Whole(response))
}

/// The script by which DuckDB answers the same question.
pub(super) async fn script(visit: &Visit) -> Answered {
    let inquiry = known(visit)?;
    let Portal { clerk, office, .. } = &*visit.portal;
    let views = clerk.file_if_any(office, Work::ViewsElsewhere).await?.context("there are no views")?;
    let views = String::from_utf8_lossy(&views.body.bytes).into_owned();
    let script = inquiry::script(&inquiry.question, &inquiry.reads.columns, &views).ok_or(Reason::NotInFiles)?;
    Ok(Answer::File(File::new("application/sql", script.into_bytes().into()).named("duckdb.sql".to_owned())))
}

/// Cancels a question.
pub(super) fn cancel(visit: &Visit) -> Answered {
    let inquiry = known(visit)?;
    inquiry.cancel();
    Ok(Answer::See(path(&inquiry)))
}

fn path(inquiry: &Inquiry) -> String {
    format!("{ROOT}/{}", inquiry.id)
}

/// How a question stands, as a word for templates.
fn standing(inquiry: &Inquiry) -> &'static str {
    match &*inquiry.standing() {
        Standing::Waiting => "waiting",
        Standing::Running(_) => "running",
        Standing::Answered(_) => "answered",
        Standing::Refused(_) => "refused",
        Standing::Cancelled => "cancelled",
        Standing::Unnoted => "unnoted",
    }
}

/// By what a question is called in a list.
fn called(inquiry: &Inquiry) -> String {
    let words: String = inquiry.question.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(CALLED) {
        Some((end, _)) => format!("{} …", &words[..end]),
        None => words,
    }
}

/// What a question reads, in words.
fn reads(asked: &Asked) -> Value {
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

fn number(n: u64) -> String {
    Language::Indonesian.integer(n)
}

/// A time to the tenth of a second.
fn tenths(ms: u128) -> String {
    match ms {
        0..100 => "kurang dari 0,1 detik".to_owned(),
        _ => format!("{},{} detik", ms / 1_000, ms % 1_000 / 100),
    }
}

fn seconds(n: u64) -> String {
    format!("{} detik", number(n))
}
