//! Links a data set of FEBRL and prints how well: `link febrl3|febrl4 [--no-id]`. `run.py` measures it beside its peer.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use tests::febrl::Febrl;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let Some(name) = arguments.iter().find(|a| a.starts_with("febrl")) else { return };
    let data = Febrl::read(name);
    let linked = data.link(!arguments.iter().any(|a| a == "--no-id"));
    println!("{:.5} {}", data.f1(&linked), linked.compared);
}
