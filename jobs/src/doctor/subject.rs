//! What the doctor looks at, in the order in which it reports.

use schemas::Speech;
use serde::Serialize;

/// A subject of the examination. Its name in JSON stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Subject {
    /// tertib.toml, the fact files, kalender.toml and target.toml can be used.
    Configuration,
    /// The office's database answers.
    Source,
    /// Its view keeps the contract.
    View,
    /// Its user may only read.
    Reader,
    /// Its clock, open transactions and indexes.
    Server,
    /// Rows of it keep the contract.
    Sample,
    /// The key is there and fits.
    Key,
    /// Who may read and write what is on the disk.
    Rights,
    /// The archive can be read.
    Archive,
    /// It holds the month before, and is not old.
    Data,
    /// Folders can be written and have room.
    Disk,
    /// The zone of the computer and its rules.
    Zone,
    /// The clock of the computer.
    Clock,
    /// The calendar goes on, and has the hours of Ramadan.
    Calendar,
    /// There is something to judge by.
    Targets,
    /// What is done by itself.
    Jobs,
    /// The run history can be kept.
    History,
    /// Somebody runs the jobs.
    Serving,
    /// There are backups, and they can be restored.
    Backups,
    /// Somebody is told.
    Channels,
    /// Templates, fonts and crest.
    Templates,
    /// Who sets the pages.
    Typesetter,
}

impl Subject {
    /// All of them.
    pub(crate) const ALL: [Self; 22] = [
        Self::Configuration,
        Self::Source,
        Self::View,
        Self::Reader,
        Self::Server,
        Self::Sample,
        Self::Key,
        Self::Rights,
        Self::Archive,
        Self::Data,
        Self::Disk,
        Self::Zone,
        Self::Clock,
        Self::Calendar,
        Self::Targets,
        Self::Jobs,
        Self::History,
        Self::Serving,
        Self::Backups,
        Self::Channels,
        Self::Templates,
        Self::Typesetter,
    ];

    /// Its name for the officer.
    pub(crate) fn name(self, speech: Speech<'_>) -> String {
        match self {
            Self::Configuration => speech.say("doctor.configuration", &[]),
            Self::Source => speech.say("doctor.source", &[]),
            Self::View => speech.say("doctor.view", &[]),
            Self::Reader => speech.say("doctor.reader", &[]),
            Self::Server => speech.say("doctor.server", &[]),
            Self::Sample => speech.say("doctor.sample", &[]),
            Self::Key => speech.say("doctor.key", &[]),
            Self::Rights => speech.say("doctor.rights", &[]),
            Self::Archive => speech.say("doctor.archive", &[]),
            Self::Data => speech.say("doctor.data", &[]),
            Self::Disk => speech.say("doctor.disk", &[]),
            Self::Zone => speech.say("doctor.zone", &[]),
            Self::Clock => speech.say("doctor.clock", &[]),
            Self::Calendar => speech.say("doctor.calendar", &[]),
            Self::Targets => speech.say("doctor.targets", &[]),
            Self::Jobs => speech.say("doctor.jobs", &[]),
            Self::History => speech.say("doctor.history", &[]),
            Self::Serving => speech.say("doctor.serving", &[]),
            Self::Backups => speech.say("doctor.backups", &[]),
            Self::Channels => speech.say("doctor.channels", &[]),
            Self::Templates => speech.say("doctor.templates", &[]),
            Self::Typesetter => speech.say("doctor.typesetter", &[]),
        }
    }
}
