//! The end of a command: what the shell and the person at it are told.

use crate::history::explained;
use crate::outcome::Outcome;
use crate::print;
use crate::stop::Stopped;
use std::process::ExitCode;

/// 0 done, 1 done with findings, 2 could not run, 130 and 143 stopped by a signal.
pub(crate) fn code(result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::CannotRun) => ExitCode::from(2),
        Ok(Outcome::Unknown) => ExitCode::from(3),
        Err(fault) => ExitCode::from(told(&explained(fault))),
    }
}

/// Says why a command did not come to its end, the whole chain of causes on one line, and gives its exit code.
pub(crate) fn told(fault: &anyhow::Error) -> u8 {
    let causes: Vec<String> = fault.chain().map(ToString::to_string).collect();
    print::fault(&format!("tertib: {}", causes.join(": ")));
    fault.downcast_ref::<Stopped>().map_or(2, |stopped| stopped.signal.exit_code())
}

/// A defect of the program in one line: no stack trace, and no value that might be personal.
pub(crate) fn report_defect(defect: &std::panic::PanicHookInfo<'_>) {
    let place = defect.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
    let words = "what was archived before stays, please report this line";
    print::fault(&format!("tertib: a defect of the program{place}; {words}"));
}
