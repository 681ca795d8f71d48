package io.statekeep.cookie;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A regression test over the seeds; set {@code JAZZER_FUZZ=1} and it looks for more. A line feed in
 * the input begins another {@code Cookie} line.
 */
class RequestCookiesFuzzTest {
  @FuzzTest
  void anyBytesAreReadAsThePlainGrammarReadsThem(byte[] input) {
    List<String> lines = List.of(new String(input, StandardCharsets.ISO_8859_1).split("\n", -1));
    RequestCookies cookies = RequestCookies.of(lines);
    List<Cookie> expected = ReferenceCookieParser.parse(lines);
    int read = Math.min(expected.size(), RequestCookies.MAX_PAIRS);
    List<Cookie> list = cookies.toList();
    assertThat(list).isEqualTo(expected.subList(0, read));
    assertThat(cookies.ignored()).isEqualTo(expected.size() - read);
    assertThat(RequestCookies.of(ReferenceCookieParser.serialise(list)).toList()).isEqualTo(list);
    Map<String, List<String>> values =
        list.stream().collect(groupingBy(Cookie::name, mapping(Cookie::value, toList())));
    values.forEach(
        (name, all) -> {
          assertThat(ReferenceCookieParser.beginsAPair(name, lines)).isTrue();
          assertThat(cookies.all(name)).isEqualTo(all);
          assertThat(cookies.first(name)).isEqualTo(all.get(0));
        });
  }
}
