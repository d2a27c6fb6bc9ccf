//! Who signs a document: the post, and who holds it as far as the office has said.
//!
//! Rule    an empty name or NIP leaves a line for the pen

use schemas::RecordedName;
use schemas::document::{Cell, Office, Post, Sheet, SheetSigner, SignsAs};
use serde_json::{Value, json};

/// Returns who keeps a book or list, as layouts read it.
pub(crate) fn keeper(post: Option<&Post>, office: &Office) -> Value {
    match post {
        None => json!(office.penanggung_jawab),
        Some(post) => holder(post, None, office),
    }
}

/// Returns who holds a post. The person who answers for the office's papers may hold it without being entered twice.
fn holder(post: &Post, petugas: Option<&str>, office: &Office) -> Value {
    let answers = &office.penanggung_jawab;
    let (nama, nip) = match office.official(&post.id, petugas) {
        Some(official) => (&official.nama, &official.nip),
        None if answers.jabatan == post.label => (&answers.nama, &answers.nip),
        None => return json!({"jabatan": post.label, "nama": "", "nip": ""}),
    };
    json!({"jabatan": post.label, "nama": nama, "nip": nip})
}

/// Returns the officers of these numbers whom the office has named, each with the name.
pub(crate) fn named(petugas: &[String], office: &Office) -> Vec<Value> {
    let named = petugas.iter().filter_map(|id| {
        let official = office.pejabat.iter().find(|official| official.petugas.as_ref() == Some(id))?;
        (!official.nama.is_empty()).then(|| json!([id, official.nama]))
    });
    named.collect()
}

/// Returns who signs a sheet: as what, the post, the name and the NIP; no NIP where the person is not of the office.
pub(crate) fn of_sheet(signer: &SheetSigner, sheet: &Sheet, office: &Office) -> Value {
    let mut said = match &signer.by {
        SignsAs::HeadOfOffice => json!(office.mengetahui),
        SignsAs::Responsible => json!(office.penanggung_jawab),
        SignsAs::Post(post) => holder(post, sheet.petugas_id.as_deref(), office),
        SignsAs::OfThePekon => json!({"jabatan": of_the_pekon(sheet), "nama": "", "nip": null}),
        SignsAs::Applicant => json!({"jabatan": "", "nama": "", "nip": null}),
    };
    let recorded = match (signer.name, &sheet.pembawa) {
        (Some(RecordedName::Pembawa), Cell::Text(name)) => Some(name),
        (Some(RecordedName::Penerima), _) => sheet.penerima.as_ref(),
        _ => None,
    };
    if let Some(name) = recorded {
        said["nama"] = name.as_str().into();
    }
    said["sebagai"] = signer.role.as_str().into();
    said
}

/// Returns a party of a statement, in the form that its layout reads: name, NIP, rank, post, address, and what it is called from
/// there on.
pub(crate) fn party(signer: &SheetSigner, sheet: &Sheet, office: &Office) -> Value {
    let mut said = of_sheet(signer, sheet, office);
    let rank = match &signer.by {
        SignsAs::Post(post) => office.official(&post.id, sheet.petugas_id.as_deref()).map(|o| o.pangkat.as_str()),
        _ => None,
    };
    said["pangkat"] = rank.unwrap_or_default().into();
    said["alamat"] = match (&signer.by, &sheet.area) {
        (SignsAs::OfThePekon, Some(area)) => format!("{}, Kecamatan {}", area.titled(), area.kecamatan).into(),
        (SignsAs::OfThePekon, None) => "".into(),
        _ => address(office).into(),
    };
    said
}

/// Returns the person who answers for the office's papers as a party of a statement.
pub(crate) fn responsible(office: &Office, sebagai: &str) -> Value {
    let mut said = json!(office.penanggung_jawab);
    said["pangkat"] = "".into();
    said["alamat"] = address(office).into();
    said["sebagai"] = sebagai.into();
    said
}

/// Returns where a party of the office is reached.
fn address(office: &Office) -> &str {
    if office.alamat.is_empty() { &office.dinas } else { &office.alamat }
}

fn of_the_pekon(sheet: &Sheet) -> String {
    sheet.area.as_ref().map_or_else(|| "Aparatur Pekon".to_owned(), |area| format!("Aparatur {}", area.titled()))
}
