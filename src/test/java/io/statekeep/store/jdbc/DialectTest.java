package io.statekeep.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectTest {
  @ParameterizedTest
  @CsvSource({
    "jdbc:hsqldb:file:data/x, HSQLDB",
    "jdbc:hsqldb:mem:x, HSQLDB",
    "jdbc:postgresql://h/db, POSTGRESQL",
    "jdbc:mariadb://h/db, MARIADB"
  })
  void theUrlNamesTheDialect(String url, Dialect dialect) {
    assertThat(Dialect.ofUrl(url)).isEqualTo(dialect);
  }

  @Test
  void anotherUrlIsRefusedWithoutBeingShown() {
    assertThatThrownBy(() -> Dialect.ofUrl("jdbc:oracle:thin:scott/tiger@h"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("tiger")
        .hasMessageContaining("jdbc:postgresql:");
  }

  @Test
  void anEmbeddedDatabaseIsDurableUnlessItsUrlSaysOtherwise() {
    assertThat(Dialect.HSQLDB.driverUrl("jdbc:hsqldb:file:x", 2000))
        .isEqualTo(
            "jdbc:hsqldb:file:x;hsqldb.write_delay=false;hsqldb.tx=mvcc"
                + ";hsqldb.lock_file=false");
    assertThat(Dialect.HSQLDB.driverUrl("jdbc:hsqldb:file:x;hsqldb.write_delay=true", 2000))
        .isEqualTo(
            "jdbc:hsqldb:file:x;hsqldb.write_delay=true;hsqldb.tx=mvcc"
                + ";hsqldb.lock_file=false");
  }

  @Test
  void noDriverWaitsLongerThanTheTimeoutUnlessItsUrlSaysSo() {
    assertThat(Dialect.POSTGRESQL.driverUrl("jdbc:postgresql://h/db", 1500))
        .isEqualTo("jdbc:postgresql://h/db?socketTimeout=2&connectTimeout=2&tcpKeepAlive=true");
    assertThat(
            Dialect.POSTGRESQL.driverUrl("jdbc:postgresql://h/db?ssl=true&socketTimeout=9", 1500))
        .isEqualTo(
            "jdbc:postgresql://h/db?ssl=true&socketTimeout=9&connectTimeout=2&tcpKeepAlive=true");
    assertThat(Dialect.MARIADB.driverUrl("jdbc:mariadb://h/db", 1500))
        .isEqualTo(
            "jdbc:mariadb://h/db?socketTimeout=1500&connectTimeout=1500&tcpKeepAlive=true"
                + "&sessionVariables=idle_write_transaction_timeout=5");
  }
}
