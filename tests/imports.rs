//! Tells which source files of a crate import which. It reads the text and follows what modules re-export.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module by the names of its path; the crate itself has none.
pub(crate) type Module = Vec<String>;

/// The modules of one crate and what each of them imports, without its tests.
#[derive(Debug)]
pub(crate) struct Imports {
    modules: BTreeSet<Module>,
    /// What a module is asked for, from the crate on.
    uses: BTreeMap<Module, Vec<Vec<String>>>,
    /// Names that a module hands on, and whose they are.
    handed_on: BTreeMap<(Module, String), Vec<String>>,
}

impl Imports {
    /// Those of the crate whose sources lie there.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut texts = BTreeMap::new();
        read(folder, &mut Vec::new(), &mut texts);
        let modules = texts.keys().cloned().collect();
        let mut imports = Self { modules, uses: BTreeMap::new(), handed_on: BTreeMap::new() };
        for (module, text) in &texts {
            imports.note(module, text);
        }
        imports
    }

    fn note(&mut self, module: &Module, text: &str) {
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        let code: String = lines.flat_map(|line| [line, " "]).collect();
        for statement in code.split(';') {
            let (begin, tree) = statement.rsplit_once("use ").unwrap_or((statement, ""));
            let words: Vec<&str> = begin.split_whitespace().collect();
            let is_use =
                !tree.is_empty() && words.last().is_none_or(|w| w.starts_with("pub") || w.ends_with(['}', ']']));
            if is_use {
                for path in expanded(tree) {
                    let Some(path) = self.resolved(module, &path) else { continue };
                    if words.last().is_some_and(|w| w.starts_with("pub"))
                        && let Some(name) = path.last()
                    {
                        self.handed_on.insert((module.clone(), name.clone()), path.clone());
                    }
                    self.uses.entry(module.clone()).or_default().push(path);
                }
            }
            for path in written_out(if is_use { begin } else { statement }) {
                if let Some(path) = self.resolved(module, path) {
                    self.uses.entry(module.clone()).or_default().push(path);
                }
            }
        }
    }

    /// A path as it is written in a module, from the crate on; `None` for what is of another crate.
    fn resolved(&self, module: &Module, path: &str) -> Option<Vec<String>> {
        let mut parts: Vec<String> = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut base = module.clone();
        match parts.first()?.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                while parts.get(1).is_some_and(|part| part == "super") {
                    parts.remove(1);
                    base.pop();
                }
                base.pop();
            }
            child => {
                let inside = [base.clone(), vec![child.to_owned()]].concat();
                return self.modules.contains(&inside).then(|| [base, parts].concat());
            }
        }
        parts.remove(0);
        Some([base, parts].concat())
    }

    /// The module that a path is of in the end.
    fn owner(&self, path: &[String]) -> Module {
        let known = (0..=path.len()).rev().find(|n| self.modules.contains(&path[..*n]));
        let (module, rest) = path.split_at(known.unwrap_or_default());
        let handed = rest.first().and_then(|name| self.handed_on.get(&(module.to_vec(), name.clone())));
        match handed {
            Some(whose) if whose != path => self.owner(&[whose.as_slice(), &rest[1..]].concat()),
            _ => module.to_vec(),
        }
    }

    /// Each import of one module from another. A module and its parts may know each other.
    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let arrows = self.uses.iter().filter(|(module, _)| !module.is_empty()).map(|(module, uses)| {
            let owners = uses.iter().map(|path| self.owner(path));
            (module, owners.filter(|owner| !owner.is_empty() && !module.starts_with(owner)).collect())
        });
        arrows.collect()
    }

    /// Which of the crate's rooms, its modules at the top, import from which.
    pub(crate) fn rooms(&self) -> BTreeSet<(String, String)> {
        let of_rooms = self.arrows().into_iter().flat_map(|(module, owners)| {
            owners.into_iter().map(|owner| (module[0].clone(), owner[0].clone())).collect::<Vec<_>>()
        });
        of_rooms.filter(|(from, to)| from != to).collect()
    }

    /// The modules from which imports lead back to themselves.
    pub(crate) fn circles(&self) -> Vec<String> {
        let arrows = self.arrows();
        let leads_back = |start: &Module| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(module) = open.pop() {
                for owner in arrows.get(module).into_iter().flatten() {
                    if owner == start {
                        return true;
                    }
                    if seen.insert(owner) {
                        open.push(owner);
                    }
                }
            }
            false
        };
        arrows.keys().filter(|module| leads_back(module)).map(|module| module.join("/")).collect()
    }
}

fn read(folder: &Path, module: &mut Module, texts: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            module.push(name);
            read(&path, module, texts);
            module.pop();
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let here = if ["lib", "main"].contains(&name.as_str()) { Vec::new() } else { vec![name] };
            texts.insert([module.clone(), here].concat(), fs::read_to_string(&path).unwrap());
        }
    }
}

/// The paths of a tree: `a::{b, c::{d, e}}` are three.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((begin, inside)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inside.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| expanded(part).into_iter().map(|path| format!("{begin}{path}"))).collect()
}

/// Paths that begin with `crate` or `super` in the middle of a statement.
fn written_out(statement: &str) -> impl Iterator<Item = &str> {
    let is_of_path = |c: char| c.is_alphanumeric() || "_:".contains(c);
    let paths = statement.split(move |c| !is_of_path(c));
    paths.filter(|path| path.starts_with("crate::") || path.starts_with("super::"))
}
