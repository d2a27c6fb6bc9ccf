//! Reads a question: one SELECT, with the values of its parameters.
//!
//! Gives   the syntax tree, and the words and signs of which it is made
//! Rule    what the parser would misread is refused; a refusal repeats no text, number or name of the question

use super::words::{at, beginning, is_among, part_meant};
use super::{Given, QueryError, refused};
use sqlparser::ast::{Expr, Query, Statement, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The most tokens that a question may have, without white space.
const MAX_TOKENS: usize = 4000;

/// The deepest nesting of its expressions.
const MAX_DEPTH: usize = 100;

/// The remedy of a question that is not a single SELECT.
const ONE_SELECT: &str =
    "ask one SELECT over `events` or another view; SHOW TABLES lists them, DESCRIBE events its columns";

/// A question that was read.
pub(super) enum Parsed {
    /// A SELECT, with its words and signs.
    Select(Box<Query>, Vec<Token>),
    /// What the columns of a view mean.
    Describe(String),
    /// Which views there are.
    List,
}

/// Parses a question in which parameters are replaced by their values.
pub(super) fn parse(sql: &str, given: &BTreeMap<String, Given>) -> Result<Parsed, QueryError> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location();
    let tokens = tokens.map_err(|e| refused(format!("a text{} is not read", at(e.location)), "end it with ' or \""))?;
    tokens.windows(2).try_for_each(|pair| check_space(&pair[0].token, &pair[1].token))?;
    let tokens: Vec<TokenWithSpan> =
        tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let tokens = filled(tokens, given)?;
    if tokens.len() > MAX_TOKENS {
        return Err(refused(format!("it has more than {MAX_TOKENS} words and signs"), "ask a shorter question"));
    }
    check_texts(&tokens)?;
    let parsed = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens.clone()).parse_statements();
    let mut statements = parsed.map_err(|e| match e {
        ParserError::RecursionLimitExceeded => {
            refused("its brackets are too deep", "ask with fewer brackets in each other")
        }
        ParserError::TokenizerError(reason) | ParserError::ParserError(reason) => syntax_error(&reason, &tokens),
    })?;
    let statement = match (statements.pop(), statements.len()) {
        (Some(statement), 0) => statement,
        (None, _) => return Err(refused("nothing was asked", ONE_SELECT)),
        _ => return Err(refused("this is more than one statement", ONE_SELECT)),
    };
    let query = match statement {
        Statement::Query(query) => query,
        Statement::ExplainTable { table_name, .. } => return Ok(Parsed::Describe(table_name.to_string())),
        Statement::ShowTables { .. } => return Ok(Parsed::List),
        _ => return Err(refused("this is another kind of statement", ONE_SELECT)),
    };
    match query.visit(&mut Depth(0)) {
        ControlFlow::Continue(()) => Ok(Parsed::Select(query, tokens.into_iter().map(|token| token.token).collect())),
        ControlFlow::Break(()) => {
            let what = format!("its expressions are more than {MAX_DEPTH} deep");
            Err(refused(what, "write fewer terms in one expression; x IN (…) takes many values"))
        }
    }
}

/// Puts the value of each parameter, such as `:month`, in its place: as one word of the question, whatever it holds.
fn filled(tokens: Vec<TokenWithSpan>, given: &BTreeMap<String, Given>) -> Result<Vec<TokenWithSpan>, QueryError> {
    let mut filled: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let name = match &token.token {
            Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
            _ => None,
        };
        match (filled.last(), name) {
            (Some(before), Some(name)) if before.token == Token::Colon && before.span.end == token.span.start => {
                let value = given.get(name).ok_or_else(|| {
                    let what = format!("the parameter{} has no value", at(token.span.start));
                    refused(what, "give it with --set NAME=VALUE, or with --month where it is called :month")
                })?;
                filled.pop();
                let value = match value {
                    Given::Text(text) => Token::SingleQuotedString(text.clone()),
                    Given::Integer(n) => Token::Number(n.to_string(), false),
                };
                filled.push(TokenWithSpan { token: value, span: token.span });
            }
            _ => filled.push(token),
        }
    }
    Ok(filled)
}

/// Refuses a number that runs into a word: the parser reads `1_000` as the number 1 with the alias `_000`.
fn check_space(before: &Token, after: &Token) -> Result<(), QueryError> {
    match (before, after) {
        (Token::Number(..), Token::Word(_)) => {
            Err(refused("a number runs into a word", "write a number in digits only, and a space before a name"))
        }
        _ => Ok(()),
    }
}

/// Keywords after which a text is a value, or the alias that AS gives.
const BEFORE_TEXTS: &str = "ALL AND AS BETWEEN BOTH BY CASE DATE DISTINCT ELSE ESCAPE EXCLUDE FROM HAVING ILIKE IN INTERVAL JOIN \
     LEADING LIKE LIMIT NOT OFFSET ON OR SELECT THEN TIMESTAMP TIMESTAMPTZ TO WHEN WHERE ZONE";

/// Refuses what the parser takes for an alias although it is probably none: a text right after a value, and an
/// empty quoted name.
fn check_texts(tokens: &[TokenWithSpan]) -> Result<(), QueryError> {
    let is_value = |token: &Token| match token {
        Token::Word(word) => word.quote_style.is_some() || !is_among(&word.value, BEFORE_TEXTS),
        Token::RParen | Token::RBracket => true,
        sign => sign.to_string().contains(|c: char| c.is_alphanumeric() || c == '\''),
    };
    let is_text = |token: &Token| matches!(token, Token::SingleQuotedString(_));
    let text = tokens.windows(2).find(|pair| is_text(&pair[1].token) && is_value(&pair[0].token));
    if let Some([_, text]) = text {
        let what = format!("a text stands beside a value{}", at(text.span.start));
        return Err(refused(what, "join texts with ||, and write a name after AS"));
    }
    let is_empty = |token: &Token| matches!(token, Token::Word(word) if word.value.is_empty());
    match tokens.iter().find(|token| is_empty(&token.token)) {
        Some(name) => Err(refused(format!("the name{} is empty", at(name.span.start)), "write a text as '…'")),
        None => Ok(()),
    }
}

/// Explains a syntax error: where it is, what is expected there, and which word may be meant. The text found there is
/// not repeated, because it may be a person's.
fn syntax_error(reason: &str, tokens: &[TokenWithSpan]) -> QueryError {
    let place = reason.rsplit_once(" at Line: ").and_then(|(_, place)| place.split_once(", Column: "));
    let place = place.and_then(|(line, column)| Some(Location::new(line.parse().ok()?, column.parse().ok()?)));
    let found = place.and_then(|place| tokens.iter().find(|token| token.span.start == place));
    let meant = found.map_or_else(String::new, |found| part_meant(&found.token));
    let expected = reason.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: "));
    let expected = expected.map_or_else(String::new, |(one, _)| format!(": {} is expected", beginning(one)));
    let place = place.map_or_else(|| " at its end".to_owned(), at);
    refused(format!("it is not read as SQL{place}{expected}"), &format!("{meant}{ONE_SELECT}"))
}

/// Stops at the first expression that is nested too deeply.
struct Depth(usize);

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 += 1;
        if self.0 > MAX_DEPTH { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 -= 1;
        ControlFlow::Continue(())
    }
}

/// Whether a question may mean a column: it has the column's name, or a `*` that is neither COUNT(*) nor a product.
pub(super) fn may_mention(tokens: &[Token], column: &str) -> bool {
    let precedes_all = |token: &Token| match token {
        Token::Word(word) => ["SELECT", "DISTINCT", "ALL"].iter().any(|one| word.value.eq_ignore_ascii_case(one)),
        other => matches!(other, Token::Comma | Token::Period),
    };
    let all = tokens.windows(2).any(|pair| pair[1] == Token::Mul && precedes_all(&pair[0]));
    all || tokens.iter().any(|token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(column)))
}
