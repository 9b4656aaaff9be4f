-- Tables that code computes when a query reads them. crmkb/scores/ has a module for each table, or
-- for a group of tables with its name as prefix. In the index file the tables are empty, except for
-- those that are slow to compute: computed.keep stores their rows.

CREATE TABLE health (customer TEXT, day TEXT, days_ago INTEGER, score INTEGER, band TEXT,
    coverage NUMERIC, PRIMARY KEY (customer, day));
CREATE TABLE health_factors (customer TEXT, day TEXT, factor TEXT, position INTEGER, weight NUMERIC,
    share NUMERIC, points NUMERIC, PRIMARY KEY (customer, day, factor));
CREATE TABLE health_signals (customer TEXT, factor TEXT, position INTEGER, signal TEXT,
    name TEXT, points NUMERIC, most NUMERIC, cost NUMERIC, evidence TEXT, path TEXT, line INTEGER,
    advice TEXT, PRIMARY KEY (customer, factor, position));
CREATE TABLE health_advice (customer TEXT, position INTEGER, advice TEXT, recommendation TEXT,
    who TEXT, within TEXT, cost NUMERIC, evidence TEXT, path TEXT, line INTEGER,
    PRIMARY KEY (customer, position));
CREATE TABLE health_quarters (customer TEXT, quarters_ago INTEGER, quarter TEXT, day TEXT,
    score INTEGER, band TEXT, coverage NUMERIC, PRIMARY KEY (customer, quarters_ago));
CREATE TABLE deal_health (path TEXT PRIMARY KEY, score NUMERIC, band TEXT, coverage NUMERIC,
    usual_days NUMERIC, stays INTEGER);
CREATE TABLE deal_health_signals (path TEXT, position INTEGER, factor TEXT, signal TEXT,
    points NUMERIC, most NUMERIC, cost NUMERIC, evidence TEXT, PRIMARY KEY (path, position));
CREATE TABLE executives (path TEXT PRIMARY KEY, customer TEXT, contact TEXT);
CREATE TABLE identities (path TEXT, customer TEXT, kind TEXT, what TEXT, position INTEGER,
    value TEXT, key TEXT, is_valid BOOLEAN, PRIMARY KEY (path, what, position));
CREATE TABLE logged (path TEXT PRIMARY KEY, moment TEXT);
