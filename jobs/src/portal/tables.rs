//! The tables that a page shows, taken from what its template reads, so that page and files never differ.

use reports::Listing;
use serde_json::{Value, json};

/// The tables of a page, by its template; none where it has none.
pub(super) fn of(template: &str, values: &Value) -> Vec<Listing> {
    match template {
        "target" => vec![targets(values), decisions(values)],
        "temuan" => vec![places(values), remarks(values)],
        "pekerjaan" if values["known"] == true => {
            vec![jobs(values), conditions(values), coming(values), messages(values), runs(values)]
        }
        "sistem" => vec![checks(values)],
        "log_akses" => vec![lookers(values)],
        "dokumen" => vec![documents(values)],
        "angka" => vec![amounts(values), left_out(values)],
        _ => Vec::new(),
    }
}

/// Columns of a table: the head of each, and what it has of a row.
type Columns<'c> = [(&'static str, &'c dyn Fn(&Value) -> Value)];

fn listing(id: &'static str, name: &'static str, rows: &Value, columns: &Columns<'_>) -> Listing {
    let rows = rows.as_array().into_iter().flatten();
    Listing {
        id,
        name,
        head: columns.iter().map(|(head, _)| *head).collect(),
        rows: rows.map(|row| columns.iter().map(|(_, of)| of(row)).collect()).collect(),
    }
}

/// A field as it is.
fn field(name: &'static str) -> impl Fn(&Value) -> Value {
    move |row| row[name].clone()
}

/// A yes or a no.
fn is(name: &'static str) -> impl Fn(&Value) -> Value {
    move |row| if row[name] == true { "ya" } else { "tidak" }.into()
}

/// A cell of a row that is a list.
fn cell(at: usize) -> impl Fn(&Value) -> Value {
    move |row| row[at].clone()
}

fn targets(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Target", &field("title")),
        ("Jenis permohonan", &field("jenis")),
        ("Nilai", &field("value")),
        ("Satuan", &field("unit")),
        ("Kedudukan", &field("standing")),
        ("Peraturan", &field("regulation")),
        ("Pasal", &field("article")),
        ("Menentukan", &is("decides")),
    ];
    listing("target", "Target yang berlaku", &values["targets"], columns)
}

fn decisions(values: &Value) -> Listing {
    let value = |row: &Value| if row["value"].is_null() { "ditarik kembali".into() } else { row["value"].clone() };
    let columns: &Columns<'_> = &[
        ("Target", &field("title")),
        ("Jenis permohonan", &field("jenis")),
        ("Nilai", &value),
        ("Berlaku mulai", &field("from")),
        ("Berlaku sampai", &field("until")),
        ("Kedudukan", &field("standing")),
        ("Pasal", &field("article")),
        ("Sumber", &field("source")),
        ("Dimasukkan oleh", &field("by")),
        ("Dimasukkan pada", &field("entered")),
    ];
    listing("riwayat", "Riwayat keputusan", &values["history"], columns)
}

fn places(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Nomor permohonan, hari, atau buku", &field("place")),
        ("Langkah", &field("step")),
        ("Keterangan", &field("detail")),
        ("Jumlah", &field("n")),
    ];
    listing("tempat", "Tempat temuan", &values["places"], columns)
}

fn remarks(values: &Value) -> Listing {
    let columns: &Columns<'_> =
        &[("Catatan", &field("text")), ("Oleh", &field("by")), ("Dicatat pada", &field("entered"))];
    listing("catatan", "Catatan", &values["remarks"], columns)
}

fn jobs(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Pekerjaan", &field("name")),
        ("Keadaan", &field("said")),
        ("Pelaksanaan terakhir", &field("run")),
        ("Berhasil terakhir", &field("last_success")),
        ("Jadwal berikutnya", &field("next")),
    ];
    listing("pekerjaan", "Pekerjaan", &values["jobs"], columns)
}

fn conditions(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Kode", &field("code")),
        ("Temuan", &field("sentence")),
        ("Tentang", &field("of")),
        ("Sejak", &field("since")),
        ("Jumlah", &field("count")),
        ("Tindakan", &field("remedy")),
    ];
    listing("temuan", "Yang perlu diperhatikan", &values["findings"], columns)
}

fn coming(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[("Waktu", &field("at")), ("Pekerjaan", &field("job"))];
    listing("berikut", "Jadwal berikutnya", &values["coming"], columns)
}

fn messages(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Pesan", &field("subject")),
        ("Saluran", &field("channel")),
        ("Sejak", &field("since")),
        ("Percobaan", &field("attempts")),
        ("Sebab", &field("fault")),
        ("Percobaan berikutnya", &field("next")),
    ];
    listing("pesan", "Pesan yang menunggu", &values["messages"], columns)
}

fn runs(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Nomor", &field("id")),
        ("Pekerjaan", &field("job")),
        ("Masa", &field("period")),
        ("Mulai", &field("began")),
        ("Selesai", &field("ended")),
        ("Lama", &field("took")),
        ("Hasil", &field("said")),
    ];
    listing("pelaksanaan", "Pelaksanaan terakhir", &values["runs"], columns)
}

fn lookers(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[
        ("Nomor", &field("number")),
        ("Waktu", &field("at")),
        ("Oleh", &field("by")),
        ("Peran", &field("role")),
        ("Perbuatan", &field("act")),
        ("Yang diminta", &field("what")),
        ("Tujuan", &field("purpose")),
        ("Baris", &field("rows")),
        ("Sidik jawaban", &field("answer")),
        ("Data pribadi", &is("discloses")),
    ];
    listing("log_akses", "Catatan akses", &values["entries"], columns)
}

fn checks(values: &Value) -> Listing {
    // One row for each finding, and one for what has none.
    let rows = values["found"]["checks"].as_array().into_iter().flatten().flat_map(|check| {
        let found = check["findings"].as_array().cloned().unwrap_or_default();
        let found = if found.is_empty() { vec![Value::Null] } else { found };
        found
            .into_iter()
            .map(|one| json!([check["name"], state(check), one["code"], one["sentence"], one["place"], one["remedy"]]))
    });
    let columns: &Columns<'_> = &[
        ("Pokok", &cell(0)),
        ("Keadaan", &cell(1)),
        ("Kode", &cell(2)),
        ("Temuan", &cell(3)),
        ("Tempat", &cell(4)),
        ("Tindakan", &cell(5)),
    ];
    listing("pemeriksaan", "Hasil pemeriksaan", &rows.collect(), columns)
}

/// How a subject stands, as the page says it.
fn state(check: &Value) -> &'static str {
    match check["state"].as_str() {
        Some("good") => "baik",
        Some("note") => "ada catatan",
        Some("attention") => "perlu perhatian",
        Some("broken") => "rusak",
        _ => "tidak diperiksa",
    }
}

fn documents(values: &Value) -> Listing {
    let groups = values["golongan"].as_array().into_iter().flatten();
    let documents =
        groups.flat_map(|group| group["dokumen"].as_array().into_iter().flatten().map(move |of| (group, of)));
    let files = documents.flat_map(|(group, document)| {
        let file = move |file: &Value| {
            json!([
                group["nama"],
                document["judul"],
                file["jenis"],
                file["ukuran"],
                file["dibuat"],
                file["versi"],
                standing(file),
                file["sidik"]
            ])
        };
        document["fail"].as_array().into_iter().flatten().map(file)
    });
    let columns: &Columns<'_> = &[
        ("Golongan", &cell(0)),
        ("Dokumen", &cell(1)),
        ("Fail", &cell(2)),
        ("Ukuran", &cell(3)),
        ("Dibuat", &cell(4)),
        ("Versi arsip", &cell(5)),
        ("Keadaan", &cell(6)),
        ("Sidik SHA-256", &cell(7)),
    ];
    listing("dokumen", "Dokumen", &files.collect(), columns)
}

/// How a file stands beside the archive, as the page says it.
fn standing(file: &Value) -> &'static str {
    match file["keadaan"].as_str() {
        Some("sama") => "sama dengan arsip",
        Some("berbeda") => "tidak sama lagi dengan arsip",
        Some("sebelum_ditutup") => "dibuat sebelum buku ditutup",
        Some("asing") => "dibuat dari arsip lain",
        _ => "",
    }
}

fn amounts(values: &Value) -> Listing {
    listing("nilai", "Angkanya", &values["nilai"], &[("Besaran", &cell(0)), ("Nilai", &cell(1))])
}

fn left_out(values: &Value) -> Listing {
    let columns: &Columns<'_> = &[("Sebab", &cell(0)), ("Jumlah", &cell(1))];
    listing("dikecualikan", "Yang tidak dapat dihitung", &values["tidak_dihitung"], columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_page_have_what_it_shows() {
        let values = json!({
            "targets": [{"title": "Terbit", "jenis": null, "value": "≥ 90 %", "unit": "bagian", "standing": "resmi",
                "regulation": "R", "article": "Pasal 1", "decides": true}],
            "history": [{"title": "Terbit", "jenis": "Baru", "value": null, "from": "01-10-2026", "until": null, "standing": "resmi",
                "article": "", "source": "naskah", "by": "Rekaan", "entered": "02-10-2026 08.00"}],
        });
        let [in_force, history] = of("target", &values).try_into().unwrap();
        assert_eq!(in_force.rows[0][2], "≥ 90 %");
        assert_eq!((&in_force.rows[0][7], &history.rows[0][2]), (&json!("ya"), &json!("ditarik kembali")));
        let found = json!({"found": {"checks": [
            {"name": "cakram", "state": "good", "findings": []},
            {"name": "kunci", "state": "broken", "findings": [{"code": "P011", "sentence": "s", "place": "", "remedy": "r"}]},
        ]}});
        let checks = &of("sistem", &found)[0];
        assert_eq!((checks.rows.len(), &checks.rows[0][1], &checks.rows[1][2]), (2, &json!("baik"), &json!("P011")));
        assert!(of("akun", &json!({})).is_empty());
    }
}
