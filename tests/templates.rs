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
    let shared = text.lines().filter_map(|line| line.strip_prefix("#import \"_")?.split_once('"'));
    taken.extend(shared.flat_map(|(name, _)| self::taken(&format!("_{name}"))));
    taken.retain(|name| name != "kantor" && name != "bertanda");
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
    assert!(sentences.len() >= 5, "{sentences:?}");
    for name in sentences {
        let text = fs::read_to_string(root().join("templates").join(&name)).unwrap();
        let environment = minijinja::Environment::new();
        let asked = environment.template_from_str(&text).unwrap().undeclared_variables(false);
        assert_eq!(names_of(&example(&name)), asked.into_iter().collect(), "{name}");
    }
}

/// What a template of a page asks for, with what stands below `below`.
fn asked(name: &str, below: Option<&str>) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("templates").join(name)).unwrap();
    let environment = minijinja::Environment::new();
    let asked = environment.template_from_str(&text).unwrap().undeclared_variables(below.is_some());
    let below = below.map(|name| format!("{name}."));
    asked
        .into_iter()
        .filter_map(|name| below.as_ref().map_or(Some(name.clone()), |b| name.strip_prefix(b).map(str::to_owned)))
        .collect()
}

/// A page reads what the layout of the PDF reads, and its frame.
#[test]
fn pages_take_what_layouts_take() {
    for (page, layout) in
        [("tinjauan", "laporan_bulanan.typ"), ("kepatuhan", "laporan_kepatuhan.typ"), ("kalender", "kalender.typ")]
    {
        let mut asked = asked(&format!("halaman/{page}.html.j2"), None);
        assert!(asked.remove("kerangka"), "{page} has no frame");
        asked.remove("kantor");
        let given = names_of(&example(layout));
        let unknown: Vec<_> = asked.difference(&given).collect();
        assert!(unknown.is_empty(), "{page} asks for {unknown:?}, which {layout} does not have");
        // The letterhead, the square code, the day of the signature and the footer are for paper.
        let left: Vec<_> = given.difference(&asked).map(String::as_str).collect();
        let on_paper: &[&str] = if page == "kalender" { &["program"] } else { &["asal", "qr", "tanggal"] };
        assert_eq!(left, on_paper, "{page}");
    }
    let example_of = |name: &str| names_of(&example(&format!("halaman/{name}.html.j2")));
    // What the review of a part of the cases asks for beside what the whole one does.
    let whole = names_of(&example("laporan_bulanan.typ"));
    let of_part = asked("halaman/tinjauan_tersaring.html.j2", None);
    let more: BTreeSet<String> =
        of_part.into_iter().filter(|name| !whole.contains(name) && name != "kerangka").collect();
    assert_eq!(more, example_of("tinjauan_tersaring"));
    for name in ["dokumen", "angka", "angka_baris"] {
        let mut of_page = asked(&format!("halaman/{name}.html.j2"), None);
        of_page.remove("kerangka");
        assert_eq!(example_of(name), of_page, "{name}");
    }
}

#[test]
fn the_example_of_the_frame_names_what_it_has() {
    let own = "{% for name in kerangka %}{{ name }} {% endfor %}".to_owned();
    let pages = reports::Pages::new([("halaman/_kerangka.html.j2".to_owned(), own)].into()).unwrap();
    let given = pages.render("_kerangka", &reports::Frame::default(), &serde_json::json!({})).unwrap();
    let given: BTreeSet<String> = given.split_whitespace().map(str::to_owned).collect();
    let example = example("halaman/_kerangka.html.j2");
    assert_eq!(names_of(example["kerangka"].as_object().unwrap()), given);
    for name in asked("halaman/_kerangka.html.j2", Some("kerangka")) {
        let first = name.split('.').next().unwrap();
        assert!(given.contains(first), "the frame asks for {name}");
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
        ("berita_acara.typ", "berita_acara_serah_terima"),
        ("potong.typ", "bukti_pengambilan"),
        ("pemusnahan.typ", "berita_acara_pemusnahan_ktp_el"),
        ("laporan_bulanan.typ", "laporan_bulanan"),
        ("laporan_kepatuhan.typ", "laporan_kepatuhan"),
    ] {
        let data = fs::read(folder.join(format!("{document}_2026-10.data.json"))).unwrap();
        let mut data: Map<String, Value> = serde_json::from_slice(&data).unwrap();
        same_form(&letterhead, &data.remove("kantor").unwrap(), "kantor");
        // What leaves the office is tagged.
        let leaves =
            ["berita_acara.typ", "potong.typ", "laporan_bulanan.typ", "laporan_kepatuhan.typ"].contains(&layout);
        assert_eq!(data.remove("bertanda"), Some(leaves.into()), "{layout}");
        same_form(&example(layout).into(), &data.into(), layout);
        assert!(fs::read(folder.join(format!("{document}_2026-10.pdf"))).unwrap().starts_with(b"%PDF"));
    }
}
