//! By what a job is found on the pages: its part of a path, and the place of its row.

/// The name of a job as a part of a path.
pub(super) fn segment(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The id of a job's row on the page of the jobs.
pub(super) fn place(name: &str) -> String {
    format!("pekerjaan-{}", segment(name).replace('%', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_path() {
        assert_eq!((segment("tarik-1"), segment("a/b é?")), ("tarik-1".to_owned(), "a%2Fb%20%C3%A9%3F".to_owned()));
        assert_eq!(place("a b"), "pekerjaan-a_20b");
    }
}
