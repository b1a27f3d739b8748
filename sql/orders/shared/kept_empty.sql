-- Before the kept figures are made anew.
DELETE FROM {schema}.sales_by_day;

DELETE FROM {schema}.sales_by_product;
