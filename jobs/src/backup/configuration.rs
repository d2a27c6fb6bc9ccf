//! The configuration as a backup holds it: without passwords, and with the paths of the folder into which it is restored.

use crate::config::{SIGNING_KEY, text};
use anyhow::{Result, anyhow};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where what the configuration names lies in a restored folder.
const PLACES: [(&[&str], &str); 6] = [
    (&["archive", "path"], "archive"),
    (&["archive", "key"], "kunci.key"),
    (&["archive", "signing-key"], SIGNING_KEY),
    (&["reports", "path"], "laporan"),
    (&["reports", "templates"], "templates"),
    (&["facts"], "fakta"),
];

/// Words in the names of keys whose values are secret, unless they name a file.
const SECRET: [&str; 6] = ["password", "passwd", "secret", "token", "authorization", "sandi"];

/// Comments and order stay as the office wrote them.
///
/// # Errors
/// When it is no TOML.
pub(super) fn portable(text: &str) -> Result<String> {
    let table = DeTable::parse(text).map_err(|fault| anyhow!("{}", fault.message()))?;
    let mut edits = Vec::new();
    walk(table.get_ref(), &mut Vec::new(), &mut edits);
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = text.to_owned();
    for (span, value) in edits {
        text.replace_range(span, &toml::Value::String(value).to_string());
    }
    Ok(text)
}

/// Folders that a restored configuration names, and that were empty, so that no file brought them back.
///
/// # Errors
/// When the configuration is there and cannot be read.
pub(super) fn folders(path: &Path) -> Result<Vec<&'static str>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let table: toml::Table = text::read("the restored configuration", path)?.parse()?;
    let named = [
        (table.get("facts"), "fakta"),
        (table.get("reports").and_then(|reports| reports.get("templates")), "templates"),
    ];
    Ok(named.into_iter().filter_map(|(named, folder)| named.map(|_| folder)).collect())
}

/// The name under which the crest is restored.
pub(super) fn crest_name(path: &Path) -> String {
    let ending = path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
    format!("lambang{ending}")
}

fn walk(table: &DeTable<'_>, above: &mut Vec<String>, edits: &mut Vec<(Range<usize>, String)>) {
    for (key, value) in table {
        above.push(key.get_ref().to_string());
        visit(value, above, edits);
        above.pop();
    }
}

fn visit(value: &Spanned<DeValue<'_>>, path: &mut Vec<String>, edits: &mut Vec<(Range<usize>, String)>) {
    match value.get_ref() {
        DeValue::Table(table) => walk(table, path, edits),
        DeValue::Array(values) => values.iter().for_each(|value| visit(value, path, edits)),
        DeValue::String(held) => {
            if let Some(other) = replaced(path, held)
                && other != **held
            {
                edits.push((value.span(), other));
            }
        }
        _ => {}
    }
}

/// What stands in a backup instead of a text of the configuration.
fn replaced(path: &[String], held: &str) -> Option<String> {
    if let Some((_, place)) = PLACES.iter().find(|(keys, _)| path.iter().eq(keys.iter())) {
        return Some((*place).to_owned());
    }
    let last = path.last()?.to_lowercase();
    if path == ["office", "lambang"] && !held.is_empty() {
        return Some(crest_name(Path::new(held)));
    }
    if !last.ends_with("-file") && SECRET.iter().any(|word| last.contains(word)) {
        return Some(String::new());
    }
    // A user's name stays, the password behind it goes.
    let (scheme, rest) = held.split_once("://")?;
    let (user, rest) = rest.rsplit_once('@')?;
    let (user, _) = user.split_once(':')?;
    Some(format!("{scheme}://{user}@{rest}"))
}

#[cfg(test)]
mod tests {
    use super::portable;

    #[test]
    fn passwords_stay_here_and_paths_are_those_of_the_restored_folder() {
        let text = "# the office\nfacts = \"/etc/tertib/fakta\"\n[source]\nurl = 'postgres://baca:p@ss:wörd@db.local/x' # the view\n\
                    [archive]\npath = \"/var/lib/tertib/archive\"\nlock = true\n[office]\nlambang = \"/x/logo.svg\"\n\
                    [[channel]]\nheaders = { Authorization = \"Bearer rahasia\" }\ntoken-file = \"token\"\nurl = \"https://ntfy.sh/x\"\n";
        let expected = "# the office\nfacts = \"fakta\"\n[source]\nurl = \"postgres://baca@db.local/x\" # the view\n\
                    [archive]\npath = \"archive\"\nlock = true\n[office]\nlambang = \"lambang.svg\"\n\
                    [[channel]]\nheaders = { Authorization = \"\" }\ntoken-file = \"token\"\nurl = \"https://ntfy.sh/x\"\n";
        assert_eq!(portable(text).unwrap(), expected);
    }
}
