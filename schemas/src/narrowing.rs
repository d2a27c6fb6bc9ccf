//! A part of the cases: those of one kecamatan, of one kind of application, or of both.

use form_urlencoded::Serializer as Query;
use serde::{Deserialize, Serialize};

/// Which cases are meant: all of them where nothing is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrowing {
    /// The name of the kecamatan, or the code of a village that the area table does not know.
    pub kecamatan: Option<String>,
    /// The id of the kind of application.
    pub jenis: Option<String>,
}

impl Narrowing {
    /// Only the cases of a kind of application.
    #[must_use]
    pub fn to_jenis(id: &str) -> Self {
        Self { jenis: Some(id.to_owned()), ..Self::default() }
    }

    /// Whether it holds all cases.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.kecamatan.is_none() && self.jenis.is_none()
    }

    /// Whether it holds the cases of a kecamatan and a kind of application.
    #[must_use]
    pub fn holds(&self, kecamatan: &str, jenis: &str) -> bool {
        let is = |wanted: &Option<String>, of: &str| wanted.as_deref().is_none_or(|wanted| wanted == of);
        is(&self.kecamatan, kecamatan) && is(&self.jenis, jenis)
    }

    /// Returns the query of the page of these cases with its question mark; empty for all cases.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = Query::new(String::new());
        for (name, value) in [("kecamatan", &self.kecamatan), ("jenis", &self.jenis)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_what_is_meant() {
        let both = Narrowing { kecamatan: Some("Kota Agung".to_owned()), jenis: Some("baru".to_owned()) };
        assert_eq!(
            (Narrowing::default().query().as_str(), both.query().as_str()),
            ("", "?kecamatan=Kota+Agung&jenis=baru")
        );
        assert!(Narrowing::default().is_whole() && !both.is_whole() && Narrowing::default().holds("Pugung", "hilang"));
        assert!(
            both.holds("Kota Agung", "baru") && !both.holds("Pugung", "baru") && !both.holds("Kota Agung", "hilang")
        );
        assert!(Narrowing::to_jenis("baru").holds("Pugung", "baru"));
    }
}
