//! Outcome of a command: what the shell and the person at it are told.

use crate::print::visible;
use std::process::ExitCode;

/// What came of a command that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, nothing to report.
    Done,
    /// Done, with findings.
    Findings,
    /// What was examined could not run now.
    CannotRun,
}

impl Outcome {
    /// `Findings` when there are any.
    pub(crate) fn of(findings: bool) -> Self {
        if findings { Self::Findings } else { Self::Done }
    }

    /// Of two things that were done together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::of(self == Self::Findings || other == Self::Findings)
    }
}

/// 0 done, 1 done with findings, 2 could not run; the last with the whole chain of causes on one line.
#[expect(clippy::print_stderr, reason = "the one place where an error meets a person")]
pub(crate) fn code(result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::CannotRun) => ExitCode::from(2),
        Err(fault) => {
            let causes: Vec<String> = fault.chain().map(ToString::to_string).collect();
            eprintln!("tertib: {}", visible(&causes.join(": ")));
            ExitCode::from(2)
        }
    }
}

/// A defect of the program in one line: no stack trace, and no value that might be personal.
#[expect(clippy::print_stderr, reason = "the one place where a defect meets a person")]
pub(crate) fn report_defect(defect: &std::panic::PanicHookInfo<'_>) {
    let place = defect.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
    eprintln!("tertib: a defect of the program{place}; what was archived before stays, please report this line");
}
