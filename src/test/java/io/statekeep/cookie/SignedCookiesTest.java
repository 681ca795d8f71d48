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
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignedCookiesTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String A = KeyRing.newKey(RANDOM);
  private static final String B = KeyRing.newKey(RANDOM);
  private static final Duration MAX_AGE = Duration.ofHours(1);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final ManualClock clock = new ManualClock();
  private final SignedCookies cookies = cookies("prefs", A);

  @ParameterizedTest
  @ValueSource(strings = {"", "v", "a.b", "%;, \"\\", "\r\n\0", "\u4e2d\u6587 \ud83d\ude00"})
  void whatIsSignedIsReadBack(String text) {
    String value = cookies.sign("c", text);
    assertThat(cookies.verify("c", value))
        .contains(new Unsealed(text, clock.millis() / 1_000, true));
    String line = new SetCookie("c", value, null, CookieAttributes.PLAIN).header(0);
    assertThat(UserAgent.receive(line).orElseThrow().value).isEqualTo(value);
  }

  @Test
  void theSignatureCoversVersionKeyNamePurposeTimeAndValueEachWithItsLength() {
    InstantSource fixed = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
    SignedCookies writer = new SignedCookies(KeyRing.parse(A), "prefs", MAX_AGE, fixed);
    String[] parts = writer.sign("c", "text").split("\\.", -1);
    byte[] macKey = derived("statekeep mac signed cookie prefs");
    byte[] signed = lengthPrefixed("v1 prefs", "c", parts[1], "1700000000", "dGV4dA");
    String mac = Base64.getUrlEncoder().withoutPadding().encodeToString(Hkdf.hmac(macKey, signed));
    assertThat(parts).containsExactly("v1", parts[1], "1700000000", "dGV4dA", mac);
    assertThat(parts[1]).isEqualTo(KeyRing.parse(A).forPurpose("signed cookie prefs").keyId(0));
  }

  // --- what a value is bound to

  @Test
  void aValueOfOneCookieIsRefusedInAnother() {
    String value = cookies.sign("c", "text");
    for (String name : List.of("d", "C", "c ", "", "cc", "__Host-c")) {
      assertThat(cookies.verify(name, value)).isEmpty();
    }
  }

  @Test
  void aValueOfOnePurposeIsRefusedForAnother() {
    String value = cookies.sign("c", "text");
    for (String purpose : List.of("csrf", "", "Prefs", "prefs ", "v1 prefs")) {
      assertThat(cookies(purpose, A).verify("c", value)).isEmpty();
    }
  }

  @Test
  void aValueOfAnotherDeploymentIsRefused() {
    assertThat(cookies("prefs", B).verify("c", cookies.sign("c", "text"))).isEmpty();
  }

  @Test
  void theKeyIdOfAnotherDeploymentDoesNotHelp() {
    String[] mine = cookies.sign("c", "text").split("\\.", -1);
    String[] theirs = cookies("prefs", B).sign("c", "text").split("\\.", -1);
    theirs[1] = mine[1];
    assertThat(cookies.verify("c", String.join(".", theirs))).isEmpty();
  }

  @Test
  void charactersDoNotMoveFromOnePartToTheNext() {
    String[] parts = cookies.sign("c1", "text").split("\\.", -1);
    assertThat(cookies.verify("c1", String.join(".", parts))).isPresent();
    String moved = String.join(".", parts[0], "1" + parts[1], parts[2], parts[3], parts[4]);
    assertThat(cookies.verify("c", moved)).isEmpty();
    String time = parts[2].substring(0, 9);
    String value = parts[2].substring(9) + parts[3];
    assertThat(cookies.verify("c1", String.join(".", parts[0], parts[1], time, value, parts[4])))
        .isEmpty();
  }

  // --- forgeries

  @Test
  void everyBitCounts() {
    String value = cookies.sign("c", "some text");
    for (int at = 0; at < value.length(); at++) {
      for (int bit = 0; bit < 16; bit++) {
        char[] chars = value.toCharArray();
        chars[at] ^= (char) (1 << bit);
        assertThat(cookies.verify("c", new String(chars))).isEmpty();
      }
    }
  }

  @Test
  void everyPartIsNeededWholeAndAlone() {
    String value = cookies.sign("c", "some text");
    for (int at = 0; at < value.length(); at++) {
      assertThat(cookies.verify("c", value.substring(0, at))).isEmpty();
      assertThat(cookies.verify("c", value.substring(at + 1))).isEmpty();
      assertThat(cookies.verify("c", value.substring(0, at) + value.substring(at + 1))).isEmpty();
      assertThat(cookies.verify("c", value.substring(0, at) + "A" + value.substring(at))).isEmpty();
    }
    for (int part = 0; part < 5; part++) {
      String[] parts = value.split("\\.", -1);
      parts[part] = "";
      assertThat(cookies.verify("c", String.join(".", parts))).isEmpty();
    }
    assertThat(cookies.verify("c", value + ".")).isEmpty();
    assertThat(cookies.verify("c", value + ".A")).isEmpty();
    assertThat(cookies.verify("c", value + "." + value)).isEmpty();
    assertThat(cookies.verify("c", " " + value)).isEmpty();
    assertThat(cookies.verify("c", "\"" + value + "\"")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v0", "v2", "V1", "e1", "none", "HS256", "", "v1 ", "v1 prefs"})
  void noOtherVersionIsRead(String version) {
    String value = cookies.sign("c", "text");
    assertThat(cookies.verify("c", version + value.substring(2))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text",
        ".",
        "....",
        ".....",
        "v1....",
        "v1.a.0.dGV4dA.",
        "v1.none.0.dGV4dA.",
        "dGV4dA",
        "s:text.signature",
        "text:1700000000:signature",
        "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."
      })
  void nothingUnsignedIsEverRead(String value) {
    assertThat(cookies.verify("c", value)).isEmpty();
  }

  @Test
  void nothingElseOfTheRingVerifiesAsASignedCookie() {
    String encrypted =
        new EncryptedCookies(KeyRing.parse(A), "prefs", MAX_AGE, clock, RANDOM)
            .encrypt("c", "text");
    assertThat(cookies.verify("c", encrypted)).isEmpty();
  }

  // --- one encoding for each value

  @Test
  void aSignatureHasOneSpelling() {
    String value = cookies.sign("c", "text");
    String start = value.substring(0, value.length() - 1);
    int last = ALPHABET.indexOf(value.charAt(value.length() - 1));
    for (int other = 0; other < 64; other++) {
      assertThat(cookies.verify("c", start + ALPHABET.charAt(other)).isPresent())
          .isEqualTo(other == last);
    }
    assertThat(last & 3).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"=", "==", "\n", "\r\n", " ", "\t", "A", "AA==", "%3D"})
  void nothingMayStandBehindASignature(String tail) {
    assertThat(cookies.verify("c", cookies.sign("c", "text") + tail)).isEmpty();
  }

  @Test
  void theOtherBase64AlphabetIsRefused() {
    int tried = 0;
    for (int i = 0; i < 100; i++) {
      String value = cookies.sign("c", "text " + i);
      String[] parts = value.split("\\.", -1);
      String standard = parts[4].replace('-', '+').replace('_', '/');
      assertThat(cookies.verify("c", value)).isPresent();
      if (!standard.equals(parts[4])) {
        tried++;
        parts[4] = standard;
        assertThat(cookies.verify("c", String.join(".", parts))).isEmpty();
      }
    }
    assertThat(tried).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"dGV4dA,dGV4dB", "dGV4dA,dGV4dA=", "dGV4dA,dGV4dA=="})
  void aTextHasOneSpelling(String encoded, String other) {
    String value = cookies.sign("c", "text");
    assertThat(value).contains("." + encoded + ".");
    assertThat(cookies.verify("c", value.replace("." + encoded + ".", "." + other + ".")))
        .isEmpty();
  }

  // --- the key ring

  @Test
  void aKeyIsRolledWithoutARefusal() {
    List<SignedCookies> steps =
        List.of(cookies, cookies("prefs", A, B), cookies("prefs", B, A), cookies("prefs", B));
    for (int step = 1; step < steps.size(); step++) {
      SignedCookies before = steps.get(step - 1);
      SignedCookies after = steps.get(step);
      assertThat(after.verify("c", before.sign("c", "text"))).isPresent();
      assertThat(before.verify("c", after.sign("c", "text"))).isPresent();
    }
  }

  @Test
  void aValueByAnOlderKeyAsksToBeWrittenAgain() {
    SignedCookies rolled = cookies("prefs", B, A);
    Unsealed old = rolled.verify("c", cookies.sign("c", "text")).orElseThrow();
    assertThat(old.text()).isEqualTo("text");
    assertThat(old.byFirstKey()).isFalse();
    assertThat(rolled.verify("c", rolled.sign("c", "text")).orElseThrow().byFirstKey()).isTrue();
  }

  @Test
  void aValueByARemovedKeyIsRefused() {
    assertThat(cookies("prefs", B).verify("c", cookies("prefs", A, B).sign("c", "text"))).isEmpty();
  }

  // --- age

  @Test
  void aValueHoldsToTheEndOfItsAge() {
    String value = cookies.sign("c", "text");
    clock.advance(MAX_AGE);
    assertThat(cookies.verify("c", value)).isPresent();
    clock.advance(Duration.ofSeconds(1));
    assertThat(cookies.verify("c", value)).isEmpty();
  }

  @Test
  void theAgeIsTheReadersNotTheWriters() {
    String value = cookies.sign("c", "text");
    clock.advance(Duration.ofSeconds(2));
    SignedCookies strict =
        new SignedCookies(KeyRing.parse(A), "prefs", Duration.ofSeconds(1), clock);
    assertThat(strict.verify("c", value)).isEmpty();
    assertThat(cookies.verify("c", value)).isPresent();
  }

  @Test
  void aClockMayBeAMinuteAheadAndNoMore() {
    clock.advance(Duration.ofMinutes(1));
    String value = cookies.sign("c", "text");
    clock.advance(Duration.ofMinutes(-1));
    assertThat(cookies.verify("c", value)).isPresent();
    clock.advance(Duration.ofSeconds(-1));
    assertThat(cookies.verify("c", value)).isEmpty();
  }

  @Test
  void printingShowsNothingOfTheText() {
    Unsealed unsealed = cookies.verify("c", cookies.sign("c", "the secret")).orElseThrow();
    assertThat(unsealed.toString()).doesNotContain("secret");
  }

  private SignedCookies cookies(String purpose, String... keys) {
    return new SignedCookies(KeyRing.parse(String.join(",", keys)), purpose, MAX_AGE, clock);
  }

  private static byte[] derived(String info) {
    return Hkdf.derive(Base64.getUrlDecoder().decode(A), new byte[0], info.getBytes(US_ASCII), 32);
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
}
