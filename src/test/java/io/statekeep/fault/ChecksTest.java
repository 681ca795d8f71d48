package io.statekeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.fault.Operation.Kind;
import io.statekeep.fault.Operation.Outcome;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every check finds what was planted for it, and nothing where nothing is wrong. */
class ChecksTest {
  private static final long STALE = 10;

  private static Operation operation(
      Kind kind, long start, long end, Outcome outcome, String value) {
    return new Operation(kind, "s", 0, start, end, outcome, value);
  }

  private static Operation ok(Kind kind, long start, long end, String value) {
    return operation(kind, start, end, Outcome.OK, value);
  }

  private static Operation unknown(Kind kind, long start, long end, String value) {
    return operation(kind, start, end, Outcome.UNKNOWN, value);
  }

  private static Checks of(Operation... history) {
    return new Checks(List.of(history), STALE);
  }

  @Test
  void aSoundHistoryHasNoViolation() {
    Checks checks =
        of(
            ok(Kind.WRITE, 0, 1, "a"),
            ok(Kind.READ, 2, 3, "a"),
            unknown(Kind.WRITE, 4, 5, "b"),
            ok(Kind.READ, 60, 61, "a"),
            ok(Kind.READ, 70, 71, "b"),
            ok(Kind.INCREMENT, 72, 73, "1"),
            ok(Kind.INCREMENT, 72, 73, "2"),
            ok(Kind.END, 80, 81, ""),
            ok(Kind.READ, 90, 92, "b"),
            operation(Kind.READ, 93, 94, Outcome.GONE, ""));
    assertThat(checks.all()).isEmpty();
  }

  @Test
  void anAnswerOfAnotherSessionIsFound() {
    assertThat(of(operation(Kind.READ, 0, 1, Outcome.FOREIGN, "")).all()).hasSize(1);
  }

  @Test
  void aReadOfWhatWasOverwrittenIsFoundWhenItIsTooOld() {
    Operation first = ok(Kind.WRITE, 0, 1, "a");
    Operation second = ok(Kind.WRITE, 2, 3, "b");
    assertThat(of(first, second, ok(Kind.READ, 13, 14, "a")).register()).isEmpty();
    assertThat(of(first, second, ok(Kind.READ, 14, 15, "a")).register()).hasSize(1);
  }

  @Test
  void ofConcurrentWritesEitherMayBeRead() {
    Operation first = ok(Kind.WRITE, 0, 5, "a");
    Operation second = ok(Kind.WRITE, 2, 3, "b");
    assertThat(of(first, second, ok(Kind.READ, 50, 51, "a"), ok(Kind.READ, 50, 51, "b")).register())
        .isEmpty();
  }

  @Test
  void aReadOfWhatNobodyWroteOrOfNothingAfterAWriteIsFound() {
    assertThat(of(ok(Kind.READ, 0, 1, "x")).register()).hasSize(1);
    assertThat(of(ok(Kind.WRITE, 9, 10, "x"), ok(Kind.READ, 0, 1, "x")).register()).hasSize(1);
    assertThat(of(ok(Kind.WRITE, 0, 1, "x"), ok(Kind.READ, 50, 51, "")).register()).hasSize(1);
    assertThat(of(unknown(Kind.WRITE, 0, 1, "x"), ok(Kind.READ, 50, 51, "")).register()).isEmpty();
  }

  @Test
  void anIncrementThatIsLostOrCountedTwiceIsFound() {
    Checks checks =
        of(
            ok(Kind.INCREMENT, 0, 1, "1"),
            ok(Kind.INCREMENT, 0, 1, "2"),
            unknown(Kind.INCREMENT, 0, 1, ""));
    assertThat(checks.counter(1)).hasSize(1);
    assertThat(checks.counter(2)).isEmpty();
    assertThat(checks.counter(3)).isEmpty();
    assertThat(checks.counter(4)).hasSize(1);
    assertThat(of(ok(Kind.INCREMENT, 0, 1, "1"), ok(Kind.INCREMENT, 2, 3, "1")).increments())
        .hasSize(1);
  }

  @Test
  void anAdditionThatIsLostOrUnaskedIsFound() {
    Checks checks = of(ok(Kind.ADD, 0, 1, "a"), unknown(Kind.ADD, 0, 1, "b"));
    assertThat(checks.additions(Set.of("a"))).isEmpty();
    assertThat(checks.additions(Set.of("a", "b"))).isEmpty();
    assertThat(checks.additions(Set.of("b"))).hasSize(1);
    assertThat(checks.additions(Set.of("a", "c"))).hasSize(1);
  }

  @Test
  void whatIsAliveAfterItsEndIsFound() {
    Operation end = ok(Kind.END, 0, 1, "");
    assertThat(of(end, ok(Kind.READ, 11, 12, "")).revocation()).isEmpty();
    assertThat(of(end, ok(Kind.READ, 12, 13, "")).revocation()).hasSize(1);
    assertThat(of(end, ok(Kind.ADD, 2, 3, "a")).revocation()).hasSize(1);
    assertThat(of(unknown(Kind.END, 0, 1, ""), ok(Kind.READ, 50, 51, "")).revocation()).isEmpty();
  }

  @Test
  void anAbsenceThatNobodyAskedForIsFound() {
    Operation gone = operation(Kind.READ, 5, 6, Outcome.GONE, "");
    assertThat(of(gone).revocation()).hasSize(1);
    assertThat(of(gone, ok(Kind.END, 7, 8, "")).revocation()).hasSize(1);
    assertThat(of(unknown(Kind.END, 0, 9, ""), gone).revocation()).isEmpty();
  }
}
