-- Overview, value and qualification of customers.

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

-- Value of each customer so far: won deals, or the contract since its start if there are none.
CREATE VIEW customer_value AS
SELECT customers.customer, customers.path, customers.name, customers.status, customers.tier,
    customers.industry, customers.owner, coalesce(team.name, customers.owner) AS owner_name,
    earned.value_currency, earned.won_deals, earned.won, earned.by_contract,
    round(coalesce(earned.won, earned.by_contract), 2) AS lifetime_value
FROM (
    SELECT closed_deals.customer, closed_deals.value_currency, count(*) AS won_deals,
        round(sum(closed_deals.value), 2) AS won, NULL AS by_contract
    FROM closed_deals WHERE closed_deals.outcome = 'won' AND closed_deals.value IS NOT NULL
    GROUP BY closed_deals.customer, closed_deals.value_currency
    UNION ALL
    SELECT contracts.customer, contracts.value_currency, 0, NULL,
        round(contracts.value * (julianday(CASE WHEN served_spans.until < settings.as_of
            THEN served_spans.until ELSE settings.as_of END) - julianday(contracts.first_day))
            / 365.25, 2)
    FROM settings CROSS JOIN contracts
    JOIN served_spans ON served_spans.customer = contracts.customer
    WHERE contracts.first_day <= settings.as_of
        AND (served_spans.until IS NULL OR served_spans.until >= contracts.first_day)
        AND contracts.customer NOT IN (SELECT customer FROM closed_deals
            WHERE outcome = 'won' AND value IS NOT NULL)
) AS earned
JOIN customers ON customers.customer = earned.customer
LEFT JOIN team ON team.handle = customers.owner;

-- Days from onboarding to the first achieved outcome, NULL while there is none.
CREATE VIEW time_to_value AS
SELECT customers.customer, customers.path, customers.name, customers.tier, customers.owner,
    customers.onboarded, first_outcomes.day AS achieved_on,
    CASE WHEN first_outcomes.day < customers.onboarded THEN 0 ELSE
        CAST(julianday(first_outcomes.day) - julianday(customers.onboarded) AS INTEGER)
    END AS days,
    quarters.quarters_ago
FROM settings CROSS JOIN customers
LEFT JOIN (SELECT outcomes.customer, min(outcomes.day) AS day
    FROM outcomes CROSS JOIN settings
    WHERE outcomes.state = 'achieved' AND outcomes.day <= settings.as_of
    GROUP BY outcomes.customer) AS first_outcomes ON first_outcomes.customer = customers.customer
LEFT JOIN quarters ON first_outcomes.day BETWEEN quarters.first_day AND quarters.last_day
WHERE customers.onboarded <= settings.as_of;

-- A profile has no history of its phase, so `phase_since` may be a key of the workspace's own.
CREATE VIEW prospects AS
SELECT dated.customer, dated.path, dated.name, dated.tier, dated.owner, dated.owner_name,
    dated.phase, dated.budget, dated.authority, dated.need, dated.timeline,
    (dated.budget IS NOT NULL) + (dated.authority IS NOT NULL) + (dated.need IS NOT NULL)
        + (dated.timeline IS NOT NULL) AS answered,
    dated.phase_since, dated.last_touch, dated.open_deals,
    CAST(julianday(dated.as_of) - julianday(dated.phase_since) AS INTEGER) AS days_in_phase,
    CAST(julianday(dated.as_of) - julianday(nullif(min(dated.first_touch, dated.first_deal,
        dated.first_contact), '9999-12-31')) AS INTEGER) AS days_known,
    CAST(julianday(dated.as_of) - julianday(dated.last_touch) AS INTEGER) AS days_silent
FROM (
    SELECT customers.*, settings.as_of, coalesce(team.name, customers.owner) AS owner_name,
        since.value AS phase_since,
        (SELECT max(day) FROM touches WHERE touches.customer = customers.customer) AS last_touch,
        coalesce((SELECT min(day) FROM touches WHERE touches.customer = customers.customer),
            '9999-12-31') AS first_touch,
        coalesce((SELECT min(opened) FROM deals WHERE deals.customer = customers.customer
            AND opened <= settings.as_of), '9999-12-31') AS first_deal,
        coalesce((SELECT min(since) FROM contacts WHERE contacts.customer = customers.customer
            AND since <= settings.as_of), '9999-12-31') AS first_contact,
        (SELECT count(*) FROM open_deals WHERE open_deals.customer = customers.customer)
            AS open_deals
    FROM customers CROSS JOIN settings
    LEFT JOIN team ON team.handle = customers.owner
    LEFT JOIN fields AS since ON since.path = customers.path AND since.key = 'phase_since'
        AND date(since.value) <= settings.as_of
    WHERE customers.status = 'prospect' AND customers.archived IS NULL
) AS dated;
