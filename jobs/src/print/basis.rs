//! Long texts that stand once below a table, each under a number that its rows name.

use super::paragraph;

/// Texts in the order in which rows first named them.
#[derive(Debug, Default)]
pub(crate) struct Basis(Vec<String>);

impl Basis {
    /// The number by which a row names a text; nothing where there is no text.
    pub(crate) fn of(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let known = self.0.iter().position(|known| known == text);
        let index = known.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        format!("[{}]", index + 1)
    }

    /// The texts, each in a paragraph of its own.
    pub(crate) fn text(&self) -> String {
        let paragraph = |(n, text): (usize, &String)| paragraph(&format!("[{n}] {text}"), 4);
        (1..).zip(&self.0).map(paragraph).collect()
    }
}
