package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
  private static final String SECRET = "n4bQgYhMfWWaL-qgxVrQFa";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SECRET                  | is not name=secret
          =SECRET                 | is not name=secret
          a b=SECRET              | is not name=secret
          a=                      | has a secret with other characters
          a=:read                 | has a secret with other characters
          a=SECRET:write          | has a secret with other characters
          a=SECRET:read:read      | has a secret with other characters
          a=n4bQgYhMfWWaL-qgxVrQF | has a secret of fewer than 128 bits
          a=0123456789abcdef0123456789abcde | has a secret of fewer than 128 bits
          a=sha256:               | has a sha256: that is not 64 hexadecimal digits
          a=sha256:SECRET         | has a sha256: that is not 64 hexadecimal digits
          """)
  void whatIsNoKeyIsRefusedWithoutItsSecret(String text, String problem) {
    String list = "ok=" + SECRET + "," + text.replace("SECRET", SECRET);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ApiKeys.parse(list))
        .withMessageContaining("key 2 " + problem)
        .withMessageNotContaining("n4bQ")
        .withMessageNotContaining("0123");
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ApiKeys.parse("x,b=y,"))
        .withMessageMatching("key 1 .*; key 2 .*; key 3 .*");
  }

  @ParameterizedTest
  @ValueSource(strings = {SECRET, "0123456789abcdef0123456789abcdef", "a.b_c~d+e/f-0123456789=="})
  void aSecretOf128BitsOpens(String secret) {
    ApiKeys keys = ApiKeys.parse("first=" + "z".repeat(40) + " , mine=" + secret + ":read");
    assertThat(keys.find(secret))
        .hasValueSatisfying(
            key -> {
              assertThat(key.name()).isEqualTo("mine");
              assertThat(key.writes()).isFalse();
            });
    assertThat(keys.find(secret + ":read")).isEmpty();
    assertThat(keys.find("")).isEmpty();
    assertThat(keys.toString()).doesNotContain(secret);
  }
}
