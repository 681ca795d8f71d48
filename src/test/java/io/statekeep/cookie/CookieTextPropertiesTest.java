package io.statekeep.cookie;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CookieTextPropertiesTest {
  private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");

  @Property(tries = 5_000)
  void decodingUndoesEncoding(@ForAll("unicode") String text) {
    assertThat(CookieText.decode(CookieText.encode(text))).isEqualTo(text);
  }

  @Property(tries = 5_000)
  void decodingUndoesOneEncodingOnly(@ForAll("escapes") String text) {
    String once = CookieText.encode(text);
    assertThat(CookieText.decode(CookieText.encode(once))).isEqualTo(once);
  }

  @Property(tries = 5_000)
  void whatIsEncodedIsACookieValue(@ForAll String text) {
    String encoded = CookieText.encode(text);
    assertThat(encoded).matches("([\\x21\\x23-\\x2B\\x2D-\\x3A\\x3C-\\x5B\\x5D-\\x7E])*");
    assertThat(encoded.replaceAll("%[0-9A-F]{2}", "")).doesNotContain("%");
    if (encoded.length() < 4_000) {
      String line = new SetCookie("n", encoded, null, CookieAttributes.PLAIN).header(0);
      assertThat(UserAgent.receive(line).orElseThrow().value).isEqualTo(encoded);
    }
  }

  @Property(tries = 5_000)
  void aValueOfBytesIsDecodedAsTheRuleSays(@ForAll("escapes") String value) {
    String bytes =
        ESCAPE.matcher(value).replaceAll(m -> quoted((char) Integer.parseInt(m.group(1), 16)));
    String text = new String(bytes.getBytes(ISO_8859_1), UTF_8);
    boolean isUtf8 = new String(text.getBytes(UTF_8), ISO_8859_1).equals(bytes);
    assertThat(CookieText.decode(value)).isEqualTo(isUtf8 ? text : value);
  }

  @Property(tries = 5_000)
  void anyTextIsDecodedWithoutAnException(@ForAll String value) {
    assertThat(CookieText.decode(value)).isNotNull();
    assertThat(CookieText.decode(value + "%")).isNotNull();
    assertThat(CookieText.decode("%" + value)).isNotNull();
  }

  @Property(tries = 2_000)
  void aValueWithACharacterThatIsNoByteIsAnsweredAsItCame(
      @ForAll("escapes") String before,
      @ForAll("wide") char wide,
      @ForAll("escapes") String after) {
    String value = before + wide + after;
    assertThat(CookieText.decode(value)).isEqualTo(value);
  }

  @Provide
  Arbitrary<String> unicode() {
    Arbitrary<Integer> any =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 0x7F),
            Arbitraries.integers().between(0x80, 0xD7FF),
            Arbitraries.integers().between(0xE000, 0x10FFFF));
    return any.list().ofMaxSize(30).map(CookieTextPropertiesTest::text);
  }

  @Provide
  Arbitrary<String> escapes() {
    return Arbitraries.of(
            "%",
            "%", "%", "0", "1", "4", "8", "A", "C", "c", "3", "9", "E", "F", "f", "g", "+", "z",
            ";", "%25", "%C3%A9", "\u00c3", "\u00a9", "\u00ff", "\u00b2")
        .list()
        .ofMaxSize(16)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<Character> wide() {
    return Arbitraries.chars().range('\u0100', '\uffff');
  }

  private static String text(List<Integer> codePoints) {
    StringBuilder out = new StringBuilder();
    codePoints.forEach(out::appendCodePoint);
    return out.toString();
  }

  private static String quoted(char c) {
    return java.util.regex.Matcher.quoteReplacement(String.valueOf(c));
  }
}
