//! A connection whose other end must take what it asked for.
//!
//! Rule    while something waits to be written, so many bytes are taken in each span of time, or the connection ends: who asks and does
//!         not read holds its place no longer

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// The span.
const SPAN: Duration = Duration::from_secs(20);

/// What is taken in a span at least: a fifth of what the slowest connection of an office's network takes in a second.
const LEAST_BYTES: usize = 16 << 10;

/// A stream that is written with patience, and not with more.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    span: Duration,
    /// Runs since something has had to wait, and so little has been taken since.
    waiting: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, span: SPAN, waiting: None }
    }

    /// Ends the waiting once enough was taken.
    fn took(&mut self, bytes: usize) {
        if let Some((_, taken)) = &mut self.waiting {
            *taken += bytes;
            if *taken >= LEAST_BYTES {
                self.waiting = None;
            }
        }
    }

    /// What has to wait, until the span is over.
    fn waits<T>(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        let (sleep, _) = self.waiting.get_or_insert_with(|| (Box::pin(tokio::time::sleep(self.span)), 0));
        match sleep.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "nobody takes the answer"))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn wrote(&mut self, written: Poll<Result<usize>>, context: &mut Context<'_>) -> Poll<Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.took(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(fault) => Poll::Ready(fault),
            Poll::Pending => self.waits(context),
        }
    }

    /// What was flushed or closed: all of it was taken.
    fn emptied(&mut self, emptied: Poll<Result<()>>, context: &mut Context<'_>) -> Poll<Result<()>> {
        match emptied {
            Poll::Ready(done) => {
                self.waiting = None;
                Poll::Ready(done)
            }
            Poll::Pending => self.waits(context),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(written, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.wrote(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.emptied(flushed, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let closed = Pin::new(&mut this.stream).poll_shutdown(context);
        this.emptied(closed, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const SHORT: Duration = Duration::from_millis(300);

    fn patient<S>(stream: S) -> Patient<S> {
        Patient { span: SHORT, ..Patient::new(stream) }
    }

    #[test]
    fn who_takes_nothing_is_given_up_and_who_takes_slowly_is_not() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (ours, _theirs) = tokio::io::duplex(64);
            let began = Instant::now();
            let fault = patient(ours).write_all(&[0; 1_000]).await.unwrap_err();
            assert!(fault.kind() == ErrorKind::TimedOut && began.elapsed() >= SHORT, "{fault}");

            // Slowly is enough for as long as it takes; and silence while nothing waits is no waiting.
            let (ours, mut theirs) = tokio::io::duplex(1_024);
            let reads = tokio::spawn(async move {
                for _ in 0..400 {
                    let mut some = vec![0; 1_024];
                    theirs.read_exact(&mut some).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            });
            let (mut ours, began) = (patient(ours), Instant::now());
            ours.write_all(&vec![0; 200 << 10]).await.unwrap();
            ours.flush().await.unwrap();
            assert!(began.elapsed() > SHORT, "{:?}", began.elapsed());
            tokio::time::sleep(SHORT * 2).await;
            ours.write_all(&vec![0; 200 << 10]).await.unwrap();
            reads.await.unwrap();

            // A byte now and then is not.
            let (ours, mut theirs) = tokio::io::duplex(64);
            let drips = tokio::spawn(async move {
                while theirs.read_u8().await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
            let mut ours = patient(ours);
            assert_eq!(ours.write_all(&[0; 100_000]).await.unwrap_err().kind(), ErrorKind::TimedOut);
            drop(ours);
            drips.await.unwrap();
        });
    }
}
