//! Questions to the archive: the form with what may be asked, and what becomes of what is asked.
//!
//! Rule    what a question reads is known before it runs; no question and no address has a number of a person

use super::super::Portal;
use super::super::answer::{Answer, Answered, Sheet};
use super::super::inquiries::{Asking, Inquiry, LIMITS};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::super::work::Work;
use super::answers::{ROOT, SHOWN, called, number, path, reads, standing, visitor};
use super::decisions::{fault_in_words, moment};
use crate::inquiry::{self, Asked, Question, Refused};
use crate::{access, clock};
use axum::http::StatusCode;
use pipeline::Given;
use schemas::{Parameter, ParameterKind, SavedQuestion};
use serde_json::json;
use std::sync::Arc;

/// A question has no more bytes.
const LONGEST: usize = 20_000;

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
        let set = self.values.iter().filter(|(name, value)| !value.is_empty() && self.names(name));
        match &self.saved {
            Some(saved) => {
                let set: Vec<String> = set.map(|(name, value)| format!("{name}={value}")).collect();
                inquiry::question(saved.name, None, &set).map_err(|_| Refusal::from(Reason::Parameter))
            }
            None => {
                let given = set.map(|(name, value)| (name.clone(), Given::Text(value.clone()))).collect();
                Ok(Question { sql: self.sql.clone(), given })
            }
        }
    }

    /// The same without what may be a number of a person, which is not shown again.
    fn without_persons(mut self) -> Self {
        let texts = self.values.iter_mut().map(|(_, value)| value).chain([&mut self.purpose, &mut self.sql]);
        texts.for_each(|text| *text = schemas::without_numbers_of_persons(text));
        self
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
    let label = |one: &Parameter| json!({"name": one.name, "kind": kind(one.kind), "value": typed.value(&one.name)});
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
        "fault": fault.map(|fault| fault_in_words(fault, &workspace)),
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
        Err(fault) if (fault.is_of_a_field() || fault.is_busy()) && visit.form == Form::Page => {
            shown(visit, &typed.without_persons(), Shown { fault: Some(fault), ..Shown::default() }).await
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
    let reads = match visit.portal.examined(question.clone()).await {
        Ok(reads) => reads,
        Err(fault) if fault.is::<Refused>() => return Ok(Outcome::Refused(fault.to_string())),
        Err(fault) => return Err(fault.into()),
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

/// What a field takes, in words.
fn kind(of: ParameterKind) -> &'static str {
    match of {
        ParameterKind::Month => "Bulan, seperti 2026-10",
        ParameterKind::Day => "Tanggal, seperti 2026-10-31",
        ParameterKind::Number => "Bilangan bulat",
        ParameterKind::Text => "Nomor atau nama",
    }
}
