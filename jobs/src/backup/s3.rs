//! A backup in a bucket of an S3 server.
//!
//! Each request is signed by itself and tried again while the server or the network fails. Files are put with `If-None-Match: *`, so
//! that none is ever replaced; a server that does not obey it is found out by the probe.

use super::manifest::is_ours;
use super::target::{Put, Target};
use crate::authority;
use crate::config::{BackupSection, handed_over, text};
use anyhow::{Context, Result, bail};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;
use ureq::http::Response;
use ureq::tls::TlsConfig;
use ureq::{Agent, Body};

/// How long a signature holds; a request takes no longer.
const SIGNED: Duration = Duration::from_hours(1);
/// How often a request is made.
const ATTEMPTS: u32 = 5;
/// How long to wait before the second; each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// No list of a thousand names is longer.
const LONGEST_LIST_BYTES: u64 = 16 << 20;
/// Words about an error are short.
const LONGEST_ANSWER_BYTES: u64 = 1 << 20;

pub(super) struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    agent: Agent,
}

impl S3 {
    pub(super) fn open(section: &BackupSection, home: &Path, bucket: &str, prefix: String) -> Result<Self> {
        let endpoint = section.endpoint.as_deref().context("a target in S3 takes `endpoint`")?;
        let url: ureq::http::Uri = endpoint.parse().with_context(|| format!("`endpoint` is no address: {endpoint}"))?;
        let host = url.host().unwrap_or_default();
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme_str() != Some("https") && !section.public_only && !is_here {
            bail!("`endpoint` is {endpoint}; residents' data go through no network in the clear, so use https");
        }
        let secret = |file: &Option<std::path::PathBuf>, what: &str| -> Result<String> {
            let file = file.as_ref().with_context(|| format!("a target in S3 takes `{what}`"))?;
            Ok(text::read(what, &handed_over(home.join(file)))?.trim().to_owned())
        };
        let credentials = Credentials::new(
            secret(&section.access_key_file, "access-key-file")?,
            secret(&section.secret_key_file, "secret-key-file")?,
        );
        let region = section.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = endpoint.parse().with_context(|| format!("`endpoint` is no address: {endpoint}"))?;
        let bucket = Bucket::new(endpoint, UrlStyle::Path, bucket.to_owned(), region)
            .with_context(|| format!("`{}` is no bucket", section.target))?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(15)))
            .timeout_recv_response(Some(Duration::from_mins(2)))
            .timeout_per_read(Some(Duration::from_mins(1)))
            .timeout_per_write(Some(Duration::from_mins(1)));
        if let Some(file) = &section.ca_file {
            config = config.tls_config(TlsConfig::builder().root_certs(authority::roots(&home.join(file))?).build());
        }
        Ok(Self { bucket, credentials, prefix, agent: config.build().into() })
    }

    /// Makes a request until the server has answered it; its status and what it says.
    fn ask(
        &self,
        what: &str,
        most: u64,
        request: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<(u16, Vec<u8>)> {
        let (mut wait, mut attempts) = (FIRST_WAIT, ATTEMPTS);
        loop {
            let answer = request().and_then(|mut response| {
                let limit = most.max(LONGEST_ANSWER_BYTES);
                let bytes = response.body_mut().with_config().limit(limit.saturating_add(1)).read_to_vec()?;
                Ok((response.status().as_u16(), bytes))
            });
            // 409: another writer is at the same name.
            let passes = answer.as_ref().map_or(true, |(status, _)| matches!(status, 409 | 429 | 500..));
            attempts -= 1;
            if !passes || attempts == 0 {
                return answer.with_context(|| format!("cannot {what} {}", self.place()));
            }
            std::thread::sleep(wait);
            wait *= 2;
        }
    }

    fn refused(&self, what: &str, status: u16, answer: &[u8]) -> anyhow::Error {
        let answer = String::from_utf8_lossy(answer);
        let code = answer.split_once("<Code>").and_then(|(_, rest)| Some(rest.split_once("</Code>")?.0));
        let code: String = code.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(60).collect();
        let advice = match (status, code.as_str()) {
            (401 | 403, _) => "; check access-key-file, secret-key-file and what the key may do",
            (404, "NoSuchBucket") => "; have the bucket made, or name another one",
            _ => "",
        };
        anyhow::anyhow!("cannot {what} {}: the server answers {status} {code}{advice}", self.place())
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

impl Target for S3 {
    fn list(&self) -> Result<BTreeMap<String, u64>> {
        let (mut found, mut next) = (BTreeMap::new(), None::<String>);
        loop {
            let request = || {
                let mut list = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
                list.with_prefix(self.prefix.as_str());
                if let Some(next) = &next {
                    list.with_continuation_token(next.as_str());
                }
                self.agent.get(list.sign(SIGNED).as_str()).call()
            };
            let (status, answer) = self.ask("list", LONGEST_LIST_BYTES, request)?;
            if status != 200 {
                return Err(self.refused("list", status, &answer));
            }
            let page = ListObjectsV2::parse_response(&String::from_utf8_lossy(&answer));
            let page = page.with_context(|| format!("{} answers with no list", self.place()))?;
            for object in page.contents {
                let path = object.key.strip_prefix(&self.prefix).map(str::to_owned);
                let path = path.with_context(|| format!("{} lists what was not asked for", self.place()))?;
                if is_ours(&path) {
                    found.insert(path, object.size.unwrap_or_default());
                }
            }
            match page.next_continuation_token {
                Some(token) => next = Some(token),
                None => break,
            }
        }
        Ok(found)
    }

    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>> {
        let (name, what) = (self.name(path), format!("read {path} from"));
        let url = self.bucket.get_object(Some(&self.credentials), &name).sign(SIGNED);
        let (status, bytes) = self.ask(&what, most, || self.agent.get(url.as_str()).call())?;
        match status {
            200 if bytes.len() as u64 <= most => Ok(bytes),
            // As a folder says it.
            200 => Err(Error::from(ErrorKind::FileTooLarge)).with_context(|| format!("cannot {what} {}", self.place())),
            404 => Err(Error::from(ErrorKind::NotFound)).with_context(|| format!("cannot {what} {}", self.place())),
            _ => Err(self.refused(&what, status, &bytes)),
        }
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<Put> {
        let (name, what) = (self.name(path), format!("write {path} to"));
        let url = self.bucket.put_object(Some(&self.credentials), &name).sign(SIGNED);
        let request = || self.agent.put(url.as_str()).header("If-None-Match", "*").send(bytes);
        match self.ask(&what, 0, request)? {
            (200 | 201, _) => Ok(Put::Stored),
            // It may also be what an earlier attempt of this very request stored before its answer was lost.
            (412, _) => Ok(Put::Present),
            (status, answer) => Err(self.refused(&what, status, &answer)),
        }
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket.name(), self.prefix)
    }
}
