//! Where a driver puts its rows.

use super::Chunk;
use tokio::sync::mpsc::Sender;

/// Where a driver puts its rows: to be handed on chunk by chunk, or to be kept together.
#[derive(Debug)]
pub(super) struct Outlet {
    pub(super) chunk: Chunk,
    width: usize,
    to: Option<Sender<Chunk>>,
}

impl Outlet {
    pub(super) fn new(width: usize, to: Option<Sender<Chunk>>) -> Self {
        Self { chunk: Chunk::new(width), width, to }
    }

    /// Called after each row; `false` when nobody takes rows any more.
    pub(super) async fn row_done(&mut self) -> bool {
        if self.to.is_some() && self.chunk.is_full() { self.hand_on().await } else { true }
    }

    pub(super) async fn hand_on(&mut self) -> bool {
        let chunk = std::mem::replace(&mut self.chunk, Chunk::new(self.width));
        match &self.to {
            Some(to) => to.send(chunk).await.is_ok(),
            None => false,
        }
    }
}
