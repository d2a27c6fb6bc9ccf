//! The pages of the office, for a browser: who signs in, what each may ask for, what is answered.
//!
//! Reads   [portal] of tertib.toml, pengguna.toml, the roles of the facts, the history, the archive
//! Gives   pages, and the same as JSON
//! Rule    a GET changes nothing; no page, log, URL or error names a resident; jobs are run by `serve` alone, which is asked

mod answer;
mod clerk;
mod desk;
mod errands;
mod evidence;
mod explained;
mod file;
mod guard;
mod inquiries;
mod limits;
mod listener;
mod office;
mod pages;
mod patience;
pub(crate) mod people;
mod refusal;
pub(crate) mod register;
mod routes;
mod runner;
mod said;
mod session;
mod shelf;
mod shown;
mod spool;
mod tables;
pub(crate) mod tls;
pub(crate) mod tokens;
mod traces;
mod visit;
mod work;

pub(crate) use desk::{Attended, attend};
pub(crate) use runner::run as run_errand;

use crate::clock;
use crate::config::PortalSection;
use crate::options::Where;
use crate::server::Asked;
use answer::Answer;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use chrono::NaiveDate;
use clerk::Clerk;
use errands::Errands;
use guard::Front;
use inquiries::Inquiries;
use limits::Limits;
use office::{Office, by_one_reading};
use refusal::{Reason, Refusal};
use register::{Register, Watched};
use reports::Pages;
use routes::{Access, Method, Page, ROUTES, Route};
use session::Sessions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use traces::Traces;
use visit::{Presented, Visit};

/// How long an answer may take, its request's body included.
const LONGEST: Duration = Duration::from_secs(30);

/// The body of a request is no longer.
const LONGEST_BODY: usize = 64 << 10;

/// A file that is sent to be checked is no longer, with what is around it.
const LONGEST_UPLOAD: usize = (16 << 20) + (4 << 10);

/// What all answers are made with.
#[derive(Debug)]
struct Portal {
    office: Office,
    register: Watched,
    sessions: Sessions,
    limits: Limits,
    /// One password is examined at a time: each takes 19 megabytes.
    examiner: Semaphore,
    pages: Pages,
    front: Front,
    /// The settings by which it was opened; others count from the next start on.
    opened: Option<PortalSection>,
    clerk: Arc<Clerk>,
    examination: pages::Examination,
    inquiries: Inquiries,
    errands: Errands,
    /// One file that was sent is in memory at a time.
    uploads: Arc<Semaphore>,
    traces: Traces,
    /// How often somebody may ask for persons of whom the archive has nothing.
    persons: Limits,
    /// Where `serve` is asked to run and abort; none where the portal is alone.
    asks: Option<mpsc::Sender<Asked>>,
    stop: watch::Receiver<bool>,
}

/// A portal that is open.
#[derive(Debug)]
pub(crate) struct Open {
    /// Where it is shown.
    pub(crate) address: SocketAddr,
    /// Whether it has a certificate.
    pub(crate) is_secure: bool,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl Open {
    /// Ends it: what is being answered has less than a second.
    pub(crate) async fn end(self) {
        self.stop.send_replace(true);
        if self.served.await.is_err() {
            tracing::error!("the portal broke off");
        }
    }
}

/// Whose pages a portal shows.
#[derive(Debug)]
pub(crate) enum Shows {
    /// An office's, by the `serve` that runs its jobs, to which it leads.
    Served(mpsc::Sender<Asked>),
    /// An office's, to be read only.
    Office,
    /// Those of an archive that lies somewhere without its office.
    Copy,
}

/// Opens the portal of an office.
///
/// # Errors
/// When the configuration, the certificate or the address cannot be used.
pub(crate) async fn open(place: Where, shows: Shows) -> Result<Open> {
    let office = Office::open(place, matches!(shows, Shows::Copy))?;
    let asks = if let Shows::Served(asks) = shows { Some(asks) } else { None };
    let workspace = office.now();
    let config = &workspace.config;
    let section = config.portal.clone().unwrap_or_default();
    let pair = config.portal_pair();
    let tls = pair.map(|(certificate, key)| tls::acceptor(&certificate, &key)).transpose()?;
    // What cannot be read must be said now.
    register::read(config, &workspace.facts)?;
    let listener = TcpListener::bind(section.listen).await.with_context(|| {
        let words = "another program may use the port; name another one by `listen` under [portal]";
        format!("cannot show pages at {}\n  {words}", section.listen)
    })?;
    let address = listener.local_addr().context("the system does not say where pages are shown")?;
    let (stop, stopped) = watch::channel(false);
    let is_secure = tls.is_some();
    let portal = Portal {
        register: Watched::of(&config.people_path()),
        sessions: Sessions::default(),
        limits: Limits::default(),
        examiner: Semaphore::new(1),
        pages: config.pages()?,
        opened: config.portal.clone(),
        front: Front::new(&section.names, section.listen, is_secure),
        clerk: Arc::default(),
        examination: pages::Examination::default(),
        inquiries: Inquiries::default(),
        errands: Errands::default(),
        uploads: Arc::new(Semaphore::new(1)),
        traces: Traces::default(),
        persons: Limits::default(),
        asks,
        stop: stopped.clone(),
        office,
    };
    let served = tokio::spawn(listener::serve(listener, tls, router(Arc::new(portal)), stopped));
    tracing::info!(%address, tls = is_secure, "pages are shown");
    Ok(Open { address, is_secure, stop, served })
}

/// Every route behind what holds for all.
fn router(portal: Arc<Portal>) -> Router {
    let (mut router, mut uploads) = (Router::new(), Router::new());
    for route in &ROUTES {
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let portal = Arc::clone(&portal);
        let answers = on(filter, move |request: Request| by_one_reading(answered(portal, route, request)));
        match route.page {
            Page::CheckPrinted => uploads = uploads.route(route.path, answers),
            _ => router = router.route(route.path, answers),
        }
    }
    let elsewhere = Arc::clone(&portal);
    router
        .fallback(move |request: Request| by_one_reading(elsewhere_answered(Arc::clone(&elsewhere), request)))
        .layer(RequestBodyLimitLayer::new(LONGEST_BODY))
        .merge(uploads.layer(RequestBodyLimitLayer::new(LONGEST_UPLOAD)))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(CsrfLayer::new())
        .layer(axum::middleware::from_fn_with_state(portal, guard::guard))
}

/// Answers a request, if whoever asks may ask for it.
async fn answered(portal: Arc<Portal>, route: &'static Route, request: Request) -> Response {
    let visit = match Visit::read(Arc::clone(&portal), request).await {
        Ok(visit) => {
            if route.page.has_tables() {
                visit.of_file()
            } else {
                visit
            }
        }
        Err(response) => return response,
    };
    let refused = match visit.token {
        Some(Presented::Early(wait)) => Some(Reason::Wait(wait)),
        Some(Presented::Unknown) => Some(Reason::UnknownToken),
        Some(Presented::Known) if !route.is_for_machines() => Some(Reason::NotForMachines),
        Some(Presented::Known) | None => None,
    };
    if let Some(reason) = refused {
        return portal.responded(&visit, Err(reason.into()));
    }
    let answered = match (route.access, &visit.visitor) {
        (Access::Anybody, _) | (Access::Visitor, Some(_)) => pages::answer(route.page, &visit).await,
        (Access::Holder(right), Some(_)) if visit.may(right) => pages::answer(route.page, &visit).await,
        (Access::Holder(_), Some(_)) => Err(Reason::Forbidden.into()),
        (Access::Visitor | Access::Holder(_), None) => Err(Reason::SignedOut.into()),
    };
    portal.responded(&visit, answered)
}

/// Answers a request for what is no page. One with a slash too many leads to the page that is meant.
async fn elsewhere_answered(portal: Arc<Portal>, request: Request) -> Response {
    let visit = match Visit::read(Arc::clone(&portal), request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let meant = visit.path.strip_suffix('/').filter(|path| {
        let is_shown = |route: &&Route| route.method == Method::Get && route.is_of(path);
        !visit.is_entry && ROUTES.iter().any(|route| is_shown(&route))
    });
    let answered = match meant {
        Some(path) => Ok(Answer::See(visit.target().replacen(&visit.path, path, 1))),
        None => Err(Refusal::of(StatusCode::NOT_FOUND)),
    };
    portal.responded(&visit, answered)
}

impl Portal {
    /// Everybody who has an account or a token, as the file says now.
    fn register_now(&self) -> Arc<Register> {
        let workspace = self.office.now();
        self.register.all(&workspace.config, &workspace.facts)
    }

    /// The day of the office.
    fn today(&self) -> NaiveDate {
        clock::now().with_timezone(&self.office.now().config.zone()).date_naive()
    }
}
