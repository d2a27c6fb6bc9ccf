//! What must hold in the end, whatever happened.

use super::Year;
use super::calendar::{self, day, shown};
use super::plan::{DAY_S, Event, Kill};
use schemas::{Month, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tests::reference::Reference;
use tests::{holds_nik, run, sqlite_number, sqlite_texts, tree};

/// A log is not longer than this.
const LONGEST_LOG: u64 = 8 << 20;

/// What `serve` may grow by in a thousand runs, kB.
const GROWTH_KB: i64 = 1_024;

/// Each slot that the calendar names has one row with an end, no other row is there, and no slot succeeded twice.
pub(crate) fn slots(year: &mut Year) {
    let machine = &mut year.machine;
    let now_s = machine.now_s();
    let since: BTreeMap<String, i64> = machine
        .told("select name, cast(since_s as text) from job")
        .into_iter()
        .map(|[name, since_s]| (name, since_s.parse().unwrap()))
        .collect();
    let mut owed: BTreeSet<(String, i64)> = BTreeSet::new();
    for (at_s, names) in calendar::due(&year.jobs, year.begin_s - DAY_S, now_s) {
        owed.extend(names.into_iter().filter(|name| since[name] < at_s).map(|name| (name, at_s)));
    }
    let rows: Vec<[String; 4]> = machine
        .told("select job, cast(slot_s as text), decision, reason from slot where decision <> 'void' order by slot_s");
    let mut decided = BTreeSet::new();
    let mut by_decision: BTreeMap<(String, String), usize> = BTreeMap::new();
    let runs_all = |name: &str| year.jobs.iter().any(|job| job.name == name && job.runs_all);
    for [job, at_s, decision, reason] in rows {
        let at_s: i64 = at_s.parse().unwrap();
        assert!(decided.insert((job.clone(), at_s)), "{job} {} has two rows", shown(at_s));
        let is_final = matches!(decision.as_str(), "done" | "covered" | "given-up");
        assert!(is_final, "{job} {} is {decision} ({reason})", shown(at_s));
        assert!(!runs_all(&job) || decision == "done", "{job} {} is {decision} ({reason})", shown(at_s));
        *by_decision.entry((job, format!("{decision} {reason}"))).or_default() += 1;
    }
    let lost: Vec<_> = owed.difference(&decided).map(|(job, at_s)| format!("{job} {}", shown(*at_s))).collect();
    let invented: Vec<_> = decided.difference(&owed).map(|(job, at_s)| format!("{job} {}", shown(*at_s))).collect();
    assert!(lost.is_empty() && invented.is_empty(), "lost: {lost:?}, of no calendar: {invented:?}");
    // Slots of a year that did not come yet are void, and due again whenever the clock shows that year.
    let twice: Vec<[String; 2]> = machine.told(&format!(
        "select job, cast(slot_s as text) from run where slot_s <= {now_s} and outcome in ('done', 'findings') \
         group by job, slot_s having count(*) > 1"
    ));
    assert!(twice.is_empty(), "succeeded twice: {twice:?}");
    let undone: Vec<[String; 2]> = machine.told(
        "select job, cast(slot_s as text) from slot where decision = 'done' and not exists \
         (select 1 from run where run.job = slot.job and run.slot_s = slot.slot_s and outcome in ('done', 'findings'))",
    );
    assert!(undone.is_empty(), "called done, and nothing succeeded: {undone:?}");
    // Most slots are run at their time, or the year proves little.
    let done = by_decision.iter().filter(|((_, how), _)| how.starts_with("done")).map(|(_, n)| n).sum::<usize>();
    assert!(done * 10 > owed.len() * 8, "{done} of {}", owed.len());
    let [runs, failed] = machine.asked("select count(*), count(*) filter (where outcome = 'failed') from run").unwrap();
    println!(
        "{} days, {} slots: {by_decision:?}; {runs} runs, {failed} of them failed or cut off; killed {:?}, met {:?}, {} runs of \
         rivals",
        year.days,
        owed.len(),
        year.tally.kills,
        year.tally.events,
        year.tally.runs_of_rivals
    );
    let killed: u32 = year.tally.kills.values().sum();
    let planned = u32::try_from(year.plan.kills.len()).unwrap();
    assert!(killed >= planned, "{killed} of {planned} kills met a process");
    assert!([Kill::Serve, Kill::Run, Kill::Both].iter().all(|kill| year.tally.kills.contains_key(kill)));
    assert!(year.tally.runs_of_rivals > 0, "no rival ran anything");
    let met: usize = year.plan.events.values().map(Vec::len).sum();
    assert_eq!(year.tally.events.values().sum::<u32>(), u32::try_from(met).unwrap());
    machine.run(&["status"]).expect_code(0);
}

/// Each alarm was told once and its end once, by each channel that was up, and nothing is open.
pub(crate) fn messages(year: &mut Year) {
    let machine = &mut year.machine;
    // What was told last is being sent.
    machine.run(&["notify", "send"]).expect_code(0);
    let open: Vec<[String; 1]> = machine.told("select key from alert where ended_s is null");
    assert!(open.is_empty(), "not over: {open:?}\n{}", machine.said());
    let rows: Vec<[String; 6]> =
        machine.told("select id, channel, kind, key, state, cast(made_s as text) from outbox order by rowid");
    let mut told: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for [_, channel, kind, key, _, _] in &rows {
        if kind == "alarm" || kind == "recovery" {
            told.entry((channel, key)).or_default().push(kind);
        }
    }
    for ((channel, key), kinds) in &told {
        let is_in_turn = kinds.chunks(2).all(|pair| *pair == ["alarm", "recovery"]);
        assert!(is_in_turn, "{key} by {channel}: {kinds:?}");
    }
    let received = received(machine.office.path("kabar").as_path());
    let by_program: BTreeMap<&str, &[String; 6]> =
        rows.iter().filter(|row| row[1] == "program").map(|row| (row[0].as_str(), row)).collect();
    for [id, _, kind, key, state, _] in by_program.values() {
        let may_be_left_out = ["reminder", "daily", "weekly"].contains(&kind.as_str()) && state == "superseded";
        let is_received = received.contains_key(id);
        assert!(may_be_left_out || state == "sent" && is_received, "{kind} {key}: {state}, received: {is_received}");
    }
    let doubles: u32 = received.values().map(|times| times - 1).sum();
    let kills: u32 = year.tally.kills.iter().filter(|(kill, _)| **kill != Kill::Run).map(|(_, n)| n).sum();
    assert!(doubles <= kills + 10, "{doubles} messages came again, and serve was killed {kills} times");
    assert!(received.keys().all(|id| by_program.contains_key(id.as_str())), "what nobody wrote was received");
    // The services that refused for a week.
    let taken = [("situs", machine.sinks.site.taken().join("\n")), ("surel", machine.sinks.mail.taken().join("\n"))];
    let falls = year.plan.events.iter().filter(|(_, events)| events.contains(&Event::SinkFalls)).map(|(at_s, _)| *at_s);
    let falls: Vec<i64> = falls.collect();
    let mut by_state: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for [id, channel, kind, key, state, made_s] in &rows {
        *by_state.entry((channel, state)).or_default() += 1;
        if let Some((_, taken)) = taken.iter().find(|(of, _)| of == channel) {
            let made_s: i64 = made_s.parse().unwrap();
            let was_down = falls.iter().any(|falls_s| (falls_s - DAY_S..falls_s + 8 * DAY_S).contains(&made_s));
            let is_well =
                matches!(state.as_str(), "sent" | "summed-up" | "superseded") || state == "given-up" && was_down;
            assert!(is_well, "{kind} {key} by {channel} made {}: {state}", shown(made_s));
            assert!(
                state != "sent" || taken.contains(id.as_str()),
                "{kind} {key} was sent by {channel} and not received"
            );
        }
    }
    let codes: BTreeSet<&str> = told.keys().filter_map(|(_, key)| key.split('/').next()).collect();
    println!("alarms {codes:?}, {doubles} messages came again, {by_state:?}");
    for code in ["J001", "J006", "N002", "T011", "T013"] {
        assert!(codes.contains(code), "nobody was told of {code}: {codes:?}");
    }
    // By a clock that stands in 2099 every backup would be late, and slots of decades undone.
    for code in ["J008", "K010", "K014"] {
        assert!(!codes.contains(code), "{code} was told, which only a wrong clock can say");
    }
    for month in over(year) {
        let key = format!("report/{month}");
        let is_of_this_time =
            month.end_s(Zone::Wib) > year.begin_s && month.end_s(Zone::Wib) < year.machine.now_s() - 8 * DAY_S;
        assert!(!is_of_this_time || rows.iter().any(|row| row[3] == key && row[4] == "sent"), "{key} was not told");
    }
}

/// How often each message was received.
fn received(folder: &Path) -> BTreeMap<String, u32> {
    let mut received = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let letter: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap_or_default();
            // What was cut off in the middle was sent again.
            if let Some(id) = letter["id"].as_str() {
                *received.entry(id.to_owned()).or_default() += 1;
            }
        }
    }
    received
}

/// The archive is whole and holds each event once, the backup is a beginning of it, and what is restored from it is whole.
pub(crate) fn archive(year: &mut Year) {
    let machine = &mut year.machine;
    // What was written since the last working day.
    machine.run(&["pull"]).expect_code(0);
    machine.run(&["verify"]).expect_code(0);
    machine.office.holds_once(sqlite_number(&year.source.database, "select count(*) from langkah_berkas"));
    let log = |root: &str| {
        let mut files = tree(&machine.office.path(root).join("events/_delta_log"));
        files.retain(|path, _| path.extension().is_some_and(|ending| ending == "json"));
        files
    };
    let (here, there) = (log("archive"), log("cadangan/archive"));
    assert!(
        there.len() > 10 && there.iter().all(|(path, bytes)| here.get(path) == Some(bytes)),
        "the backup is of another archive"
    );
    machine.run(&["backup"]).expect_code(0);
    let listed = machine.run(&["backup", "--list"]).expect_code(0).out;
    assert!(listed.contains("usb"), "{listed}");
    let folder = tempfile::TempDir::new().unwrap();
    let into = folder.path().join("pulih");
    let restored = run(&["restore", &machine.office.place("cadangan"), &into.display().to_string()]);
    // What a backup that was killed has left behind is named, and is no part of what is restored.
    let is_left_over = restored.out.contains("belong to a backup that was cut off");
    restored.expect_code(i32::from(is_left_over));
    assert!(!is_left_over || !year.tally.kills.is_empty(), "nothing was killed");
    run(&["verify", "--archive", &into.join("archive").display().to_string()]).expect_code_in(&[0, 1], "verify");
    let [drills] = machine.asked("select count(*) from backups where kind = 'drill' and outcome = 'done'").unwrap();
    let wanted = calendar::due(&year.jobs, year.begin_s, machine.now_s());
    let wanted = wanted.values().filter(|names| names.contains("uji-pulih")).count();
    assert!(drills >= i64::try_from(wanted).unwrap(), "{drills} of {wanted} trials proved the backup");
    println!("{} commits, {} of them in the backup, {drills} trials of it", here.len(), there.len());
}

/// `serve` needs no more memory and no more files after many runs.
pub(crate) fn growth(year: &mut Year) {
    let mut of_process: BTreeMap<u32, Vec<super::Sample>> = BTreeMap::new();
    for sample in &year.samples {
        of_process.entry(sample.process).or_default().push(*sample);
    }
    let longest = of_process.into_values().max_by_key(Vec::len).unwrap();
    // One that has just been started is not whole.
    let longest = &longest[3..];
    // It has warmed up after a third.
    let warm = &longest[longest.len() / 3..];
    let middle = |samples: &[super::Sample], of: fn(&super::Sample) -> i64| {
        let mut values: Vec<i64> = samples.iter().map(of).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    let runs = warm[warm.len() - 1].runs - warm[0].runs;
    let (early, late) = (&warm[..warm.len() / 5], &warm[warm.len() - warm.len() / 5..]);
    let grown = |of| middle(late, of) - middle(early, of);
    let (memory_kb, files) = (grown(|one| one.memory_kb), grown(|one| one.files));
    let most = longest.iter().map(|one| one.files).max().unwrap();
    println!(
        "one serve over {} runs: {} kB and {} files at first, then {} kB, in the end {} kB and {} files, at most {most}; grown by \
         {memory_kb} kB and {files} files over {runs} runs",
        longest[longest.len() - 1].runs - longest[0].runs,
        longest[0].memory_kb,
        longest[0].files,
        middle(early, |one| one.memory_kb),
        middle(late, |one| one.memory_kb),
        middle(late, |one| one.files)
    );
    assert!(year.days < super::QUARTER || runs > 150, "only {runs} runs were seen");
    assert!(memory_kb <= (GROWTH_KB * runs / 1_000).max(GROWTH_KB), "{memory_kb} kB more after {runs} runs");
    assert!(files <= 0, "{files} files more after {runs} runs");
    assert!(most <= 32, "{most} files open at once");
    // What wakes it is the work, which stays the same.
    let wakes = |part: &[super::Sample]| {
        let (first, last) = (part[0], part[part.len() - 1]);
        (last.wakes - first.wakes) / (last.runs - first.runs).max(1)
    };
    let (first, second) = warm.split_at(warm.len() / 2);
    println!("it woke {} times a run in the first half, {} in the second", wakes(first), wakes(second));
    assert!(year.days < super::QUARTER || wakes(second) < 2 * wakes(first), "it wakes more and more often");
}

/// What is written down is bounded, and nobody is named in it.
pub(crate) fn logs(year: &mut Year) {
    let machine = &mut year.machine;
    let now_s = machine.now_s();
    let mut said: Vec<(String, String)> = Vec::new();
    let (mut files, mut bytes, mut loose, mut cut_off) = (0, 0, 0, 0);
    let (logs, others) = machine.at_rest(|office| {
        let others = ["serve.log", "kabar"].map(|name| {
            let path = office.path(name);
            let files =
                if path.is_dir() { tree(&path).into_values().collect() } else { vec![fs::read(&path).unwrap()] };
            (name, files)
        });
        (tree(&office.path("log")), others)
    });
    for (path, content) in logs {
        // What a sweep left that was cut off; the next one removes it.
        if path.file_name().is_some_and(|name| pipeline::is_temporary(&name.to_string_lossy())) {
            cut_off += 1;
            continue;
        }
        files += 1;
        bytes += content.len();
        assert!((content.len() as u64) <= LONGEST_LOG, "{}", path.display());
        let name = path.display().to_string();
        let is_packed = name.ends_with(".zst");
        loose += usize::from(!is_packed);
        let text = if is_packed { zstd::decode_all(content.as_slice()).unwrap() } else { content };
        assert!((text.len() as u64) <= LONGEST_LOG, "{name}");
        said.push((name, String::from_utf8(text).unwrap()));
    }
    let [slots, recent] = machine
        .asked(&format!(
            "select count(distinct log), count(distinct log) filter (where began_s > {}) from run where log is not null",
            now_s - 10 * DAY_S
        ))
        .unwrap();
    assert!(cut_off <= 1, "{cut_off} files of sweeps that were cut off");
    // A run that was killed before it began may have left a log, too.
    assert!(files <= slots + i64::from(year.tally.kills.values().sum::<u32>()), "{files} logs of {slots} slots");
    assert!(i64::try_from(loose).unwrap() <= recent + 20, "{loose} logs are not packed, and {recent} are of ten days");
    let history = fs::metadata(machine.office.path("riwayat.sqlite")).unwrap().len();
    let copies = fs::read_dir(machine.office.path(".berlaku")).unwrap().count();
    println!(
        "{files} logs in {bytes} bytes, {loose} not packed; a history of {history} bytes; {copies} copies of the configuration"
    );
    assert!(history < 12 << 20 && bytes < 64 << 20 && copies <= 2);
    for (name, files) in others {
        said.extend(files.iter().map(|bytes| (name.to_owned(), String::from_utf8_lossy(bytes).into_owned())));
    }
    said.push(("the site".to_owned(), machine.sinks.site.taken().join("\n")));
    said.push(("the mail".to_owned(), machine.sinks.mail.taken().join("\n")));
    let told: Vec<[String; 1]> = machine.told("select message from run union all select letter from outbox");
    said.push(("the history".to_owned(), told.concat().join("\n")));
    let names = sqlite_texts(&year.source.database, "select nama from berkas union select pembawa from kolektif");
    assert!(names.len() > 30 && said.len() > 100, "{} names, {} texts", names.len(), said.len());
    for (of, text) in &said {
        assert!(!holds_nik(text), "{of} holds a NIK");
        let named = names.iter().find(|name| text.contains(name.as_str()));
        assert!(named.is_none(), "{of} names {named:?}");
    }
}

/// The figures of each month that is over are those of the reference, which reads the source.
pub(crate) fn figures(year: &mut Year) {
    let months = over(year);
    let truth = Reference::with_ramadan(super::RAMADAN).figures(&year.source.database, Zone::Wib, &months);
    for month in &months {
        let ours = year.machine.office.figures(&month.to_string(), 0);
        let truth = &truth[month.to_string()];
        for (figure, value) in truth.as_object().unwrap() {
            assert_eq!(&ours[figure], value, "{figure} of {month}, ours and the reference's");
        }
        assert_eq!(&ours, truth, "{month}");
    }
    println!("figures of {} months are the reference's", months.len());
}

/// The months that the archive holds and that are over.
fn over(year: &Year) -> Vec<Month> {
    let this = Month::of_date(day(year.machine.now_s()));
    let first: Month = super::MONTHS.split(':').next().unwrap().parse().unwrap();
    std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month < this).collect()
}
