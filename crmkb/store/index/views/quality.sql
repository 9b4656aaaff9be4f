-- Missing fields, stale records and duplicates.

-- A name, domain or codename shared by two customers, or an e-mail address shared by two contacts.
CREATE VIEW twins AS
SELECT one.kind, one.path, one.name, one.what, min(other.path) AS other
FROM names AS one JOIN names AS other ON other.name = one.name
WHERE one.kind = 'customer' AND other.kind = 'customer' AND other.path <> one.path
GROUP BY one.kind, one.path, one.name, one.what
UNION ALL
SELECT one.kind, one.path, one.name, one.what, min(other.path)
FROM names AS one JOIN names AS other ON other.name = one.name
WHERE one.kind = 'contact' AND one.what = 'email' AND other.what = 'email'
    AND other.kind = 'contact' AND other.path <> one.path
GROUP BY one.kind, one.path, one.name, one.what;

-- Twins, and records that are only similar. The first of them is the `other`.
CREATE VIEW likely_twins AS
SELECT kind, max(path, other) AS path, min(path, other) AS other,
    CASE what WHEN 'email' THEN 'e-mail' ELSE what END AS what, name AS value
FROM twins WHERE what <> 'slug'
UNION
SELECT 'customer', one.path, alike.first, 'name', one.value
FROM identities AS one
JOIN (SELECT key, min(path) AS first FROM identities WHERE kind = 'customer'
    GROUP BY key HAVING count(DISTINCT path) > 1) AS alike ON alike.key = one.key
WHERE one.kind = 'customer' AND one.path <> alike.first
    AND NOT EXISTS (SELECT 1 FROM twins WHERE twins.path = one.path AND twins.other = alike.first)
UNION
SELECT 'contact', one.path, alike.first, 'phone', one.value
FROM identities AS one
JOIN (SELECT key, min(path) AS first FROM identities WHERE what = 'phone' AND is_valid = 1
    GROUP BY key HAVING count(DISTINCT customer) > 1) AS alike ON alike.key = one.key
WHERE one.what = 'phone' AND one.is_valid = 1 AND one.path <> alike.first
UNION
SELECT 'contact', one.path, alike.first, 'name', contacts.name
FROM names AS one
JOIN (SELECT name, customer, min(path) AS first FROM names
    WHERE kind = 'contact' AND what = 'name'
    GROUP BY name, customer HAVING count(*) > 1) AS alike
    ON alike.name = one.name AND alike.customer = one.customer
JOIN contacts ON contacts.path = one.path
WHERE one.kind = 'contact' AND one.what = 'name' AND one.path <> alike.first;

CREATE VIEW expected_fields AS
SELECT kind, field, path, customer, name, owner, is_filled FROM (
    SELECT 'customer' AS kind, 'owner' AS field, path, customer, name, owner,
        owner IS NOT NULL AS is_filled, archived FROM customers
    UNION ALL SELECT 'customer', 'status', path, customer, name, owner, status IS NOT NULL, archived
    FROM customers
    UNION ALL SELECT 'customer', 'tier', path, customer, name, owner, tier IS NOT NULL, archived
    FROM customers
    UNION ALL SELECT 'customer', 'industry', path, customer, name, owner, industry IS NOT NULL,
        archived FROM customers
    UNION ALL SELECT 'customer', 'website or domains', path, customer, name, owner,
        coalesce(website, nullif(domains, '')) IS NOT NULL, archived FROM customers
    UNION ALL SELECT 'served customer', 'csm', path, customer, name, owner, csm IS NOT NULL, archived
    FROM customers WHERE status IN ('active', 'pilot')
    UNION ALL SELECT 'served customer', 'onboarded', path, customer, name, owner,
        onboarded IS NOT NULL, archived FROM customers WHERE status = 'active'
    UNION ALL SELECT 'served customer', 'contract_amount', path, customer, name, owner,
        contract_amount IS NOT NULL, archived FROM customers WHERE status IN ('active', 'pilot')
    UNION ALL SELECT 'served customer', 'contract_period', path, customer, name, owner,
        contract_period IS NOT NULL, archived FROM customers WHERE status IN ('active', 'pilot')
    UNION ALL SELECT 'served customer', 'contract_start', path, customer, name, owner,
        contract_start IS NOT NULL, archived FROM customers WHERE status IN ('active', 'pilot')
    UNION ALL SELECT 'served customer', 'contract_renewal', path, customer, name, owner,
        contract_renewal IS NOT NULL, archived FROM customers WHERE status IN ('active', 'pilot')
    UNION ALL SELECT 'churned customer', 'churned', path, customer, name, owner,
        churned IS NOT NULL, archived FROM customers WHERE status = 'churned'
    UNION ALL SELECT 'churned customer', 'churn_reason', path, customer, name, owner,
        churn_reason IS NOT NULL, archived FROM customers WHERE status = 'churned'
) AS profiles WHERE archived IS NULL
UNION ALL
SELECT parts.kind, parts.field, parts.path, parts.customer, parts.name, customers.owner,
    parts.is_filled
FROM (
    SELECT 'contact' AS kind, 'emails' AS field, path, customer, name, emails <> '' AS is_filled
    FROM contacts WHERE left_on IS NULL
    UNION ALL SELECT 'contact', 'title', path, customer, name, title IS NOT NULL
    FROM contacts WHERE left_on IS NULL
    UNION ALL SELECT 'contact', 'role', path, customer, name, role IS NOT NULL
    FROM contacts WHERE left_on IS NULL
) AS parts
JOIN customers ON customers.customer = parts.customer AND customers.archived IS NULL
UNION ALL
SELECT 'open deal', fields.field, open_deals.path, open_deals.customer, open_deals.name,
    open_deals.owner, CASE fields.field WHEN 'amount' THEN open_deals.amount IS NOT NULL
        WHEN 'close_date' THEN open_deals.close_date IS NOT NULL
        WHEN 'owner' THEN open_deals.owner IS NOT NULL WHEN 'kind' THEN open_deals.kind IS NOT NULL
        WHEN 'opened' THEN open_deals.opened IS NOT NULL
        ELSE coalesce(open_deals.contacts, '') <> '' END
FROM open_deals
CROSS JOIN (SELECT 'amount' AS field UNION ALL SELECT 'close_date' UNION ALL SELECT 'owner'
    UNION ALL SELECT 'kind' UNION ALL SELECT 'opened' UNION ALL SELECT 'contacts') AS fields
UNION ALL
SELECT 'closed deal', fields.field, closed_deals.path, closed_deals.customer, closed_deals.name,
    closed_deals.owner, CASE fields.field WHEN 'reason' THEN closed_deals.reason IS NOT NULL
        WHEN 'close_date' THEN closed_deals.close_date IS NOT NULL
        ELSE closed_deals.amount IS NOT NULL END
FROM closed_deals
CROSS JOIN (SELECT 'reason' AS field UNION ALL SELECT 'close_date' UNION ALL SELECT 'amount')
    AS fields;

CREATE VIEW stale_records AS
SELECT 'open deal' AS kind, open_deals.path, open_deals.customer, open_deals.name,
    open_deals.owner, open_deals.owner_name,
    coalesce(deal_touches.days_silent, open_deals.age_days) AS days,
    'no touch for more than 30 days' AS why
FROM open_deals LEFT JOIN deal_touches ON deal_touches.path = open_deals.path
WHERE coalesce(deal_touches.days_silent, open_deals.age_days) > 30
UNION ALL
SELECT 'open deal', path, customer, name, owner, owner_name, days_overdue, 'close date passed'
FROM open_deals WHERE days_overdue > 0
UNION ALL
SELECT 'customer', customers.path, customers.customer, customers.name, customers.owner,
    coalesce(team.name, customers.owner), customer_touches.days_silent,
    CASE WHEN customer_touches.days_silent IS NULL THEN 'nobody ever spoke to them'
        ELSE 'no touch for more than 90 days' END
FROM customers
JOIN customer_touches ON customer_touches.customer = customers.customer
LEFT JOIN team ON team.handle = customers.owner
WHERE customers.archived IS NULL AND coalesce(customers.status, '') NOT IN ('inactive', 'churned')
    AND coalesce(customer_touches.days_silent, 9999) > 90
UNION ALL
SELECT 'task', open_tasks.path, open_tasks.customer, open_tasks.text, nullif(open_tasks.owner, ''),
    coalesce(team.name, nullif(open_tasks.owner, '')), open_tasks.days_overdue,
    'due more than 30 days ago'
FROM open_tasks LEFT JOIN team ON team.handle = open_tasks.owner
WHERE open_tasks.days_overdue > 30;
