package io.statekeep.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] MESSAGE = "message".getBytes(US_ASCII);

  @Test
  void aNewKeyIsReadAsAKeyOf32Bytes() {
    String key = KeyRing.newKey(RANDOM);
    assertThat(key).matches("[A-Za-z0-9_-]{43}");
    assertThat(Base64.getUrlDecoder().decode(key)).hasSize(KeyRing.MIN_KEY_BYTES);
    assertThatCode(() -> KeyRing.parse(key)).doesNotThrowAnyException();
  }

  @Test
  void noTwoNewKeysAreEqual() {
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      assertThat(keys.add(KeyRing.newKey(RANDOM))).isTrue();
    }
  }

  @Test
  void spaceAroundAKeyAndPaddingAfterItAreNotPartOfIt() {
    String key = KeyRing.newKey(RANDOM);
    byte[] mac = macOf(key);
    assertThat(macOf(" " + key + "\n")).isEqualTo(mac);
    assertThat(macOf("\t" + key + "=")).isEqualTo(mac);
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 33, 48, 64, 65, 128, 1_000})
  void aKeyOf32BytesOrMoreIsTaken(int length) {
    assertThat(macOf(keyOf(length))).hasSize(PurposeKeys.MAC_BYTES);
  }

  @Test
  void everyByteOfAKeyCounts() {
    byte[] key = new byte[100];
    Set<String> macs = new HashSet<>();
    macs.add(hex(macOf(encode(key))));
    for (int i = 0; i < key.length; i++) {
      key[i] = 1;
      assertThat(macs.add(hex(macOf(encode(key))))).isTrue();
      key[i] = 0;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 16, 31})
  void aShorterKeyIsRefusedByItsPlaceAndLength(int length) {
    String good = KeyRing.newKey(RANDOM);
    for (int place = 1; place <= 3; place++) {
      String list = listWith(keyOf(length), place, good);
      assertThatThrownBy(() -> KeyRing.parse(list))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("signing key %d has %d bytes, at least 32 are required", place, length);
    }
  }

  @ParameterizedTest
  @CsvSource({"'',1", "' ',1", "'K,',2", "',K',1", "'K,,K',2", "'K, ,K',2"})
  void anEmptyPlaceInTheListIsRefused(String pattern, int place) {
    String list = pattern.replace("K", KeyRing.newKey(RANDOM));
    assertThatThrownBy(() -> KeyRing.parse(list))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("signing key " + place + " has 0 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "correct horse battery staple correct horse",
        "+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+",
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3OA==",
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NT\u00e93OA",
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3O=A",
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3A"
      })
  void aMessageNamesThePlaceAndNothingOfTheKey(String bad) {
    String good = KeyRing.newKey(RANDOM);
    String text = bad.replace("==", "=!");
    for (int place = 1; place <= 3; place++) {
      String list = listWith(text, place, good);
      IllegalArgumentException refusal =
          catchThrowableOfType(IllegalArgumentException.class, () -> KeyRing.parse(list));
      assertThat(refusal).hasMessage("signing key " + place + " is not base64url").hasNoCause();
      assertThat(printed(refusal)).doesNotContain(good).doesNotContain(text);
    }
  }

  @Test
  void textGivesNothingOfTheKeysAway() {
    String first = KeyRing.newKey(RANDOM);
    String second = KeyRing.newKey(RANDOM);
    assertThat(KeyRing.parse(first + "," + second)).hasToString("KeyRing[2 keys]");
  }

  private static String listWith(String key, int place, String good) {
    String[] keys = {good, good, good};
    keys[place - 1] = key;
    return String.join(",", keys);
  }

  private static byte[] macOf(String key) {
    return KeyRing.parse(key).forPurpose("test").sign(MESSAGE);
  }

  private static String keyOf(int length) {
    byte[] key = new byte[length];
    RANDOM.nextBytes(key);
    return encode(key);
  }

  private static String encode(byte[] key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }

  private static String printed(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
