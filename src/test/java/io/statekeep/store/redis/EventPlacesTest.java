package io.statekeep.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventPlacesTest {
  private static final int STREAMS = 64;

  @Test
  void everyCursorIsReadBackAndIsNoLongerThanItMayBe() {
    Random random = new Random(1);
    for (int round = 0; round < 1000; round++) {
      EventPlaces places = EventPlaces.beginning(STREAMS);
      for (int i = 0; i < STREAMS; i++) {
        places.set(
            i, random.nextInt(4) == 0 ? 0 : 1 + (random.nextLong() >>> random.nextInt(13, 64)));
      }
      String cursor = places.cursor();
      assertThat(cursor).matches("[!-~]{1,768}");
      EventPlaces read = EventPlaces.of(cursor, STREAMS);
      assertThat(read).isNotNull();
      for (int i = 0; i < STREAMS; i++) {
        assertThat(read.number(i)).isEqualTo(places.number(i));
      }
    }
  }

  @Test
  void aCursorOfOtherStreamsIsNone() {
    String cursor = EventPlaces.beginning(STREAMS).cursor();
    assertThat(EventPlaces.of(cursor, 1)).isNull();
    assertThat(EventPlaces.of(cursor + "A", STREAMS)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "1", "1.", "-1.A", "1.A.A", "1.g", "1.gggggggggggggggB", "1.!"})
  void whatIsNoCursorIsNone(String text) {
    assertThat(EventPlaces.of(text, 1)).isNull();
  }
}
