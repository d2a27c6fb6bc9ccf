//! The texts of the fact files: those that are compiled in, and in their place the office's own.

use crate::facts::FactsError;
use std::collections::BTreeMap;

macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../data/", $path)))),*]
    };
}

/// What an office may replace, by path below `data/`. Targets are in the order in which reports list them.
const FILES: [(&str, &str); 27] = built_in![
    "applicant.toml",
    "calendar/jam_kerja.toml",
    "calendar/libur_2020_2027.csv",
    "daftar/daftar_berkas.toml",
    "daftar/daftar_isi_berkas.toml",
    "daftar/daftar_arsip_inaktif.toml",
    "daftar/daftar_arsip_usul_musnah.toml",
    "daftar/register_ktp_el_rusak.toml",
    "daftar/kartu_stok_blangko.toml",
    "daftar/formulir_provinsi.toml",
    "jenis.toml",
    "jra.toml",
    "kelengkapan/ktp_el.toml",
    "klasifikasi.toml",
    "ledgers/buku_registrasi_perekaman.toml",
    "ledgers/buku_agenda_pendaftaran.toml",
    "ledgers/buku_registrasi_pengambilan.toml",
    "ledgers/buku_registrasi_arsip.toml",
    "nama.toml",
    "pelaksana.toml",
    "sop/ktp_el_kolektif.toml",
    "targets/perbup_07_2020.toml",
    "targets/perbup_21_2020.toml",
    "targets/nasional_1_jam_24_jam.toml",
    "targets/nasional_14_hari_kerja.toml",
    "wilayah/provinsi.csv",
    "wilayah/tanggamus.csv",
];

/// Folders of which an office may bring other files than those that are compiled in.
const FOLDERS: [&str; 4] = ["daftar/", "ledgers/", "sop/", "targets/"];

/// The texts by path.
#[derive(Clone, Debug, Default)]
pub struct FactFiles {
    own: BTreeMap<String, String>,
}

impl FactFiles {
    /// The compiled-in files with the office's own, by path below its folder, in their place.
    ///
    /// # Errors
    /// [`FactsError::File`] for a file that is none of these, with the nearest name.
    pub fn new(own: BTreeMap<String, String>) -> Result<Self, FactsError> {
        for path in own.keys() {
            let of_folder = FOLDERS.iter().any(|folder| path.starts_with(folder) && path.ends_with(".toml"));
            if !of_folder && FILES.iter().all(|(known, _)| known != path) {
                let nearest = nearest(path, FILES.iter().map(|(known, _)| *known)).unwrap_or_default();
                let reason = format!("this is no fact file; the nearest name is `{nearest}`");
                return Err(FactsError::File { file: path.clone(), reason });
            }
        }
        Ok(Self { own })
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Result<&str, FactsError> {
        let built_in = || FILES.iter().find(|(known, _)| *known == path).map(|(_, text)| *text);
        let text = self.own.get(path).map(String::as_str).or_else(built_in);
        text.ok_or_else(|| FactsError::File { file: path.to_owned(), reason: "there is no such file".to_owned() })
    }

    /// Whether the office has files of a folder.
    pub(crate) fn has_own(&self, folder: &str) -> bool {
        self.own.keys().any(|path| path.starts_with(folder))
    }

    /// The files of a folder: the office's own, or where it has none of that folder, the compiled-in ones in their order.
    pub(crate) fn folder(&self, folder: &str) -> Vec<&str> {
        let own: Vec<&str> = self.own.keys().map(String::as_str).filter(|path| path.starts_with(folder)).collect();
        if own.is_empty() {
            FILES.iter().map(|(path, _)| *path).filter(|path| path.starts_with(folder)).collect()
        } else {
            own
        }
    }
}

/// The known name that is most like an unknown one.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known.max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)))
}

/// The file stem of a path.
pub(crate) fn stem(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or(path)
}
