-- Past and future interactions, and how often each customer is touched.

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

-- Interactions still to come, including those on the as-of day without an outcome.
CREATE VIEW agenda AS
SELECT interactions.path, interactions.customer, customers.name AS customer_name,
    customers.path AS customer_path, customers.owner AS customer_owner, interactions.subject,
    interactions.type, interactions.deal, interactions.us, interactions.them,
    interactions.date AS moment, substr(interactions.date, 1, 10) AS day,
    CAST(julianday(substr(interactions.date, 1, 10)) - julianday(settings.as_of) AS INTEGER)
        AS days_ahead
FROM interactions CROSS JOIN settings
LEFT JOIN customers ON customers.customer = interactions.customer
WHERE customers.archived IS NULL AND (substr(interactions.date, 1, 10) > settings.as_of
    OR (substr(interactions.date, 1, 10) = settings.as_of AND interactions.outcome IS NULL
        AND interactions.type IN ('call', 'meeting', 'demo')));

-- One row per handle in `us`, or for the customer's owner if `us` is empty.
CREATE VIEW agenda_by_owner AS
SELECT agenda.path, agenda.customer, agenda.day, agenda.days_ahead, us.value AS owner
FROM agenda JOIN fields AS us ON us.path = agenda.path AND us.key = 'us'
UNION ALL
SELECT path, customer, day, days_ahead, customer_owner FROM agenda WHERE coalesce(us, '') = '';

CREATE VIEW customer_touches AS
SELECT customers.customer, customers.name, customers.owner,
    max(touches.day) AS last_touch, min(touches.days_ago) AS days_silent,
    coalesce(sum(touches.days_ago < 7), 0) AS touches_7,
    coalesce(sum(touches.days_ago < 30), 0) AS touches_30,
    coalesce(sum(touches.days_ago < 90), 0) AS touches_90
FROM customers LEFT JOIN touches ON touches.customer = customers.customer
GROUP BY customers.customer, customers.name, customers.owner;
