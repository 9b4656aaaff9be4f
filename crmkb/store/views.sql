-- The vocabulary of reports. A public contract: docs/data-dictionary.md tells every column.
--
-- Everything is as of settings.as_of. Only here are days counted, so that reports need no date
-- functions. Money: `value` is the amount in the workspace's currency where crm.toml has a rate,
-- else in its own; `value_currency` says which, so grouping by it never mixes currencies.

CREATE VIEW deal_states AS
SELECT dated.*,
    CASE
        WHEN changed_later THEN coalesce(stage_then, '')
        WHEN stages.outcome <> 'open' AND dated.close_date > settings.as_of THEN ''
        ELSE coalesce(dated.current_stage, '')
    END AS stage,
    coalesce(changed_on, dated.opened) AS stage_since,
    CASE WHEN rates.rate IS NULL OR rates.rate = 1 THEN dated.amount
        ELSE round(dated.amount * rates.rate, 2) END AS value,
    CASE WHEN rates.rate IS NULL THEN dated.currency
        ELSE settings.currency END AS value_currency
FROM (
    SELECT deals.path, deals.customer, deals.slug, deals.name, deals.stage AS current_stage,
        deals.amount, coalesce(deals.currency, settings.currency) AS currency,
        deals.probability AS own_probability, deals.kind, deals.opened, deals.close_date,
        deals.owner, deals.contacts, deals.competitors, deals.products, deals.reason, deals.source,
        coalesce(max(changes.day > settings.as_of), 0) AS changed_later,
        max(CASE WHEN changes.day <= settings.as_of THEN changes.day END) AS changed_on,
        min(changes.day) AS first_change,
        (SELECT then_.stage FROM stage_changes AS then_
            WHERE then_.path = deals.path AND then_.day <= settings.as_of
            ORDER BY then_.day DESC, then_.position DESC LIMIT 1) AS stage_then
    FROM settings CROSS JOIN deals
    LEFT JOIN stage_changes AS changes ON changes.path = deals.path
    GROUP BY deals.path
) AS dated
CROSS JOIN settings
LEFT JOIN stages ON stages.stage = dated.current_stage
LEFT JOIN rates ON rates.currency = dated.currency
WHERE coalesce(dated.opened, dated.first_change, settings.as_of) <= settings.as_of;

CREATE VIEW touches AS
SELECT interactions.path, interactions.customer, interactions.slug, interactions.subject,
    interactions.type, interactions.direction, interactions.sentiment, interactions.deal,
    interactions.us, interactions.them, interactions.outcome, interactions.duration,
    interactions.date AS moment, substr(interactions.date, 1, 10) AS day,
    CAST(julianday(settings.as_of) - julianday(substr(interactions.date, 1, 10)) AS INTEGER)
        AS days_ago
FROM interactions CROSS JOIN settings
WHERE substr(interactions.date, 1, 10) <= settings.as_of;

CREATE VIEW meetings_ahead AS
SELECT interactions.path, interactions.customer, interactions.slug, interactions.subject,
    interactions.type, interactions.deal, interactions.us, interactions.them,
    interactions.date AS moment, substr(interactions.date, 1, 10) AS day,
    CAST(julianday(substr(interactions.date, 1, 10)) - julianday(settings.as_of) AS INTEGER)
        AS days_ahead
FROM interactions CROSS JOIN settings
WHERE substr(interactions.date, 1, 10) > settings.as_of;

CREATE VIEW customer_touches AS
SELECT customers.customer, customers.name, customers.owner,
    max(touches.day) AS last_touch, min(touches.days_ago) AS days_silent,
    coalesce(sum(touches.days_ago < 7), 0) AS touches_7,
    coalesce(sum(touches.days_ago < 30), 0) AS touches_30,
    coalesce(sum(touches.days_ago < 90), 0) AS touches_90
FROM customers LEFT JOIN touches ON touches.customer = customers.customer
GROUP BY customers.customer, customers.name, customers.owner;

CREATE VIEW open_tasks AS
SELECT tasks.path, tasks.line, tasks.customer, tasks.text, tasks.owner, tasks.due,
    CASE WHEN tasks.due <> '' AND tasks.due < settings.as_of
        THEN CAST(julianday(settings.as_of) - julianday(tasks.due) AS INTEGER) END AS days_overdue,
    CASE WHEN files.kind = 'deal' THEN files.slug ELSE interactions.deal END AS deal
FROM tasks CROSS JOIN settings
JOIN files ON files.path = tasks.path
LEFT JOIN interactions ON interactions.path = tasks.path
LEFT JOIN customers ON customers.customer = tasks.customer
WHERE (tasks.is_done = 0 OR tasks.done_on > settings.as_of) AND customers.archived IS NULL;

CREATE VIEW done_tasks AS
SELECT tasks.path, tasks.line, tasks.customer, tasks.text, tasks.owner, tasks.due, tasks.done_on
FROM tasks CROSS JOIN settings
WHERE tasks.is_done = 1 AND tasks.done_on <= settings.as_of;

CREATE VIEW deal_touches AS
SELECT deals.path, max(touches.day) AS last_touch, min(touches.days_ago) AS days_silent
FROM deals JOIN touches ON touches.customer = deals.customer
    AND (touches.deal = deals.slug OR touches.deal IS NULL)
GROUP BY deals.path;

CREATE VIEW deal_next_steps AS
SELECT deals.path, ranked.text AS next_step, nullif(ranked.due, '') AS next_step_due,
    nullif(ranked.owner, '') AS next_step_owner,
    coalesce(team.name, contacts.name, nullif(ranked.owner, '')) AS next_step_owner_name,
    ranked.days_overdue AS next_step_days_overdue, ranked.task_path AS next_step_path,
    ranked.line AS next_step_line
FROM (
    SELECT open_tasks.customer, open_tasks.deal, open_tasks.text, open_tasks.due, open_tasks.owner,
        open_tasks.days_overdue, open_tasks.path AS task_path, open_tasks.line,
        row_number() OVER (PARTITION BY open_tasks.customer, open_tasks.deal
            ORDER BY open_tasks.due = '', open_tasks.due, open_tasks.path, open_tasks.line) AS place
    FROM open_tasks WHERE open_tasks.deal <> ''
) AS ranked
JOIN deals ON deals.customer = ranked.customer AND deals.slug = ranked.deal
LEFT JOIN team ON team.handle = ranked.owner
LEFT JOIN contacts ON contacts.customer = ranked.customer AND contacts.slug = ranked.owner
WHERE place = 1;

CREATE VIEW open_deals AS
SELECT deal_states.path, deal_states.customer,
    coalesce(customers.name, deal_states.customer) AS customer_name,
    customers.path AS customer_path, deal_states.slug, deal_states.name, deal_states.stage,
    coalesce(stages.name, 'Unknown stage') AS stage_name,
    coalesce(stages.position, 0) AS stage_position, deal_states.amount, deal_states.currency,
    deal_states.value, deal_states.value_currency,
    coalesce(deal_states.own_probability, stages.probability, 0) AS probability,
    round(deal_states.value * coalesce(deal_states.own_probability, stages.probability, 0), 2)
        AS weighted,
    deal_states.kind, deal_states.opened, deal_states.close_date,
    substr(deal_states.close_date, 1, 7) AS close_month,
    deal_states.owner, coalesce(team.name, deal_states.owner) AS owner_name,
    deal_states.contacts, deal_states.competitors, deal_states.products, deal_states.source,
    deal_states.stage_since,
    CAST(julianday(settings.as_of) - julianday(deal_states.opened) AS INTEGER) AS age_days,
    CAST(julianday(settings.as_of) - julianday(deal_states.stage_since) AS INTEGER)
        AS days_in_stage,
    CAST(julianday(deal_states.close_date) - julianday(settings.as_of) AS INTEGER) AS days_left,
    CASE WHEN deal_states.close_date < settings.as_of THEN
        CAST(julianday(settings.as_of) - julianday(deal_states.close_date) AS INTEGER)
    END AS days_overdue
FROM deal_states CROSS JOIN settings
LEFT JOIN stages ON stages.stage = deal_states.stage
LEFT JOIN customers ON customers.customer = deal_states.customer
LEFT JOIN team ON team.handle = deal_states.owner
WHERE coalesce(stages.outcome, 'open') = 'open' AND customers.archived IS NULL;

CREATE VIEW closed_deals AS
SELECT deal_states.path, deal_states.customer,
    coalesce(customers.name, deal_states.customer) AS customer_name,
    customers.path AS customer_path, customers.industry, customers.tier,
    deal_states.slug, deal_states.name, stages.outcome,
    deal_states.amount, deal_states.currency, deal_states.value, deal_states.value_currency,
    deal_states.kind, deal_states.opened, deal_states.close_date,
    substr(deal_states.close_date, 1, 7) AS close_month,
    CASE WHEN deal_states.close_date IS NOT NULL THEN
        CASE WHEN settings.fiscal_year_start > 1 THEN 'FY' ELSE '' END
        || (CAST(substr(deal_states.close_date, 1, 4) AS INTEGER)
            + (settings.fiscal_year_start > 1 AND
                CAST(substr(deal_states.close_date, 6, 2) AS INTEGER) >= settings.fiscal_year_start))
        || '-Q' || ((CAST(substr(deal_states.close_date, 6, 2) AS INTEGER)
            - settings.fiscal_year_start + 12) % 12 / 3 + 1)
    END AS close_quarter,
    deal_states.owner, coalesce(team.name, deal_states.owner) AS owner_name,
    deal_states.competitors, deal_states.products, deal_states.reason, deal_states.source,
    CAST(julianday(deal_states.close_date) - julianday(deal_states.opened) AS INTEGER)
        AS days_to_close
FROM deal_states CROSS JOIN settings
JOIN stages ON stages.stage = deal_states.stage
LEFT JOIN customers ON customers.customer = deal_states.customer
LEFT JOIN team ON team.handle = deal_states.owner
WHERE stages.outcome <> 'open';

CREATE VIEW quarters AS
WITH RECURSIVE ordinals (quarters_ago, months) AS (
    SELECT 0, (CAST(substr(as_of, 1, 4) AS INTEGER) * 12 + CAST(substr(as_of, 6, 2) AS INTEGER)
        - fiscal_year_start) / 3 * 3 + fiscal_year_start - 1 FROM settings
    UNION ALL
    SELECT quarters_ago + 1, months - 3 FROM ordinals WHERE quarters_ago < 11
)
SELECT quarters_ago,
    CASE WHEN fiscal_year_start > 1 THEN 'FY' ELSE '' END
    || (months / 12 + (fiscal_year_start > 1 AND months % 12 + 1 >= fiscal_year_start))
    || '-Q' || ((months % 12 + 1 - fiscal_year_start + 12) % 12 / 3 + 1) AS quarter,
    date(printf('%04d-%02d-01', months / 12, months % 12 + 1)) AS first_day,
    date(printf('%04d-%02d-01', months / 12, months % 12 + 1), '+3 months', '-1 day') AS last_day
FROM ordinals CROSS JOIN settings;

CREATE VIEW stage_durations AS
SELECT path, customer, stage, entered, left_on, is_current,
    CAST(julianday(left_on) - julianday(entered) AS INTEGER) AS days
FROM (
    SELECT changes.path, changes.customer, changes.stage, changes.day AS entered,
        coalesce(lead(changes.day) OVER following, settings.as_of) AS left_on,
        lead(changes.day) OVER following IS NULL AS is_current
    FROM stage_changes AS changes CROSS JOIN settings
    WHERE changes.day <= settings.as_of
    WINDOW following AS (PARTITION BY changes.path ORDER BY changes.day, changes.position)
) AS spans;

CREATE VIEW customer_overview AS
SELECT customers.customer, customers.name, customers.status, customers.tier,
    customers.owner, coalesce(team.name, customers.owner) AS owner_name, customers.industry,
    customer_touches.last_touch, customer_touches.days_silent,
    coalesce(pipeline.open_deals, 0) AS open_deals, pipeline.weighted,
    coalesce(pending.open_tasks, 0) AS open_tasks
FROM customers
JOIN customer_touches ON customer_touches.customer = customers.customer
LEFT JOIN team ON team.handle = customers.owner
LEFT JOIN (SELECT open_deals.customer, count(*) AS open_deals,
        CASE WHEN count(DISTINCT open_deals.value_currency) < 2
            THEN round(sum(open_deals.weighted), 2) END AS weighted
    FROM open_deals GROUP BY open_deals.customer) AS pipeline
    ON pipeline.customer = customers.customer
LEFT JOIN (SELECT open_tasks.customer, count(*) AS open_tasks
    FROM open_tasks GROUP BY open_tasks.customer) AS pending
    ON pending.customer = customers.customer
WHERE customers.archived IS NULL;
