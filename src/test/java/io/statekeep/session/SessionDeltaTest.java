package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class SessionDeltaTest {
  private static final long NOW = 1_770_000_000_000L;
  private static final SessionPolicy POLICY =
      new SessionPolicy(60_000, SessionPolicy.NO_LIMIT, 1_000, true, 2, 64);
  private static final SessionRecord RECORD =
      SessionRecord.create(new SessionKey("k".repeat(43)), POLICY, NOW)
          .withAttributes(Attributes.of(new JsonObject().put("n", 40).put("text", "x")));

  // --- the builder

  @Test
  void aPutAfterARemovalHolds() {
    SessionDelta delta = SessionDelta.builder().remove("text").put("text", "1").build();
    assertThat(delta.removals()).isEmpty();
    assertThat(after(delta)).isEqualTo("{\"n\":40,\"text\":1}");
  }

  @Test
  void aRemovalAfterAPutHolds() {
    SessionDelta delta =
        SessionDelta.builder().put("a", "1").putDefault("a", "2").remove("a").build();
    assertThat(after(delta)).isEqualTo("{\"n\":40,\"text\":\"x\"}");
  }

  @Test
  void aRemovalAfterAnIncrementHolds() {
    assertThat(after(SessionDelta.builder().increment("n", 1).remove("n").build()))
        .isEqualTo("{\"text\":\"x\"}");
  }

  @Test
  void aPutAfterAnIncrementHolds() {
    assertThat(after(SessionDelta.builder().increment("n", 1).put("n", "7").build()))
        .isEqualTo("{\"n\":7,\"text\":\"x\"}");
  }

  @Test
  void anIncrementAfterAPutOrARemovalCountsFromThere() {
    assertThat(after(SessionDelta.builder().put("n", "7").increment("n", 1).build()))
        .isEqualTo("{\"n\":8,\"text\":\"x\"}");
    assertThat(after(SessionDelta.builder().remove("n").increment("n", 1).build()))
        .isEqualTo("{\"text\":\"x\",\"n\":1}");
  }

  @Test
  void incrementsOfOneAttributeAddUp() {
    SessionDelta delta = SessionDelta.builder().increment("n", 1).increment("n", 2).build();
    assertThat(delta.increments()).containsOnlyKeys("n").containsEntry("n", 3L);
    assertThat(after(delta)).isEqualTo("{\"n\":43,\"text\":\"x\"}");
    SessionDelta.Builder full = SessionDelta.builder().increment("n", Long.MAX_VALUE);
    assertThatThrownBy(() -> full.increment("n", 1)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void theFirstOfTwoDefaultsHolds() {
    SessionDelta delta =
        SessionDelta.builder().remove("n").putDefault("n", "1").putDefault("n", "2").build();
    assertThat(after(delta)).isEqualTo("{\"text\":\"x\",\"n\":1}");
  }

  @Test
  void aDefaultAfterAPutOrAnIncrementIsNotNeeded() {
    assertThat(after(SessionDelta.builder().put("n", "1").putDefault("n", "2").build()))
        .isEqualTo("{\"n\":1,\"text\":\"x\"}");
    SessionDelta counted =
        SessionDelta.builder().remove("text").increment("c", 1).putDefault("c", "5").build();
    assertThat(after(counted)).isEqualTo("{\"n\":40,\"c\":1}");
  }

  @Test
  void aClearDropsWhatWasToldBeforeItAndNothingThatComesAfter() {
    SessionDelta delta =
        SessionDelta.builder()
            .put("a", "1")
            .putDefault("b", "1")
            .increment("c", 1)
            .remove("d")
            .clear()
            .put("e", "2")
            .increment("n", 1)
            .build();
    assertThat(delta.removals()).isEmpty();
    assertThat(after(delta)).isEqualTo("{\"e\":2,\"n\":1}");
  }

  // --- what counts as a change

  @Test
  void onlyADeltaOfNothingButActivityIsATouch() {
    assertThat(SessionDelta.TOUCH.isTouchOnly()).isTrue();
    assertThat(SessionDelta.TOUCH.touch()).isTrue();
    assertThat(SessionDelta.builder().build().isTouchOnly()).isTrue();
    assertThat(SessionDelta.builder().ifVersion(1).build().isTouchOnly()).isTrue();
    assertThat(SessionDelta.TOUCH.withSeen(RECORD).isTouchOnly()).isTrue();
    assertThat(SessionDelta.put("a", "1").isTouchOnly()).isFalse();
    assertThat(SessionDelta.increment("a", 0).isTouchOnly()).isFalse();
    assertThat(SessionDelta.builder().remove("a").build().isTouchOnly()).isFalse();
    assertThat(SessionDelta.builder().putDefault("a", "1").build().isTouchOnly()).isFalse();
    assertThat(SessionDelta.builder().clear().build().isTouchOnly()).isFalse();
    assertThat(SessionDelta.builder().expiry(ExpiryChange.byPolicy(POLICY)).build().isTouchOnly())
        .isFalse();
  }

  @Test
  void whatWasSeenChangesNothingElseOfADelta() {
    SessionDelta delta =
        SessionDelta.builder()
            .clear()
            .remove("a")
            .put("b", "1")
            .putDefault("c", "2")
            .increment("d", 3)
            .expiry(ExpiryChange.byPolicy(POLICY))
            .touch()
            .ifVersion(4)
            .build();
    SessionDelta informed = delta.withSeen(RECORD);
    assertThat(informed.seen()).isEqualTo(RECORD);
    assertThat(informed).usingRecursiveComparison().ignoringFields("seen").isEqualTo(delta);
  }

  // --- limits that were lowered since

  @Test
  void aSessionOverLoweredLimitsMayShrinkAndNotChangeOtherwise() {
    SessionRecord over =
        RECORD.withAttributes(
            Attributes.of(new JsonObject().put("a", 1).put("b", 2).put("c", 3).put("d", 4)));
    assertThat(SessionDelta.builder().remove("a").build().applyTo(over, POLICY, NOW))
        .isInstanceOf(SaveOutcome.Saved.class);
    assertThat(SessionDelta.builder().touch().build().applyTo(over, POLICY, NOW + 5_000))
        .isInstanceOf(SaveOutcome.Saved.class);
    assertThat(SessionDelta.builder().clear().put("a", "1").build().applyTo(over, POLICY, NOW))
        .isInstanceOf(SaveOutcome.Saved.class);
    assertThat(SessionDelta.put("a", "5").applyTo(over, POLICY, NOW))
        .isEqualTo(SaveOutcome.TOO_LARGE);
    assertThat(SessionDelta.increment("a", 1).applyTo(over, POLICY, NOW))
        .isEqualTo(SaveOutcome.TOO_LARGE);
  }

  private static String after(SessionDelta delta) {
    SaveOutcome outcome = delta.applyTo(RECORD, POLICY, NOW);
    assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
    return ((SaveOutcome.Saved) outcome).record().attributes().toJson();
  }
}
