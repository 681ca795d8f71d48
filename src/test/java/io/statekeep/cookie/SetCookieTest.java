package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TimeZone;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetCookieTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:37.999Z");
  private static final String ALPHANUMERIC =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final String TOKEN_CHARS = "!#$%&'*+-.^_`|~" + ALPHANUMERIC;
  // What RFC 6265bis takes out of the visible US-ASCII characters.
  private static final String NO_COOKIE_OCTETS = "\",;\\";
  private static final long DAYS_400 = 34_560_000;

  // --- the line

  @Test
  void theAttributesOfAPlainCookieStandInAFixedOrder() {
    assertThat(header(new SetCookie("username", "itcast", 3_600L, CookieAttributes.PLAIN)))
        .isEqualTo(
            "username=itcast; Max-Age=3600; Expires=Sun, 06 Nov 1994 09:49:37 GMT; Path=/; SameSite=Lax");
  }

  @Test
  void everyAttributeHasItsPlaceAndStandsOnce() {
    CookieAttributes all =
        new CookieAttributes("/shop", "Example.com", true, true, SameSite.NONE, true);
    String line = header(new SetCookie("__Secure-a", "b", 1L, all));
    assertThat(line)
        .isEqualTo(
            "__Secure-a=b; Max-Age=1; Expires=Sun, 06 Nov 1994 08:49:38 GMT; Path=/shop;"
                + " Domain=Example.com; Secure; HttpOnly; SameSite=None; Partitioned");
    assertThat(received(line).attributeNames).doesNotHaveDuplicates().hasSize(8);
  }

  @Test
  void aCookieWithoutAnAgeEndsWithTheBrowserSession() {
    String line = header(new SetCookie("a", "b", null, CookieAttributes.PLAIN));
    assertThat(line).isEqualTo("a=b; Path=/; SameSite=Lax");
    UserAgent.Stored stored = received(line);
    assertThat(stored.maxAge).isEmpty();
    assertThat(stored.expires).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Strict", "Lax", "None"})
  void sameSiteIsAlwaysWritten(String text) {
    SameSite sameSite = SameSite.valueOf(text.toUpperCase(Locale.ROOT));
    CookieAttributes attributes = new CookieAttributes("/", null, true, false, sameSite, false);
    assertThat(header(new SetCookie("a", "b", null, attributes))).endsWith("; SameSite=" + text);
  }

  // --- prefixes

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sid",
        "__Secure-sid",
        "__Host-sid",
        "__Http-sid",
        "__Host-Http-sid",
        "__SECURE-sid",
        "__host-sid",
        "__hTTP-sid",
        "__HoSt-hTtP-sid",
        "__Secure-",
        "__Host-",
        "__Hostsid",
        "a__Host-sid",
        "Host-sid"
      })
  void onlyWhatABrowserKeepsIsBuilt(String name) {
    List<CookieAttributes> built = new ArrayList<>();
    for (String rest : attributeMatrix()) {
      boolean kept = UserAgent.receive(name + "=v" + rest).isPresent();
      Optional<CookieAttributes> mine = build(name, rest);
      assertThat(mine.isPresent()).as(name + rest).isEqualTo(kept);
      mine.ifPresent(built::add);
    }
    assertThat(built).isNotEmpty().hasSizeLessThan(96);
  }

  @Test
  void hostPrefixedCookiesAreRefusedWithADomainAPathOrWithoutSecure() {
    CookieAttributes good = new CookieAttributes("/", null, true, true, SameSite.LAX, false);
    assertThat(header(new SetCookie("__Host-sid", "v", null, good)))
        .isEqualTo("__Host-sid=v; Path=/; Secure; HttpOnly; SameSite=Lax");
    assertRefused("__Host-sid", "/", "example.com", true);
    assertRefused("__Host-sid", "/x", null, true);
    assertRefused("__Host-sid", "/", null, false);
  }

  private static void assertRefused(String name, String path, String domain, boolean secure) {
    CookieAttributes attributes =
        new CookieAttributes(path, domain, secure, true, SameSite.LAX, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie(name, "v", null, attributes));
    assertThatIllegalArgumentException().isThrownBy(() -> new SetCookieTemplate(name, attributes));
  }

  /** Every combination, as a line's end in the plainest words. */
  private static List<String> attributeMatrix() {
    List<String> all = new ArrayList<>();
    for (String path : List.of("; Path=/", "; Path=/x")) {
      for (String domain : List.of("", "; Domain=example.com")) {
        for (String secure : List.of("", "; Secure")) {
          for (String httpOnly : List.of("", "; HttpOnly")) {
            for (SameSite sameSite : SameSite.values()) {
              for (String partitioned : List.of("", "; Partitioned")) {
                all.add(path + domain + secure + httpOnly + "; SameSite=" + sameSite + partitioned);
              }
            }
          }
        }
      }
    }
    return all;
  }

  private static Optional<CookieAttributes> build(String name, String rest) {
    try {
      CookieAttributes attributes =
          new CookieAttributes(
              rest.contains("Path=/x") ? "/x" : "/",
              rest.contains("Domain") ? "example.com" : null,
              rest.contains("Secure"),
              rest.contains("HttpOnly"),
              SameSite.valueOf(rest.replaceAll(".*SameSite=([A-Z]+).*", "$1")),
              rest.contains("Partitioned"));
      String line = header(new SetCookie(name, "v", null, attributes));
      assertThat(UserAgent.receive(line)).as(line).isPresent();
      return Optional.of(attributes);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  // --- injection

  @Test
  void aNameIsATokenOrRefused() {
    String taken =
        takenCharacters(
            text -> new SetCookie(text, "v", 60L, CookieAttributes.PLAIN), stored -> stored.name);
    assertThat(taken).isEqualTo(sorted(TOKEN_CHARS));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie("", "v", null, CookieAttributes.PLAIN));
  }

  @Test
  void aValueIsMadeOfCookieOctetsOrRefused() {
    String taken =
        takenCharacters(
            text -> new SetCookie("n", text, 60L, CookieAttributes.PLAIN), stored -> stored.value);
    assertThat(taken).isEqualTo(visibleAsciiWithout(NO_COOKIE_OCTETS));
  }

  @Test
  void aPathIsReadBackAsWrittenOrRefused() {
    String taken =
        takenCharacters(
            text -> withAttributes("/" + text, null),
            stored -> stored.path.orElseThrow().substring(1));
    assertThat(taken).isEqualTo(visibleAsciiWithout(";"));
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("", null));
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("x", null));
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes(" /", null));
  }

  @Test
  void aPathMayHaveASpaceInsideButNotAtItsEnd() {
    assertThat(received(header(withAttributes("/a b", null))).path).contains("/a b");
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("/a ", null));
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("/ ", null));
  }

  @Test
  void aDomainIsAHostNameOrRefused() {
    String taken =
        takenCharacters(
            text -> withAttributes("/", text + ".example.com"),
            stored -> stored.domain.orElseThrow().replace(".example.com", ""));
    assertThat(taken).isEqualTo(ALPHANUMERIC);
    assertThat(received(header(withAttributes("/", "a-b.example.com"))).domain)
        .contains("a-b.example.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        ".example.com",
        "example.com.",
        "a..b",
        "-a.com",
        "a-.com",
        "a.-com",
        "a.com-",
        "a_b.com",
        "a b.com",
        " a.com",
        "a.com ",
        "a.com;Path=/x",
        "a.com\r\nSet-Cookie: x=y",
        "a.com:8080",
        "[::1]",
        "b\u00fccher.example",
        "\u0430.com",
        "a\u3002com"
      })
  void aDomainThatIsNoHostNameIsRefused(String domain) {
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("/", domain));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\nSet-Cookie: x=y",
        "a\nb",
        "a; Path=/x",
        "a;HttpOnly",
        "a\0b",
        "a b",
        "\"a\"",
        "a,b",
        "a\\b",
        "\u00e9",
        "a\u010ab",
        "a\u013bb",
        "a\uff1bb",
        "a\u2028b",
        "\ud83d\ude00",
        "\ud83d"
      })
  void whatWouldNeedRepairIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie(text, "v", null, CookieAttributes.PLAIN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie("n", text, null, CookieAttributes.PLAIN));
  }

  @Test
  void aRefusalDoesNotRepeatTheValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie("n", "the secret", null, CookieAttributes.PLAIN))
        .withMessageNotContaining("secret");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie("n", "s3cret".repeat(1_000), null, CookieAttributes.PLAIN))
        .withMessageNotContaining("s3cret");
  }

  /**
   * The characters that are taken where a text may begin, go on and end with them. What is taken is
   * read back as it was given, by itself and in the middle of others.
   */
  private static String takenCharacters(
      Function<String, SetCookie> writer, Function<UserAgent.Stored, String> reader) {
    StringBuilder taken = new StringBuilder();
    for (char c = 0; c <= 0x17F; c++) {
      boolean everywhere = true;
      for (String text : List.of("" + c, c + "x", "x" + c, "x" + c + "y")) {
        everywhere &= isReadBack(text, writer, reader);
      }
      if (everywhere) {
        taken.append(c);
      }
    }
    return taken.toString();
  }

  private static boolean isReadBack(
      String text, Function<String, SetCookie> writer, Function<UserAgent.Stored, String> reader) {
    SetCookie cookie;
    try {
      cookie = writer.apply(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
    String line = header(cookie);
    assertThat(line).matches("[\\x20-\\x7E]+");
    UserAgent.Stored stored = received(line);
    // Host names have no case, RFC 6265bis section 5.6.3 makes it lower.
    assertThat(reader.apply(stored))
        .isEqualTo(stored.domain.isPresent() ? text.toLowerCase(Locale.ROOT) : text);
    assertThat(stored.attributeNames)
        .startsWith("Max-Age", "Expires", "Path")
        .endsWith("SameSite")
        .hasSizeLessThanOrEqualTo(5);
    assertThat(stored.maxAge).contains(60L);
    assertThat(stored.name + stored.value).isEqualTo(cookie.name() + cookie.value());
    return true;
  }

  private static SetCookie withAttributes(String path, String domain) {
    return new SetCookie(
        "n", "v", 60L, new CookieAttributes(path, domain, false, false, SameSite.LAX, false));
  }

  private static String visibleAsciiWithout(String excluded) {
    StringBuilder out = new StringBuilder();
    for (char c = '!'; c <= '~'; c++) {
      if (excluded.indexOf(c) < 0) {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String sorted(String text) {
    return text.chars()
        .sorted()
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  // --- sizes

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 2_048, 4_095, 4_096})
  void nameAndValueMayHave4096BytesTogether(int nameLength) {
    String name = "n".repeat(nameLength);
    String value = "v".repeat(4_096 - nameLength);
    UserAgent.Stored stored =
        received(header(new SetCookie(name, value, null, CookieAttributes.PLAIN)));
    assertThat(stored.name).isEqualTo(name);
    assertThat(stored.value).isEqualTo(value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie(name, value + "v", null, CookieAttributes.PLAIN))
        .withMessageContaining("4096");
  }

  @Test
  void aPathMayHave1024Bytes() {
    String path = "/" + "p".repeat(1_023);
    assertThat(received(header(withAttributes(path, null))).path).contains(path);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withAttributes(path + "p", null))
        .withMessageContaining("1024");
  }

  @Test
  void aDomainMayHave253BytesAndALabel63() {
    String label = "d".repeat(63);
    String domain = String.join(".", label, label, label, "d".repeat(61));
    assertThat(received(header(withAttributes("/", domain))).domain).contains(domain);
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("/", domain + "d"));
    assertThatIllegalArgumentException().isThrownBy(() -> withAttributes("/", label + "d.example"));
  }

  // --- age

  @ParameterizedTest
  @ValueSource(
      longs = {34_560_001, 4_294_967_296L, 253_402_300_800L, Long.MAX_VALUE - 1, Long.MAX_VALUE})
  void anAgeOverFourHundredDaysIsCutToThem(long maxAge) {
    SetCookie cookie = new SetCookie("a", "b", maxAge, CookieAttributes.PLAIN);
    assertThat(cookie.maxAgeSeconds()).isEqualTo(DAYS_400);
    UserAgent.Stored stored = received(header(cookie));
    assertThat(header(cookie)).contains("; Max-Age=34560000;");
    assertThat(stored.expires).contains(Instant.parse("1995-12-11T08:49:37Z"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 59, 3_600, 86_400, 1_209_600, 34_559_999, 34_560_000})
  void expiresIsTheSameTimeAsMaxAge(long maxAge) {
    UserAgent.Stored stored =
        received(header(new SetCookie("a", "b", maxAge, CookieAttributes.PLAIN)));
    assertThat(stored.maxAge).contains(maxAge);
    assertThat(stored.expires).contains(Instant.parse("1994-11-06T08:49:37Z").plusSeconds(maxAge));
  }

  @Test
  void anAgeOfZeroDeletesWhateverTheClockSays() {
    for (long now : new long[] {NOW.toEpochMilli(), 0, -1, 4_102_444_800_000L}) {
      assertThat(new SetCookie("a", "b", 0L, CookieAttributes.PLAIN).header(now))
          .isEqualTo("a=b; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; SameSite=Lax");
    }
  }

  @Test
  void aCookieIsDeletedByTheAttributesThatSetIt() {
    CookieAttributes attributes =
        new CookieAttributes("/shop", "example.com", true, true, SameSite.STRICT, true);
    String set = header(new SetCookie("sid", "secret", 60L, attributes));
    String deleted =
        new String(
            new SetCookieTemplate("sid", attributes).deletingBytes(), StandardCharsets.US_ASCII);
    assertThat(deleted)
        .startsWith("sid=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/shop;")
        .endsWith(set.substring(set.indexOf("; Path=")));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -60, Long.MIN_VALUE})
  void aNegativeAgeIsRefused(long maxAge) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SetCookie("a", "b", maxAge, CookieAttributes.PLAIN));
  }

  @Test
  void theSecondBeforeTheEpochIsRoundedDown() {
    assertThat(new SetCookie("a", "b", 1L, CookieAttributes.PLAIN).header(-1))
        .contains("Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    assertThat(new SetCookie("a", "b", 1L, CookieAttributes.PLAIN).header(-1_001))
        .contains("Expires=Wed, 31 Dec 1969 23:59:59 GMT");
  }

  @Test
  void everySecondHasADateOfItsOwn() {
    SetCookie cookie = new SetCookie("a", "b", 1L, CookieAttributes.PLAIN);
    for (int second = 0; second < 100_000; second += 997) {
      Instant now = NOW.plusSeconds(second);
      Instant expected = Instant.ofEpochSecond(now.getEpochSecond() + 1);
      assertThat(received(cookie.header(now.toEpochMilli())).expires).contains(expected);
      assertThat(received(cookie.header(now.toEpochMilli())).expires).contains(expected);
    }
  }

  @Test
  void aYearOfDatesIsWrittenInTwoDigitDaysAndEnglishMonths() {
    SetCookie cookie = new SetCookie("a", "b", 1L, CookieAttributes.PLAIN);
    for (int day = 0; day < 366; day++) {
      String line = cookie.header(NOW.plusSeconds(86_400L * day).toEpochMilli());
      assertThat(line)
          .containsPattern(
              "Expires=(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9]"
                  + " (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 199[45] 08:49:38 GMT;");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar",
        "ar-SA-u-nu-arab",
        "fa-IR",
        "th-TH-u-ca-buddhist-nu-thai",
        "ja-JP-u-ca-japanese",
        "hi-u-nu-deva",
        "tr",
        "en-GB"
      })
  void datesAreEnglishAndGmtInEveryLocaleAndZone(String locale) throws Exception {
    Locale oldLocale = Locale.getDefault();
    Locale oldDisplay = Locale.getDefault(Locale.Category.DISPLAY);
    Locale oldFormat = Locale.getDefault(Locale.Category.FORMAT);
    TimeZone oldZone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(locale));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kolkata"));
      String expected =
          "a=b; Max-Age=3600; Expires=Sun, 06 Nov 1994 09:49:37 GMT; Path=/; SameSite=Lax";
      assertThat(headerOfAFreshlyLoadedWriter()).isEqualTo(expected);
      assertThat(header(new SetCookie("a", "b", 3_600L, CookieAttributes.PLAIN)))
          .isEqualTo(expected);
    } finally {
      Locale.setDefault(oldLocale);
      Locale.setDefault(Locale.Category.DISPLAY, oldDisplay);
      Locale.setDefault(Locale.Category.FORMAT, oldFormat);
      TimeZone.setDefault(oldZone);
    }
  }

  // A formatter that was made while the class was loaded would keep the locale of that moment.
  private static String headerOfAFreshlyLoadedWriter() throws Exception {
    URL[] classes = {SetCookie.class.getProtectionDomain().getCodeSource().getLocation()};
    try (URLClassLoader fresh = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
      Class<?> attributes = fresh.loadClass(CookieAttributes.class.getName());
      Class<?> writer = fresh.loadClass(SetCookie.class.getName());
      Object cookie =
          writer
              .getConstructor(String.class, String.class, Long.class, attributes)
              .newInstance("a", "b", 3_600L, attributes.getField("PLAIN").get(null));
      return (String) writer.getMethod("header", long.class).invoke(cookie, NOW.toEpochMilli());
    }
  }

  private static String header(SetCookie cookie) {
    return cookie.header(NOW.toEpochMilli());
  }

  private static UserAgent.Stored received(String line) {
    return UserAgent.receive(line).orElseThrow(() -> new AssertionError("dropped: " + line));
  }
}
