//! One request: who asks, for what, in which form.

use super::listener::Peer;
use super::refusal::Refusal;
use super::{LONGEST_BODY, LONGEST_UPLOAD, Portal, tokens};
use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemas::{PortalRole, Right};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// The name of the only cookie; browsers take the first only from a server with a certificate, for all of it and nobody else.
const COOKIES: [&str; 2] = ["__Host-tertib", "tertib"];

/// In which form an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Page,
    Json,
    /// Events as they come.
    Events,
    /// A table as CSV.
    Csv,
    /// Tables as a workbook.
    Xlsx,
    /// An answer as a Parquet file.
    Parquet,
    /// None of them.
    Other,
}

impl Form {
    /// What a client names first that can be given; a page where it names nothing.
    pub(super) fn asked(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let media = accepted.split(',').map(|one| one.split(';').next().unwrap_or_default().trim());
        let known = media.filter_map(|media| match media {
            "application/json" => Some(Self::Json),
            "text/event-stream" => Some(Self::Events),
            "text/html" | "text/*" | "*/*" => Some(Self::Page),
            "text/csv" => Some(Self::Csv),
            "application/vnd.apache.parquet" => Some(Self::Parquet),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            _ => None,
        });
        known.take(1).next().unwrap_or(if accepted.trim().is_empty() { Self::Page } else { Self::Other })
    }

    /// The ending of its files; nothing for what is no file.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Page | Self::Events | Self::Other => "",
        }
    }

    /// The form of a file.
    fn of_ending(ending: &str) -> Option<Self> {
        [Self::Json, Self::Csv, Self::Xlsx, Self::Parquet].into_iter().find(|form| form.ending() == ending)
    }
}

/// Who is signed in, or asks by a token.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The key of the session; a machine has none.
    pub(super) session: String,
    /// What their entry was when they came in.
    mark: String,
    pub(super) account: String,
    pub(super) name: String,
    pub(super) post: String,
    pub(super) role: PortalRole,
}

/// What a token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presented {
    /// A machine has it.
    Known,
    /// No machine has it, or has it any more.
    Unknown,
    /// The address presented too many that are none, and has to wait for so long.
    Early(Duration),
}

/// A request.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) portal: Arc<Portal>,
    pub(super) visitor: Option<Visitor>,
    /// What the token is worth that it presents in place of a session.
    pub(super) token: Option<Presented>,
    /// Whether the browser has a cookie of ours, of a session that lasts or has ended.
    pub(super) had_session: bool,
    /// Whether something was sent, to be done or kept.
    pub(super) is_entry: bool,
    /// In which form a refusal is answered.
    pub(super) form: Form,
    /// In which form the page is answered.
    pub(super) wanted: Form,
    /// The path without the ending of a file.
    pub(super) page: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) address: IpAddr,
    names: BTreeMap<String, String>,
    query: String,
    body: Bytes,
    /// Held as long as a file that was sent is in memory.
    _upload: Option<OwnedSemaphorePermit>,
}

impl Visit {
    /// Reads a request.
    ///
    /// # Errors
    /// The answer, where its body is too long or breaks off.
    pub(super) async fn read(portal: Arc<Portal>, request: Request) -> Result<Self, Response> {
        let (mut head, body) = request.into_parts();
        let names = match RawPathParams::from_request_parts(&mut head, &()).await {
            Ok(names) => names.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            // Of no route.
            Err(RawPathParamsRejection::MissingPathParams(_)) => BTreeMap::new(),
            Err(unreadable) => return Err(unreadable.into_response()),
        };
        let Parts { method, uri, headers, extensions, .. } = head;
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let address = extensions.get::<Peer>().map_or(nobody, |Peer(address)| *address);
        let (visitor, token, form) = match tokens::presented(&headers) {
            None => (portal.visitor(&headers), None, Form::asked(&headers)),
            Some(secret) => match portal.machine(secret, address) {
                Ok(machine) => (Some(machine), Some(Presented::Known), Form::Json),
                Err(worth) => (None, Some(worth), Form::Json),
            },
        };
        // Files are taken from who may send them, one at a time.
        let may_send = visitor.as_ref().is_some_and(|visitor| visitor.role.may(Right::Review));
        let upload = match method == Method::POST && may_send && is_of_parts(&headers) {
            true => Arc::clone(&portal.uploads).acquire_owned().await.ok(),
            false => None,
        };
        let most = if upload.is_some() { LONGEST_UPLOAD } else { LONGEST_BODY };
        let body = axum::body::to_bytes(body, most).await;
        let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
        let had_session = portal.secret(&headers).is_some();
        let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
        let is_entry = method == Method::POST;
        Ok(Self {
            portal,
            visitor,
            token,
            had_session,
            is_entry,
            form,
            wanted: form,
            page: path.clone(),
            path,
            headers,
            address,
            names,
            query,
            body,
            _upload: upload,
        })
    }

    /// The same of a file: an ending of the path says in which form it is wanted, and is no part of a name.
    pub(super) fn of_file(mut self) -> Self {
        let divided = self.path.rsplit_once('.').filter(|(_, ending)| !ending.contains('/'));
        if let Some((page, form)) = divided.and_then(|(page, ending)| Some((page.to_owned(), Form::of_ending(ending)?)))
        {
            let name = page.rsplit('/').next().unwrap_or_default();
            let with_ending = format!("{name}.{}", form.ending());
            for value in self.names.values_mut().filter(|value| **value == with_ending) {
                name.clone_into(value);
            }
            (self.page, self.wanted) = (page, form);
        }
        self
    }

    /// A part of the path.
    pub(super) fn name(&self, of: &str) -> &str {
        self.names.get(of).map_or("", String::as_str)
    }

    /// A field of the form that was sent.
    pub(super) fn field(&self, name: &str) -> String {
        first(&self.body, name)
    }

    /// Every value of a field of the form that was sent.
    pub(super) fn fields(&self, name: &str) -> Vec<String> {
        let all = form_urlencoded::parse(&self.body).filter(|(key, _)| key == name);
        all.map(|(_, value)| value.into_owned()).collect()
    }

    /// A file that was sent in a part of that name; none where the form was sent without parts.
    ///
    /// # Errors
    /// When the parts cannot be read, or it is not among them.
    pub(super) async fn upload(&self, name: &str) -> Result<Option<Bytes>, Refusal> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let Ok(boundary) = multer::parse_boundary(kind) else { return Ok(None) };
        let whole = Ok::<_, std::io::Error>(self.body.clone());
        let mut parts = multer::Multipart::new(futures_util::stream::iter([whole]), boundary);
        let unreadable = |_| Refusal::of(StatusCode::BAD_REQUEST);
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            if part.name() == Some(name) {
                return Ok(Some(part.bytes().await.map_err(unreadable)?));
            }
        }
        Err(Refusal::of(StatusCode::BAD_REQUEST))
    }

    /// A field of the query.
    pub(super) fn asked(&self, name: &str) -> String {
        first(self.query.as_bytes(), name)
    }

    /// The query as it was sent.
    pub(super) fn query(&self) -> &str {
        &self.query
    }

    /// Path and query.
    pub(super) fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The page on which the visitor is: that of the form, where one was sent.
    pub(super) fn place(&self) -> String {
        if !self.is_entry {
            return self.target();
        }
        match self.path.rsplit_once('/') {
            Some((page, "catatan")) => page.to_owned(),
            Some((_, "setujui")) => "/pemusnahan".to_owned(),
            Some((page, "batal")) if !page.starts_with("/pekerjaan/") => page.to_owned(),
            Some((_, "jalankan" | "batal")) => "/pekerjaan".to_owned(),
            Some(_) | None => self.path.clone(),
        }
    }

    /// Whether who asks may do something.
    pub(super) fn may(&self, right: Right) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| visitor.role.may(right))
    }
}

/// Whether a body is sent in parts, as files are.
fn is_of_parts(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

fn first(form: &[u8], name: &str) -> String {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

impl Portal {
    /// Who a request is of; nobody where the session has ended, or the account is no longer what it was when they came in.
    fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        let secret = self.secret(headers)?;
        let (session, of) = self.sessions.of(secret, Instant::now())?;
        let visitor =
            self.of_account(&of.account, &of.mark).map(|visitor| Visitor { session: session.clone(), ..visitor });
        if visitor.is_none() {
            self.sessions.end(&session);
        }
        visitor
    }

    /// Whether a session still lasts and its account is what it was.
    pub(super) fn lasts(&self, visitor: &Visitor) -> bool {
        self.sessions.lasts(&visitor.session, Instant::now())
            && self
                .register_now()
                .people
                .iter()
                .any(|person| person.mark() == visitor.mark && person.may_enter(self.today()))
    }

    /// The machine of a token, or what the token is worth.
    fn machine(&self, secret: &str, address: IpAddr) -> Result<Visitor, Presented> {
        let now = Instant::now();
        self.limits.may_try(address, now).map_err(|wait| {
            tracing::warn!(%address, "too many tokens that are none");
            Presented::Early(wait)
        })?;
        let (workspace, register, today) = (self.office.now(), self.register_now(), self.today());
        let token = register.tokens.iter().find(|token| token.counts(secret, today));
        let role = token.and_then(|token| workspace.facts.portal_roles.iter().find(|role| role.id == token.peran));
        let Some((token, role)) = token.zip(role) else {
            self.limits.failed(address, now);
            tracing::warn!(%address, "a token is of no machine");
            return Err(Presented::Unknown);
        };
        let (name, none) = (token.nama.clone(), String::new());
        let account = name.clone();
        Ok(Visitor { session: none.clone(), mark: none.clone(), account, name, post: none, role: role.clone() })
    }

    fn of_account(&self, account: &str, mark: &str) -> Option<Visitor> {
        let workspace = self.office.now();
        let register = self.register_now();
        let person = register.people.iter().find(|person| person.akun == account)?;
        let role = workspace.facts.portal_roles.iter().find(|role| role.id == person.peran)?.clone();
        (person.mark() == mark && person.may_enter(self.today())).then(|| Visitor {
            session: String::new(),
            mark: mark.to_owned(),
            account: person.akun.clone(),
            name: person.nama.clone(),
            post: person.jabatan.clone(),
            role,
        })
    }

    fn secret<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut all = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        all.find(|(name, _)| *name == self.cookie()).map(|(_, secret)| secret)
    }

    fn cookie(&self) -> &'static str {
        COOKIES[usize::from(!self.front.is_secure)]
    }

    /// What a browser is told to keep; without a secret, to forget.
    pub(super) fn set_cookie(&self, secret: Option<&str>) -> String {
        let secure = if self.front.is_secure { "; Secure" } else { "" };
        let age = if secret.is_some() { "" } else { "; Max-Age=0" };
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}{age}", self.cookie(), secret.unwrap_or_default())
    }
}
