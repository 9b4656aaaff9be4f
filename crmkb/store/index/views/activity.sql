-- Team activity: touches by owner, answers to e-mails, meetings, late logs.

-- One row per handle in `us`, or for the customer's owner if `us` is empty.
CREATE VIEW touches_by_owner AS
SELECT touches.path, touches.customer, customers.tier, touches.day, touches.days_ago, touches.type,
    people.owner, coalesce(team.name, people.owner) AS owner_name
FROM (
    SELECT touches.path, us.value AS owner
    FROM touches JOIN fields AS us ON us.path = touches.path AND us.key = 'us'
    UNION ALL
    SELECT touches.path, customers.owner
    FROM touches LEFT JOIN customers ON customers.customer = touches.customer
    WHERE coalesce(touches.us, '') = ''
) AS people
JOIN touches ON touches.path = people.path
LEFT JOIN customers ON customers.customer = touches.customer
LEFT JOIN team ON team.handle = people.owner;

CREATE VIEW email_answers AS
SELECT path, customer, tier, subject, us, them, day, days_ago, answered_on,
    CAST(julianday(answered_on) - julianday(day) AS INTEGER) AS days_to_answer,
    CASE WHEN answered_on IS NOT NULL THEN 'answered'
        WHEN days_ago <= 14 THEN 'pending' ELSE 'unanswered' END AS state
FROM (
    SELECT touches.path, touches.customer, customers.tier, touches.subject, touches.us,
        touches.them, touches.day, touches.days_ago,
        (SELECT min(substr(answers.date, 1, 10)) FROM interactions AS answers
            WHERE answers.customer = touches.customer AND answers.date > touches.moment
                AND substr(answers.date, 1, 10) <= settings.as_of
                AND julianday(substr(answers.date, 1, 10)) - julianday(touches.day) <= 14
                AND (answers.type IN ('meeting', 'demo')
                    OR (answers.type IN ('email', 'call', 'slack')
                        AND answers.direction = 'inbound'))) AS answered_on
    FROM touches CROSS JOIN settings
    LEFT JOIN customers ON customers.customer = touches.customer
    WHERE touches.type = 'email' AND touches.direction = 'outbound'
) AS emails;

CREATE VIEW meetings AS
SELECT path, customer, tier, subject, type, us, day, days_ago, has_outcome, has_next_step,
    has_two_of_theirs, has_sentiment,
    (has_outcome + has_next_step + has_two_of_theirs + has_sentiment) / 4.0 AS quality
FROM (
    SELECT touches.path, touches.customer, customers.tier, touches.subject, touches.type,
        touches.us, touches.day, touches.days_ago, touches.outcome IS NOT NULL AS has_outcome,
        EXISTS (SELECT 1 FROM tasks WHERE tasks.path = touches.path) AS has_next_step,
        EXISTS (SELECT 1 FROM fields WHERE fields.path = touches.path AND fields.key = 'them'
            AND fields.position = 1) AS has_two_of_theirs,
        touches.sentiment IS NOT NULL AS has_sentiment
    FROM touches LEFT JOIN customers ON customers.customer = touches.customer
    WHERE touches.type IN ('meeting', 'demo')
) AS marks;

-- Late means after more than 24 hours, or without a time of day after the next day.
CREATE VIEW logged_touches AS
SELECT touches.path, touches.customer, customers.tier, touches.subject, touches.type, touches.us,
    touches.day, touches.days_ago, substr(logged.moment, 1, 10) AS logged_on,
    CAST(julianday(substr(logged.moment, 1, 10)) - julianday(touches.day) AS INTEGER)
        AS days_to_log,
    CASE WHEN length(touches.moment) > 10
        THEN julianday(logged.moment) - julianday(touches.moment) > 1
        ELSE julianday(substr(logged.moment, 1, 10)) - julianday(touches.day) > 1
    END AS is_late
FROM touches
JOIN logged ON logged.path = touches.path
LEFT JOIN customers ON customers.customer = touches.customer;
