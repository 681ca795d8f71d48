package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestCookiesTest {
  // --- pairs

  static List<List<Cookie>> listsThatBrowsersSend() {
    return List.of(
        List.of(),
        List.of(cookie("foo", "bar")),
        List.of(cookie("foo", "")),
        List.of(cookie("foo", "bar, baz=qux")),
        List.of(cookie("foo", "\"bar, baz=qux\"")),
        List.of(cookie("foo", "\"bar")),
        List.of(cookie("foo", "bar\"")),
        List.of(cookie("foo", "a=b=c==")),
        List.of(cookie("foo", "=")),
        List.of(cookie("a b", "c  d")),
        List.of(cookie("$Version", "1"), cookie("$Path", "/")),
        List.of(cookie("foo", "1"), cookie("FOO", "2"), cookie("Foo", "3")),
        List.of(cookie("foo", "1"), cookie("foo", "2"), cookie("foo", "1")),
        List.of(cookie("\"a\"", "{\"j\":[1,2]}"), cookie("%41", "%3B+%253B")),
        List.of(cookie("a[]", "x/y?z#"), cookie("foo\u000bbar", "\u007f\u0080\u00a0\u00ff")),
        List.of(cookie("z", "1"), cookie("y", "2"), cookie("x", "3"), cookie("w", "4")));
  }

  @ParameterizedTest
  @MethodSource("listsThatBrowsersSend")
  void whatABrowserSendsIsReadBackExactly(List<Cookie> sent) {
    assertThat(parse(ReferenceCookieParser.serialise(sent))).isEqualTo(sent);
  }

  @ParameterizedTest
  @MethodSource("listsThatBrowsersSend")
  void theSpaceAfterASemicolonIsOptional(List<Cookie> sent) {
    String line = ReferenceCookieParser.serialise(sent);
    assertThat(parse(line.replace("; ", ";"))).isEqualTo(sent);
    assertThat(parse(line.replace("; ", " \t;\t\t "))).isEqualTo(sent);
    assertThat(parse("; ;" + line + ";;")).isEqualTo(sent);
  }

  @Test
  void spacesAndTabsAroundNameAndValueAreDropped() {
    assertThat(parse(" \ta b\t = \t c d \t;x=\t"))
        .containsExactly(cookie("a b", "c d"), cookie("x", ""));
  }

  @ParameterizedTest
  @ValueSource(
      chars = {0x00, 0x0A, 0x0B, 0x0C, 0x0D, 0x1F, 0x7F, 0x85, 0xA0, 0x2000, 0x3000, 0xFEFF})
  void noOtherCharacterCountsAsSpace(char c) {
    assertThat(parse(c + "a" + c + "=" + c + "b" + c))
        .containsExactly(cookie(c + "a" + c, c + "b" + c));
  }

  @Test
  void theFirstEqualsSignEndsTheName() {
    assertThat(parse("a=b=c; d==; e= ="))
        .containsExactly(cookie("a", "b=c"), cookie("d", "="), cookie("e", "="));
  }

  @Test
  void namesAreCaseSensitive() {
    RequestCookies cookies = RequestCookies.of("SID=1; sid=2; Sid=3");
    assertThat(cookies.first("sid")).isEqualTo("2");
    assertThat(cookies.all("Sid")).containsExactly("3");
    assertThat(cookies.first("sID")).isNull();
  }

  @Test
  void aNameIsNotFoundByItsBeginningOrItsEnd() {
    RequestCookies cookies = RequestCookies.of("sessionid=1; xsession=2");
    assertThat(cookies.first("session")).isNull();
    assertThat(cookies.first("id")).isNull();
    assertThat(cookies.all("session")).isEmpty();
    assertThat(cookies.first("sessionid2")).isNull();
  }

  @Test
  void cookiesOfOneNameKeepTheOrderSent() {
    RequestCookies cookies = RequestCookies.of("sid=A; other=x; sid=B; sid=A");
    assertThat(cookies.first("sid")).isEqualTo("A");
    assertThat(cookies.all("sid")).containsExactly("A", "B", "A");
    assertThat(cookies.all("other")).containsExactly("x");
  }

  // --- quotes, commas and $ names

  @Test
  void aQuoteDoesNotHideASemicolon() {
    assertThat(parse("a=\"x; __Host-sid=T; y\""))
        .containsExactly(cookie("a", "\"x"), cookie("__Host-sid", "T"));
    assertThat(parse("a='b;c=d'")).containsExactly(cookie("a", "'b"), cookie("c", "d'"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"\"", "\"", "\"\\\"\"", "\"\\141\"", "\\073", "\\", "'a'", "\"a\" b", "%22"})
  void quotesAndBackslashesAreData(String value) {
    assertThat(parse("a=" + value + "; b=2")).containsExactly(cookie("a", value), cookie("b", "2"));
  }

  @Test
  void aBackslashDoesNotHideASemicolon() {
    assertThat(parse("a=\"x\\; b=\\\"; c=\\"))
        .containsExactly(cookie("a", "\"x\\"), cookie("b", "\\\""), cookie("c", "\\"));
  }

  @Test
  void aVersionCookieTurnsOnNoOtherGrammar() {
    RequestCookies cookies = RequestCookies.of("$Version=1; sid=\"\\141\"; $Path=/; $Domain=x");
    assertThat(cookies.first("sid")).isEqualTo("\"\\141\"");
    assertThat(cookies.first("$Version")).isEqualTo("1");
    assertThat(cookies.first("$Path")).isEqualTo("/");
    assertThat(cookies.first("$Domain")).isEqualTo("x");
    assertThat(RequestCookies.of("$Version=\"1\"; a=\"b;c=d\"").toList())
        .containsExactly(cookie("$Version", "\"1\""), cookie("a", "\"b"), cookie("c", "d\""));
  }

  @Test
  void aCommaSeparatesNothing() {
    assertThat(parse("a=1,b=2")).containsExactly(cookie("a", "1,b=2"));
    assertThat(parse("$Version=1, a=1, b=2")).containsExactly(cookie("$Version", "1, a=1, b=2"));
    assertThat(parse("a,b=1")).containsExactly(cookie("a,b", "1"));
  }

  // --- prefixes

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",__Host-sid=e",
        "a=1,__Host-sid=e",
        "=__Host-sid=e",
        "==__Host-sid=e",
        "\"__Host-sid=e\"",
        "\"__Host-sid\"=e",
        "%5F_Host-sid=e",
        "__Host%2Dsid=e",
        "__host-sid=e",
        "__HOST-SID=e",
        "__Host-Sid=e",
        "__Host_sid=e",
        "__Host.sid=e",
        "..Host-sid=e",
        "__Host[sid=e",
        "__Host-sid[]=e",
        "__Host-sid\u0000=e",
        "\u0000__Host-sid=e",
        "\n__Host-sid=e",
        "\r\n__Host-sid=e",
        "\u000b__Host-sid=e",
        "\u000c__Host-sid=e",
        "\u001f__Host-sid=e",
        "\u0085__Host-sid=e",
        "\u00a0__Host-sid=e",
        "\u2000__Host-sid=e",
        "\u3000__Host-sid=e",
        "\ufeff__Host-sid=e",
        "__Host-sid\u00a0=e",
        "__\u0124ost-sid=e",
        "__Ho\u017ft-sid=e",
        "\\__Host-sid=e",
        "$__Host-sid=e",
        "&__Host-sid=e",
        "a=1&__Host-sid=e",
        "a=1 __Host-sid=e",
        "a __Host-sid=e",
        "__Host-sid",
        "__Host-sid:e",
      })
  void nothingButTheNameItselfIsFoundUnderAPrefixedName(String line) {
    for (String text : List.of(line, utf8AsBytes(line), "x=1; " + line, line + "; x=1")) {
      RequestCookies cookies = RequestCookies.of(text);
      assertThat(cookies.first("__Host-sid")).isNull();
      assertThat(cookies.all("__Host-sid")).isEmpty();
      assertThat(cookies.toList()).extracting(Cookie::name).doesNotContain("__Host-sid");
    }
  }

  @Test
  void aPrefixedNameIsFoundBesideItsForgeries() {
    RequestCookies cookies =
        RequestCookies.of(
            "\u00a0__Host-sid=1; __host-sid=2; =__Host-sid=3; __Host-sid=mine; %5F_Host-sid=4");
    assertThat(cookies.all("__Host-sid")).containsExactly("mine");
  }

  // --- pairs that cannot be read

  @Test
  void aBadPairIsSkippedAlone() {
    RequestCookies cookies = RequestCookies.of("bad name=1; ok=2; {\"j\":1}; x=\u00e9; good=3");
    assertThat(cookies.first("ok")).isEqualTo("2");
    assertThat(cookies.first("good")).isEqualTo("3");
    assertThat(cookies.first("x")).isEqualTo("\u00e9");
    assertThat(cookies.all("{\"j\":1}")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "=v",
        "v",
        "=",
        "==",
        " = ",
        "\t=\tv",
        ";;",
        ";",
        " ",
        "; ;\t;",
        ";=;v;=v;",
        "=;=;=x"
      })
  void pairsWithoutANameAreIgnored(String line) {
    RequestCookies cookies = RequestCookies.of(line);
    assertThat(cookies.toList()).isEmpty();
    assertThat(cookies.ignored()).isZero();
    assertThat(cookies.first("")).isNull();
    assertThat(cookies.all("")).isEmpty();
    assertThat(cookies.first("v")).isNull();
    assertThat(parse("a=1;" + line + ";b=2")).containsExactly(cookie("a", "1"), cookie("b", "2"));
  }

  @Test
  void bytesAreKeptApart() {
    String line =
        new String(
            new byte[] {'a', '=', (byte) 0xFF, ';', 'b', '=', (byte) 0xFE},
            StandardCharsets.ISO_8859_1);
    RequestCookies cookies = RequestCookies.of(line);
    assertThat(cookies.first("a")).isEqualTo("\u00ff").isNotEqualTo(cookies.first("b"));
    assertThat(cookies.first("b")).isEqualTo("\u00fe");
    assertThat(RequestCookies.of("\u00ff=1; \u00fe=2").first("\u00fe")).isEqualTo("2");
  }

  @Test
  void everyByteButTheSemicolonIsDataInsideAValue() {
    for (char c = 0; c < 256; c++) {
      if (c != ';') {
        assertThat(RequestCookies.of("a=x" + c + "y; b=2").toList())
            .containsExactly(cookie("a", "x" + c + "y"), cookie("b", "2"));
      }
    }
  }

  // --- several lines

  @Test
  void allLinesAreRead() {
    RequestCookies cookies = RequestCookies.of(List.of("a=1; b=2", "c=3", "", "a=4"));
    assertThat(cookies.toList())
        .containsExactly(cookie("a", "1"), cookie("b", "2"), cookie("c", "3"), cookie("a", "4"));
    assertThat(cookies.first("c")).isEqualTo("3");
    assertThat(cookies.all("a")).containsExactly("1", "4");
  }

  @Test
  void aPairDoesNotRunOnIntoTheNextLine() {
    assertThat(RequestCookies.of(List.of("a=\"1", "b=2\"", "c", "=3")).toList())
        .containsExactly(cookie("a", "\"1"), cookie("b", "2\""));
  }

  @Test
  void noLineIsNoCookie() {
    RequestCookies cookies = RequestCookies.of(List.of());
    assertThat(cookies.toList()).isEmpty();
    assertThat(cookies.first("a")).isNull();
    assertThat(cookies.all("a")).isEmpty();
    assertThat(cookies.ignored()).isZero();
  }

  @Test
  void aListThatChangesLaterChangesNothingHere() {
    List<String> lines = new ArrayList<>(List.of("sid=mine"));
    RequestCookies cookies = RequestCookies.of(lines);
    lines.set(0, "sid=other");
    lines.add("x=1");
    assertThat(cookies.toList()).containsExactly(cookie("sid", "mine"));
  }

  // --- bounds

  @Test
  void pairsAfterTheCapAreCountedAndNotRead() {
    List<String> pairs = IntStream.range(0, 152).mapToObj(i -> "n" + i + "=" + i).toList();
    RequestCookies cookies = RequestCookies.of(String.join("; ", pairs));
    assertThat(cookies.toList()).hasSize(150).endsWith(cookie("n149", "149"));
    assertThat(cookies.first("n149")).isEqualTo("149");
    assertThat(cookies.first("n150")).isNull();
    assertThat(cookies.all("n151")).isEmpty();
    assertThat(cookies.ignored()).isEqualTo(2);
  }

  @Test
  void theCapIsOnTheSumOfAllLines() {
    RequestCookies cookies =
        RequestCookies.of(List.of("a=1;".repeat(100), "b=2;".repeat(50), "c=3; d=4; v; =v"));
    assertThat(cookies.all("a")).hasSize(100);
    assertThat(cookies.all("b")).hasSize(50);
    assertThat(cookies.first("c")).isNull();
    assertThat(cookies.ignored()).isEqualTo(2);
    assertThat(RequestCookies.of(Collections.nCopies(151, "a=1")).ignored()).isEqualTo(1);
  }

  @Test
  void pairsWithoutANameUseUpNothingOfTheCap() {
    RequestCookies cookies = RequestCookies.of(";=v;v".repeat(500) + "; a=1");
    assertThat(cookies.first("a")).isEqualTo("1");
    assertThat(cookies.ignored()).isZero();
  }

  @Test
  void aHeaderFullOfPairsIsReadToTheCap() {
    RequestCookies cookies = RequestCookies.of("a=;".repeat(2_700));
    assertThat(cookies.toList()).hasSize(150).containsOnly(cookie("a", ""));
    assertThat(cookies.all("a")).hasSize(150).containsOnly("");
    assertThat(cookies.ignored()).isEqualTo(2_550);
  }

  @Test
  void aLookUpAllocatesNothingThatGrowsWithTheLine() {
    RequestCookies cookies = RequestCookies.of("a=; =b; c ;".repeat(100_000));
    assertThat(bytesAllocatedBy(() -> cookies.first("x"))).isLessThan(4_096);
    assertThat(bytesAllocatedBy(() -> cookies.all("x"))).isLessThan(4_096);
    assertThat(bytesAllocatedBy(cookies::ignored)).isLessThan(4_096);
    assertThat(bytesAllocatedBy(() -> cookies.all("a"))).isLessThan(16_384);
    assertThat(bytesAllocatedBy(cookies::toList)).isLessThan(32_768);
  }

  @Test
  void namesOfOneHashCodeAreKeptApart() {
    List<String> names = namesOfOneHashCode();
    assertThat(names).extracting(String::hashCode).containsOnly(names.get(0).hashCode());
    RequestCookies cookies = RequestCookies.of(String.join("=1; ", names) + "=1");
    assertThat(cookies.toList()).extracting(Cookie::name).isEqualTo(names.subList(0, 150));
    for (String name : names.subList(0, 150)) {
      assertThat(cookies.all(name)).containsExactly("1");
    }
    assertThat(cookies.ignored()).isEqualTo(names.size() - 150);
  }

  private static List<String> namesOfOneHashCode() {
    Set<String> names = new HashSet<>(Set.of(""));
    for (int i = 0; i < 10; i++) {
      Set<String> longer = new HashSet<>();
      names.forEach(name -> longer.addAll(List.of(name + "Aa", name + "BB")));
      names = longer;
    }
    assertThat(names).hasSize(1_024);
    return List.copyOf(names);
  }

  private static long bytesAllocatedBy(Supplier<?> work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // A result that nobody keeps might never be made.
    List<Object> results = new ArrayList<>();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      Object result = work.get();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      results.add(result);
    }
    assertThat(results).hasSize(5);
    return least;
  }

  private static String utf8AsBytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static List<Cookie> parse(String line) {
    return RequestCookies.of(line).toList();
  }

  private static Cookie cookie(String name, String value) {
    return new Cookie(name, value);
  }
}
