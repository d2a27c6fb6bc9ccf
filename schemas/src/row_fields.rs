//! Which kinds of row have a field.

use crate::{LedgerField, RowKind};

impl LedgerField {
    /// Whether a row of that kind has the field.
    #[must_use]
    pub fn is_filled_by(self, row: RowKind) -> bool {
        let is_event =
            matches!(row, RowKind::Entry | RowKind::Item | RowKind::Case | RowKind::Lack | RowKind::Uncollected);
        match self {
            Self::Urut | Self::Tetap | Self::Pencipta | Self::Kosong => true,
            Self::NomorRegister
            | Self::Nik
            | Self::Nama
            | Self::JenisKelamin
            | Self::TempatTanggalLahir
            | Self::Usia
            | Self::Jenis
            | Self::Hasil
            | Self::PetugasId
            | Self::BerkasId
            | Self::Keterangan
            | Self::TanggalLengkap
            | Self::TanggalCetak
            | Self::TanggalSiap
            | Self::TanggalSerah
            | Self::NomorBukti
            | Self::NomorBeritaAcara
            | Self::Penerima
            | Self::KtpLamaDiterima
            | Self::Syarat
            | Self::Checklist => is_event,
            Self::Umur => row == RowKind::Uncollected,
            Self::Masuk
            | Self::Kembali
            | Self::Ditolak
            | Self::Tercetak
            | Self::Diserahkan
            | Self::BelumDiambil
            | Self::TerbukaAwal
            | Self::RekamanGanda
            | Self::Terbuka => row == RowKind::Pekon,
            Self::JenisGangguan | Self::MulaiGangguan | Self::SelesaiGangguan | Self::Lama | Self::LamaKerja => {
                row == RowKind::Outage
            }
            Self::Buku
            | Self::PetugasBuku
            | Self::JumlahEntri
            | Self::NomorPertama
            | Self::NomorTerakhir
            | Self::NomorTerlewat
            | Self::EntriTertahan
            | Self::NomorGanda
            | Self::Susulan => row == RowKind::Register,
            Self::Uraian | Self::Jumlah | Self::Satuan => row == RowKind::Line,
            Self::Dokumen | Self::Dasar => row == RowKind::Lack,
            Self::Selesai => is_event || matches!(row, RowKind::Day | RowKind::ServiceDay),
            Self::NamaPekon | Self::Kecamatan => is_event || matches!(row, RowKind::Batch | RowKind::Pekon),
            Self::Diterima | Self::Wilayah | Self::KolektifId | Self::Pembawa => is_event || row == RowKind::Batch,
            Self::JumlahSampaiBulanIni => row == RowKind::Batch,
            Self::JumlahLembar | Self::KodeKlasifikasi => is_event || matches!(row, RowKind::Batch | RowKind::Month),
            Self::Sebab => row == RowKind::Case,
            Self::NomorItem => row == RowKind::Item,
            Self::KurunWaktu => matches!(row, RowKind::Batch | RowKind::Month),
            Self::JumlahBerkas => matches!(row, RowKind::Item | RowKind::Batch | RowKind::Month),
            Self::NomorArsip => row == RowKind::Month,
            Self::Terima | Self::Cetak | Self::Gagal => row == RowKind::Day,
            Self::Sisa => matches!(row, RowKind::Day | RowKind::ServiceDay),
            Self::Perekaman | Self::CetakPrr | Self::CetakGanti | Self::DuplikatRecord => row == RowKind::ServiceDay,
        }
    }
}
