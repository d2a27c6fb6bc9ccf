//! The monthly review as sheets of a workbook, with charts, and as one long table.
//!
//! Reads   the review of a month
//! Gives   its flow and measures month by month, the times of the steps, what is open, the sub-districts, the standard, what has to be
//!         decided, supplies and outages, the numbers of the books and the findings of quality

use crate::compliance_workbook;
use crate::drawing::{Drawing, Kind};
use crate::review::{age_classes, ledgers};
use crate::state::end;
use crate::table::{Item, Table, UNIT};
use crate::xlsx::{Sheet, plain};
use schemas::document::{BacklogAge, FindingCount, Lasts, Measure, Measured, MonthlyReview, PekonWaiting, Pending};
use schemas::figures::{RegisterNumbers, TrendPoint};

/// Returns the sheets in their order.
pub(crate) fn sheets(review: &MonthlyReview) -> Vec<Sheet> {
    let mut sheets = of_cases(review);
    sheets.extend([
        plain("Kecamatan", kecamatan(review)),
        plain("Pekon", uncollected(review)),
        plain("Standar", compliance_workbook::table(&review.sheet)),
        plain("Keputusan", decisions(review)),
        plain("Blangko", blanks(review)),
        plain("Gangguan", outages(review)),
        plain("Penomoran", numbers(review)),
        plain("Mutu", quality(review)),
        plain("Dikecualikan", left_out(review)),
    ]);
    sheets
}

/// Returns the sheets that stand before all others, of all cases or of a part of them.
pub(crate) fn of_cases(review: &MonthlyReview) -> Vec<Sheet> {
    vec![
        Sheet { name: "Arus".to_owned(), table: flow(review), charts: flow_charts() },
        Sheet { name: "Ukuran".to_owned(), table: measures(review), charts: measure_charts(review) },
        plain("Langkah", steps(review)),
        plain("Tunggakan", open_by_age(review)),
    ]
}

fn flow(review: &MonthlyReview) -> Table {
    let head = ["Bulan", "Diterima", "Tercetak", "Diserahkan", "Ditolak", "Rekaman ganda", "Terbuka pada akhir bulan"];
    let row = |p: &TrendPoint| {
        let ended = [p.movement.rejected, p.movement.duplicate];
        let counts = [p.received, p.printed, p.handed_over].into_iter().chain(ended).chain([p.open]).map(Item::from);
        std::iter::once(Item::Text(p.month.indonesian())).chain(counts).collect()
    };
    Table::new(head, review.sheet.figures.trend.iter().map(row).collect())
}

fn flow_charts() -> Vec<Drawing> {
    vec![
        Drawing { kind: Kind::Columns, title: "Berkas diterima, tercetak, dan diserahkan", columns: vec![1, 2, 3] },
        Drawing { kind: Kind::Line, title: "Berkas terbuka pada akhir bulan", columns: vec![6] },
    ]
}

/// The measures of the first page in the month and the twelve before it, each with its unit.
fn measures(review: &MonthlyReview) -> Table {
    let months = review.measures.first().map_or(&[][..], |measure| &measure.months);
    let unit = |measure: &Measure| match measure.months.iter().find_map(|(_, value)| *value) {
        Some(Measured::Share { .. }) => " (%)",
        Some(Measured::WorkingTime { .. }) => " (jam kerja)",
        Some(Measured::Count(_)) | None => "",
    };
    let labels = review.measures.iter().map(|measure| format!("{}{}", measure.words, unit(measure)));
    let held = months.iter().enumerate().filter(|(_, (month, _))| Some(*month) >= review.first_month());
    let rows = held.map(|(at, (month, _))| {
        let values = review.measures.iter().map(|m| m.months.get(at).and_then(|(_, value)| *value));
        let values = values.zip(&review.measures).map(|(value, measure)| measured(review, measure, value));
        std::iter::once(Item::Text(month.indonesian())).chain(values).collect()
    });
    Table {
        head: std::iter::once("Bulan".to_owned()).chain(labels).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

/// A value with the digits that a verdict about it needs.
fn measured(review: &MonthlyReview, measure: &Measure, value: Option<Measured>) -> Item {
    match value {
        None => Item::Empty,
        Some(share @ Measured::Share { .. }) => {
            let decimals = share.beside(review.target(measure)).map_or(2, |compared| compared.decimals(100.0, 2));
            Item::Share { share: share.value(), decimals }
        }
        Some(Measured::WorkingTime { seconds, .. }) => Item::Hours(seconds),
        Some(Measured::Count(n)) => n.into(),
    }
}

/// The charts of measures, each of few lines of one scale: cards in time, other shares, times. What is better when it is less is not
/// among the shares, of which more is better.
fn measure_charts(review: &MonthlyReview) -> Vec<Drawing> {
    let columns = |is_of_chart: &dyn Fn(&Measure, Measured) -> bool| -> Vec<u16> {
        let is_one = |measure: &Measure| {
            measure.months.iter().find_map(|(_, value)| *value).is_some_and(|value| is_of_chart(measure, value))
        };
        (1..).zip(&review.measures).filter(|(_, measure)| is_one(measure)).map(|(column, _)| column).collect()
    };
    let is_share = |measure: &Measure, value| matches!(value, Measured::Share { .. }) && measure.more_is_better;
    let is_issued = |measure: &Measure| measure.id.starts_with("issued_");
    // Those that a rule is about.
    let issued =
        columns(&|measure, value| is_share(measure, value) && is_issued(measure) && measure.judgement.is_some());
    let others = columns(&|measure, value| is_share(measure, value) && !is_issued(measure));
    let times = columns(&|_, value| matches!(value, Measured::WorkingTime { .. }));
    let charts = [
        (Kind::Shares, "KTP-el terbit dalam tenggat (%)", issued),
        (Kind::Shares, "Lengkap dan sesuai SOP (%)", others),
        (Kind::Line, "Lama sejak diterima sampai diserahkan (jam kerja)", times),
    ];
    let charts = charts.into_iter().filter(|(_, _, columns)| !columns.is_empty());
    charts.map(|(kind, title, columns)| Drawing { kind, title, columns }).collect()
}

/// The printed cards that nobody has collected.
pub(crate) fn uncollected(review: &MonthlyReview) -> Table {
    let head = ["Pekon/Kelurahan", "Kecamatan", "KTP-el belum diambil", "Umur tertua (hari kerja sejak dicetak)"];
    let row =
        |p: &PekonWaiting| vec![Item::from(&p.pekon), (&p.kecamatan).into(), p.n.into(), p.oldest_working_days.into()];
    Table::new(head, review.uncollected.iter().map(row).collect()).summing(&[2])
}

/// Handling takes minutes and waiting hours.
fn steps(review: &MonthlyReview) -> Table {
    let head = [
        "Langkah SOP",
        "Peristiwa",
        "Terukur",
        "Penanganan, nilai tengah (menit kerja)",
        "Penanganan, 90 % kasus (menit kerja)",
        "Menunggu, nilai tengah (jam kerja)",
        "Menunggu, 90 % kasus (jam kerja)",
    ];
    let times = &review.sheet.figures.figures.time_per_step;
    let rows = review.steps.iter().filter_map(|(number, act)| {
        let t = times.get(number)?;
        let handling = [t.handling_working.p50(), t.handling_working.p90()];
        let waiting = [t.waiting_working.p50(), t.waiting_working.p90()];
        let first = [Item::Text(format!("{number}. {act}")), t.events.into(), t.handling_working.n.into()];
        let handling = handling.map(|seconds| seconds.map_or(Item::Empty, Item::Minutes));
        let waiting = waiting.map(|seconds| seconds.map_or(Item::Empty, Item::Hours));
        Some(first.into_iter().chain(handling).chain(waiting).collect())
    });
    Table::new(head, rows.collect())
}

/// The open berkas by last step and age.
fn open_by_age(review: &MonthlyReview) -> Table {
    let BacklogAge { steps, .. } = &review.backlog_age;
    let classes = age_classes(review).into_iter().map(|class| format!("{class} kerja"));
    let name = |step: u8| review.steps.iter().find(|(n, _)| *n == step).map_or("", |(_, act)| act);
    let rows = steps.iter().map(|(step, counts)| {
        let first = Item::Text(format!("{step}. {}", name(*step)));
        let counts = counts.iter().copied().chain([counts.iter().sum()]).map(Item::from);
        std::iter::once(first).chain(counts).collect::<Vec<Item>>()
    });
    let head = std::iter::once("Langkah terakhir".to_owned()).chain(classes).chain(["Jumlah".to_owned()]);
    let head: Vec<String> = head.collect();
    Table { summed: (1..head.len()).collect(), head, rows: rows.collect(), ..Table::default() }
}

fn decisions(review: &MonthlyReview) -> Table {
    let row = |p: &Pending| {
        vec![Item::Text(p.sentence.to_string()), (&p.proposal).into(), (&p.actor).into(), p.within.into()]
    };
    let head = ["Perkara yang perlu keputusan", "Usul", "Oleh", "Tenggat (hari kerja)"];
    Table::new(head, review.pending.iter().map(row).collect())
}

/// The stock of blank cards.
fn blanks(review: &MonthlyReview) -> Table {
    let row = |words: &str, unit: &str, value: Item| vec![Item::from(words), unit.into(), value];
    let cards = |words: &str, n: i64| row(words, "keping", Item::Integer(n));
    // What was there before the log, and what is left of it, nobody knows.
    let stock =
        |words: &str, n: Option<i64>| n.map_or_else(|| row(words, "", "tidak diketahui".into()), |n| cards(words, n));
    let rows = review.blanks.map_or_else(
        || vec![row("Catatan stok blangko", "", "tidak ada dalam arsip".into())],
        |blanks| {
            let lasts = match blanks.lasts() {
                Some(Lasts::WorkingDays(days)) => days.into(),
                Some(Lasts::OverAYear) => "lebih dari 1 tahun".into(),
                None => "tidak dapat dihitung".into(),
            };
            vec![
                stock("Awal bulan", blanks.left_before),
                cards("Diterima", blanks.received),
                cards("Dicetak", blanks.printed),
                cards("Gagal cetak", blanks.spoilt),
                stock(if end(&review.sheet) == "akhir bulan" { "Akhir bulan" } else { "Data terakhir" }, blanks.left),
                row("Cukup untuk", "hari kerja", lasts),
            ]
        },
    );
    Table::new(["Blangko KTP-el", UNIT, "Nilai"], rows)
}

/// The outages, and how many cards were in time without and with them.
fn outages(review: &MonthlyReview) -> Table {
    let (issuance, deadlines) = (&review.sheet.figures.figures.issuance, &review.sheet.figures.deadlines);
    let row = |words: &str, unit: &str, value: Item| vec![Item::from(words), unit.into(), value];
    let cards = |words: &str, n: u64| row(words, "KTP-el", n.into());
    let rows = review.outages.map_or_else(
        || vec![row("Catatan gangguan", "", "tidak ada dalam arsip".into())],
        |outages| {
            let [hour, day] = [deadlines.within_1_hour_less_outages, deadlines.within_24_hours_less_outages];
            vec![
                row("Banyaknya", "kali", outages.n.into()),
                row("Lama", "jam kalender", Item::Hours(outages.seconds)),
                row("Di antaranya pada jam kerja", "jam kerja", Item::Hours(outages.working_seconds)),
                cards("Terbit paling lama 1 jam kalender, di luar gangguan", hour.on_time),
                cards("Terbit paling lama 1 jam kalender, gangguan ikut dihitung", issuance.within_1_hour_wall),
                cards("Terbit paling lama 24 jam kalender, di luar gangguan", day.on_time),
                cards("Terbit paling lama 24 jam kalender, gangguan ikut dihitung", issuance.within_24_hours_wall),
            ]
        },
    );
    Table::new(["Gangguan tercatat", UNIT, "Nilai"], rows)
}

/// The numbers of the books.
fn numbers(review: &MonthlyReview) -> Table {
    let head = ["Buku", "Entri", "Nomor pertama", "Nomor terakhir", "Terlewat", "Tertahan", "Ganda"];
    let text = |text: &Option<String>| text.as_ref().map_or(Item::Empty, Item::from);
    let rows = ledgers(review).map(|(_, title, r)| {
        vec![
            title.into(),
            r.entries.into(),
            text(&r.first),
            text(&r.last),
            Item::Text(r.missing_told(RegisterNumbers::LISTED)),
            text(&r.held_told(RegisterNumbers::LISTED)),
            Item::Text(r.told(&r.numbers_used_twice, RegisterNumbers::LISTED)),
        ]
    });
    Table::new(head, rows.collect())
}

pub(crate) fn kecamatan(review: &MonthlyReview) -> Table {
    let head = ["Kecamatan", "Diterima", "Tercetak", "Diserahkan", "Terbuka pada akhir bulan"];
    let rows = review.kecamatan.iter().map(|k| {
        let counts = [k.received, k.printed, k.handed_over, k.open].map(Item::from);
        std::iter::once(Item::from(&k.kecamatan)).chain(counts).collect()
    });
    Table::new(head, rows.collect()).summing(&[1, 2, 3, 4])
}

/// What is found of the data, where it is not known.
const QUALITY: &str = "Mutu data bulan ini";

fn quality(review: &MonthlyReview) -> Table {
    let row = |f: &FindingCount| {
        vec![Item::from(&f.text.code), (&f.text.sentence).into(), (&f.text.remedy).into(), f.n.into()]
    };
    let head = ["Kode", "Temuan", "Tindakan", "Data yang terkena"];
    let unknown = review.quality.is_none().then(|| vec![Item::Empty, QUALITY.into(), Item::Empty, Item::Unknown]);
    Table::new(head, unknown.into_iter().chain(review.quality.iter().flatten().map(row)).collect())
}

/// Returns the cases that figures could not use.
pub(crate) fn left_out(review: &MonthlyReview) -> Table {
    let cases = review.sheet.figures.left_out.iter();
    Table::new(["Sebab", "Data yang terkena"], cases.map(|cases| vec![cases.words.into(), cases.n.into()]).collect())
}

/// Returns all that the sheets say in one long table, for CSV, which has no sheets: what a row is of, and each cell that is filled.
pub(crate) fn long_table(sheets: Vec<Sheet>) -> Table {
    let mut rows = Vec::new();
    for Sheet { name, table, .. } in sheets {
        let Table { head, rows: of_sheet, .. } = table;
        let unit_at = head.iter().position(|label| label == UNIT);
        for row in of_sheet {
            let unit = unit_at.and_then(|at| Some((at, row.get(at)?.text())));
            let is_told = |at: usize, item: &Item| *item != Item::Empty && Some(at) != unit_at;
            let told = head.iter().zip(&row).enumerate().skip(1).filter(|(at, (_, item))| is_told(*at, item));
            let of_row = |(at, (label, item)): (usize, (&String, &Item))| {
                let label = match &unit {
                    Some((unit_at, unit)) if at > *unit_at && item.is_number() => {
                        Item::Text(format!("{label} ({unit})"))
                    }
                    _ => label.into(),
                };
                vec![Item::from(&name), row.first().cloned().unwrap_or(Item::Empty), label, item.clone()]
            };
            rows.extend(told.map(of_row));
        }
    }
    Table::new(["Bagian", "Rincian", "Ukuran", "Nilai"], rows)
}
