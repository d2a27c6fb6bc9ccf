//! The command line. Doc comments are the help.

use crate::commands::{
    access, backup, bundle, calendar, clock, compliance, conformance, contract, demo, dispose, doctor, duplicates,
    hold, init, key, licences, log, manual, metrics, notify, portal, prove, pull, quality, query, reconcile, remark,
    render, restore, run, seal, selftest, serve, status, target, trace, verify, witness,
};
use crate::examples;
use crate::inquiry;
use crate::options::{Common, OfMonth, Where};
use crate::outcome::Outcome;
use crate::portal::{Attended, attend, run_errand};
use crate::run_log::RunLog;
use anyhow::anyhow;
use clap::{CommandFactory, Parser, Subcommand};
use std::path::Path;

/// Pulls the office's workflow events into an archive, computes the service standard, prints the books.
#[derive(Debug, Parser)]
#[command(name = "tertib", version, arg_required_else_help = true, after_help = examples::TERTIB)]
pub(crate) struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an invented office and run everything on it.
    #[command(after_help = examples::DEMO)]
    Demo(demo::Options),
    /// Print what the source must show: every column with its words, or a CREATE VIEW to fill in.
    #[command(after_help = examples::CONTRACT)]
    Contract(contract::Options),
    /// Write a commented tertib.toml and the folders.
    #[command(after_help = examples::INIT)]
    Init(init::Options),
    /// Examine configuration, source, archive, calendar, targets, disk and fonts.
    #[command(after_help = examples::DOCTOR)]
    Doctor(doctor::Options),
    /// Bring new events in.
    #[command(after_help = examples::PULL)]
    Pull(pull::Options),
    /// Compute the figures of a month, or of months by area, kind, officer or month.
    #[command(after_help = examples::METRICS)]
    Metrics(metrics::Options),
    /// Print the office's working calendar of a year, for the office to check.
    #[command(after_help = examples::CALENDAR)]
    Calendar(calendar::Options),
    /// Judge the figures of a month by the targets in force.
    #[command(after_help = examples::COMPLIANCE)]
    Compliance(compliance::Options),
    /// List how the berkas handed over in a month depart from the SOP.
    #[command(after_help = examples::CONFORMANCE)]
    Conformance(OfMonth),
    /// List the berkas of a month that are probably of a person who came under another NIK, with the reasons.
    #[command(after_help = examples::DUPLICATES)]
    Duplicates(duplicates::Options),
    /// Say how good the data of a month are: findings by berkas, or the columns, or counts by area, kind or officer.
    #[command(after_help = examples::QUALITY)]
    Quality(quality::Options),
    /// The targets: list, enter a value, history.
    #[command(after_help = examples::TARGET)]
    Target {
        /// What to do with them.
        #[command(subcommand)]
        action: target::Action,
    },
    /// Remarks on findings: make one, list them.
    #[command(after_help = examples::REMARK)]
    Remark {
        /// What to do with them.
        #[command(subcommand)]
        action: remark::Action,
    },
    /// Messages of the office: try the channels, list what is not sent, send it.
    #[command(after_help = examples::NOTIFY)]
    Notify {
        /// What to do with them.
        #[command(subcommand)]
        action: notify::Action,
    },
    /// Write the books and reports of a month.
    #[command(after_help = examples::RENDER)]
    Render(render::Options),
    /// Run one job of the configuration now.
    #[command(after_help = examples::RUN)]
    Run(run::Options),
    /// Run the jobs of the configuration when they are due.
    #[command(after_help = examples::SERVE)]
    Serve(serve::Options),
    /// Show the office's pages in a browser, read-only, without the scheduler; who may use them.
    #[command(after_help = examples::PORTAL, args_conflicts_with_subcommands = true)]
    Portal(portal::Options),
    /// Show on one screen whether everything is in order, or the last slots and runs of a job.
    #[command(after_help = examples::STATUS)]
    Status(status::Options),
    /// Print the log of a run.
    #[command(after_help = examples::LOG)]
    Log(log::Options),
    /// The clock of this machine, which jobs rest on.
    #[command(after_help = examples::CLOCK)]
    Clock {
        /// What to do with it.
        #[command(subcommand)]
        action: clock::Action,
    },
    /// Answer one SELECT over the views of the archive, or a saved question.
    #[command(after_help = examples::QUERY)]
    Query(query::Options),
    /// Everything about a berkas, a batch or a person, in order of time.
    #[command(after_help = examples::TRACE)]
    Trace(trace::Options),
    /// Compare a month of the archive with the source, row for row.
    #[command(after_help = examples::RECONCILE)]
    Reconcile(OfMonth),
    /// Close the books of a month: later entries stand in the next books, with a reference.
    #[command(after_help = examples::SEAL)]
    Seal(seal::Options),
    /// Destroy the personal data of months after their retention: propose, approve by another person, carry out.
    #[command(after_help = examples::DISPOSE)]
    Dispose {
        /// What to do about it.
        #[command(subcommand)]
        action: dispose::Action,
    },
    /// Holds on months, which keep them from destruction: begin one, end it, list them.
    #[command(after_help = examples::HOLD)]
    Hold {
        /// What to do with them.
        #[command(subcommand)]
        action: hold::Action,
    },
    /// Make a signed bag of some months for an auditor, the province or the inspectorate, who check and read it without tertib.
    #[command(after_help = examples::BUNDLE)]
    Bundle(bundle::Options),
    /// Copy the archive and the office's own files to the targets of the configuration, or say how the backups are.
    #[command(after_help = examples::BACKUP)]
    Backup(backup::Options),
    /// Restore a backup into a new folder, verified.
    #[command(after_help = examples::RESTORE)]
    Restore(restore::Options),
    /// The office's keys: make the one that signs the log, show its public part; the keys on paper.
    #[command(after_help = examples::KEY)]
    Key {
        /// What to do with it.
        #[command(subcommand)]
        action: key::Action,
    },
    /// Print the licences of everything that the program holds, fonts included.
    #[command(after_help = examples::LICENCES)]
    Licences,
    /// Compute the statistics of public event logs and compare them with what others published.
    #[command(after_help = examples::SELFTEST)]
    Selftest(selftest::Options),
    /// Check every file of the archive against its log.
    #[command(after_help = examples::VERIFY)]
    Verify(verify::Options),
    /// List who looked at what, when and why.
    #[command(after_help = examples::ACCESS)]
    Access(access::Options),
    /// Prove to somebody without the archive that a row or a commit is in its log, or that the log only grew.
    #[command(after_help = examples::PROVE)]
    Prove(prove::Options),
    /// A second party that signs what it has seen of the log, so that its history cannot be written anew.
    #[command(after_help = examples::WITNESS)]
    Witness {
        /// What to do.
        #[command(subcommand)]
        action: witness::Action,
    },
    /// Set what lies in the current folder: how tertib calls itself for templates that may never end.
    #[command(hide = true)]
    Typeset,
    /// Make what the pages of a portal show: how tertib calls itself, so that `serve` stays small.
    #[command(hide = true)]
    Desk(Attended),
    /// Do what the pages ask for and takes long: how tertib calls itself, so that it can be cancelled.
    #[command(hide = true)]
    Errand(Where),
    /// Examine a bag from elsewhere: how tertib calls itself, so that nothing in a bag can take the machine.
    #[command(hide = true)]
    ExamineBag(verify::Examine),
    /// Answer one question of `query`: how tertib calls itself, with limits of memory and time.
    #[command(hide = true)]
    Answer(inquiry::Options),
    /// Make what a package of the program needs: manual pages, completions.
    #[command(hide = true)]
    Util {
        /// What to make.
        #[command(subcommand)]
        action: manual::Action,
    },
}

impl Command {
    /// The log of a run that `serve` started.
    pub(crate) fn log(&self) -> anyhow::Result<Option<RunLog>> {
        match self {
            Self::Run(options) => options.log(),
            _ => Ok(None),
        }
    }
}

/// Carries out what the command line asks.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let common = arguments.common;
    match arguments.command {
        Command::Demo(options) => demo::run(options, common).await,
        Command::Duplicates(options) => duplicates::run(&options, common),
        Command::Contract(options) => contract::run(&options, common),
        Command::Init(options) => init::run(options, common).await,
        Command::Doctor(options) => doctor::run(options, common).await,
        Command::Pull(options) => pull::run(options, common).await,
        Command::Metrics(options) => metrics::run(&options, common),
        Command::Calendar(options) => calendar::run(&options, common),
        Command::Compliance(options) => compliance::run(&options, common),
        Command::Conformance(options) => conformance::run(&options, common),
        Command::Quality(options) => quality::run(&options, common),
        Command::Notify { action } => notify::run(&action, common).await,
        Command::Render(options) => render::run(&options, common).await,
        Command::Run(options) => run::run(options).await,
        Command::Seal(options) => seal::run(&options, common),
        Command::Bundle(options) => bundle::run(&options, common),
        Command::Licences => licences::run(),
        Command::Selftest(options) => selftest::run(&options, common),
        Command::Serve(options) => serve::run(options).await,
        Command::Portal(options) => portal::run(options, common).await,
        Command::Status(options) => status::run(options, common).await,
        Command::Log(options) => log::run(options).await,
        Command::Clock { action } => clock::run(action).await,
        Command::Query(options) => query::run(options, common).await,
        Command::Trace(options) => trace::run(&options, common),
        Command::Reconcile(options) => reconcile::run(&options, common).await,
        Command::Target { action } => target::run(&action, common),
        Command::Remark { action } => remark::run(&action, common),
        Command::Backup(options) => backup::run(options, common).await,
        Command::Restore(options) => restore::run(&options, common),
        Command::Dispose { action } => dispose::run(&action, common),
        Command::Hold { action } => hold::run(&action, common),
        Command::Key { action } => key::run(&action, common).await,
        Command::Verify(options) => verify::run(&options, common).await,
        Command::Access(options) => access::run(&options, common),
        Command::Prove(options) => prove::run(&options),
        Command::Witness { action } => witness::run(&action),
        Command::Typeset => reports::set_in(Path::new(".")).map(|()| Outcome::Done).map_err(|fault| match fault {
            reports::RenderError::Layout { reason, .. } => anyhow!("error: {reason}"),
            other => anyhow!("error: {other}"),
        }),
        Command::Answer(options) => inquiry::attend(&options).map(|()| Outcome::Done),
        Command::Errand(place) => run_errand(&place).await.map(|()| Outcome::Done),
        Command::Desk(attended) => attend(&attended).map(|()| Outcome::Done),
        Command::ExamineBag(asked) => verify::examine_bag(&asked).map(|()| Outcome::Done),
        Command::Util { action } => manual::run(&action, Arguments::command()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a line as a shell reads them; what stands behind several spaces says what the line does.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        for c in line.trim().chars() {
            match quote {
                Some(of) if c == of => quote = None,
                None if c == '\'' || c == '"' => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                None if c == ' ' => match word.take() {
                    Some(word) => words.push(word),
                    None => return words,
                },
                _ => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        words
    }

    fn all(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
        for command in command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
            let path = format!("{path} {}", command.get_name());
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            found.push((path.clone(), examples));
            all(command, &path, found);
        }
    }

    #[test]
    fn every_command_has_examples_and_each_is_understood() {
        let mut found = Vec::new();
        all(&Arguments::command(), "tertib", &mut found);
        assert!(found.len() > 20, "{}", found.len());
        for (command, examples) in found {
            let lines: Vec<&str> = examples.lines().skip(1).collect();
            // What makes many kinds of paper shows how each is asked for.
            let most = if command == "tertib render" { 6 } else { 3 };
            assert!((2..=most).contains(&lines.len()), "{command} has {} examples", lines.len());
            for line in lines {
                assert!(line.trim().starts_with(&command), "{command}: {line}");
                if let Err(fault) = Arguments::try_parse_from(words(line)) {
                    panic!("{line}: {fault}");
                }
            }
        }
    }
}
