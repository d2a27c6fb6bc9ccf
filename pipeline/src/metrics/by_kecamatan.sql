-- flow: the month's receipts, prints, hand-overs and open berkas by area code
WITH berkas AS (
  SELECT berkas_id,
         MIN(pekon) AS pekon,
         MIN(bulan) AS first_bulan,
         MIN(CASE WHEN langkah = 1 THEN bulan ELSE NULL END) AS received,
         MIN(CASE WHEN langkah = 6 AND hasil = 'tercetak' THEN bulan ELSE NULL END) AS printed,
         MIN(CASE WHEN langkah = 10 THEN bulan ELSE NULL END) AS handed_over,
         MIN(CASE WHEN langkah = 10 OR hasil IN ('ditolak', 'duplikat') THEN bulan ELSE NULL END) AS ended
  FROM events
  GROUP BY berkas_id
)
SELECT pekon,
       SUM(CASE WHEN received = $month THEN 1 ELSE 0 END) AS received,
       SUM(CASE WHEN printed = $month THEN 1 ELSE 0 END) AS printed,
       SUM(CASE WHEN handed_over = $month THEN 1 ELSE 0 END) AS handed_over,
       SUM(CASE WHEN first_bulan <= $month AND (ended IS NULL OR ended > $month) THEN 1 ELSE 0 END) AS still_open
FROM berkas
GROUP BY pekon
ORDER BY pekon
