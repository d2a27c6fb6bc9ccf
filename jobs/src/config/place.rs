//! Where something in a file of the office is wrong: line, column, section, and what could stand there instead.
//!
//! Reads   the complaint of the parser, or the key that a check names
//! Gives   one line for a person who does not know the parser's words

use toml::de::DeTable;

/// The greatest number of known words that are all listed.
const FEW: usize = 8;

/// How much a word must be like another to be taken for it, from 0 to 1.
const ALIKE: f64 = 0.7;

/// The key of a file at which something is wrong that the parser could not know: `job`, `2`, `cron`. It is added to an error as
/// its context, and taken away again where the file's text is at hand.
#[derive(Clone, Debug)]
pub(crate) struct At(Vec<String>);

impl At {
    /// A key below sections and, in a list, numbers from 0 on.
    pub(crate) fn key(path: &[&str]) -> Self {
        Self(path.iter().map(|part| (*part).to_owned()).collect())
    }

    /// A key of a job.
    pub(crate) fn of_job(number: usize, key: &str) -> Self {
        Self::key(&["job", &number.to_string(), key])
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.join("."))
    }
}

/// A check's error with line and column in place of its key.
pub(super) fn placed(fault: anyhow::Error, text: &str) -> anyhow::Error {
    let Some(at) = fault.downcast_ref::<At>() else { return fault };
    let causes: Vec<String> = fault.chain().skip(1).map(ToString::to_string).collect();
    let place =
        offset_of(&at.0, text).map_or_else(String::new, |offset| format!("{}: ", line_and_column(offset, text)));
    anyhow::anyhow!("{place}{}", causes.join(": "))
}

/// Where the value of a key begins, or as much of its way as the text has.
fn offset_of(path: &[String], text: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let (first, rest) = path.split_first()?;
    let mut value = table.get_ref().get(first.as_str())?;
    for part in rest {
        let below = match part.parse::<usize>() {
            Ok(number) => value.get_ref().get(number),
            Err(_) => value.get_ref().get(part.as_str()),
        };
        let Some(below) = below else { break };
        value = below;
    }
    Some(value.span().start)
}

/// The parser's complaint in one line, with line and column.
pub(crate) fn place(fault: &toml::de::Error, text: &str) -> String {
    let message = fault.message().replace('\n', " ");
    let Some(span) = fault.span() else { return explained(&message, "") };
    let start = span.start.min(text.len());
    let section = section(&text[..start], text[start..].lines().next().unwrap_or_default());
    // A path of Windows in double quotes: its backslashes begin what the format calls escapes.
    let of_line = text[..start].rsplit('\n').next().unwrap_or_default().to_owned()
        + text[start..].lines().next().unwrap_or_default();
    let escapes = message.contains("escape") || message.contains("unicode");
    if escapes && of_line.contains('\\') && of_line.contains('"') {
        let advice = "a \\ between double quotes is no part of a path; write / instead of it, or put the path between single quotes";
        return format!("{}: {advice}", line_and_column(start, text));
    }
    format!("{}: {}", line_and_column(start, text), explained(&message, &section))
}

/// `line 12, column 1`, both from 1 on, columns in characters.
fn line_and_column(offset: usize, text: &str) -> String {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

/// ` in [source]`: the section in which a text goes on; nothing at the top of the file.
fn section(before: &str, line: &str) -> String {
    let header = |line: &str| {
        let name = line.trim_start().strip_prefix('[')?.trim_start_matches('[').split_once(']')?.0;
        Some(format!(" in [{}]", name.trim()))
    };
    header(line).or_else(|| before.lines().rev().find_map(header)).unwrap_or_default()
}

/// The parser's words in those of a person. What it does not say about keys and words stays as it is.
fn explained(message: &str, section: &str) -> String {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match words.as_slice() {
        [unknown, known @ ..] if message.starts_with("unknown field") => {
            format!("there is no key `{unknown}`{section}; {}", instead(unknown, known))
        }
        [unknown, known @ ..] if message.starts_with("unknown variant") => {
            format!("`{unknown}` is no word for this key{section}; {}", instead(unknown, known))
        }
        [missing] if message.starts_with("missing field") => format!("the key `{missing}` is missing{section}"),
        _ if message.starts_with("duplicate key") => {
            format!("this key stands here a second time{section}; keep one of them")
        }
        _ => match message.strip_prefix("invalid ").and_then(|rest| rest.split_once(", expected ")) {
            Some((found, expected)) => {
                let found = found.split_once(": ").map_or(found, |(_, found)| found);
                format!("{} is expected here{section}, not {found}", in_words(expected))
            }
            None => message.to_owned(),
        },
    }
}

/// What could be meant: a known word that is like it, and all of them where they are few or none is.
fn instead(unknown: &str, known: &[&str]) -> String {
    let alike = |word: &str| strsim::jaro_winkler(unknown, word);
    let near = known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|near| alike(near) >= ALIKE);
    let all = format!("known are `{}`", known.join("`, `"));
    match near {
        Some(near) if known.len() <= FEW => format!("did you mean `{near}`? {all}"),
        Some(near) => format!("did you mean `{near}`?"),
        None => all,
    }
}

/// What a value must be.
fn in_words(expected: &str) -> String {
    match expected {
        "a nonzero u64" => "a whole number from 1 on",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on",
        "i32" | "i64" => "a whole number",
        "a boolean" => "true or false",
        "a string" | "path string" | "string or table" => "a text between quotes",
        "a map" => "a section with keys",
        "a sequence" => "a list between [ and ]",
        other if other.starts_with("struct ") => "a section with keys",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_names_the_place_of_its_key() {
        let text = "a = 1\n[[job]]\nname = \"x\"\n[[job]]\nname = \"é\"\ncron = \"nie\"\n";
        let said = |at: At| placed(anyhow::anyhow!("wrong").context(at), text).to_string();
        assert_eq!(said(At::of_job(1, "cron")), "line 6, column 8: wrong");
        // A key that is not written down: where its section begins.
        assert!(said(At::of_job(0, "cron")).starts_with("line 2"), "{}", said(At::of_job(0, "cron")));
        assert_eq!(said(At::key(&["office", "zona"])), "wrong");
        assert_eq!(placed(anyhow::anyhow!("wrong"), text).to_string(), "wrong");
    }

    #[test]
    fn the_parsers_words_are_explained() {
        let fields = "unknown field `veiw`, expected one of `url`, `view`";
        assert_eq!(
            explained(fields, " in [source]"),
            "there is no key `veiw` in [source]; did you mean `view`? known are `url`, `view`"
        );
        assert_eq!(
            explained("invalid type: string \"x\", expected u32", ""),
            "a whole number from 0 on is expected here, not string \"x\""
        );
        assert_eq!(explained("unclosed table, expected `]`", ""), "unclosed table, expected `]`");
    }
}
