//! Why there is no answer, in the words of the officer, and where to go on.

mod reason;

pub(super) use reason::Reason;

use anyhow::Error;
use axum::http::StatusCode;
use reports::Link;
use schemas::{Month, Speech};
use std::time::Duration;

/// Where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Start,
    SignIn,
    Jobs,
    /// The last month of a part of the portal.
    LastMonth(String),
    /// The calendar of this year.
    Calendar,
    /// The review that is not narrowed.
    Whole(Month),
    /// The questions to the archive.
    Questions,
}

/// Why there is no answer, and where to go on.
#[derive(Debug)]
pub(super) struct Refusal {
    reason: Reason,
    pub(super) status: StatusCode,
    way: Way,
}

impl Refusal {
    /// The usual reason of a status.
    pub(super) fn of(status: StatusCode) -> Self {
        let reason = match status {
            StatusCode::UNAUTHORIZED => Reason::SignedOut,
            StatusCode::FORBIDDEN => Reason::Foreign,
            StatusCode::NOT_FOUND => Reason::NoPage,
            StatusCode::METHOD_NOT_ALLOWED => Reason::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Reason::TooLong,
            StatusCode::MISDIRECTED_REQUEST => Reason::Misdirected,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => Reason::Late,
            StatusCode::INTERNAL_SERVER_ERROR => Reason::Broken,
            _ => Reason::Unreadable,
        };
        Self { status, ..Self::from(reason) }
    }

    /// The same, which leads to the jobs.
    pub(super) fn leading_to_jobs(self) -> Self {
        Self { way: Way::Jobs, ..self }
    }

    /// The same, which leads to the last month of a part of the portal.
    pub(super) fn leading_to_last_month(self, part: &str) -> Self {
        Self { way: Way::LastMonth(part.to_owned()), ..self }
    }

    /// The same, which leads to the calendar of this year.
    pub(super) fn leading_to_calendar(self) -> Self {
        Self { way: Way::Calendar, ..self }
    }

    /// The same, which leads to the review of all cases.
    pub(super) fn leading_to_whole(self, month: Month) -> Self {
        Self { way: Way::Whole(month), ..self }
    }

    /// What is so, what to do, and where to go on.
    pub(super) fn said(&self, speech: Speech<'_>) -> (String, String, Link) {
        let said = self.reason.said(speech);
        let (what, next) = said.split_once('\n').unwrap_or((&said, ""));
        (what.to_owned(), next.to_owned(), self.way.link(speech))
    }

    /// Whether it is about what was filled into a form, which is shown again.
    pub(super) fn is_of_a_field(&self) -> bool {
        self.status == StatusCode::UNPROCESSABLE_ENTITY
    }

    /// Whether it is that something of the same person goes on.
    pub(super) fn is_busy(&self) -> bool {
        self.reason == Reason::Busy
    }

    /// How long whoever asked has to wait.
    pub(super) fn wait(&self) -> Option<Duration> {
        if let Reason::Wait(wait) | Reason::PersonWait(wait) = self.reason { Some(wait) } else { None }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        let status = reason.status();
        let way = match status {
            _ if matches!(reason, Reason::PersonWait(_)) => Way::Start,
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => Way::SignIn,
            _ if matches!(reason, Reason::Busy | Reason::AnswerGone | Reason::NotInFiles) => Way::Questions,
            _ => Way::Start,
        };
        Self { reason, status, way }
    }
}

/// What went wrong is logged; a page does not say it, since it may name a path, or more.
impl From<Error> for Refusal {
    fn from(fault: Error) -> Self {
        tracing::error!("a page cannot be made: {fault:#}");
        Self::from(Reason::Broken)
    }
}

impl Way {
    fn link(&self, speech: Speech<'_>) -> Link {
        let (path, text) = match self {
            Self::Start => ("/".to_owned(), speech.say("way.start", &[])),
            Self::SignIn => ("/masuk".to_owned(), speech.say("way.sign_in", &[])),
            Self::Jobs => ("/pekerjaan".to_owned(), speech.say("way.jobs", &[])),
            Self::LastMonth(part) => (format!("/{part}"), speech.say("way.last_month", &[])),
            Self::Calendar => ("/kalender".to_owned(), speech.say("way.calendar", &[])),
            Self::Questions => ("/kueri".to_owned(), speech.say("way.questions", &[])),
            Self::Whole(month) => (format!("/tinjauan/{month}"), speech.say("way.whole", &[])),
        };
        Link { path, text }
    }
}
