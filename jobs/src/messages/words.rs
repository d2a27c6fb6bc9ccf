//! The texts of messages, in the officer's language: of codes, counts, times and the words of the facts.

use super::Day;
use super::alerts::Alert;
use crate::condition::remedy_for;
use chrono::{DateTime, Duration, Utc};
use schemas::{Month, Severity, Speech, Zone};

/// No text lists more lines than a telephone shows.
const LINES: usize = 40;

/// The digits of a NIK or of the number of a family card, which no text of ours needs.
const DIGITS_OF_A_PERSON: usize = 12;

/// A NIK has so many digits.
const DIGITS_OF_A_NIK: usize = 16;

#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) speech: Speech<'a>,
    pub(super) zone: Zone,
    pub(super) place: &'a str,
    pub(super) office: &'a str,
}

/// Subject and text.
type Told = (String, String);

impl Words<'_> {
    pub(super) fn alarm(self, code: &str, about: &str, since: DateTime<Utc>, count: u64) -> Told {
        let (place, of) = (self.place, of(code, about));
        let subject = self.speech.say("message.alarm", &[("place", &place), ("of", &of)]);
        let since = self.time(since);
        let lines = [
            self.speech.say("message.since", &[("since", &since)]),
            self.speech.say("message.count", &[("count", &count)]),
        ];
        (subject, self.of_finding(code, about, &lines))
    }

    pub(super) fn reminder(self, alert: &Alert, now: DateTime<Utc>) -> Told {
        let (place, of) = (self.place, of(&alert.code, &alert.about));
        let subject = self.speech.say("message.reminder", &[("place", &place), ("of", &of)]);
        let (since, duration) = (self.time(alert.since), self.duration(now - alert.since));
        let lines = [
            self.speech.say("message.since", &[("since", &since)]),
            self.speech.say("message.lasts", &[("duration", &duration)]),
            self.speech.say("message.count", &[("count", &alert.count)]),
        ];
        (subject, self.of_finding(&alert.code, &alert.about, &lines))
    }

    pub(super) fn recovery(self, alert: &Alert, now: DateTime<Utc>) -> Told {
        let (place, of) = (self.place, of(&alert.code, &alert.about));
        let subject = self.speech.say("message.recovery", &[("place", &place), ("of", &of)]);
        let (since, until, duration) = (self.time(alert.since), self.time(now), self.duration(now - alert.since));
        let sentence = self.speech.finding(&alert.code).sentence;
        let was = self.speech.say("message.was", &[("sentence", &sentence)]);
        let lasted =
            self.speech.say("message.lasted", &[("since", &since), ("until", &until), ("duration", &duration)]);
        (subject, self.signed(&[was, lasted]))
    }

    pub(super) fn report(self, month: Month, is_attached: bool) -> Told {
        let place = self.place;
        let subject = self.speech.say("message.report", &[("place", &place), ("month", &month)]);
        let where_it_is = if is_attached {
            self.speech.say("message.report_attached", &[])
        } else {
            self.speech.say("message.report_in_folder", &[("month", &month)])
        };
        (subject, self.signed(&[where_it_is, self.speech.say("message.masked", &[])]))
    }

    pub(super) fn daily(self, open: &[Alert], day: &Day, now: DateTime<Utc>) -> Told {
        let (place, date) = (self.place, self.date(now));
        let subject = self.speech.say("message.daily", &[("place", &place), ("date", &date)]);
        let mut lines = Vec::new();
        if let Some(archive) = &day.archive {
            let (version, events, until) = (archive.archive_version, archive.events, archive.complete_until());
            lines.push(
                self.speech.say("message.archive", &[("version", &version), ("events", &events), ("until", &until)]),
            );
        }
        if let Some(rows) = day.quarantined {
            lines.push(self.speech.say("message.quarantine", &[("rows", &rows)]));
        }
        if day.unsent > 0 {
            lines.push(self.speech.say("message.unsent", &[("count", &day.unsent)]));
        }
        (subject, self.signed(&[lines, self.open(open, now)].concat()))
    }

    pub(super) fn weekly(self, open: &[Alert], now: DateTime<Utc>) -> Told {
        let (place, date, count) = (self.place, self.date(now), open.len());
        let subject = if open.is_empty() {
            self.speech.say("message.all_well", &[("place", &place), ("date", &date)])
        } else {
            self.speech.say("message.not_all_well", &[("place", &place), ("date", &date), ("count", &count)])
        };
        let text = [self.open(open, now), vec![self.speech.say("message.weekly", &[])]].concat();
        (subject, self.signed(&text))
    }

    /// The subjects of messages in one.
    pub(super) fn digest(self, subjects: &[String], most_a_day: u32) -> Told {
        let (place, count) = (self.place, subjects.len());
        let subject = self.speech.say("message.digest", &[("place", &place), ("count", &count)]);
        let mut lines = vec![self.speech.say("message.digest_reason", &[("most", &most_a_day)])];
        lines.extend(subjects.iter().take(LINES).cloned());
        if count > LINES {
            let more = count - LINES;
            lines.push(self.speech.say("message.more", &[("more", &more)]));
        }
        (subject, self.signed(&lines))
    }

    pub(super) fn test(self) -> Told {
        let place = self.place;
        let subject = self.speech.say("message.test", &[("place", &place)]);
        (subject, self.signed(&[self.speech.say("message.test_text", &[])]))
    }

    /// What a text is given when its document has gone.
    pub(super) fn without_document(self) -> String {
        self.speech.say("message.document_gone", &[])
    }

    pub(super) fn date(self, now: DateTime<Utc>) -> String {
        self.zone.date(now.timestamp()).unwrap_or_default().format("%d-%m-%Y").to_string()
    }

    pub(super) fn week(self, now: DateTime<Utc>) -> String {
        self.zone.date(now.timestamp()).unwrap_or_default().format("%G-W%V").to_string()
    }

    fn time(self, at: DateTime<Utc>) -> String {
        let shown = self.zone.datetime(at.timestamp()).unwrap_or_default();
        format!("{} {}", shown.format("%d-%m-%Y %H.%M"), self.zone)
    }

    fn duration(self, lasted: Duration) -> String {
        let lasted = lasted.max(Duration::zero());
        let (days, hours, minutes) = (lasted.num_days(), lasted.num_hours() % 24, lasted.num_minutes() % 60);
        if days > 0 {
            self.speech.say("message.days", &[("days", &days), ("hours", &hours)])
        } else {
            self.speech.say("message.hours", &[("hours", &hours), ("minutes", &minutes)])
        }
    }

    /// A line for each thing that is wrong, or that nothing is.
    fn open(self, open: &[Alert], now: DateTime<Utc>) -> Vec<String> {
        if open.is_empty() {
            return vec![self.speech.say("message.nothing_open", &[])];
        }
        let line = |alert: &Alert| {
            let (of, duration) = (of(&alert.code, &alert.about), self.duration(now - alert.since));
            let sentence = self.speech.finding(&alert.code).sentence;
            self.speech.say("message.open", &[("of", &of), ("sentence", &sentence), ("duration", &duration)])
        };
        let mut lines: Vec<String> = open.iter().take(LINES).map(line).collect();
        if open.len() > LINES {
            let more = open.len() - LINES;
            lines.push(self.speech.say("message.more", &[("more", &more)]));
        }
        lines
    }

    fn of_finding(self, code: &str, about: &str, lines: &[String]) -> String {
        let finding = self.speech.finding(code);
        let mut all = vec![finding.sentence];
        let about = without_persons(about);
        if !about.is_empty() {
            all.push(self.speech.say("message.about", &[("about", &about)]));
        }
        all.extend(lines.iter().cloned());
        all.push(self.speech.say("message.remedy", &[("remedy", &remedy_for(&finding.remedy, &about))]));
        self.signed(&all)
    }

    fn signed(self, lines: &[String]) -> String {
        format!("{}\n\n{}\ntertib {}\n", lines.join("\n"), self.office, env!("CARGO_PKG_VERSION"))
    }
}

/// A code and what it is about, for a subject.
fn of(code: &str, about: &str) -> String {
    format!("{code} {}", without_persons(about)).trim_end().to_owned()
}

/// The word of a severity for programs.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A text in one line and without a number that may be of a person: names of jobs, channels and files are of the office, which may
/// have written anything. Versions of an archive, which begin with zeros, stay.
pub(crate) fn without_persons(text: &str) -> String {
    without_numbers(text, " .-", DIGITS_OF_A_PERSON)
}

/// An id of the office's work without what may be a NIK in it: the office may number berkas as it likes, but not by persons.
pub(crate) fn without_nik(id: &str) -> String {
    without_numbers(id, "", DIGITS_OF_A_NIK)
}

/// A text in one line without the numbers of so many digits and more, which some characters may join.
fn without_numbers(text: &str, joining: &str, least: usize) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    // The end closes the last number.
    for c in text.chars().chain(['\n']) {
        let joins = !digits.is_empty() && joining.contains(c);
        if c.is_ascii_digit() || joins {
            digits.push(c);
            continue;
        }
        let number: String = digits.chars().filter(char::is_ascii_digit).collect();
        if number.trim_start_matches('0').len() < least {
            shown.push_str(&digits);
        } else {
            shown.push('…');
        }
        digits.clear();
        shown.push(if c.is_control() { ' ' } else { c });
    }
    shown.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_a_person_is_told() {
        for (text, told) in [
            ("tarik", "tarik"),
            ("tarik 1806015708979001", "tarik …"),
            ("1806-0157-0897-9001.pdf", "…pdf"),
            ("berkas 1806 0157 0897 9001 rusak", "berkas …rusak"),
            ("events/_delta_log/00000000000000000412.json", "events/_delta_log/00000000000000000412.json"),
            ("laporan 2026-10", "laporan 2026-10"),
            ("dua\r\nbaris: X-Header", "dua  baris: X-Header"),
        ] {
            assert_eq!(without_persons(text), told);
        }
        for (id, shown) in [("B202610-000312", "B202610-000312"), ("B1806015708979001-2", "B…-2"), ("", "")] {
            assert_eq!(without_nik(id), shown);
        }
    }
}
