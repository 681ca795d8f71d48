package io.statekeep.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotsTest {
  // What CLUSTER KEYSLOT answers.
  @ParameterizedTest
  @CsvSource({"a, 15495", "b, 3300", "c, 7365"})
  void aSlotIsTheOneThatRedisComputes(char inBraces, int slot) {
    assertThat(Slots.of(inBraces)).isEqualTo(slot);
  }
}
