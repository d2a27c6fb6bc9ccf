"""Memeriksa bukti arsip tanpa tertib dan tanpa arsip.

    python3 periksa_bukti.py BUKTI KUNCI [PERNYATAAN_LAMA]

BUKTI ialah fail .tlog-proof atau fail kesinambungan; KUNCI ialah kunci publik kantor (satu baris, seperti yang diumumkan) atau fail yang
memuatnya; PERNYATAAN_LAMA ialah pernyataan yang dilanjutkan oleh kesinambungan. Diperlukan Python 3 dan openssl versi 3.
Bentuknya: C2SP tlog-proof dan tlog-checkpoint, pohon menurut RFC 6962, tanda tangan Ed25519.
"""
import base64, hashlib, os, subprocess, sys, tempfile


def gagal(sebab):
    sys.exit(f"TIDAK SAH: {sebab}")


def baca(nama):
    if not os.path.exists(nama):
        return nama
    with open(nama, encoding="utf-8", newline="") as fail:
        return fail.read()


def urai(teks):
    """Base64 dalam satu-satunya cara menulisnya."""
    isi = base64.b64decode(teks, validate=True)
    if base64.b64encode(isi).decode() != teks:
        raise ValueError("base64")
    return isi


def simpul(kiri, kanan):
    return hashlib.sha256(b"\x01" + kiri + kanan).digest()


def termasuk(daun, nomor, banyak, jalan):
    """Akar yang dicapai dari sebuah daun (RFC 9162, 2.1.3.2)."""
    if nomor >= banyak:
        gagal("nomor daun di luar pohon")
    tempat, akhir, sidik = nomor, banyak - 1, daun
    for lain in jalan:
        if akhir == 0:
            gagal("jalannya terlalu panjang")
        if tempat & 1 or tempat == akhir:
            sidik = simpul(lain, sidik)
            while not tempat & 1 and tempat:
                tempat, akhir = tempat >> 1, akhir >> 1
        else:
            sidik = simpul(sidik, lain)
        tempat, akhir = tempat >> 1, akhir >> 1
    if akhir:
        gagal("jalannya terlalu pendek")
    return sidik


def berlanjut(lama, akar_lama, baru, jalan):
    """Kedua akar yang dicapai dari kesinambungan (RFC 9162, 2.1.4.2)."""
    if not 0 < lama < baru:
        gagal("pernyataan lama tidak lebih kecil daripada yang baru")
    if lama & (lama - 1) == 0:
        jalan = [akar_lama, *jalan]
    if not jalan:
        gagal("jalannya terlalu pendek")
    tempat, akhir = lama - 1, baru - 1
    while tempat & 1:
        tempat, akhir = tempat >> 1, akhir >> 1
    dari = ke = jalan[0]
    for lain in jalan[1:]:
        if akhir == 0:
            gagal("jalannya terlalu panjang")
        if tempat & 1 or tempat == akhir:
            dari, ke = simpul(lain, dari), simpul(lain, ke)
            while not tempat & 1 and tempat:
                tempat, akhir = tempat >> 1, akhir >> 1
        else:
            ke = simpul(ke, lain)
        tempat, akhir = tempat >> 1, akhir >> 1
    if akhir:
        gagal("jalannya terlalu pendek")
    return dari, ke


def pernyataan(teks):
    """Nama arsip, banyaknya daun, dan akar."""
    baris = teks.split("\n")
    try:
        return baris[0], int(baris[1]), urai(baris[2])
    except (IndexError, ValueError):
        gagal("pernyataannya tidak terbaca")


def bertanda_tangan(catatan, kunci):
    """Teks yang ditandatangani dengan kunci itu."""
    for satu in kunci.split():
        nama, _, sisa = satu.partition("+")
        nomor, _, isi = sisa.partition("+")
        mentah = urai(isi)
        teks, _, tanda = catatan.partition("\n\n")
        teks += "\n"
        if not mentah.startswith(b"\x01") or hashlib.sha256(nama.encode() + b"\n" + mentah).digest()[:4].hex() != nomor:
            gagal("kunci publiknya tidak terbaca")
        for baris in tanda.splitlines():
            bagian = baris.split(" ")
            if len(bagian) != 3 or bagian[:2] != ["—", nama]:
                continue
            bubuhan = urai(bagian[2])
            if bubuhan[:4].hex() != nomor:
                continue
            with tempfile.TemporaryDirectory() as folder:
                fail = {"kunci": bytes.fromhex("302a300506032b6570032100") + mentah[1:], "tanda": bubuhan[4:], "teks": teks.encode()}
                for sebutan, muatan in fail.items():
                    with open(os.path.join(folder, sebutan), "wb") as tujuan:
                        tujuan.write(muatan)
                perintah = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "kunci", "-rawin", "-in", "teks", "-sigfile", "tanda"]
                if subprocess.run(perintah, cwd=folder, capture_output=True).returncode == 0:
                    return teks
    gagal("pernyataannya tidak ditandatangani dengan kunci itu")


if len(sys.argv) not in (3, 4):
    sys.exit(__doc__.strip())
try:
    kepala, _, catatan = baca(sys.argv[1]).partition("\n\n")
    bentuk, kedua, *jalan = kepala.split("\n")
    nama, banyak, akar = pernyataan(bertanda_tangan(catatan, baca(sys.argv[2])))
    if bentuk == "c2sp.org/tlog-proof@v1":
        catatan_baris = urai(kedua.removeprefix("extra "))
        nomor, jalan = int(jalan[0].removeprefix("index ")), [urai(satu) for satu in jalan[1:]]
        if termasuk(hashlib.sha256(b"\x00" + catatan_baris).digest(), nomor, banyak, jalan) != akar:
            gagal("catatannya tidak termasuk dalam pernyataan itu")
        print(f"SAH: daun {nomor} dari {banyak} pada arsip {nama}\n{catatan_baris.decode()}")
    elif bentuk == "tertib/bukti-kelanjutan@v1":
        if len(sys.argv) != 4:
            gagal("sebutkan pernyataan lama yang dilanjutkan")
        nama_lama, lama, akar_lama = pernyataan(baca(sys.argv[3]))
        jalan = [urai(satu) for satu in jalan]
        if nama_lama != nama or int(kedua.removeprefix("old ")) != lama or berlanjut(lama, akar_lama, banyak, jalan) != (akar_lama, akar):
            gagal("pernyataan baru tidak melanjutkan yang lama")
        print(f"SAH: arsip {nama} bertambah dari {lama} menjadi {banyak} daun, dan yang lama tidak berubah")
    else:
        gagal("fail itu bukan bukti")
except (ValueError, IndexError) as sebab:
    gagal(f"buktinya tidak terbaca ({sebab})")
