-- Figures of sales reports: pipeline changes, forecasts, and results of deals.

-- The day on which a deal was closed is not a planned date. Reopening the deal is not a push.
CREATE VIEW close_date_moves AS
SELECT moves.path, moves.customer, moves.position, moves.day, moves.before, moves.after,
    CAST(julianday(moves.after) - julianday(moves.before) AS INTEGER) AS days
FROM close_date_changes AS moves CROSS JOIN settings
WHERE moves.day <= settings.as_of AND NOT EXISTS (
    SELECT 1 FROM stage_changes AS closings JOIN stages ON stages.stage = closings.stage
    WHERE closings.path = moves.path AND closings.day = moves.before AND stages.outcome <> 'open');

CREATE VIEW deal_pushes AS
SELECT path, count(*) AS pushes, sum(days) AS days_pushed, max(day) AS last_pushed
FROM close_date_moves WHERE days > 0 GROUP BY path;

CREATE VIEW stage_moves AS
SELECT path, customer, day, before, after, before_name, after_name,
    CASE
        WHEN before_outcome <> 'open' AND after_outcome = 'open' THEN 'reopened'
        WHEN after_outcome <> 'open' THEN 'closed'
        WHEN after_position > before_position THEN 'forward'
        ELSE 'back'
    END AS direction
FROM (
    SELECT changes.path, changes.customer, changes.day, changes.stage AS after,
        stages.name AS after_name, stages.position AS after_position,
        stages.outcome AS after_outcome, changes.before, former.name AS before_name,
        former.position AS before_position, former.outcome AS before_outcome
    FROM stage_changes AS changes CROSS JOIN settings
    JOIN stages ON stages.stage = changes.stage
    JOIN stages AS former ON former.stage = changes.before
    WHERE changes.day <= settings.as_of AND changes.before <> changes.stage
) AS steps;

CREATE VIEW deal_events AS
SELECT told.path, deal_states.name, deal_states.customer,
    coalesce(customers.name, deal_states.customer) AS customer_name,
    customers.path AS customer_path, customers.tier, deal_states.owner,
    coalesce(team.name, deal_states.owner) AS owner_name, deal_states.value,
    deal_states.value_currency, told.day, told.event, told.before, told.after
FROM (
    SELECT path, coalesce(opened, first_change) AS day, 'opened' AS event, NULL AS before,
        NULL AS after
    FROM deal_states WHERE coalesce(opened, first_change) IS NOT NULL
    UNION ALL
    SELECT path, close_date, outcome, NULL, reason FROM closed_deals WHERE close_date IS NOT NULL
    UNION ALL
    SELECT path, day, CASE direction WHEN 'reopened' THEN 'reopened' ELSE 'moved ' || direction END,
        before_name, after_name
    FROM stage_moves WHERE direction <> 'closed'
    UNION ALL
    SELECT path, day, CASE WHEN days > 0 THEN 'pushed' ELSE 'pulled in' END, before, after
    FROM close_date_moves
) AS told
JOIN deal_states ON deal_states.path = told.path
LEFT JOIN customers ON customers.customer = deal_states.customer
LEFT JOIN team ON team.handle = deal_states.owner
WHERE customers.archived IS NULL OR told.event IN ('won', 'lost');

CREATE VIEW quarter_coverage AS
SELECT sums.quarters_ahead, sums.quarter, sums.first_day, sums.last_day, sums.currency, sums.target,
    sums.won, sums.open_deals, sums.open_value, sums.weighted, sums.committed, sums.best_case,
    CASE WHEN sums.target > sums.won THEN round(sums.target - sums.won, 2)
        WHEN sums.target IS NOT NULL THEN 0 END AS left_to_win,
    CASE WHEN sums.target > sums.won
        THEN CAST(sums.open_value AS DOUBLE) / (sums.target - sums.won) END AS coverage
FROM (
    SELECT quarters_ahead.quarters_ahead, quarters_ahead.quarter, quarters_ahead.first_day,
        quarters_ahead.last_day, settings.currency, targets.amount AS target,
        coalesce(round(sum(CASE WHEN parts.forecast = 'won' THEN parts.value END), 2), 0) AS won,
        coalesce(sum(parts.forecast <> 'won'), 0) AS open_deals,
        coalesce(round(sum(CASE WHEN parts.forecast <> 'won' THEN parts.value END), 2), 0)
            AS open_value,
        coalesce(round(sum(parts.weighted), 2), 0) AS weighted,
        coalesce(round(sum(CASE WHEN parts.forecast = 'committed' THEN parts.value END), 2), 0)
            AS committed,
        coalesce(round(sum(CASE WHEN parts.forecast IN ('committed', 'best case')
            THEN parts.value END), 2), 0) AS best_case
    FROM quarters_ahead CROSS JOIN settings
    LEFT JOIN targets ON targets.quarter = quarters_ahead.quarter
    LEFT JOIN forecast_parts AS parts ON parts.close_quarter = quarters_ahead.quarter
        AND parts.value_currency = settings.currency AND parts.forecast <> 'overdue'
    GROUP BY quarters_ahead.quarters_ahead, quarters_ahead.quarter, quarters_ahead.first_day,
        quarters_ahead.last_day, settings.currency, targets.amount
) AS sums;

-- Won and open deals by the period in which they count. Overdue deals are not part of a forecast.
CREATE VIEW forecast_parts AS
SELECT path, owner, owner_name, tier, value, weighted, value_currency, close_date, close_month,
    close_quarter, CASE WHEN days_overdue > 0 THEN 'overdue' ELSE forecast END AS forecast
FROM open_deals
UNION ALL
SELECT path, owner, owner_name, tier, value, NULL, value_currency, close_date, close_month,
    close_quarter, 'won'
FROM closed_deals WHERE outcome = 'won';

CREATE VIEW closed_by AS
SELECT closed_deals.path, closed_deals.customer, closed_deals.owner, closed_deals.tier,
    closed_deals.outcome, closed_deals.value, closed_deals.value_currency, closed_deals.close_date,
    closed_deals.days_to_close, dimensions.dimension,
    coalesce(CASE dimensions.dimension
        WHEN 'owner' THEN closed_deals.owner_name
        WHEN 'manager' THEN coalesce(manager.name, member.manager)
        WHEN 'source' THEN closed_deals.source
        WHEN 'industry' THEN closed_deals.industry
        WHEN 'tier' THEN closed_deals.tier
        WHEN 'kind' THEN closed_deals.kind
        WHEN 'reason' THEN closed_deals.reason
        WHEN 'quarter' THEN closed_deals.close_quarter
        WHEN 'product' THEN listed.value
        WHEN 'competitor' THEN listed.value
    END, '') AS item
FROM closed_deals
CROSS JOIN (
    SELECT 'owner' AS dimension, NULL AS list UNION ALL SELECT 'manager', NULL
    UNION ALL SELECT 'source', NULL UNION ALL SELECT 'industry', NULL UNION ALL SELECT 'tier', NULL
    UNION ALL SELECT 'kind', NULL UNION ALL SELECT 'reason', NULL UNION ALL SELECT 'quarter', NULL
    UNION ALL SELECT 'product', 'products' UNION ALL SELECT 'competitor', 'competitors'
) AS dimensions
LEFT JOIN fields AS listed ON listed.path = closed_deals.path AND listed.key = dimensions.list
LEFT JOIN team AS member ON member.handle = closed_deals.owner
LEFT JOIN team AS manager ON manager.handle = member.manager;

CREATE VIEW stage_passages AS
SELECT steps.path, steps.customer, deal_states.owner, customers.tier, steps.stage,
    steps.stage_name, steps.stage_position, min(steps.day) AS entered,
    CASE
        WHEN max(steps.highest_later) > steps.stage_position OR closed.outcome = 'won'
            THEN 'went on'
        WHEN closed.outcome = 'lost' THEN 'lost'
        ELSE 'open'
    END AS result,
    CASE WHEN closed.outcome = 'lost' THEN max(steps.from_last = 1) ELSE 0 END AS lost_here
FROM (
    SELECT changes.path, changes.customer, changes.stage, changes.day, stages.name AS stage_name,
        stages.position AS stage_position, stages.outcome,
        max(CASE WHEN stages.outcome <> 'lost' THEN stages.position END) OVER (
            PARTITION BY changes.path ORDER BY changes.day, changes.position
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS highest_later,
        row_number() OVER (
            PARTITION BY changes.path, stages.outcome ORDER BY changes.day DESC, changes.position DESC
        ) AS from_last
    FROM stage_changes AS changes CROSS JOIN settings
    JOIN stages ON stages.stage = changes.stage
    WHERE changes.day <= settings.as_of
) AS steps
JOIN deal_states ON deal_states.path = steps.path
LEFT JOIN stages AS closed ON closed.stage = deal_states.stage
LEFT JOIN customers ON customers.customer = steps.customer
WHERE steps.outcome = 'open'
GROUP BY steps.path, steps.customer, deal_states.owner, customers.tier, steps.stage,
    steps.stage_name, steps.stage_position, closed.outcome;

-- Each deal has two rows: one counts for everybody together, one for its owner.
CREATE VIEW sales_velocity AS
SELECT sums.scope, sums.owner, sums.owner_name, sums.currency, sums.open_deals, sums.won, sums.lost,
    sums.win_rate, sums.average_won, sums.cycle_days,
    CASE WHEN sums.cycle_days > 0 THEN
        round(sums.open_deals * sums.win_rate * sums.average_won / sums.cycle_days, 2)
    END AS a_day
FROM (
    SELECT scopes.scope, CASE scopes.scope WHEN 'owner' THEN deals.owner END AS owner,
        CASE scopes.scope WHEN 'owner' THEN deals.owner_name END AS owner_name, deals.currency,
        sum(deals.state = 'open') AS open_deals, sum(deals.state = 'won') AS won,
        sum(deals.state = 'lost') AS lost,
        CASE WHEN sum(deals.state <> 'open') > 0 THEN
            CAST(sum(deals.state = 'won') AS DOUBLE) / sum(deals.state <> 'open') END AS win_rate,
        avg(CASE WHEN deals.state = 'won' THEN deals.value END) AS average_won,
        avg(CASE WHEN deals.state = 'won' THEN deals.days_to_close END) AS cycle_days
    FROM (
        SELECT 'open' AS state, owner, owner_name, value_currency AS currency, value,
            NULL AS days_to_close
        FROM open_deals
        UNION ALL
        SELECT outcome, owner, owner_name, value_currency, value, days_to_close
        FROM closed_deals WHERE days_since < 365
    ) AS deals
    CROSS JOIN (SELECT 'all' AS scope UNION ALL SELECT 'owner') AS scopes
    GROUP BY 1, 2, 3, 4
) AS sums;

CREATE VIEW deal_engagement AS
SELECT open_deals.path,
    coalesce(there.contacts, 0) AS contacts_known, coalesce(there.champions, 0) AS champions,
    coalesce(there.economic_buyers, 0) AS economic_buyers,
    count(DISTINCT CASE WHEN met.days_ago < 90 THEN met.contact END) AS contacts_engaged,
    min(CASE WHEN met.role = 'champion' THEN met.days_ago END) AS champion_silent,
    min(CASE WHEN met.role = 'economic_buyer' THEN met.days_ago END) AS economic_buyer_silent
FROM open_deals
LEFT JOIN (
    SELECT contacts.customer, count(*) AS contacts,
        sum(coalesce(contacts.role = 'champion', 0)) AS champions,
        sum(coalesce(contacts.role = 'economic_buyer', 0)) AS economic_buyers
    FROM contacts CROSS JOIN settings
    WHERE coalesce(contacts.since <= settings.as_of, 1)
        AND coalesce(contacts.left_on > settings.as_of, 1)
    GROUP BY contacts.customer
) AS there ON there.customer = open_deals.customer
LEFT JOIN (
    SELECT touches.customer, touches.deal, touches.days_ago, part.contact, contacts.role
    FROM participations AS part CROSS JOIN settings
    JOIN touches ON touches.customer = part.customer AND touches.path = part.path
    LEFT JOIN contacts ON contacts.customer = part.customer AND contacts.slug = part.contact
    WHERE contacts.left_on IS NULL OR contacts.left_on > settings.as_of
) AS met ON met.customer = open_deals.customer
    AND (met.deal = open_deals.slug OR met.deal IS NULL)
GROUP BY open_deals.path, there.contacts, there.champions, there.economic_buyers;
