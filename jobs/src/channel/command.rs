//! Messages by a program of the office, which is given one as JSON.

use super::{Letter, Refusal};
use serde_json::json;
use std::io::{Seek, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) deadline: Duration,
}

impl Command {
    /// Success is exit code 0 within the deadline. The program knows nothing of the environment, and what it says is not kept.
    pub(super) fn send(&self, to: &str, letter: &Letter) -> Result<(), Refusal> {
        let unwritable = |_| Refusal::passing("the message cannot be given to the program");
        let Letter { id, office, kind, severity, code, subject, text, attachment, .. } = letter;
        let told = json!({
            "id": id, "to": to, "office": office, "kind": kind, "severity": severity, "code": code,
            "subject": subject, "text": text, "attachment": attachment,
        });
        // A file, not a pipe: a program that reads nothing would stop us.
        let mut input = tempfile::tempfile().map_err(unwritable)?;
        input.write_all(told.to_string().as_bytes()).and_then(|()| input.rewind()).map_err(unwritable)?;
        #[expect(clippy::disallowed_methods, reason = "the office names this program for its messages")]
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments).env_clear().stdin(input).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let unstarted = |_| Refusal::lasting("the program cannot be started");
        self.wait(command.spawn().map_err(unstarted)?)
    }

    fn wait(&self, mut child: Child) -> Result<(), Refusal> {
        let began = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    let code =
                        status.code().map_or_else(|| "by a signal".to_owned(), |code| format!("with code {code}"));
                    return Err(Refusal::passing(format!("the program ended {code}")));
                }
                Ok(None) if began.elapsed() < self.deadline => std::thread::sleep(Duration::from_millis(20)),
                Ok(None) | Err(_) => {
                    end(&mut child);
                    return Err(Refusal::passing("the program did not end in time"));
                }
            }
        }
    }
}

/// Ends the program and all that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // It may have ended at this moment.
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
    }
    drop(child.kill());
    drop(child.wait());
}
