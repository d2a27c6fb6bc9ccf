//! Channels: an alarm reaches somebody by one that works, also when another is broken.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::channel::{ChannelSection, Tells};
use crate::workspace::Workspace;

/// One of them will be broken when it is needed.
const ENOUGH: usize = 2;

pub(super) fn check(workspace: &Workspace, memory: Option<&Memory>) -> Check {
    let Some(memory) = memory else { return Check::not_examined(Subject::Channels) };
    let alarming = workspace.config.channels.iter().filter(|channel| channel.tells.contains(&Tells::Alarms));
    let alarming: Vec<&ChannelSection> = alarming.collect();
    let is_unofficial = |channel: &ChannelSection| {
        let mut presets = workspace.facts.presets.iter();
        presets.any(|preset| preset.unofficial && Some(&preset.name) == channel.preset.as_ref())
    };
    let mut found = Vec::new();
    if alarming.len() < ENOUGH {
        found.push(finding("N004", "[[channel]]"));
    }
    if !alarming.is_empty() && alarming.iter().all(|channel| is_unofficial(channel)) {
        let names: Vec<&str> = alarming.iter().map(|channel| channel.name.as_str()).collect();
        found.push(finding("N005", names.join(", ")));
    }
    found.extend(memory.lasting(&["N"]));
    Check::of(Subject::Channels, found)
}
