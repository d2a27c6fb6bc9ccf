//! May the user of a MySQL or MariaDB server change anything? `information_schema` does not show the grants of roles, so the
//! lines of `SHOW GRANTS` are read.
//!
//! Rule    what is not clearly reading is writing

use super::MySqlSession;
use crate::source::SourceError;
use crate::source::chunk::Cell;
use crate::source::dialect::{Bind, Question, Session, is_no, unless_denied};
use std::collections::BTreeSet;

/// What MySQL and MariaDB are asked first.
const GRANTS: &str = "SHOW GRANTS";

/// Whether the view's database is one of those that a pattern of `SHOW GRANTS` means.
const IS_OF_PATTERN: &str = "SELECT COALESCE(NULLIF(?, ''), DATABASE()) LIKE ?";

/// Privileges that change nothing.
const READING: [&str; 5] = ["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS"];

/// Lines of `SHOW GRANTS` that allow nothing, or take away.
const GRANTING_NOTHING: [&str; 2] = ["SET DEFAULT ROLE ", "REVOKE "];

/// What a line of `SHOW GRANTS` allows.
#[derive(Debug, PartialEq, Eq)]
enum Grant {
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
    fn of(line: &str) -> Self {
        let Some(granted) = line.strip_prefix("GRANT ") else {
            // A line that no version is known to write may allow anything.
            let grants_nothing = GRANTING_NOTHING.iter().any(|beginning| line.starts_with(beginning));
            return if grants_nothing { Self::Reading } else { Self::everywhere() };
        };
        // A role is quoted, a privilege is not.
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
            None => return Self::everywhere(),
        })
    }

    /// What is no text is no line that could be read, so that nothing is known.
    fn told_by(answer: Cell<'_>) -> Self {
        match answer {
            Cell::Text(line) => Self::of(line),
            _ => Self::everywhere(),
        }
    }

    fn everywhere() -> Self {
        Self::Writing("%".to_owned())
    }
}

/// Whether the user may change anything in the view's database; not to be allowed to know counts as yes.
pub(super) async fn may_write(session: &mut MySqlSession, schema: &str) -> Result<bool, SourceError> {
    let mut asked = BTreeSet::new();
    let mut waiting = vec![GRANTS.to_owned()];
    while let Some(sql) = waiting.pop() {
        // A role that is not the session's own may be hidden from the user who can take it.
        let Some(answer) = unless_denied(session.answer(&Question::new(sql.as_str(), "privileges"), 1).await)? else {
            return Ok(true);
        };
        asked.insert(sql);
        for row in answer.rows() {
            match Grant::told_by(row.at(0)) {
                Grant::Reading => {}
                Grant::Roles(questions) => waiting.extend(questions.into_iter().filter(|q| !asked.contains(q))),
                Grant::Writing(pattern) => {
                    let binds = vec![Bind::Text(schema.to_owned()), Bind::Text(pattern)];
                    let is_of_pattern = Question { binds, ..Question::new(IS_OF_PATTERN, "privileges") };
                    if !is_no(&session.answer(&is_of_pattern, 1).await?) {
                        return Ok(true);
                    }
                }
            }
        }
    }
    Ok(false)
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
            ("REVOKE INSERT ON `mysql`.* FROM `pembaca`@`%`", Grant::Reading),
            ("GRANT PROXY ON ''@'%' TO `pembaca`@`%`", writing("%")),
            ("ALLOW `pembaca`@`%` TO INSERT", writing("%")),
            ("grant insert on `kantor`.* to `pembaca`@`%`", writing("%")),
            ("", writing("%")),
            ("GRANT `pengelola` TO `pembaca`@`%` WITH ADMIN OPTION", roles(&["SHOW GRANTS FOR `pengelola`"])),
            (
                "GRANT `a`@`%`,`b`@`%` TO `pembaca`@`%`",
                roles(&[
                    "SHOW GRANTS FOR CURRENT_USER() USING `a`@`%`",
                    "SHOW GRANTS FOR CURRENT_USER() USING `b`@`%`",
                ]),
            ),
        ] {
            assert_eq!(Grant::told_by(Cell::Text(line)), expected, "{line}");
        }
        for cell in [Cell::Null, Cell::Integer(0), Cell::Bytes(b"GRANT SELECT ON `kantor`.* TO `pembaca`@`%`")] {
            assert_eq!(Grant::told_by(cell), writing("%"), "{cell:?}");
        }
    }
}
