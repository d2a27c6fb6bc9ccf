//! May the database user change anything? A source is safest from a reader who cannot.

/// Whether the user, or a role that the user may take, may change a table of a PostgreSQL database, or a column of one.
pub(super) const IN_POSTGRES: &str = "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     CROSS JOIN pg_roles r \
     WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND pg_has_role(r.oid, 'MEMBER') AND (has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE') \
     OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))";

/// What MySQL and MariaDB are asked first.
pub(super) const GRANTS: &str = "SHOW GRANTS";

/// Whether the view's database is one of those that a pattern of `SHOW GRANTS` means.
pub(super) const IS_OF_PATTERN: &str = "SELECT COALESCE(NULLIF(?, ''), DATABASE()) LIKE ?";

/// Privileges that change nothing.
const READING: [&str; 5] = ["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS"];

/// What a line of `SHOW GRANTS` allows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// Nothing but looking.
    Reading,
    /// More, in the databases of this pattern. MariaDB lets everybody write into its database `test`, which is no reason to
    /// refuse.
    Writing(String),
    /// What these questions tell of roles that the user may take.
    Roles(Vec<String>),
}

impl Grant {
    /// Reads a line.
    pub(super) fn of(line: &str) -> Self {
        // A role is quoted, a privilege is not.
        let Some(granted) = line.strip_prefix("GRANT ") else { return Self::Reading };
        if granted.starts_with(['`', '\'']) {
            let roles = granted.split(" TO ").next().unwrap_or_default();
            return Self::Roles(roles.split(',').map(|role| question_about(role.trim())).collect());
        }
        let (privileges, place) = granted.split_once(" ON ").unwrap_or((granted, "*.*"));
        if without_columns(privileges).split(',').all(|p| READING.contains(&p.trim())) {
            return Self::Reading;
        }
        Self::Writing(match place.strip_prefix('`') {
            Some(quoted) => quoted.split("`.").next().unwrap_or_default().replace("``", "`"),
            None => "%".to_owned(),
        })
    }
}

/// MySQL tells a user of the user's own roles only; MariaDB of roles by themselves.
fn question_about(role: &str) -> String {
    if role.contains('@') {
        format!("{GRANTS} FOR CURRENT_USER() USING {role}")
    } else {
        format!("{GRANTS} FOR {role}")
    }
}

/// `SELECT (a, b), UPDATE (c)` is `SELECT , UPDATE `.
fn without_columns(privileges: &str) -> String {
    let (mut kept, mut depth) = (String::new(), 0_u32);
    for c in privileges.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_select_is_reading() {
        let writing = |pattern: &str| Grant::Writing(pattern.to_owned());
        let roles = |questions: &[&str]| Grant::Roles(questions.iter().map(|q| (*q).to_owned()).collect());
        for (line, expected) in [
            ("GRANT USAGE ON *.* TO `pembaca`@`%` IDENTIFIED BY PASSWORD '*X'", Grant::Reading),
            ("GRANT SELECT, SHOW VIEW ON `kantor`.* TO `pembaca`@`%`", Grant::Reading),
            ("GRANT PROCESS ON *.* TO `pembaca`@`%`", Grant::Reading),
            ("GRANT SELECT (`nik`, `nama`) ON `kantor`.`berkas` TO `pembaca`@`%`", Grant::Reading),
            ("SET DEFAULT ROLE `baca` FOR `pembaca`@`%`", Grant::Reading),
            ("GRANT SELECT (`nik`), UPDATE (`nik`, `nama`) ON `kantor`.`berkas` TO `pembaca`@`%`", writing("kantor")),
            ("GRANT SELECT, UPDATE ON `kantor`.* TO `pembaca`@`%`", writing("kantor")),
            ("GRANT SELECT, UPDATE ON `ka``ntor`.`berkas` TO `pembaca`@`%`", writing("ka`ntor")),
            ("GRANT ALL PRIVILEGES ON *.* TO `pemilik`@`%` WITH GRANT OPTION", writing("%")),
            (r"GRANT SELECT, INSERT, DELETE ON `test\_%`.* TO PUBLIC", writing(r"test\_%")),
            ("GRANT `pengelola` TO `pembaca`@`%` WITH ADMIN OPTION", roles(&["SHOW GRANTS FOR `pengelola`"])),
            (
                "GRANT `a`@`%`,`b`@`%` TO `pembaca`@`%`",
                roles(&[
                    "SHOW GRANTS FOR CURRENT_USER() USING `a`@`%`",
                    "SHOW GRANTS FOR CURRENT_USER() USING `b`@`%`",
                ]),
            ),
        ] {
            assert_eq!(Grant::of(line), expected, "{line}");
        }
    }
}
