package io.statekeep.store.jdbc;

import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC URL of PostgreSQL as the reactive client understands it.
 *
 * @param hosts in the order in which they are tried
 * @param refused parameters without which a connection would be another one than the URL asks for,
 *     so that none may be made
 * @param tunesDriver whether it says how the driver is to work, or to which of several servers it
 *     is to connect
 */
record PgAddress(List<PgConnectOptions> hosts, Set<String> refused, boolean tunesDriver) {
  private static final Set<String> HONOURED =
      Set.of(
          "PGHOST",
          "PGPORT",
          "PGDBNAME",
          "user",
          "password",
          "ssl",
          "sslmode",
          "sslrootcert",
          "currentSchema",
          "options",
          "ApplicationName");

  // The channel and the reactive client have the store's own.
  private static final Set<String> DEADLINES =
      Set.of("connectTimeout", "socketTimeout", "loginTimeout", "tcpKeepAlive", "tcpNoDelay");

  // How the driver works, not what it connects to.
  private static final Set<String> DRIVERS_OWN =
      Set.of(
          "adaptiveFetch",
          "adaptiveFetchMaximum",
          "adaptiveFetchMinimum",
          "assumeMinServerVersion",
          "autosave",
          "binaryTransfer",
          "binaryTransferDisable",
          "binaryTransferEnable",
          "cancelSignalTimeout",
          "cleanupSavepoints",
          "databaseMetadataCacheFields",
          "databaseMetadataCacheFieldsMiB",
          "defaultRowFetchSize",
          "disableColumnSanitiser",
          "groupStartupParameters",
          "hostRecheckSeconds",
          "loadBalanceHosts",
          "logServerErrorDetail",
          "logUnclosedConnections",
          "maxResultBuffer",
          "preferQueryMode",
          "prepareThreshold",
          "preparedStatementCacheQueries",
          "preparedStatementCacheSizeMiB",
          "queryTimeout",
          "readOnly",
          "readOnlyMode",
          "receiveBufferSize",
          "reWriteBatchedInserts",
          "reWriteBatchedInsertsSize",
          "sendBufferSize",
          "stringtype",
          "targetServerType");

  /**
   * Reads an address of PostgreSQL.
   *
   * @throws IllegalArgumentException if the driver cannot read it
   */
  static PgAddress of(JdbcAddress address) {
    Properties login = new Properties();
    put(login, "user", address.user());
    put(login, "password", address.password());
    Map<String, String> url = parameters(address.url(), login);
    // What it does not say, the driver fills in.
    url.entrySet().removeAll(parameters("jdbc:postgresql:", new Properties()).entrySet());
    Set<String> refused = new TreeSet<>();
    url.forEach(
        (name, value) -> {
          boolean known =
              HONOURED.contains(name) || DEADLINES.contains(name) || DRIVERS_OWN.contains(name);
          if (!known && !isHarmless(name, value)) {
            refused.add(name);
          }
        });
    return new PgAddress(
        refused.isEmpty() ? hosts(url, refused) : List.of(),
        refused,
        url.keySet().stream().anyMatch(n -> DRIVERS_OWN.contains(n) || DEADLINES.contains(n)));
  }

  /**
   * The one server, for sessions to be kept there by the reactive client; null if that takes the
   * driver.
   */
  @Nullable PgConnectOptions withoutDriver() {
    return hosts.size() == 1 && !tunesDriver ? hosts.get(0) : null;
  }

  /** What the driver would go by: what the URL says, and its defaults. */
  private static Map<String, String> parameters(String url, Properties login) {
    try {
      Map<String, String> parameters = new HashMap<>();
      for (DriverPropertyInfo info : DriverManager.getDriver(url).getPropertyInfo(url, login)) {
        if (info.value != null) {
          parameters.put(info.name, info.value);
        }
      }
      return parameters;
    } catch (SQLException e) {
      throw new IllegalArgumentException("not a URL of PostgreSQL", e);
    }
  }

  private static void put(Properties properties, String name, String value) {
    if (!value.isEmpty()) {
      properties.setProperty(name, value);
    }
  }

  // What neither asks for more than the client does, nor for anything else.
  private static boolean isHarmless(String name, String value) {
    return switch (name) {
      case "gssEncMode" -> Set.of("disable", "allow", "prefer").contains(value);
      case "channelBinding" -> Set.of("disable", "prefer").contains(value);
      case "sslNegotiation" -> value.equals("postgres");
      default -> false;
    };
  }

  private static List<PgConnectOptions> hosts(Map<String, String> url, Set<String> refused) {
    if (!url.containsKey("user") || !url.containsKey("PGDBNAME")) {
      refused.add("user");
      return List.of();
    }
    @Nullable SslMode mode = sslMode(url);
    if (mode == null) {
      refused.add("sslmode");
      return List.of();
    }
    boolean verifies = mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
    if (verifies && !url.containsKey("sslrootcert")) {
      // The driver then looks at a place of its own.
      refused.add("sslrootcert");
      return List.of();
    }
    String[] names = url.getOrDefault("PGHOST", "localhost").split(",", -1);
    String[] ports = url.getOrDefault("PGPORT", "5432").split(",", -1);
    List<PgConnectOptions> hosts = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      String name =
          names[i].startsWith("[") ? names[i].substring(1, names[i].length() - 1) : names[i];
      hosts.add(
          login(url)
              .setHost(name)
              .setPort(Integer.parseInt(ports[i]))
              .setSslMode(mode)
              .setSslOptions(trust(mode, url)));
    }
    return hosts;
  }

  private static PgConnectOptions login(Map<String, String> url) {
    PgConnectOptions options =
        new PgConnectOptions()
            .setUser(url.get("user"))
            .setPassword(url.getOrDefault("password", ""))
            .setDatabase(url.get("PGDBNAME"))
            .addProperty("application_name", url.getOrDefault("ApplicationName", "statekeep"));
    if (url.containsKey("currentSchema")) {
      options.addProperty("search_path", url.get("currentSchema"));
    }
    if (url.containsKey("options")) {
      options.addProperty("options", url.get("options"));
    }
    return options;
  }

  // As the driver reads it: without either it prefers TLS, "ssl" alone is the strictest.
  private static @Nullable SslMode sslMode(Map<String, String> url) {
    String mode = url.get("sslmode");
    if (mode != null) {
      try {
        return SslMode.of(mode.toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    String ssl = url.get("ssl");
    if (ssl == null) {
      return SslMode.PREFER;
    }
    return ssl.isEmpty() || ssl.equalsIgnoreCase("true") ? SslMode.VERIFY_FULL : SslMode.PREFER;
  }

  private static ClientSSLOptions trust(SslMode mode, Map<String, String> url) {
    ClientSSLOptions tls = new ClientSSLOptions();
    return switch (mode) {
      case VERIFY_FULL -> tls.setTrustOptions(root(url)).setHostnameVerificationAlgorithm("HTTPS");
      case VERIFY_CA -> tls.setTrustOptions(root(url)).setHostnameVerificationAlgorithm("");
      case DISABLE, ALLOW, PREFER, REQUIRE ->
          tls.setTrustAll(true).setHostnameVerificationAlgorithm("");
    };
  }

  private static PemTrustOptions root(Map<String, String> url) {
    return new PemTrustOptions().addCertPath(url.get("sslrootcert"));
  }
}
