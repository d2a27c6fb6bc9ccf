//! Answers: a page and its JSON from one value, a file, a way to elsewhere.

use super::Portal;
use super::file::{File, Tagged, media};
use super::refusal::{Reason, Refusal};
use super::said::Said;
use super::tables;
use super::visit::{Form, Visit, Visitor};
use anyhow::anyhow;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reports::{DataSource, Filter, Link, Listed, Listing};
use schemas::document::FileFormat;
use schemas::{Language, Right, Speech};
use serde_json::{Value, json};
use std::sync::Arc;

/// By which field of the query one of the tables of a page is named.
const TABLE: &str = "tabel";

/// Marks an answer that has its form already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours;

/// A page, or the same as JSON.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) title: String,
    /// What it says.
    pub(super) said: Arc<Said>,
    /// The paths of the pages that explain its numbers; none where it has none, or the visitor may not see them.
    pub(super) origins: Option<Arc<Value>>,
    /// The archive that it comes from.
    pub(super) source: Option<DataSource>,
    /// The pages of the time before and after.
    pub(super) before: Option<Link>,
    pub(super) after: Option<Link>,
    /// By what it can be narrowed.
    pub(super) filter: Option<Arc<Filter>>,
    /// The same as files.
    pub(super) files: Vec<Link>,
    pub(super) status: StatusCode,
}

impl Sheet {
    /// A page that is made for this answer.
    pub(super) fn new(template: &str, title: &str, values: Value) -> Self {
        Self::of(Arc::new(Said::new(template.to_owned(), values, None)), title)
    }

    /// A page of what is kept.
    pub(super) fn of(said: Arc<Said>, title: &str) -> Self {
        let (title, source) = (title.to_owned(), said.source.clone());
        let (origins, filter, files, status) = (None, None, Vec::new(), StatusCode::OK);
        Self { title, said, origins, source, before: None, after: None, filter, files, status }
    }
}

/// What a page answers.
#[derive(Debug)]
pub(super) enum Answer {
    Sheet(Sheet),
    File(File),
    /// Something else stands there.
    See(String),
    /// The same, with a cookie.
    SeeWith(String, String),
    /// Whatever else.
    Whole(Response),
}

/// An answer, or why there is none.
pub(super) type Answered = Result<Answer, Refusal>;

/// The parts of the portal that somebody may use, by their rights.
fn parts(speech: Speech<'_>, may: impl Fn(Right) -> bool) -> Vec<Link> {
    let parts = [
        ("/tinjauan", Right::Review, speech.say("portal.review", &[])),
        ("/kepatuhan", Right::Review, speech.say("portal.compliance", &[])),
        ("/dokumen", Right::Review, speech.say("portal.documents", &[])),
        ("/target", Right::Review, speech.say("portal.targets", &[])),
        ("/kalender", Right::Review, speech.say("portal.calendar", &[])),
        ("/kueri", Right::Query, speech.say("portal.query", &[])),
        ("/telusur", Right::Query, speech.say("portal.trace", &[])),
        ("/telusur-orang", Right::Persons, speech.say("portal.trace_person", &[])),
        ("/bukti", Right::Query, speech.say("portal.proof", &[])),
        ("/verifikasi", Right::Verify, speech.say("portal.verification", &[])),
        ("/paket", Right::Bundle, speech.say("portal.bundle", &[])),
        ("/pemusnahan", Right::Dispose, speech.say("portal.disposal", &[])),
        ("/pekerjaan", Right::Jobs, speech.say("portal.jobs", &[])),
        ("/sistem", Right::System, speech.say("portal.system", &[])),
    ];
    let used = parts.into_iter().filter(|(_, right, _)| may(*right));
    used.map(|(path, _, text)| Link { path: path.to_owned(), text }).collect()
}

impl Portal {
    /// The answer to a visit as bytes of a connection.
    pub(super) fn responded(&self, visit: &Visit, answered: Answered) -> Response {
        match answered {
            Ok(Answer::Sheet(sheet)) => self.sheet(visit, sheet),
            Ok(Answer::File(File { media, name, body, is_packed })) => {
                let mut response = tagged(&visit.headers, StatusCode::OK, media, body);
                if is_packed {
                    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                }
                let disposition =
                    name.and_then(|name| HeaderValue::from_str(&format!("inline; filename=\"{name}\"")).ok());
                if let Some(disposition) = disposition {
                    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
                }
                response
            }
            Ok(Answer::See(place)) => see(&place),
            Ok(Answer::SeeWith(place, cookie)) => {
                let mut response = see(&place);
                if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                    response.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                response
            }
            Ok(Answer::Whole(response)) => ours(response),
            Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED && visit.form == Form::Page => {
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.append_pair("ke", &visit.place());
                if visit.had_session {
                    query.append_pair("sebab", if visit.is_entry { "tidak-disimpan" } else { "berakhir" });
                }
                see(&format!("/masuk?{}", query.finish()))
            }
            Err(refusal) => self.refused_to(&refusal, visit.form, visit.visitor.as_ref(), &visit.path),
        }
    }

    /// A refusal as a page, or as JSON of one shape.
    pub(super) fn refused(&self, refusal: &Refusal, form: Form) -> Response {
        self.refused_to(refusal, form, None, "")
    }

    fn refused_to(&self, refusal: &Refusal, form: Form, visitor: Option<&Visitor>, path: &str) -> Response {
        let workspace = self.office.now();
        let (what, next, link) = refusal.said(workspace.facts.speech(Language::Indonesian));
        let link = json!({"path": link.path, "text": link.text});
        let value = json!({"status": refusal.status.as_u16(), "what": what, "next": next, "link": link});
        let sheet = Sheet { status: refusal.status, ..Sheet::new("galat", &what, value) };
        let mut response = self.shown(&sheet, form, visitor, path, &HeaderMap::new());
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = refusal.wait() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }

    /// A page in the form that is wanted: its tables are files, too.
    fn sheet(&self, visit: &Visit, sheet: Sheet) -> Response {
        let tables = tables::of(sheet.said.template(), sheet.said.values());
        let format = match visit.wanted {
            Form::Csv => FileFormat::Csv,
            Form::Xlsx => FileFormat::Xlsx,
            Form::Other | Form::Parquet => return self.responded(visit, Err(Reason::NoForm.into())),
            Form::Page | Form::Json | Form::Events => {
                let files = if tables.is_empty() { sheet.files } else { files_of(visit, &tables) };
                let sheet = Sheet { files, ..sheet };
                return self.shown(&sheet, visit.wanted, visit.visitor.as_ref(), &visit.page, &visit.headers);
            }
        };
        let table = visit.asked(TABLE);
        let name = file_name(&visit.page, if format == FileFormat::Csv { &table } else { "" });
        let listed = Listed { title: sheet.title, path: visit.page.clone(), tables };
        let written = listed.file(format, &table, &self.office.now().config.office, self.today());
        let ending = visit.wanted.ending();
        let answered = match written {
            Ok(Some(bytes)) => {
                let name = format!("{name}.{ending}");
                media(&name).map(|media| Answer::File(File::new(media, bytes.into()).named(name)))
            }
            Ok(None) => None,
            Err(fault) => return self.responded(visit, Err(anyhow!(fault).into())),
        };
        self.responded(visit, answered.ok_or_else(|| Reason::NoForm.into()))
    }

    fn shown(&self, sheet: &Sheet, form: Form, visitor: Option<&Visitor>, path: &str, headers: &HeaderMap) -> Response {
        if !matches!(form, Form::Page | Form::Other) {
            return tagged(headers, sheet.status, "application/json", sheet.said.json().clone());
        }
        match sheet.said.page(&self.pages, self.frame(sheet, visitor, path)) {
            Ok(page) => tagged(headers, sheet.status, "text/html; charset=utf-8", page),
            Err(fault) => {
                tracing::error!("a page cannot be made: {fault}");
                let words = Reason::Broken.said(self.office.now().facts.speech(Language::Indonesian));
                let (status, media) = (StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8");
                tagged(&HeaderMap::new(), status, media, Tagged::new(format!("{words}\n").into()))
            }
        }
    }

    fn frame(&self, sheet: &Sheet, visitor: Option<&Visitor>, path: &str) -> reports::Frame {
        let workspace = self.office.now();
        let may = |right| visitor.is_some_and(|visitor| visitor.role.may(right));
        let speech = workspace.facts.speech(Language::Indonesian);
        let mut warnings = Vec::new();
        if self.front.is_open {
            warnings.push(speech.say("portal.without_tls", &[]));
        }
        if workspace.config.portal != self.opened {
            warnings.push(speech.say("portal.restart", &[]));
        }
        if self.asks.is_none() {
            warnings.push(speech.say("portal.read_only", &[]));
        }
        reports::Frame {
            title: sheet.title.clone(),
            government: workspace.config.office.pemerintah.clone(),
            office: workspace.config.office.dinas.clone(),
            path: path.to_owned(),
            links: parts(speech, may),
            visitor: visitor
                .map(|visitor| reports::Visitor { name: visitor.name.clone(), position: visitor.post.clone() }),
            warnings,
            program: format!("tertib {}", env!("CARGO_PKG_VERSION")),
            origins: sheet.origins.clone(),
            source: sheet.source.clone(),
            before: sheet.before.clone(),
            after: sheet.after.clone(),
            filter: sheet.filter.clone(),
            files: sheet.files.clone(),
        }
    }
}

/// The files of a page: a workbook of all tables, one for each as CSV, and the data.
fn files_of(visit: &Visit, tables: &[Listing]) -> Vec<Link> {
    let path = |ending: &str, table: &str| {
        // What somebody typed as a number of a person is not said again.
        let is_said = |name: &str, value: &str| {
            name != TABLE && name != "tercatat" && ![name, value].into_iter().any(schemas::numbers_a_person)
        };
        let asked = form_urlencoded::parse(visit.query().as_bytes()).filter(|(name, value)| is_said(name, value));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(asked);
        if !table.is_empty() {
            query.append_pair(TABLE, table);
        }
        let query = query.finish();
        format!("{}.{ending}{}{query}", visit.page, if query.is_empty() { "" } else { "?" })
    };
    let mut files = vec![Link { path: path("xlsx", ""), text: "XLSX".to_owned() }];
    for (at, table) in tables.iter().enumerate() {
        let text = if tables.len() == 1 { "CSV".to_owned() } else { format!("CSV: {}", table.name) };
        files.push(Link { path: path("csv", if at == 0 { "" } else { table.id }), text });
    }
    files.push(Link { path: path("json", ""), text: "JSON".to_owned() });
    files
}

/// What the file of a page is called: its path, and the table where it is one of several.
fn file_name(page: &str, table: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = page.trim_matches('/').chars().map(plain).collect();
    let table: String = table.chars().map(plain).collect();
    if table.is_empty() { name } else { format!("{name}_{table}") }
}

fn ours(mut response: Response) -> Response {
    response.extensions_mut().insert(Ours);
    response
}

fn see(place: &str) -> Response {
    // A place of ours is a path; what cannot stand in a header leads to the start.
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, place);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    ours(response)
}

/// Bytes with their tag; no bytes where the browser has them.
fn tagged(headers: &HeaderMap, status: StatusCode, media: &'static str, Tagged { bytes, tag }: Tagged) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).map_or(&[][..], HeaderValue::as_bytes);
    let mut known = known.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let is_known = known.any(|one| one.strip_prefix(b"W/").unwrap_or(one) == tag.as_bytes());
    let (status, body) = if is_known && status == StatusCode::OK {
        (StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        (status, Body::from(bytes))
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let set: [(HeaderName, HeaderValue); 2] =
        [(header::CONTENT_TYPE, HeaderValue::from_static(media)), (header::ETAG, tag)];
    response.headers_mut().extend(set);
    ours(response)
}
