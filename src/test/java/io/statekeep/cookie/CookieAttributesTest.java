package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CookieAttributesTest {
  @Test
  void sameSiteNoneRequiresSecure() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CookieAttributes("/", null, false, true, SameSite.NONE, false))
        .withMessageContaining("SameSite=None");
    assertThat(new CookieAttributes("/", null, true, true, SameSite.NONE, false).suffix())
        .isEqualTo("; Path=/; Secure; HttpOnly; SameSite=None");
  }

  @ParameterizedTest
  @EnumSource(SameSite.class)
  void partitionedRequiresSecure(SameSite sameSite) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CookieAttributes("/", null, false, true, sameSite, true));
    assertThat(new CookieAttributes("/", null, true, false, sameSite, true).suffix())
        .isEqualTo("; Path=/; Secure; SameSite=" + sameSite.text() + "; Partitioned");
  }

  @Test
  void secureIsNotTakenFromACookieThatNeedsIt() {
    CookieAttributes none = new CookieAttributes("/", null, true, true, SameSite.NONE, false);
    CookieAttributes partitioned = new CookieAttributes("/", null, true, true, SameSite.LAX, true);
    assertThatIllegalArgumentException().isThrownBy(() -> none.withSecure(false));
    assertThatIllegalArgumentException().isThrownBy(() -> partitioned.withSecure(false));
  }

  @Test
  void withSecureChangesNothingElse() {
    CookieAttributes plain =
        new CookieAttributes("/x", "example.com", false, true, SameSite.STRICT, false);
    assertThat(plain.withSecure(true))
        .isEqualTo(new CookieAttributes("/x", "example.com", true, true, SameSite.STRICT, false));
    assertThat(plain.withSecure(true).withSecure(false)).isEqualTo(plain);
  }
}
