package io.statekeep.fault;

import io.statekeep.fault.Operation.Kind;
import io.statekeep.fault.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks in the history of one session for what must not be. Each check answers the violations that
 * it found. What is unknown is given the benefit of both.
 *
 * @param staleNanos how old a read may be, at most
 */
record Checks(List<Operation> history, long staleNanos) {

  /** All but the checks of a last look. */
  List<String> all() {
    List<String> violations = new ArrayList<>();
    violations.addAll(identity());
    violations.addAll(register());
    violations.addAll(increments());
    violations.addAll(revocation());
    return violations;
  }

  private List<Operation> those(Predicate<Operation> which) {
    return history.stream().filter(which).toList();
  }

  private List<Operation> those(Kind kind, Outcome outcome) {
    return those(operation -> operation.is(kind, outcome));
  }

  /** No answer holds what belongs to another session. */
  List<String> identity() {
    return those(operation -> operation.outcome() == Outcome.FOREIGN).stream()
        .map(operation -> "wrong session: " + operation)
        .toList();
  }

  /** Every read sees the last write before it, or one that may have come later. */
  List<String> register() {
    Map<String, Operation> writes = new HashMap<>();
    // By when it was acknowledged: the latest start of all writes until then.
    TreeMap<Long, Long> latestStart = new TreeMap<>();
    those(operation -> operation.kind() == Kind.WRITE && operation.outcome() != Outcome.GONE)
        .forEach(write -> writes.put(write.value(), write));
    long latest = Long.MIN_VALUE;
    for (Operation write :
        those(Kind.WRITE, Outcome.OK).stream()
            .sorted(Comparator.comparingLong(Operation::end))
            .toList()) {
      latest = Math.max(latest, write.start());
      latestStart.put(write.end(), latest);
    }
    return those(Kind.READ, Outcome.OK).stream()
        .filter(read -> !mayHaveRead(read, writes.get(read.value()), latestStart))
        .map(read -> "read of what was not, or not any more: " + read)
        .toList();
  }

  private boolean mayHaveRead(
      Operation read, @Nullable Operation write, TreeMap<Long, Long> latestStart) {
    Map.Entry<Long, Long> known = latestStart.lowerEntry(read.start() - staleNanos);
    if (read.value().isEmpty()) {
      return known == null;
    }
    return write != null
        && write.start() <= read.end()
        && (known == null || write.latest() >= known.getValue());
  }

  /** No two acknowledged increments came to the same number. */
  List<String> increments() {
    Set<String> seen = new HashSet<>();
    return those(Kind.INCREMENT, Outcome.OK).stream()
        .filter(increment -> !seen.add(increment.value()))
        .map(increment -> "a number was given twice: " + increment)
        .toList();
  }

  /** Every acknowledged increment is in the last value, and none twice. */
  List<String> counter(long last) {
    long least = those(Kind.INCREMENT, Outcome.OK).size();
    long most = least + those(Kind.INCREMENT, Outcome.UNKNOWN).size();
    return last >= least && last <= most
        ? List.of()
        : List.of("counted " + last + ", acknowledged " + least + ", at most " + most);
  }

  /** Every acknowledged addition is among the last names, and nothing that nobody added. */
  List<String> additions(Set<String> last) {
    List<String> violations = new ArrayList<>();
    Set<String> asked = new HashSet<>();
    for (Operation addition : those(operation -> operation.kind() == Kind.ADD)) {
      asked.add(addition.value());
      if (addition.outcome() == Outcome.OK && !last.contains(addition.value())) {
        violations.add("lost: " + addition);
      }
    }
    last.stream()
        .filter(name -> !asked.contains(name))
        .forEach(n -> violations.add("unasked: " + n));
    return violations;
  }

  /**
   * After an acknowledged end nothing is acknowledged any more, but for reads as old as they may
   * be. A session whose end nobody asked for does not end.
   */
  List<String> revocation() {
    List<String> violations = new ArrayList<>();
    long ended =
        those(Kind.END, Outcome.OK).stream().mapToLong(Operation::end).min().orElse(Long.MAX_VALUE);
    long asked =
        those(operation -> operation.kind() == Kind.END).stream()
            .mapToLong(Operation::start)
            .min()
            .orElse(Long.MAX_VALUE);
    for (Operation operation : those(operation -> operation.kind() != Kind.END)) {
      long allowed = operation.kind() == Kind.READ ? staleNanos : 0;
      if (operation.outcome() == Outcome.OK && operation.start() - allowed > ended) {
        violations.add("alive after its end: " + operation);
      }
      if (operation.outcome() == Outcome.GONE && operation.end() < asked) {
        violations.add("an absence that nobody asked for: " + operation);
      }
    }
    return violations;
  }
}
