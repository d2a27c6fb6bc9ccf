//! The review of a part of a month's cases, as a page and as a workbook; it is not set on paper.
//!
//! Reads   the review of the cases of one kecamatan, of one kind of application, or of both
//! Gives   what the page reads: what the review of all cases says of cases, by the same functions
//! Rule    what is not of cases is left out and named, never shown as nothing; a verdict stands only where a target binds these cases

use crate::compliance::{explained, printed, told};
use crate::compliance_workbook;
use crate::indonesian::integer;
use crate::page_one::{flow, measures, row, slowest, uncollected};
use crate::review::{
    backlog, checks, conformance, found_duplicates, history, is_listed, kecamatan, no_step_target, steps, times,
    trend_point, trend_title,
};
use crate::review_workbook::{self, of_cases};
use crate::state::end;
use crate::table::Table;
use crate::xlsx::{Sheet, plain};
use schemas::document::Office;
use schemas::{Judgement, NarrowedReview, Narrowing, Verdict};
use serde_json::{Value, json};

/// What a part of the cases does not have.
pub(crate) const LEFT_OUT: &str = "Stok blangko, gangguan, permohonan kolektif, penomoran buku, mutu data, baris yang tertahan, \
kemungkinan orang yang sama dengan NIK lain, dokumen yang tidak disyaratkan, dan perkara yang perlu keputusan tidak dapat disaring; \
semuanya ada pada laporan seluruh kantor.";
/// To whom it may be shown.
pub(crate) const FOR_THE_OFFICE: &str =
    "Untuk keperluan dinas; jumlah yang kecil dapat menunjuk pada orang tertentu dan tidak untuk disebarluaskan.";
/// Whom the targets bind.
const OF_THE_OFFICE: &str = "Target berlaku bagi kantor secara keseluruhan; putusannya ada pada laporan seluruh kantor, dan di sini hanya nilainya.";
/// The same where some are of these cases alone.
const OF_THE_KIND: &str = "Target khusus jenis permohonan ini berlaku bagi semua kecamatan dan diputus di sini; target lain berlaku \
bagi kantor secara keseluruhan, dan putusannya ada pada laporan seluruh kantor.";

/// Returns to what it is narrowed, in words.
pub(crate) fn words(review: &NarrowedReview) -> String {
    let kecamatan = review.to.kecamatan.as_ref().map(|name| format!("Kecamatan {name}"));
    let jenis = review.jenis.as_ref().map(|words| format!("Jenis permohonan {}", words.to_lowercase()));
    kecamatan.into_iter().chain(jenis).collect::<Vec<_>>().join(" · ")
}

/// Returns by what the name of a file ends: what it is narrowed to, in letters that every file system has.
pub(crate) fn ending(to: &Narrowing) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let parts = [&to.kecamatan, &to.jenis].into_iter().flatten();
    parts.map(|part| format!("_{}", part.chars().map(plain).collect::<String>())).collect()
}

/// Returns what the page `tinjauan_tersaring.html.j2` reads.
pub(crate) fn page(review: &NarrowedReview, office: &Office) -> Value {
    let cases = &review.cases;
    let sheet = &cases.sheet;
    let rows = cases.measures.iter().map(|measure| row(cases, measure)).collect();
    let listed: Vec<&Judgement> = sheet.judgements.iter().filter(|judgement| is_listed(judgement)).collect();
    let judges = listed.iter().any(|judgement| review.is_judged(judgement));
    json!({
        "kantor": office,
        "bulan": sheet.month.indonesian(),
        "layanan": sheet.service,
        "perbaikan": null,
        "akhir": end(sheet),
        "saringan": {
            "kata": words(review),
            "kecuali": LEFT_OUT,
            "untuk": FOR_THE_OFFICE,
            "target": if judges { OF_THE_KIND } else { OF_THE_OFFICE },
            "per_kecamatan": review.to.kecamatan.is_none(),
            "laporan": format!("/tinjauan/{}", sheet.month),
        },
        "ada_peristiwa": cases.has_events(),
        "arus": flow(cases),
        "ukuran": measures(cases, rows),
        "standar": listed.iter().map(|judgement| target(review, judgement)).collect::<Vec<_>>(),
        "tanpa_target": sheet.judgements.iter().filter(|j| j.decides && j.verdict() == Verdict::NoTarget).count(),
        "langkah_terlama": slowest(cases),
        "belum_diambil": uncollected(cases),
        "judul_tren": trend_title(cases),
        "tren": sheet.figures.trend.iter().map(trend_point).collect::<Vec<_>>(),
        "riwayat": history(cases),
        "langkah": steps(cases),
        "tanpa_garis": no_step_target(cases),
        "kelengkapan": checks(cases),
        "duplikat": found_duplicates(cases),
        "tunggakan": backlog(cases),
        "waktu": times(cases),
        "kesesuaian": conformance(cases),
        "kecamatan": kecamatan(cases),
        "tidak_dihitung": sheet.figures.left_out.iter().map(|l| json!([l.words, integer(l.n)])).collect::<Vec<_>>(),
        "istilah": explained(sheet, "laporan_bulanan"),
    })
}

/// Returns a target as it is printed; without a verdict where it binds others too.
fn target(review: &NarrowedReview, judgement: &Judgement) -> Value {
    let mut target = printed(judgement, &review.cases.sheet);
    if !review.is_judged(judgement) {
        target["putusan"] = "–".into();
    }
    target
}

/// Returns the sheets of the workbook in their order.
pub(crate) fn sheets(review: &NarrowedReview) -> Vec<Sheet> {
    let cases = &review.cases;
    let mut sheets = of_cases(cases);
    if review.to.kecamatan.is_none() {
        sheets.push(plain("Kecamatan", review_workbook::kecamatan(cases)));
    }
    sheets.push(plain("Pekon", review_workbook::uncollected(cases)));
    sheets.push(plain("Standar", targets(review)));
    sheets.push(plain("Dikecualikan", review_workbook::left_out(cases)));
    sheets
}

/// Returns the targets that have a value, as a table for spreadsheets.
fn targets(review: &NarrowedReview) -> Table {
    let sheet = &review.cases.sheet;
    let verdict = |j: &Judgement| if review.is_judged(j) { told(j.verdict(), sheet) } else { "" };
    compliance_workbook::targets(sheet, sheet.judgements.iter().filter(|judgement| is_listed(judgement)), verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_plain() {
        let to = |kecamatan: &str, jenis: Option<&str>| Narrowing {
            kecamatan: Some(kecamatan.to_owned()),
            jenis: jenis.map(str::to_owned),
        };
        assert_eq!(ending(&to("Kota Agung Timur", Some("hilang_rusak"))), "_kota_agung_timur_hilang_rusak");
        assert_eq!(ending(&to("../a\"\r\né", None)), "____a____");
    }
}
