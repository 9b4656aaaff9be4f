-- Customer success: NPS answers, usage by week, renewals, risks and cohorts.

CREATE VIEW nps_answers AS
SELECT nps.path, nps.line, nps.customer, coalesce(customers.name, nps.customer) AS customer_name,
    customers.path AS customer_path, customers.tier, customers.owner, customers.csm,
    coalesce(team.name, customers.csm) AS csm_name, nps.day, substr(nps.day, 1, 7) AS month,
    CAST(julianday(settings.as_of) - julianday(nps.day) AS INTEGER) AS days_ago,
    nullif(nps.contact, '') AS contact, coalesce(contacts.name, nullif(nps.contact, ''))
        AS contact_name, contacts.path AS contact_path, nps.score, nullif(nps.comment, '') AS comment,
    CASE WHEN nps.score >= 9 THEN 'promoter' WHEN nps.score >= 7 THEN 'passive'
        WHEN nps.score >= 0 THEN 'detractor' END AS kind,
    CASE WHEN nps.score >= 9 THEN 100 WHEN nps.score >= 7 THEN 0
        WHEN nps.score >= 0 THEN -100 END AS points
FROM settings CROSS JOIN nps
LEFT JOIN customers ON customers.customer = nps.customer
LEFT JOIN contacts ON contacts.customer = nps.customer AND contacts.slug = nps.contact
LEFT JOIN team ON team.handle = customers.csm
WHERE nps.day <= settings.as_of AND customers.archived IS NULL;

CREATE VIEW nps_total AS
SELECT count(*) AS asked, count(score) AS answered,
    count(CASE WHEN kind = 'promoter' THEN 1 END) AS promoters,
    count(CASE WHEN kind = 'passive' THEN 1 END) AS passives,
    count(CASE WHEN kind = 'detractor' THEN 1 END) AS detractors,
    avg(points) AS nps, avg(score) AS average
FROM nps_answers;

-- The seven days up to the latest line, and the seven before. Events if users are not counted.
CREATE VIEW usage_weeks AS
SELECT weeks.customer, weeks.last_day, weeks.last_used,
    CAST(julianday(settings.as_of) - julianday(weeks.last_day) AS INTEGER) AS days_since_line,
    CAST(julianday(settings.as_of) - julianday(weeks.last_used) AS INTEGER) AS days_unused,
    CASE WHEN weeks.users IS NULL THEN 'events' ELSE 'active users' END AS measure,
    coalesce(weeks.users, weeks.events) AS this_week,
    CASE WHEN weeks.users IS NULL THEN weeks.events_before ELSE weeks.users_before END AS week_before,
    CASE WHEN weeks.users IS NULL
        THEN CAST(weeks.events - weeks.events_before AS DOUBLE) / nullif(weeks.events_before, 0)
        ELSE CAST(weeks.users - weeks.users_before AS DOUBLE) / nullif(weeks.users_before, 0)
    END AS change, weeks.events_elsewhere
FROM settings CROSS JOIN (
    SELECT latest.customer, latest.last_day, latest.last_used, latest.events_elsewhere,
        max(CASE WHEN usage.day > date(latest.last_day, '-7 days') THEN usage.active_users END)
            AS users,
        max(CASE WHEN usage.day <= date(latest.last_day, '-7 days') THEN usage.active_users END)
            AS users_before,
        sum(CASE WHEN usage.day > date(latest.last_day, '-7 days') THEN usage.events END) AS events,
        sum(CASE WHEN usage.day <= date(latest.last_day, '-7 days') THEN usage.events END)
            AS events_before
    FROM (SELECT dated.customer, max(dated.day) AS last_day,
            max(CASE WHEN coalesce(dated.active_users, dated.events) > 0 THEN dated.day END)
                AS last_used,
            coalesce(sum(dated.events_elsewhere), 0) AS events_elsewhere
        FROM usage AS dated CROSS JOIN settings AS today
        WHERE dated.day <= today.as_of GROUP BY dated.customer) AS latest
    JOIN usage ON usage.customer = latest.customer AND usage.day <= latest.last_day
        AND usage.day > date(latest.last_day, '-14 days')
    GROUP BY latest.customer, latest.last_day, latest.last_used, latest.events_elsewhere
) AS weeks;

CREATE VIEW renewals_ahead AS
SELECT served_customers.customer, served_customers.name, served_customers.path,
    served_customers.tier, served_customers.owner, served_customers.csm,
    coalesce(team.name, served_customers.csm) AS csm_name,
    customers.contract_renewal AS renewal,
    CAST(julianday(customers.contract_renewal) - julianday(settings.as_of) AS INTEGER) AS days_left,
    contracts.value, contracts.value_currency, renewing.deal, renewing.deal_path
FROM served_customers CROSS JOIN settings
JOIN customers ON customers.customer = served_customers.customer
LEFT JOIN contracts ON contracts.customer = served_customers.customer
LEFT JOIN team ON team.handle = served_customers.csm
LEFT JOIN (SELECT deals.customer, deals.name AS deal, min(deals.path) AS deal_path
    FROM deals JOIN open_deals ON open_deals.path = deals.path
    WHERE deals.kind = 'renewal' GROUP BY deals.customer) AS renewing
    ON renewing.customer = served_customers.customer
WHERE customers.contract_renewal >= settings.as_of;

-- Risks that a served customer leaves, one row per risk. `rank` 1 is severe, 2 needs watching.
CREATE VIEW customer_risks AS
SELECT found.customer, customer_health.name, customer_health.path, customer_health.tier,
    customer_health.owner, customer_health.csm, customer_health.csm_name, found.risk, found.rank,
    found.detail
FROM (
    SELECT customer, 'health' AS risk, CASE band WHEN 'critical' THEN 1 ELSE 2 END AS rank,
        'health ' || score || ', ' || band AS detail
    FROM customer_health WHERE band IN ('at risk', 'critical')
    UNION ALL
    SELECT customer, 'falling', CASE WHEN change_30 <= -20 THEN 1 ELSE 2 END,
        CASE WHEN change_30 <= -10 THEN 'health down ' || -change_30 || ' in 30 days'
            ELSE 'health down ' || -change_90 || ' in 90 days' END
    FROM customer_health WHERE change_30 <= -10 OR change_90 <= -10
    UNION ALL
    SELECT served_customers.customer, 'silence',
        CASE WHEN coalesce(customer_touches.days_silent, 9999) > 90 THEN 1 ELSE 2 END,
        CASE WHEN customer_touches.days_silent IS NULL THEN 'never touched'
            ELSE 'no touch for ' || customer_touches.days_silent || ' days' END
    FROM served_customers
    JOIN customer_touches ON customer_touches.customer = served_customers.customer
    WHERE coalesce(customer_touches.days_silent, 9999) > 60
    UNION ALL
    SELECT stopped.customer, 'no usage', 1, CASE WHEN usage_weeks.last_used IS NULL
        THEN 'never used' ELSE 'no usage for ' || usage_weeks.days_unused || ' days' END
    FROM health_signals AS stopped JOIN usage_weeks ON usage_weeks.customer = stopped.customer
    WHERE stopped.signal = 'stopped'
    UNION ALL
    SELECT usage_weeks.customer, 'usage down', 2,
        CAST(round(-100 * usage_weeks.change) AS INTEGER) || ' % less use than the week before'
    FROM usage_weeks WHERE usage_weeks.change <= -0.2 AND usage_weeks.days_since_line < 14
) AS found
JOIN customer_health ON customer_health.customer = found.customer;

-- Customers by the fiscal quarter in which service began, with retention and yearly revenue.
CREATE VIEW cohorts AS
SELECT served_spans.customer, customers.name, customers.path, customers.tier, customers.owner,
    customers.csm, served_spans.since, served_spans.until,
    coalesce(quarters.quarter, 'before ' || oldest.quarter) AS cohort,
    coalesce(quarters.quarters_ago, oldest.quarters_ago + 1) AS quarters_ago,
    served_spans.until IS NULL OR served_spans.until > settings.as_of AS is_kept,
    first_revenue.revenue AS revenue_then,
    CASE WHEN served_spans.until <= settings.as_of THEN 0
        WHEN running.value_currency = first_revenue.value_currency THEN running.revenue
    END AS revenue_now,
    first_revenue.value_currency
FROM settings CROSS JOIN served_spans
JOIN customers ON customers.customer = served_spans.customer
JOIN (SELECT quarter, quarters_ago, first_day FROM quarters
    ORDER BY quarters_ago DESC LIMIT 1) AS oldest
LEFT JOIN quarters ON served_spans.since BETWEEN quarters.first_day AND quarters.last_day
LEFT JOIN (SELECT revenue_spans.customer, min(revenue_spans.first_day) AS first_day
    FROM revenue_spans GROUP BY revenue_spans.customer) AS began
    ON began.customer = served_spans.customer
LEFT JOIN revenue_spans AS first_revenue ON first_revenue.customer = began.customer
    AND first_revenue.first_day = began.first_day AND first_revenue.first_day <= settings.as_of
LEFT JOIN revenue_spans AS running ON running.customer = served_spans.customer
    AND running.first_day <= settings.as_of
    AND (running.until IS NULL OR running.until > settings.as_of)
WHERE served_spans.since <= settings.as_of AND served_spans.is_pilot = 0;
