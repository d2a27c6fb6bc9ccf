//! Pages for a browser, filled in by minijinja. Their templates are compiled in, and an office can replace them by its own.
//!
//! Invariant: a page says what it is given and computes nothing; an undefined value stops it, and every value is escaped.

mod assets;
mod document_page;
mod frame;
mod origin_links;
mod origin_page;
mod shelf;

pub use assets::asset;
pub use document_page::{DocumentPage, Picture};
pub use frame::{Choice, DataSource, Filter, Frame, Link, Visitor};
pub use origin_page::{cases_values, origin_values};
pub use shelf::{Shelf, Shelved, ShelvedFile, Standing};

use crate::RenderError;
use crate::templates::{TemplateError, environment, sentence_fault};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The folder of the pages' templates, in the project and among the office's own.
const FOLDER: &str = "halaman/";

const EMBEDDED: &[(&str, &str)] = &[
    ("_verifikasi.txt.j2", include_str!("../../templates/_verifikasi.txt.j2")),
    ("halaman/_bagian.html.j2", include_str!("../../templates/halaman/_bagian.html.j2")),
    ("halaman/_kerangka.html.j2", include_str!("../../templates/halaman/_kerangka.html.j2")),
    ("halaman/akun.html.j2", include_str!("../../templates/halaman/akun.html.j2")),
    ("halaman/andai.html.j2", include_str!("../../templates/halaman/andai.html.j2")),
    ("halaman/angka.html.j2", include_str!("../../templates/halaman/angka.html.j2")),
    ("halaman/angka_baris.html.j2", include_str!("../../templates/halaman/angka_baris.html.j2")),
    ("halaman/bukti.html.j2", include_str!("../../templates/halaman/bukti.html.j2")),
    ("halaman/dokumen.html.j2", include_str!("../../templates/halaman/dokumen.html.j2")),
    ("halaman/galat.html.j2", include_str!("../../templates/halaman/galat.html.j2")),
    ("halaman/kalender.html.j2", include_str!("../../templates/halaman/kalender.html.j2")),
    ("halaman/kepatuhan.html.j2", include_str!("../../templates/halaman/kepatuhan.html.j2")),
    ("halaman/kosong.html.j2", include_str!("../../templates/halaman/kosong.html.j2")),
    ("halaman/kueri.html.j2", include_str!("../../templates/halaman/kueri.html.j2")),
    ("halaman/kueri_jawaban.html.j2", include_str!("../../templates/halaman/kueri_jawaban.html.j2")),
    ("halaman/log_akses.html.j2", include_str!("../../templates/halaman/log_akses.html.j2")),
    ("halaman/masuk.html.j2", include_str!("../../templates/halaman/masuk.html.j2")),
    ("halaman/paket.html.j2", include_str!("../../templates/halaman/paket.html.j2")),
    ("halaman/pasti.html.j2", include_str!("../../templates/halaman/pasti.html.j2")),
    ("halaman/pekerjaan.html.j2", include_str!("../../templates/halaman/pekerjaan.html.j2")),
    ("halaman/pekerjaan_jalan.html.j2", include_str!("../../templates/halaman/pekerjaan_jalan.html.j2")),
    ("halaman/pemusnahan.html.j2", include_str!("../../templates/halaman/pemusnahan.html.j2")),
    ("halaman/periksa.html.j2", include_str!("../../templates/halaman/periksa.html.j2")),
    ("halaman/rekonsiliasi.html.j2", include_str!("../../templates/halaman/rekonsiliasi.html.j2")),
    ("halaman/sistem.html.j2", include_str!("../../templates/halaman/sistem.html.j2")),
    ("halaman/target.html.j2", include_str!("../../templates/halaman/target.html.j2")),
    ("halaman/telusur.html.j2", include_str!("../../templates/halaman/telusur.html.j2")),
    ("halaman/telusur_isi.html.j2", include_str!("../../templates/halaman/telusur_isi.html.j2")),
    ("halaman/telusur_orang.html.j2", include_str!("../../templates/halaman/telusur_orang.html.j2")),
    ("halaman/temuan.html.j2", include_str!("../../templates/halaman/temuan.html.j2")),
    ("halaman/tinjauan.html.j2", include_str!("../../templates/halaman/tinjauan.html.j2")),
    ("halaman/tinjauan_tersaring.html.j2", include_str!("../../templates/halaman/tinjauan_tersaring.html.j2")),
    ("halaman/verifikasi.html.j2", include_str!("../../templates/halaman/verifikasi.html.j2")),
];

/// The templates of all pages.
#[derive(Debug)]
pub struct Pages {
    templates: Environment<'static>,
}

impl Pages {
    /// Loads the built-in templates of pages, replaced by those of the same name in `own` ([`page_template_names`]).
    ///
    /// # Errors
    /// [`TemplateError`] when a template cannot be parsed.
    pub fn new(mut own: BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut templates = environment();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.add_filter("potongan", |text: String| pieces(&text));
        for (name, embedded) in EMBEDDED {
            let text = own.remove(*name).unwrap_or_else(|| (*embedded).to_owned());
            templates.add_template_owned(*name, text).map_err(|fault| sentence_fault(name, &fault))?;
        }
        Ok(Self { templates })
    }

    /// Fills in a template, as `tinjauan`. `page` is an object with what it says, `frame` what stands around it.
    ///
    /// # Errors
    /// [`RenderError::Template`] names the template and the line.
    pub fn render(&self, template: &str, frame: &Frame, page: &Value) -> Result<String, RenderError> {
        let name = format!("{FOLDER}{template}.html.j2");
        let all = extended(&name, page, "kerangka", frame.values())?;
        let filled = self.templates.get_template(&name).and_then(|template| template.render(Serde(&all)));
        Ok(filled.map_err(|fault| sentence_fault(&name, &fault))?)
    }
}

/// The pieces of a sentence in which commands stand between backticks; one without its end is no command.
fn pieces(text: &str) -> Vec<minijinja::Value> {
    let mut texts: Vec<String> = text.split('`').map(str::to_owned).collect();
    if texts.len().is_multiple_of(2) {
        let last = texts.pop().unwrap_or_default();
        texts.last_mut().into_iter().for_each(|before| *before += &format!("`{last}"));
    }
    let pieces = texts.into_iter().enumerate().filter(|(_, text)| !text.is_empty());
    pieces.map(|(n, text)| minijinja::context! {teks => text, perintah => n % 2 == 1}).collect()
}

/// The values of a page or a picture, and one more.
fn extended(document: &str, values: &Value, key: &str, more: Value) -> Result<Map<String, Value>, RenderError> {
    let mut all = values.as_object().cloned().ok_or_else(|| RenderError::Data {
        document: document.to_owned(),
        reason: "what it says is no object".to_owned(),
    })?;
    all.insert(key.to_owned(), more);
    Ok(all)
}

/// Returns the names of all templates of pages, below the folder of templates.
pub fn page_template_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PAGE: &str = "halaman/_kerangka.html.j2";

    fn frame() -> Frame {
        Frame {
            title: "Tinjauan Oktober 2026".to_owned(),
            government: "PEMERINTAH KABUPATEN".to_owned(),
            office: "DINAS & CATATAN SIPIL".to_owned(),
            path: "/tinjauan/2026-10".to_owned(),
            links: [("/tinjauan", "Tinjauan"), ("/dokumen", "Dokumen")].map(Link::from).to_vec(),
            visitor: Some(Visitor { name: "<b>Sri</b>".to_owned(), position: "Kepala Dinas".to_owned() }),
            warnings: vec!["Sambungan ini tanpa TLS.".to_owned()],
            program: "tertib 0.1.0".to_owned(),
            ..Frame::default()
        }
    }

    #[test]
    fn the_frame_says_who_and_where_and_escapes_both() {
        let pages = Pages::new(BTreeMap::new()).unwrap();
        let html = pages.render("_kerangka", &frame(), &json!({})).unwrap();
        assert!(html.starts_with("<!doctype html>\n<html lang=\"id\">"), "{html}");
        for text in [
            "PEMERINTAH KABUPATEN",
            "DINAS &amp; CATATAN SIPIL",
            "&lt;b&gt;Sri&lt;&#x2f;b&gt;",
            "tanpa TLS",
            "<form method=\"post\"",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert_eq!(html.matches("aria-current=\"page\"").count(), 1);
        assert_eq!(html, pages.render("_kerangka", &frame(), &json!({})).unwrap());
        let nobody = Frame { visitor: None, links: Vec::new(), warnings: Vec::new(), ..frame() };
        let html = pages.render("_kerangka", &nobody, &json!({})).unwrap();
        assert!(!html.contains("<form") && !html.contains("<nav"), "{html}");
    }

    #[test]
    fn commands_are_told_from_words() {
        let said = |text: &str| -> Vec<String> {
            let piece = |piece: minijinja::Value| {
                let is_command = piece.get_attr("perintah").unwrap().is_true();
                format!("{}{}", if is_command { "$" } else { "" }, piece.get_attr("teks").unwrap())
            };
            pieces(text).into_iter().map(piece).collect()
        };
        assert_eq!(
            said("Jalankan `tertib pull`; bila gagal, baca `tertib log`."),
            ["Jalankan ", "$tertib pull", "; bila gagal, baca ", "$tertib log", "."]
        );
        assert_eq!(said("`a` dan `b"), ["$a", " dan `b"]);
        assert_eq!((said(""), said("biasa"), said("`")), (vec![], vec!["biasa".to_owned()], vec!["`".to_owned()]));
    }

    #[test]
    fn a_page_names_only_assets_that_are_there() {
        let pages = Pages::new(BTreeMap::new()).unwrap();
        let html = pages.render("_kerangka", &frame(), &json!({})).unwrap().replace("&#x2f;", "/");
        let named: Vec<&str> = html.split("/aset/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(named.len(), 3, "{html}");
        assert!(named.iter().all(|name| asset(name).is_some()), "{named:?}");
        assert!(asset("portal.css").is_none() && asset("../portal.css").is_none());
    }

    #[test]
    fn the_list_is_in_order_and_names_nothing_twice() {
        let names: Vec<&str> = page_template_names().collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn a_missing_value_stops_a_page_and_names_the_place() {
        let own = BTreeMap::from([(PAGE.to_owned(), "a\n{{ tidak_ada }}".to_owned())]);
        let fault = Pages::new(own).unwrap().render("_kerangka", &frame(), &json!({})).unwrap_err().to_string();
        assert!(fault.contains(PAGE) && fault.contains("line 2"), "{fault}");
        let fault = Pages::new(BTreeMap::new()).unwrap().render("x", &frame(), &json!({})).unwrap_err().to_string();
        assert!(fault.contains("halaman/x.html.j2"), "{fault}");
        let own = BTreeMap::from([(PAGE.to_owned(), "{% if %}".to_owned())]);
        assert!(Pages::new(own).is_err());
    }
}
