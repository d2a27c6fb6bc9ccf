//! What the files of documents say to programs: which tongue, whose, about what; and to those that read aloud, what each part is.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Name, Object, String as PdfString};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tests::tools::Tool;
use tests::{Office, root};

tests::part! {
    what_leaves_the_office_can_be_read_aloud needs Tool::Pdfinfo, Tool::Pdffonts;
    each_fault_is_seen needs Tool::Pdfinfo, Tool::Pdffonts;
    rows_of_papers_are_read_as_rows needs Tool::Pdftotext;
}

/// What leaves the office, with the charts that it has at least.
const TAGGED: [(&str, usize); 5] = [
    ("laporan_bulanan", 1),
    ("laporan_kepatuhan", 0),
    ("berita_acara_serah_terima", 0),
    ("bukti_pengambilan", 0),
    ("surat_pengantar_provinsi", 0),
];

/// A small office whose letterhead names addresses.
fn office() -> Office {
    let office = Office::small();
    office
        .configure("alamat = \"\"\n", "alamat = \"Laman disdukcapil.tanggamus.go.id, pos-el surat@tanggamus.go.id\"\n");
    office
}

/// The elements of the structure of a file: what each is, and its words for those who do not see it.
fn elements(bytes: &[u8]) -> Vec<(String, String)> {
    let pdf = Pdf::new(bytes.to_vec()).unwrap();
    let mut found = Vec::new();
    for object in pdf.objects() {
        let Object::Dict(element) = object else { continue };
        let Some(role) = element.get::<Name<'_>>("S").filter(|_| element.contains_key("P")) else { continue };
        let alt = element.get::<PdfString<'_>>("Alt");
        let alt = alt.map_or_else(String::new, |text| decoded(text.as_bytes()));
        found.push((String::from_utf8_lossy(&role).into_owned(), alt));
    }
    found
}

/// A text of a PDF, in UTF-16 where it begins with its mark.
fn decoded(bytes: &[u8]) -> String {
    let Some(wide) = bytes.strip_prefix(&[0xFE, 0xFF]) else { return String::from_utf8_lossy(bytes).into_owned() };
    let units: Vec<u16> = wide.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// What is wrong with a file.
fn faults(path: &Path, charts: Option<usize>) -> BTreeSet<&'static str> {
    let mut faults = BTreeSet::new();
    let mut expect = |holds: bool, fault: &'static str| {
        if !holds {
            faults.insert(fault);
        }
    };
    let bytes = fs::read(path).unwrap();
    let place = path.display().to_string();
    let info: BTreeMap<String, String> = Tool::Pdfinfo
        .output(&[&place])
        .lines()
        .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())))
        .collect();
    let says = |name: &str| info.get(name).is_some_and(|value| !value.is_empty() && value != "no");
    expect(says("Author") && says("Subject") && says("Title"), "properties");
    // In the metadata, which are never compressed.
    expect(String::from_utf8_lossy(&bytes).contains("<rdf:li>id-ID</rdf:li>"), "tongue");
    let fonts = Tool::Pdffonts.output(&[&place]);
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    expect((1..=3).contains(&fonts.len()), "fonts");
    // Embedded, and only the letters that occur.
    expect(fonts.iter().all(|font| font.contains("yes yes")), "whole fonts");
    let Some(charts) = charts else { return faults };
    expect(says("Tagged"), "tags");
    let elements = elements(&bytes);
    let figures = elements.iter().filter(|(role, alt)| role == "Figure" && alt.starts_with("Diagram batang "));
    expect(figures.count() >= charts, "charts");
    expect(elements.iter().any(|(role, _)| role == "H1"), "title");
    let urls = Tool::Pdfinfo.output(&["-url", &place]);
    let is_slip = place.contains("bukti_pengambilan");
    let linked = |address: &str| urls.lines().any(|line| line.ends_with(address));
    let alive = linked("https://disdukcapil.tanggamus.go.id") && linked("mailto:surat@tanggamus.go.id");
    expect(alive || is_slip, "links");
    faults
}

fn charts_of(path: &Path) -> Option<usize> {
    let name = path.file_name().unwrap().to_string_lossy();
    TAGGED.iter().find(|(id, _)| name.starts_with(id)).map(|(_, charts)| *charts)
}

fn what_leaves_the_office_can_be_read_aloud() {
    let office = office();
    office.run(&["render", "--month", "2026-10"]).expect_code_in(&[0, 1], "render");
    let (usual, untagged) = (office.path("laporan/2026-10"), office.place("tanpa_tanda"));
    let render = ["render", "--month", "2026-10", "--standard", "a2b", "--out", &untagged];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let (mut tagged, mut all) = (0, 0);
    for file in fs::read_dir(&usual).unwrap().map(|entry| entry.unwrap().path()) {
        let found = faults(&file, charts_of(&file));
        assert!(found.is_empty(), "{}: {found:?}", file.display());
        let size = |path: &Path| fs::metadata(path).unwrap().len();
        let without = Path::new(&untagged).join(file.file_name().unwrap());
        assert!(size(&file) <= 2 * size(&without), "{}: {} of {}", file.display(), size(&file), size(&without));
        if charts_of(&file).is_some() {
            tagged += 1;
            assert!(elements(&fs::read(&without).unwrap()).is_empty(), "{}", without.display());
        }
        all += 1;
    }
    assert!(tagged >= TAGGED.len() && all >= tests::documents_of_a_month(), "{tagged} of {all}");
    // An office of more than one month has a chart of them.
    let sample = ["render", "--month", "2026-10", "--data", "sample", "--only", "laporan_bulanan"];
    office.run(&sample).expect_code_in(&[0, 1], "render");
    let found = faults(&office.path("laporan/contoh/2026-10/laporan_bulanan_2026-10.pdf"), Some(2));
    assert!(found.is_empty(), "{found:?}");
    // Parts of the review are bookmarks, below its title.
    let review = fs::read(office.document("laporan_bulanan", "pdf")).unwrap();
    let pdf = Pdf::new(review).unwrap();
    let marks = pdf.objects().into_iter().filter_map(|object| match object {
        Object::Dict(mark) if mark.contains_key("Title") && mark.contains_key("Dest") => {
            mark.get::<PdfString<'_>>("Title")
        }
        _ => None,
    });
    let marks: Vec<String> = marks.map(|title| decoded(title.as_bytes())).collect();
    assert!(marks.iter().any(|title| title == "Mutu data") && marks.len() > 10, "{marks:?}");
}

/// An office whose template has one thing taken away.
fn office_without(template: &str, from: &str, to: &str) -> Office {
    let office = office();
    office.configure("[reports]\n", "[reports]\ntemplates = \"templat\"\n");
    fs::create_dir_all(office.path("templat")).unwrap();
    let text = fs::read_to_string(root().join("templates").join(template)).unwrap();
    assert!(text.contains(from), "{template} has no `{from}`");
    fs::write(office.path("templat").join(template), text.replacen(from, to, 1)).unwrap();
    office
}

fn each_fault_is_seen() {
    let review = "laporan_bulanan";
    let chart = "  figure(alt: alt, kind: \"grafik\", supplement: none, outlined: false, isi)";
    let nameless = chart.replace("alt: alt, ", "");
    let others = "#for f in (\"DejaVu Sans Mono\", \"New Computer Modern\") { text(font: f)[x] }\n#pagebreak()";
    for (template, from, to, fault) in [
        ("_dasar.typ", ", region: \"ID\"", "", "tongue"),
        ("_dasar.typ", "author: d.kantor.dinas, ", "", "properties"),
        ("_dasar.typ", "link(awalan + it.text, it)", "it", "links"),
        ("_grafik.typ", chart, "  isi", "charts"),
        ("_grafik.typ", chart, &nameless, "charts"),
        ("laporan_bulanan.typ", "#pagebreak()", others, "fonts"),
    ] {
        let office = office_without(template, from, to);
        office.run(&["render", "--month", "2026-10", "--only", review]).expect_code(0);
        assert_eq!(faults(&office.document(review, "pdf"), Some(1)), [fault].into(), "{template}: `{from}`");
    }
    // Of these the typesetter knows.
    for (from, to, says) in
        [("    heading(level: 1)[", "    text()[", "first heading"), (", alt: kode)", ")", "alt text")]
    {
        let office = office_without("_dasar.typ", from, to);
        let said = office.run(&["render", "--month", "2026-10", "--only", review]).expect_code(2).err;
        assert!(said.contains(says), "{said}");
    }
}

/// The order of a reader that knows no tags: where rows are high enough, also that of one that goes by the look of the page.
fn rows_of_papers_are_read_as_rows() {
    let office = Office::small();
    let name = "lembar_persetujuan";
    office.run(&["render", "--month", "2026-10", "--only", name]).expect_code(0);
    let text = Tool::Pdftotext.output(&[office.document(name, "pdf").to_str().unwrap(), "-"]);
    let first = text.find("\n1 B2026").or_else(|| text.find("\n1\n")).expect("a first row");
    let (nik, second) = (text[first..].find("1806").unwrap(), text[first..].find("\n2").unwrap());
    assert!(nik < second, "{text}");
}
