-- figures: from additive rows, the count of each item in each cell, and for measured values also sum and nearest ranks
-- A percentile is the smallest value that at least this percentage of all values do not exceed.
WITH merged AS (
  SELECT cell, figure, item, step, next_step, name, detail, v, SUM(n) AS n
  FROM cells
  GROUP BY cell, figure, item, step, next_step, name, detail, v
), total AS (
  SELECT cell, figure, item, step, next_step, name, detail, SUM(n) AS n, SUM(v * n) AS sum, MIN(v) AS min, MAX(v) AS max
  FROM merged
  GROUP BY cell, figure, item, step, next_step, name, detail
), running AS (
  SELECT cell, figure, item, step, next_step, name, detail, v,
         SUM(n) OVER (PARTITION BY cell, figure, item, step, next_step, name, detail ORDER BY v
                      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto
  FROM merged
), ranked AS (
  SELECT r.cell AS cell, r.figure AS figure, r.item AS item, r.step AS step, r.next_step AS next_step, r.name AS name,
         r.detail AS detail,
         MIN(CASE WHEN r.upto * 100 >= t.n * 50 THEN r.v ELSE NULL END) AS p50,
         MIN(CASE WHEN r.upto * 100 >= t.n * 90 THEN r.v ELSE NULL END) AS p90,
         MIN(CASE WHEN r.upto * 100 >= t.n * 95 THEN r.v ELSE NULL END) AS p95
  FROM running r JOIN total t
    ON r.cell = t.cell AND r.figure = t.figure AND r.item = t.item
    AND r.step = t.step AND r.next_step = t.next_step
    AND r.name = t.name AND r.detail = t.detail
  GROUP BY r.cell, r.figure, r.item, r.step, r.next_step, r.name, r.detail
)
SELECT t.cell AS cell, t.figure AS figure, t.item AS item, t.step AS step, t.next_step AS next_step, t.name AS name,
       t.detail AS detail, t.n AS n, t.sum AS sum, t.min AS min, p.p50 AS p50, p.p90 AS p90, p.p95 AS p95, t.max AS max
FROM total t JOIN ranked p
  ON t.cell = p.cell AND t.figure = p.figure AND t.item = p.item
    AND t.step = p.step AND t.next_step = p.next_step
    AND t.name = p.name AND t.detail = p.detail
ORDER BY cell, figure, item, step, next_step, name, detail
