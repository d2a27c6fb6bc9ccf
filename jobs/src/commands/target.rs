//! `tertib target`

use crate::clock;
use crate::config::text;
use crate::examples;
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Basis, Table};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use chrono::{NaiveDate, SubsecRound};
use clap::{Args, Subcommand};
use pipeline::Readers;
use schemas::{Authority, Compared, Decision, Facts, Month, Rule, Speech, Standard};

/// What to do with targets.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The targets that a month is judged by, with value, standing and source.
    #[command(after_help = examples::TARGET_LIST)]
    List(List),
    /// Enter a value, or take one back; earlier decisions stay in the history.
    #[command(after_help = examples::TARGET_SET)]
    Set(Set),
    /// Every decision that was entered, oldest first.
    #[command(after_help = examples::TARGET_HISTORY)]
    History(History),
}

/// Options of `tertib target list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// The month [default: this one].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// Options of `tertib target set`.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The target; `tertib target list` names them.
    id: String,
    /// The value in the target's unit (menit, jam, or a share from 0 to 1).
    #[arg(
        long,
        required_unless_present = "withdraw",
        conflicts_with = "withdraw",
        allow_negative_numbers = true,
        value_parser = number
    )]
    value: Option<f64>,
    /// Take back what was entered: from then on the target has no value.
    #[arg(long)]
    withdraw: bool,
    /// The article that says so.
    #[arg(long, default_value = "")]
    article: String,
    /// The text and page it was taken from.
    #[arg(long, value_name = "TEXT")]
    source: String,
    /// Who enters it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// First day it holds [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Last day it holds.
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// How firm it is.
    #[arg(long = "standing", value_name = "STANDING", value_enum, default_value_t = Authority::Resmi)]
    authority: Authority,
    /// By another regulation than the one that lists the target.
    #[arg(long)]
    regulation: Option<String>,
    /// For one kind of application only.
    #[arg(long)]
    jenis: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// Options of `tertib target history`.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// One target only.
    id: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// A value is a number; its unit is the target's.
fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| {
        "write a number only, such as 15 or 0.95; the unit is the target's (menit, jam or bagian), which `tertib target list` tells"
            .to_owned()
    })
}

/// Exit code 0.
pub(crate) fn run(action: &Action, common: Common) -> Result<Outcome> {
    match action {
        Action::List(options) => list(options, common)?,
        Action::Set(options) => set(options, common)?,
        Action::History(options) => history(options, common)?,
    }
    Ok(Outcome::Done)
}

fn list(options: &List, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let month = options.month.or_else(|| workspace.facts.zone.month(clock::now().timestamp()));
    let Some(month) = month else { bail!("today is outside the calendar; name a month with --month") };
    let rules = workspace.decisions.rules(&workspace.facts, month);
    let head = [
        "target",
        "jenis",
        "value",
        "unit",
        "clock",
        "standing",
        "decides",
        "regulation",
        "subject",
        "article",
        "source",
    ];
    if options.format == Format::Table && !print::is_wide() {
        return print::data(&view(&rules, workspace.speech(common)));
    }
    let rows: Vec<Vec<String>> = rules.iter().map(rule).collect();
    print::data(&print::rows(&head, &rows, options.format)?)
}

/// The targets for a person, with the rules below.
fn view(rules: &[Rule<'_>], speech: Speech<'_>) -> String {
    let head = [
        speech.say("column.target", &[]),
        speech.say("column.value", &[]),
        speech.say("column.clock", &[]),
        speech.say("column.standing", &[]),
        speech.say("column.basis", &[]),
    ];
    let mut basis = Basis::default();
    let mut line = |rule: &Rule<'_>| {
        let standard = &rule.target.standard;
        let jenis = rule.jenis.as_ref().map_or_else(String::new, |jenis| format!(" ({jenis})"));
        let yields = if rule.decides { "" } else { " *" };
        let regulation = [&rule.regulation.title, &rule.regulation.subject, &rule.target.article, &rule.source];
        let regulation: Vec<&str> =
            regulation.into_iter().map(|s| s.as_str()).filter(|part| !part.is_empty()).collect();
        vec![
            format!("{}{jenis}{yields}", rule.target.id),
            value(speech, standard),
            standard.clock().word().to_owned(),
            rule.target.authority.word().to_owned(),
            basis.of(&regulation.join("; ")),
        ]
    };
    let rows: Vec<Vec<String>> = rules.iter().map(&mut line).collect();
    let table = Table::new(&head.each_ref().map(String::as_str), &rows).text();
    let yields = rules.iter().any(|rule| !rule.decides);
    let note = if yields { format!("{}\n", speech.say("compliance.not_deciding", &[])) } else { String::new() };
    table + &note + &basis.text()
}

/// A value in the words of verdicts: `≤ 15 menit`.
fn value(speech: Speech<'_>, standard: &Standard) -> String {
    let compared = match *standard {
        Standard::Time { at_most_s, .. } => Compared::Time { figure_s: None, at_most_s },
        Standard::Share { at_least, .. } => Compared::Share { figure: None, at_least },
    };
    let (_, value) = speech.language().compared(compared);
    value.map_or_else(|| "–".to_owned(), |value| format!("{} {value}", compared.comparison().sign()))
}

fn rule(rule: &Rule<'_>) -> Vec<String> {
    let target = &rule.target;
    vec![
        target.id.clone(),
        rule.jenis.clone().unwrap_or_default(),
        target.standard.written().map_or_else(String::new, |v| v.to_string()),
        target.standard.unit().word().to_owned(),
        target.standard.clock().word().to_owned(),
        target.authority.word().to_owned(),
        if rule.decides { "yes" } else { "no" }.to_owned(),
        rule.regulation.title.clone(),
        rule.regulation.subject.clone(),
        target.article.clone(),
        rule.source.clone(),
    ]
}

fn set(options: &Set, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let now = clock::now();
    let zone = workspace.facts.zone;
    let offset = chrono::FixedOffset::east_opt(zone.offset_s()).context("the zone of the office is not to be had")?;
    let own = workspace.facts.target(&options.id).map(|(file, _)| file.to_owned());
    let decision = Decision {
        target: options.id.clone(),
        regulation: options.regulation.clone().or(own).unwrap_or_default(),
        jenis: options.jenis.clone(),
        value: options.value,
        valid_from: options
            .from
            .or_else(|| zone.date(now.timestamp()))
            .context("today is outside the calendar; give --from")?,
        valid_to: options.until,
        authority: options.authority,
        article: options.article.clone(),
        source: options.source.clone(),
        by: options.by.clone(),
        entered: now.trunc_subsecs(0).with_timezone(&offset),
    };
    decision.standard(&workspace.facts)?;
    let path = workspace.config.targets_path();
    let mut entered = if path.symlink_metadata().is_ok() { text::read("the decisions", &path)? } else { String::new() };
    entered += &format!("{}\n", decision.to_toml()?);
    let written = pipeline::replace_file(&path, entered.as_bytes(), Readers::Usual);
    written.with_context(|| format!("cannot write {}", path.display()))?;
    print::words(common, &format!("entered in {}; keep a copy with the archive", path.display()));
    Ok(())
}

fn history(options: &History, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let wanted = |d: &&Decision| options.id.as_ref().is_none_or(|id| d.target == *id);
    let head =
        ["entered", "by", "target", "jenis", "value", "from", "until", "standing", "regulation", "article", "source"];
    if options.format == Format::Table && !print::is_wide() {
        let entered: Vec<&Decision> = workspace.decisions.iter().filter(wanted).collect();
        return print::data(&entries(&entered, workspace.speech(common), &workspace.facts));
    }
    let rows: Vec<Vec<String>> = workspace.decisions.iter().filter(wanted).map(decision).collect();
    print::data(&print::rows(&head, &rows, options.format)?)
}

/// The decisions for a person, with their sources below.
fn entries(entered: &[&Decision], speech: Speech<'_>, facts: &Facts) -> String {
    let head = [
        speech.say("column.entered", &[]),
        speech.say("column.by", &[]),
        speech.say("column.target", &[]),
        speech.say("column.value", &[]),
        speech.say("column.holds", &[]),
        speech.say("column.basis", &[]),
    ];
    let mut basis = Basis::default();
    let mut line = |d: &&Decision| {
        let jenis = d.jenis.as_ref().map_or_else(String::new, |jenis| format!(" ({jenis})"));
        let until = d.valid_to.map_or_else(String::new, |until| until.to_string());
        let source = [&d.regulation, &d.article, &d.source];
        let source: Vec<&str> = source.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        vec![
            d.entered.format("%Y-%m-%d").to_string(),
            d.by.clone(),
            format!("{}{jenis}", d.target),
            d.standard(facts).map_or_else(|fault| fault.to_string(), |standard| value(speech, &standard)),
            format!("{} – {until}", d.valid_from).trim_end().to_owned(),
            basis.of(&source.join("; ")),
        ]
    };
    let rows: Vec<Vec<String>> = entered.iter().map(&mut line).collect();
    if rows.is_empty() {
        return format!("{}\n", speech.say("list.none", &[]));
    }
    Table::new(&head.each_ref().map(String::as_str), &rows).text() + &basis.text()
}

fn decision(d: &Decision) -> Vec<String> {
    vec![
        d.entered.format("%Y-%m-%d %H:%M").to_string(),
        d.by.clone(),
        d.target.clone(),
        d.jenis.clone().unwrap_or_default(),
        d.value.map_or_else(|| "taken back".to_owned(), |v| v.to_string()),
        d.valid_from.to_string(),
        d.valid_to.map_or_else(String::new, |t| t.to_string()),
        d.authority.word().to_owned(),
        d.regulation.clone(),
        d.article.clone(),
        d.source.clone(),
    ]
}
