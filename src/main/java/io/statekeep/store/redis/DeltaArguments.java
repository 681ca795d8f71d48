package io.statekeep.store.redis;

import io.statekeep.session.ExpiryChange;
import io.statekeep.session.JsonText;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionPolicy;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A delta as {@code apply.lua} takes it. */
final class DeltaArguments {
  private DeltaArguments() {}

  static void add(Consumer<String> to, SessionDelta delta, SessionPolicy policy, long now) {
    ExpiryChange expiry = delta.expiry();
    Boolean persistent = expiry == null ? null : expiry.persistent();
    Map<String, String> puts = delta.puts();
    Map<String, String> defaults = delta.defaults();
    Map<String, Long> increments = delta.increments();
    StringBuilder head = new StringBuilder(96);
    head.append(now);
    add(head, policy.touchInterval());
    add(head, policy.maxAttributes());
    add(head, policy.maxBytes());
    add(head, delta.touch() ? 1 : 0);
    add(head, delta.ifVersion());
    add(head, delta.clear() ? 1 : 0);
    add(head, expiry == null ? null : expiry.idleTimeout());
    add(head, expiry == null ? null : expiry.fixedDeadline());
    add(head, persistent == null ? null : Long.valueOf(persistent ? 1 : 0));
    add(head, delta.removals().size());
    add(head, puts.size());
    add(head, defaults.size());
    add(head, increments.size());
    to.accept(head.toString());
    delta.removals().forEach(name -> to.accept(JsonText.quote(name)));
    addPairs(to, puts);
    addPairs(to, defaults);
    addPairs(to, increments);
  }

  private static void add(StringBuilder head, long number) {
    head.append(' ').append(number);
  }

  private static void add(StringBuilder head, @Nullable Long number) {
    head.append(' ').append(number == null ? "-" : number.toString());
  }

  private static void addPairs(Consumer<String> to, Map<String, ?> pairs) {
    pairs.forEach(
        (name, value) -> {
          to.accept(JsonText.quote(name));
          to.accept(value.toString());
        });
  }
}
