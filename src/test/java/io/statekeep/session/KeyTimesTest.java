package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.testing.Keys;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeyTimesTest {
  private final KeyTimes times = new KeyTimes(1 << 16);

  @Test
  void whatWasNeverSeenIsUnknown() {
    assertThat(times.get(new SessionKey("never"))).isEqualTo(KeyTimes.UNKNOWN);
  }

  @Test
  void itsSizeIsAPowerOfTwo() {
    assertThatThrownBy(() -> new KeyTimes(100)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLastTimeCounts() {
    SessionKey key = new SessionKey("key");
    times.put(key, 1);
    times.put(key, SessionPolicy.LAST_MOMENT);
    assertThat(times.get(key)).isEqualTo(SessionPolicy.LAST_MOMENT);
  }

  @Test
  void aTimeIsThatOfItsKeyOrUnknown() {
    List<SessionKey> keys = Stream.generate(Keys::next).limit(100_000).toList();
    for (int i = 0; i < keys.size(); i++) {
      times.put(keys.get(i), i + 1);
    }
    int known = 0;
    int wrong = 0;
    for (int i = 0; i < keys.size(); i++) {
      long time = times.get(keys.get(i));
      known += time == i + 1 ? 1 : 0;
      wrong += time != i + 1 && time != KeyTimes.UNKNOWN ? 1 : 0;
    }
    // So many of 65,536 places hold a key, each the last that came to it.
    assertThat(known).isGreaterThan(45_000);
    assertThat(wrong).isLessThan(100);
  }
}
