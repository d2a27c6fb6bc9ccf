//! The parts of a question that a refusal may repeat: its signs and the words that everyone knows.
//!
//! A text, a number or a name may belong to a person. A refusal gives only its place, and the known name that is most
//! like it.

use super::calls::FUNCTIONS;
use sqlparser::ast::Ident;
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, Tokenizer, Word};

/// The most characters of a question that are repeated.
const LONGEST: usize = 60;

/// The least similarity at which a known name is suggested.
const MIN_SIMILARITY: f64 = 0.85;

/// The keywords that begin a part of a question, which a misspelt word may mean.
const PARTS: &str = "SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION JOIN DISTINCT WITH BETWEEN CASE WHEN OVER";

/// The names that everyone knows: the public table and its columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(pub(super) Vec<String>);

impl Words {
    /// Returns a piece of a question in which texts, numbers and unknown names are replaced by `…`.
    pub(super) fn repeated(&self, sql: &str) -> String {
        match Tokenizer::new(&GenericDialect {}, sql).tokenize() {
            Ok(tokens) => beginning(&tokens.iter().map(|token| self.token(token)).collect::<String>()),
            Err(_) => "…".to_owned(),
        }
    }

    fn token(&self, token: &Token) -> String {
        match token {
            Token::Word(word) => self.word(word).unwrap_or_else(|| "…".to_owned()),
            Token::Whitespace(_) => " ".to_owned(),
            Token::SingleQuotedString(_) => "'…'".to_owned(),
            other => Some(other.to_string())
                .filter(|sign| sign.chars().all(|c| c.is_ascii_punctuation()))
                .unwrap_or_else(|| "…".to_owned()),
        }
    }

    fn word(&self, word: &Word) -> Option<String> {
        let known = self.0.iter().find(|name| name.eq_ignore_ascii_case(&word.value)).cloned();
        known.or_else(|| {
            let upper = word.value.to_uppercase();
            let plain = word.quote_style.is_none();
            let is_known = word.keyword != Keyword::NoKeyword || is_among(&upper, FUNCTIONS);
            (plain && is_known).then_some(upper)
        })
    }

    /// Returns the beginning of a sentence about a name: the name itself if everyone knows it, and otherwise its place.
    pub(super) fn name(&self, name: &Ident) -> String {
        match Token::make_word(&name.value, name.quote_style) {
            Token::Word(word) => self.word(&word).map(|word| format!("the name `{word}`")),
            _ => None,
        }
        .unwrap_or_else(|| format!("the name{}", at(name.span.start)))
    }

    /// Returns the beginning of an advice, which suggests a known name; empty if none is similar.
    pub(super) fn meant(&self, name: &Ident) -> String {
        meant(&name.value.to_lowercase(), self.0.iter().map(String::as_str))
    }
}

/// Whether a word is in a list of words.
pub(super) fn is_among(word: &str, list: &str) -> bool {
    list.split(' ').any(|one| one.eq_ignore_ascii_case(word))
}

/// Returns the place of something in a question, in words.
pub(super) fn at(place: Location) -> String {
    match place.line {
        0 => " that is written".to_owned(),
        line => format!(" at line {line}, column {}", place.column),
    }
}

/// Suggests the function that an unknown name may mean.
pub(super) fn function_meant(name: &str) -> String {
    meant(&name.to_uppercase(), FUNCTIONS.split(' '))
}

/// Suggests the keyword that an unexpected word may mean.
pub(super) fn part_meant(token: &Token) -> String {
    match token {
        Token::Word(word) if word.keyword == Keyword::NoKeyword => meant(&word.value.to_uppercase(), PARTS.split(' ')),
        _ => String::new(),
    }
}

/// Suggests the most similar of the known names, if any is similar enough.
fn meant<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let name = name.to_owned();
    let similar = known
        .map(|known| (strsim::jaro_winkler(&name, known), known))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY);
    let best = similar.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map_or_else(String::new, |(_, known)| format!("is `{known}` meant? else "))
}

/// Returns the beginning of a text that may be long.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
