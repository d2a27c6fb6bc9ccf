//! `tertib target try`

use super::{number, standing};
use crate::documents::replace;
use crate::options::{Common, Format, Where};
use crate::print::{self, Progress, Table};
use crate::workspace::Workspace;
use crate::{clock, examples, months};
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::Readers;
use reports::Document;
use schemas::document::{PdfStandard, TargetTrial, TrialMonth};
use schemas::{Authority, Compared, Decision, Facts, Language, Month, Share, Speech};
use std::path::PathBuf;

/// Options of `tertib target try`.
#[derive(Debug, Args)]
#[command(after_help = examples::TARGET_TRY)]
pub(crate) struct Try {
    /// The target; `tertib target list` names them.
    id: String,
    /// The value that is tried, in the target's unit (menit, jam, or a share from 0 to 1).
    #[arg(long, allow_negative_numbers = true, value_parser = number)]
    value: f64,
    /// The first month [default: twelve months before the last].
    #[arg(long, value_name = "YYYY-MM")]
    from: Option<Month>,
    /// The last month [default: the last one that is over].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// For one kind of application only.
    #[arg(long)]
    jenis: Option<String>,
    /// Also write it as a page for those who draft the regulation.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

const HEAD: [&str; 13] = [
    "month",
    "coverage",
    "n",
    "figure",
    "value",
    "unit",
    "verdict",
    "within",
    "share_within",
    "in_force",
    "verdict_in_force",
    "standing_in_force",
    "strictest",
];

/// The decision that is tried from a month on, and never entered.
pub(crate) fn tried(facts: &Facts, id: &str, jenis: Option<String>, value: f64, first: Month) -> Decision {
    let own = facts.target(id).map(|(file, _)| file.to_owned());
    Decision {
        target: id.to_owned(),
        // A target that does not exist is refused by its own name.
        regulation: own.unwrap_or_default(),
        jenis,
        value: Some(value),
        valid_from: first.first_day(),
        valid_to: None,
        authority: Authority::Sementara,
        article: String::new(),
        source: "target try".to_owned(),
        by: "target try".to_owned(),
        entered: clock::now().fixed_offset(),
    }
}

pub(super) fn run(options: &Try, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let facts = workspace.facts.clone();
    let last = months::asked_or_last(options.month, facts.zone, common)?;
    let first = options.from.unwrap_or_else(|| last.back(months::OF_A_YEAR));
    if first > last {
        bail!("{first} lies after {last}; --from is the first month that is tried, --month the last");
    }
    let tried = tried(&facts, &options.id, options.jenis.clone(), options.value, first);
    // What cannot be meant is refused before anything is read.
    tried.standard(&facts)?;
    let bar = Progress::of_pieces(common, "figures");
    let snapshot = std::sync::Arc::new(workspace).snapshot()?.shown_by(&bar, first, last);
    let trial = snapshot.trial(&tried, (first, last))?;
    drop(bar);
    match options.format {
        Format::Table if !print::is_wide() => print::data(&words(&trial, snapshot.workspace.speech(common)))?,
        format => {
            let speech = (format == Format::Table).then(|| snapshot.workspace.speech(common));
            let rows: Vec<Vec<String>> = trial.months.iter().map(|month| row(&trial, month, speech)).collect();
            print::data(&print::rows(&HEAD, &rows, format)?)?;
        }
    }
    let Some(path) = &options.pdf else { return Ok(()) };
    let config = &snapshot.workspace.config;
    let set = config.renderer()?.pdf(Document::Trial(&trial), 1, &config.office, PdfStandard::default())?;
    replace(path, &set.bytes, Readers::Usual).with_context(|| format!("cannot write {}", path.display()))?;
    print::words(common, &format!("{} ({} pages)", path.display(), set.pages));
    Ok(())
}

/// A month in base units; the standing in words for a person, as the key of the data for programs.
fn row(trial: &TargetTrial, month: &TrialMonth, speech: Option<Speech<'_>>) -> Vec<String> {
    let authority =
        |authority: Authority| speech.map_or_else(|| authority.word().to_owned(), |speech| standing(authority, speech));
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let share = month.within.and_then(|within| Share::new(within, month.n)).map(Share::value);
    let in_force = month.in_force.as_ref();
    vec![
        month.month.to_string(),
        if month.is_complete { "complete" } else { "provisional" }.to_owned(),
        month.n.to_string(),
        number(month.figure),
        number(month.compared.value()),
        month.compared.unit().word().to_owned(),
        month.verdict.words().to_owned(),
        month.within.map_or_else(String::new, |n| n.to_string()),
        number(share),
        number(in_force.and_then(|in_force| in_force.value)),
        in_force.map_or_else(String::new, |in_force| in_force.verdict.words().to_owned()),
        in_force.map_or_else(String::new, |in_force| authority(in_force.authority)),
        number(trial.strictest),
    ]
}

/// The months for a person, and what follows from them.
fn words(trial: &TargetTrial, speech: Speech<'_>) -> String {
    let language = speech.language();
    // No case is within a share, or beyond it.
    let has_limit = trial.months.iter().any(|month| month.within.is_some());
    let within = has_limit.then(|| speech.say("trial.within", &[]));
    let first = [
        speech.say("column.month", &[]),
        speech.say("column.n", &[]),
        speech.say("column.figure", &[]),
        speech.say("trial.verdict", &[]),
    ];
    let head: Vec<String> = first.into_iter().chain(within).chain([speech.say("trial.in_force", &[])]).collect();
    let line = |month: &TrialMonth| {
        let in_force = || month.in_force.as_ref().filter(|in_force| in_force.value.is_some());
        let beside: Vec<Compared> = [month.compared].into_iter().chain(in_force().map(|of| of.compared)).collect();
        let figure = language.figure_beside(&beside, trial.working_day_s);
        let mark = if month.is_complete { "" } else { " *" };
        let share = month.within.and_then(|within| Share::new(within, month.n));
        let in_force = in_force().map(|in_force| {
            let value = language.compared(in_force.compared, trial.working_day_s).1.unwrap_or_default();
            format!("{} {value}: {}", in_force.compared.comparison().sign(), in_force.verdict.words())
        });
        let none = || "–".to_owned();
        let first = [
            format!("{}{mark}", month.month),
            language.integer(month.n),
            figure.unwrap_or_else(none),
            month.verdict.words().to_owned(),
        ];
        let share = has_limit.then(|| share.map_or_else(none, |share| language.percent(share.value(), 1)));
        first.into_iter().chain(share).chain([in_force.unwrap_or_else(none)]).collect()
    };
    let rows: Vec<Vec<String>> = trial.months.iter().map(line).collect();
    let table = Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows).text();
    let (met, of) = trial.met();
    let value = value(trial, language).unwrap_or_default();
    let mut said =
        vec![speech.say("trial.met", &[("target", &trial.title), ("value", &value), ("met", &met), ("of", &of)])];
    if let Some(strictest) = strictest(trial, language) {
        said.push(speech.say("trial.strictest", &[("value", &strictest)]));
    }
    if trial.months.iter().any(|month| !month.is_complete) {
        said.push(speech.say("trial.provisional", &[]));
    }
    format!("{table}{}\n", said.join("\n"))
}

/// The value that is tried, with the side on which a figure is good.
fn value(trial: &TargetTrial, language: Language) -> Option<String> {
    let compared = trial.months.first()?.compared;
    let (_, value) = language.compared(compared.without_figure(), trial.working_day_s);
    Some(format!("{} {}", compared.comparison().sign(), value?))
}

/// The strictest value that all whole months met. A share is cut off and not rounded, so that it is really met.
fn strictest(trial: &TargetTrial, language: Language) -> Option<String> {
    let strictest = trial.strictest?;
    Some(match trial.months.first()?.compared {
        Compared::Time { .. } => {
            let strictest = Compared::Time { figure_s: None, at_most_s: Some(whole(strictest)) };
            language.compared(strictest, trial.working_day_s).1?
        }
        Compared::Share { .. } => language.percent((strictest * 1000.0).floor() / 1000.0, 1),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of one office are far below 2^52")]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}
