//! The log on standard error: text with the office's time, JSON where it is asked for, and for the journal of systemd lines whose
//! priority it reads and to which it adds the time itself.

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
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The parts of the program; of what others log only warnings are of interest.
const OURS: [&str; 4] = ["tertib", "pipeline", "reports", "schemas"];

/// The zone in which the log tells the time, once the configuration has been read; before that it is UTC.
static ZONE: OnceLock<Zone> = OnceLock::new();

/// Whether standard error is the journal of systemd.
static IS_JOURNAL: OnceLock<bool> = OnceLock::new();

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
    let lines = match common.log {
        LogFormat::Json => lines.json().flatten_event(true).with_timer(Instants).with_filter(filter).boxed(),
        LogFormat::Text if *IS_JOURNAL.get_or_init(is_journal) => {
            lines.event_format(Journal).with_ansi(false).with_filter(filter).boxed()
        }
        LogFormat::Text => lines.with_timer(OfficeTime).with_ansi(ansi).with_filter(filter).boxed(),
    };
    tracing_subscriber::registry().with(lines).init();
}

/// An error for the reader of standard error, who may be the journal.
pub(super) fn as_error(text: &str) -> String {
    if IS_JOURNAL.get().is_some_and(|is_journal| *is_journal) { prioritized(text, 3) } else { text.to_owned() }
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

/// Lines for the journal.
struct Journal;

impl<S: Subscriber + for<'a> LookupSpan<'a>, N: for<'a> FormatFields<'a> + 'static> FormatEvent<S, N> for Journal {
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut text = String::new();
        context.field_format().format_fields(Writer::new(&mut text), event)?;
        let priority = match *event.metadata().level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            Level::DEBUG | Level::TRACE => 7,
        };
        writeln!(to, "{}", prioritized(&text, priority))
    }
}
