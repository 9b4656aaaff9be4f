-- For the page of a single customer: the profile with day counts, and tasks by side.

CREATE VIEW customer_profiles AS
SELECT customers.customer, customers.path, customers.name, customers.status, customers.phase,
    customers.tier, customers.industry, customers.country, customers.website, customers.aliases,
    customers.domains, customers.codename, customers.employees, customers.annual_revenue,
    customers.tech_stack, customers.budget, customers.authority, customers.need,
    customers.timeline, customers.owner, coalesce(owners.name, customers.owner) AS owner_name,
    customers.csm, coalesce(csms.name, customers.csm) AS csm_name,
    coalesce(parents.name, customers.parent) AS parent, parents.path AS parent_path,
    customers.onboarded, customers.churned, customers.churn_reason, customers.archived,
    customers.contract_amount,
    coalesce(customers.contract_currency, settings.currency) AS contract_currency,
    customers.contract_period, customers.contract_seats, customers.contract_start,
    customers.contract_renewal,
    CAST(julianday(customers.contract_renewal) - julianday(settings.as_of) AS INTEGER)
        AS days_to_renewal,
    customer_touches.last_touch, customer_touches.days_silent, customer_touches.touches_90
FROM customers CROSS JOIN settings
JOIN customer_touches ON customer_touches.customer = customers.customer
LEFT JOIN team AS owners ON owners.handle = customers.owner
LEFT JOIN team AS csms ON csms.handle = customers.csm
LEFT JOIN customers AS parents ON parents.customer = customers.parent;

-- A handle of the team is ours even if a contact has the same slug.
CREATE VIEW customer_tasks AS
SELECT open_tasks.path, open_tasks.line, open_tasks.customer, open_tasks.text,
    nullif(open_tasks.due, '') AS due, open_tasks.days_overdue, open_tasks.days_left,
    nullif(open_tasks.owner, '') AS owner,
    coalesce(team.name, contacts.name, nullif(open_tasks.owner, '')) AS owner_name,
    CASE WHEN team.handle IS NULL THEN contacts.path END AS owner_path,
    CASE WHEN team.handle IS NULL AND contacts.path IS NOT NULL THEN 'theirs' ELSE 'ours' END
        AS side
FROM open_tasks
LEFT JOIN team ON team.handle = open_tasks.owner
LEFT JOIN contacts ON contacts.customer = open_tasks.customer
    AND contacts.slug = open_tasks.owner
WHERE open_tasks.customer <> '';
