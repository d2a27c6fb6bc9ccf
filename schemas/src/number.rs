//! Whole numbers as floating ones, and floating ones as digits. The counts and seconds of one office are far below 2^53, up to which
//! an `f64` is exact.

/// A count as a floating number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "see the module")]
pub const fn of_count(n: u64) -> f64 {
    n as f64
}

/// A whole number, of seconds for example, as a floating one.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "see the module")]
pub const fn of_whole(n: i64) -> f64 {
    n as f64
}

/// The greatest number of decimals up to which halves are recognised; what has more is shown as the machine holds it.
const HALVES: usize = 6;

/// Writes a number with so many decimals, halves rounded up: `81.25` with one decimal is `81.3`.
#[must_use]
pub fn rounded(value: f64, decimals: usize) -> String {
    let shifted = value * 10_f64.powi(i32::try_from(decimals.min(HALVES)).unwrap_or_default());
    if decimals > HALVES || !shifted.is_finite() {
        return format!("{value:.decimals$}");
    }
    // A half that lies a hair below itself, as 1.005 does, is still a half to whoever wrote it down.
    let whole = (shifted * (1.0 + 4.0 * f64::EPSILON) + 0.5).floor();
    let digits = format!("{:0>width$.0}", whole.abs(), width = decimals + 1);
    let (before, after) = digits.split_at(digits.len() - decimals);
    let sign = if whole < 0.0 { "-" } else { "" };
    if decimals == 0 { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up() {
        let shown = |value: f64, decimals: usize| rounded(value, decimals);
        assert_eq!([shown(81.25, 1), shown(0.125, 2), shown(2.5, 0), shown(1.005, 2)], ["81.3", "0.13", "3", "1.01"]);
        assert_eq!(
            [shown(81.249_999, 1), shown(0.0, 1), shown(0.05, 1), shown(100.0, 1)],
            ["81.2", "0.0", "0.1", "100.0"]
        );
        assert_eq!([shown(-1.2, 1), shown(0.828_571_428, 8)], ["-1.2", "0.82857143"]);
        // Every share of up to 400 with one decimal, as long division by hand gives it.
        for of in 1_u64..=400 {
            for part in 0..=of {
                let tenths = (part * 2_000 + of) / (2 * of);
                let by_hand = format!("{}.{}", tenths / 10, tenths % 10);
                assert_eq!(shown(of_count(part) / of_count(of) * 100.0, 1), by_hand, "{part} of {of}");
            }
        }
    }
}
