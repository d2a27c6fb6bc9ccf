//! What documents say where they are made from a public copy of the archive, which holds neither the rows that name residents nor
//! those that wait in quarantine.
//!
//! Rule    what such a copy does not tell is named, and is never printed as nothing

use schemas::document::MonthlyReview;

/// In place of a value.
pub(crate) const UNKNOWN: &str = "tidak diketahui dari salinan ini";

/// At the head of a review.
const OF_A_COPY: &str = "Laporan ini dibuat dari salinan arsip yang tidak memuat data pribadi atau baris yang tertahan. Yang tidak \
diketahui dari salinan ini disebutkan pada tempatnya; laporan yang utuh, dengan kode periksanya, dibuat dari arsip kantor.";

/// Beside what has to be decided.
const MATTERS: &str = "Perkara yang bertumpu pada mutu data, baris yang tertahan, atau nomor buku yang terlewat tidak diketahui dari \
salinan ini.";

/// Returns what a review says of the copy that it is made from; `None` where all is known.
pub(crate) fn notice(review: &MonthlyReview) -> Option<&'static str> {
    (!review.is_whole()).then_some(OF_A_COPY)
}

/// Returns what it says of the matters that may be missing among those that have to be decided.
pub(crate) fn matters(review: &MonthlyReview) -> Option<&'static str> {
    (!review.is_whole()).then_some(MATTERS)
}
