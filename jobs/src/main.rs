//! The program `tertib`: parse, run, exit.

mod cli;
mod clock;
mod commands;
mod config;
mod demo;
mod division;
mod exit;
mod history;
mod office;
mod print;
mod priority;
mod scheduler;
mod tasks;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(fault) => fault.exit(),
    };
    print::start_log(arguments.common);
    priority::yield_to_the_office(&arguments.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return exit::code(Err(fault.into())),
    };
    std::panic::set_hook(Box::new(exit::report_defect));
    let run = std::panic::AssertUnwindSafe(|| runtime.block_on(commands::run(arguments)));
    std::panic::catch_unwind(run).map_or_else(|_| ExitCode::from(2), exit::code)
}
