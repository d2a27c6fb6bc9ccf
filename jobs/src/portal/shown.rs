//! What of a program's own words may stand on a page: no path of the computer, and no address.

use crate::config::Config;
use crate::messages::words::without_persons;

/// What may stand around a word without being part of it.
const AROUND: [char; 12] = ['`', '"', '\'', '(', ')', '[', ']', ',', ';', ':', '.', '…'];

/// A text whose paths are the names of their files alone, and which names nobody.
pub(super) fn without_paths(text: &str, config: &Config) -> String {
    let folder = config.folder.display().to_string();
    let own = if folder.is_empty() || folder == "." { None } else { Some(folder.trim_end_matches('/')) };
    let words = |line: &str| line.split(' ').map(|word| file_name(word, own)).collect::<Vec<_>>().join(" ");
    text.lines().map(|line| without_persons(&words(line))).collect::<Vec<_>>().join("\n")
}

/// A text without addresses of the network, and without names of mailboxes.
pub(super) fn without_addresses(text: &str) -> String {
    let is_address = |word: &str| word.contains("://") || word.contains('@') || word.starts_with('/');
    let word = |word: &str| if is_address(word.trim_matches(AROUND)) { "…".to_owned() } else { word.to_owned() };
    without_persons(&text.split_whitespace().map(word).collect::<Vec<_>>().join(" "))
}

/// A word; of a path of the computer or of the office's folder its last part.
fn file_name(word: &str, own: Option<&str>) -> String {
    let bare = word.trim_start_matches(AROUND);
    let is_path = bare.starts_with('/') || bare.starts_with("./") || bare.starts_with("../");
    let is_own =
        own.is_some_and(|own| bare.strip_prefix(own).is_some_and(|rest| rest.starts_with('/') || rest.is_empty()));
    if !is_path && !is_own {
        return word.to_owned();
    }
    let before = word.get(..word.len() - bare.len()).unwrap_or_default();
    let path = bare.trim_end_matches(AROUND);
    let after = bare.get(path.len()..).unwrap_or_default();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    format!("{before}{name}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_name_of_its_file() {
        let of =
            |text: &str| text.split(' ').map(|word| file_name(word, Some("salinan"))).collect::<Vec<_>>().join(" ");
        assert_eq!(of("salinan/tertib.toml: 12"), "tertib.toml: 12");
        assert_eq!(of("cannot read `/var/lib/tertib/arsip/x.parquet`;"), "cannot read `x.parquet`;");
        assert_eq!(of("/srv/laporan/: 900 MB"), "laporan: 900 MB");
        assert_eq!(of("surat 800/123/2026, 20 dari 25 target"), "surat 800/123/2026, 20 dari 25 target");
    }

    #[test]
    fn an_address_is_left_out() {
        let said = "cannot reach (https://hook.example/a?b=c): refused for kepala@dinas.example, try later";
        assert_eq!(without_addresses(said), "cannot reach … refused for … try later");
    }
}
