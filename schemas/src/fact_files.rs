//! The texts of the fact files.
//!
//! Reads   the files that are compiled in, and the office's own, which replace files of the same path
//! Gives   the text of a file, or what it means; an error names the file, the line, and the known words

use crate::CalendarError;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;

/// A fact file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// The file does not have the expected form or meaning.
    #[error("{file}: {reason}")]
    File {
        /// The data file.
        file: String,
        /// The reason.
        reason: String,
    },
    /// The calendar cannot be used.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// Something in a file that cannot be meant, and its place in the text.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) at: Range<usize>,
    pub(crate) reason: String,
}

/// The greatest number of known words that an error lists completely.
const FEW: usize = 12;

macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../data/", $path)))),*]
    };
}

/// The files that an office may replace, by path below `data/`. Targets are in the order in which reports list them.
const FILES: [(&str, &str); 54] = built_in![
    "angka.toml",
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
    "daftar/daftar_ditolak.toml",
    "daftar/daftar_duplikat_record.toml",
    "daftar/daftar_belum_diambil.toml",
    "daftar/rekap_pekon.toml",
    "daftar/laporan_blangko.toml",
    "daftar/laporan_pemeriksaan_register.toml",
    "daftar/log_gangguan.toml",
    "istilah.toml",
    "jabatan.toml",
    "jenis.toml",
    "jra.toml",
    "kelengkapan/ktp_el.toml",
    "keputusan.toml",
    "kewajaran.toml",
    "klasifikasi.toml",
    "ledgers/buku_registrasi_perekaman.toml",
    "ledgers/buku_agenda_pendaftaran.toml",
    "ledgers/buku_registrasi_pengambilan.toml",
    "ledgers/buku_registrasi_arsip.toml",
    "nama.toml",
    "pelaksana.toml",
    "penomoran.toml",
    "peran_portal.toml",
    "pesan.toml",
    "saluran.toml",
    "sop/ktp_el_kolektif.toml",
    "surat/tanda_terima_berkas.toml",
    "surat/nota_pengembalian.toml",
    "surat/bukti_pengambilan.toml",
    "surat/lembar_checklist.toml",
    "surat/lembar_persetujuan.toml",
    "surat/daftar_himpunan_cetakan.toml",
    "surat/daftar_pengantar_berkas.toml",
    "surat/berita_acara_serah_terima.toml",
    "surat/rekap_aparatur.toml",
    "surat/undangan_pengambilan.toml",
    "surat/surat_pengantar_provinsi.toml",
    "targets/perbup_07_2020.toml",
    "targets/perbup_21_2020.toml",
    "targets/nasional_1_jam_24_jam.toml",
    "targets/nasional_14_hari_kerja.toml",
    "wilayah/provinsi.csv",
    "wilayah/tanggamus.csv",
];

/// The folders in which an office may have files of other names than those that are compiled in.
const FOLDERS: [&str; 5] = ["daftar/", "ledgers/", "sop/", "surat/", "targets/"];

/// The texts of the fact files by path.
#[derive(Clone, Debug, Default)]
pub struct FactFiles {
    own: BTreeMap<String, String>,
}

impl FactFiles {
    /// Replaces compiled-in files by the office's own, which are given by path below its folder.
    ///
    /// # Errors
    /// [`FactsError::File`] for a path that no fact file has, with the most similar one.
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

    /// Returns the text of a file.
    pub(crate) fn text(&self, path: &str) -> Result<&str, FactsError> {
        let built_in = || FILES.iter().find(|(known, _)| *known == path).map(|(_, text)| *text);
        let text = self.own.get(path).map(String::as_str).or_else(built_in);
        text.ok_or_else(|| FactsError::File { file: path.to_owned(), reason: "there is no such file".to_owned() })
    }

    /// Whether the office has its own files in a folder.
    pub(crate) fn has_own(&self, folder: &str) -> bool {
        self.own.keys().any(|path| path.starts_with(folder))
    }

    /// Returns the files of a folder: the office's own, or if it has none there, the compiled-in ones in their order.
    pub(crate) fn folder(&self, folder: &str) -> Vec<&str> {
        let own: Vec<&str> = self.own.keys().map(String::as_str).filter(|path| path.starts_with(folder)).collect();
        if own.is_empty() {
            FILES.iter().map(|(path, _)| *path).filter(|path| path.starts_with(folder)).collect()
        } else {
            own
        }
    }
}

/// Parses a file.
pub(crate) fn parse<T: DeserializeOwned>(files: &FactFiles, path: &str) -> Result<T, FactsError> {
    parse_text(path, files.text(path)?)
}

/// Parses a file and works out what it means.
pub(crate) fn parse_meant<W: DeserializeOwned, T>(
    files: &FactFiles,
    path: &str,
    meant: impl FnOnce(W) -> Result<T, Misfit>,
) -> Result<T, FactsError> {
    let text = files.text(path)?;
    meant(parse_text(path, text)?).map_err(|misfit| located(path, text, Some(misfit.at), misfit.reason))
}

/// Returns an error in one line, with the line of the file and, for an unknown word, the known ones.
pub(crate) fn parse_text<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, FactsError> {
    toml::from_str(text).map_err(|e| {
        let mut reason = e.message().replace('\n', " ");
        let words: Vec<&str> = reason.split('`').skip(1).step_by(2).collect();
        if let ([unknown, known @ ..], true) = (words.as_slice(), reason.starts_with("unknown ")) {
            let near = nearest(unknown, known.iter().copied());
            reason = match near {
                Some(_) if known.len() <= FEW => format!("unknown `{unknown}`; known are `{}`", known.join("`, `")),
                Some(near) => format!("unknown `{unknown}`; the nearest known name is `{near}`"),
                None => reason,
            };
        }
        located(path, text, e.span(), reason)
    })
}

fn located(path: &str, text: &str, span: Option<Range<usize>>, reason: String) -> FactsError {
    let line = span.and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let at = line.map_or_else(String::new, |line| format!(", line {line}"));
    FactsError::File { file: format!("{path}{at}"), reason }
}

/// Returns the known name that is most similar to an unknown one.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known.max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)))
}

/// Returns the file stem of a path.
pub(crate) fn stem(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or(path)
}
