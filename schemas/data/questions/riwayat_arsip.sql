-- judul: Riwayat arsip
-- kalimat: Tiap versi arsip: kapan ditulis, berapa baris, koreksi, karantina, bulan yang ditutup, dan sidiknya.
SELECT version, arrived_at, events, corrections, quarantined, findings, complete_until, seal, sealed_incomplete, head
FROM runs
ORDER BY version
