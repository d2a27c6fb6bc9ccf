//! What is wrong with the definitions of papers, and with who signs documents.
//!
//! Rule    a paper can be filled by its rows, a step or milestone of the SOP makes them, sheets that have a number have a code of their
//!         own, and whoever signs holds a post that the facts know

use crate::{DocumentGroup, EventsOf, Facts, Paper, PaperLayout};
use std::collections::BTreeMap;

impl Facts {
    /// Returns the file and the reason, if papers or signers cannot be meant.
    pub(crate) fn paper_fault(&self) -> Option<(String, String)> {
        let mut codes: BTreeMap<&str, &str> = BTreeMap::new();
        for paper in &self.papers {
            let doubled = paper.code.as_deref().and_then(|code| codes.insert(code, &paper.id));
            let doubled =
                doubled.map(|other| format!("its `code` is that of `surat/{other}.toml`, so numbers would repeat"));
            if let Some(reason) = doubled.or_else(|| self.fault_of(paper)) {
                return Some((format!("surat/{}.toml", paper.id), reason));
            }
        }
        let unknown = |signer: &Option<String>| {
            let post = signer.as_deref().filter(|post| !self.posts.contains_key(*post))?;
            Some(format!("`{post}` signs, but is in neither pelaksana.toml nor jabatan.toml"))
        };
        let of_book = |l: &crate::Ledger| Some((format!("ledgers/{}.toml", l.id), unknown(&l.signer)?));
        let of_list = |l: &crate::ArchiveList| Some((format!("daftar/{}.toml", l.id), unknown(&l.signer)?));
        let of_numbers = || Some(("penomoran.toml".to_owned(), self.numbers.fault()?));
        let of_books = self.ledgers.iter().find_map(of_book);
        of_books.or_else(|| self.lists.iter().find_map(of_list)).or_else(of_numbers)
    }

    fn fault_of(&self, paper: &Paper) -> Option<String> {
        let row = paper.rows.kind();
        let fields = paper.columns.iter().map(|column| (&column.label, column.field));
        let fields = fields.chain(paper.head.iter().map(|head| (&head.label, head.field)));
        if let Some((label, _)) = fields.into_iter().find(|(_, field)| !field.is_filled_by(row)) {
            return Some(format!("no row of it can fill `{label}`; change its `field`"));
        }
        let events = paper.rows.events();
        if let Some(of) = events.filter(|of| !self.sop.steps.iter().any(|step| of.are_of(step))) {
            let what = match of {
                EventsOf::Step(number) => format!("step {number}"),
                EventsOf::Milestone(milestone) => format!("outcome with the milestone {}", milestone.name()),
            };
            return Some(format!("the SOP has no {what}, of which it would be"));
        }
        if events.is_none() && paper.group == DocumentGroup::Harian {
            return Some("only events are of a day; its group cannot be `harian`".to_owned());
        }
        let is_letter = paper.layout == PaperLayout::Surat;
        if is_letter != paper.letter.is_some() || is_letter == paper.code.is_some() {
            return Some(
                "a letter has [letter] and no `code`; every other paper has a `code` and no [letter]".to_owned(),
            );
        }
        if paper.lasting && paper.sheet != crate::SheetOf::Berkas {
            return Some("only a sheet of one dossier can be `lasting`".to_owned());
        }
        if paper.group == DocumentGroup::Buku {
            return Some("the group `buku` is that of the books".to_owned());
        }
        let stranger = paper.signers.iter().find(|signer| !signer.is_known(&self.posts));
        stranger.map(|signer| format!("`{}` signs, but is in neither pelaksana.toml nor jabatan.toml", signer.post))
    }
}
