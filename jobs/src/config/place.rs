//! Where something in a file of the office is wrong: line, column, section, and what could stand there instead.
//!
//! Reads   the complaint of the parser, or the key that a check names
//! Gives   one line for a person who does not know the parser's words

use toml::de::DeTable;

/// The greatest number of known words that are all listed.
const FEW: usize = 8;

/// How much a word must be like another to be taken for it: its beginning and the whole of it, each from 0 to 1.
const ALIKE: f64 = 1.2;

/// The longest number that is shown, and the longest name.
const SHORT: usize = 6;
const LONG: usize = 40;

/// The key of a file at which something is wrong that the parser could not know: `job`, `2`, `cron`. It is added to an error as
/// its context, and taken away again where the file's text is at hand.
#[derive(Clone, Debug)]
pub(crate) struct At(Vec<String>);

impl At {
    /// A key below sections and, in a list, numbers from 0 on.
    pub(crate) fn key(path: &[&str]) -> Self {
        Self(path.iter().map(|part| (*part).to_owned()).collect())
    }

    /// A key of an entry of a list of sections, such as `[[job]]`.
    pub(crate) fn of_entry(section: &str, number: usize, key: &str) -> Self {
        Self::key(&[section, &number.to_string(), key])
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
    let key = at.to_string();
    let causes: Vec<String> = fault.chain().map(ToString::to_string).filter(|cause| *cause != key).collect();
    let place = offset_of(&at.0, text).map_or_else(String::new, |offset| format!("{}: ", Spot { text, offset }));
    anyhow::anyhow!("{place}{}", causes.join(": "))
}

/// Where the value of a key begins, or as much of its way as the text has.
fn offset_of(path: &[String], text: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let (first, rest) = path.split_first()?;
    let mut value = table.get_ref().get(first.as_str())?;
    for part in rest {
        let below = match part.parse::<usize>() {
            Ok(number) if value.get_ref().is_array() => value.get_ref().get(number),
            _ => value.get_ref().get(part.as_str()),
        };
        let Some(below) = below else { break };
        value = below;
    }
    Some(value.span().start)
}

/// The parser's complaint in one line, with line and column.
pub(crate) fn place(fault: &toml::de::Error, text: &str) -> String {
    match fault.span() {
        Some(span) => said_at(fault.message(), span.start.min(text.len()), text),
        None => explained(&fault.message().replace('\n', " "), None),
    }
}

/// The same for what the parser says of that place.
pub(super) fn said_at(message: &str, offset: usize, text: &str) -> String {
    let (message, spot) = (message.replace('\n', " "), Spot { text, offset });
    // A path of Windows in double quotes: its backslashes begin what the format calls escapes.
    let (line, _) = spot.line();
    let escapes = message.contains("escape") || message.contains("unicode");
    if escapes && line.contains('\\') && line.contains('"') {
        let advice = "a \\ between double quotes is no part of a path; write / instead of it, or put the path between single quotes";
        return format!("{spot}: {advice}");
    }
    format!("{spot}: {}", explained(&message, Some(spot)))
}

/// A place in a text.
#[derive(Clone, Copy)]
struct Spot<'a> {
    text: &'a str,
    offset: usize,
}

/// `line 12, column 1`, both from 1 on, columns in characters.
impl std::fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let before = &self.text[..self.offset];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        write!(f, "line {line}, column {column}")
    }
}

impl<'a> Spot<'a> {
    /// Its line, and how far in it.
    fn line(self) -> (&'a str, usize) {
        let begin = self.text[..self.offset].rfind('\n').map_or(0, |end| end + 1);
        (self.text[begin..].lines().next().unwrap_or_default(), self.offset - begin)
    }

    /// Where it is the head of a section, that head.
    fn header(self) -> Option<Header<'a>> {
        Header::of(self.line().0)
    }

    /// Where it is a key in the head of a section: the part of the head before that key.
    fn parents(self) -> Option<&'a str> {
        let (line, at) = self.line();
        self.header()?;
        line.get(..at).map(|before| before.trim_start().trim_start_matches('['))
    }

    /// The section in which it lies; nothing at the top of the file.
    fn section(self) -> Option<Header<'a>> {
        self.header().or_else(|| self.text[..self.offset].lines().rev().find_map(Header::of))
    }

    /// What stands there.
    fn rest(self) -> &'a str {
        &self.text[self.offset..]
    }
}

/// The line that begins a section.
#[derive(Clone, Copy)]
struct Header<'a> {
    name: &'a str,
    /// Whether it has two brackets, for one of several.
    of_list: bool,
}

impl<'a> Header<'a> {
    /// A line that a list goes on with begins with a bracket too, but holds texts between quotes or numbers.
    fn of(line: &'a str) -> Option<Self> {
        let inside = line.trim_start().strip_prefix('[')?;
        let of_list = inside.starts_with('[');
        let name = inside.trim_start_matches('[').split_once(']')?.0.trim();
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(Self { name, of_list })
    }
}

/// The parser's words in those of a person. What it does not say about keys and words stays as it is.
fn explained(message: &str, spot: Option<Spot<'_>>) -> String {
    let section = spot.and_then(Spot::section);
    let within = section.map_or_else(String::new, |section| format!(" in [{}]", section.name));
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match words.as_slice() {
        [unknown, known @ ..] if message.starts_with("unknown field") => {
            match spot.and_then(Spot::parents) {
                // A head: its keys are sections.
                Some(above) => {
                    let of = |key: &&str| format!("[{above}{key}]");
                    let near = nearest(unknown, known.iter().copied());
                    let instead = near.map_or_else(
                        || format!("known are `{}`", known.join("`, `")),
                        |near| format!("did you mean {}?", of(&near)),
                    );
                    format!("there is no section {}; {instead}", of(unknown))
                }
                None => format!("there is no key `{}`{within}; {}", shown(unknown), instead(unknown, known)),
            }
        }
        [unknown, known @ ..] if message.starts_with("unknown variant") => match spot.and_then(Spot::parents) {
            Some(above) => format!("there is no section [{above}{unknown}]; {}", instead(unknown, known)),
            // What is named by words may be named by a key, too.
            None => format!("`{}` is no word for this key{within}; {}", shown(unknown), instead(unknown, known)),
        },
        [missing] if message.starts_with("missing field") => {
            let of_table = spot.and_then(|spot| {
                let (above, rest) = (spot.parents()?, spot.rest());
                // The span of a section that has no head of its own begins in the head of one below it.
                let own = rest.trim_start_matches('[').split([']', '.']).next().unwrap_or_default();
                let whole =
                    if rest.starts_with('[') { spot.header()?.name.to_owned() } else { format!("{above}{own}") };
                Some(format!(" in [{whole}]"))
            });
            format!("the key `{missing}` is missing{}", of_table.unwrap_or(within))
        }
        _ if message.starts_with("duplicate key") => match spot.and_then(Spot::header) {
            Some(Header { name, of_list: true }) => {
                format!("[{name}] stands above with one pair of brackets; write [[{name}]] there, too")
            }
            Some(Header { name, .. }) => format!("the section [{name}] stands here a second time; keep one of them"),
            None => format!("this key stands here a second time{within}; keep one of them"),
        },
        _ if message.starts_with("string values must be quoted") => {
            format!("a value is expected here{within}; a text stands between quotes")
        }
        _ => match message.strip_prefix("invalid ").and_then(|rest| rest.split_once(", expected ")) {
            Some((found, expected)) => mistyped(found, expected, spot, &within),
            None => message.to_owned(),
        },
    }
}

/// A value of another type than that of its key. It may be a secret, and is not shown.
fn mistyped(found: &str, expected: &str, spot: Option<Spot<'_>>, within: &str) -> String {
    let Some((_, found)) = found.split_once(": ") else {
        return match found {
            "basic string" | "literal string" => format!("this text{within} does not end; {expected} is missing"),
            _ => format!("this is no value{within}; a text stands between quotes"),
        };
    };
    let is_map = found == "map";
    match spot.and_then(Spot::header) {
        Some(Header { name, of_list: true }) if is_map => {
            return format!("[{name}] is one section; write it between single brackets");
        }
        Some(Header { name, of_list: false }) if expected == "a sequence" => {
            return format!("there may be several of [{name}]; write each as [[{name}]]");
        }
        _ => {}
    }
    let is_time = is_map && spot.is_some_and(|spot| spot.rest().starts_with(|c: char| c.is_ascii_digit()));
    let number = found.split('`').nth(1).unwrap_or_default();
    let found = match found.split(' ').next().unwrap_or_default() {
        "string" => "a text",
        "sequence" => "a list",
        "map" if is_time => "a date or time",
        "map" => "a section",
        "boolean" => "true or false",
        // A long number may be of a person.
        _ if number.len() <= SHORT => number,
        _ => "such a number",
    };
    format!("{} is expected here{within}, not {found}", in_words(expected))
}

/// A name that somebody wrote, unless it is as long as secrets are or looks like an address.
pub(crate) fn shown(name: &str) -> &str {
    if name.chars().count() > LONG || name.contains("://") || name.contains('@') { "…" } else { name }
}

/// What could be meant: a known word that is like it, and all of them where they are few or none is.
pub(crate) fn instead<T: AsRef<str>>(unknown: &str, known: &[T]) -> String {
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    let all = format!("known are `{}`", known.join("`, `"));
    match nearest(unknown, known.iter().copied()) {
        Some(near) if known.len() <= FEW => format!("did you mean `{near}`? {all}"),
        Some(near) => format!("did you mean `{near}`?"),
        None => all,
    }
}

/// The known word that is most like another, where one is.
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike =
        |word: &str| strsim::jaro_winkler(unknown, word) + strsim::normalized_damerau_levenshtein(unknown, word);
    known.max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|near| alike(near) >= ALIKE)
}

/// What a value must be.
fn in_words(expected: &str) -> String {
    match expected {
        "a nonzero u32" | "a nonzero u64" => "a whole number from 1 on",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number from 0 on",
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
        assert_eq!(said(At::of_entry("job", 1, "cron")), "line 6, column 8: wrong");
        // A key that is not written down: where its section begins.
        assert!(said(At::of_entry("job", 0, "cron")).starts_with("line 2"), "{}", said(At::of_entry("job", 0, "cron")));
        assert_eq!(said(At::key(&["office", "zona"])), "wrong");
        assert_eq!(placed(anyhow::anyhow!("wrong"), text).to_string(), "wrong");
    }

    #[test]
    fn a_list_over_several_lines_is_no_head_of_a_section() {
        assert!(Header::of("  [\"postgres://u:p@h/d\", 1],").is_none());
        let header = Header::of(" [[ job ]] # a comment").map(|header| (header.name, header.of_list));
        assert_eq!(header, Some(("job", true)));
    }
}
