//! Replaces characters that the fonts do not have or PDF/A forbids by a visible sign.
//!
//! Invariant: no name can stop a book. Replacements are counted and reported.

use serde_json::Value;

/// The sign that replaces an unprintable character.
pub(crate) const REPLACEMENT: char = '\u{25A1}';

/// Replaces unprintable characters in every text of a value, and returns how many texts were changed.
pub(crate) fn clean(value: &mut Value, printable: &dyn Fn(char) -> bool) -> u64 {
    match value {
        Value::String(text) => u64::from(clean_text(text, printable)),
        Value::Array(items) => items.iter_mut().map(|v| clean(v, printable)).sum(),
        Value::Object(fields) => fields.values_mut().map(|v| clean(v, printable)).sum(),
        _ => 0,
    }
}

/// Replaces unprintable characters in a text, and returns whether there were any.
pub(crate) fn clean_text(text: &mut String, printable: &dyn Fn(char) -> bool) -> bool {
    // Nearly all texts have only these characters, which every font has.
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) || text.chars().all(|c| allowed(c, printable)) {
        return false;
    }
    *text = text.chars().map(|c| if allowed(c, printable) { c } else { REPLACEMENT }).collect();
    true
}

fn allowed(c: char, printable: &dyn Fn(char) -> bool) -> bool {
    match c {
        '\n' | ' ' => true,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => false,
        // Marks that change the writing direction or join words invisibly.
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => false,
        '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{F0000}'..='\u{10FFFF}' => false,
        _ => printable(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unprintable_characters_are_replaced_and_counted() {
        let mut value = json!({"a": "SITI\u{7}", "b": ["#read(\"/etc/passwd\") *x* $y$", "\u{202E}kiri", "ᯅ"]});
        assert_eq!(clean(&mut value, &|c| c.is_ascii()), 3);
        assert_eq!(value, json!({"a": "SITI□", "b": ["#read(\"/etc/passwd\") *x* $y$", "□kiri", "□"]}));
    }
}
