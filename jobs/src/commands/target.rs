//! `tertib target`

use crate::config::text;
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::{Context, Result, bail};
use chrono::{NaiveDate, SubsecRound};
use clap::{Args, Subcommand};
use pipeline::Readers;
use schemas::{Authority, Decision, Month, Rule};

/// What to do with targets.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The targets that a month is judged by, with value, standing and source.
    List(List),
    /// Enter a value, or take one back; earlier decisions stay in the history.
    Set(Set),
    /// Every decision that was entered, oldest first.
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
        Action::List(options) => list(options)?,
        Action::Set(options) => set(options, common)?,
        Action::History(options) => history(options)?,
    }
    Ok(Outcome::Done)
}

fn list(options: &List) -> Result<()> {
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
    let rows: Vec<Vec<String>> = rules.iter().map(rule).collect();
    print::data(&print::rows(&head, &rows, options.format)?)
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

fn history(options: &History) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let wanted = |d: &&Decision| options.id.as_ref().is_none_or(|id| d.target == *id);
    let head =
        ["entered", "by", "target", "jenis", "value", "from", "until", "standing", "regulation", "article", "source"];
    let rows: Vec<Vec<String>> = workspace.decisions.iter().filter(wanted).map(decision).collect();
    print::data(&print::rows(&head, &rows, options.format)?)
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
