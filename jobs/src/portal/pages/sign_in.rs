//! Signing in and out.

use super::super::answer::{Answer, Answered, Sheet};
use super::super::people::{self, Person};
use super::super::refusal::{Reason, Refusal};
use super::super::visit::Visit;
use anyhow::anyhow;
use axum::http::StatusCode;
use schemas::Language;
use serde_json::json;
use std::time::Instant;

/// A place of ours is no longer.
const LONGEST_PLACE: usize = 200;

/// The form.
pub(super) fn form(visit: &Visit) -> Answer {
    let place = place(&visit.asked("ke"));
    let workspace = visit.portal.office.now();
    let speech = workspace.facts.speech(Language::Indonesian);
    let news = match visit.asked("sebab").as_str() {
        "berakhir" => Some(speech.say("portal.session_ended", &[])),
        "tidak-disimpan" => Some(speech.say("portal.not_saved", &[])),
        "keluar" => Some(speech.say("portal.signed_out", &[])),
        _ => None,
    };
    match &visit.visitor {
        Some(_) => Answer::See(place),
        None => Answer::Sheet(sheet(&place, false, news)),
    }
}

/// `news` is why somebody stands before the form again.
fn sheet(place: &str, is_wrong: bool, news: Option<String>) -> Sheet {
    let value = json!({"to": place, "is_wrong": is_wrong, "news": news});
    let status = if is_wrong { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    Sheet { status, ..Sheet::new("masuk", "Masuk ke portal", value) }
}

/// Examines account and password. What is wrong about them is not said, and an unknown account takes as long as a known one.
pub(super) async fn enter(visit: &Visit) -> Answered {
    let portal = &visit.portal;
    let (account, password, place) = (visit.field("akun"), visit.field("sandi"), place(&visit.field("ke")));
    let Some(person) = examined(visit, &account, password).await? else {
        // What was typed as an account may be anything, so it is not logged.
        tracing::warn!(address = %visit.address, "somebody could not sign in");
        return Ok(Answer::Sheet(sheet(&place, true, None)));
    };
    if let Some(visitor) = &visit.visitor {
        portal.sessions.end(&visitor.session);
    }
    let secret = portal.sessions.begin(&person.akun, person.mark(), Instant::now())?;
    tracing::info!(account = person.akun, address = %visit.address, "signed in");
    Ok(Answer::SeeWith(place, portal.set_cookie(Some(&secret))))
}

/// The person of an account, if the password is theirs and they may come in.
///
/// # Errors
/// When too many tries failed.
pub(super) async fn examined(visit: &Visit, account: &str, password: String) -> Result<Option<Person>, Refusal> {
    let portal = &visit.portal;
    portal.limits.begin(account, visit.address, Instant::now()).map_err(|wait| {
        tracing::warn!(address = %visit.address, "too many tries to sign in");
        Reason::Wait(wait)
    })?;
    let person = portal.register_now().people.iter().find(|person| person.akun == account).cloned();
    let person = {
        let _turn = portal.examiner.acquire().await.map_err(|fault| anyhow!(fault))?;
        let examined =
            tokio::task::spawn_blocking(move || people::is_right(person.as_ref(), &password).then_some(person));
        examined.await.map_err(|fault| anyhow!("a password cannot be examined: {fault}"))?.flatten()
    };
    let person = person.filter(|person| person.may_enter(portal.today()));
    if person.is_some() {
        portal.limits.succeeded(account, visit.address);
    }
    Ok(person)
}

/// Ends this session, or all of the account.
pub(super) fn leave(visit: &Visit, everywhere: bool) -> Answer {
    if let Some(visitor) = &visit.visitor {
        if everywhere {
            visit.portal.sessions.end_all(&visitor.account);
        } else {
            visit.portal.sessions.end(&visitor.session);
        }
        tracing::info!(account = visitor.account, everywhere, "signed out");
    }
    Answer::SeeWith("/masuk?sebab=keluar".to_owned(), visit.portal.set_cookie(None))
}

/// Where to go after signing in: a path of ours, whatever the form says.
fn place(asked: &str) -> String {
    let is_path = asked.starts_with('/') && !asked.starts_with("//") && asked.len() <= LONGEST_PLACE;
    let is_plain = asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_sign_in = asked.starts_with("/masuk") || asked.starts_with("/keluar");
    if is_path && is_plain && !is_sign_in { asked.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(place("/tinjauan/2026-10?x=1"), "/tinjauan/2026-10?x=1");
        for elsewhere in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x",
            "/masuk?ke=/",
            "javascript:x",
        ] {
            assert_eq!(place(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
