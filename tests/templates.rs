//! `templates/README.md` says what every template reads, with an example, and what it says is true.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use tests::{Office, root};

/// The example of a template in the README.
fn example(name: &str) -> Map<String, Value> {
    let readme = fs::read_to_string(root().join("templates/README.md")).unwrap();
    let (_, section) = readme.split_once(&format!("### `{name}`")).expect(name);
    let json = section.split("```json").nth(1).unwrap().split("```").next().unwrap();
    serde_json::from_str(json).expect(name)
}

fn names_of(fields: &Map<String, Value>) -> BTreeSet<String> {
    fields.keys().cloned().collect()
}

fn templates(ending: &str) -> Vec<String> {
    let files = fs::read_dir(root().join("templates")).unwrap();
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending) && !name.starts_with('_')).collect()
}

/// What a layout takes from `data.json`.
fn taken(layout: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("templates").join(layout)).unwrap();
    let mut taken = BTreeSet::new();
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices("d.") {
        let alone = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || b"_.".contains(&bytes[at - 1]));
        if alone || (at >= 2 && &text[at - 2..at] == "..") {
            let name = text[at + 2..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_');
            taken.insert(name.collect());
        }
    }
    taken.remove("kantor");
    taken
}

#[test]
fn the_examples_name_what_layouts_take() {
    let layouts = templates(".typ");
    assert!(layouts.len() >= 8, "{layouts:?}");
    for layout in layouts {
        assert_eq!(names_of(&example(&layout)), taken(&layout), "{layout}");
    }
}

#[test]
fn the_examples_name_what_sentences_take() {
    let sentences = templates(".txt.j2");
    assert!(sentences.len() >= 7, "{sentences:?}");
    for name in sentences {
        let text = fs::read_to_string(root().join("templates").join(&name)).unwrap();
        let environment = minijinja::Environment::new();
        let asked = environment.template_from_str(&text).unwrap().undeclared_variables(false);
        assert_eq!(names_of(&example(&name)), asked.into_iter().collect(), "{name}");
    }
}

/// Whether two values are of one form. `null` may be anything; of lists the first entries are compared.
fn same_form(example: &Value, given: &Value, place: &str) {
    match (example, given) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Array(a), Value::Array(b)) => {
            if let (Some(a), Some(b)) = (a.first(), b.first()) {
                same_form(a, b, &format!("{place}[0]"));
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(names_of(a), names_of(b), "{place}");
            a.iter().for_each(|(name, value)| same_form(value, &b[name], &format!("{place}.{name}")));
        }
        _ => assert_eq!(std::mem::discriminant(example), std::mem::discriminant(given), "{place}: {example} {given}"),
    }
}

/// The data of an invented office have the form of the examples; nothing of the office's own archive is needed or touched.
#[test]
fn the_examples_have_the_form_of_the_data() {
    let office = Office::unpulled();
    office.configure("[reports]\n", "[reports]\ntemplates = \"templat\"\n");
    fs::create_dir_all(office.path("templat")).unwrap();
    office
        .run(&["render", "--month", "2026-10", "--data", "sample", "--format", "data,pdf"])
        .expect_code_in(&[0, 1], "render");
    assert!(!office.path("archive").exists(), "an archive was made");
    let folder = office.path("laporan/contoh/2026-10");
    let letterhead = example("kantor")["kantor"].clone();
    for (layout, document) in [
        ("buku.typ", "buku_agenda_pendaftaran"),
        ("buku.typ", "kartu_stok_blangko"),
        ("serah_terima.typ", "berita_acara_serah_terima"),
        ("bukti_pengambilan.typ", "bukti_pengambilan"),
        ("pemusnahan.typ", "berita_acara_pemusnahan_ktp_el"),
        ("laporan_bulanan.typ", "laporan_bulanan"),
        ("laporan_kepatuhan.typ", "laporan_kepatuhan"),
    ] {
        let data = fs::read(folder.join(format!("{document}_2026-10.data.json"))).unwrap();
        let mut data: Map<String, Value> = serde_json::from_slice(&data).unwrap();
        same_form(&letterhead, &data.remove("kantor").unwrap(), "kantor");
        same_form(&example(layout).into(), &data.into(), layout);
        assert!(fs::read(folder.join(format!("{document}_2026-10.pdf"))).unwrap().starts_with(b"%PDF"));
    }
}
