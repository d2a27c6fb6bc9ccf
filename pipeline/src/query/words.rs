//! What a refusal repeats of a question: its signs and the words that everyone knows.
//!
//! A text, a number or a name may be a person's; of them only the place is told, and which known name is like it.

use super::calls::FUNCTIONS;
use sqlparser::ast::Ident;
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, Tokenizer, Word};

/// So much of a question is repeated.
const LONGEST: usize = 60;

/// So like must a known name be to be meant.
const LIKE: f64 = 0.85;

/// Words that begin the parts of a question, one of which may have been meant.
const PARTS: &str = "SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION JOIN DISTINCT WITH BETWEEN CASE WHEN OVER";

/// The names that everyone knows: those of the public table and its columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(pub(super) Vec<String>);

impl Words {
    /// A piece of a question without its texts, numbers and names of its own.
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

    /// A name as the beginning of a sentence: itself where everyone knows it, else where it stands.
    pub(super) fn name(&self, name: &Ident) -> String {
        match Token::make_word(&name.value, name.quote_style) {
            Token::Word(word) => self.word(&word).map(|word| format!("the name `{word}`")),
            _ => None,
        }
        .unwrap_or_else(|| format!("the name{}", at(name.span.start)))
    }

    /// Which known name was meant, as the beginning of an advice; nothing where none is like it.
    pub(super) fn meant(&self, name: &Ident) -> String {
        meant(&name.value.to_lowercase(), self.0.iter().map(String::as_str))
    }
}

/// Whether a word is in a list of words.
pub(super) fn is_among(word: &str, list: &str) -> bool {
    list.split(' ').any(|one| one.eq_ignore_ascii_case(word))
}

/// Where something stands in a question.
pub(super) fn at(place: Location) -> String {
    match place.line {
        0 => " that is written".to_owned(),
        line => format!(" at line {line}, column {}", place.column),
    }
}

/// A function that is not known: which one was meant.
pub(super) fn function_meant(name: &str) -> String {
    meant(&name.to_uppercase(), FUNCTIONS.split(' '))
}

/// A word where another was expected: which part of a question was meant.
pub(super) fn part_meant(token: &Token) -> String {
    match token {
        Token::Word(word) if word.keyword == Keyword::NoKeyword => meant(&word.value.to_uppercase(), PARTS.split(' ')),
        _ => String::new(),
    }
}

fn meant<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let name = name.to_owned();
    let like = known.map(|known| (strsim::jaro_winkler(&name, known), known)).filter(|(like, _)| *like >= LIKE);
    let most = like.max_by(|(a, _), (b, _)| a.total_cmp(b));
    most.map_or_else(String::new, |(_, known)| format!("is `{known}` meant? else "))
}

/// The beginning of a text that may be long.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
