package io.statekeep.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PurposeKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String A = KeyRing.newKey(RANDOM);
  private static final String B = KeyRing.newKey(RANDOM);
  private static final String C = KeyRing.newKey(RANDOM);
  private static final byte[] MESSAGE = "a message".getBytes(UTF_8);
  private static final String FIXED = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

  // --- derivation

  @ParameterizedTest
  @CsvSource({
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 000102030405060708090a0b0c,"
        + " f0f1f2f3f4f5f6f7f8f9, 3cb25f25faacd57a90434f64d0362f2a"
        + "2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, '', '', 8da4e775a563c18f715f802a063c5a31"
        + "b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
  })
  void theReferenceDerivationGivesTheVectorsOfRfc5869(
      String inputKey, String salt, String info, String output) {
    byte[] derived = Hkdf.derive(bytes(inputKey), bytes(salt), bytes(info), 42);
    assertThat(hex(derived)).isEqualTo(output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"token", "", "a b", "\u4e2d", "token\0"})
  void keysAreDerivedByHkdf(String purpose) {
    for (String key : List.of(FIXED, A, "A".repeat(400))) {
      PurposeKeys keys = KeyRing.parse(key).forPurpose(purpose);
      byte[] input = Base64.getUrlDecoder().decode(key);
      byte[] macKey = derived(input, "statekeep mac " + purpose);
      byte[] cipherKey = derived(input, "statekeep cipher " + purpose);
      byte[] id = Arrays.copyOf(derived(input, "statekeep key id " + purpose), 6);
      assertThat(keys.sign(MESSAGE)).isEqualTo(Hkdf.hmac(macKey, MESSAGE));
      assertThat(keys.cipherKey(0, "AES").getEncoded()).isEqualTo(cipherKey);
      assertThat(keys.keyId(0)).isEqualTo(Base64.getUrlEncoder().encodeToString(id));
    }
  }

  @Test
  void keysStayTheSameFromReleaseToRelease() {
    PurposeKeys keys = KeyRing.parse(FIXED).forPurpose("token");
    assertThat(keys.keyId(0)).isEqualTo("z4kDalTn");
    assertThat(hex(keys.sign(MESSAGE)))
        .isEqualTo("8813576a7acb7181ef289a7ac928fce306edcaf5f1aacc4da17c82615ef29044");
  }

  @Test
  void aKeyIdIsTheSameOnEveryNodeAndInEveryPlace() {
    PurposeKeys one = ring(A, B).forPurpose("token");
    PurposeKeys other = ring(C, B, A).forPurpose("token");
    assertThat(one.keyId(0)).isEqualTo(other.keyId(2)).matches("[A-Za-z0-9_-]{8}");
    assertThat(one.keyId(1)).isEqualTo(other.keyId(1)).isNotEqualTo(one.keyId(0));
    assertThat(one.placeOf(other.keyId(2))).isZero();
    assertThat(other.placeOf(one.keyId(0))).isEqualTo(2);
    assertThat(one.placeOf(other.keyId(0))).isEqualTo(PurposeKeys.NO_KEY);
    assertThat(one.placeOf("")).isEqualTo(PurposeKeys.NO_KEY);
  }

  // --- purposes

  @Test
  void purposesHaveNothingInCommon() {
    PurposeKeys token = ring(A).forPurpose("token");
    for (String purpose : List.of("Token", "token ", "csrf", "", "mac token", "cipher token")) {
      PurposeKeys other = ring(A).forPurpose(purpose);
      assertThat(other.verifyWith(0, MESSAGE, token.sign(MESSAGE))).isFalse();
      assertThat(verify(other, MESSAGE, token.sign(MESSAGE))).isEqualTo(PurposeKeys.NO_KEY);
      assertThat(other.keyId(0)).isNotEqualTo(token.keyId(0));
      assertThat(other.placeOf(token.keyId(0))).isEqualTo(PurposeKeys.NO_KEY);
      assertThat(other.cipherKey(0, "AES")).isNotEqualTo(token.cipherKey(0, "AES"));
    }
  }

  @Test
  void signingAndEncryptionUseDifferentKeys() {
    PurposeKeys keys = ring(A).forPurpose("token");
    byte[] cipherKey = keys.cipherKey(0, "AES").getEncoded();
    assertThat(cipherKey).hasSize(32);
    assertThat(Hkdf.hmac(cipherKey, MESSAGE)).isNotEqualTo(keys.sign(MESSAGE));
    assertThat(cipherKey).isNotEqualTo(Base64.getUrlDecoder().decode(A));
  }

  @Test
  void anotherDeploymentVerifiesNothing() {
    byte[] mac = ring(A).forPurpose("token").sign(MESSAGE);
    assertThat(verify(ring(B, C).forPurpose("token"), MESSAGE, mac)).isEqualTo(PurposeKeys.NO_KEY);
  }

  // --- the ring

  @Test
  void theFirstKeySignsAndAllVerify() {
    byte[] byA = ring(A).forPurpose("token").sign(MESSAGE);
    byte[] byB = ring(B).forPurpose("token").sign(MESSAGE);
    PurposeKeys keys = ring(B, C, A).forPurpose("token");
    assertThat(keys.sign(MESSAGE)).isEqualTo(byB);
    assertThat(verify(keys, MESSAGE, byB)).isZero();
    assertThat(verify(keys, MESSAGE, byA)).isEqualTo(2);
    assertThat(keys.verifyWith(2, MESSAGE, byA)).isTrue();
    assertThat(keys.verifyWith(0, MESSAGE, byA)).isFalse();
    assertThat(keys.verifyWith(1, MESSAGE, byA)).isFalse();
  }

  @Test
  void aKeyIsRolledWithoutARefusal() {
    List<KeyRing> steps = List.of(ring(A), ring(A, B), ring(B, A), ring(B));
    for (int step = 1; step < steps.size(); step++) {
      PurposeKeys before = steps.get(step - 1).forPurpose("token");
      PurposeKeys after = steps.get(step).forPurpose("token");
      assertThat(verify(after, MESSAGE, before.sign(MESSAGE))).isNotEqualTo(PurposeKeys.NO_KEY);
      assertThat(verify(before, MESSAGE, after.sign(MESSAGE))).isNotEqualTo(PurposeKeys.NO_KEY);
    }
  }

  @Test
  void aRemovedKeyIsRefusedAtOnce() {
    byte[] byA = ring(A).forPurpose("token").sign(MESSAGE);
    assertThat(verify(ring(B).forPurpose("token"), MESSAGE, byA)).isEqualTo(PurposeKeys.NO_KEY);
  }

  // --- signatures

  @Test
  void everyBitOfASignatureAndOfAMessageCounts() {
    PurposeKeys keys = ring(A, B).forPurpose("token");
    byte[] mac = keys.sign(MESSAGE);
    for (int bit = 0; bit < mac.length * 8; bit++) {
      byte[] wrong = flipped(mac, bit);
      assertThat(verify(keys, MESSAGE, wrong)).isEqualTo(PurposeKeys.NO_KEY);
      assertThat(keys.verifyWith(0, MESSAGE, wrong)).isFalse();
    }
    for (int bit = 0; bit < MESSAGE.length * 8; bit++) {
      byte[] wrong = flipped(MESSAGE, bit);
      assertThat(verify(keys, wrong, mac)).isEqualTo(PurposeKeys.NO_KEY);
      assertThat(keys.verifyWith(0, wrong, mac)).isFalse();
    }
  }

  @Test
  void aSignatureOfAnotherLengthIsRefused() {
    PurposeKeys keys = ring(A).forPurpose("token");
    byte[] mac = keys.sign(MESSAGE);
    assertThat(mac).hasSize(PurposeKeys.MAC_BYTES);
    for (int length : new int[] {0, 1, 16, 31, 33, 64}) {
      assertThat(verify(keys, MESSAGE, Arrays.copyOf(mac, length))).isEqualTo(PurposeKeys.NO_KEY);
      assertThat(keys.verifyWith(0, MESSAGE, Arrays.copyOf(mac, length))).isFalse();
    }
  }

  @Test
  void onlyTheFirstBytesOfABufferAreSigned() {
    PurposeKeys keys = ring(A).forPurpose("token");
    byte[] buffer = Arrays.copyOf(MESSAGE, 100);
    byte[] mac = new byte[PurposeKeys.MAC_BYTES];
    keys.sign(buffer, MESSAGE.length, mac);
    assertThat(mac).isEqualTo(keys.sign(MESSAGE));
    assertThat(keys.verify(buffer, MESSAGE.length, mac)).isZero();
    assertThat(keys.verify(buffer, MESSAGE.length + 1, mac)).isEqualTo(PurposeKeys.NO_KEY);
    assertThat(keys.verify(buffer, MESSAGE.length - 1, mac)).isEqualTo(PurposeKeys.NO_KEY);
  }

  @Test
  void aFailedSignatureLeavesNothingBehindForTheNext() {
    PurposeKeys keys = ring(A).forPurpose("token");
    byte[] expected = keys.sign(MESSAGE);
    assertThatThrownBy(() -> keys.sign(MESSAGE, MESSAGE.length, new byte[31]))
        .isInstanceOf(IllegalStateException.class);
    assertThat(keys.sign(MESSAGE)).isEqualTo(expected);
    assertThatThrownBy(() -> keys.sign(MESSAGE, MESSAGE.length + 1, new byte[32]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(keys.sign(MESSAGE)).isEqualTo(expected);
  }

  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    PurposeKeys keys = ring(A, B).forPurpose("token");
    int threads = 8;
    CountDownLatch start = new CountDownLatch(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Boolean>> work = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        byte[] message = {(byte) thread};
        byte[] mac = ring(A).forPurpose("token").sign(message);
        work.add(
            pool.submit(
                () -> {
                  start.countDown();
                  start.await();
                  boolean right = true;
                  for (int i = 0; i < 5_000; i++) {
                    right &= Arrays.equals(keys.sign(message), mac);
                    right &= keys.verify(message, 1, mac) == 0;
                  }
                  return right;
                }));
      }
      for (Future<Boolean> done : work) {
        assertThat(done.get(60, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static KeyRing ring(String... keys) {
    return KeyRing.parse(String.join(",", keys));
  }

  private static int verify(PurposeKeys keys, byte[] message, byte[] mac) {
    return keys.verify(message, message.length, mac);
  }

  private static byte[] derived(byte[] key, String info) {
    return Hkdf.derive(key, new byte[0], info.getBytes(UTF_8), 32);
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] copy = bytes.clone();
    copy[bit / 8] ^= (byte) (1 << bit % 8);
    return copy;
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
