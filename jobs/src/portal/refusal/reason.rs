//! Every reason for which there is no answer.
//!
//! Rule    the words are data, `refusal` of data/kata.toml: in the first line what is so, in the second what to do; here stands which

use axum::http::StatusCode;
use schemas::{DecisionFault, Month, Speech};
use std::time::Duration;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Reason {
    /// Nobody is signed in.
    SignedOut,
    /// The role has not the right.
    Forbidden,
    /// It comes from another site.
    Foreign,
    /// There is no such page.
    NoPage,
    /// It cannot be asked for in that way.
    Method,
    /// What was sent is too long.
    TooLong,
    /// Another name was meant.
    Misdirected,
    /// It took too long.
    Late,
    /// It cannot be made.
    Broken,
    /// What was asked cannot be read.
    Unreadable,
    /// The token is of no machine.
    UnknownToken,
    /// Only persons may ask for it.
    NotForMachines,
    /// Who tries to sign in, or a token, must wait.
    Wait(Duration),
    /// A session has too many logs open.
    Streams,
    /// The archive has nothing of a month.
    NoMonth(Month),
    /// The calendar has no such year; it goes from one to another.
    NoYear(i32, i32),
    /// No books were ever closed, and those from this month on are open.
    FirstClosing(Month),
    /// The archive does not reach a month whose books were to be closed.
    NotToClose(Month),
    /// The page is not there in the form that was asked for.
    NoForm,
    /// There is no such number.
    NoNumber,
    /// There is no such kecamatan or kind of application.
    NoNarrowing,
    /// The form is not of a part of the cases.
    NotOnPaper,
    /// This portal changes nothing.
    ReadOnly,
    /// The configuration cannot be read now.
    Configuration,
    /// The job runs already.
    Running,
    /// The run is not of this scheduler, or has ended.
    NotOurs,
    /// Another computer serves the archive.
    Elsewhere,
    /// A decision cannot be accepted.
    Decision(DecisionFault),
    /// A number cannot be read.
    Number,
    /// A day cannot be read.
    Day,
    /// There is no such standing.
    Standing,
    /// Another question of the same person goes on.
    Busy,
    /// Nothing was asked.
    QuestionEmpty,
    /// A question is too long.
    QuestionLong,
    /// A question has a number like a NIK.
    QuestionPerson,
    /// The value of a parameter is missing or of another kind.
    Parameter,
    /// A purpose cannot be entered.
    Purpose,
    /// The program does not answer a question, and says why in its own words.
    NotAnswered,
    /// An answer is not kept any more, or is somebody else's.
    AnswerGone,
    /// What is traced is none of ours, or a number like a NIK.
    TracePerson,
    /// Neither a case nor a batch, or both, are named.
    TraceOne,
    /// The archive has nothing of it.
    TraceNone,
    /// A trace is not kept any more, or is somebody else's.
    TraceGone,
    /// Of which letter a person is traced is not said.
    Letter,
    /// For what a person is traced is not said.
    PersonPurpose,
    /// What was typed as a NIK has not its digits.
    Digits,
    /// The password that was typed again is wrong.
    Password,
    /// The archive has nothing of a person.
    PersonNone,
    /// Who asked for many of whom the archive has nothing must wait.
    PersonWait(Duration),
    /// A person cannot be traced in a copy.
    PersonNotHere,
    /// The trace of a person is not kept any more, or is somebody else's.
    PersonGone,
    /// That somebody looks cannot be noted.
    Unnoted,
    /// A check runs already.
    Checking,
    /// Months that may not be destroyed, or none.
    DisposalMonths,
    /// Who proposes or approves cannot be named.
    DisposalName,
    /// Who proposed it approves it.
    DisposalSame,
    /// No bundle is made from a copy.
    NoBundle,
    /// There is no such receiver of bundles.
    BundleRole,
    /// The months of a bundle do not fit.
    BundleMonths,
    /// A copy is not connected to a source.
    NoSource,
    /// What was kept of the archive is neither a statement nor a head.
    Kept,
    /// A question reads what only tertib computes.
    NotInFiles,
    /// A remark is empty.
    RemarkEmpty,
    /// A remark is too long.
    RemarkLong,
    /// A remark has a number like a NIK.
    RemarkPerson,
}

impl Reason {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut | Self::UnknownToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Foreign | Self::NotForMachines => StatusCode::FORBIDDEN,
            Self::NoForm => StatusCode::NOT_ACCEPTABLE,
            Self::NoPage
            | Self::NoMonth(_)
            | Self::NoYear(..)
            | Self::NoNumber
            | Self::NoNarrowing
            | Self::AnswerGone
            | Self::TraceGone
            | Self::PersonGone
            | Self::NotInFiles
            | Self::NotOnPaper => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Late | Self::Unnoted => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Wait(_) | Self::PersonWait(_) | Self::Streams => StatusCode::TOO_MANY_REQUESTS,
            Self::ReadOnly
            | Self::PersonNotHere
            | Self::Busy
            | Self::Checking
            | Self::NoSource
            | Self::NoBundle
            | Self::DisposalSame
            | Self::FirstClosing(_)
            | Self::NotToClose(_)
            | Self::Configuration
            | Self::Running
            | Self::NotOurs
            | Self::Elsewhere => StatusCode::CONFLICT,
            Self::Decision(_)
            | Self::Number
            | Self::Day
            | Self::Standing
            | Self::QuestionEmpty
            | Self::QuestionLong
            | Self::QuestionPerson
            | Self::Parameter
            | Self::Purpose
            | Self::NotAnswered
            | Self::TracePerson
            | Self::TraceOne
            | Self::TraceNone
            | Self::Letter
            | Self::PersonPurpose
            | Self::Digits
            | Self::Password
            | Self::PersonNone
            | Self::Kept
            | Self::BundleRole
            | Self::DisposalMonths
            | Self::DisposalName
            | Self::BundleMonths
            | Self::RemarkEmpty
            | Self::RemarkLong
            | Self::RemarkPerson => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// What is so, and in the next line what to do.
    pub(in super::super) fn said(&self, speech: Speech<'_>) -> String {
        match self {
            Self::SignedOut => speech.say("refusal.signed_out", &[]),
            Self::Forbidden => speech.say("refusal.forbidden", &[]),
            Self::Foreign => speech.say("refusal.foreign", &[]),
            Self::NoPage => speech.say("refusal.no_page", &[]),
            Self::Method => speech.say("refusal.method", &[]),
            Self::TooLong => speech.say("refusal.too_long", &[]),
            Self::Misdirected => speech.say("refusal.misdirected", &[]),
            Self::Late => speech.say("refusal.late", &[]),
            Self::Broken => speech.say("refusal.broken", &[]),
            Self::Unreadable => speech.say("refusal.unreadable", &[]),
            Self::UnknownToken => speech.say("refusal.unknown_token", &[]),
            Self::NotForMachines => speech.say("refusal.not_for_machines", &[]),
            Self::Wait(wait) => speech.say("refusal.wait", &[("minutes", &minutes(*wait))]),
            Self::PersonWait(wait) => speech.say("refusal.person_wait", &[("minutes", &minutes(*wait))]),
            Self::Streams => speech.say("refusal.streams", &[]),
            Self::NoMonth(month) => speech.say("refusal.no_month", &[("month", &month.indonesian())]),
            Self::NoYear(first, last) => speech.say("refusal.no_year", &[("first", first), ("last", last)]),
            Self::FirstClosing(first) => {
                speech.say("refusal.first_closing", &[("month", &first.indonesian()), ("first", first)])
            }
            Self::NotToClose(month) => speech.say("refusal.not_to_close", &[("month", &month.indonesian())]),
            Self::NoForm => speech.say("refusal.no_form", &[]),
            Self::NoNumber => speech.say("refusal.no_number", &[]),
            Self::NoNarrowing => speech.say("refusal.no_narrowing", &[]),
            Self::NotOnPaper => speech.say("refusal.not_on_paper", &[]),
            Self::ReadOnly => speech.say("refusal.read_only", &[]),
            Self::Configuration => speech.say("refusal.configuration", &[]),
            Self::Running => speech.say("refusal.running", &[]),
            Self::NotOurs => speech.say("refusal.not_ours", &[]),
            Self::Elsewhere => speech.say("refusal.elsewhere", &[]),
            Self::Decision(fault) => said_of(*fault, speech),
            Self::Number => speech.say("refusal.number", &[]),
            Self::Day => speech.say("refusal.day", &[]),
            Self::Standing => speech.say("refusal.standing", &[]),
            Self::Busy => speech.say("refusal.busy", &[]),
            Self::QuestionEmpty => speech.say("refusal.question_empty", &[]),
            Self::QuestionLong => speech.say("refusal.question_long", &[]),
            Self::QuestionPerson => speech.say("refusal.question_person", &[]),
            Self::Parameter => speech.say("refusal.parameter", &[]),
            Self::Purpose => speech.say("refusal.purpose", &[]),
            Self::NotAnswered => speech.say("refusal.not_answered", &[]),
            Self::AnswerGone => speech.say("refusal.answer_gone", &[]),
            Self::TracePerson => speech.say("refusal.trace_person", &[]),
            Self::TraceOne => speech.say("refusal.trace_one", &[]),
            Self::TraceNone => speech.say("refusal.trace_none", &[]),
            Self::TraceGone => speech.say("refusal.trace_gone", &[]),
            Self::Letter => speech.say("refusal.letter", &[]),
            Self::PersonPurpose => speech.say("refusal.person_purpose", &[]),
            Self::Digits => speech.say("refusal.digits", &[]),
            Self::Password => speech.say("refusal.password", &[]),
            Self::PersonNone => speech.say("refusal.person_none", &[]),
            Self::PersonNotHere => speech.say("refusal.person_not_here", &[]),
            Self::PersonGone => speech.say("refusal.person_gone", &[]),
            Self::Unnoted => speech.say("refusal.unnoted", &[]),
            Self::Checking => speech.say("refusal.checking", &[]),
            Self::DisposalMonths => speech.say("refusal.disposal_months", &[]),
            Self::DisposalName => speech.say("refusal.disposal_name", &[]),
            Self::DisposalSame => speech.say("refusal.disposal_same", &[]),
            Self::NoBundle => speech.say("refusal.no_bundle", &[]),
            Self::BundleRole => speech.say("refusal.bundle_role", &[]),
            Self::BundleMonths => speech.say("refusal.bundle_months", &[]),
            Self::NoSource => speech.say("refusal.no_source", &[]),
            Self::Kept => speech.say("refusal.kept", &[]),
            Self::NotInFiles => speech.say("refusal.not_in_files", &[]),
            Self::RemarkEmpty => speech.say("refusal.remark_empty", &[]),
            Self::RemarkLong => speech.say("refusal.remark_long", &[]),
            Self::RemarkPerson => speech.say("refusal.remark_person", &[]),
        }
    }
}

/// A wait in minutes that have begun.
fn minutes(wait: Duration) -> u64 {
    wait.as_secs().div_ceil(60).max(1)
}

/// Why a decision is refused.
fn said_of(fault: DecisionFault, speech: Speech<'_>) -> String {
    match fault {
        DecisionFault::Target => speech.say("refusal.no_target", &[]),
        DecisionFault::Regulation => speech.say("refusal.no_regulation", &[]),
        DecisionFault::Jenis => speech.say("refusal.no_jenis", &[]),
        DecisionFault::Period => speech.say("refusal.period", &[]),
        DecisionFault::Source => speech.say("refusal.source", &[]),
        DecisionFault::Article => speech.say("refusal.article", &[]),
        DecisionFault::Value => speech.say("refusal.value", &[]),
        DecisionFault::Person => speech.say("refusal.source_person", &[]),
        DecisionFault::Form => speech.say("refusal.form", &[]),
    }
}

#[cfg(test)]
mod tests {
    use schemas::Facts;

    /// Each refusal says in one line what is so and in another what to do, in both languages.
    #[test]
    fn a_refusal_says_what_is_so_and_what_to_do() {
        let facts = Facts::embedded().unwrap();
        let keys: Vec<&String> = facts.words.keys().filter(|key| key.starts_with("refusal.")).collect();
        assert!(keys.len() > 30, "{keys:?}");
        for key in keys {
            for text in [&facts.words[key].id, &facts.words[key].en] {
                let lines: Vec<&str> = text.lines().collect();
                assert!(lines.len() == 2 && lines.iter().all(|line| line.ends_with('.')), "{key}: {text}");
            }
        }
    }
}
