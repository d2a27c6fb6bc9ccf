//! The keys under which the rows of an archive were written, as far as they are at hand.
//!
//! Reads   the office's key and earlier ones; the changes of the key in the log
//! Gives   for each row whether pseudonym and salt are those of its key; A022
//! Rule    where a row's own key is not at hand, its pseudonym is compared through the tables of the changes with the one that the key in
//!         force gives its NIK. Its salt is then left open, and that is said

use super::super::commit_log::Commit;
use super::super::key_epochs::Translation;
use super::super::pseudonyms::{DigestForm, Person, Pseudonymizer};
use super::super::{Archive, layout};
use super::{Examination, Log, Verification};
use crate::archive::key::Key;
use schemas::document::Unchecked;

/// What the keys say of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Pseudonym, salt and commitment are those of its key.
    Proved,
    /// Pseudonym or salt is not.
    Wrong,
    /// Whether the commitment is right must be found by the salt.
    Open,
}

/// The keys, and the one under which the rows of the commit that is checked were written.
pub(super) struct Keys<'a> {
    at_hand: Vec<&'a Key>,
    /// The key in force, if it is at hand.
    newest: Option<&'a Key>,
    /// The archive, if its key was ever changed and it can be read.
    archive: Option<Archive>,
    /// The id of the key of the commit.
    of_commit: Option<String>,
    form: Option<DigestForm>,
    /// Computes the digests of the commit's rows.
    own: Option<Pseudonymizer>,
    /// Otherwise, computes their pseudonyms under the key in force, and says which ones these stand for.
    bridge: Option<(Pseudonymizer, Translation)>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(examination: Examination<'a>, log: &Log, result: &mut Verification) -> Self {
        let first = log.commits.first().and_then(|commit| commit.facts.as_ref()).map(|facts| facts.key_id.clone());
        let change = log.commits.iter().rev().find(|commit| commit.note.key_change.is_some());
        let changed = change.and_then(|commit| commit.note.key_change.as_ref()).map(|change| change.to.clone());
        let newest = changed.or_else(|| first.clone());
        let unchecked = match (&newest, examination.key) {
            _ if examination.public_only => Some(Unchecked::PrivateTables),
            (Some(_), None) => Some(Unchecked::KeyMissing),
            (Some(newest), Some(other)) if *newest != other.id() => {
                let place = layout::commit(change.map_or(0, |commit| commit.version));
                result.find("A022", format!("{place}: kunci {newest}, bukan {}", other.id()));
                Some(Unchecked::KeyOfAnother)
            }
            _ => None,
        };
        result.unchecked.extend(unchecked);
        let is_usable = !examination.public_only;
        let newest = examination.key.filter(|key| is_usable && newest == Some(key.id()));
        let at_hand = if is_usable { newest.into_iter().chain(examination.earlier_keys).collect() } else { Vec::new() };
        let archive = change.filter(|_| newest.is_some()).and_then(|_| Archive::open(examination.root).ok());
        Self { at_hand, newest, archive, of_commit: first, form: None, own: None, bridge: None }
    }

    /// Begins the commits whose digests have this form.
    pub(super) fn begin(&mut self, form: DigestForm) {
        self.form = Some(form);
        (self.own, self.bridge) = (None, None);
    }

    /// Goes from one commit to the next.
    pub(super) fn pass(&mut self, commit: &Commit, result: &mut Verification) {
        let Some(change) = &commit.note.key_change else { return };
        if self.of_commit.as_ref() != Some(&change.from) {
            let held = self.of_commit.as_deref().unwrap_or("yang tidak tercatat");
            result.find("A022", format!("{}: kunci {held}, bukan {}", layout::commit(commit.version), change.from));
        }
        let was_at_hand = self.key().is_some();
        if self.newest.is_some() && !was_at_hand {
            result.unchecked.insert(Unchecked::EarlierKey);
        }
        self.of_commit = Some(change.to.clone());
        (self.own, self.bridge) = (None, None);
    }

    fn key(&self) -> Option<&'a Key> {
        self.at_hand.iter().find(|key| Some(key.id()) == self.of_commit).copied()
    }

    /// Prepares what computes the digests of a commit's rows.
    pub(super) fn prepare(&mut self, version: u64) {
        let Some(form) = self.form.clone().filter(|_| self.own.is_none() && self.bridge.is_none()) else { return };
        if let Some(key) = self.key() {
            self.own = Some(Pseudonymizer::new(key, form));
        } else if let Some((newest, archive)) = self.newest.zip(self.archive.as_ref()) {
            let translation = archive.translation_of(version).ok().flatten();
            self.bridge = translation.map(|translation| (Pseudonymizer::new(newest, form), translation));
        }
    }

    /// Judges the pseudonym, the salt and the commitment of a row.
    pub(super) fn judge(
        &mut self,
        person: Person<'_>,
        pseudonym: Option<&[u8]>,
        salt: &[u8],
        committed: &[u8],
    ) -> Judgement {
        if let Some(own) = &mut self.own {
            let wanted = own.digest(person);
            let is_keyed = wanted.pseudonym.as_ref().map(<[u8; 16]>::as_slice) == pseudonym && wanted.salt == salt;
            return match is_keyed {
                true if wanted.commitment == committed => Judgement::Proved,
                true => Judgement::Open,
                false => Judgement::Wrong,
            };
        }
        let Some((newest, translation)) = &mut self.bridge else { return Judgement::Open };
        let stands_for = pseudonym.map(|held| translation.bytes(held));
        let wanted = newest.digest(person).pseudonym.map(Some);
        if stands_for == wanted { Judgement::Open } else { Judgement::Wrong }
    }
}
