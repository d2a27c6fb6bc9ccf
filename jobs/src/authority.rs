//! The office's own certificate authority, which requests over HTTPS trust instead of the public ones.

use crate::config::text;
use anyhow::{Context, Result, bail};
use std::path::Path;
use ureq::tls::{PemItem, RootCerts, parse_pem};

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
