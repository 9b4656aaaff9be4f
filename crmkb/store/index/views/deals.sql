-- Deals on the as-of day: states, open and closed deals, stages, touches and next steps.

-- `now` is the last change of stage up to the as-of day. If more changes follow, the stage in the
-- file is from a later day. `moved` is the first change of the close date after the as-of day.
CREATE VIEW deal_states AS
SELECT dated.path, dated.customer, dated.slug, dated.name, dated.kind, dated.opened,
    dated.close_date, substr(dated.close_date, 1, 7) AS close_month,
    CASE WHEN dated.close_date IS NOT NULL THEN
        CASE WHEN settings.fiscal_year_start > 1 THEN 'FY' ELSE '' END
        || (CAST(substr(dated.close_date, 1, 4) AS INTEGER)
            + (settings.fiscal_year_start > 1 AND
                CAST(substr(dated.close_date, 6, 2) AS INTEGER) >= settings.fiscal_year_start))
        || '-Q' || ((CAST(substr(dated.close_date, 6, 2) AS INTEGER)
            - settings.fiscal_year_start + 12) % 12 / 3 + 1)
    END AS close_quarter,
    dated.owner, dated.contacts, dated.competitors, dated.products, dated.reason, dated.source,
    dated.amount, dated.currency, dated.own_probability,
    CASE WHEN rates.rate IS NULL OR rates.rate = 1 THEN dated.amount
        ELSE round(dated.amount * rates.rate, 2) END AS value,
    CASE WHEN rates.rate IS NULL THEN dated.currency
        ELSE settings.currency END AS value_currency,
    CASE
        WHEN dated.changed_later THEN coalesce(dated.stage_then, '')
        WHEN stages.outcome <> 'open' AND dated.close_date > settings.as_of THEN ''
        ELSE coalesce(dated.current_stage, '')
    END AS stage,
    coalesce(dated.changed_on, dated.opened) AS stage_since,
    dated.current_stage, dated.stage_then, dated.changed_on, dated.first_change,
    dated.changed_later
FROM (
    SELECT deals.path, deals.customer, deals.slug, deals.name, deals.stage AS current_stage,
        deals.amount, coalesce(deals.currency, (SELECT currency FROM settings)) AS currency,
        deals.probability AS own_probability, deals.kind, deals.opened,
        coalesce(moved.before, deals.close_date) AS close_date,
        deals.owner, deals.contacts, deals.competitors, deals.products, deals.reason, deals.source,
        now.stage AS stage_then, now.day AS changed_on,
        (SELECT min(changes.day) FROM stage_changes AS changes WHERE changes.path = deals.path)
            AS first_change,
        CASE WHEN now.path IS NOT NULL THEN now.until IS NOT NULL ELSE EXISTS (
            SELECT 1 FROM stage_changes AS changes WHERE changes.path = deals.path)
        END AS changed_later
    FROM deals LEFT JOIN stage_changes AS now ON now.path = deals.path
        AND now.day <= (SELECT as_of FROM settings)
        AND (now.until IS NULL OR now.until > (SELECT as_of FROM settings))
    LEFT JOIN close_date_changes AS moved ON moved.path = deals.path
        AND moved.day > (SELECT as_of FROM settings)
        AND (moved.since IS NULL OR moved.since <= (SELECT as_of FROM settings))
) AS dated
CROSS JOIN settings
LEFT JOIN stages ON stages.stage = dated.current_stage
LEFT JOIN rates ON rates.currency = dated.currency
WHERE coalesce(dated.opened, dated.first_change, settings.as_of) <= settings.as_of;

CREATE VIEW open_deals AS
SELECT deal_states.path, deal_states.customer,
    coalesce(customers.name, deal_states.customer) AS customer_name,
    customers.path AS customer_path, customers.industry, customers.tier,
    deal_states.slug, deal_states.name, deal_states.stage,
    coalesce(stages.name, 'Unknown stage') AS stage_name,
    coalesce(stages.position, 0) AS stage_position, deal_states.amount, deal_states.currency,
    deal_states.value, deal_states.value_currency,
    coalesce(deal_states.own_probability, stages.probability, 0) AS probability,
    round(deal_states.value * coalesce(deal_states.own_probability, stages.probability, 0), 2)
        AS weighted,
    CASE
        WHEN coalesce(deal_states.own_probability, stages.probability, 0) >= settings.commit_from
            THEN 'committed'
        WHEN coalesce(deal_states.own_probability, stages.probability, 0) >= settings.best_case_from
            THEN 'best case'
        ELSE 'pipeline'
    END AS forecast,
    deal_states.kind, deal_states.opened, deal_states.close_date, deal_states.close_month,
    deal_states.close_quarter,
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
    deal_states.close_month, deal_states.close_quarter,
    deal_states.owner, coalesce(team.name, deal_states.owner) AS owner_name,
    deal_states.competitors, deal_states.products, deal_states.reason, deal_states.source,
    CASE WHEN deal_states.close_date >= deal_states.opened THEN
        CAST(julianday(deal_states.close_date) - julianday(deal_states.opened) AS INTEGER)
    END AS days_to_close,
    CAST(julianday(settings.as_of) - julianday(deal_states.close_date) AS INTEGER) AS days_since
FROM deal_states CROSS JOIN settings
JOIN stages ON stages.stage = deal_states.stage
LEFT JOIN customers ON customers.customer = deal_states.customer
LEFT JOIN team ON team.handle = deal_states.owner
WHERE stages.outcome <> 'open';

CREATE VIEW stage_durations AS
SELECT path, customer, stage, entered, left_on, is_current,
    CAST(julianday(left_on) - julianday(entered) AS INTEGER) AS days
FROM (
    SELECT changes.path, changes.customer, changes.stage, changes.day AS entered,
        CASE WHEN changes.until <= settings.as_of THEN changes.until ELSE settings.as_of END
            AS left_on,
        changes.until IS NULL OR changes.until > settings.as_of AS is_current
    FROM stage_changes AS changes CROSS JOIN settings
    WHERE changes.day <= settings.as_of
) AS spans;

CREATE VIEW deal_touches AS
SELECT deals.path, max(touches.day) AS last_touch, min(touches.days_ago) AS days_silent
FROM deals JOIN touches ON touches.customer = deals.customer
    AND (touches.deal = deals.slug OR touches.deal IS NULL)
GROUP BY deals.path;

-- With `min`, SQLite takes the other columns from the row with the minimum. Tasks with a due day
-- come first, ordered by that day.
CREATE VIEW deal_next_steps AS
SELECT deals.path, ranked.text AS next_step, nullif(ranked.due, '') AS next_step_due,
    nullif(ranked.owner, '') AS next_step_owner,
    coalesce(team.name, (SELECT contacts.name FROM contacts
        WHERE contacts.customer = ranked.customer AND contacts.slug = ranked.owner),
        nullif(ranked.owner, '')) AS next_step_owner_name,
    ranked.days_overdue AS next_step_days_overdue, ranked.task_path AS next_step_path,
    ranked.line AS next_step_line
FROM (
    SELECT open_tasks.customer, open_tasks.deal, open_tasks.text, open_tasks.due, open_tasks.owner,
        open_tasks.days_overdue, open_tasks.path AS task_path, open_tasks.line,
        min((open_tasks.due = '') || open_tasks.due || char(1) || open_tasks.path || char(1)
            || (1000000000 + open_tasks.line)) AS place
    FROM open_tasks WHERE open_tasks.deal <> '' GROUP BY open_tasks.customer, open_tasks.deal
) AS ranked
JOIN deals ON deals.customer = ranked.customer AND deals.slug = ranked.deal
LEFT JOIN team ON team.handle = ranked.owner;
