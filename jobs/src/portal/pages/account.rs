//! Who is signed in, and what the role may do.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::refusal::Reason;
use super::super::visit::Visit;
use schemas::{Language, Right, Speech};
use serde_json::json;
use std::time::Instant;

/// The page.
pub(super) fn page(visit: &Visit) -> Answered {
    let visitor = visit.visitor.as_ref().ok_or(Reason::SignedOut)?;
    let workspace = visit.portal.office.now();
    let speech = workspace.facts.speech(Language::Indonesian);
    let rights = Right::ALL
        .into_iter()
        .filter(|right| visitor.role.may(*right) && (visit.portal.asks.is_some() || !right.changes()));
    let value = json!({
        "account": visitor.account, "name": visitor.name, "post": visitor.post, "role": visitor.role.label,
        "rights": rights.map(|right| json!({"id": right, "said": said(right, speech)})).collect::<Vec<_>>(),
        "sessions": visit.portal.sessions.count(&visitor.account, Instant::now()),
    });
    Ok(Answer::Sheet(Sheet::new("akun", "Akun", value)))
}

fn said(right: Right, speech: Speech<'_>) -> String {
    match right {
        Right::Review => speech.say("right.review", &[]),
        Right::Origin => speech.say("right.origin", &[]),
        Right::Cases => speech.say("right.cases", &[]),
        Right::Query => speech.say("right.query", &[]),
        Right::Persons => speech.say("right.persons", &[]),
        Right::Verify => speech.say("right.verify", &[]),
        Right::Bundle => speech.say("right.bundle", &[]),
        Right::Dispose => speech.say("right.dispose", &[]),
        Right::Lookers => speech.say("right.lookers", &[]),
        Right::Decide => speech.say("right.decide", &[]),
        Right::Jobs => speech.say("right.jobs", &[]),
        Right::Operate => speech.say("right.operate", &[]),
        Right::System => speech.say("right.system", &[]),
    }
}
