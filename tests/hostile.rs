//! What people, programs and attackers write into a name, so that something runs, breaks or is read that should not be.

/// Parts of such names.
const PARTS: [&str; 59] = [
    "#read(\"/etc/passwd\")",
    "*tebal*",
    "_miring_",
    "$x^2$",
    "`kode`",
    "<label>",
    "@rujukan",
    "= judul",
    "- daftar",
    "+ daftar",
    "/ istilah: x",
    "\\",
    "\\u{41}",
    "//komentar",
    "/* komentar */",
    "#let x = 1",
    "#import \"buku.typ\"",
    "]]",
    "[[",
    "}{",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# x #}",
    "\"kutip\"",
    "'petik'",
    "O'BRIEN",
    "=cmd|'/c calc'!A1",
    "@SUM(1)",
    "+1",
    "-1",
    "<script>",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' autofocus onfocus='alert(1)",
    "</title></textarea></pre><h1>",
    "<!-- <b>",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "%0d%0aX-In: ya",
    "&amp;",
    "%s%n",
    "../../etc/passwd",
    "NULL",
    "true",
    "\u{202E}terbalik",
    "a\u{200B}b",
    "\u{FEFF}",
    "e\u{301}",
    "ᯅᯖᯂ᯲",
    "ꦲꦏ꧀ꦱꦫ",
    "😀",
    "汉字",
    "\u{E000}",
    "\u{378}",
    "ß Ñ Œ",
    "½",
    "−",
    "…",
];

/// More than three hundred names.
#[must_use]
pub fn names() -> Vec<String> {
    // As long as a text of the contract may be.
    let long = "PANJANG ".repeat(24);
    let mut all: Vec<String> = Vec::new();
    for part in PARTS {
        all.extend([
            part.to_owned(),
            format!("SITI {part}"),
            format!("{part} AMINAH"),
            format!("A{part}B"),
            format!("{part}{part}"),
        ]);
    }
    all.extend([long.clone(), format!("#{long}"), long.replace(' ', ""), " ".repeat(50), "\t".into()]);
    all.extend((1..=50).map(|n| char::from_u32(0x2000 + 37 * n).map_or_else(String::new, |c| format!("X{c}{c}"))));
    all
}
