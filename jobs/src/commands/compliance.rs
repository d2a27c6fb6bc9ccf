//! `tertib compliance`

use super::target::{in_brackets, standing};
use crate::months;
use crate::options::{Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Basis, Progress, Table, Tone};
use crate::workspace::{Snapshot, Workspace};
use anyhow::{Result, bail};
use clap::Args;
use pipeline::failing_cases;
use reports::Document;
use schemas::document::ComplianceSheet;
use schemas::number::rounded;
use schemas::{Facts, Finding, Judgement, Language, Month, Speech, Verdict};

/// Options of `tertib compliance`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// List the berkas that miss what this target wants of each, by id.
    #[arg(long, value_name = "TARGET")]
    failed: Option<String>,
    /// Withhold all counts and figures and show the verdicts alone, for what leaves the office.
    #[arg(long, conflicts_with = "failed")]
    hide_small: bool,
    #[command(flatten)]
    of: OfMonth,
}

const HEAD: [&str; 14] = [
    "target",
    "jenis",
    "verdict",
    "figure",
    "comparison",
    "value",
    "margin",
    "unit",
    "n",
    "standing",
    "decides",
    "regulation and source",
    "complete until",
    "coverage",
];

/// Exit code 0 only when there is a target that decides, every one has a value and is met, and the archive holds all of the month.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.of.place.config.as_deref())?;
    let month = months::asked_or_last(options.of.month, workspace.facts.zone, common)?;
    let bar = Progress::of_pieces(common, "figures");
    let snapshot = workspace.snapshot()?.shown_by(&bar, month.back(months::OF_A_YEAR), month);
    if let Some(target) = &options.failed {
        let whole = print::gap(common, workspace.speech(common), &snapshot.archive.provenance()?, month);
        return Ok(whole.and(failed(&snapshot, target, (month, options.of.format), common)?));
    }
    let judged = snapshot.compliance(month)?;
    drop(bar);
    let sheet = ComplianceSheet { hide_small: options.hide_small, ..judged };
    let state = [print::instant(&sheet.provenance), print::coverage(&sheet.provenance, sheet.month)];
    let row = |j: &Judgement| [row(j, options.hide_small), state.to_vec()].concat();
    let rows: Vec<Vec<String>> = sheet.judgements.iter().map(row).collect();
    let text = match options.of.format {
        // The same counts that leave the office, and nothing else.
        Format::Json => String::from_utf8(reports::json(Document::Compliance(&sheet))?)?,
        Format::Csv => print::csv(&HEAD, &rows)?,
        Format::Table if print::is_wide() => {
            let words = sheet
                .judgements
                .iter()
                .zip(rows)
                .map(|(j, row)| in_words(j, row, workspace.speech(common), &workspace.facts));
            Table::new(&HEAD, &words.collect::<Vec<_>>()).toned(2, tone).text()
        }
        Format::Table => view(&sheet, workspace.speech(common), &workspace.facts),
    };
    print::data(&text)?;
    let unjudged = pipeline::unjudged(&sheet);
    print::words(common, print::findings(workspace.speech(common), &unjudged).trim_end());
    let whole = print::gap(common, workspace.speech(common), &sheet.provenance, sheet.month);
    let is_missed = sheet.judgements.iter().any(|j| j.decides && j.verdict() != Verdict::Met);
    Ok(whole.and(Outcome::of(is_missed || !unjudged.is_empty())))
}

/// Exit code 1 when any berkas misses it, or it has no value.
fn failed(snapshot: &Snapshot, target: &str, (month, format): (Month, Format), common: Common) -> Result<Outcome> {
    let workspace = &snapshot.workspace;
    let rules = workspace.decisions.rules(&workspace.facts, month);
    let named: Vec<_> = rules.iter().filter(|rule| rule.target.id == target).collect();
    if named.is_empty() {
        let list = "`tertib target list` names those that are";
        bail!("no target `{target}` is in force in {month}; {list}");
    }
    let mut rows = Vec::new();
    let without = named.iter().filter(|rule| !rule.target.standard.has_value()).count() as u64;
    let unjudged: Vec<Finding> =
        (without > 0).then(|| Finding { code: "T002", place: target.to_owned(), count: without }).into_iter().collect();
    for rule in named {
        let jenis = rule.jenis.clone().unwrap_or_default();
        let ids = failing_cases(&snapshot.figures, month, rule)?;
        rows.extend(ids.into_iter().map(|id| vec![rule.regulation.title.clone(), jenis.clone(), id]));
    }
    print::data(&print::rows(&["regulation", "jenis", "berkas_id"], &rows, format)?)?;
    print::words(common, print::findings(workspace.speech(common), &unjudged).trim_end());
    Ok(Outcome::of(!rows.is_empty() || !unjudged.is_empty()))
}

/// The verdicts for a person: by verdict, those that were missed first, with the rules below.
fn view(sheet: &ComplianceSheet, speech: Speech<'_>, facts: &Facts) -> String {
    let head = [
        speech.say("column.target", &[]),
        speech.say("column.figure", &[]),
        speech.say("column.limit", &[]),
        speech.say("column.n", &[]),
        speech.say("column.basis", &[]),
    ];
    let (mut basis, mut rows) = (Basis::default(), Vec::new());
    for verdict in [Verdict::Missed, Verdict::Met, Verdict::NoData, Verdict::NoTarget] {
        let of: Vec<&Judgement> = sheet.judgements.iter().filter(|j| j.verdict() == verdict).collect();
        if of.is_empty() {
            continue;
        }
        let n = of.len();
        let heading = match verdict {
            Verdict::Missed => speech.say("compliance.missed", &[("n", &n)]),
            Verdict::Met => speech.say("compliance.met", &[("n", &n)]),
            Verdict::NoData => speech.say("compliance.no_data", &[("n", &n)]),
            Verdict::NoTarget => speech.say("compliance.no_target", &[("n", &n)]),
        };
        rows.push(vec![heading, String::new(), String::new(), String::new(), String::new()]);
        rows.extend(of.into_iter().map(|j| judged(j, (sheet, facts), speech.language(), &mut basis)));
    }
    let table = Table::new(&head.each_ref().map(String::as_str), &rows).text();
    let yields = sheet.judgements.iter().any(|j| !j.decides);
    let note = if yields { format!("{}\n", speech.say("compliance.not_deciding", &[])) } else { String::new() };
    let is_missed = sheet.judgements.iter().any(|j| j.verdict() == Verdict::Missed);
    let failed = format!("{}\n", speech.say("compliance.failed", &[("month", &sheet.month)]));
    let failed = if is_missed { failed } else { String::new() };
    print::title(speech, &sheet.provenance, sheet.month) + &table + &note + &basis.text() + &failed
}

/// One judgement in its line.
fn judged(
    j: &Judgement,
    (sheet, facts): (&ComplianceSheet, &Facts),
    language: Language,
    basis: &mut Basis,
) -> Vec<String> {
    let is_withheld = sheet.hide_small;
    let compared = if is_withheld { j.compared.without_figure() } else { j.compared };
    let (figure, value) = language.compared(compared, sheet.working_day_s);
    let jenis = in_brackets(j.jenis.as_deref(), facts);
    let yields = if j.decides { "" } else { " *" };
    let rule = [j.regulation.as_str(), &j.article, &j.source, &j.entered];
    let rule: Vec<&str> = rule.into_iter().filter(|part| !part.is_empty()).collect();
    vec![
        format!("  {}{jenis}{yields}", j.target),
        figure.unwrap_or_else(|| NONE.to_owned()),
        value.map_or_else(|| NONE.to_owned(), |value| format!("{} {value}", j.compared.comparison().sign())),
        if is_withheld { NONE.to_owned() } else { language.integer(j.n) },
        basis.of(&rule.join("; ")),
    ]
}

/// Stands for a figure or a value that is not there, or withheld.
const NONE: &str = "–";

/// How a verdict strikes the eye.
fn tone(verdict: &str) -> Tone {
    let is = |of: Verdict| of.words() == verdict;
    if is(Verdict::Met) {
        Tone::Good
    } else if is(Verdict::Missed) {
        Tone::Bad
    } else if is(Verdict::NoTarget) {
        Tone::Look
    } else {
        Tone::Plain
    }
}

/// A row with the words of a person in place of the keys of programs.
fn in_words(j: &Judgement, mut row: Vec<String>, speech: Speech<'_>, facts: &Facts) -> Vec<String> {
    let jenis = j.jenis.as_deref().map_or_else(String::new, |id| facts.jenis_name(id).to_owned());
    for (name, words) in [("jenis", jenis), ("standing", standing(j.authority, speech))] {
        let cell = HEAD.iter().position(|head| *head == name).and_then(|place| row.get_mut(place));
        cell.into_iter().for_each(|cell| cell.clone_from(&words));
    }
    row
}

fn row(j: &Judgement, is_withheld: bool) -> Vec<String> {
    let compared = if is_withheld { j.compared.without_figure() } else { j.compared };
    let decimals = compared.decimals(1.0, 4);
    let number = |v: Option<f64>| v.map_or_else(String::new, |v| rounded(v, decimals));
    let source = format!("{}; {}", j.regulation, j.source);
    vec![
        j.target.clone(),
        j.jenis.clone().unwrap_or_default(),
        j.verdict().words().to_owned(),
        number(compared.figure()),
        j.compared.comparison().sign().to_owned(),
        number(compared.value()),
        number(compared.margin()),
        j.compared.unit().word().to_owned(),
        if is_withheld { String::new() } else { j.n.to_string() },
        j.authority.word().to_owned(),
        if j.decides { "yes" } else { "no" }.to_owned(),
        source,
    ]
}
