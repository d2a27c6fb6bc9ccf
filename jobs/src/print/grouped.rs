//! Findings with their places, for a person: each code once, with what it is, what to do, and the first places.

use super::paragraph;
use schemas::Speech;

/// So many places are named; `--wide` and CSV have all of them.
const NAMED: usize = 12;

/// Places by code, in the order in which codes come.
pub(crate) fn grouped(speech: Speech<'_>, found: &[(&str, String)]) -> String {
    if found.is_empty() {
        return format!("{}\n", speech.say("list.none", &[]));
    }
    let mut codes: Vec<&str> = Vec::new();
    for (code, _) in found {
        if !codes.contains(code) {
            codes.push(code);
        }
    }
    let group = |code: &str| {
        let places: Vec<&str> = found.iter().filter(|(of, _)| *of == code).map(|(_, place)| place.as_str()).collect();
        let text = speech.finding(code);
        let mut named = places.iter().take(NAMED).copied().collect::<Vec<_>>().join("; ");
        if let Some(more) = places.len().checked_sub(NAMED).filter(|more| *more > 0) {
            let more = speech.language().integer(more as u64);
            named = format!("{named}; {}", speech.say("list.more", &[("n", &more)]));
        }
        let count = speech.language().integer(places.len() as u64);
        let indent = |text: &str| format!("     {}", paragraph(text, 5));
        paragraph(&format!("{code} ({count}×) {}", text.sentence), 5) + &indent(&text.remedy) + &indent(&named)
    };
    codes.into_iter().map(group).collect::<Vec<_>>().join("\n")
}
