"""Makes receipts of invented people, some of whom come twice under another NIK, written the way offices really write.

    hard_duplicates.py OFFICE.sqlite TRUTH.json [--people 4000] [--seed 7]

Twins, fathers and sons of one name, birthdays put on 1 January, names of one word, and a small stock of names make it hard.
TRUTH.json holds the pairs of berkas that are of one person.
"""
import argparse
import csv
import datetime as dt
import json
import pathlib
import random
import sqlite3

parser = argparse.ArgumentParser()
parser.add_argument("office")
parser.add_argument("truth")
parser.add_argument("--people", type=int, default=4000)
parser.add_argument("--seed", type=int, default=7)
args = parser.parse_args()
rng = random.Random(args.seed)

MEN = """AHMAD MUHAMMAD ABDUL AGUS BUDI JOKO SUGENG SUPRIYADI HENDRA RUDI EKO BAMBANG DEDI ASEP UJANG YUSUF IBRAHIM HASAN
HUSIN SYAMSUL ROHMAN SUTRISNO WAHYU TAUFIK RAHMAT IRWAN DARMAWAN SOLEH SLAMET PARDI TUKIMIN WAYAN NYOMAN KETUT MADE PUTU
RIDWAN ZAINAL FAHRUDIN MARWAN SAHRONI JUNAIDI EDI HERMAN ARIF FAJAR DONI ANDI RIZKI DIMAS GALIH BAYU""".split()
WOMEN = """SITI SRI DEWI NUR RINA FATIMAH ENDANG YULIA AMINAH KHODIJAH ROHANI SUPARTI SUMIATI MARYAM HALIMAH NURUL LESTARI
WATI PUTRI AYU INDAH FITRI RATNA SUSI TUTI ERNA LINA MEGA DIAN TRI ASIH KARTINI MURNI JUMIATI SARINAH ZUBAIDAH HASANAH NURHAYATI
ROSIDAH LILIS EUIS MAYA NOVI DESI SUNARTI PAINEM LASTRI WAHYUNI""".split()
LAST = """HIDAYAT SANTOSO WIBOWO KURNIAWAN SAPUTRA PRATAMA SETIAWAN GUNAWAN FAUZI HAKIM RAMADHAN NUGROHO SUSANTO HARTONO
PURNOMO ISKANDAR FIRMANSYAH MAULANA ANSORI BASRI EFENDI JAYA UTAMA WIJAYA SUHARTO SOPIAN MUSTOFA RAHMAN HALIM AZIZ KARIM
SALEH YUNUS IDRIS ILYAS USMAN UMAR ALI AMIN ZAKARIA PERMATA ANGGRAINI SAFITRI MAHARANI OKTAVIANI RAHAYU HANDAYANI
KUSUMA PUSPITA MELATI HERAWATI SULASTRI""".split()
PLACES = ["TANGGAMUS", "TALANG PADANG", "KOTA AGUNG", "PRINGSEWU", "BANDAR LAMPUNG", "METRO", "GISTING", "WONOSOBO", "LAMPUNG SELATAN"]
with open(pathlib.Path(__file__).parent / "office" / "wilayah_tanggamus.csv") as file:
    PEKON = [a["kode_10"] for a in csv.DictReader(file) if len(a["kode_10"]) == 10]


def name(sex):
    first = MEN if sex == "L" else WOMEN
    words = [rng.choice(first)]
    if rng.random() > 0.15:
        words += [rng.choice(first) for _ in range(rng.choice([0, 0, 1]))] + [rng.choice(LAST)]
    return list(dict.fromkeys(words))


def born():
    year = rng.randint(1945, 2009)
    return dt.date(year, 1, 1) if rng.random() < 0.1 else dt.date(year, 1, 1) + dt.timedelta(days=rng.randint(0, 364))


def person():
    sex = rng.choice("LP")
    return {"words": name(sex), "sex": sex, "born": born(), "place": rng.choices(PLACES, [60, 8, 8, 8, 6, 4, 3, 2, 1])[0], "pekon": rng.choice(PEKON)}


def slip(word):
    if len(word) < 4:
        return word
    i = rng.randrange(1, len(word) - 1)
    return rng.choice([word[:i] + word[i + 1:], word[:i] + word[i] + word[i:], word[:i] + word[i + 1] + word[i] + word[i + 2:],
                       word[:i] + rng.choice("AEIOUNRST") + word[i + 1:]])


def old_spelling(word):
    for new, old in (("U", "OE"), ("SY", "SJ"), ("Y", "J"), ("C", "TJ")):
        if new in word:
            return word.replace(new, old, 1)
    return word


def safe(year, month, day):
    return dt.date(year, month, min(day, 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31))


def written_again(p):
    """The same person, written down another day."""
    p = dict(p, words=list(p["words"]))
    w = p["words"]
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        k = rng.randrange(len(w))
        match rng.randrange(12):
            case 0: w.insert(0, rng.choice(["H.", "HJ.", "DRS.", "IR."]))
            case 1: w[-1] += rng.choice([", S.PD", ", SE", ", S.PD.I"])
            case 2: w[:] = [{"MUHAMMAD": rng.choice(["M.", "MUH.", "MOH.", "MOCHAMAD"]), "AHMAD": "ACHMAD", "ABDUL": "ABD."}.get(x, x) for x in w]
            case 3: rng.shuffle(w)
            case 4: w.pop(k) if len(w) > 2 else None
            case 5: w[k] = slip(w[k])
            case 6: w[k] = old_spelling(w[k])
            case 7: p["born"] = safe(p["born"].year, p["born"].day, p["born"].month) if p["born"].day <= 12 else p["born"]
            case 8: p["born"] = safe(p["born"].year + rng.choice([-1, 1, -10, 10]), p["born"].month, p["born"].day)
            case 9: p["born"] = safe(p["born"].year, p["born"].month, max(1, p["born"].day + rng.choice([-1, 1, 10, -10])))
            case 10: p["place"] = rng.choice([slip(p["place"]), "", rng.choice(PLACES)])
            case 11: p["pekon"] = rng.choice(PEKON)
    return p


people = [person() for _ in range(args.people)]
for p in rng.sample(people, args.people // 25):  # a twin: another first name, the rest the same
    others = [w for w in (MEN if p["sex"] == "L" else WOMEN) if w not in p["words"]]
    people.append(dict(p, words=[rng.choice(others), *p["words"][1:]]))
for p in rng.sample(people, args.people // 25):  # a son or daughter of the same name
    people.append(dict(p, born=safe(min(p["born"].year + rng.randint(19, 30), 2010), rng.randint(1, 12), rng.randint(1, 28))))
again = rng.sample(range(len(people)), args.people // 10)
rows = [(n, p, "2026-09") for n, p in enumerate(people)] + [(n, written_again(people[n]), "2026-10") for n in again]
rng.shuffle(rows)
# Some who come once come in the second month, too.
rows = [(n, p, rng.choice(["2026-09", "2026-10"]) if n not in set(again) else m) for n, p, m in rows]

db = sqlite3.connect(args.office)
db.executescript("""create table workflow_events(event_id integer primary key, recorded_at text, berkas_id text, kolektif_id text,
  langkah integer, pelaksana text, petugas_id text, mulai text, selesai text, hasil text, kekurangan text, nomor_register text,
  keterangan text, jenis text, kewarganegaraan text, nik text, nama text, jenis_kelamin text, tempat_lahir text,
  tanggal_lahir text, pekon text, pembawa text, diterima text)""")
of_person = {}
for i, (n, p, month) in enumerate(rows, 1):
    berkas, at = f"B-{i:06d}", f"{month}-{rng.randint(1, 28):02d}T03:{rng.randint(0, 59):02d}:00Z"
    day = p["born"].day + (40 if p["sex"] == "P" else 0)
    nik = f"{p['pekon'][:6]}{day:02d}{p['born'].month:02d}{p['born'].year % 100:02d}{9001 + i % 999:04d}"
    sex = p["sex"] if rng.random() > 0.002 else "LP"[p["sex"] == "L"]
    db.execute("insert into workflow_events values (" + ",".join("?" * 23) + ")",
               (i, at, berkas, f"K-{i}", 1, "front_office", None, at, at, "selesai", None, None, None, "baru", "WNI", nik,
                " ".join(p["words"]), sex, p["place"] or None, p["born"].isoformat(), p["pekon"], "ARIF", at))
    of_person.setdefault(n, []).append(berkas)
db.commit()
pathlib.Path(args.truth).write_text(json.dumps(sorted(sorted(b) for b in of_person.values() if len(b) > 1)))
print(len(rows), "receipts,", sum(len(b) > 1 for b in of_person.values()), "people twice")
