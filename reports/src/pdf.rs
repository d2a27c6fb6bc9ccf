//! Sets a layout with its data as a PDF or as a picture, with the embedded typst.
//!
//! Invariant: residents' text never becomes typst source. All of it is in one JSON file that the fixed layout reads. A layout sees
//! only the templates and that file: no disk, no network, no packages, no clock.

use crate::printable;
use crate::templates::{TemplateError, Templates};
use crate::{Crest, RenderError};
use chrono::{Datelike, NaiveDate};
use schemas::Zone;
use schemas::document::PdfStandard;
use serde::{Deserialize, Serialize};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::layout::{Abs, Em};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandards, Timestamp};
use typst_svg::SvgOptions;

/// A rendered document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The content of the file.
    pub bytes: Vec<u8>,
    /// The number of its pages.
    pub pages: usize,
    /// How many texts had unprintable characters, which were replaced by □.
    pub replaced: u64,
}

/// Returns the standards of typst that make up a standard.
fn typst_standards(standard: PdfStandard) -> &'static [typst_pdf::PdfStandard] {
    match standard {
        PdfStandard::A1b => &[typst_pdf::PdfStandard::A_1b],
        PdfStandard::A2b => &[typst_pdf::PdfStandard::A_2b],
        PdfStandard::A2aUa1 => &[typst_pdf::PdfStandard::A_2a, typst_pdf::PdfStandard::Ua_1],
    }
}

/// The font family of the body text, as the font book spells it.
const BODY: &str = "libertinus serif";

/// The embedded fonts.
pub(crate) struct Fonts {
    store: FontStore,
    /// The font of the body text.
    body: FontInstance,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fonts(embedded)")
    }
}

impl Fonts {
    /// Loads the fonts that are compiled in.
    ///
    /// # Errors
    /// [`TemplateError::Font`] if the font of the body text is not among them, because every letter would then be replaced.
    pub(crate) fn embedded() -> Result<Self, TemplateError> {
        Self::with_body(BODY)
    }

    fn with_body(family: &str) -> Result<Self, TemplateError> {
        let mut store = FontStore::new();
        store.extend(typst_kit::fonts::embedded());
        let font = store.book().select_family(family).next().and_then(|i| store.font(i));
        let font = font.ok_or_else(|| TemplateError::Font { family: family.to_owned() })?;
        let body = font.instantiate(FontVariant::default(), Abs::zero(), &FontVariations::default());
        Ok(Self { store, body })
    }

    /// Whether a character can be printed.
    pub(crate) fn prints(&self, c: char) -> bool {
        c == printable::REPLACEMENT || self.body.font().info().coverage.contains(u32::from(c))
    }

    /// Returns the advance of a character in the body text, in em; `None` if the font does not have it.
    pub(crate) fn advance_em(&self, c: char) -> Option<f64> {
        let glyph = self.body.ttf().glyph_index(c)?;
        self.body.x_advance(glyph.0).map(Em::get)
    }
}

/// A document to be set. All its characters are printable.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The name of the document.
    pub(crate) name: String,
    /// The name of its layout.
    pub(crate) layout: &'a str,
    /// What the layout reads, as JSON.
    pub(crate) page: String,
    /// What is made of it.
    pub(crate) output: Output,
}

/// What a document is set as.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Output {
    /// A PDF.
    Pdf {
        /// The last day that it covers.
        last_day: NaiveDate,
        /// The zone in which the day ends.
        zone: Zone,
        /// The standard that the file keeps to.
        standard: PdfStandard,
    },
    /// The first page as an SVG picture.
    Svg,
}

/// Sets a document with the built-in typesetter.
pub(crate) fn set(
    request: &Request<'_>,
    templates: &Templates,
    fonts: &Fonts,
    crest: Option<&Crest>,
) -> Result<Rendered, RenderError> {
    let Request { name, layout, page, output } = request;
    let world = TypstWorld::new(layout, page, templates, fonts, crest)
        .map_err(|reason| RenderError::Layout { document: name.clone(), reason })?;
    let fault = |faults: &[SourceDiagnostic]| RenderError::Layout {
        document: name.clone(),
        reason: faults.first().map_or_else(String::new, |f| describe(&world, f)),
    };
    let document: PagedDocument = typst::compile(&world).output.map_err(|e| fault(&e))?;
    let bytes = match *output {
        Output::Pdf { last_day, zone, standard } => {
            typst_pdf::pdf(&document, &options(name, last_day, zone, standard)?).map_err(|e| fault(&e))?
        }
        Output::Svg => {
            let first = document
                .pages()
                .first()
                .ok_or_else(|| RenderError::Layout { document: name.clone(), reason: "it has no page".to_owned() })?;
            typst_svg::svg(first, &SvgOptions::default()).into_bytes()
        }
    };
    let pages = document.pages().len();
    // What typst memoised for this document is useless for the next one; but another thread may be amid a document, and what it has
    // used since the last eviction stays.
    typst::comemo::evict(1);
    Ok(Rendered { bytes, pages, replaced: 0 })
}

/// Returns the options of a PDF of a standard. It is dated at the end of the last day that it covers, so that the same data give the same bytes.
fn options(name: &str, last: NaiveDate, zone: Zone, standard: PdfStandard) -> Result<PdfOptions, RenderError> {
    let fault = |reason: &str| RenderError::Data { document: name.to_owned(), reason: reason.to_owned() };
    let standards =
        PdfStandards::new(typst_standards(standard)).map_err(|_| fault("the PDF standard is not available"))?;
    let small = |n: u32| u8::try_from(n).ok();
    let end = small(last.month()).zip(small(last.day()));
    let end = end.and_then(|(month, day)| Datetime::from_ymd_hms(last.year(), month, day, 23, 59, 59));
    let timestamp = end.and_then(|end| Timestamp::new_local(end, zone.offset_s() / 60));
    let timestamp = timestamp.ok_or_else(|| fault("the last day is out of range"))?;
    Ok(PdfOptions {
        ident: Smart::Custom(name.to_owned()),
        creator: Smart::Custom(Some(concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned())),
        timestamp: Some(timestamp),
        standards,
        tagged: standard.is_tagged(),
        ..PdfOptions::default()
    })
}

/// Returns the file, line and message of an error.
fn describe(world: &TypstWorld<'_>, fault: &SourceDiagnostic) -> String {
    let place = fault.span.id().and_then(|id| {
        let source = world.source(id).ok()?;
        let range = world.range(fault.span)?;
        let line = source.text().get(..range.start)?.matches('\n').count() + 1;
        Some(format!("{}, line {line}: ", id.vpath().get_without_slash()))
    });
    format!("{}{}", place.unwrap_or_default(), fault.message)
}

/// Everything that the typesetter can see.
struct TypstWorld<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    templates: &'a Templates,
    crest: Option<&'a Crest>,
    main: FileId,
    data: Bytes,
}

impl<'a> TypstWorld<'a> {
    fn new(
        layout: &str,
        page: &str,
        templates: &'a Templates,
        fonts: &'a Fonts,
        crest: Option<&'a Crest>,
    ) -> Result<Self, String> {
        Ok(Self {
            library: LazyHash::new(Library::default()),
            fonts,
            templates,
            crest,
            main: file_id(layout)?,
            data: Bytes::from_string(page.to_owned()),
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

impl World for TypstWorld<'_> {
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
        let name = id.vpath().get_without_slash();
        if name == "data.json" {
            return Ok(self.data.clone());
        }
        match self.crest.filter(|crest| crest.name == name) {
            Some(crest) => Ok(Bytes::new(crest.bytes.clone())),
            None => self.layout(id).map(|text| Bytes::from_string(text.to_owned())),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.store.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_font_of_the_body_nothing_is_set() {
        assert!(Fonts::embedded().is_ok());
        let fault = Fonts::with_body("no such family").unwrap_err();
        assert!(fault.to_string().contains("no such family"), "{fault}");
    }
}
