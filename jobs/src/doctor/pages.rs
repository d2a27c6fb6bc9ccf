//! What documents are made of and who sets their pages.

use super::{Check, Subject};
use crate::config::Config;
use anyhow::{Result, bail};
use reports::Program;

/// Templates of documents and pages with fonts and crest, and the typesetter.
pub(super) fn checks(config: &Config) -> [Check; 2] {
    [
        Check::works(Subject::Templates, "P033", config.renderer().and_then(|_| config.pages())),
        Check::works(Subject::Typesetter, "P034", typesetter(config)),
    ]
}

/// Templates are written for one version of typst.
fn typesetter(config: &Config) -> Result<()> {
    let Some(program) = config.typst_program() else { return Ok(()) };
    let (version, expected) = (program.version()?, Program::built_in_version());
    // A build names its commit behind the version.
    if !version.split_whitespace().take(2).eq(expected.split_whitespace()) {
        bail!("{} is {version}; the templates are written for {expected}", program.path.display());
    }
    Ok(())
}
