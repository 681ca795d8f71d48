package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RequestCookiesPropertiesTest {
  private static final String INTERESTING =
      ";;;===  \t\"\\,$%&'{}[]_-aAbB09\0\r\n\u000b\u007f\u0085\u00a0\u00fe\u00ff\u2000\ufeff";

  @Property
  void legalPairsAreReadBackExactly(@ForAll("legalCookies") List<Cookie> cookies) {
    assertThat(parse(List.of(ReferenceCookieParser.serialise(cookies)))).isEqualTo(cookies);
  }

  @Property
  void legalPairsMayBeSpreadOverLinesAtWill(@ForAll("legalCookies") List<Cookie> cookies) {
    List<String> crumbs =
        cookies.stream().map(c -> ReferenceCookieParser.serialise(List.of(c))).toList();
    assertThat(parse(crumbs)).isEqualTo(cookies);
  }

  @Property
  void anyTextIsReadWithoutAnException(@ForAll List<String> lines, @ForAll String name) {
    RequestCookies cookies = RequestCookies.of(lines);
    assertThatCode(
            () -> {
              cookies.toList();
              cookies.first(name);
              cookies.all(name);
              cookies.ignored();
            })
        .doesNotThrowAnyException();
  }

  @Property(tries = 5_000)
  void whatIsReadIsWhatThePlainGrammarGives(@ForAll("interestingLines") List<String> lines) {
    List<Cookie> expected = ReferenceCookieParser.parse(lines);
    assertThat(parse(lines)).isEqualTo(expected);
    assertThat(RequestCookies.of(lines).ignored()).isZero();
  }

  @Property(tries = 100)
  void thePlainGrammarHoldsUpToTheCap(
      @ForAll("interestingLines") List<String> lines, @ForAll("repeats") int repeats) {
    List<String> many = List.of(String.join(";", lines).concat(";").repeat(repeats));
    List<Cookie> expected = ReferenceCookieParser.parse(many);
    int read = Math.min(expected.size(), RequestCookies.MAX_PAIRS);
    assertThat(parse(many)).isEqualTo(expected.subList(0, read));
    assertThat(RequestCookies.of(many).ignored()).isEqualTo(expected.size() - read);
  }

  @Property(tries = 5_000)
  void readingWhatWasReadChangesNothing(@ForAll("interestingLines") List<String> lines) {
    List<Cookie> once = parse(lines);
    assertThat(parse(List.of(ReferenceCookieParser.serialise(once)))).isEqualTo(once);
  }

  @Property(tries = 5_000)
  void aNameThatIsReadBeginsAPair(@ForAll("interestingLines") List<String> lines) {
    assertThat(parse(lines)).allMatch(c -> ReferenceCookieParser.beginsAPair(c.name(), lines));
  }

  @Property(tries = 5_000)
  void lookUpsAgreeWithTheList(
      @ForAll("interestingLines") List<String> lines, @ForAll("interestingLine") String stranger) {
    RequestCookies cookies = RequestCookies.of(lines);
    List<Cookie> list = cookies.toList();
    for (Cookie cookie : list) {
      List<String> values = valuesOf(cookie.name(), list);
      assertThat(cookies.all(cookie.name())).isEqualTo(values);
      assertThat(cookies.first(cookie.name())).isEqualTo(values.get(0));
    }
    List<String> values = valuesOf(stranger, list);
    assertThat(cookies.all(stranger)).isEqualTo(values);
    assertThat(cookies.first(stranger)).isEqualTo(values.stream().findFirst().orElse(null));
  }

  @Provide
  Arbitrary<List<Cookie>> legalCookies() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .ascii()
            .withChars(INTERESTING)
            .withChars('\0', '\u00ff')
            .excludeChars(';')
            .ofMaxLength(12);
    Arbitrary<String> name =
        text.map(t -> ReferenceCookieParser.trim(t.replace("=", ""))).filter(n -> !n.isEmpty());
    Arbitrary<String> value = text.map(ReferenceCookieParser::trim);
    return Combinators.combine(name, value)
        .as(Cookie::new)
        .list()
        .ofMaxSize(RequestCookies.MAX_PAIRS);
  }

  @Provide
  Arbitrary<List<String>> interestingLines() {
    return interestingLine().list().ofMaxSize(4);
  }

  @Provide
  Arbitrary<String> interestingLine() {
    return Arbitraries.strings().withChars(INTERESTING).ofMaxLength(40);
  }

  @Provide
  Arbitrary<Integer> repeats() {
    return Arbitraries.integers().between(100, 400);
  }

  private static List<String> valuesOf(String name, List<Cookie> cookies) {
    return cookies.stream().filter(c -> c.name().equals(name)).map(Cookie::value).toList();
  }

  private static List<Cookie> parse(List<String> lines) {
    return RequestCookies.of(lines).toList();
  }
}
