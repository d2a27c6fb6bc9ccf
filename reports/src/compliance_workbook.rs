//! The compliance report as a workbook, and its targets as one table.
//!
//! Reads   the judged month
//! Gives   its counts, its deadlines and its targets, each as a sheet; the targets are also those of the monthly review
//! Rule    a sheet that leaves the office shows no count and no figure, only verdicts

use crate::compliance::{Counted, Shown, basis, deadlines, listed, summary, told, verdicts};
use crate::table::{Item, Table, UNIT};
use crate::xlsx::{Sheet, plain};
use schemas::document::ComplianceSheet;
use schemas::number::rounded;
use schemas::{Compared, Judgement};

/// Returns the sheets in their order.
pub(crate) fn sheets(sheet: &ComplianceSheet) -> Vec<Sheet> {
    vec![plain("Ringkasan", counts(sheet)), plain("Ketepatan waktu", in_time(sheet)), plain("Standar", table(sheet))]
}

fn counts(sheet: &ComplianceSheet) -> Table {
    let shown = Shown::of(sheet);
    let item = |n: u64| shown.count(n).map_or(Item::Empty, Item::from);
    let counted = |Counted { words, n, of }: Counted| vec![Item::from(&words), item(n), of.map_or(Item::Empty, item)];
    let of_targets = verdicts(sheet).into_iter();
    let of_targets =
        of_targets.map(|(words, n)| vec![Item::Text(format!("Putusan target: {words}")), n.into(), Item::Empty]);
    Table::new(
        ["Angka bulan ini", "Jumlah", "Dari"],
        summary(sheet).map(counted).into_iter().chain(of_targets).collect(),
    )
}

fn in_time(sheet: &ComplianceSheet) -> Table {
    let head =
        ["Tenggat", "Terbit tepat waktu", "Terbit terlambat", "Terbuka lewat tenggat", "Jumlah terlambat", "Kasus"];
    let shown = Shown::of(sheet);
    let row = |(name, counts): (String, [u64; 5])| {
        let counts = counts.map(|n| shown.count(n).map_or(Item::Empty, Item::from));
        std::iter::once(Item::from(&name)).chain(counts).collect()
    };
    Table::new(head, deadlines(sheet).map(row).into())
}

/// Returns the listed targets as a table.
pub(crate) fn table(sheet: &ComplianceSheet) -> Table {
    targets(sheet, listed(sheet), |judgement| told(judgement.verdict(), sheet))
}

/// Returns targets as a table, each with the verdict that is told of it. A row says in which unit its numbers are.
pub(crate) fn targets<'j>(
    sheet: &ComplianceSheet,
    judgements: impl Iterator<Item = &'j Judgement>,
    verdict: impl Fn(&Judgement) -> &'static str,
) -> Table {
    let head = [
        "Target Standar Pelayanan",
        "Kasus",
        UNIT,
        "Capaian",
        "Nilai target",
        "Selisih",
        "Putusan",
        "Kedudukan nilai",
        "Peraturan",
        "Pasal dan sumber",
        "Kode target",
    ];
    let shown = Shown::of(sheet);
    let row = |j: &Judgement| {
        let compared = shown.compared(j);
        let cases = shown.count(j.n).map_or(Item::Empty, Item::from);
        let mut row = vec![Item::from(&j.title), cases, unit(compared).into()];
        row.extend(measured(compared));
        row.extend([
            verdict(j).into(),
            j.authority.printed().into(),
            (&j.regulation).into(),
            (&basis(j)).into(),
            (&j.target).into(),
        ]);
        row
    };
    Table { widest: 26, ..Table::new(head, judgements.map(row).collect()) }
}

/// Returns the unit in which figure and value stand in a table.
pub(crate) fn unit(compared: Compared) -> &'static str {
    match compared {
        Compared::Time { .. } => "menit",
        Compared::Share { .. } => "%",
    }
}

/// Returns figure, value and margin in minutes or in percent, with the digits that the verdict needs.
pub(crate) fn measured(compared: Compared) -> [Item; 3] {
    match compared {
        Compared::Time { figure_s, at_most_s } => {
            let margin = at_most_s.zip(figure_s).map(|(value, figure)| value - figure);
            [figure_s, at_most_s, margin].map(|seconds| seconds.map_or(Item::Empty, Item::Minutes))
        }
        Compared::Share { .. } => {
            let decimals = compared.decimals(100.0, 2);
            // The margin is that of the printed numbers, so that whoever subtracts them finds it.
            let printed =
                |share: f64| rounded(share * 100.0, decimals).parse::<f64>().map_or(share, |percent| percent / 100.0);
            let margin =
                compared.figure().zip(compared.value()).map(|(figure, value)| printed(figure) - printed(value));
            [compared.figure(), compared.value(), margin]
                .map(|share| share.map_or(Item::Empty, |share| Item::Share { share, decimals }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{Share, Verdict};

    /// What a table says agrees with the verdict beside it, and its margin with the two numbers.
    fn agrees(compared: Compared, limit_is_least: bool) {
        let printed: Vec<String> = measured(compared).iter().map(Item::plain).filter(|text| !text.is_empty()).collect();
        let numbers: Vec<f64> = printed.iter().map(|text| text.parse().unwrap()).collect();
        let [figure, value, margin] = numbers[..] else { panic!("{printed:?}") };
        let is_met = if limit_is_least { figure >= value } else { figure <= value };
        assert_eq!(is_met, compared.verdict() == Verdict::Met, "{printed:?}");
        assert_eq!(is_met, margin >= 0.0, "{printed:?}");
        assert_eq!(figure.total_cmp(&value).is_eq(), margin.total_cmp(&0.0).is_eq(), "{printed:?}");
    }

    #[test]
    fn the_numbers_of_a_table_agree_with_the_verdict() {
        for value in (0..2_400).chain((2_400..100_000).step_by(97)) {
            for near in (-95..=95).chain([-26_000, -3_000, 700, 1_400, 30_000]) {
                if value + near >= 0 {
                    agrees(Compared::Time { figure_s: Some(value + near), at_most_s: Some(value) }, false);
                }
            }
        }
        for of in (1..120).chain([315, 1_200, 2_315, 6_000]) {
            for part in (0..=of.min(60)).chain(u64::saturating_sub(of, 60)..=of) {
                for at_least in [(1, 1), (95, 100), (999, 1_000), (1, 3), (1, 2), (82_862, 100_000)] {
                    let at_least = Share::new(at_least.0, at_least.1);
                    agrees(Compared::Share { figure: Share::new(part, of), at_least }, true);
                }
            }
        }
    }
}
