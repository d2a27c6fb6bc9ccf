//! The values of targets: those in force, the decisions about them, and the form by which one is entered or taken back.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Form, Visit};
use super::decisions::{ENTERED, by, fault_in_words, is_entered, may_enter, moment, writable};
use super::review::months;
use super::run::in_a_row;
use super::{apart, surely};
use crate::clock;
use crate::entries::{self, TargetEntry};
use crate::workspace::Workspace;
use anyhow::Result;
use axum::http::StatusCode;
use chrono::NaiveDate;
use schemas::{Authority, Compared, Decision, Facts, Language, Month, Rule, Standard};
use serde_json::{Value, json};
use std::sync::Arc;

/// The fields of the form.
const FIELDS: [&str; 9] = ["target", "value", "standing", "article", "source", "from", "until", "jenis", "regulation"];

/// The targets in force now, the decisions about them, and the form for who may enter one.
pub(super) async fn targets(visit: &Visit) -> Answered {
    shown(visit, None).await
}

/// `refused` is why what was sent is not entered.
async fn shown(visit: &Visit, refused: Option<Refusal>) -> Answered {
    let workspace = visit.portal.office.now();
    let (facts, today) = (&workspace.facts, visit.portal.today());
    let month = Month::of_date(today);
    // A value is tried on the last month that is over, or of an older copy the last that it has.
    let last = months(visit).await?.iter().copied().rfind(|of| *of < month);
    let rules = workspace.decisions.rules(facts, month);
    let history = workspace.decisions.iter().map(|decision| of_decision(decision, facts));
    let choices = facts.regulations().flat_map(|(_, regulation)| &regulation.targets);
    let may_enter = may_enter(visit);
    let closed = if may_enter { closed(&workspace).await?.last().copied() } else { None };
    let standings = [Authority::Resmi, Authority::Sementara, Authority::Asumsi];
    let standings = standings.map(|of| json!({"id": of.word(), "label": of.printed()}));
    let value = json!({
        "month": month.indonesian(),
        "may_enter": may_enter,
        "is_entered": is_entered(visit),
        "closed": closed.map(Month::indonesian),
        "fault": refused.as_ref().map(|fault| fault_in_words(fault, &workspace)),
        "typed": typed(visit, refused.is_some(), today),
        "targets": rules.iter().map(|rule| of_rule(rule, last, facts)).collect::<Vec<_>>(),
        "history": history.rev().collect::<Vec<_>>(),
        "choices": {
            "targets": choices.map(|t| json!({"id": t.id, "title": t.title, "unit": t.standard.unit().word()})).collect::<Vec<_>>(),
            "standings": standings,
            "jenis": facts.jenis.iter().map(|(id, label)| json!({"id": id, "label": label})).collect::<Vec<_>>(),
            "regulations": facts.regulations().map(|(id, regulation)| json!({"id": id, "title": regulation.title})).collect::<Vec<_>>(),
        },
    });
    let status = refused.map_or(StatusCode::OK, |refused| refused.status);
    Ok(Answer::Sheet(Sheet { status, ..Sheet::new("target", "Target", value) }))
}

/// What stands in the form: what was sent, without what may be a number of a person, or nothing but today.
fn typed(visit: &Visit, is_sent: bool, today: NaiveDate) -> Value {
    let field = |name: &str| match name {
        _ if is_sent => schemas::without_numbers_of_persons(&visit.field(name)),
        "from" => today.to_string(),
        _ => String::new(),
    };
    Value::Object(FIELDS.iter().map(|name| ((*name).to_owned(), Value::from(field(name)))).collect())
}

/// Enters the value of a target, or takes it back. What cannot be entered stands in the form again, with why.
pub(super) async fn enter_target(visit: &Visit) -> Answered {
    match entered(visit).await {
        Err(fault) if fault.is_of_a_field() && visit.form == Form::Page => shown(visit, Some(fault)).await,
        answered => answered,
    }
}

async fn entered(visit: &Visit) -> Answered {
    let workspace = writable(visit)?;
    let is_withdrawn = !visit.field("withdraw").is_empty();
    let entry = TargetEntry {
        target: visit.field("target"),
        regulation: chosen(visit, "regulation"),
        jenis: chosen(visit, "jenis"),
        value: if is_withdrawn { None } else { Some(number(&visit.field("value"))?) },
        from: day(visit, "from")?,
        until: day(visit, "until")?,
        authority: authority(&visit.field("standing"))?,
        article: visit.field("article").trim().to_owned(),
        source: visit.field("source").trim().to_owned(),
        by: by(visit),
    };
    let decision = entries::decision(&workspace, entry, clock::now())?;
    decision.entered(&workspace.facts).map_err(|fault| Reason::Decision(fault.fault()))?;
    match visit.field("pasti").as_str() {
        "ya" => {}
        "" => {
            if let Some(question) = question(visit, &workspace, &decision).await? {
                return Ok(Answer::Sheet(question));
            }
        }
        _ => return Err(Refusal::of(StatusCode::BAD_REQUEST)),
    }
    apart(move || async move { entries::enter_decision(&workspace, &decision) }).await?;
    Ok(Answer::See(format!("/target?{ENTERED}")))
}

/// What is asked before a value is taken back, or counts in months whose books are closed; nothing before any other is entered.
async fn question(visit: &Visit, workspace: &Arc<Workspace>, decision: &Decision) -> Result<Option<Sheet>> {
    let title = workspace.facts.target(&decision.target).map_or(&decision.target, |(_, target)| &target.title);
    let from = day_in_words(decision.valid_from);
    let until = decision.valid_to.map_or_else(String::new, |last| format!(" sampai {}", day_in_words(last)));
    let reached = |month: &Month| {
        decision.valid_from <= month.last_day() && decision.valid_to.is_none_or(|last| last >= month.last_day())
    };
    let closed: Vec<String> = closed(workspace).await?.into_iter().filter(reached).map(Month::indonesian).collect();
    let mut words = Vec::new();
    if decision.value.is_none() {
        words.push(format!("Nilai target “{title}” ditarik kembali mulai {from}{until}."));
    }
    if !closed.is_empty() {
        let which = in_a_row(&closed);
        words.push(format!(
            "Ketentuan ini berlaku mulai {from}{until}, sehingga mencakup bulan yang bukunya sudah ditutup: {which}. Putusan bulan \
             tersebut dibuat lagi sebagai Perbaikan."
        ));
    }
    if words.is_empty() {
        return Ok(None);
    }
    words.push("Lanjutkan?".to_owned());
    let fields = FIELDS.iter().chain(&["withdraw"]).map(|name| ((*name).to_owned(), visit.field(name)));
    let fields: Vec<_> = fields.filter(|(_, value)| !value.is_empty()).collect();
    Ok(Some(surely(&format!("Target: {title}"), &words.join(" "), "/target", &fields, "/target")))
}

/// The months whose books are closed, in their order.
async fn closed(workspace: &Arc<Workspace>) -> Result<Vec<Month>> {
    let office = Arc::clone(workspace);
    apart(move || async move {
        let mut closed: Vec<Month> = office.archive()?.seals().map(|seal| seal.month).collect();
        closed.sort_unstable();
        Ok(closed)
    })
    .await
}

fn chosen(visit: &Visit, field: &str) -> Option<String> {
    Some(visit.field(field)).filter(|choice| !choice.is_empty())
}

/// A number as an official writes it, with a decimal comma.
pub(super) fn number(text: &str) -> Result<f64, Refusal> {
    text.trim().replace(',', ".").parse().map_err(|_| Reason::Number.into())
}

fn day(visit: &Visit, field: &str) -> Result<Option<NaiveDate>, Refusal> {
    let text = chosen(visit, field);
    let day = text.map(|text| text.parse()).transpose();
    day.map_err(|_| Reason::Day.into())
}

fn authority(word: &str) -> Result<Authority, Refusal> {
    let known = serde_json::from_value(word.into());
    known.map_err(|_| Reason::Standing.into())
}

fn of_rule(rule: &Rule<'_>, last: Option<Month>, facts: &Facts) -> Value {
    let target = &rule.target;
    let jenis = rule.jenis.as_deref().map(|id| facts.jenis_name(id));
    json!({
        "id": target.id, "title": target.title, "jenis": jenis,
        "value": value(&target.standard), "unit": target.standard.unit().word(),
        "what_if": last.map(|month| format!("/andai/{month}/{}", target.id)),
        "standing": if target.standard.has_value() { target.authority.printed() } else { "–" },
        "regulation": rule.regulation.title, "decides": rule.decides,
        // As in the reports: the article of a value whose text was not seen is not the office's to name.
        "article": if target.authority == Authority::Asumsi { "" } else { &target.article },
    })
}

fn of_decision(decision: &Decision, facts: &Facts) -> Value {
    let title = facts.target(&decision.target).map_or(&decision.target, |(_, target)| &target.title);
    let jenis = decision.jenis.as_deref().map(|id| facts.jenis_name(id));
    let standard = decision.standard(facts).ok();
    json!({
        "entered": moment(decision.entered), "by": decision.by, "title": title, "jenis": jenis,
        "value": standard.filter(Standard::has_value).map(|standard| value(&standard)),
        "from": day_in_words(decision.valid_from), "until": decision.valid_to.map(day_in_words),
        "standing": decision.authority.printed(), "article": decision.article, "source": decision.source,
    })
}

/// A value with the side on which a figure is good; a dash where there is none.
fn value(standard: &Standard) -> String {
    let compared = Compared::value_of(standard);
    let (_, value) = Language::Indonesian.compared(compared, None);
    value.map_or_else(|| "–".to_owned(), |value| format!("{}\u{A0}{value}", compared.comparison().sign()))
}

fn day_in_words(day: NaiveDate) -> String {
    day.format("%d-%m-%Y").to_string()
}
