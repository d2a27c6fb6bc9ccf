//! The log on standard error: text with the office's time for a person, JSON where it is asked for and for the journal of systemd,
//! which reads the priority before each line.

use super::progress::Aside;
use crate::clock;
use crate::config::text;
use crate::options::{Common, LogFormat};
use crate::run_log::RunLog;
use schemas::Zone;
use std::fmt;
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{self, FormatEvent, FormatFields, JsonFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The parts of the program; of what others log only warnings are of interest.
const OURS: [&str; 4] = ["tertib", "pipeline", "reports", "schemas"];

/// The zone in which the log tells the time, once the configuration has been read; before that it is UTC.
static ZONE: OnceLock<Zone> = OnceLock::new();

/// How what is written to standard error is written: whether each line is an object, and whether it is for the journal of systemd.
static FORM: OnceLock<Form> = OnceLock::new();

#[derive(Clone, Copy, Debug, Default)]
struct Form {
    is_json: bool,
    is_journal: bool,
}

impl Form {
    fn of(common: Common) -> Self {
        let is_journal = is_journal();
        Self { is_json: common.log.map_or(is_journal, |form| form == LogFormat::Json), is_journal }
    }
}

/// From now on the log tells the time of the office.
pub(crate) fn in_zone(zone: Zone) {
    let _ = ZONE.get_or_init(|| zone);
}

/// Begins the log, of a run in its own file.
pub(super) fn start(common: Common, ansi: bool, of_run: Option<RunLog>) {
    let level = common.log_level();
    let filter = Targets::new().with_default(level.min(LevelFilter::WARN));
    let filter = OURS.into_iter().fold(filter, |filter, part| filter.with_target(part, level));
    if let Some(log) = of_run {
        let lines = tracing_subscriber::fmt::layer().with_writer(log).log_internal_errors(false).with_target(false);
        let lines = lines.json().flatten_event(true).with_timer(Instants).with_filter(filter);
        return tracing_subscriber::registry().with(lines).init();
    }
    // A line that cannot be written would otherwise end the program.
    let lines = tracing_subscriber::fmt::layer().with_writer(|| Aside).log_internal_errors(false).with_target(false);
    let json = format::format().json().flatten_event(true).with_timer(Instants).with_target(false);
    let objects = JsonFields::new;
    let form = FORM.get_or_init(|| Form::of(common));
    let lines = match (form.is_json, form.is_journal) {
        (true, false) => lines.fmt_fields(objects()).event_format(json).with_filter(filter).boxed(),
        (true, true) => lines.fmt_fields(objects()).event_format(Journal(json)).with_filter(filter).boxed(),
        (false, true) => lines.event_format(Journal(Plain)).with_ansi(false).with_filter(filter).boxed(),
        (false, false) => lines.with_timer(OfficeTime).with_ansi(ansi).with_filter(filter).boxed(),
    };
    tracing_subscriber::registry().with(lines).init();
}

/// An error for the reader of standard error, in the form of all other lines.
pub(super) fn as_error(text: &str) -> String {
    let form = FORM.get().copied().unwrap_or_default();
    let text = if form.is_json {
        let at = local().1.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        serde_json::json!({"timestamp": at, "level": "ERROR", "message": text}).to_string()
    } else {
        text.to_owned()
    };
    if form.is_journal { prioritized(&text, 3) } else { text }
}

/// Each line with its priority: the journal takes each for an entry of its own.
fn prioritized(text: &str, priority: u8) -> String {
    text.lines().map(|line| format!("<{priority}>{line}")).collect::<Vec<_>>().join("\n")
}

/// Whether systemd connected standard error with its journal, and nobody has redirected it since.
#[cfg(unix)]
fn is_journal() -> bool {
    let Ok(Some(named)) = text::environment("JOURNAL_STREAM") else { return false };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stat| format!("{}:{}", stat.st_dev, stat.st_ino) == named)
}

#[cfg(not(unix))]
fn is_journal() -> bool {
    false
}

/// The time as a person reads it.
struct OfficeTime;

impl FormatTime for OfficeTime {
    fn format_time(&self, to: &mut Writer<'_>) -> fmt::Result {
        let (zone, local) = local();
        write!(to, "{} {}", local.format("%Y-%m-%d %H:%M:%S"), zone.map_or_else(|| "UTC".to_owned(), |z| z.to_string()))
    }
}

/// The time as a program reads it.
struct Instants;

impl FormatTime for Instants {
    fn format_time(&self, to: &mut Writer<'_>) -> fmt::Result {
        to.write_str(&local().1.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }
}

fn local() -> (Option<Zone>, chrono::DateTime<chrono::FixedOffset>) {
    let now = clock::now();
    let zone = ZONE.get().copied();
    let offset = zone.and_then(|zone| chrono::FixedOffset::east_opt(zone.offset_s()));
    (zone, offset.map_or_else(|| now.fixed_offset(), |offset| now.with_timezone(&offset)))
}

/// What is said, without time and level, which the journal knows.
struct Plain;

impl<S: Subscriber + for<'a> LookupSpan<'a>, N: for<'a> FormatFields<'a> + 'static> FormatEvent<S, N> for Plain {
    fn format_event(&self, context: &FmtContext<'_, S, N>, to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        context.field_format().format_fields(to, event)
    }
}

/// Lines for the journal, of whatever form.
struct Journal<F>(F);

impl<S, N, F> FormatEvent<S, N> for Journal<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut text = String::new();
        self.0.format_event(context, Writer::new(&mut text), event)?;
        let priority = match *event.metadata().level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            Level::DEBUG | Level::TRACE => 7,
        };
        writeln!(to, "{}", prioritized(&text, priority))
    }
}
