//! The only gate for tests that need programs of others.
//!
//! A trial says which tools it needs and is listed as `[tool] name`. Where a tool is missing, the trial is ignored with the name
//! of what is missing; with `CI=true` it fails instead.

use crate::servers::{self, Server};
use crate::tools::Tool;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;

/// The trials of one test program, whose `Cargo.toml` entry says `harness = false`.
#[derive(Debug, Default)]
pub struct Trials {
    trials: Vec<Trial>,
}

impl Trials {
    /// A test and the tools that it needs.
    pub fn add(&mut self, name: impl Into<String>, needs: &[Tool], test: impl FnOnce() + Send + 'static) {
        needs.iter().for_each(|tool| tool.declare());
        let tools = needs.to_vec();
        let run = move || -> Result<Completion, Failed> {
            Tool::declare_alone(&tools);
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
        self.trials.push(Trial::ignorable_test(name, run).with_kind(names.join(", ")));
    }

    /// A test on a fresh server of each kind, and the tools that it needs beside one.
    pub fn each_server(&mut self, name: &str, needs: &[Tool], test: fn(&mut dyn Server)) {
        self.postgres(&format!("{name}_postgres"), needs, test);
        self.mariadb(&format!("{name}_mariadb"), needs, test);
    }

    /// A test of what PostgreSQL alone has.
    pub fn postgres(&mut self, name: &str, needs: &[Tool], test: fn(&mut dyn Server)) {
        self.add(name, &[needs, &[Tool::Postgresql]].concat(), move || test(&mut *servers::postgres()));
    }

    /// A test of what MariaDB alone has.
    pub fn mariadb(&mut self, name: &str, needs: &[Tool], test: fn(&mut dyn Server)) {
        self.add(name, &[needs, &[Tool::Mariadb]].concat(), move || test(&mut *servers::mariadb()));
    }

    /// Runs those that the command line asks for. Most of them wait for disks, servers and browsers half of their time, so there are two
    /// for each processor.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let mut arguments = Arguments::from_args();
        if arguments.test_threads.is_none() {
            arguments.test_threads = std::thread::available_parallelism().ok().map(|cores| 2 * cores.get());
        }
        libtest_mimic::run(&arguments, self.trials).exit_code()
    }
}

/// Whether this is the CI run, where nothing may be skipped.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|v| v == "true")
}

/// The tests of a test program that is one file: functions, with the server that each one runs on and the tools that it needs,
/// where it needs any.
///
/// ```ignore
/// tests::trials! {
///     the_rows_are_those_of_the_source;
///     the_page_says_what_the_rows_say needs Tool::Pdftotext, Tool::Pdfinfo;
///     late_rows_come_in on each_server;
/// }
/// ```
#[macro_export]
macro_rules! trials {
    ($($listed:tt)+) => {
        $crate::part! { $($listed)+ }

        fn main() -> std::process::ExitCode {
            let mut all = $crate::trials::Trials::default();
            trials(&mut all);
            all.run()
        }
    };
}

/// The same of a module of a test program whose `main` asks each of its modules for its `trials`.
#[macro_export]
macro_rules! part {
    ($($test:ident $(on $server:ident)? $(needs $($tool:expr),+)?;)+) => {
        pub(crate) fn trials(all: &mut $crate::trials::Trials) {
            $($crate::part!(@add all $test [$($server)?] &[$($($tool),+)?]);)+
        }
    };
    (@add $all:ident $test:ident [] $needs:expr) => {
        $all.add(stringify!($test), $needs, $test)
    };
    (@add $all:ident $test:ident [$server:ident] $needs:expr) => {
        $all.$server(stringify!($test), $needs, $test)
    };
}
