#pragma once

#include <sqlite3.h>

/* What Swift cannot say: a function with variable arguments, and a cast of a number to a destructor. */
static inline int csqlite_defend(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

static inline int csqlite_distrust_schema(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

/* Binds a text or bytes that SQLite copies. */
static inline int csqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, int size) {
    return sqlite3_bind_text(statement, place, text, size, SQLITE_TRANSIENT);
}

static inline int csqlite_bind_bytes(sqlite3_stmt *statement, int place, const void *bytes, int size) {
    return sqlite3_bind_blob(statement, place, bytes, size, SQLITE_TRANSIENT);
}
