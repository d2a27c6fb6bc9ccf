-- activity: how often each activity occurred
SELECT activity AS name, COUNT(*) AS n
FROM log
GROUP BY activity;

-- resource: how often each resource acted
SELECT resource AS name, COUNT(*) AS n
FROM log
WHERE resource <> ''
GROUP BY resource;

-- most_per_case: the greatest number of times an activity occurred in one case
WITH counted AS (
  SELECT case_id, activity, COUNT(*) AS times
  FROM log
  GROUP BY case_id, activity
)
SELECT activity AS name, MAX(times) AS n
FROM counted
GROUP BY activity;

-- rework_cases: cases in which an activity occurred more than once
WITH counted AS (
  SELECT case_id, activity, COUNT(*) AS times
  FROM log
  GROUP BY case_id, activity
)
SELECT activity AS name, COUNT(*) AS n
FROM counted
WHERE times > 1
GROUP BY activity;

-- cases_with_rework: cases in which any activity occurred more than once
WITH counted AS (
  SELECT case_id, activity, COUNT(*) AS times
  FROM log
  GROUP BY case_id, activity
)
SELECT COUNT(DISTINCT case_id) AS n
FROM counted
WHERE times > 1;

-- case_length: how often each number of events in a case occurred
WITH cases AS (
  SELECT case_id, COUNT(*) AS events
  FROM log
  GROUP BY case_id
)
SELECT events AS v, COUNT(*) AS n
FROM cases
GROUP BY events;

-- case_duration: from the first event of a case to its last, by both clocks
WITH cases AS (
  SELECT case_id, MAX(at) - MIN(at) AS wall, MAX(working) - MIN(working) AS working
  FROM log
  GROUP BY case_id
)
SELECT 'case_duration' AS item, wall AS v, COUNT(*) AS n FROM cases GROUP BY wall
UNION ALL
SELECT 'case_duration_working' AS item, working AS v, COUNT(*) AS n FROM cases GROUP BY working;

-- gap: from the event before to the activity, by both clocks
WITH ordered AS (
  SELECT activity, at, working,
         LAG(at) OVER (PARTITION BY case_id ORDER BY at, place) AS before_at,
         LAG(working) OVER (PARTITION BY case_id ORDER BY at, place) AS before_working
  FROM log
), gaps AS (
  SELECT activity, at - before_at AS wall, working - before_working AS working
  FROM ordered
  WHERE before_at IS NOT NULL
)
SELECT 'gap' AS item, activity AS name, wall AS v, COUNT(*) AS n FROM gaps GROUP BY activity, wall
UNION ALL
SELECT 'gap_working' AS item, activity AS name, working AS v, COUNT(*) AS n FROM gaps GROUP BY activity, working;

-- follows: which activity follows which, and how often
WITH ordered AS (
  SELECT activity, LAG(activity) OVER (PARTITION BY case_id ORDER BY at, place) AS before
  FROM log
)
SELECT before AS name, activity AS detail, COUNT(*) AS n
FROM ordered
WHERE before IS NOT NULL
GROUP BY before, activity;

-- handover: neighbouring events of a case by different resources
WITH ordered AS (
  SELECT resource, LAG(resource) OVER (PARTITION BY case_id ORDER BY at, place) AS before
  FROM log
)
SELECT COUNT(*) AS n
FROM ordered
WHERE before IS NOT NULL AND before <> resource;

-- first: activities that begin a case
WITH numbered AS (
  SELECT activity, ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY at, place) AS position
  FROM log
)
SELECT activity AS name, COUNT(*) AS n
FROM numbered
WHERE position = 1
GROUP BY activity;

-- last: activities that end a case
WITH numbered AS (
  SELECT case_id, activity, ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY at, place) AS position
  FROM log
), cases AS (
  SELECT case_id, COUNT(*) AS events
  FROM log
  GROUP BY case_id
)
SELECT activity AS name, COUNT(*) AS n
FROM numbered JOIN cases ON numbered.case_id = cases.case_id
WHERE position = events
GROUP BY activity
