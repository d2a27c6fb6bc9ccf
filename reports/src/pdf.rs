//! Data and a layout become a PDF/A-2b file, by the embedded typst.
//!
//! Residents' text never becomes typst source: all of it travels as one JSON file that the fixed layout reads.
//! The layout sees only the templates and that file: no disk, no network, no packages, no clock.

use crate::RenderError;
use crate::printable;
use crate::templates::Templates;
use chrono::{Datelike, Timelike};
use schemas::{Month, wib_datetime};
use serde_json::Value;
use std::collections::BTreeMap;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// A finished document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// How many texts held characters that cannot be printed and were replaced by □.
    pub replaced: u64,
}

/// What a PDF keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Standard {
    /// PDF/A-1b, which the oldest validators know.
    A1b,
    /// PDF/A-2b: what the office keeps.
    #[default]
    A2b,
    /// PDF/A-2a and PDF/UA-1: tagged, for readers that read aloud.
    A2aUa1,
}

impl Standard {
    fn names(self) -> &'static [PdfStandard] {
        match self {
            Self::A1b => &[PdfStandard::A_1b],
            Self::A2b => &[PdfStandard::A_2b],
            Self::A2aUa1 => &[PdfStandard::A_2a, PdfStandard::Ua_1],
        }
    }
}

/// The embedded fonts.
pub(crate) struct Fonts {
    store: FontStore,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fonts(embedded)")
    }
}

impl Fonts {
    pub(crate) fn embedded() -> Self {
        let mut store = FontStore::new();
        store.extend(typst_kit::fonts::embedded());
        Self { store }
    }

    fn prints(&self, c: char) -> bool {
        let book = self.store.book();
        book.select_family("libertinus serif")
            .next()
            .and_then(|i| book.info(i))
            .is_some_and(|info| info.coverage.contains(u32::from(c)))
    }
}

/// Sets one document.
pub(crate) fn set(
    name: &str,
    layout: &str,
    month: Month,
    mut page: Value,
    templates: &Templates,
    fonts: &Fonts,
    standard: Standard,
) -> Result<Rendered, RenderError> {
    let mut seen: BTreeMap<char, bool> = BTreeMap::new();
    collect_characters(&page, &mut seen);
    for (c, printable) in &mut seen {
        *printable = *c == printable::REPLACEMENT || fonts.prints(*c);
    }
    let prints = |c: char| seen.get(&c).copied().unwrap_or(false);
    let (replaced_in_rows, berkas) = clean_rows(&mut page, &prints);
    let replaced = replaced_in_rows + printable::clean(&mut page, &prints);
    if let Some(fields) = page.as_object_mut() {
        fields.insert("diganti".into(), berkas.into());
    }
    let world = Desk::new(layout, &page, templates, fonts)
        .map_err(|reason| RenderError::Layout { document: name.to_owned(), reason })?;
    let fault = |faults: &[SourceDiagnostic]| RenderError::Layout {
        document: name.to_owned(),
        reason: faults.first().map_or_else(String::new, |f| describe(&world, f)),
    };
    let document: PagedDocument = typst::compile(&world).output.map_err(|e| fault(&e))?;
    let bytes = typst_pdf::pdf(&document, &options(name, month, standard)?).map_err(|e| fault(&e))?;
    let pages = document.pages().len();
    // What was memoised for this document is of no use to the next.
    typst::comemo::evict(0);
    Ok(Rendered { bytes, pages, replaced })
}

/// Cleans the rows of a book, and gives the berkas of those that were touched.
fn clean_rows(page: &mut Value, prints: &dyn Fn(char) -> bool) -> (u64, Vec<Value>) {
    let ids = page.get("nomor_berkas").and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = page.get_mut("baris").and_then(Value::as_array_mut).into_iter().flatten();
    let (mut replaced, mut touched) = (0, Vec::new());
    for (row, id) in rows.zip(ids) {
        let of_row = printable::clean(row, prints);
        if of_row > 0 && touched.last() != Some(&id) {
            touched.push(id);
        }
        replaced += of_row;
    }
    (replaced, touched)
}

fn collect_characters(value: &Value, seen: &mut BTreeMap<char, bool>) {
    match value {
        Value::String(text) => seen.extend(text.chars().map(|c| (c, false))),
        Value::Array(items) => items.iter().for_each(|v| collect_characters(v, seen)),
        Value::Object(fields) => fields.values().for_each(|v| collect_characters(v, seen)),
        _ => {}
    }
}

/// A PDF of that standard, dated at the end of the month it covers, so that the same data give the same bytes.
fn options(name: &str, month: Month, standard: Standard) -> Result<PdfOptions, RenderError> {
    let fault = |reason: &str| RenderError::Data { document: name.to_owned(), reason: reason.to_owned() };
    let tagged = standard == Standard::A2aUa1;
    let standards = PdfStandards::new(standard.names()).map_err(|_| fault("the PDF standard is not available"))?;
    let end = wib_datetime(month.end_s() - 1).ok_or_else(|| fault("the month is out of range"))?;
    let small = |n: u32| u8::try_from(n).unwrap_or(0);
    let datetime = Datetime::from_ymd_hms(
        end.year(),
        small(end.month()),
        small(end.day()),
        small(end.hour()),
        small(end.minute()),
        small(end.second()),
    );
    let timestamp = datetime.and_then(|d| Timestamp::new_local(d, 7 * 60));
    Ok(PdfOptions {
        ident: Smart::Custom(name.to_owned()),
        creator: Smart::Custom(Some(concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned())),
        timestamp,
        standards,
        tagged,
        ..PdfOptions::default()
    })
}

/// File, line and message of a fault.
fn describe(world: &Desk<'_>, fault: &SourceDiagnostic) -> String {
    let place = fault.span.id().and_then(|id| {
        let source = world.source(id).ok()?;
        let range = world.range(fault.span)?;
        let line = source.text().get(..range.start)?.matches('\n').count() + 1;
        Some(format!("{}, line {line}: ", id.vpath().get_without_slash()))
    });
    format!("{}{}", place.unwrap_or_default(), fault.message)
}

/// Everything the typesetter can see.
struct Desk<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    templates: &'a Templates,
    main: FileId,
    data: Bytes,
}

impl<'a> Desk<'a> {
    fn new(layout: &str, page: &Value, templates: &'a Templates, fonts: &'a Fonts) -> Result<Self, String> {
        Ok(Self {
            library: LazyHash::new(Library::default()),
            fonts,
            templates,
            main: file_id(layout)?,
            data: Bytes::from_string(page.to_string()),
        })
    }

    fn layout(&self, id: FileId) -> FileResult<&str> {
        let missing = || FileError::NotFound(id.vpath().get_without_slash().into());
        match id.root() {
            VirtualRoot::Project => self.templates.layout(id.vpath().get_without_slash()).ok_or_else(missing),
            VirtualRoot::Package(_) => Err(missing()),
        }
    }
}

fn file_id(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|_| format!("`{name}` is not a template name"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.store.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.layout(id).map(|text| Source::new(id, text.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id.vpath().get_without_slash() == "data.json" {
            Ok(self.data.clone())
        } else {
            self.layout(id).map(|text| Bytes::from_string(text.to_owned()))
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.store.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
