//! The pages on which a visitor can do what a remedy names a command for.

use super::super::visit::Visit;
use super::job_path::place;
use crate::config::Task;
use crate::messages::words::without_persons;
use schemas::Right;
use serde_json::{Value, json};

/// What commands do that a job does, too.
const TASKS: [(&str, Task); 5] = [
    ("tertib pull", Task::Pull),
    ("tertib verify", Task::Verify),
    ("tertib reconcile", Task::Reconcile),
    ("tertib backup", Task::Backup),
    ("tertib doctor", Task::Doctor),
];

/// Who reads remedies, and where.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    may_decide: bool,
    may_see_system: bool,
    may_operate: bool,
    /// The jobs that do what a command does: the command, the name, and its place.
    jobs: Vec<(&'static str, String, String)>,
}

impl Reader {
    /// Whoever asks.
    pub(super) fn of(visit: &Visit) -> Self {
        let is_served = visit.portal.asks.is_some();
        let workspace = visit.portal.office.now();
        let of_task = |(command, task): &(&'static str, Task)| {
            let job = workspace.config.jobs.iter().find(|job| job.task == *task)?;
            Some((*command, without_persons(&job.name), format!("/pekerjaan#{}", place(&job.name))))
        };
        Self {
            may_decide: visit.may(Right::Decide) && is_served,
            may_see_system: visit.may(Right::System),
            may_operate: visit.may(Right::Operate) && is_served,
            jobs: TASKS.iter().filter_map(of_task).collect(),
        }
    }

    /// The pages for the commands of a remedy.
    pub(super) fn pages(&self, remedy: &str) -> Vec<Value> {
        let names = |command: &str| remedy.contains(&format!("`{command}"));
        let mut pages = Vec::new();
        if self.may_decide && names("tertib target set") {
            pages.push(json!({"alamat": "/target#masukkan", "nama": "Masukkan nilai target"}));
        }
        if self.may_see_system && names("tertib doctor") {
            pages.push(json!({"alamat": "/sistem", "nama": "Buka Sistem"}));
        }
        let jobs = self.jobs.iter().filter(|(command, ..)| self.may_operate && names(command));
        pages.extend(jobs.map(|(_, name, place)| json!({"alamat": place, "nama": format!("Jalankan {name}")})));
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_leads_to_where_it_can_be_done() {
        let jobs = vec![("tertib pull", "tarik".to_owned(), "/pekerjaan#pekerjaan-tarik".to_owned())];
        let officer = Reader { may_decide: false, may_see_system: true, may_operate: true, jobs };
        let remedy =
            "Tarik lagi dengan `tertib pull --again BULAN`, atau lihat `tertib doctor`; lalu `tertib target set X`.";
        let names = |reader: &Reader| reader.pages(remedy).iter().map(|page| page["nama"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&officer), ["Buka Sistem", "Jalankan tarik"]);
        let head = Reader { may_decide: true, may_see_system: false, may_operate: false, ..officer };
        assert_eq!(names(&head), ["Masukkan nilai target"]);
        assert!(head.pages("Beri tahu petugas TI.").is_empty());
    }
}
