//! What holds for every answer: under which name the pages are asked for, and what a browser may do with them.

use super::Portal;
use super::answer::Ours;
use super::refusal::Refusal;
use super::visit::Form;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What a page may hold: what this server gives, and no script or style of its own text.
const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What every answer says, but for what a page says otherwise.
const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "private, no-cache"),
    ("vary", "Accept, Authorization, Cookie"),
];

/// Names that are always of this computer.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Under which names the pages are shown, and whether others can read along.
#[derive(Clone, Debug)]
pub(super) struct Front {
    names: Vec<String>,
    /// Whether there is a certificate.
    pub(super) is_secure: bool,
    /// Whether the network can read along.
    pub(super) is_open: bool,
}

impl Front {
    pub(super) fn new(names: &[String], address: SocketAddr, is_secure: bool) -> Self {
        let own = match address.ip() {
            ip if ip.is_unspecified() => None,
            IpAddr::V4(ip) => Some(ip.to_string()),
            IpAddr::V6(ip) => Some(format!("[{ip}]")),
        };
        let given = names.iter().map(|name| name.to_ascii_lowercase());
        let names = LOOPBACK.map(str::to_owned).into_iter().chain(own).chain(given).collect();
        Self { names, is_secure, is_open: !is_secure && !address.ip().is_loopback() }
    }

    /// Whether a request is for these pages: it names one of the names, once.
    fn is_meant(&self, request: &Request) -> bool {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let authority = request.uri().authority().map(|authority| self.is_own(authority.as_str()));
        host.to_str().is_ok_and(|host| self.is_own(host)) && authority.unwrap_or(true)
    }

    fn is_own(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port),
            _ => (host, "0"),
        };
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        is_port && self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Refuses what is meant for another name, gives what the layers below refuse the form of a page, and sets the headers.
pub(super) async fn guard(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let form = Form::asked(request.headers());
    let mut response = if portal.front.is_meant(&request) {
        next.run(request).await
    } else {
        portal.refused(&Refusal::of(StatusCode::MISDIRECTED_REQUEST), form)
    };
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    if is_refusal && response.extensions().get::<Ours>().is_none() {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = portal.refused(&Refusal::of(response.status()), form);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    set(response.headers_mut(), portal.front.is_secure);
    response
}

fn set(headers: &mut HeaderMap, is_secure: bool) {
    for (name, value) in HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_meant() {
        let front = Front::new(&["Portal.Disdukcapil.LAN".to_owned()], "192.168.1.5:8620".parse().unwrap(), true);
        for own in ["localhost", "127.0.0.1:8620", "[::1]:8620", "[::1]", "192.168.1.5", "portal.disdukcapil.lan:443"] {
            assert!(front.is_own(own), "{own}");
        }
        for other in
            ["", "evil.example", "localhost.evil.example", "127.0.0.2", "localhost:", "localhost:80a", "evil:80"]
        {
            assert!(!front.is_own(other), "{other}");
        }
        assert!(!front.is_open && Front::new(&[], "0.0.0.0:1".parse().unwrap(), false).is_open);
    }
}
