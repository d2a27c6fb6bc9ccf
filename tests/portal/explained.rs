//! Nobody has to believe a number: each that a page prints leads to a page that prints it too, and says where it comes from.

use crate::{Shown, office};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tests::Office;

tests::part! {
    every_number_of_the_reports_is_explained;
    the_table_of_months_leads_to_their_numbers;
}

/// The columns whose numbers are no figures of the month, each with the reason.
const NO_FIGURES: [(&str, &str); 9] = [
    ("Usul", "what is proposed, in words"),
    ("Oleh", "who carries it out"),
    ("Tenggat", "what is proposed: a fixed time of the matter"),
    ("Kode", "the code of a finding"),
    ("Temuan", "the words of a finding, or a count that has its link"),
    ("Tindakan", "the words of its remedy"),
    ("Kedudukan", "the words of a standing"),
    ("Pekon/Kelurahan", "a name"),
    ("Kecamatan", "a name"),
];
/// The texts whose numbers are no figures, each by a part of it.
const NO_FIGURES_IN: [(&str, &str); 4] = [
    ("awal bulan", "the archive begins with the month, and nothing is known of what was open before"),
    ("<strong>SEMENTARA", "until when the data reach"),
    ("terbit paling lama 24 jam kalender", "the conclusion: the line below it has the links of its numbers"),
    ("di bawah 17 tahun", "an age in the words of a finding"),
];
/// The column of the compliance sheet whose basis stands in the same row.
const HAS_ITS_BASIS: &str = "Nilai target";

/// An element of a page: its tag with attributes, and what it has inside.
struct Element<'p> {
    tag: &'p str,
    inside: &'p str,
}

/// The elements of a kind in a page; none of them has another of its kind inside.
fn elements<'p>(page: &'p str, kind: &str) -> Vec<Element<'p>> {
    let (opened, closed) = (format!("<{kind}"), format!("</{kind}>"));
    let starts = page.match_indices(&opened).filter(|(at, _)| page[at + opened.len()..].starts_with([' ', '>']));
    starts
        .map(|(at, _)| {
            let (tag, rest) = page[at..].split_once('>').unwrap();
            Element { tag, inside: rest.split_once(&closed).unwrap().0 }
        })
        .collect()
}

/// A text without tags and without what only a screen reader says.
fn plain(html: &str) -> String {
    let mut hidden = html.split("<span class=\"tersembunyi\">");
    let shown = hidden.next().unwrap_or_default().to_owned();
    let html = shown + &hidden.filter_map(|rest| Some(rest.split_once("</span>")?.1)).collect::<String>();
    let texts = html
        .split('<')
        .enumerate()
        .map(|(at, piece)| if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) });
    texts.collect::<String>().replace('\u{A0}', " ")
}

/// A page without the numbers of steps, each of which names its row before the words do.
fn without_step_numbers(page: &str) -> String {
    let mut rows = page.split("<tr><td class=\"n\">");
    let first = rows.next().unwrap_or_default().to_owned();
    let named = |row: &str| {
        let is_step = |(number, rest): &(&str, &str)| number.len() <= 2 && rest.starts_with("<th scope=\"row\">");
        row.split_once("</td>")
            .filter(is_step)
            .map_or_else(|| format!("<tr><td class=\"n\">{row}"), |(_, rest)| format!("<tr>{rest}"))
    };
    first + &rows.map(named).collect::<String>()
}

/// The numbers of a text as they are printed.
pub(crate) fn numbers(text: &str) -> Vec<String> {
    let of = |c: char| c.is_ascii_digit() || ".,".contains(c);
    let all = text.split(|c: char| !of(c)).map(|number| number.trim_matches(['.', ',']));
    all.filter(|number| number.contains(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
}

/// The links of a text, each with what it says, and the text without them.
fn links(html: &str) -> (Vec<(String, String)>, String) {
    let mut outside = String::new();
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((before, link)) = rest.split_once("<a ") {
        let (tag, after) = link.split_once('>').unwrap();
        let (said, after) = after.split_once("</a>").unwrap();
        let path = tag.split_once("href=\"").unwrap().1.split_once('"').unwrap().0;
        found.push((path.to_owned(), plain(said)));
        outside += before;
        rest = after;
    }
    (found, outside + rest)
}

/// The pages of a portal, each asked for once.
pub(crate) struct Pages<'s> {
    shown: &'s Shown,
    cookie: String,
    seen: RefCell<BTreeMap<String, String>>,
}

impl<'s> Pages<'s> {
    pub(crate) fn of(shown: &'s Shown, account: &str) -> Self {
        Self { shown, cookie: shown.sign_in(account), seen: RefCell::default() }
    }

    fn get(&self, path: &str) -> String {
        let mut seen = self.seen.borrow_mut();
        let ask = || {
            let reply = self.shown.get(path, &self.cookie);
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            reply.text().replace("&#x2f;", "/").replace("&amp;", "&")
        };
        seen.entry(path.to_owned()).or_insert_with(ask).clone()
    }

    /// Whether the place to which a link of a page leads prints its numbers.
    fn explains(&self, page: &str, path: &str, said: &str) -> Result<(), String> {
        let (of, anchor) = path.split_once('#').unwrap_or((path, ""));
        let target = if of.is_empty() { page.to_owned() } else { self.get(of) };
        if path.starts_with("/angka/") {
            // What the page says its number is, not the numbers of its statements.
            let amount = target.split("<section aria-labelledby=\"nilai\">").nth(1).unwrap_or_default();
            let there = numbers(&plain(amount.split("</section>").next().unwrap_or_default()));
            let missing: Vec<String> = numbers(said).into_iter().filter(|number| !there.contains(number)).collect();
            return if missing.is_empty() {
                Ok(())
            } else {
                Err(format!("{path} does not say {missing:?}: {there:?}"))
            };
        }
        let is_there = anchor.is_empty() || target.contains(&format!("id=\"{anchor}\""));
        if !is_there {
            return Err(format!("{path} leads nowhere"));
        }
        // The row of a target has the value that leads to it; a section has the rows that are counted.
        let row = target.split(&format!("<tr id=\"{anchor}\">")).nth(1).and_then(|rest| rest.split("</tr>").next());
        let there = row.map(|row| numbers(&plain(row)));
        let is_said = there.is_none_or(|there| numbers(said).iter().all(|number| there.contains(number)));
        if is_said { Ok(()) } else { Err(format!("the row of {path} does not say {said}")) }
    }

    /// How many numbers of a page lead to where they come from. Each has to.
    fn walk(&self, path: &str) -> usize {
        let page = self.get(path);
        let main = without_step_numbers(page.split("<main").nth(1).unwrap().split("</main>").next().unwrap());
        let main = main.as_str();
        let mut faults = BTreeSet::new();
        let mut explained = 0;
        let places = ["td", "li", "h2"].into_iter().flat_map(|kind| elements(main, kind));
        let sentences = elements(main, "p").into_iter().filter(|p| p.tag == "<p" || p.tag.contains("perkara"));
        let matters = elements(main, "th").into_iter().filter(|th| th.inside.contains("/angka/"));
        for Element { tag, inside } in places.chain(sentences).chain(matters) {
            let column = tag.split_once("data-kolom=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap());
            let (links, outside) = links(inside);
            let unlinked = numbers(&plain(&outside));
            let place = format!("{tag}>{inside}");
            let is_none = NO_FIGURES.iter().any(|(of, _)| *of == column)
                || NO_FIGURES_IN.iter().any(|(part, _)| place.contains(part));
            let has_its_basis = path.starts_with("/kepatuhan") && column == HAS_ITS_BASIS;
            if !unlinked.is_empty() && !is_none && !has_its_basis {
                faults.insert(format!("{unlinked:?} has no link: {place}"));
            }
            for (to, said) in links.iter().filter(|(_, said)| !numbers(said).is_empty()) {
                match self.explains(&page, to, said) {
                    Ok(()) => explained += 1,
                    Err(fault) => _ = faults.insert(format!("{said}: {fault}")),
                }
            }
        }
        // Notes have links too.
        for (to, _) in links(main).0.iter().filter(|(to, _)| to.starts_with("/angka/")) {
            self.get(to);
        }
        assert!(faults.is_empty(), "{path}:\n{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
        explained
    }
}

/// The review, that of a part of the cases, and the compliance sheet.
fn every_number_of_the_reports_is_explained() {
    let shown = Shown::alone();
    let pages = Pages::of(&shown, "kepala");
    for (path, least) in [("/tinjauan/2026-10", 200), ("/tinjauan/2026-10?jenis=baru", 120), ("/kepatuhan/2026-10", 25)]
    {
        let explained = pages.walk(path);
        assert!(explained > least, "{path}: {explained}");
    }
}

/// The measures of three, ten and thirteen months: each of their numbers leads to that of its month.
fn the_table_of_months_leads_to_their_numbers() {
    let office = office(Office::demo(&["--months", "2025-10:2026-10", "--per-month", "12", "--seed", "5"]));
    let shown = Shown::by(office, &["portal"]);
    let pages = Pages::of(&shown, "pelihat");
    for (month, months) in [("2025-12", 3), ("2026-07", 10), ("2026-10", 13)] {
        let page = pages.get(&format!("/tinjauan/{month}"));
        let table = page.split("id=\"riwayat\"").nth(1).unwrap().split("</table>").next().unwrap();
        assert_eq!(table.matches("<th scope=\"col\" class=\"n\">").count(), months, "{month}: {table}");
        let mut seen = 0;
        for cell in elements(table, "td") {
            let (found, outside) = links(cell.inside);
            assert!(numbers(&outside).is_empty(), "{month}: {} has no link", cell.inside);
            for (path, said) in found {
                pages.explains(&page, &path, &said).unwrap_or_else(|fault| panic!("{month}: {said}: {fault}"));
                seen += 1;
            }
        }
        assert!(seen >= months * 6, "{month}: {seen} numbers");
    }
}
