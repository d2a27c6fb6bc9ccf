//! The SQL of a figure, and of which events its statements are asked.

/// Which events a figure of a month looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimeScope {
    /// Those before the end of the month.
    UpToMonthEnd,
    /// Later ones too: whether a batch has ended, what came after a hand-over.
    IncludingLater,
}

impl TimeScope {
    pub(crate) const ALL: [Self; 2] = [Self::UpToMonthEnd, Self::IncludingLater];
}

/// Which of these events a figure of a month can depend on. What lies beyond is not put before the SQL; it would not change
/// the rows (`tests/figures.py` runs the same statements over all events).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EventScope {
    /// All of each berkas that was touched in the month or is open at its end.
    Berkas,
    /// These, and all of each berkas that belongs to a batch of which a berkas was touched in the month.
    Batches,
    /// Those of the month, and all receipts of each berkas that has one in its batches, in it or in the 90 days before.
    Arrivals,
}

/// A figure's name and its statements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FigureSql {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) time_scope: TimeScope,
    pub(crate) event_scope: EventScope,
}

impl FigureSql {
    pub(crate) const fn new(
        name: &'static str,
        text: &'static str,
        time_scope: TimeScope,
        event_scope: EventScope,
    ) -> Self {
        Self { name, text, time_scope, event_scope }
    }

    /// Its statements with their names: `-- NAME: …` begins each.
    pub(crate) fn statements(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.text.split(";\n").map(str::trim).filter_map(|statement| {
            let (name, _) = statement.strip_prefix("-- ")?.split_once(':')?;
            Some((name, statement))
        })
    }
}
