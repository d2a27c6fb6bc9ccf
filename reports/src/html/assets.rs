//! The stylesheet, script and icon of pages. Each is named by its content, so that a browser may keep it for ever.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The folder under which the portal offers them.
const FOLDER: &str = "/aset/";
/// How many digits of its SHA-256 stand in the name of a file.
const DIGITS: usize = 16;

pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("portal", "css", "text/css; charset=utf-8", include_bytes!("../../../templates/halaman/portal.css"))
});
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("portal", "js", "text/javascript; charset=utf-8", include_bytes!("../../../templates/halaman/portal.js"))
});
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("ikon", "svg", "image/svg+xml", include_bytes!("../../../templates/halaman/ikon.svg")));

/// A file that pages name.
pub(super) struct Asset {
    name: String,
    media_type: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let digits = digits.get(..DIGITS).unwrap_or(&digits);
        Self { name: format!("{stem}-{digits}.{ending}"), media_type, bytes }
    }

    /// Returns its path in the portal.
    pub(super) fn path(&self) -> String {
        format!("{FOLDER}{}", self.name)
    }
}

/// Returns the media type and the content of a stylesheet, script or icon by the name that pages give it below `/aset/`.
#[must_use]
pub fn asset(name: &str) -> Option<(&'static str, &'static [u8])> {
    let all = [&STYLE, &SCRIPT, &ICON];
    all.into_iter().find(|asset| asset.name == name).map(|asset| (asset.media_type, asset.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_small_and_fetch_nothing() {
        for (asset, most) in [(&STYLE, 20_000), (&SCRIPT, 4_096), (&ICON, 1_000)] {
            assert!(asset.bytes.len() <= most, "{} has {} bytes", asset.name, asset.bytes.len());
            let text = std::str::from_utf8(asset.bytes).unwrap().replace("http://www.w3.org/2000/svg", "");
            for word in ["http:", "https:", "@import", "url(", "fetch(", "eval("] {
                assert!(!text.contains(word), "{}: {word}", asset.name);
            }
        }
    }
}
