/* schema: the tables. Their number (STORE_SCHEMA) is in the file's name too, so
 * that versions of the program live side by side, each on its own file. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

extern const char *const schema_sql[]; /* one after the other; ends at NULL */
extern const char schema_ci_sql[], schema_derived_sql[], schema_tickets_sql[], schema_search_sql[],
    schema_kpi_sql[], schema_rules_sql[];

#endif
