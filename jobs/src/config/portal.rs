//! Where the office's pages are shown, and under which names.

use super::Config;
use super::place::At;
use anyhow::{Result, anyhow};
use schemars::JsonSchema;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Where pages are shown when nothing is said.
const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8620);

/// `[portal]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct PortalSection {
    /// Address and port at which the pages are shown. Beyond this computer only with a certificate and its key.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// The names of this computer in the office's network. A request under another name is refused.
    pub names: Vec<String>,
    /// A file with the certificate, and those that it rests on, in PEM; `tertib portal certificate` makes one.
    pub certificate: Option<PathBuf>,
    /// The file with its key in PEM, which only its owner may read.
    pub key: Option<PathBuf>,
    /// Show the pages beyond this computer although everybody in the network can read along. Every page says so.
    pub tanpa_tls: bool,
}

impl Default for PortalSection {
    fn default() -> Self {
        Self { listen: USUAL, names: Vec::new(), certificate: None, key: None, tanpa_tls: false }
    }
}

impl PortalSection {
    /// Refuses what would show pages to the network without anybody having said so.
    pub(super) fn check(&self) -> Result<()> {
        let broken = |key: &str, words: &str| Err(anyhow!(words.to_owned()).context(At::key(&["portal", key])));
        let strange = |name: &&String| name.is_empty() || !name.bytes().all(is_of_a_name);
        if self.certificate.is_some() != self.key.is_some() {
            let named = if self.key.is_some() { "key" } else { "certificate" };
            return broken(named, "certificate and key go together; name both, or neither");
        }
        if self.certificate.is_some() && self.tanpa_tls {
            return broken("tanpa-tls", "there is a certificate; take tanpa-tls away");
        }
        if !self.listen.ip().is_loopback() && self.certificate.is_none() && !self.tanpa_tls {
            let words = "the network could read along; name certificate and key (`tertib portal certificate` makes them), or say \
                 tanpa-tls = true";
            return broken("listen", words);
        }
        if self.names.iter().any(|name| strange(&name)) {
            return broken("names", "a name of a computer has letters, digits, dots and hyphens, and no port");
        }
        Ok(())
    }
}

impl Config {
    /// Who may use the office's pages.
    pub(crate) fn people_path(&self) -> PathBuf {
        self.folder.join("pengguna.toml")
    }

    /// The files of the portal's certificate and key, where there are both.
    pub(crate) fn portal_pair(&self) -> Option<(PathBuf, PathBuf)> {
        let portal = self.portal.as_ref()?;
        let (certificate, key) = portal.certificate.as_ref().zip(portal.key.as_ref())?;
        Some((self.folder.join(certificate), self.folder.join(key)))
    }
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_to_the_network_by_mistake() {
        let may = |text: &str| toml::from_str::<PortalSection>(text).unwrap().check().is_ok();
        assert!(may("") && may("listen = '127.0.0.1:9000'") && may("listen = '[::1]:8620'"));
        for refused in [
            "listen = '0.0.0.0:8620'",
            "listen = '192.168.1.5:8620'",
            "listen = '[::]:8620'",
            "certificate = 'a.pem'",
            "listen = '0.0.0.0:8620'\ncertificate = 'a.pem'",
            "certificate = 'a.pem'\nkey = 'a.key'\ntanpa-tls = true",
            "names = ['portal.disdukcapil:8620']",
            "names = ['']",
        ] {
            assert!(!may(refused), "{refused}");
        }
        assert!(may("listen = '0.0.0.0:8620'\ntanpa-tls = true"));
        assert!(may(
            "listen = '0.0.0.0:8620'\ncertificate = 'a.pem'\nkey = 'a.key'\nnames = ['portal.disdukcapil.lan']"
        ));
    }
}
