-- Tasks that are open or done on the as-of day.

CREATE VIEW open_tasks AS
SELECT tasks.path, tasks.line, tasks.customer, tasks.text, tasks.owner, tasks.due,
    CASE WHEN tasks.due <> '' AND tasks.due < settings.as_of
        THEN CAST(julianday(settings.as_of) - julianday(tasks.due) AS INTEGER) END AS days_overdue,
    CAST(julianday(nullif(tasks.due, '')) - julianday(settings.as_of) AS INTEGER) AS days_left,
    tasks.deal
FROM tasks CROSS JOIN settings
WHERE (tasks.is_done = 0 OR tasks.done_on > settings.as_of)
    AND tasks.customer NOT IN (SELECT customer FROM customers WHERE archived IS NOT NULL);

CREATE VIEW done_tasks AS
SELECT tasks.path, tasks.line, tasks.customer, tasks.text, tasks.owner, tasks.due, tasks.done_on
FROM tasks CROSS JOIN settings
WHERE tasks.is_done = 1 AND tasks.done_on <= settings.as_of;
