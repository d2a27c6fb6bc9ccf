//! Where the numbers of the review come from that no statement of a figure gives: logs, books, quarantine, findings, the calendar.
//!
//! Reads   the review of a month, the log of the archive, the findings of its data
//! Gives   definition, count, what is known with it, and inputs, as for the numbers of figures; the cases of findings and returns
//! Rule    cases are named by ids of the office's work; of probable duplicates, which rest on personal data, there is the count alone

use crate::archive::Archive;
use crate::archive::quarantine::WaitingRow;
use crate::archive::read::stock_log;
use crate::blanks::{Account, account};
use crate::figures::{FigureBook, FigureError, needless_returns, quality};
use crate::pull::held_back::{HeldRow, held_rows};
use schemas::document::{Blanks, MonthlyReview, Outages};
use schemas::figures::{RegisterNumbers, Spread};
use schemas::{
    BESIDE, CaseValue, Facts, FigureCase, FigureCases, FigureKey, FigureOrigin, InputFile, Judgement, Language, Month,
    OriginDetail, OriginInputs, Verdict,
};

const ID: Language = Language::Indonesian;
/// The numbers whose cases are named.
const NAMED: [&str; 3] = ["mutu", "tanpa_syarat", "tertahan"];

/// What is known of a number.
#[derive(Default)]
struct Told {
    n: Option<u64>,
    /// Of which the number is a part.
    whole: Option<u64>,
    amount: Option<i64>,
    details: Vec<OriginDetail>,
    /// What its definition says besides.
    more: String,
}

impl Told {
    fn of(n: u64) -> Self {
        Self { n: Some(n), ..Self::default() }
    }

    fn with(self, details: Vec<OriginDetail>) -> Self {
        Self { details, ..self }
    }
}

/// Returns where a number of the review comes from that no figure has; `None` if there is no such number.
///
/// # Errors
/// [`FigureError`] when the archive is damaged.
pub fn origin_beside(
    archive: &Archive,
    book: &FigureBook,
    facts: &Facts,
    review: &MonthlyReview,
    key: &FigureKey,
) -> Result<Option<FigureOrigin>, FigureError> {
    let (Some(item), month) = (item(key), review.sheet.month) else { return Ok(None) };
    let name = key.name.as_deref();
    let told = match item {
        "blangko" => account(&stock_log(archive)?, facts, month).and_then(|account| stock(&account, name)),
        "gangguan" => review.outages.map(outages),
        "tertahan" => review.quarantined.map(Told::of),
        "tanpa_syarat" => review.needless_returns.map(Told::of),
        "kemungkinan_ganda" => review.probable_duplicates.map(|(n, whole)| Told { whole: Some(whole), ..Told::of(n) }),
        "mutu" => name.and_then(|code| review.found(code)).map(|found| {
            let (sentence, remedy) = (&found.text.sentence, &found.text.remedy);
            Told { more: format!("{sentence} {remedy}"), ..Told::of(found.n) }
        }),
        "penomoran" => numbers(review, name),
        "hari_kerja" => working_day(facts, month),
        "tanpa_target" => Some(without_value(&review.sheet.judgements)),
        _ => None,
    };
    let meaning = facts.figure_meanings.iter().find(|of| of.figure == BESIDE && of.item == *item);
    // What no log of the archive says is no number, nor is what a public copy does not tell.
    let (Some(meaning), Some(told)) = (meaning, told) else { return Ok(None) };
    let files: Vec<InputFile> = match item {
        "blangko" => archive.stock_file().map(InputFile::from).into_iter().collect(),
        "gangguan" => archive.outage_file().map(InputFile::from).into_iter().collect(),
        "tertahan" => archive.quarantine_files().map(InputFile::from).collect(),
        "hari_kerja" | "tanpa_target" => Vec::new(),
        _ => book.inputs()?.files,
    };
    Ok(Some(FigureOrigin {
        month,
        key: key.clone(),
        path: key.path(month),
        title: meaning.title.clone(),
        meaning: format!("{} {}", meaning.meaning, told.more).trim_end().to_owned(),
        counted: meaning.counted.clone(),
        spread: Spread { n: told.whole.or(told.n).unwrap_or(0), values: None },
        amount: told.amount,
        value: None,
        part: told.whole.and(told.n),
        whole: None,
        judgements: Vec::new(),
        names_cases: NAMED.contains(&item) && told.n.is_some_and(|n| n > 0),
        details: told.details,
        working_day_s: None,
        terms: Vec::new(),
        left_out: Vec::new(),
        statements: Vec::new(),
        sums: Vec::new(),
        inputs: OriginInputs { files, ..book.inputs()? },
        command: None,
        provenance: archive.provenance()?,
    }))
}

/// Returns the cases behind such a number; `None` if there is no such number, or none of its cases is named.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month or is damaged.
pub fn cases_beside(
    archive: &Archive,
    facts: &Facts,
    month: Month,
    key: &FigureKey,
) -> Result<Option<FigureCases>, FigureError> {
    let Some(item) = item(key).filter(|item| NAMED.contains(item)) else { return Ok(None) };
    let case = |berkas: &str, step: u8, pekon: &str, jenis: &str, words: String| {
        let area = facts.wilayah.get(pekon);
        FigureCase {
            berkas: berkas.to_owned(),
            pekon: area.map_or(pekon, |area| &area.name).to_owned(),
            kecamatan: area.map_or(pekon, |area| &area.kecamatan).to_owned(),
            jenis: jenis.to_owned(),
            item: item.to_owned(),
            step: step.into(),
            words,
            ..FigureCase::default()
        }
    };
    let label = |code: &String| facts.dokumen.get(code).unwrap_or(code).clone();
    let mut cases: Vec<FigureCase> = match item {
        // Findings are of persons too.
        "mutu" if !archive.holds_persons_of(month)? => return Ok(None),
        "mutu" => {
            let quality = quality(archive, facts, month)?;
            let found = quality.findings.iter().filter(|found| Some(found.code) == key.name.as_deref());
            let count = |n: u64| i64::try_from(n).ok();
            let named = found.map(|of| FigureCase {
                value: count(of.n),
                ..case(&of.place, of.step, &of.pekon, &of.jenis, of.detail.clone())
            });
            named.collect()
        }
        "tertahan" => {
            let Some(rows) = held_rows(archive, facts.zone, month)? else { return Ok(None) };
            let named = rows.into_iter().map(|HeldRow { waiting, step }| {
                let words = held_words(facts, &waiting);
                let event = waiting.event_id.unwrap_or_default();
                FigureCase { event, ..case("", step.unwrap_or(0), "", "", words) }
            });
            named.collect()
        }
        _ => {
            let Some(returned) = needless_returns(archive, facts, month)? else { return Ok(None) };
            let papers = |papers: &[String]| papers.iter().map(label).collect::<Vec<_>>().join("; ");
            returned.iter().map(|of| case(&of.berkas, of.step, &of.pekon, &of.jenis, papers(&of.papers))).collect()
        }
    };
    // Where each stands for one, nothing has to be said of it.
    let counts = cases.iter().any(|case| case.value.is_some_and(|n| n > 1));
    if !counts {
        cases.iter_mut().for_each(|case| case.value = None);
    }
    let meaning = facts.figure_meanings.iter().find(|of| of.figure == BESIDE && of.item == *item);
    let Some(meaning) = meaning.filter(|_| !cases.is_empty()) else { return Ok(None) };
    cases.sort();
    Ok(Some(FigureCases {
        month,
        path: key.path(month),
        title: meaning.title.clone(),
        counted: meaning.counted.clone(),
        value: counts.then_some(CaseValue::Count),
        cases,
        provenance: archive.provenance()?,
        key: key.clone(),
    }))
}

/// Returns why a row is held back, where, and since when.
fn held_words(facts: &Facts, row: &WaitingRow) -> String {
    let sentence = facts.finding_text(&row.code).sentence;
    let place = if row.column.is_empty() { String::new() } else { format!(" Kolom: {}.", row.column) };
    let since = facts.zone.date(row.since_ms.div_euclid(1_000));
    let since = since.map_or_else(String::new, |day| format!(" Tertahan sejak {}.", day.format("%d-%m-%Y")));
    format!("{}: {sentence}{place}{since}", row.code)
}

/// Returns the one item of a number that no figure has; `None` if it is narrowed: none of them is known of a part of the cases.
fn item(key: &FigureKey) -> Option<&str> {
    let [item] = key.items.as_slice() else { return None };
    if key.name.is_some() && !matches!(item.as_str(), "blangko" | "mutu" | "penomoran") {
        return None;
    }
    (*key == FigureKey { name: key.name.clone(), ..FigureKey::of(BESIDE, item) }).then_some(item)
}

/// Returns an amount of the stock of a month by its name, with the whole account; what is left at its end where none is named.
fn stock(account: &Account, name: Option<&str>) -> Option<Told> {
    let blanks = account.blanks;
    let Blanks { left_before, received, printed, spoilt, left, .. } = blanks;
    let pieces = |n: i64| format!("{}{} keping", if n < 0 { "−" } else { "" }, ID.integer(n.unsigned_abs()));
    // What was there before the log, and what is left of it, nobody knows.
    let amount = match name {
        Some("awal bulan") => Some(left_before?),
        Some("diterima") => Some(received),
        Some("dicetak") => Some(printed),
        Some("gagal cetak") => Some(spoilt),
        Some("akhir bulan") | None => Some(left?),
        Some("cukup untuk") => None,
        Some(_) => return None,
    };
    let known = |n: Option<i64>| n.map_or_else(|| "tidak diketahui".to_owned(), pieces);
    let use_words = format!(
        "{} keping dicetak dan gagal cetak dalam {} hari kerja sejak {}",
        ID.integer(account.used),
        ID.integer(account.working_days),
        account.since.indonesian()
    );
    let details = vec![
        OriginDetail::of("Awal bulan", known(left_before)),
        OriginDetail::of("Ditambah yang diterima", pieces(received)),
        OriginDetail::of("Dikurangi yang dicetak", pieces(printed)),
        OriginDetail::of("Dikurangi yang gagal cetak", pieces(spoilt)),
        OriginDetail::of("Akhir bulan", known(left)),
        OriginDetail::of("Pemakaian", use_words),
        OriginDetail::of("Cukup untuk (akhir bulan dibagi pemakaian tiap hari kerja)", blanks.lasts_told()),
    ];
    Some(Told { amount, details, ..Told::default() })
}

/// Returns the outages of a month, with how long they were.
fn outages(outages: Outages) -> Told {
    let details = vec![
        OriginDetail::of("Banyaknya", format!("{} kali", ID.integer(outages.n))),
        OriginDetail::of("Lama, jam kalender", Outages::lasted(outages.seconds)),
        OriginDetail::of("Di antaranya pada jam kerja", Outages::lasted(outages.working_seconds)),
    ];
    Told::of(outages.n).with(details)
}

/// Returns how the books of a month are numbered: one book by its id, or all numbers that are missing or used twice.
fn numbers(review: &MonthlyReview, name: Option<&str>) -> Option<Told> {
    let ledgers = &review.sheet.figures.figures.ledgers;
    let books = || review.books.iter().filter_map(|(id, title)| Some((id, title, ledgers.get(id)?)));
    let of_all = |serials: fn(&RegisterNumbers) -> &[u64]| {
        let n = books().map(|(.., book)| serials(book).len() as u64).sum();
        Told::of(n).with(books().map(|(_, title, book)| OriginDetail::of(title, listed(book, serials(book)))).collect())
    };
    match name? {
        // A copy without its quarantine does not tell which numbers are held back.
        "terlewat" if books().any(|(.., book)| book.missing().is_none()) => None,
        "terlewat" => Some(of_all(|book| &book.numbers_missing)),
        "ganda" => Some(of_all(|book| &book.numbers_used_twice)),
        name => {
            let (_, title, book) = books().find(|(id, ..)| *id == name)?;
            let dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
            let details = vec![
                OriginDetail::of("Buku", title.clone()),
                OriginDetail::of("Nomor pertama", dash(book.first.clone())),
                OriginDetail::of("Nomor terakhir", dash(book.last.clone())),
                OriginDetail::of("Terlewat", missing(book)),
                OriginDetail::of("Tertahan", dash(book.held_told(RegisterNumbers::LISTED))),
                OriginDetail::of("Ganda", listed(book, &book.numbers_used_twice)),
            ];
            Some(Told::of(book.entries).with(details))
        }
    }
}

/// Returns the missing numbers of a book, as far as they are known.
fn missing(book: &RegisterNumbers) -> String {
    match book.missing() {
        Some(_) => listed(book, &book.numbers_missing),
        None => book.missing_told(RegisterNumbers::LISTED),
    }
}

/// Returns all serials of a book, after what reports say of them.
fn listed(book: &RegisterNumbers, serials: &[u64]) -> String {
    let (told, all) = (book.told(serials, RegisterNumbers::LISTED), book.told(serials, usize::MAX));
    if told == all { all } else { format!("{told}: {all}") }
}

/// Returns how long a working day of a month is on average.
fn working_day(facts: &Facts, month: Month) -> Option<Told> {
    let day_s = facts.calendar.working_day_s(month)?;
    let (_, days, seconds) = facts.calendar.months(month.year()).into_iter().find(|(of, ..)| *of == month)?;
    let details = vec![
        OriginDetail::of("Satu hari kerja rata-rata", ID.duration(day_s)),
        OriginDetail::of("Jam kerja seluruh bulan", ID.duration(seconds)),
        OriginDetail::of("Hari kerja", format!("{} hari", ID.integer(days))),
    ];
    Some(Told { amount: Some(day_s), details, ..Told::default() })
}

/// Returns the deciding targets that have no value.
fn without_value(judgements: &[Judgement]) -> Told {
    let without = judgements.iter().filter(|j| j.decides && j.verdict() == Verdict::NoTarget);
    let details: Vec<_> = without.map(|j| OriginDetail::of(&j.title, j.regulation.clone())).collect();
    Told::of(details.len() as u64).with(details)
}
