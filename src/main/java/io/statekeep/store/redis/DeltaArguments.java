package io.statekeep.store.redis;

import io.statekeep.session.ExpiryChange;
import io.statekeep.session.JsonText;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionPolicy;
import io.vertx.redis.client.Request;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A delta as {@code apply.lua} takes it. */
final class DeltaArguments {
  private DeltaArguments() {}

  static void add(Request request, SessionDelta delta, SessionPolicy policy, long now) {
    ExpiryChange expiry = delta.expiry();
    Boolean persistent = expiry == null ? null : expiry.persistent();
    request
        .arg(now)
        .arg(policy.touchInterval())
        .arg(policy.maxAttributes())
        .arg(policy.maxBytes())
        .arg(flag(delta.touch()))
        .arg(text(delta.ifVersion()))
        .arg(flag(delta.clear()))
        .arg(text(expiry == null ? null : expiry.idleTimeout()))
        .arg(text(expiry == null ? null : expiry.fixedDeadline()))
        .arg(persistent == null ? "" : flag(persistent));
    request.arg(delta.removals().size());
    delta.removals().forEach(name -> request.arg(JsonText.quote(name)));
    addPairs(request, delta.puts());
    addPairs(request, delta.defaults());
    addPairs(request, delta.increments());
  }

  private static void addPairs(Request request, Map<String, ?> pairs) {
    request.arg(pairs.size());
    pairs.forEach((name, value) -> request.arg(JsonText.quote(name)).arg(value.toString()));
  }

  private static String flag(boolean value) {
    return value ? "1" : "0";
  }

  private static String text(@Nullable Long number) {
    return number == null ? "" : number.toString();
  }
}
