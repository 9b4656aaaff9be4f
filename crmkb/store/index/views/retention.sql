-- Served customers and yearly revenue on any day, the basis of retention, churn and cohorts.

CREATE VIEW served_spans AS
SELECT customers.customer,
    coalesce(customers.onboarded, customers.contract_start, first_won.day) AS since,
    CASE
        WHEN customers.churned >= coalesce(customers.onboarded, '') THEN customers.churned
        WHEN customers.status IN ('inactive', 'churned')
            THEN min(customers.contract_renewal, settings.as_of)
    END AS until,
    customers.status = 'pilot' AS is_pilot
FROM customers CROSS JOIN settings
LEFT JOIN (SELECT deals.customer, min(deals.close_date) AS day
    FROM deals JOIN stages ON stages.stage = deals.stage AND stages.outcome = 'won'
    GROUP BY deals.customer) AS first_won ON first_won.customer = customers.customer
WHERE (customers.status IN ('active', 'pilot') AND customers.archived IS NULL)
    OR customers.churned IS NOT NULL
    OR (customers.status IN ('inactive', 'churned') AND customers.contract_renewal IS NOT NULL
        AND customers.archived IS NULL);

CREATE VIEW served_customers AS
SELECT customers.customer, customers.path, customers.name, customers.status, customers.tier,
    customers.owner, customers.csm, customers.industry, served_spans.since, served_spans.until,
    served_spans.is_pilot
FROM settings CROSS JOIN served_spans
JOIN customers ON customers.customer = served_spans.customer
WHERE coalesce(served_spans.since, '') <= settings.as_of
    AND (served_spans.until IS NULL OR served_spans.until > settings.as_of);

CREATE VIEW won_revenue AS
SELECT deals.customer, deals.path, deals.kind, deals.close_date AS day,
    CASE WHEN rates.rate IS NULL OR rates.rate = 1 THEN deals.amount
        ELSE round(deals.amount * rates.rate, 2) END AS value,
    CASE WHEN rates.rate IS NULL THEN coalesce(deals.currency, settings.currency)
        ELSE settings.currency END AS value_currency
FROM deals CROSS JOIN settings
JOIN stages ON stages.stage = deals.stage AND stages.outcome = 'won'
LEFT JOIN rates ON rates.currency = coalesce(deals.currency, settings.currency)
WHERE deals.kind IS NOT NULL AND deals.close_date IS NOT NULL AND deals.amount IS NOT NULL;

CREATE VIEW contracts AS
SELECT yearly.customer, yearly.first_day,
    CASE WHEN rates.rate IS NULL OR rates.rate = 1 THEN yearly.amount
        ELSE round(yearly.amount * rates.rate, 2) END AS value,
    CASE WHEN rates.rate IS NULL THEN yearly.currency
        ELSE settings.currency END AS value_currency
FROM (
    SELECT customers.customer, coalesce(customers.contract_start, customers.onboarded) AS first_day,
        customers.contract_amount * CASE customers.contract_period
            WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 WHEN 'year' THEN 1 END AS amount,
        coalesce(customers.contract_currency, settings.currency) AS currency
    FROM customers CROSS JOIN settings
) AS yearly
CROSS JOIN settings
LEFT JOIN rates ON rates.currency = yearly.currency
WHERE yearly.amount IS NOT NULL AND yearly.first_day IS NOT NULL;

CREATE VIEW revenue_spans AS
WITH terms (customer, term, value, value_currency) AS (
    SELECT contracts.customer, contracts.first_day,
        round(contracts.value - coalesce(sum(later.value), 0), 2), contracts.value_currency
    FROM contracts
    LEFT JOIN won_revenue AS later ON later.customer = contracts.customer
        AND later.value_currency = contracts.value_currency
        AND later.kind = 'expansion' AND later.day > contracts.first_day
    GROUP BY contracts.customer, contracts.first_day, contracts.value, contracts.value_currency
    UNION ALL
    SELECT earlier.customer, earlier.day, sum(earlier.value), earlier.value_currency
    FROM contracts
    JOIN won_revenue AS earlier ON earlier.customer = contracts.customer
        AND earlier.kind IN ('new', 'renewal')
        AND earlier.day < (SELECT max(own.day) FROM won_revenue AS own
            WHERE own.customer = contracts.customer AND own.kind IN ('new', 'renewal')
                AND own.day <= contracts.first_day)
    GROUP BY earlier.customer, earlier.day, earlier.value_currency
),
steps (customer, term, day, path, value, value_currency) AS (
    SELECT customer, term, term, '', value, value_currency FROM terms
    UNION ALL
    SELECT more.customer, max(terms.term), more.day, more.path, more.value, more.value_currency
    FROM won_revenue AS more
    JOIN terms ON terms.customer = more.customer AND terms.term < more.day
        AND terms.value_currency = more.value_currency
    WHERE more.kind = 'expansion'
    GROUP BY more.customer, more.day, more.path, more.value, more.value_currency
)
SELECT customer, first_day, until, value_currency,
    CASE WHEN value >= 0 THEN value END AS revenue
FROM (
    SELECT customer, day AS first_day, value_currency,
        lead(day) OVER (PARTITION BY customer ORDER BY day, path) AS until,
        round(sum(value) OVER (PARTITION BY customer, term ORDER BY day, path
            ROWS UNBOUNDED PRECEDING), 2) AS value
    FROM steps
) AS levels;

CREATE VIEW revenue AS
SELECT quarters.quarters_ago, quarters.quarter, quarters.reached AS day, served_spans.customer,
    running.revenue, running.value_currency
FROM quarters
JOIN served_spans ON served_spans.until IS NULL OR served_spans.until > quarters.reached
LEFT JOIN (SELECT days.quarters_ago, revenue_spans.customer, revenue_spans.revenue,
        revenue_spans.value_currency
    FROM quarters AS days JOIN revenue_spans ON revenue_spans.first_day <= days.reached
        AND (revenue_spans.until IS NULL OR revenue_spans.until > days.reached)) AS running
    ON running.customer = served_spans.customer AND running.quarters_ago = quarters.quarters_ago
WHERE served_spans.is_pilot = 0 AND (coalesce(served_spans.since, '') <= quarters.reached
    OR running.customer IS NOT NULL);

CREATE VIEW periods AS
SELECT quarters_ago, quarter, 3 AS months, quarters_ago + 1 AS began FROM quarters
WHERE quarters_ago < 5
UNION ALL
SELECT quarters_ago, quarter, 12, quarters_ago + 4 FROM quarters WHERE quarters_ago BETWEEN 1 AND 4;

CREATE VIEW retained_revenue AS
SELECT periods.quarters_ago, periods.quarter, periods.months, before.customer,
    before.value_currency, before.revenue AS revenue_before,
    CASE WHEN after.customer IS NULL THEN 0
        WHEN after.value_currency = before.value_currency THEN after.revenue END AS revenue_after
FROM periods
JOIN revenue AS before ON before.quarters_ago = periods.began
LEFT JOIN revenue AS after ON after.quarters_ago = periods.quarters_ago
    AND after.customer = before.customer;

CREATE VIEW retention AS
SELECT quarters_ago, quarter, months, value_currency, count(*) AS customers,
    round(sum(revenue_before), 2) AS revenue_before, round(sum(kept), 2) AS kept,
    round(sum(revenue_after - kept), 2) AS expansion, round(sum(revenue_after), 2) AS revenue_after,
    CAST(sum(kept) AS DOUBLE) / nullif(sum(revenue_before), 0) AS gross_retention,
    CAST(sum(revenue_after) AS DOUBLE) / nullif(sum(revenue_before), 0) AS net_retention,
    CAST(sum(revenue_after - kept) AS DOUBLE) / nullif(sum(revenue_before), 0) AS expansion_rate
FROM (SELECT *, min(revenue_before, revenue_after) AS kept FROM retained_revenue
    WHERE revenue_before IS NOT NULL AND revenue_after IS NOT NULL) AS known
GROUP BY quarters_ago, quarter, months, value_currency;

CREATE VIEW logo_churn AS
SELECT periods.quarters_ago, periods.quarter, periods.months, count(*) AS customers,
    sum(coalesce(served_spans.until <= ended.reached, 0)) AS lost,
    CAST(sum(coalesce(served_spans.until <= ended.reached, 0)) AS DOUBLE) / count(*) AS churn
FROM periods
JOIN quarters AS began ON began.quarters_ago = periods.began
JOIN quarters AS ended ON ended.quarters_ago = periods.quarters_ago
JOIN served_spans ON coalesce(served_spans.since, '') <= began.last_day
    AND (served_spans.until IS NULL OR served_spans.until > began.last_day)
GROUP BY periods.quarters_ago, periods.quarter, periods.months;
