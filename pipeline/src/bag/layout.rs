//! The names of what stands in a bag beside its payload.

/// The folder of the payload.
pub(super) const PAYLOAD: &str = "data/";
/// The folder of files that name residents.
pub(super) const PRIVATE: &str = "data/pribadi";
/// The declaration of a bag.
pub(super) const DECLARATION: (&str, &[u8]) =
    ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
/// What the bag says of itself.
pub(super) const INFO: &str = "bag-info.txt";
/// The digests of the payload.
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
/// The digests of all other files, but for itself and its signature.
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature of the manifest of tags, which can stand in no manifest.
pub(super) const SIGNATURE: &str = "tagmanifest-sha256.note";
/// Which commits added the rows of the bag.
pub(super) const COMMITS: &str = "data/log/commits.csv";
/// The label under which a bag says of which months it holds rows, each after a blank.
pub const BAG_MONTHS: &str = "Tertib-Months";

/// The lines that are signed of a bag.
pub(super) fn signed_lines(origin: &str, digest: &str) -> String {
    format!("{origin}/paket\n{digest}\n")
}
