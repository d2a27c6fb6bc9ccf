//! Where a driver puts its rows: on their way to a task that takes them chunk by chunk, or all together.
//!
//! Rule    every chunk that is handed on is a sign that the source is alive

use super::chunk::{Cell, ChunkBuilder};
use super::{Chunk, Translator};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

/// Where a driver puts its rows: to be handed on chunk by chunk, or to be kept together.
#[derive(Debug)]
pub(super) struct RowSink {
    rows: ChunkBuilder,
    to: Option<Sender<Chunk>>,
    pace: Option<Pace>,
    heard: Heartbeat,
    translator: Option<Translator>,
}

/// Keeps the rows of a reading below a rate; the source waits with its next rows meanwhile.
#[derive(Debug)]
struct Pace {
    rows_per_second: u64,
    began: Instant,
    rows: u64,
}

/// The number of rows between two looks at the clock: in larger lots the office's queries would wait behind them.
const LOT: u64 = 64;

impl Pace {
    async fn after_row(&mut self) -> bool {
        self.rows += 1;
        if !self.rows.is_multiple_of(LOT) {
            return false;
        }
        let due_ms = self.rows.saturating_mul(1_000) / self.rows_per_second.max(1);
        tokio::time::sleep_until(self.began + Duration::from_millis(due_ms)).await;
        true
    }
}

/// Counts signs of life.
#[derive(Clone, Debug, Default)]
pub(super) struct Heartbeat(Arc<AtomicU64>);

impl Heartbeat {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn again(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl RowSink {
    /// For rows of that many cells, which are kept where nobody takes them.
    pub(super) fn new(width: usize, to: Option<Sender<Chunk>>) -> Self {
        Self { rows: ChunkBuilder::new(width), to, pace: None, heard: Heartbeat::default(), translator: None }
    }

    /// Hands rows on no faster than that, where a rate is given.
    pub(super) fn paced(mut self, rows_per_second: Option<u64>) -> Self {
        self.pace = rows_per_second.map(|rate| Pace { rows_per_second: rate, began: Instant::now(), rows: 0 });
        self
    }

    /// Counts a sign of life for every chunk that is handed on.
    pub(super) fn heard_by(mut self, heard: Heartbeat) -> Self {
        self.heard = heard;
        self
    }

    /// Hands rows on in the contract's words, where the office has others.
    pub(super) fn translated(mut self, translator: Option<Translator>) -> Self {
        self.translator = translator;
        self
    }

    /// Whether a rate is given.
    pub(super) fn is_paced(&self) -> bool {
        self.pace.is_some()
    }

    /// Adds the next cell of the row that is being written.
    #[inline]
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        self.rows.push(cell);
    }

    /// Adds cells of several rows to a column; every column must get as many.
    #[inline]
    pub(super) fn extend<'c>(&mut self, column: usize, cells: impl Iterator<Item = Cell<'c>>) {
        self.rows.extend(column, cells);
    }

    /// Called after rows that were given by [`Self::extend`]; `false` when nobody takes rows any more.
    pub(super) async fn rows_done(&mut self) -> bool {
        if self.to.is_some() && self.rows.is_full() { self.hand_on().await } else { true }
    }

    /// Called after each row; `false` when nobody takes rows any more.
    pub(super) async fn row_done(&mut self) -> bool {
        let lot_is_full = match &mut self.pace {
            Some(pace) => pace.after_row().await,
            None => false,
        };
        if self.to.is_some() && (lot_is_full || self.rows.is_full()) { self.hand_on().await } else { true }
    }

    /// Hands on the rows so far; `false` when nobody takes rows any more.
    pub(super) async fn hand_on(&mut self) -> bool {
        self.heard.again();
        match &self.to {
            Some(to) => {
                let mut chunk = self.rows.take();
                if let Some(translator) = &self.translator {
                    translator.translate(&mut chunk);
                }
                to.send(chunk).await.is_ok()
            }
            None => false,
        }
    }

    /// The rows that nobody took.
    pub(super) fn keep(mut self) -> Chunk {
        self.rows.take()
    }
}
