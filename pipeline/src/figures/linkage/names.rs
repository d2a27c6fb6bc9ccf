//! Compares names as sets of words: SITI AMINAH and AMINAH SITI are the same name.

use super::levels::{DIFFERENT, Level};

/// Words with at least this similarity (Jaro–Winkler) may be the same word in two spellings.
const ALIKE: f64 = 0.88;
/// In words of at least this many letters, one writing error is accepted.
const WITH_SLIP: usize = 5;

/// Returns the level of two names whose words are not all equal. Words are numbers into `texts`, in order of number.
pub(super) fn level(a: &[u32], b: &[u32], texts: &[String]) -> Level {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut rest: Vec<u32> = long.to_vec();
    let (mut equal, mut alike, mut different) = (0, 0, 0);
    let mut others = Vec::new();
    for word in short {
        match rest.iter().position(|other| other == word) {
            Some(place) => {
                rest.swap_remove(place);
                equal += 1;
            }
            None => others.push(*word),
        }
    }
    for word in others {
        let text = |n: u32| texts.get(n as usize).map_or("", String::as_str);
        let best = rest.iter().enumerate().map(|(place, other)| (place, similarity(text(word), text(*other))));
        match best.max_by(|x, y| x.1.total_cmp(&y.1)).filter(|(_, similarity)| *similarity >= ALIKE) {
            Some((place, _)) => {
                rest.swap_remove(place);
                alike += 1;
            }
            None => different += 1,
        }
    }
    match (equal, alike, different) {
        (2.., 0, 0) => 7,
        (1.., 1.., 0) => 6,
        (0, 1.., 0) => 5,
        (1, 0, 0) => 4,
        (1.., _, _) => 3,
        (0, 1.., _) => 2,
        _ => DIFFERENT,
    }
}

/// Returns the similarity of two words. An initial is similar to every word that it may stand for.
fn similarity(a: &str, b: &str) -> f64 {
    let is_initial = |word: &str| word.chars().count() == 1;
    if (is_initial(a) || is_initial(b)) && a.chars().next() == b.chars().next() {
        return ALIKE;
    }
    let is_slip = a.chars().count() >= WITH_SLIP && strsim::osa_distance(a, b) == 1;
    if is_slip { 1.0 } else { strsim::jaro_winkler(a, b) }
}
