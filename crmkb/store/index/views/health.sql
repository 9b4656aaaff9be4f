-- Customer health: participation, the score on the as-of day with earlier scores, and its reasons.

-- Notes and outbound e-mails do not show that a contact took part.
CREATE VIEW participations AS
SELECT interactions.customer, them.value AS contact, interactions.path,
    interactions.date AS moment, substr(interactions.date, 1, 10) AS day
FROM interactions
JOIN fields AS them ON them.path = interactions.path AND them.key = 'them'
WHERE interactions.date IS NOT NULL AND coalesce(interactions.type, '') <> 'note'
    AND NOT (coalesce(interactions.type, '') = 'email'
        AND coalesce(interactions.direction, '') = 'outbound');

CREATE VIEW contact_engagement AS
SELECT contacts.path, contacts.customer, contacts.slug AS contact, contacts.name, contacts.title,
    contacts.role, contacts.influence,
    contacts.left_on IS NOT NULL AND contacts.left_on <= settings.as_of AS has_left,
    max(participations.day) AS last_engaged,
    CAST(julianday(settings.as_of) - julianday(max(participations.day)) AS INTEGER)
        AS days_silent,
    count(CASE WHEN julianday(settings.as_of) - julianday(participations.day) < 30 THEN 1 END)
        AS engaged_30,
    count(CASE WHEN julianday(settings.as_of) - julianday(participations.day) < 90 THEN 1 END)
        AS engaged_90
FROM settings CROSS JOIN contacts
LEFT JOIN participations ON participations.customer = contacts.customer
    AND participations.contact = contacts.slug AND participations.day <= settings.as_of
WHERE contacts.since IS NULL OR contacts.since <= settings.as_of
GROUP BY contacts.path;

CREATE VIEW customer_health AS
SELECT served_customers.customer, served_customers.name, served_customers.path,
    served_customers.status, served_customers.tier, served_customers.owner,
    served_customers.csm, coalesce(team.name, served_customers.csm) AS csm_name,
    health.score, health.band, health.coverage,
    CASE health.band WHEN 'excellent' THEN 1 WHEN 'good' THEN 2 WHEN 'at risk' THEN 3
        WHEN 'critical' THEN 4 ELSE 5 END AS band_position,
    CASE health.band WHEN 'excellent' THEN 'green' WHEN 'good' THEN 'green'
        WHEN 'at risk' THEN 'yellow' WHEN 'critical' THEN 'red' ELSE 'grey' END AS indicator,
    before_30.score AS score_30, health.score - before_30.score AS change_30,
    before_90.score AS score_90, health.score - before_90.score AS change_90,
    usage.points AS usage, support.points AS support, relationship.points AS relationship,
    outcomes.points AS outcomes
FROM served_customers
JOIN health ON health.customer = served_customers.customer AND health.days_ago = 0
LEFT JOIN health AS before_30 ON before_30.customer = health.customer AND before_30.days_ago = 30
LEFT JOIN health AS before_90 ON before_90.customer = health.customer AND before_90.days_ago = 90
LEFT JOIN health_factors AS usage ON usage.customer = health.customer
    AND usage.day = health.day AND usage.factor = 'usage'
LEFT JOIN health_factors AS support ON support.customer = health.customer
    AND support.day = health.day AND support.factor = 'support'
LEFT JOIN health_factors AS relationship ON relationship.customer = health.customer
    AND relationship.day = health.day AND relationship.factor = 'relationship'
LEFT JOIN health_factors AS outcomes ON outcomes.customer = health.customer
    AND outcomes.day = health.day AND outcomes.factor = 'outcomes'
LEFT JOIN team ON team.handle = served_customers.csm;

-- The signals that cost most of the score on the as-of day, highest cost first.
CREATE VIEW health_reasons AS
SELECT ranked.customer, ranked.position, ranked.factor, ranked.signal, ranked.name, ranked.cost,
    ranked.evidence, ranked.path, ranked.line
FROM (
    SELECT health_signals.customer, health_signals.factor, health_signals.signal,
        health_signals.name, health_signals.cost, health_signals.evidence, health_signals.path,
        health_signals.line,
        row_number() OVER (PARTITION BY health_signals.customer
            ORDER BY health_signals.cost DESC, health_signals.signal) AS position
    FROM health_signals
    WHERE health_signals.cost >= 1
) AS ranked;
