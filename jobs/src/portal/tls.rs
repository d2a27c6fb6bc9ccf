//! The certificate of the pages: read, made, renewed, and used for a handshake.
//!
//! Rule    a certificate that was renewed counts from the next handshake on; while the new one cannot be used, the earlier one stays

use crate::clock;
use crate::config::Config;
use crate::stamp::{Seen, seen};
use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use pipeline::Readers;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, rustls};

/// A certificate and a key are no longer.
const LONGEST_BYTES: u64 = 1 << 20;

/// A certificate that is made here holds for so many days, the longest that browsers take.
const DAYS: i64 = 398;

/// Its end is told of so many days before.
const TOLD_DAYS: i64 = 30;

/// At this time, the last second of the year 9999, no certificate holds.
const END_OF_TIME_S: u64 = 253_402_300_799;

/// What takes handshakes by the office's certificate.
///
/// # Errors
/// When a file cannot be read, the key may be read by others, or the two do not belong together.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let provider = Arc::new(ring::default_provider());
    let pair = Renewed::of(certificate, key, &provider)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(pair));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A certificate with its key, read anew when one of the two files changed.
#[derive(Debug)]
struct Renewed {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    used: Mutex<Used>,
}

/// What was read, and what the files were then.
#[derive(Debug)]
struct Used {
    seen: [Option<Seen>; 2],
    pair: Arc<CertifiedKey>,
}

impl Renewed {
    fn of(certificate: &Path, key: &Path, provider: &Arc<CryptoProvider>) -> Result<Self> {
        // What changes after this look is read once more.
        let seen = [certificate, key].map(seen);
        let used = Mutex::new(Used { seen, pair: Arc::new(pair(certificate, key, provider)?) });
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), provider: Arc::clone(provider), used })
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = [&self.certificate, &self.key].map(|path| seen(path));
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.seen != now {
            used.seen = now;
            match pair(&self.certificate, &self.key, &self.provider) {
                Ok(renewed) => {
                    tracing::info!("the certificate of the pages was renewed");
                    used.pair = Arc::new(renewed);
                }
                Err(fault) => {
                    tracing::error!("{fault:#}\n  until it is mended, pages are shown by the earlier certificate");
                }
            }
        }
        Some(Arc::clone(&used.pair))
    }
}

/// Reads a certificate and its key, which must belong together.
fn pair(certificate: &Path, key: &Path, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let chain = chain(certificate)?;
    let private = read(key)?;
    is_of_its_owner(key)?;
    let private =
        PrivateKeyDer::from_pem_slice(&private).map_err(|_| anyhow!("{} holds no key in PEM", key.display()))?;
    let pair = CertifiedKey::from_der(chain, private, provider);
    pair.with_context(|| format!("{} and {} do not go together", certificate.display(), key.display()))
}

/// Reads a certificate with those that vouch for it.
fn chain(certificate: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let chain = CertificateDer::pem_slice_iter(&read(certificate)?).collect::<Result<Vec<_>, _>>();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    chain.ok_or_else(|| anyhow!("{} holds no certificate in PEM", certificate.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    pipeline::read_file(path, LONGEST_BYTES).with_context(|| format!("cannot read {}", path.display()))
}

/// How the certificate of the pages stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds for longer than need be told.
    Holds,
    /// It ends soon, on this day.
    EndsOn(NaiveDate),
    /// It is over.
    Over,
    /// It cannot be used, and once the portal is opened anew there are no pages.
    Unusable,
}

impl Standing {
    /// Judges the certificate of an office; `None` where it shows no pages, or without a certificate.
    pub(crate) fn of(config: &Config, now: DateTime<Utc>) -> Option<Self> {
        let (certificate, key) = config.portal_pair()?;
        let usable = pair(&certificate, &key, &ring::default_provider());
        let Ok(ends) = usable.and_then(|pair| end(pair.cert.first())) else { return Some(Self::Unusable) };
        Some(match ends - now {
            left if left < chrono::Duration::zero() => Self::Over,
            left if left < chrono::Duration::days(TOLD_DAYS) => {
                Self::EndsOn(ends.with_timezone(&config.zone()).date_naive())
            }
            _ => Self::Holds,
        })
    }

    /// Returns the finding that tells of it, and of which day.
    pub(crate) fn told(self) -> Option<(&'static str, String)> {
        match self {
            Self::Holds => None,
            Self::EndsOn(day) => Some(("J017", day.format("%d-%m-%Y").to_string())),
            Self::Over => Some(("J018", String::new())),
            Self::Unusable => Some(("J020", String::new())),
        }
    }
}

/// Returns until when a certificate holds: a judge who is asked about the end of time says when it ended.
fn end(certificate: Option<&CertificateDer<'_>>) -> Result<DateTime<Utc>> {
    let certificate = certificate.ok_or_else(|| anyhow!("there is no certificate"))?;
    let at = UnixTime::since_unix_epoch(Duration::from_secs(END_OF_TIME_S));
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    let parsed = ParsedCertificate::try_from(certificate)?;
    let judged = verify_server_cert_signed_by_trust_anchor(&parsed, &RootCertStore::empty(), &[], at, algorithms);
    let Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) = judged else {
        bail!("a certificate that never ends is not known")
    };
    let end = i64::try_from(not_after.as_secs()).ok().and_then(|end_s| DateTime::from_timestamp(end_s, 0));
    end.ok_or_else(|| anyhow!("a certificate ends at no time"))
}

#[cfg(unix)]
fn is_of_its_owner(key: &Path) -> Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(key)?.permissions());
    anyhow::ensure!(mode & 0o077 == 0, "others may read {0}\n  chmod 600 {0}", key.display());
    Ok(())
}

#[cfg(not(unix))]
fn is_of_its_owner(_key: &Path) -> Result<()> {
    Ok(())
}

/// Makes a certificate that signs itself, and its key. Returns the digest by which a person recognises it.
///
/// # Errors
/// When a file cannot be made.
pub(crate) fn make(names: Vec<String>, office: &str, certificate: &Path, key: &Path) -> Result<String> {
    let mut params = CertificateParams::new(names).context("a name of the portal cannot stand in a certificate")?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, office);
    params.distinguished_name.push(DnType::CommonName, "tertib");
    let now = clock::now();
    let day = |at: DateTime<Utc>| {
        let of = |n: u32| u8::try_from(n).unwrap_or(1);
        date_time_ymd(at.year(), of(at.month()), of(at.day()))
    };
    params.not_before = day(now - chrono::Duration::days(1));
    params.not_after = day(now + chrono::Duration::days(DAYS - 1));
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    let write = |path: &Path, text: &str, readers| {
        pipeline::replace_file(path, text.as_bytes(), readers)
            .with_context(|| format!("cannot write {}", path.display()))
    };
    write(key, &pair.serialize_pem(), Readers::Owner)?;
    write(certificate, &made.pem(), Readers::Usual)?;
    Ok(pipeline::sha256(made.der()))
}
