package io.statekeep.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the reactive client makes of a JDBC URL. */
class PgAddressTest {
  private static PgAddress read(String url) {
    return PgAddress.of(new JdbcAddress("jdbc:postgresql:" + url, "user", "password", 1000));
  }

  private static PgConnectOptions only(String url) {
    List<PgConnectOptions> hosts = read(url).hosts();
    assertThat(hosts).hasSize(1);
    return hosts.get(0);
  }

  @Test
  void placeAndLoginAreThoseOfTheUrl() {
    PgConnectOptions options = only("//[::1]:77/db?user=u&password=p&currentSchema=a%20b");
    assertThat(options.getHost()).isEqualTo("::1");
    assertThat(options.getPort()).isEqualTo(77);
    assertThat(options.getDatabase()).isEqualTo("db");
    assertThat(options.getUser()).isEqualTo("u");
    assertThat(options.getPassword()).isEqualTo("p");
    assertThat(options.getProperties()).containsEntry("search_path", "a b");
    assertThat(only("db").getHost()).isEqualTo("localhost");
    assertThat(only("db").getUser()).isEqualTo("user");
  }

  @Test
  void severalHostsKeepTheirOrder() {
    assertThat(read("//a:1,b,c:3/db").hosts())
        .extracting(host -> host.getHost() + ":" + host.getPort())
        .containsExactly("a:1", "b:5432", "c:3");
  }

  @ParameterizedTest
  @CsvSource({
    "'', PREFER",
    "sslmode=disable, DISABLE",
    "sslmode=allow, ALLOW",
    "sslmode=require, REQUIRE",
    "ssl=false, PREFER"
  })
  void withoutVerificationAnyCertificateWillDo(String parameters, SslMode mode) {
    PgConnectOptions options = only("//h/db?" + parameters);
    assertThat(options.getSslMode()).isEqualTo(mode);
    assertThat(options.getSslOptions().isTrustAll()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=verify-ca, VERIFY_CA, ''",
    "sslmode=verify-full, VERIFY_FULL, HTTPS",
    "ssl=true, VERIFY_FULL, HTTPS",
    "ssl, VERIFY_FULL, HTTPS"
  })
  void verificationGoesByTheGivenRootAndNoOther(String mode, SslMode expected, String algorithm) {
    PgConnectOptions options = only("//h/db?sslrootcert=/ca.pem&" + mode);
    assertThat(options.getSslMode()).isEqualTo(expected);
    assertThat(options.getSslOptions().isTrustAll()).isFalse();
    assertThat(options.getSslOptions().getHostnameVerificationAlgorithm()).isEqualTo(algorithm);
    assertThat(((PemTrustOptions) options.getSslOptions().getTrustOptions()).getCertPaths())
        .containsExactly("/ca.pem");
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=verify-full, sslrootcert",
    "sslmode=nonsense, sslmode",
    "sslcert=/c&sslkey=/k, 'sslcert,sslkey'",
    "gssEncMode=require, gssEncMode",
    "channelBinding=require, channelBinding",
    "sslNegotiation=direct, sslNegotiation",
    "socketFactory=a.B, socketFactory",
    "localSocketAddress=127.0.0.2, localSocketAddress"
  })
  void whatCannotBeHonouredIsNamed(String parameters, String refused) {
    PgAddress address = read("//h/db?" + parameters);
    assertThat(address.refused()).containsExactly(refused.split(",", -1));
    assertThat(address.hosts()).isEmpty();
  }

  @Test
  void howTheDriverWorksDoesNotMatter() {
    only("//h/db?prepareThreshold=0&targetServerType=primary&socketTimeout=3&gssEncMode=disable");
  }

  @ParameterizedTest
  @CsvSource({
    "//h/db, true",
    "//h/db?sslmode=require&currentSchema=s, true",
    "//h/db?socketTimeout=3, false",
    "//h/db?prepareThreshold=0, false",
    "//h/db?targetServerType=primary, false",
    "'//h,i/db', false",
    "//h/db?socketFactory=a.B, false"
  })
  void theDriverIsUsedWhereOnlyItCanDoWhatTheUrlAsks(String url, boolean without) {
    assertThat(read(url).withoutDriver() != null).isEqualTo(without);
  }
}
