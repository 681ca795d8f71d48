package io.statekeep.cookie;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.signing.Hkdf;
import io.statekeep.signing.KeyRing;
import io.statekeep.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedCookiesTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String A = KeyRing.newKey(RANDOM);
  private static final String B = KeyRing.newKey(RANDOM);
  private static final Duration MAX_AGE = Duration.ofHours(1);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final ManualClock clock = new ManualClock();
  private final EncryptedCookies cookies = cookies("prefs", A);

  @ParameterizedTest
  @ValueSource(strings = {"", "v", "a.b", "%;, \"\\", "\r\n\0", "\u4e2d\u6587 \ud83d\ude00"})
  void whatIsEncryptedIsReadBack(String text) {
    String value = cookies.encrypt("c", text);
    assertThat(cookies.decrypt("c", value))
        .contains(new Unsealed(text, clock.millis() / 1_000, true));
    String line = new SetCookie("c", value, null, CookieAttributes.PLAIN).header(0);
    assertThat(UserAgent.receive(line).orElseThrow().value).isEqualTo(value);
  }

  @Test
  void theCipherIsAes256GcmWithNameAndKeyIdAsAdditionalData() throws Exception {
    InstantSource fixed = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
    String[] parts =
        new EncryptedCookies(KeyRing.parse(A), "prefs", MAX_AGE, fixed, RANDOM)
            .encrypt("c", "text")
            .split("\\.", -1);
    String keyId = KeyRing.parse(A).forPurpose("encrypted cookie prefs").keyId(0);
    assertThat(parts).hasSize(3).startsWith("e1", keyId);
    byte[] all = Base64.getUrlDecoder().decode(parts[2]);
    byte[] info = "statekeep cipher encrypted cookie prefs".getBytes(US_ASCII);
    byte[] key = Hkdf.derive(Base64.getUrlDecoder().decode(A), new byte[0], info, 32);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, all, 0, 12));
    cipher.updateAAD(lengthPrefixed("e1 prefs", "c", keyId));
    String plain = new String(cipher.doFinal(all, 12, all.length - 12), US_ASCII);
    assertThat(plain).isEqualTo("1700000000.dGV4dA");
  }

  @Test
  void aValueShowsNothingOfItsText() {
    String text = "the secret text of this cookie";
    String value = cookies.encrypt("c", text);
    byte[] sealed = Base64.getUrlDecoder().decode(value.substring(value.lastIndexOf('.') + 1));
    String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    assertThat(value).doesNotContain(encoded).doesNotContain("secret");
    assertThat(new String(sealed, US_ASCII)).doesNotContain(encoded).doesNotContain("secret");
    assertThat(cookies.decrypt("c", value).orElseThrow().toString()).doesNotContain("secret");
  }

  @Test
  void noNonceIsUsedTwice() {
    long[] nonces = new long[200_000];
    for (int i = 0; i < nonces.length; i++) {
      String body = cookies.encrypt("c", "").split("\\.", -1)[2];
      // The first 8 of 12 bytes: two alike in so few are as good as never.
      nonces[i] = ByteBuffer.wrap(Base64.getUrlDecoder().decode(body)).getLong();
    }
    assertThat(Arrays.stream(nonces).distinct().count()).isEqualTo(nonces.length);
  }

  @Test
  void theNonceComesFromTheGivenRandom() {
    byte[] nonce = "twelve bytes".getBytes(US_ASCII);
    EncryptedCookies fixed =
        new EncryptedCookies(KeyRing.parse(A), "prefs", MAX_AGE, clock, new FixedRandom(nonce));
    String value = fixed.encrypt("c", "text");
    byte[] all = Base64.getUrlDecoder().decode(value.substring(value.lastIndexOf('.') + 1));
    assertThat(Arrays.copyOf(all, 12)).isEqualTo(nonce);
  }

  // --- what a value is bound to

  @Test
  void aValueOfOneCookieIsRefusedInAnother() {
    String value = cookies.encrypt("c", "text");
    for (String name : List.of("d", "C", "c ", "", "cc", "__Host-c")) {
      assertThat(cookies.decrypt(name, value)).isEmpty();
    }
  }

  @Test
  void aValueOfOnePurposeIsRefusedForAnother() {
    String value = cookies.encrypt("c", "text");
    for (String purpose : List.of("csrf", "", "Prefs", "prefs ", "e1 prefs")) {
      assertThat(cookies(purpose, A).decrypt("c", value)).isEmpty();
    }
  }

  @Test
  void aValueOfAnotherDeploymentIsRefused() {
    assertThat(cookies("prefs", B).decrypt("c", cookies.encrypt("c", "text"))).isEmpty();
  }

  @Test
  void theKeyIdIsBoundToo() {
    EncryptedCookies both = cookies("prefs", A, B);
    String[] byA = cookies.encrypt("c", "text").split("\\.", -1);
    String[] byB = cookies("prefs", B).encrypt("c", "text").split("\\.", -1);
    assertThat(both.decrypt("c", String.join(".", byA))).isPresent();
    assertThat(both.decrypt("c", String.join(".", byB))).isPresent();
    assertThat(both.decrypt("c", String.join(".", byA[0], byB[1], byA[2]))).isEmpty();
    assertThat(both.decrypt("c", String.join(".", byA[0], "AAAAAAAA", byA[2]))).isEmpty();
    assertThat(both.decrypt("c", String.join(".", byA[0], "", byA[2]))).isEmpty();
  }

  @Test
  void aSignedValueIsNoEncryptedOne() {
    String signed = new SignedCookies(KeyRing.parse(A), "prefs", MAX_AGE, clock).sign("c", "text");
    assertThat(cookies.decrypt("c", signed)).isEmpty();
  }

  // --- forgeries

  @Test
  void everyBitCounts() {
    String value = cookies.encrypt("c", "some text");
    for (int at = 0; at < value.length(); at++) {
      for (int bit = 0; bit < 16; bit++) {
        char[] chars = value.toCharArray();
        chars[at] ^= (char) (1 << bit);
        assertThat(cookies.decrypt("c", new String(chars))).isEmpty();
      }
    }
  }

  @Test
  void everyByteOfNonceTextAndTagCounts() {
    String value = cookies.encrypt("c", "some text");
    String start = value.substring(0, value.lastIndexOf('.') + 1);
    byte[] all = Base64.getUrlDecoder().decode(value.substring(start.length()));
    for (int bit = 0; bit < all.length * 8; bit++) {
      byte[] wrong = all.clone();
      wrong[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(cookies.decrypt("c", start + encode(wrong))).isEmpty();
    }
    for (int length = 0; length < all.length; length++) {
      assertThat(cookies.decrypt("c", start + encode(Arrays.copyOf(all, length)))).isEmpty();
    }
    assertThat(cookies.decrypt("c", start + encode(Arrays.copyOf(all, all.length + 1)))).isEmpty();
    assertThat(cookies.decrypt("c", start + encode(all))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"e0", "e2", "E1", "v1", "none", "", "e1 ", "e1 prefs"})
  void noOtherVersionIsRead(String version) {
    String value = cookies.encrypt("c", "text");
    assertThat(cookies.decrypt("c", version + value.substring(2))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text", ".", "..", "...", "e1..", "e1.a.", "e1.a.AAAA", "e1.a.b.c"})
  void nothingPlainIsEverRead(String value) {
    assertThat(cookies.decrypt("c", value)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "12", "123"})
  void aValueHasOneSpelling(String text) {
    String value = cookies.encrypt("c", text);
    String start = value.substring(0, value.length() - 1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      char last = ALPHABET.charAt(i);
      assertThat(cookies.decrypt("c", start + last).isPresent())
          .isEqualTo(value.equals(start + last));
    }
    for (String tail : List.of("=", "==", "\n", " ", ".", "A", "AAAA")) {
      assertThat(cookies.decrypt("c", value + tail)).isEmpty();
    }
  }

  // --- the key ring and the age

  @Test
  void aKeyIsRolledWithoutARefusal() {
    List<EncryptedCookies> steps =
        List.of(cookies, cookies("prefs", A, B), cookies("prefs", B, A), cookies("prefs", B));
    for (int step = 1; step < steps.size(); step++) {
      EncryptedCookies before = steps.get(step - 1);
      EncryptedCookies after = steps.get(step);
      assertThat(after.decrypt("c", before.encrypt("c", "text"))).isPresent();
      assertThat(before.decrypt("c", after.encrypt("c", "text"))).isPresent();
    }
    assertThat(cookies("prefs", B).decrypt("c", cookies.encrypt("c", "text"))).isEmpty();
  }

  @Test
  void aValueByAnOlderKeyAsksToBeWrittenAgain() {
    EncryptedCookies rolled = cookies("prefs", B, A);
    assertThat(rolled.decrypt("c", cookies.encrypt("c", "t")).orElseThrow().byFirstKey()).isFalse();
    assertThat(rolled.decrypt("c", rolled.encrypt("c", "t")).orElseThrow().byFirstKey()).isTrue();
  }

  @Test
  void aValueHoldsToTheEndOfItsAge() {
    String value = cookies.encrypt("c", "text");
    clock.advance(MAX_AGE);
    assertThat(cookies.decrypt("c", value)).isPresent();
    clock.advance(Duration.ofSeconds(1));
    assertThat(cookies.decrypt("c", value)).isEmpty();
  }

  @Test
  void aClockMayBeAMinuteAheadAndNoMore() {
    clock.advance(Duration.ofMinutes(1));
    String value = cookies.encrypt("c", "text");
    clock.advance(Duration.ofMinutes(-1));
    assertThat(cookies.decrypt("c", value)).isPresent();
    clock.advance(Duration.ofSeconds(-1));
    assertThat(cookies.decrypt("c", value)).isEmpty();
  }

  private EncryptedCookies cookies(String purpose, String... keys) {
    KeyRing ring = KeyRing.parse(String.join(",", keys));
    return new EncryptedCookies(ring, purpose, MAX_AGE, clock, RANDOM);
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] lengthPrefixed(String... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(UTF_8);
      out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  private static final class FixedRandom extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final transient byte[] answer;

    FixedRandom(byte[] answer) {
      this.answer = answer;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(answer, 0, bytes, 0, bytes.length);
    }
  }
}
