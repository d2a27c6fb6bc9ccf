//! A separate process as the typesetter.
//!
//! It is typst, for an office that installs and updates typst itself; or tertib itself, for templates of the office, which might
//! never end or use up all memory.
//!
//! Rule    it runs in a private folder that holds only the templates and the data, without environment, packages or network, within
//!         the time and memory of the configuration; its error message is reported with file and line

use crate::pdf::{self, Fonts, Output, Rendered, Request};
use crate::templates::{Templates, template_names};
use crate::{Crest, RenderError};
use schemas::document::PdfStandard;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use wait_timeout::ChildExt;

/// A proxy on which nothing listens, so that nothing can be downloaded.
const NOWHERE: &str = "http://127.0.0.1:9";
/// The greatest number of characters of an error message that are reported.
const LONGEST_COMPLAINT: usize = 300;

/// How a program is told what it should set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typesetter {
    /// By typst's command line.
    Typst,
    /// Tertib itself, by this argument. It then sets what is in its folder ([`set_in`]).
    Own(&'static str),
}

/// A typesetting program and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its path.
    pub path: PathBuf,
    /// How it is told what it should set.
    pub typesetter: Typesetter,
    /// The time that it may take for one file.
    pub deadline: Duration,
    /// The memory that it may take, in bytes of address space. Only Linux enforces it.
    pub memory_bytes: u64,
}

impl Program {
    /// Returns the version that the program reports, such as `typst 0.15.1`.
    ///
    /// # Errors
    /// [`RenderError::Program`] if it does not run.
    pub fn version(&self) -> Result<String, RenderError> {
        let room = private_folder().map_err(|e| self.fault(&format!("no private folder for it: {e}")))?;
        let said = room.path().join("out");
        self.run(room.path(), &said, ["--version".as_ref()])?;
        let said = std::fs::read_to_string(&said).map_err(|e| self.fault(&e.to_string()))?;
        Ok(said.lines().next().unwrap_or_default().to_owned())
    }

    /// Returns the version of the built-in typesetter in the same form.
    #[must_use]
    pub fn built_in_version() -> String {
        format!("typst {}", typst::utils::version().raw())
    }

    /// Sets a document.
    pub(crate) fn set(
        &self,
        request: &Request<'_>,
        templates: &Templates,
        crest: Option<&Crest>,
    ) -> Result<Rendered, RenderError> {
        let failed = |e: std::io::Error| self.fault(&format!("its private folder failed: {e}"));
        let room = private_folder().map_err(failed)?;
        for (name, text) in templates.layouts() {
            std::fs::write(room.path().join(name), text).map_err(failed)?;
        }
        if let Some(crest) = crest {
            std::fs::write(room.path().join(&crest.name), &crest.bytes).map_err(failed)?;
        }
        std::fs::write(room.path().join(DATA), &request.page).map_err(failed)?;
        let arguments = match self.typesetter {
            Typesetter::Typst => typst_arguments(request),
            Typesetter::Own(word) => {
                let order = Order {
                    name: request.name.clone(),
                    layout: request.layout.to_owned(),
                    output: request.output,
                    crest: crest.map(|crest| crest.name.clone()),
                };
                let order = serde_json::to_vec(&order).map_err(|e| self.fault(&e.to_string()))?;
                std::fs::write(room.path().join(ORDER), order).map_err(failed)?;
                vec![word.to_owned()]
            }
        };
        let said = room.path().join("complaint");
        self.run(room.path(), &said, arguments.iter().map(OsStr::new)).map_err(|fault| {
            match (fault, complaint(&said)) {
                (RenderError::Program { .. }, Some(reason)) => {
                    RenderError::Layout { document: request.name.clone(), reason }
                }
                (fault, _) => fault,
            }
        })?;
        let bytes = std::fs::read(room.path().join(result(request.output))).map_err(failed)?;
        let pages = match request.output {
            Output::Pdf { .. } => pages(&bytes),
            Output::Svg => Some(1),
        };
        let pages = pages.ok_or_else(|| self.fault("it gave a file whose pages cannot be counted"))?;
        Ok(Rendered { pages, bytes, replaced: 0 })
    }

    /// Runs the program in its folder. Its output goes into a file.
    #[expect(clippy::disallowed_methods, reason = "the one program that the office may name")]
    fn run<'a>(
        &self,
        room: &Path,
        said: &Path,
        arguments: impl IntoIterator<Item = &'a OsStr>,
    ) -> Result<(), RenderError> {
        let words = File::create(said).and_then(|f| Ok((f.try_clone()?, f)));
        let (out, err) = words.map_err(|e| self.fault(&e.to_string()))?;
        let mut child = Command::new(&self.path)
            .args(arguments)
            .current_dir(room)
            .env_clear()
            .envs(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, NOWHERE)))
            .envs(["TYPST_PACKAGE_PATH", "TYPST_PACKAGE_CACHE_PATH"].map(|name| (name, "packages")))
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|e| self.fault(&e.to_string()))?;
        let ended = limit(&child, self.memory_bytes).and_then(|()| child.wait_timeout(self.deadline));
        if !matches!(ended, Ok(Some(_))) {
            // It has ended either way, killed or by itself.
            drop(child.kill());
            drop(child.wait());
        }
        match ended.map_err(|e| self.fault(&e.to_string()))? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(self.fault(&how_it_ended(status))),
            None => Err(RenderError::Deadline { program: self.shown(), seconds: self.deadline.as_secs() }),
        }
    }

    fn fault(&self, reason: &str) -> RenderError {
        RenderError::Program { program: self.shown(), reason: reason.to_owned() }
    }

    fn shown(&self) -> String {
        match self.typesetter {
            Typesetter::Typst => format!("the typst program {}", self.path.display()),
            Typesetter::Own(_) => "the setting of the office's own templates".to_owned(),
        }
    }
}

/// The files in the folder of a program: the data of the layout, and the order for tertib itself.
const DATA: &str = "data.json";
const ORDER: &str = "order.json";

/// Returns the file in the folder of a program that holds the result.
fn result(output: Output) -> &'static str {
    match output {
        Output::Pdf { .. } => "out.pdf",
        Output::Svg => "out.svg",
    }
}

/// What tertib itself should set in a folder of layouts and data.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    name: String,
    layout: String,
    output: Output,
    crest: Option<String>,
}

/// Sets what is in a folder with the built-in typesetter. This runs in a process that may be killed at any time.
///
/// # Errors
/// [`RenderError`] names the document and the place in the template.
pub fn set_in(folder: &Path) -> Result<(), RenderError> {
    let fault = |reason: String| RenderError::Data { document: folder.display().to_string(), reason };
    let read = |name: &str| std::fs::read(folder.join(name)).map_err(|e| fault(format!("{name}: {e}")));
    let text = |name: &str| String::from_utf8(read(name)?).map_err(|e| fault(format!("{name}: {e}")));
    let order: Order = serde_json::from_slice(&read(ORDER)?).map_err(|e| fault(e.to_string()))?;
    let names = template_names().filter(|name| name.ends_with(".typ"));
    let layouts = names.map(|name| Ok((name.to_owned(), text(name)?))).collect::<Result<_, RenderError>>()?;
    let crest = order.crest.map(|name| Ok::<_, RenderError>(Crest { bytes: read(&name)?, name })).transpose()?;
    let request = Request { name: order.name, layout: &order.layout, page: text(DATA)?, output: order.output };
    let rendered = pdf::set(&request, &Templates::load(layouts)?, &Fonts::embedded()?, crest.as_ref())?;
    let result = result(order.output);
    std::fs::write(folder.join(result), rendered.bytes).map_err(|e| fault(format!("{result}: {e}")))
}

fn typst_arguments(request: &Request<'_>) -> Vec<String> {
    let words = ["compile", "--root", ".", "--ignore-system-fonts", "--diagnostic-format", "short"];
    let mut arguments: Vec<String> = words.map(str::to_owned).to_vec();
    if let Output::Pdf { last_day, zone, standard } = request.output {
        let name = match standard {
            PdfStandard::A1b => "a-1b",
            PdfStandard::A2b => "a-2b",
            PdfStandard::A2aUa1 => "a-2a,ua-1",
        };
        let created = (zone.start_s(last_day.succ_opt().unwrap_or(last_day)) - 1).to_string();
        let words = ["--creation-timestamp", &created, "--pdf-standard", name];
        arguments.extend(words.map(str::to_owned));
        if !standard.is_tagged() {
            arguments.push("--no-pdf-tags".to_owned());
        }
    }
    arguments.extend([request.layout, result(request.output)].map(str::to_owned));
    arguments
}

/// Creates a folder that no other user can read.
fn private_folder() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

#[cfg(target_os = "linux")]
fn limit(child: &Child, bytes: u64) -> std::io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    prlimit(Some(Pid::from_child(child)), Resource::As, limit)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit(_child: &Child, _bytes: u64) -> std::io::Result<()> {
    Ok(())
}

/// What ends with this was not loaded, of which the loader cannot always say why.
#[cfg(unix)]
const NOT_LOADED: i32 = 127;

#[cfg(unix)]
fn how_it_ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            format!("it was ended by signal {signal}; it may need more than `memory-mb` under [render]")
        }
        (None, Some(NOT_LOADED)) => {
            "it could not be loaded; it may need more than `memory-mb` under [render], or a library that is missing"
                .to_owned()
        }
        (None, _) => format!("it ended with {status} and said nothing"),
    }
}

#[cfg(not(unix))]
fn how_it_ended(status: ExitStatus) -> String {
    format!("it ended with {status} and said nothing")
}

/// Returns the first error that the program reports, as `file, line N: message`.
fn complaint(said: &Path) -> Option<String> {
    let words = std::fs::read_to_string(said).ok()?;
    // Where memory ends too early for words of its own, the runtime says something.
    let line = words.lines().find(|line| line.contains("error: ") && !line.starts_with("fatal runtime error: "))?;
    let (place, message) = line.split_once("error: ")?;
    let mut parts = place.trim_end_matches([' ', ':']).split(':');
    let place = match (parts.next(), parts.next()) {
        (Some(file), Some(line)) => format!("{file}, line {line}: "),
        _ => String::new(),
    };
    Some(format!("{place}{message}").chars().take(LONGEST_COMPLAINT).collect())
}

/// Returns the number of pages of a PDF, also when its objects are compressed; `None` if it cannot be read.
fn pages(pdf: &[u8]) -> Option<usize> {
    let read = hayro_syntax::Pdf::new(pdf.to_vec()).ok()?;
    Some(read.pages().len()).filter(|pages| *pages > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PDF of three pages whose objects lie in an encoded stream, where no text of the file shows them.
    fn with_an_object_stream() -> Vec<u8> {
        let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>";
        let tree = "<</Type/Pages/Count 3/Kids[3 0 R 4 0 R 5 0 R]>>";
        let objects = ["<</Type/Catalog/Pages 2 0 R>>", tree, page, page, page];
        let mut begin = 0;
        let index = objects.iter().zip(1..).map(|(object, number)| {
            let at = format!("{number} {begin} ");
            begin += object.len() + 1;
            at
        });
        let index: String = index.collect();
        let content = format!("{index}{} ", objects.join(" "));
        let hex: String = content.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut pdf = b"%PDF-1.5\n".to_vec();
        let stream = pdf.len();
        let (first, length) = (index.len(), hex.len() + 1);
        pdf.extend_from_slice(
            format!(
                "6 0 obj<</Type/ObjStm/N 5/First {first}/Filter/ASCIIHexDecode/Length {length}>>stream\n{hex}>\nendstream endobj\n"
            )
            .as_bytes(),
        );
        let table = pdf.len();
        let at = |offset: usize| [&[1], &u16::try_from(offset).unwrap().to_be_bytes()[..], &[0]].concat();
        let entries = [vec![0, 0, 0, 255]].into_iter().chain((0..5).map(|n| vec![2, 0, 6, n]));
        let entries: Vec<u8> = entries.chain([at(stream), at(table)]).flatten().collect();
        let length = entries.len();
        pdf.extend_from_slice(
            format!("7 0 obj<</Type/XRef/Size 8/W[1 2 1]/Root 1 0 R/Length {length}>>stream\n").as_bytes(),
        );
        pdf.extend_from_slice(&entries);
        pdf.extend_from_slice(format!("\nendstream endobj\nstartxref\n{table}\n%%EOF").as_bytes());
        pdf
    }

    #[test]
    fn pages_are_counted_where_objects_are_compressed() {
        assert_eq!(pages(&with_an_object_stream()), Some(3));
        assert_eq!(pages(b"%PDF"), None);
    }

    #[test]
    fn a_complaint_is_named_with_file_and_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "warning: x\nbuku.typ:12:3: error: unknown variable: a\n").unwrap();
        assert_eq!(complaint(file.path()).as_deref(), Some("buku.typ, line 12: unknown variable: a"));
        std::fs::write(file.path(), "error: input file not found (searched at x)").unwrap();
        assert_eq!(complaint(file.path()).as_deref(), Some("input file not found (searched at x)"));
        for of_the_runtime in ["memory allocation of 7 bytes failed", "fatal runtime error: a bug, aborting"] {
            std::fs::write(file.path(), of_the_runtime).unwrap();
            assert_eq!(complaint(file.path()), None);
        }
    }
}
