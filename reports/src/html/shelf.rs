//! The documents of a month, as the portal lists them.

use crate::indonesian::integer;
use schemas::Month;
use serde_json::{Value, json};

/// The documents of a month.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// The month.
    pub month: Month,
    /// Its documents, in order.
    pub documents: Vec<Shelved>,
    /// Whether the archive is a public copy, from which no book, list or paper can be made.
    pub is_of_public_copy: bool,
    /// How many documents may still be old ones, or not there, since a writing goes on or was cut off.
    pub unfinished: usize,
}

/// A document on the shelf.
#[derive(Clone, Debug)]
pub struct Shelved {
    /// Its title.
    pub title: String,
    /// The group under which it is listed, in words.
    pub group: String,
    /// The path of its page in the portal.
    pub page: Option<String>,
    /// Whether one of its files says that it is not final.
    pub provisional: bool,
    /// Whether it may still be an old one, or not there, since a writing goes on or was cut off.
    pub unfinished: bool,
    /// Its files.
    pub files: Vec<ShelvedFile>,
}

/// A file of a document.
#[derive(Clone, Debug)]
pub struct ShelvedFile {
    /// Its kind, as `PDF/A`.
    pub kind: String,
    /// Its path in the portal.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// When it was made, in words.
    pub made: String,
    /// The version of the archive from which it was made, where it says so.
    pub version: Option<u64>,
    /// How it stands beside the archive as it is now.
    pub standing: Standing,
}

/// How a file stands beside what would be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It says the same.
    Same,
    /// It says something else.
    Differs,
    /// It was made before the books of its month were closed.
    BeforeClosing,
    /// It was made from another archive.
    Foreign,
    /// It does not say from what it was made.
    Unknown,
}

impl Standing {
    /// Whether it should be made again.
    fn is_old(self) -> bool {
        matches!(self, Self::Differs | Self::BeforeClosing | Self::Foreign)
    }

    /// The word by which the template knows it.
    fn word(self) -> &'static str {
        match self {
            Self::Same => "sama",
            Self::Differs => "berbeda",
            Self::BeforeClosing => "sebelum_ditutup",
            Self::Foreign => "asing",
            Self::Unknown => "tidak_diketahui",
        }
    }
}

impl Shelf {
    /// Returns what the template `dokumen` reads.
    #[must_use]
    pub fn values(&self) -> Value {
        let mut groups: Vec<(&str, Vec<Value>)> = Vec::new();
        for document in &self.documents {
            let values = document.values();
            match groups.iter_mut().find(|(name, _)| *name == document.group) {
                Some((_, of_group)) => of_group.push(values),
                None => groups.push((&document.group, vec![values])),
            }
        }
        let groups = groups.into_iter().map(|(name, documents)| json!({"nama": name, "dokumen": documents}));
        json!({
            "bulan": self.month.indonesian(),
            "tanpa_pribadi": self.is_of_public_copy,
            "sementara": self.documents.iter().any(|document| document.provisional),
            "belum_lengkap": self.unfinished,
            "lama": self.documents.iter().filter(|document| document.is_old()).count(),
            "golongan": groups.collect::<Vec<_>>(),
        })
    }
}

impl Shelved {
    fn is_old(&self) -> bool {
        self.files.iter().any(|file| file.standing.is_old())
    }

    fn values(&self) -> Value {
        let file = |file: &ShelvedFile| {
            json!({
                "jenis": file.kind,
                "alamat": file.path,
                "ukuran": format!("{}\u{A0}kB", integer(file.bytes.div_ceil(1_000))),
                "sidik": file.sha256,
                "dibuat": file.made,
                "versi": file.version,
                "keadaan": file.standing.word(),
            })
        };
        // Most files of a document were made together.
        let mut making: Vec<Value> = Vec::new();
        for file in &self.files {
            let of = json!({"dibuat": file.made, "versi": file.version, "keadaan": file.standing.word()});
            if !making.contains(&of) {
                making.push(of);
            }
        }
        json!({
            "judul": self.title,
            "halaman": self.page,
            "sementara": self.provisional,
            "belum_lengkap": self.unfinished,
            "lama": self.is_old(),
            "fail": self.files.iter().map(file).collect::<Vec<_>>(),
            "pembuatan": making,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stand_under_their_group_in_order() {
        let document = |title: &str, group: &str, bytes| Shelved {
            title: title.to_owned(),
            group: group.to_owned(),
            page: None,
            provisional: bytes == 1,
            unfinished: false,
            files: vec![ShelvedFile {
                kind: "PDF/A".to_owned(),
                path: "/x".to_owned(),
                bytes,
                sha256: "ab".to_owned(),
                made: "30-11-2026 10.02".to_owned(),
                version: Some(4),
                standing: if bytes == 0 { Standing::BeforeClosing } else { Standing::Same },
            }],
        };
        let documents = vec![document("A", "Buku", 1), document("B", "Laporan", 1_234_001), document("C", "Buku", 0)];
        let values =
            Shelf { month: "2026-10".parse().unwrap(), documents, unfinished: 0, is_of_public_copy: false }.values();
        let titles: Vec<_> =
            values["golongan"].as_array().unwrap().iter().map(|g| g["dokumen"].as_array().unwrap().len()).collect();
        assert_eq!(
            (titles, &values["golongan"][0]["nama"], &values["sementara"]),
            (vec![2, 1], &json!("Buku"), &json!(true))
        );
        assert_eq!(values["golongan"][1]["dokumen"][0]["fail"][0]["ukuran"], "1.235\u{A0}kB");
        let last = &values["golongan"][0]["dokumen"][1];
        assert_eq!(last["fail"][0]["ukuran"], "0\u{A0}kB");
        assert_eq!((&values["lama"], &last["lama"]), (&json!(1), &json!(true)));
        assert_eq!(last["fail"][0]["keadaan"], "sebelum_ditutup");
    }
}
