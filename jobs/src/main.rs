//! The program `tertib`: parse, run, exit.

mod access;
mod authority;
mod backup;
mod bundle;
mod channel;
mod cli;
mod clock;
mod commands;
mod condition;
mod config;
mod continuity;
mod demo;
mod division;
mod doctor;
mod documents;
mod entries;
mod examples;
mod exit;
mod freshness;
mod health;
mod heartbeat;
mod history;
mod inquiry;
mod itself;
mod job_lock;
mod key_files;
mod messages;
mod monitoring;
mod months;
mod options;
mod outcome;
mod packaged;
mod portal;
mod print;
mod priority;
mod proposal;
mod public_keys;
mod run_log;
mod scheduler;
mod sealing;
mod server;
mod stamp;
mod stop;
mod systemd;
mod tasks;
mod witness;
mod workspace;

use clap::Parser;
use std::process::ExitCode;

/// The typesetter makes and drops millions of small values on several threads, of which glibc's allocator spends a sixth of all time.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(fault) => fault.exit(),
    };
    match arguments.command.log() {
        Ok(of_run) => print::start(arguments.common, of_run),
        Err(fault) => return exit::code(Err(fault)),
    }
    without_core_dumps();
    without_other_writers();
    priority::yield_to_the_office(&arguments.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return exit::code(Err(fault.into())),
    };
    std::panic::set_hook(Box::new(exit::report_defect));
    let run = std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            stop::listen();
            cli::run(arguments).await
        })
    });
    let code = std::panic::catch_unwind(run).map_or_else(|_| ExitCode::from(2), exit::code);
    // A task that goes on after its deadline is not waited for.
    runtime.shutdown_background();
    code
}

/// A dump of memory would hold residents' data, the key and passwords of the environment.
#[cfg(target_os = "linux")]
fn without_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    if let Err(fault) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        tracing::warn!("core dumps cannot be switched off: {fault}");
    }
}

#[cfg(not(target_os = "linux"))]
fn without_core_dumps() {}

/// Takes the right to write into new files and folders away from everybody but their owner, whatever the umask of the user is.
#[cfg(unix)]
fn without_other_writers() {
    use rustix::fs::Mode;
    // The mask can only be asked for by setting one.
    let mask = rustix::process::umask(Mode::RWXG | Mode::RWXO);
    rustix::process::umask(mask | Mode::WGRP | Mode::WOTH);
}

#[cfg(not(unix))]
fn without_other_writers() {}
