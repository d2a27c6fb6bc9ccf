//! The pages of every document look as they did, apart from small differences in how letters are drawn.
//!
//! The pictures are in `tests/pages`. After an intended change, look at the new pages and write them:
//! `TERTIB_PAGES=write cargo test --workspace --test pages`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tests::tools::Tool;
use tests::{Office, root};

/// Dots to an inch: enough to tell one row from the next.
const DPI: &str = "36";
/// Of a long document the pages up to this one.
const LAST: &str = "4";
/// A page is compared in squares of so many dots.
const SQUARE: usize = 6;
/// Two squares differ when their mean greys do by more than this, of 255.
const GREY: i64 = 24;
/// One square in so many may differ.
const ONE_IN: usize = 250;

tests::trials! {
    every_page_looks_as_it_did needs Tool::Pdftoppm;
    a_small_change_is_seen needs Tool::Pdftoppm;
}

/// A grey picture.
#[derive(PartialEq)]
struct Picture {
    width: usize,
    height: usize,
    dots: Vec<u8>,
}

impl Picture {
    fn read(path: &Path) -> Self {
        let mut reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(path).unwrap())).read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut dots).unwrap();
        assert_eq!(info.bit_depth, png::BitDepth::Eight);
        // Fresh pages come with three equal bytes for each dot.
        let dots = dots.into_iter().step_by(info.color_type.samples()).collect();
        Self { width: info.width as usize, height: info.height as usize, dots }
    }

    fn write(&self, path: &Path) {
        let file = std::io::BufWriter::new(fs::File::create(path).unwrap());
        let side = |n: usize| u32::try_from(n).unwrap();
        let mut encoder = png::Encoder::new(file, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_compression(png::Compression::High);
        encoder.write_header().unwrap().write_image_data(&self.dots).unwrap();
    }

    /// Mean grey of each square.
    fn squares(&self) -> Vec<i64> {
        let across = self.width.div_ceil(SQUARE);
        let mut sums = vec![(0_i64, 0_i64); across * self.height.div_ceil(SQUARE)];
        for (at, dot) in self.dots.iter().enumerate() {
            let (sum, n) = &mut sums[at / self.width / SQUARE * across + at % self.width / SQUARE];
            *sum += i64::from(*dot);
            *n += 1;
        }
        sums.into_iter().map(|(sum, n)| sum / n).collect()
    }

    /// How many squares differ, and of how many.
    fn difference(&self, other: &Self) -> (usize, usize) {
        let (a, b) = (self.squares(), other.squares());
        if (self.width, self.height) != (other.width, other.height) {
            return (a.len(), a.len());
        }
        (a.iter().zip(&b).filter(|(a, b)| (*a - *b).abs() > GREY).count(), a.len())
    }

    fn is_like(&self, other: &Self) -> bool {
        let (differ, all) = self.difference(other);
        differ * ONE_IN <= all
    }
}

/// The pages of every document of the small office, by document and page.
fn drawn(office: &Office, folder: &Path) -> BTreeMap<String, PathBuf> {
    office.run(&["render", "--month", "2026-10"]).expect_code_in(&[0, 1], "render");
    office.run(&["calendar", "--year", "2026", "--format", "pdf"]).expect_code(0);
    let mut files: Vec<PathBuf> =
        fs::read_dir(office.path("laporan/2026-10")).unwrap().map(|e| e.unwrap().path()).collect();
    files.push(office.path("laporan/kalender_2026.pdf"));
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "pdf")) {
        let to = folder.join(file.file_stem().unwrap());
        let (file, to) = (file.display().to_string(), to.display().to_string());
        drop(Tool::Pdftoppm.output(&["-r", DPI, "-l", LAST, "-gray", "-png", &file, &to]));
    }
    let pictures = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    pictures.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect()
}

fn every_page_looks_as_it_did() {
    let folder = tempfile::TempDir::new().unwrap();
    let now = drawn(&Office::small(), folder.path());
    let kept = root().join("tests/pages");
    if std::env::var_os("TERTIB_PAGES").is_some_and(|word| word == "write") {
        drop(fs::remove_dir_all(&kept));
        fs::create_dir_all(&kept).unwrap();
        for (name, path) in &now {
            Picture::read(path).write(&kept.join(name));
        }
        return;
    }
    let before: Vec<String> =
        fs::read_dir(&kept).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    let gone: Vec<&String> = before.iter().filter(|name| !now.contains_key(*name)).collect();
    let new: Vec<&String> = now.keys().filter(|name| !before.contains(name)).collect();
    assert!(gone.is_empty() && new.is_empty(), "pages that are gone: {gone:?}; new: {new:?}");
    assert!(now.len() > 20, "{}", now.len());
    let other = now.iter().filter_map(|(name, path)| {
        let (differ, all) = Picture::read(path).difference(&Picture::read(&kept.join(name)));
        (differ * ONE_IN > all).then(|| format!("{name}: {differ} of {all} squares"))
    });
    let other: Vec<String> = other.collect();
    assert!(other.is_empty(), "pages look otherwise; if that is meant, write them anew: {other:#?}");
}

/// A row moved by half its height, a column left out or a bolder rule is more than the tolerance takes.
fn a_small_change_is_seen() {
    let changes = [
        ("buku.typ", "v(0.4em)\n})", "v(1.1em)\n})"),
        ("_baris.typ", "#let garis = 0.4pt", "#let garis = 1.4pt"),
        ("_dasar.typ", "#let huruf = \"Libertinus Serif\"", "#let huruf = \"New Computer Modern\""),
    ];
    let name = "buku_registrasi_arsip_2026-10-1.png";
    let folder = tempfile::TempDir::new().unwrap();
    let before = Picture::read(&drawn(&Office::small(), folder.path())[name]);
    assert!(before.is_like(&before));
    for (template, from, to) in changes {
        let office = Office::small();
        office.configure("[reports]\n", "[reports]\ntemplates = \"templat\"\n");
        fs::create_dir_all(office.path("templat")).unwrap();
        let text = fs::read_to_string(root().join("templates").join(template)).unwrap();
        assert!(text.contains(from), "{template} has no `{from}`");
        fs::write(office.path("templat").join(template), text.replace(from, to)).unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        let after = Picture::read(&drawn(&office, folder.path())[name]);
        assert!(!before.is_like(&after), "`{to}` is not seen: {:?}", before.difference(&after));
    }
}
