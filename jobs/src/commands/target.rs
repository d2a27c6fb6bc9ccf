//! `tertib target`

mod attempt;

pub(crate) use attempt::tried;

use crate::clock;
use crate::entries::{self, TargetEntry};
use crate::examples;
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Basis, Table};
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use schemas::{Authority, Clock, Compared, Decision, Facts, Month, Rule, Speech, Standard};

/// What to do with targets.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The targets that a month is judged by, with value, standing and source.
    #[command(after_help = examples::TARGET_LIST)]
    List(List),
    /// Enter a value, or take one back; earlier decisions stay in the history.
    #[command(after_help = examples::TARGET_SET)]
    Set(Set),
    /// What a target would have said of past months with another value; nothing is entered.
    Try(attempt::Try),
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
        Action::Try(options) => attempt::run(options, common)?,
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
        return print::data(&view(&rules, workspace.speech(common), &workspace.facts));
    }
    let words = (options.format == Format::Table).then(|| (workspace.speech(common), &*workspace.facts));
    let rows: Vec<Vec<String>> = rules.iter().map(|of| rule(of, words)).collect();
    print::data(&print::rows(&head, &rows, options.format)?)
}

/// The words of a clock that documents use.
fn clock_words(clock: Clock, speech: Speech<'_>) -> String {
    match clock {
        Clock::Dinding => speech.say("clock.dinding", &[]),
        Clock::Kerja => speech.say("clock.kerja", &[]),
        Clock::HariKerja => speech.say("clock.hari_kerja", &[]),
        Clock::Tanpa => speech.say("clock.tanpa", &[]),
    }
}

/// The words of an authority that documents use.
pub(super) fn standing(authority: Authority, speech: Speech<'_>) -> String {
    match authority {
        Authority::Resmi => speech.say("standing.resmi", &[]),
        Authority::Sementara => speech.say("standing.sementara", &[]),
        Authority::Asumsi => speech.say("standing.asumsi", &[]),
    }
}

/// A kind of application behind the target that is about it alone.
pub(super) fn in_brackets(jenis: Option<&str>, facts: &Facts) -> String {
    jenis.map_or_else(String::new, |id| format!(" ({})", facts.jenis_name(id)))
}

/// The targets for a person, with the rules below.
fn view(rules: &[Rule<'_>], speech: Speech<'_>, facts: &Facts) -> String {
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
        let jenis = in_brackets(rule.jenis.as_deref(), facts);
        let yields = if rule.decides { "" } else { " *" };
        let regulation =
            [&rule.regulation.title, &rule.regulation.subject, &rule.target.article, &rule.source, &rule.entered];
        let regulation: Vec<&str> =
            regulation.into_iter().map(|s| s.as_str()).filter(|part| !part.is_empty()).collect();
        vec![
            format!("{}{jenis}{yields}", rule.target.id),
            value(speech, standard),
            clock_words(standard.clock(), speech),
            standing(rule.target.authority, speech),
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
    let compared = Compared::value_of(standard);
    let (_, value) = speech.language().compared(compared, None);
    value.map_or_else(|| "–".to_owned(), |value| format!("{} {value}", compared.comparison().sign()))
}

/// A target with every column: in words for a person, with the keys of the data for programs.
fn rule(rule: &Rule<'_>, words: Option<(Speech<'_>, &Facts)>) -> Vec<String> {
    let target = &rule.target;
    let (clock, authority) = (target.standard.clock(), target.authority);
    let jenis = rule.jenis.as_deref();
    let (jenis, clock, authority) = match words {
        Some((speech, facts)) => {
            (jenis.map(|id| facts.jenis_name(id)), clock_words(clock, speech), standing(authority, speech))
        }
        None => (jenis, clock.word().to_owned(), authority.word().to_owned()),
    };
    vec![
        target.id.clone(),
        jenis.unwrap_or_default().to_owned(),
        target.standard.written().map_or_else(String::new, |v| v.to_string()),
        target.standard.unit().word().to_owned(),
        clock,
        authority,
        if rule.decides { "yes" } else { "no" }.to_owned(),
        rule.regulation.title.clone(),
        rule.regulation.subject.clone(),
        target.article.clone(),
        rule.source.clone(),
    ]
}

fn set(options: &Set, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let entry = TargetEntry {
        target: options.id.clone(),
        regulation: options.regulation.clone(),
        jenis: options.jenis.clone(),
        value: options.value,
        from: options.from,
        until: options.until,
        authority: options.authority,
        article: options.article.clone(),
        source: options.source.clone(),
        by: options.by.clone(),
    };
    let decision = entries::decision(&workspace, entry, clock::now())?;
    let path = entries::enter_decision(&workspace, &decision)?;
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
    let words = (options.format == Format::Table).then(|| (workspace.speech(common), &*workspace.facts));
    let rows: Vec<Vec<String>> = workspace.decisions.iter().filter(wanted).map(|of| decision(of, words)).collect();
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
        let jenis = in_brackets(d.jenis.as_deref(), facts);
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

/// A decision with every column, likewise.
fn decision(d: &Decision, words: Option<(Speech<'_>, &Facts)>) -> Vec<String> {
    let jenis = d.jenis.as_deref();
    let (jenis, authority) = match words {
        Some((speech, facts)) => (jenis.map(|id| facts.jenis_name(id)), standing(d.authority, speech)),
        None => (jenis, d.authority.word().to_owned()),
    };
    vec![
        d.entered.format("%Y-%m-%d %H:%M").to_string(),
        d.by.clone(),
        d.target.clone(),
        jenis.unwrap_or_default().to_owned(),
        d.value.map_or_else(|| "taken back".to_owned(), |v| v.to_string()),
        d.valid_from.to_string(),
        d.valid_to.map_or_else(String::new, |t| t.to_string()),
        authority,
        d.regulation.clone(),
        d.article.clone(),
        d.source.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::Language;

    #[test]
    fn the_terminal_says_a_standing_as_documents_do() {
        let facts = Facts::embedded().unwrap();
        for authority in [Authority::Resmi, Authority::Sementara, Authority::Asumsi] {
            assert_eq!(standing(authority, facts.speech(Language::Indonesian)), authority.printed());
        }
    }
}
