//! What a page says, with the pages and the JSON that were made of it.

use super::file::Tagged;
use reports::{DataSource, Filter, Frame, Pages, RenderError};
use serde_json::Value;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// So many pages are kept of what one says: it differs by who reads it.
const MOST: usize = 16;

/// What a page says. As long as it is kept, each page of it is filled in once a reader.
#[derive(Debug)]
pub(super) struct Said {
    template: String,
    values: Value,
    /// The paths of the pages that explain its numbers, where it has such.
    pub(super) origins: Option<Arc<Value>>,
    /// The archive that it comes from.
    pub(super) source: Option<DataSource>,
    filter: OnceLock<Option<Arc<Filter>>>,
    pages: Mutex<Vec<(Frame, Tagged)>>,
    json: OnceLock<Tagged>,
}

impl Said {
    /// `template` is filled in by `values`, an object.
    pub(super) fn new(template: String, values: Value, source: Option<DataSource>) -> Self {
        let (filter, json) = (OnceLock::new(), OnceLock::new());
        Self { template, values, origins: None, source, filter, pages: Mutex::default(), json }
    }

    /// The same with the paths of the pages that explain its numbers.
    pub(super) fn with_origins(self, origins: Option<Arc<Value>>) -> Self {
        Self { origins, ..self }
    }

    /// The template that is filled in.
    pub(super) fn template(&self) -> &str {
        &self.template
    }

    /// What the template reads.
    pub(super) fn values(&self) -> &Value {
        &self.values
    }

    /// By what its page can be narrowed, which is made once.
    pub(super) fn filter(&self, make: impl FnOnce() -> Option<Filter>) -> Option<Arc<Filter>> {
        self.filter.get_or_init(|| make().map(Arc::new)).clone()
    }

    /// As JSON.
    pub(super) fn json(&self) -> &Tagged {
        self.json.get_or_init(|| Tagged::new(format!("{:#}", self.values).into()))
    }

    /// As a page.
    ///
    /// # Errors
    /// Names the template and the line that cannot be filled in.
    pub(super) fn page(&self, templates: &Pages, frame: Frame) -> Result<Tagged, RenderError> {
        if let Some((_, page)) = self.pages().iter().find(|(of, _)| *of == frame) {
            return Ok(page.clone());
        }
        let page = Tagged::new(templates.render(&self.template, &frame, &self.values)?.into());
        let mut pages = self.pages();
        if pages.len() == MOST {
            pages.remove(0);
        }
        pages.push((frame, page.clone()));
        Ok(page)
    }

    fn pages(&self) -> std::sync::MutexGuard<'_, Vec<(Frame, Tagged)>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_page_is_of_its_reader_and_is_filled_in_once() {
        let templates = Pages::new(BTreeMap::new()).unwrap();
        let value = json!({"status": 404, "what": "Tidak ada.", "next": "Mulai lagi.", "link": {"path": "/", "text": "Ke awal"}});
        let said = Said::new("galat".to_owned(), value, None);
        let of = |title: String| Frame { title, ..Frame::default() };
        let first = said.page(&templates, of("A".to_owned())).unwrap();
        assert_eq!(first.bytes.as_ptr(), said.page(&templates, of("A".to_owned())).unwrap().bytes.as_ptr());
        assert_ne!(first.tag, said.page(&templates, of("B".to_owned())).unwrap().tag);
        for title in 0..100 {
            said.page(&templates, of(title.to_string())).unwrap();
        }
        let again = said.page(&templates, of("A".to_owned())).unwrap();
        assert_eq!((said.pages().len(), first.tag, first.bytes), (MOST, again.tag, again.bytes));
        assert!(
            said.page(&templates, Frame::default()).is_ok()
                && Said::new("x".into(), json!({}), None).page(&templates, Frame::default()).is_err()
        );
    }
}
