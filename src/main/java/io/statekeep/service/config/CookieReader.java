package io.statekeep.service.config;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.cookie.SameSite;
import io.statekeep.cookie.SetCookie;
import io.statekeep.service.config.Config.SessionCookieRules;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads how the session's cookie is written. Each attribute is tried on its own beside the name, so
 * that every contradiction is found, under the key that has to change.
 */
final class CookieReader {
  private static final String ANY_NAME = "sessionid";
  // As long as a token: a name has to leave room for it.
  private static final String VALUE = "t".repeat(87);

  private final ConfigReader reader;

  private CookieReader(ConfigReader reader) {
    this.reader = reader;
  }

  /** The rules; any that are possible if the reader has a problem with those that are given. */
  static SessionCookieRules read(ConfigReader reader) {
    Optional<Boolean> secure = reader.flagOrAuto(ConfigKey.COOKIE_SECURE);
    Given given =
        new Given(
            reader.text(ConfigKey.COOKIE_NAME),
            reader.text(ConfigKey.COOKIE_PATH),
            reader.optional(ConfigKey.COOKIE_DOMAIN).orElse(null),
            // With auto, the same cookie has to be possible on a request that came without https.
            secure.orElse(false),
            reader.flag(ConfigKey.COOKIE_HTTP_ONLY),
            reader.choice(
                ConfigKey.COOKIE_SAME_SITE,
                Map.of("lax", SameSite.LAX, "strict", SameSite.STRICT, "none", SameSite.NONE)),
            reader.flag(ConfigKey.COOKIE_PARTITIONED));
    return new CookieReader(reader).areSound(given)
        ? new SessionCookieRules(given.name, given.attributes(), secure.isEmpty())
        : new SessionCookieRules(ANY_NAME, CookieAttributes.PLAIN, true);
  }

  private record Given(
      String name,
      String path,
      @Nullable String domain,
      boolean secure,
      boolean httpOnly,
      SameSite sameSite,
      boolean partitioned) {

    CookieAttributes attributes() {
      return new CookieAttributes(path, domain, secure, httpOnly, sameSite, partitioned);
    }
  }

  private boolean areSound(Given given) {
    int before = reader.problems().size();
    check(ConfigKey.COOKIE_NAME, given.name, () -> attributes("/", null, true));
    boolean named = reader.problems().size() == before;
    String name = named ? given.name : ANY_NAME;
    check(ConfigKey.COOKIE_PATH, name, () -> attributes(given.path, null, true));
    check(ConfigKey.COOKIE_DOMAIN, name, () -> attributes("/", given.domain, true));
    check(ConfigKey.COOKIE_HTTP_ONLY, name, () -> attributes("/", null, given.httpOnly));
    check(
        ConfigKey.COOKIE_SECURE, name, () -> attributes("/", null, true).withSecure(given.secure));
    check(
        ConfigKey.COOKIE_SAME_SITE,
        ANY_NAME,
        () -> new CookieAttributes("/", null, given.secure, true, given.sameSite, false));
    check(
        ConfigKey.COOKIE_PARTITIONED,
        ANY_NAME,
        () -> new CookieAttributes("/", null, given.secure, true, SameSite.LAX, given.partitioned));
    return reader.problems().size() == before;
  }

  private static CookieAttributes attributes(
      String path, @Nullable String domain, boolean httpOnly) {
    return new CookieAttributes(path, domain, true, httpOnly, SameSite.LAX, false);
  }

  private void check(ConfigKey key, String name, Supplier<CookieAttributes> attributes) {
    try {
      new SetCookie(name, VALUE, null, attributes.get());
    } catch (IllegalArgumentException e) {
      String bound = String.valueOf(e.getMessage());
      boolean aboutSecure = bound.endsWith("requires Secure");
      reader.problem(key, aboutSecure ? bound + ": set cookie.secure to true" : bound);
    }
  }
}
