//! Writes the books and reports of a month.

use super::Report;
use crate::commands::render::{Selection, render};
use crate::office::Installed;
use crate::outcome::Outcome;
use anyhow::Result;
use schemas::Month;

pub(super) fn run(installed: &Installed, month: Month) -> Result<Report> {
    let rendition = render(installed, month, &Selection::everything(), &mut |_| {})?;
    let (files, replaced) = (rendition.written.len(), rendition.replaced());
    let is_judged = installed.decisions.rules(&installed.facts, month).iter().any(|rule| rule.decides);
    let mut said = vec![format!("{files} files of {month}; {replaced} texts with unprintable characters")];
    if !is_judged {
        said.push("no target is in force, so nothing was judged".to_owned());
    }
    said.extend(rendition.findings.iter().map(|f| format!("{} {}", f.code, f.place)));
    let attention = installed.facts.need_attention(&rendition.findings);
    Ok(Report { outcome: Outcome::of(replaced > 0 || !is_judged || attention), message: said.join("; ") })
}
