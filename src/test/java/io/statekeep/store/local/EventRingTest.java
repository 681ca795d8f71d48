package io.statekeep.store.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import org.junit.jupiter.api.Test;

/** What a bounded memory of events keeps, and what it says of the rest. */
class EventRingTest {
  private final EventRing ring = new EventRing(5, 7);

  private void add(int from, int to) {
    for (int i = from; i <= to; i++) {
      ring.add(SessionEvent.rejected(SessionEvent.Reason.FORGED, 0, i));
    }
  }

  private static void assertCounts(EventPage page, Long... counts) {
    assertThat(page.events()).extracting(SessionEvent::count).containsExactly(counts);
  }

  @Test
  void aReaderThatKeepsUpMissesNothing() {
    String cursor = ring.page(null, 1).cursor();
    for (int i = 1; i <= 20; i++) {
      add(i, i);
      EventPage page = ring.page(cursor, 10);
      assertCounts(page, (long) i);
      assertThat(page.gap()).isFalse();
      cursor = page.cursor();
    }
  }

  @Test
  void aReaderThatIsTooLateIsToldSoAndBeginsWithTheOldest() {
    String cursor = ring.page(null, 1).cursor();
    add(1, 5);
    assertThat(ring.page(cursor, 10).gap()).isFalse();
    add(6, 6);
    EventPage late = ring.page(cursor, 2);
    assertThat(late.gap()).isTrue();
    assertCounts(late, 2L, 3L);
    EventPage next = ring.page(late.cursor(), 10);
    assertThat(next.gap()).isFalse();
    assertCounts(next, 4L, 5L, 6L);
  }

  @Test
  void aPlaceInTheMemoryOfAnEarlierProcessIsNone() {
    EventRing earlier = new EventRing(5, 8);
    add(1, 3);
    EventPage page = ring.page(earlier.page(null, 1).cursor(), 10);
    assertThat(page.gap()).isTrue();
    assertCounts(page, 1L, 2L, 3L);
  }

  @Test
  void aPlaceBehindTheEndIsNone() {
    add(1, 3);
    String end = ring.page(null, 1).cursor();
    assertThat(ring.page(end, 10).gap()).isFalse();
    assertThat(ring.page(end + "0", 10).gap()).isTrue();
  }
}
