package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '\0',
      textBlock =
          """
          itcast itcast
          % %25
          %zz %25zz
          %253B %25253B
          %41 %2541
          + +
          a+b=c&d a+b=c&d
          ; %3B
          , %2C
          " %22
          \\ %5C
          a\u00a0b a%C2%A0b
          \u00e9 %C3%A9
          \u4e2d\u6587 %E4%B8%AD%E6%96%87
          \ud83d\ude00 %F0%9F%98%80
          """)
  void textIsEncodedByOneRuleAndDecodedOnce(String text, String encoded) {
    assertThat(CookieText.encode(text)).isEqualTo(encoded);
    assertThat(CookieText.decode(encoded)).isEqualTo(text);
  }

  @Test
  void whitespaceAndControlsAreEncoded() {
    assertThat(CookieText.encode(" \t\r\n\0\u007f")).isEqualTo("%20%09%0D%0A%00%7F");
    assertThat(CookieText.decode("%20%09%0D%0A%00%7F")).isEqualTo(" \t\r\n\0\u007f");
    assertThat(CookieText.encode("")).isEmpty();
    assertThat(CookieText.decode("")).isEmpty();
  }

  @Test
  void everyCookieOctetButThePercentSignStaysAsItIs() {
    for (char c = 0; c < 0x80; c++) {
      String text = String.valueOf(c);
      boolean plain = c > 0x20 && c < 0x7F && "\",;\\%".indexOf(c) < 0;
      assertThat(CookieText.encode(text)).isEqualTo(plain ? text : "%%%02X".formatted((int) c));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%",
        "%%",
        "%4",
        "a%",
        "a%z",
        "%zz",
        "%z1",
        "%1z",
        "%-1",
        "%+1",
        "% 1",
        "%u0041",
        "%\u00b2\u00b9",
        "%:0",
        "%@1",
        "%G0",
        "%`a"
      })
  void brokenEscapesStayAsTheyAre(String value) {
    assertThat(CookieText.decode(value)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "%%41,%A",
    "%4%41,%4A",
    "%zz%41,%zzA",
    "%41%,A%",
    "%41%4,A%4",
    "%2541,%41",
    "%25zz,%zz",
    "%c3%A9,\u00e9",
    "%e4%b8%ad,\u4e2d"
  })
  void goodEscapesAreDecodedBesideBrokenOnes(String value, String text) {
    assertThat(CookieText.decode(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%FF",
        "%80",
        "a%C3",
        "%E4%B8",
        "%C0%80",
        "%C0%AF",
        "%E0%80%AF",
        "%ED%A0%80",
        "%F4%90%80%80",
        "%F8%88%80%80%80",
        "ok%41%FE",
        "\u00e9",
        "\u00ff",
        "\u00c3",
        "a\u0080b"
      })
  void aValueThatIsNotUtf8IsAnsweredAsItCame(String value) {
    assertThat(CookieText.decode(value)).isEqualTo(value);
  }

  @Test
  void bytesOfUtf8AreReadAsText() {
    assertThat(CookieText.decode("\u00c3\u00a9")).isEqualTo("\u00e9");
    assertThat(CookieText.decode("\u00e4\u00b8\u00ad%E6%96%87")).isEqualTo("\u4e2d\u6587");
    assertThat(CookieText.decode("\u00c3%A9")).isEqualTo("\u00e9");
  }

  @Test
  void aPlusIsNoSpace() {
    assertThat(CookieText.decode("a+b%2Bc")).isEqualTo("a+b+c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u4e2d",
        "\u010a",
        "a\u0141b",
        "%41\u010d",
        "\u0125",
        "%3\u0142",
        "\ud83d\ude00",
        "\ud83d"
      })
  void charactersThatStandForNoByteAreAnsweredAsTheyCame(String value) {
    assertThat(CookieText.decode(value)).isEqualTo(value);
  }

  @Test
  void anUnpairedSurrogateBecomesAQuestionMark() {
    assertThat(CookieText.encode("a\ud83db")).isEqualTo("a?b");
    assertThat(CookieText.encode("\ude00")).isEqualTo("?");
  }
}
