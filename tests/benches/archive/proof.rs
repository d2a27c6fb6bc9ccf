//! What a proof costs in process, and what the tree costs beside another one: `proof ARCHIVE IDS.json`.
//!
//! Each event is proved from the opened archive: its row is found and its part hashed, decoded, and led to the checkpoint. The peer is
//! `ct-merkle`, with as many records of the same length, already in memory. Prints medians as one JSON object; `run.py` puts them in
//! its table.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured and stops at what is wrong"
)]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use pipeline::{Archive, Provable};
use serde_json::json;
use sha2::Sha256;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().filter(|a| !a.starts_with("--")).collect();
    let [_, archive, ids] = arguments.as_slice() else { return };
    let ids: Vec<String> = serde_json::from_slice(&std::fs::read(ids).unwrap()).unwrap();
    let began = Instant::now();
    let archive = Archive::open(Path::new(archive)).unwrap();
    let opened = began.elapsed();
    let (mut times, mut lengths) = (Vec::new(), Vec::new());
    for id in &ids {
        let began = Instant::now();
        let proved = archive.prove(Provable::Event(id)).unwrap();
        times.push(began.elapsed());
        lengths.extend(proved.iter().map(|one| one.proof.record.len()));
    }
    let size = usize::try_from(archive.checkpoint().unwrap().unwrap().0.size).unwrap();
    let length = lengths.iter().sum::<usize>() / lengths.len();
    let mut records: Vec<Vec<u8>> = (0..size).map(|place| vec![u8::try_from(place % 251).unwrap(); length]).collect();
    let began = Instant::now();
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    records.drain(..).for_each(|record| tree.push(record));
    let built = began.elapsed();
    let mut peers = Vec::new();
    for place in (0..ids.len()).map(|n| n * size / ids.len()) {
        let began = Instant::now();
        let proof = tree.prove_inclusion(place);
        peers.push(began.elapsed());
        assert!(!proof.as_bytes().is_empty());
    }
    let said = json!({
        "leaves": size, "record": length, "open": opened.as_secs_f64(), "prove": median(times),
        "ct_merkle_tree": built.as_secs_f64(), "ct_merkle_prove": median(peers),
    });
    println!("{said}");
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}
