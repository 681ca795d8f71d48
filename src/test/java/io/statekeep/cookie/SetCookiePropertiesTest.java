package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;

class SetCookiePropertiesTest {
  private static final String MOSTLY_LEGAL = "abzAZ09-._~!#$%&'*+^`|/:<=>?@()[]{}";
  private static final String ILLEGAL = " \t\r\n\0;,\"\\\u007f\u0085\u00a0\u00ff\u010a\u013b\u2028";

  @Property(tries = 5_000)
  void whatIsWrittenIsReadBackIdentically(
      @ForAll("texts") String name,
      @ForAll("texts") String value,
      @ForAll("attributes") Optional<CookieAttributes> attributes,
      @ForAll @LongRange(max = 34_560_000) long maxAge,
      @ForAll @LongRange(max = 4_102_444_800_000L) long now) {
    Optional<String> line = attributes.flatMap(a -> line(name, value, maxAge, a, now));
    Statistics.collect(line.isPresent());
    line.ifPresent(
        text -> {
          UserAgent.Stored stored = UserAgent.receive(text).orElseThrow();
          CookieAttributes written = attributes.orElseThrow();
          assertThat(stored.name).isEqualTo(name);
          assertThat(stored.value).isEqualTo(value);
          assertThat(stored.maxAge).contains(maxAge);
          assertThat(stored.expires)
              .contains(Instant.ofEpochSecond(maxAge == 0 ? 0 : now / 1_000 + maxAge));
          assertThat(stored.path).contains(written.path());
          assertThat(stored.domain).isEqualTo(lowerCase(written.domain()));
          assertThat(stored.secure).isEqualTo(written.secure());
          assertThat(stored.httpOnly).isEqualTo(written.httpOnly());
          assertThat(stored.partitioned).isEqualTo(written.partitioned());
          assertThat(stored.sameSite).isEqualTo(lowerCase(written.sameSite().text()));
          assertThat(stored.attributeNames).doesNotHaveDuplicates();
          assertThat(text).matches("[\\x20-\\x7E]+");
        });
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> token =
        Arbitraries.strings().withChars("abAB09-_.").ofMinLength(1).ofMaxLength(8);
    Arbitrary<String> prefixed =
        Arbitraries.of("__Host-", "__Secure-", "__http-", "__HOST-http-")
            .flatMap(p -> token.map(p::concat));
    Arbitrary<String> wild = Arbitraries.strings().withChars(MOSTLY_LEGAL + ILLEGAL).ofMaxLength(8);
    Arbitrary<String> legal = Arbitraries.strings().withChars(MOSTLY_LEGAL).ofMaxLength(8);
    return Arbitraries.oneOf(token, prefixed, wild, legal);
  }

  @Provide
  Arbitrary<Optional<CookieAttributes>> attributes() {
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    Arbitrary<String> path =
        Arbitraries.oneOf(
            Arbitraries.of("/", "/x"),
            Arbitraries.strings().withChars(MOSTLY_LEGAL + " ;\t").ofMaxLength(6).map("/"::concat));
    Arbitrary<String> domain =
        Arbitraries.oneOf(
            Arbitraries.of("example.com", "A.Example"),
            Arbitraries.strings().withChars("abZ9-.. ;").ofMaxLength(6));
    return Combinators.combine(
            path, domain.injectNull(0.5), flag, flag, Arbitraries.of(SameSite.class), flag)
        .as(SetCookiePropertiesTest::build);
  }

  private static Optional<CookieAttributes> build(
      String path,
      String domain,
      boolean secure,
      boolean httpOnly,
      SameSite sameSite,
      boolean partitioned) {
    try {
      return Optional.of(
          new CookieAttributes(path, domain, secure, httpOnly, sameSite, partitioned));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> line(
      String name, String value, long maxAge, CookieAttributes attributes, long now) {
    try {
      return Optional.of(new SetCookie(name, value, maxAge, attributes).header(now));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> lowerCase(String text) {
    return Optional.ofNullable(text).map(t -> t.toLowerCase(Locale.ROOT));
  }
}
