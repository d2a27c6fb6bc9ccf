//! The SQL of a figure, and the scope of the events that its statements run over.

/// By this word instead of a name a twin is known.
const ROWS: &str = "rows";

/// Up to which instant the events of a month's figure go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimeScope {
    /// Events before the end of the month.
    UpToMonthEnd,
    /// Later events too: whether a batch has ended, what came after a hand-over.
    IncludingLater,
}

impl TimeScope {
    pub(crate) const ALL: [Self; 2] = [Self::UpToMonthEnd, Self::IncludingLater];
}

/// Which of these events a month's figure can depend on. The SQL gets only these; others would not change its rows
/// (`tests/figures.py` runs the same statements over all events).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EventScope {
    /// All events of each berkas that has one in the month or is open at its end.
    Berkas,
    /// These, and all events of each berkas in a batch of which some berkas has an event in the month.
    Batches,
    /// The events of the month, and all receipts of each berkas that was received in a batch of the month, in the month or
    /// in the 90 days before it.
    Arrivals,
}

/// The name of a figure and its statements.
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

    /// Returns the statements with their names. Each begins with `-- NAME: …`.
    pub(crate) fn statements(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.headed().filter(|(head, ..)| *head != ROWS).map(|(name, _, statement)| (name, statement))
    }

    /// Returns the twins of statements with the names of these. A twin begins with `-- rows: NAME` and gives a row for each case that
    /// its statement counts: the same columns without `n`, and the ids of the case.
    pub(crate) fn twins(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.headed().filter(|(head, ..)| *head == ROWS).map(|(_, rest, statement)| (rest, statement))
    }

    /// Returns what stands before and after the colon in the first line of each statement, and the whole of it.
    fn headed(self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        self.text.split(";\n").map(str::trim).filter_map(|statement| {
            let (head, rest) = statement.strip_prefix("-- ")?.split_once(':')?;
            Some((head, rest.lines().next()?.trim(), statement))
        })
    }
}
