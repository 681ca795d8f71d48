/** Sessions in a SQL database: embedded HSQLDB, PostgreSQL, MariaDB. */
@NullMarked
package io.statekeep.store.jdbc;

import org.jspecify.annotations.NullMarked;
