package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key is its text, however it is kept. */
class SessionKeyTest {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  @Test
  void theTextOfADigestIsItsBase64Url() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] digest = new byte[32];
      random.nextBytes(digest);
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
      SessionKey made = new SessionKey(digest);
      assertThat(new SessionKey(text)).isEqualTo(made).hasSameHashCodeAs(made);
      assertThat(made.value()).isEqualTo(text);
      SessionKey copy = made.copy();
      assertThat(copy).isNotSameAs(made).isEqualTo(made);
      assertThat(copy.value()).isEqualTo(text);
      assertThat(made.partition()).isEqualTo(ALPHABET.indexOf(text.charAt(0)));
      digest[i % 32] ^= 1;
      assertThat(new SessionKey(digest)).isNotEqualTo(made);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "slow",
        "-",
        // One character too few, one too many, and spare bits that no encoder writes.
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=AA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+AA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u00e4AA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u20acAA",
      })
  void anyOtherTextIsAKeyOfItsOwn(String text) {
    SessionKey key = new SessionKey(text);
    assertThat(key.value()).isEqualTo(text);
    assertThat(key.copy().value()).isEqualTo(text);
    assertThat(key).isEqualTo(new SessionKey(new String(text.toCharArray())));
    assertThat(key).isNotEqualTo(new SessionKey("A".repeat(43)));
    assertThat(key.partition()).isEqualTo(SessionKey.partitionOf(text));
  }

  @Test
  void textsOfOneHashAreDifferentKeys() {
    assertThat("AaAa".hashCode()).isEqualTo("BBBB".hashCode());
    assertThat(new SessionKey("AaAa")).isNotEqualTo(new SessionKey("BBBB"));
    // A digest of such bits is one of 2^192; it is itself all the same.
    byte[] digest = new byte[32];
    int hash = "AaAa".hashCode();
    for (int i = 0; i < 8; i++) {
      digest[7 - i] = (byte) ((long) hash >> (8 * i));
    }
    assertThat(new SessionKey(digest)).isNotEqualTo(new SessionKey("AaAa"));
    assertThat(new SessionKey(digest)).isEqualTo(new SessionKey(new SessionKey(digest).value()));
  }

  @Test
  void theHashesOfDigestsDiffer() {
    Random random = new Random(2);
    Set<Integer> hashes = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      byte[] digest = new byte[32];
      random.nextBytes(digest);
      hashes.add(new SessionKey(digest).hashCode());
    }
    assertThat(hashes).hasSizeGreaterThan(9_990);
  }

  @Test
  void aLogLineHoldsOnlyItsBeginning() {
    assertThat(List.of(new SessionKey("A".repeat(43)), new SessionKey("ab")))
        .hasToString("[SessionKey[AAAAAA...], SessionKey[ab...]]");
  }
}
