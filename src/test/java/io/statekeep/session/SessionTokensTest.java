package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.statekeep.session.SessionTokens.IssuedToken;
import io.statekeep.session.SessionTokens.VerifiedToken;
import io.statekeep.signing.KeyRing;
import io.statekeep.signing.PurposeKeys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokensTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String OLD_KEY = KeyRing.newKey(RANDOM);
  private static final String NEW_KEY = KeyRing.newKey(RANDOM);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final Pattern FORM = Pattern.compile("^[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}$");

  private final SessionTokens tokens = tokens(OLD_KEY);

  // --- what a token is

  @Test
  void aTokenIsUniqueAndEveryBitOfItsRandomPartIsFair() {
    int count = 100_000;
    Set<String> randomParts = new HashSet<>();
    int[] set = new int[256];
    for (int i = 0; i < count; i++) {
      String token = tokens.issue().token().value();
      assertThat(FORM.matcher(token).matches()).as("form").isTrue();
      randomParts.add(randomPart(token));
      byte[] random = randomBytes(token);
      for (int bit = 0; bit < set.length; bit++) {
        set[bit] += (random[bit >> 3] >> (bit & 7)) & 1;
      }
    }
    assertThat(randomParts).hasSize(count);
    // Hoeffding: a fair bit is further off in 2 exp(-2 * 3.7^2) of all runs, one of 256 in 7e-10.
    int bound = (int) (3.7 * Math.sqrt(count));
    for (int bit = 0; bit < set.length; bit++) {
      assertThat(set[bit]).as("bit " + bit).isCloseTo(count / 2, within(bound));
    }
  }

  @Test
  void aTokenHoldsTheBytesOfItsSourceAndNothingElse() {
    CountingSource source = new CountingSource();
    SessionTokens counted = new SessionTokens(KeyRing.parse(OLD_KEY), source);
    List<Byte> issued = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      for (byte b : randomBytes(counted.issue().token().value())) {
        issued.add(b);
      }
    }
    // Every byte in turn: none twice, none left out, no time, no node, no counter.
    for (int i = 0; i < issued.size(); i++) {
      assertThat(issued.get(i)).as("byte " + i).isEqualTo(CountingSource.byteAt(i));
    }
  }

  @Test
  void aSessionStaysInItsPartition() {
    for (int i = 0; i < 100; i++) {
      SessionKey session = tokens.issue().key();
      assertThat(session.partition())
          .isEqualTo(Base64.getUrlDecoder().decode(session.value().substring(0, 4))[0] >> 2 & 63);
      IssuedToken next = tokens.issueFor(session);
      assertThat(next.key()).isNotEqualTo(session);
      assertThat(next.key().value().charAt(0)).isEqualTo(session.value().charAt(0));
      assertThat(verified(tokens, next.token().value()).key()).isEqualTo(next.key());
      String salt = tokens.newSalt(session.partition());
      assertThat(tokens.issue(salt).key().partition()).isEqualTo(session.partition());
    }
  }

  @Test
  void noRotationAndNoRepeatLeavesThePartition() {
    SessionKey a = new SessionKey("A".repeat(43));
    SessionKey b = new SessionKey("B".repeat(43));
    assertThatThrownBy(() -> Rotation.of(a, b)).isInstanceOf(IllegalArgumentException.class);
    SessionRecord record = SessionRecord.create(a, SessionPolicy.DEFAULT, 0);
    Repeat repeat = new Repeat(b.value(), "print", "salt", 1);
    assertThatThrownBy(() -> new Creation(record, repeat))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoTokensOfOneMomentHaveNothingInCommon() {
    String one = tokens.issue().token().value();
    String two = tokens.issue().token().value();
    int common = 0;
    while (one.charAt(common) == two.charAt(common)) {
      common++;
    }
    // Chance makes it more in one of a billion runs.
    assertThat(common).isLessThanOrEqualTo(4);
  }

  @Test
  void tokensTellNothingOfTheOrderInWhichTheyWereIssued() {
    int count = 10_000;
    int ascents = 0;
    String before = tokens.issue().token().value();
    for (int i = 0; i < count; i++) {
      String next = tokens.issue().token().value();
      ascents += before.compareTo(next) < 0 ? 1 : 0;
      before = next;
    }
    // Ascents of a random order have a variance of a twelfth of its length: these are 7 sigma.
    assertThat(ascents).isCloseTo(count / 2, within((int) (7 * Math.sqrt(count / 12.0))));
  }

  @Test
  void theKeyIsTheDigestOfTheRandomPart() throws Exception {
    for (int i = 0; i < 100; i++) {
      IssuedToken issued = tokens.issue();
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(randomBytes(issued.token().value()));
      String key = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
      assertThat(issued.key().value()).isEqualTo(key).hasSize(43);
      assertThat(verified(tokens, issued.token().value()).key()).isEqualTo(issued.key());
    }
  }

  @Test
  void manyThreadsIssueNoTokenTwiceAndNoneThatDoesNotVerify() throws Exception {
    int threads = 32;
    int each = 20_000;
    CountDownLatch start = new CountDownLatch(threads);
    Callable<List<SessionKey>> work =
        () -> {
          start.countDown();
          start.await();
          List<SessionKey> mine = new ArrayList<>(each);
          for (int i = 0; i < each; i++) {
            IssuedToken issued = tokens.issue();
            // One in ten is enough to see another thread's bytes in mine.
            if (i % 10 == 0
                && !verified(tokens, issued.token().value()).key().equals(issued.key())) {
              throw new AssertionError("another thread's key");
            }
            mine.add(issued.key());
          }
          return mine;
        };
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<SessionKey>>> lists = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        lists.add(pool.submit(work));
      }
      Set<SessionKey> all = new HashSet<>(2 * threads * each);
      for (Future<List<SessionKey>> list : lists) {
        all.addAll(list.get());
      }
      assertThat(all.size()).isEqualTo(threads * each);
    } finally {
      pool.shutdownNow();
    }
  }

  // --- what is refused

  @Test
  void aTokenThatWasIssuedVerifiesAsItself() {
    String token = tokens.issue().token().value();
    VerifiedToken verified = verified(tokens, token);
    assertThat(verified.token().value()).isEqualTo(token);
    assertThat(verified.byFirstKey()).isTrue();
  }

  @Test
  void aTokenWithAnyCharacterChangedIsRefused() {
    String token = tokens.issue().token().value();
    for (int at = 0; at < token.length(); at++) {
      for (char c : (ALPHABET + ".=+/ \n\0%").toCharArray()) {
        if (c != token.charAt(at)) {
          // Of the last character of each part only four bits count; the spare two must not.
          assertRefused(token.substring(0, at) + c + token.substring(at + 1));
        }
      }
    }
  }

  @Test
  void aTokenWithAnyBitFlippedIsRefused() {
    String token = tokens.issue().token().value();
    for (int at = 0; at < token.length(); at++) {
      for (int bit = 0; bit < 16; bit++) {
        char flipped = (char) (token.charAt(at) ^ (1 << bit));
        assertRefused(token.substring(0, at) + flipped + token.substring(at + 1));
      }
    }
  }

  @Test
  void aTokenCutOrExtendedIsRefused() {
    String token = tokens.issue().token().value();
    for (int length = 0; length < token.length(); length++) {
      assertRefused(token.substring(0, length));
      assertRefused(token.substring(token.length() - length));
    }
    for (String more : List.of("A", "=", "==", ".", " ", "\n", "\r\n", "\0", token)) {
      assertRefused(token + more);
      assertRefused(more + token);
    }
  }

  @Test
  void theSignatureCanNeitherBeLeftOutNorTakenFromAnotherToken() {
    String one = tokens.issue().token().value();
    String two = tokens.issue().token().value();
    String random = randomPart(one);
    assertRefused(random);
    assertRefused(random + ".");
    assertRefused(random + "." + "A".repeat(43));
    assertRefused(random + "." + random);
    assertRefused(random + "." + signature(two));
    assertRefused(signature(one) + "." + random);
    assertRefused(signature(one) + "." + signature(one));
  }

  @Test
  void aTokenWithItsDotMovedIsRefused() {
    String token = tokens.issue().token().value();
    String noDot = token.replace(".", "");
    assertRefused(noDot);
    for (int at = 0; at <= noDot.length(); at++) {
      if (at != 43) {
        assertRefused(noDot.substring(0, at) + "." + noDot.substring(at));
      }
    }
    assertRefused(noDot.substring(0, 43) + ".." + noDot.substring(44));
    assertRefused(noDot.substring(0, 43) + "\u2024" + noDot.substring(43));
  }

  @Test
  void whatAStoreHoldsIsNoToken() {
    IssuedToken issued = tokens.issue();
    String key = issued.key().value();
    assertRefused(key);
    assertRefused(key + "." + signature(issued.token().value()));
    assertRefused(key + "." + key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "'",
        "*",
        "null",
        "a\r\nFLUSHALL",
        "{x}y",
        "../",
        "\0",
        "\u00e9\u4e2d\ud83d\ude00",
        "eyJhbGciOiJub25lIn0.e30.",
      })
  void aTextThatIsNoTokenIsRefused(String text) {
    assertRefused(text);
    // The same in a text of a token's length, with the dot in its place.
    String padded = text + "A".repeat(Math.max(0, 43 - text.length()));
    assertRefused(padded + "." + "A".repeat(43));
    assertRefused("A".repeat(43) + "." + padded);
  }

  @Test
  void aCharacterOutsideAsciiNeverPassesForOneOfItsLowByte() {
    String token = tokens.issue().token().value();
    for (int at = 0; at < token.length(); at++) {
      for (int page = 1; page < 256; page++) {
        char wide = (char) (page << 8 | token.charAt(at));
        assertRefused(token.substring(0, at) + wide + token.substring(at + 1));
      }
    }
  }

  @Test
  void aLongTextIsRefused() {
    assertRefused("A".repeat(10_240));
    assertRefused(tokens.issue().token().value() + "A".repeat(10_240));
    assertRefused("A".repeat(43) + "." + "A".repeat(10_240));
  }

  @Test
  void aSessionHasOneTextForEachKeyOfTheRing() {
    String token = tokens.issue().token().value();
    assertRefused(token + "=");
    assertRefused(token.replace(".", "=."));
    assertRefused(randomPart(token) + "=." + signature(token) + "=");
    assertRefused(token.replace('-', '+').replace('_', '/') + "=");
    for (String space : List.of(" ", "\t", "\n", "\r\n", "%20")) {
      assertRefused(token + space);
      assertRefused(space + token);
      assertRefused(token.substring(0, 20) + space + token.substring(20));
    }
    // The two spare bits of each part's last character.
    for (int last : new int[] {42, 86}) {
      int value = ALPHABET.indexOf(token.charAt(last));
      for (int spare = 1; spare < 4; spare++) {
        char same = ALPHABET.charAt(value ^ spare);
        assertRefused(token.substring(0, last) + same + token.substring(last + 1));
      }
    }
  }

  @Test
  void theOtherAlphabetOfBase64IsRefused() {
    String token = tokens.issue().token().value();
    while (!randomPart(token).contains("-") && !randomPart(token).contains("_")) {
      token = tokens.issue().token().value();
    }
    assertRefused(token.replace('-', '+').replace('_', '/'));
  }

  @Test
  void aSignatureForAnotherPurposeOrOfAnotherDeploymentIsRefused() {
    String random = randomPart(tokens.issue().token().value());
    for (String purpose : List.of("cookie", "csrf", "session", "session token ")) {
      PurposeKeys keys = KeyRing.parse(OLD_KEY).forPurpose(purpose);
      byte[] mac = keys.sign(random.getBytes(StandardCharsets.US_ASCII));
      assertRefused(random + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(mac));
    }
    assertRefused(tokens(NEW_KEY).issue().token().value());
  }

  // --- rolling a key

  @Test
  void aTokenOfAnOlderKeyVerifiesAndIsSignedAnew() {
    IssuedToken issued = tokens.issue();
    SessionTokens rolled = tokens(NEW_KEY + "," + OLD_KEY);
    VerifiedToken old = verified(rolled, issued.token().value());
    assertThat(old.byFirstKey()).isFalse();
    assertThat(old.key()).isEqualTo(issued.key());
    SessionToken signed = rolled.resign(old.token());
    VerifiedToken anew = verified(tokens(NEW_KEY), signed.value());
    assertThat(anew.byFirstKey()).isTrue();
    assertThat(anew.key()).isEqualTo(issued.key());
    assertThat(randomPart(signed.value())).isEqualTo(randomPart(issued.token().value()));
  }

  @Test
  void atEveryStepOfARollEachNodeTakesTheOthersTokens() {
    String both = OLD_KEY + "," + NEW_KEY;
    String turned = NEW_KEY + "," + OLD_KEY;
    List<List<String>> steps =
        List.of(List.of(OLD_KEY, both), List.of(both, turned), List.of(turned, NEW_KEY));
    for (List<String> nodes : steps) {
      SessionTokens one = tokens(nodes.get(0));
      SessionTokens two = tokens(nodes.get(1));
      IssuedToken ones = one.issue();
      IssuedToken twos = two.issue();
      assertThat(verified(two, ones.token().value()).key()).isEqualTo(ones.key());
      assertThat(verified(one, twos.token().value()).key()).isEqualTo(twos.key());
    }
  }

  @Test
  void aTokenOfTheFirstKeyIsSignedAnewAsItself() {
    SessionToken token = tokens.issue().token();
    assertThat(tokens.resign(token)).isEqualTo(token);
  }

  @Test
  void aTokenOfAKeyThatWasTakenOutIsRefused() {
    String token = tokens.issue().token().value();
    assertThat(tokens(NEW_KEY).verify(token)).isNull();
  }

  // --- what is shown

  @Test
  void noTextOfATokenShowsTheToken() {
    IssuedToken issued = tokens.issue();
    VerifiedToken verified = verified(tokens, issued.token().value());
    List<Object> shown =
        List.of(
            issued,
            issued.token(),
            verified,
            new CookieChange.Keep(issued.token(), 60L),
            tokens,
            new SessionRefusedException(SaveOutcome.GONE));
    for (Object each : shown) {
      assertThat(each.toString())
          .doesNotContain(randomPart(issued.token().value()))
          .doesNotContain(signature(issued.token().value()))
          .doesNotContain(issued.key().value());
    }
  }

  // --- small words

  private static SessionTokens tokens(String ring) {
    return new SessionTokens(KeyRing.parse(ring), RANDOM);
  }

  private void assertRefused(String text) {
    assertThat(tokens.verify(text)).isNull();
  }

  private static VerifiedToken verified(SessionTokens tokens, String text) {
    VerifiedToken verified = tokens.verify(text);
    assertThat(verified).isNotNull();
    return verified;
  }

  private static String randomPart(String token) {
    return token.substring(0, 43);
  }

  private static String signature(String token) {
    return token.substring(44);
  }

  private static byte[] randomBytes(String token) {
    return Base64.getUrlDecoder().decode(randomPart(token));
  }

  /** A source whose bytes are known. */
  private static final class CountingSource extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private int drawn;

    static byte byteAt(int place) {
      return (byte) (place * 31 + place / 256);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = byteAt(drawn++);
      }
    }
  }
}
