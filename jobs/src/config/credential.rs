//! Files that hold a secret, which systemd may hand over instead (`LoadCredential=`).

use super::text;
use std::path::{Path, PathBuf};

/// Returns the file of the same name in `$CREDENTIALS_DIRECTORY`, if there is one; it goes before the file itself. So one
/// configuration serves both the service and a person at a terminal.
pub(super) fn handed_over(file: &Path) -> Option<PathBuf> {
    let folder = text::environment_path("CREDENTIALS_DIRECTORY")?;
    Some(folder.join(file.file_name()?)).filter(|handed| handed.is_file())
}
