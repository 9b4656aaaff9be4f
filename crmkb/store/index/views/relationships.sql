-- Depth of customer relationships: which contacts take part, and which roles should.

-- Customers who are served or have an open deal.
CREATE VIEW watched_customers AS
SELECT customers.customer, customers.path, customers.name, customers.tier, customers.owner,
    coalesce(team.name, customers.owner) AS owner_name,
    served_customers.customer IS NOT NULL AS is_served,
    coalesce(pipeline.open_deals, 0) AS open_deals
FROM customers
LEFT JOIN served_customers ON served_customers.customer = customers.customer
LEFT JOIN (SELECT open_deals.customer, count(*) AS open_deals
    FROM open_deals GROUP BY open_deals.customer) AS pipeline
    ON pipeline.customer = customers.customer
LEFT JOIN team ON team.handle = customers.owner
WHERE customers.archived IS NULL
    AND (served_customers.customer IS NOT NULL OR pipeline.customer IS NOT NULL);

CREATE VIEW role_holders AS
SELECT contact_engagement.customer, held.role, contact_engagement.path, contact_engagement.name,
    contact_engagement.has_left, contact_engagement.last_engaged, contact_engagement.days_silent,
    row_number() OVER (PARTITION BY contact_engagement.customer, held.role
        ORDER BY contact_engagement.has_left, contact_engagement.last_engaged DESC,
            contact_engagement.path) AS place
FROM contact_engagement
JOIN (
    SELECT path, role FROM contacts WHERE role IS NOT NULL
    UNION ALL
    SELECT path, 'executive' FROM executives
) AS held ON held.path = contact_engagement.path;

CREATE VIEW role_access AS
SELECT watched_customers.customer, watched_customers.name AS customer_name,
    watched_customers.path AS customer_path, watched_customers.tier, watched_customers.owner,
    watched_customers.owner_name, watched_customers.is_served, watched_customers.open_deals,
    roles.role, roles.position, holders.name, holders.path, holders.last_engaged,
    holders.days_silent,
    CASE
        WHEN holders.path IS NULL THEN 'missing'
        WHEN holders.has_left THEN 'left'
        WHEN holders.days_silent < 90 THEN 'engaged'
        ELSE 'silent'
    END AS state
FROM watched_customers
CROSS JOIN (
    SELECT 'champion' AS role, 1 AS position UNION ALL SELECT 'economic_buyer', 2
    UNION ALL SELECT 'executive', 3 UNION ALL SELECT 'influencer', 4 UNION ALL SELECT 'user', 5
    UNION ALL SELECT 'blocker', 6
) AS roles
LEFT JOIN role_holders AS holders ON holders.customer = watched_customers.customer
    AND holders.role = roles.role AND holders.place = 1;

CREATE VIEW customer_depth AS
SELECT watched_customers.customer, watched_customers.path, watched_customers.name,
    watched_customers.tier, watched_customers.owner, watched_customers.owner_name,
    watched_customers.is_served, watched_customers.open_deals,
    coalesce(circle.contacts, 0) AS contacts, coalesce(circle.engaged, 0) AS engaged,
    circle.last_engaged,
    CASE coalesce(circle.engaged, 0) WHEN 0 THEN 'nobody' WHEN 1 THEN 'single-threaded'
        WHEN 2 THEN 'two people' ELSE 'multi-threaded' END AS depth
FROM watched_customers
LEFT JOIN (
    SELECT customer, sum(has_left = 0) AS contacts,
        sum(has_left = 0 AND engaged_90 > 0) AS engaged,
        max(CASE WHEN has_left = 0 THEN last_engaged END) AS last_engaged
    FROM contact_engagement GROUP BY customer
) AS circle ON circle.customer = watched_customers.customer;

-- Champions who left, with the open deals that name them, and whether the customer has another one.
CREATE VIEW champions_gone AS
SELECT champions.customer, champions.path, champions.name, champions.left_on,
    watched_customers.name AS customer_name, watched_customers.path AS customer_path,
    watched_customers.tier, watched_customers.owner, watched_customers.owner_name,
    named.path AS deal_path, named.name AS deal, named.value, named.value_currency,
    NOT EXISTS (SELECT 1 FROM contacts AS others WHERE others.customer = champions.customer
        AND others.role = 'champion' AND coalesce(others.left_on > settings.as_of, 1)
        AND coalesce(others.since <= settings.as_of, 1)) AS is_last
FROM contacts AS champions CROSS JOIN settings
JOIN watched_customers ON watched_customers.customer = champions.customer
LEFT JOIN (
    SELECT open_deals.customer, open_deals.path, open_deals.name, open_deals.value,
        open_deals.value_currency, fields.value AS contact
    FROM open_deals JOIN fields ON fields.path = open_deals.path AND fields.key = 'contacts'
) AS named ON named.customer = champions.customer AND named.contact = champions.slug
WHERE champions.role = 'champion' AND champions.left_on <= settings.as_of;
