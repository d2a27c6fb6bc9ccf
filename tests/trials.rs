//! The one gate for tests that need programs of others.
//!
//! A trial says which tools it needs. It is listed as `[tool] name`. Where a tool is missing it is ignored with the name of
//! what is missing; with `CI=true` it fails instead.

use crate::tools::Tool;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;

/// The trials of one test program, whose `Cargo.toml` entry says `harness = false`.
#[derive(Debug, Default)]
pub struct Trials {
    trials: Vec<Trial>,
    /// Whether some of them wait for servers more than they reckon.
    wait: bool,
}

impl Trials {
    /// A test and the tools that it needs.
    pub fn add(&mut self, name: impl Into<String>, needs: &[Tool], test: impl FnOnce() + Send + 'static) {
        needs.iter().for_each(|tool| tool.declare());
        let tools = needs.to_vec();
        let run = move || -> Result<Completion, Failed> {
            for tool in tools {
                let Some(missing) = tool.missing() else { continue };
                if is_ci() && !tool.is_a_right() {
                    return Err(format!("{missing} is missing, and with CI=true nothing may be skipped").into());
                }
                return Ok(Completion::ignored_with(format!("{missing} is missing")));
            }
            test();
            Ok(Completion::Completed)
        };
        let names: Vec<String> = needs.iter().map(|tool| tool.name()).collect();
        self.wait |= needs.iter().any(|tool| matches!(tool, Tool::Postgresql | Tool::Mariadb));
        self.trials.push(Trial::ignorable_test(name, run).with_kind(names.join(", ")));
    }

    /// Runs those that the command line asks for.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let mut arguments = Arguments::from_args();
        if self.wait && arguments.test_threads.is_none() {
            arguments.test_threads = std::thread::available_parallelism().ok().map(|cores| 2 * cores.get());
        }
        libtest_mimic::run(&arguments, self.trials).exit_code()
    }
}

/// Whether this is the CI run, where nothing may be skipped.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|v| v == "true")
}

/// The `main` of a test program: functions with the tools that each one needs, if it needs any.
///
/// ```ignore
/// tests::trials! {
///     the_rows_are_those_of_the_source;
///     the_page_says_what_the_rows_say needs Tool::Pdftotext, Tool::Pdfinfo;
/// }
/// ```
#[macro_export]
macro_rules! trials {
    ($($test:ident $(needs $($tool:expr),+)?;)+) => {
        fn main() -> std::process::ExitCode {
            let mut trials = $crate::trials::Trials::default();
            $(trials.add(stringify!($test), &[$($($tool),+)?], $test);)+
            trials.run()
        }
    };
}
