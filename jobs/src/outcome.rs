//! The outcome of a command, from which its exit code follows.

/// The outcome of a command that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, nothing to report.
    Done,
    /// Done, with findings.
    Findings,
    /// Something that was examined would not run now.
    CannotRun,
    /// Nothing can be said, which only a program that watches is told by a code of its own.
    Unknown,
}

impl Outcome {
    /// `Findings` when there are any.
    pub(crate) fn of(findings: bool) -> Self {
        if findings { Self::Findings } else { Self::Done }
    }

    /// Combines the outcomes of two things that were done together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::of(self == Self::Findings || other == Self::Findings)
    }
}
