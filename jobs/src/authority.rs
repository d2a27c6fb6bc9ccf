//! The office's own certificate authority, which requests over HTTPS trust instead of the public ones, and what is said of a request
//! that nobody answered.

use crate::config::text;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// Reads the certificates of a PEM file.
///
/// # Errors
/// When the file cannot be read, or holds none.
pub(crate) fn roots(file: &Path) -> Result<RootCerts> {
    let pem = text::read("the certificates", file)?;
    let mut certificates = Vec::new();
    for item in parse_pem(pem.as_bytes()) {
        if let PemItem::Certificate(certificate) = item.with_context(|| format!("cannot use {}", file.display()))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        bail!("{} holds no certificate in PEM form", file.display());
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// What makes a request: it gives up after a time, follows nobody to another address, since a secret is for one alone, and leaves it to
/// the caller what a status means.
pub(crate) fn agent(roots: RootCerts, patience: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .user_agent(concat!("tertib/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

/// A fault by its kind alone: its words hold the address, and that may hold the secret.
pub(crate) fn unanswered(fault: &ureq::Error) -> &'static str {
    match fault {
        ureq::Error::Timeout(_) => "the service does not answer",
        ureq::Error::HostNotFound => "the name of the service is not known",
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => "the certificate of the service is not trusted",
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => {
            "the certificate of the service is not trusted"
        }
        _ => "the service cannot be reached, or broke off",
    }
}
