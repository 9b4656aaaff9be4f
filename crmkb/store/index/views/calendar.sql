-- Fiscal quarters, past, current and ahead, and weeks and months.

CREATE VIEW quarters AS
SELECT quarters_ago, quarter, first_day, last_day, reached FROM fiscal_quarters
WHERE quarters_ago >= 0;

CREATE VIEW quarters_ahead AS
SELECT -quarters_ago AS quarters_ahead, quarter, first_day, last_day FROM fiscal_quarters
WHERE quarters_ago <= 0;

CREATE VIEW fiscal_quarters AS
WITH RECURSIVE ordinals (quarters_ago, months) AS (
    SELECT -4, 12 + (CAST(substr(as_of, 1, 4) AS INTEGER) * 12 + CAST(substr(as_of, 6, 2) AS INTEGER)
        - fiscal_year_start) / 3 * 3 + fiscal_year_start - 1 FROM settings
    UNION ALL
    SELECT quarters_ago + 1, months - 3 FROM ordinals WHERE quarters_ago < 11
)
SELECT quarters_ago,
    CASE WHEN fiscal_year_start > 1 THEN 'FY' ELSE '' END
    || (months / 12 + (fiscal_year_start > 1 AND months % 12 + 1 >= fiscal_year_start))
    || '-Q' || ((months % 12 + 1 - fiscal_year_start + 12) % 12 / 3 + 1) AS quarter,
    CASE WHEN fiscal_year_start > 1 THEN 'FY' ELSE '' END
    || (months / 12 + (fiscal_year_start > 1 AND months % 12 + 1 >= fiscal_year_start))
        AS fiscal_year,
    date(printf('%04d-%02d-01', months / 12, months % 12 + 1)) AS first_day,
    date(printf('%04d-%02d-01', months / 12, months % 12 + 1), '+3 months', '-1 day') AS last_day,
    min(date(printf('%04d-%02d-01', months / 12, months % 12 + 1), '+3 months', '-1 day'), as_of)
        AS reached
FROM ordinals CROSS JOIN settings;

CREATE VIEW weeks AS
WITH RECURSIVE ordinals (weeks_ago, first_day) AS (
    SELECT 0, date(as_of, '-6 days', 'weekday 1') FROM settings
    UNION ALL
    SELECT weeks_ago + 1, date(first_day, '-7 days') FROM ordinals WHERE weeks_ago < 12
)
SELECT weeks_ago, first_day, date(first_day, '+6 days') AS last_day FROM ordinals;

CREATE VIEW months AS
WITH RECURSIVE ordinals (months_ago, first_day) AS (
    SELECT 0, date(as_of, 'start of month') FROM settings
    UNION ALL
    SELECT months_ago + 1, date(first_day, '-1 month') FROM ordinals WHERE months_ago < 11
)
SELECT months_ago, substr(first_day, 1, 7) AS month, first_day,
    date(first_day, '+1 month', '-1 day') AS last_day
FROM ordinals;
