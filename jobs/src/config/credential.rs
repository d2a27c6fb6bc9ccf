//! Files that hold a secret, which systemd may hand over instead (`LoadCredential=`).

use super::text;
use std::path::PathBuf;

/// Returns the file to read: that of the same name in `$CREDENTIALS_DIRECTORY`, if there is one, or else the file itself. So
/// one configuration serves both the service and a person at a terminal.
pub(crate) fn handed_over(file: PathBuf) -> PathBuf {
    let folder = text::environment_path("CREDENTIALS_DIRECTORY");
    let handed = folder.zip(file.file_name()).map(|(folder, name)| folder.join(name));
    handed.filter(|handed| handed.is_file()).unwrap_or(file)
}
