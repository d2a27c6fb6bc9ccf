//! The fields that a column of a book or list can show.

use crate::Column;
use serde::{Deserialize, Serialize};

/// A field: what a column of a book or list can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerField {
    /// The running number in this book and month.
    Urut,
    /// The number that the office gave.
    NomorRegister,
    /// The date on which the step ended.
    Selesai,
    /// The date and time at which the batch was received.
    Diterima,
    /// The NIK, masked in working copies.
    Nik,
    /// The name, masked in working copies.
    Nama,
    /// The sex, L or P.
    JenisKelamin,
    /// The place and date of birth.
    TempatTanggalLahir,
    /// The age in whole years on the day of the entry.
    Usia,
    /// The name of the pekon or kelurahan.
    NamaPekon,
    /// The name of the kecamatan.
    Kecamatan,
    /// The names of the pekon or kelurahan and of its kecamatan, since several pekon have the same name.
    Wilayah,
    /// The kind of application.
    Jenis,
    /// The outcome of the step.
    Hasil,
    /// The officer.
    PetugasId,
    /// The batch.
    KolektifId,
    /// The person who brought the batch.
    Pembawa,
    /// The person who received the card; empty where nobody wrote it down.
    Penerima,
    /// Whether the old card was handed in; empty where nobody wrote it down.
    KtpLamaDiterima,
    /// The sheets of the dossier, or of all dossiers of a batch or month; empty where nobody counted them.
    JumlahLembar,
    /// The berkas.
    BerkasId,
    /// The remark.
    Keterangan,
    /// The date and time at which the requirements were declared complete.
    TanggalLengkap,
    /// The date on which the card was first printed.
    TanggalCetak,
    /// The date on which the card was gathered for collection.
    TanggalSiap,
    /// The date on which the card was handed over.
    TanggalSerah,
    /// The archive classification code on the date of the row.
    KodeKlasifikasi,
    /// The fixed text of the column.
    Tetap,
    /// The reason why an event is in a list of cases.
    Sebab,
    /// How many entries a batch or a month has.
    JumlahBerkas,
    /// How many entries of a batch are in the book up to and including the month.
    JumlahSampaiBulanIni,
    /// The period of a batch or a month, from the first entry to the last.
    KurunWaktu,
    /// The running number of an entry within its batch.
    NomorItem,
    /// The number of a month in the list of months.
    NomorArsip,
    /// The office that created the archive.
    Pencipta,
    /// The blanks received on a day.
    Terima,
    /// The cards printed on a day.
    Cetak,
    /// The cards spoilt on a day.
    Gagal,
    /// The blanks left at the end of a day.
    Sisa,
    /// The people recorded on a service day.
    Perekaman,
    /// The first cards of people that were printed on a service day.
    CetakPrr,
    /// The cards printed on a service day as a replacement of another card.
    CetakGanti,
    /// The duplicate records found on a service day.
    DuplikatRecord,
    /// The number of the slip that the person got at the recording, the office's or else ours; empty for who was not recorded.
    NomorBukti,
    /// The number of the statement by which the card was handed over.
    NomorBeritaAcara,
    /// The documents that the kind of application needs.
    Syarat,
    /// The documents that the kind of application needs, each with a box to tick.
    Checklist,
    /// The working days since the card was first printed: in a list until the end of the month, in a letter until that of the data.
    Umur,
    /// The dossiers of a pekon whose first event is in the month.
    Masuk,
    /// How often dossiers of it were sent back.
    Kembali,
    /// Those of it that came to an end because they were refused.
    Ditolak,
    /// Those of it that were first printed.
    Tercetak,
    /// Those of it that came to an end because they were handed over.
    Diserahkan,
    /// Those of it that are printed and not handed over.
    BelumDiambil,
    /// Those of it that were open when the month began; empty where the archive begins with it.
    TerbukaAwal,
    /// Those of it that came to an end because somebody was found to be recorded twice.
    RekamanGanda,
    /// Those of it that are open at the end of the month.
    Terbuka,
    /// The kind of an outage.
    JenisGangguan,
    /// Its start.
    MulaiGangguan,
    /// Its end.
    SelesaiGangguan,
    /// How long it lasted.
    Lama,
    /// How much of it was in working hours.
    LamaKerja,
    /// The title of a book.
    Buku,
    /// The post that keeps it.
    PetugasBuku,
    /// How many entries it has.
    JumlahEntri,
    /// Its first number.
    NomorPertama,
    /// Its last number.
    NomorTerakhir,
    /// The numbers that are missing in it.
    NomorTerlewat,
    /// Its entries that are held back, by their numbers.
    EntriTertahan,
    /// The numbers that it has twice.
    NomorGanda,
    /// How many of its entries came after their month was closed.
    Susulan,
    /// What a line says.
    Uraian,
    /// Its amount.
    Jumlah,
    /// Its unit.
    Satuan,
    /// A document that was lacking.
    Dokumen,
    /// The rule by which the document is asked for.
    Dasar,
    /// A blank to be filled in by hand.
    Kosong,
}

impl LedgerField {
    /// Returns the columns of the source contract that it shows as they are, or in part; none for what is computed here.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "each field stands on a line, so that a new one must be placed")]
    pub fn printed(self) -> &'static [Column] {
        match self {
            Self::NomorRegister => &[Column::NomorRegister],
            Self::Selesai => &[Column::Selesai],
            Self::Diterima => &[Column::Diterima],
            Self::Nik => &[Column::Nik],
            Self::Nama => &[Column::Nama],
            Self::JenisKelamin => &[Column::JenisKelamin],
            Self::TempatTanggalLahir => &[Column::TempatLahir, Column::TanggalLahir],
            Self::Usia => &[Column::TanggalLahir],
            Self::NamaPekon | Self::Kecamatan | Self::Wilayah => &[Column::Pekon],
            Self::Jenis => &[Column::Jenis],
            Self::Hasil => &[Column::Hasil],
            Self::PetugasId => &[Column::PetugasId],
            Self::KolektifId => &[Column::KolektifId],
            Self::Pembawa => &[Column::Pembawa],
            Self::Penerima => &[Column::Penerima],
            Self::KtpLamaDiterima => &[Column::KtpLamaDiterima],
            Self::JumlahLembar => &[Column::JumlahLembar],
            Self::NomorBukti => &[Column::NomorBukti],
            Self::BerkasId => &[Column::BerkasId],
            Self::Keterangan => &[Column::Keterangan],
            Self::Urut
            | Self::TanggalLengkap
            | Self::TanggalCetak
            | Self::TanggalSiap
            | Self::TanggalSerah
            | Self::KodeKlasifikasi
            | Self::Tetap
            | Self::Sebab
            | Self::JumlahBerkas
            | Self::JumlahSampaiBulanIni
            | Self::KurunWaktu
            | Self::NomorItem
            | Self::NomorArsip
            | Self::Pencipta
            | Self::Terima
            | Self::Cetak
            | Self::Gagal
            | Self::Sisa
            | Self::Perekaman
            | Self::CetakPrr
            | Self::CetakGanti
            | Self::DuplikatRecord
            | Self::NomorBeritaAcara
            | Self::Syarat
            | Self::Checklist
            | Self::Umur
            | Self::Masuk
            | Self::Kembali
            | Self::Ditolak
            | Self::Tercetak
            | Self::Diserahkan
            | Self::BelumDiambil
            | Self::TerbukaAwal
            | Self::RekamanGanda
            | Self::Terbuka
            | Self::JenisGangguan
            | Self::MulaiGangguan
            | Self::SelesaiGangguan
            | Self::Lama
            | Self::LamaKerja
            | Self::Buku
            | Self::PetugasBuku
            | Self::JumlahEntri
            | Self::NomorPertama
            | Self::NomorTerakhir
            | Self::NomorTerlewat
            | Self::EntriTertahan
            | Self::NomorGanda
            | Self::Susulan
            | Self::Uraian
            | Self::Jumlah
            | Self::Satuan
            | Self::Dokumen
            | Self::Dasar
            | Self::Kosong => &[],
        }
    }

    /// All fields.
    pub const ALL: [Self; 77] = [
        Self::Urut,
        Self::NomorRegister,
        Self::Selesai,
        Self::Diterima,
        Self::Nik,
        Self::Nama,
        Self::JenisKelamin,
        Self::TempatTanggalLahir,
        Self::Usia,
        Self::NamaPekon,
        Self::Kecamatan,
        Self::Wilayah,
        Self::Jenis,
        Self::Hasil,
        Self::PetugasId,
        Self::KolektifId,
        Self::Pembawa,
        Self::Penerima,
        Self::KtpLamaDiterima,
        Self::JumlahLembar,
        Self::BerkasId,
        Self::Keterangan,
        Self::TanggalLengkap,
        Self::TanggalCetak,
        Self::TanggalSiap,
        Self::TanggalSerah,
        Self::KodeKlasifikasi,
        Self::Tetap,
        Self::Sebab,
        Self::JumlahBerkas,
        Self::JumlahSampaiBulanIni,
        Self::KurunWaktu,
        Self::NomorItem,
        Self::NomorArsip,
        Self::Pencipta,
        Self::Terima,
        Self::Cetak,
        Self::Gagal,
        Self::Sisa,
        Self::Perekaman,
        Self::CetakPrr,
        Self::CetakGanti,
        Self::DuplikatRecord,
        Self::NomorBukti,
        Self::NomorBeritaAcara,
        Self::Syarat,
        Self::Checklist,
        Self::Umur,
        Self::Masuk,
        Self::Kembali,
        Self::Ditolak,
        Self::Tercetak,
        Self::Diserahkan,
        Self::BelumDiambil,
        Self::TerbukaAwal,
        Self::RekamanGanda,
        Self::Terbuka,
        Self::JenisGangguan,
        Self::MulaiGangguan,
        Self::SelesaiGangguan,
        Self::Lama,
        Self::LamaKerja,
        Self::Buku,
        Self::PetugasBuku,
        Self::JumlahEntri,
        Self::NomorPertama,
        Self::NomorTerakhir,
        Self::NomorTerlewat,
        Self::EntriTertahan,
        Self::NomorGanda,
        Self::Susulan,
        Self::Uraian,
        Self::Jumlah,
        Self::Satuan,
        Self::Dokumen,
        Self::Dasar,
        Self::Kosong,
    ];

    /// Whether it is a count of what a row has, so that the counts of several rows can be added up.
    #[must_use]
    pub fn is_count(self) -> bool {
        matches!(
            self,
            Self::JumlahBerkas
                | Self::Terima
                | Self::Cetak
                | Self::Gagal
                | Self::Sisa
                | Self::Perekaman
                | Self::CetakPrr
                | Self::CetakGanti
                | Self::DuplikatRecord
                | Self::Masuk
                | Self::Kembali
                | Self::Ditolak
                | Self::Tercetak
                | Self::Diserahkan
                | Self::BelumDiambil
                | Self::TerbukaAwal
                | Self::RekamanGanda
                | Self::Terbuka
        )
    }
}
