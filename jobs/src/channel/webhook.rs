//! Messages by a request to a service: what it is asked, and what its answer means.

use super::secret::Secret;
use super::{Letter, Refusal, SILENCE, is_loopback};
use crate::authority;
use minijinja::{Environment, UndefinedBehavior, context};
use schemas::BodyForm;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use ureq::http::{Method, Request};
use ureq::tls::RootCerts;

/// A template that never ends is stopped.
const STEPS: u64 = 50_000;

/// An answer is a few lines.
const LONGEST_ANSWER_BYTES: u64 = 64 << 10;

#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) form: BodyForm,
    pub(super) body: toml::Value,
    /// Where a JSON answer says `true`.
    pub(super) ok: Option<String>,
    pub(super) longest: Option<usize>,
    pub(super) secret: Option<Secret>,
    pub(super) authority: Option<PathBuf>,
    /// Whether the way may be unencrypted also to another machine.
    pub(super) unencrypted: bool,
}

impl Webhook {
    pub(super) fn send(&self, to: &str, letter: &Letter) -> Result<(), Refusal> {
        let secret = self.secret.as_ref().map(Secret::read).transpose()?;
        let request = self.request(to, letter, secret.as_deref());
        let request = request.map_err(|unfit| Refusal::lasting(unfit.reason))?;
        let agent = authority::agent(self.roots()?, SILENCE);
        let mut answer = agent.run(request).map_err(|fault| Refusal::passing(authority::unanswered(&fault)))?;
        let status = answer.status();
        if !status.is_success() {
            // Too many requests and a passing fault of the server end; what it does not accept it will not accept later.
            let lasting = status.is_client_error() && ![408, 425, 429].contains(&status.as_u16());
            return Err(Refusal { lasting, reason: format!("HTTP {}", status.as_u16()) });
        }
        let Some(pointer) = &self.ok else { return Ok(()) };
        let body = answer.body_mut().with_config().limit(LONGEST_ANSWER_BYTES).read_to_vec();
        let body = body.map_err(|fault| Refusal::passing(authority::unanswered(&fault)))?;
        let answer: Option<Value> = serde_json::from_slice(&body).ok();
        match answer.as_ref().and_then(|answer| answer.pointer(pointer)) {
            Some(Value::Bool(true)) => Ok(()),
            Some(Value::Bool(false)) => Err(Refusal::passing(format!("HTTP 200, but {pointer} is false"))),
            _ => Err(Refusal::passing(format!("HTTP 200, but {pointer} of the answer is not true"))),
        }
    }

    /// What is sent. It is made once when the configuration is read, so that a template that names what there is not is told then.
    pub(super) fn request(&self, to: &str, letter: &Letter, secret: Option<&str>) -> Result<Request<Vec<u8>>, Unfit> {
        let of = |key| move |reason| Unfit { key, reason };
        let templates = Templates::new(to, letter, secret, self.longest);
        let url = templates.fill(&self.url).map_err(of("url"))?;
        if !(url.starts_with("https://") || url.starts_with("http://") && (self.unencrypted || is_here(&url))) {
            let reason = "its address does not begin with https://; to send unencrypted, write `unencrypted = true`";
            return Err(of("url")(reason));
        }
        let (kind, body) = match self.form {
            BodyForm::Json => ("application/json", templates.json(&self.body).map(|body| body.to_string())),
            BodyForm::Form => ("application/x-www-form-urlencoded", templates.form(&self.body)),
            BodyForm::Text => {
                let text = self.body.as_str().ok_or("a body of the form `text` is one text");
                ("text/plain; charset=utf-8", text.and_then(|text| templates.fill(text)))
            }
        };
        let body = body.map_err(of("body"))?;
        let mut request = Request::builder().method(self.method.clone()).uri(url).header("Content-Type", kind);
        request = request.header("Idempotency-Key", &letter.id);
        for (name, value) in &self.headers {
            request = request.header(name, templates.fill(value).map_err(of("headers"))?);
        }
        request.body(body.into_bytes()).map_err(|_| of("url")("its address or a header cannot be sent"))
    }

    fn roots(&self) -> Result<RootCerts, Refusal> {
        let Some(path) = &self.authority else { return Ok(RootCerts::WebPki) };
        authority::roots(path).map_err(|_| Refusal::lasting("the file of `ca-file` cannot be read as a certificate"))
    }
}

/// Why a request cannot be made, and from which key of the channel.
#[derive(Debug)]
pub(super) struct Unfit {
    pub(super) key: &'static str,
    pub(super) reason: &'static str,
}

/// Whether an address is of this machine.
fn is_here(url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(host, _)| host),
    };
    is_loopback(host)
}

/// What the templates of a request are filled with.
struct Templates<'a> {
    environment: Environment<'a>,
    values: minijinja::Value,
}

impl<'a> Templates<'a> {
    fn new(to: &str, letter: &Letter, secret: Option<&str>, longest: Option<usize>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(STEPS));
        let text = match longest.filter(|longest| letter.text.chars().count() > *longest) {
            Some(longest) => letter.text.chars().take(longest).chain(['…']).collect(),
            None => letter.text.clone(),
        };
        let Letter { id, office, kind, severity, code, subject, .. } = letter;
        let known = context! { to, id, office, kind, severity, code, subject, text };
        let values = match secret {
            Some(secret) => context! { secret, ..known },
            None => known,
        };
        Self { environment, values }
    }

    fn fill(&self, template: &str) -> Result<String, &'static str> {
        let filled = self.environment.render_str(template, &self.values);
        filled.map_err(|_| "a template cannot be filled in; it may name to, secret (with `secret-file`), subject, text, id, kind, severity, code and office")
    }

    /// Each text filled in, everything else as it stands.
    fn json(&self, body: &toml::Value) -> Result<Value, &'static str> {
        Ok(match body {
            toml::Value::String(text) => self.fill(text)?.into(),
            toml::Value::Integer(number) => (*number).into(),
            toml::Value::Float(number) => (*number).into(),
            toml::Value::Boolean(word) => (*word).into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(list) => {
                list.iter().map(|value| self.json(value)).collect::<Result<Vec<_>, _>>()?.into()
            }
            toml::Value::Table(table) => {
                let filled = table.iter().map(|(name, value)| Ok::<_, &'static str>((name.clone(), self.json(value)?)));
                Value::Object(filled.collect::<Result<_, _>>()?)
            }
        })
    }

    fn form(&self, body: &toml::Value) -> Result<String, &'static str> {
        let fields = body.as_table().ok_or("a body of the form `form` is a table of texts")?;
        let mut pairs = Vec::new();
        for (name, value) in fields {
            let value = match value {
                toml::Value::String(text) => self.fill(text)?,
                toml::Value::Table(_) | toml::Value::Array(_) => return Err("a field of a form is one text"),
                other => other.to_string(),
            };
            pairs.push(format!("{}={}", encoded(name), encoded(&value)));
        }
        Ok(pairs.join("&"))
    }
}

/// A text as a part of a form.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
