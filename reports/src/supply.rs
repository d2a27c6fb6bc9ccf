//! What the office works with, as the first page of the review tells it: blank cards, and the lines and machines that fail.
//!
//! Reads   the stock and the outages of a month
//! Gives   rows of words

use crate::indonesian::{integer, signed};
use crate::state::end;
use schemas::document::{MonthlyReview, Outages};
use serde_json::{Value, json};

/// Returns the stock of blank cards, which adds up, and for how long it lasts.
pub(crate) fn blanks(review: &MonthlyReview) -> Vec<Value> {
    let stock = |left: Option<i64>| left.map_or_else(|| "tidak diketahui".to_owned(), signed);
    let Some(blanks) = review.blanks else {
        return vec![json!(["Catatan stok blangko", "tidak ada dalam arsip"])];
    };
    vec![
        json!(["Awal bulan", stock(blanks.left_before)]),
        json!(["+ diterima", signed(blanks.received)]),
        json!(["− dicetak", signed(blanks.printed)]),
        json!(["− gagal cetak", signed(blanks.spoilt)]),
        json!([format!("= {}", end(&review.sheet)), stock(blanks.left)]),
        json!(["Cukup untuk", blanks.lasts_told()]),
    ]
}

/// Returns the outages, and how many cards were in time with and without them.
pub(crate) fn outages(review: &MonthlyReview) -> Vec<Value> {
    let (issuance, deadlines) = (&review.sheet.figures.figures.issuance, &review.sheet.figures.deadlines);
    let Some(outages) = review.outages else {
        return vec![json!(["Catatan gangguan", "tidak ada dalam arsip"])];
    };
    let both = |without: u64, with: u64| format!("{} / {}", integer(without), integer(with));
    vec![
        json!(["Banyaknya", format!("{} kali", integer(outages.n))]),
        json!(["Lama (jam kalender)", Outages::lasted(outages.seconds)]),
        json!(["– di antaranya pada jam kerja", Outages::lasted(outages.working_seconds)]),
        json!([
            "Terbit paling lama 1 jam kalender: di luar gangguan / gangguan ikut dihitung",
            both(deadlines.within_1_hour_less_outages.on_time, issuance.within_1_hour_wall)
        ]),
        json!([
            "Terbit paling lama 24 jam kalender: di luar gangguan / gangguan ikut dihitung",
            both(deadlines.within_24_hours_less_outages.on_time, issuance.within_24_hours_wall)
        ]),
    ]
}
