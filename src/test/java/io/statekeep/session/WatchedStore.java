package io.statekeep.session;

import io.vertx.core.Future;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A store that tells what it was asked, and cannot answer where a test says so. */
final class WatchedStore {
  private final SessionStore real;
  private final List<String> calls = new ArrayList<>();
  private final Set<String> unanswered = new HashSet<>();
  private final Set<String> answersLost = new HashSet<>();

  WatchedStore(SessionStore real) {
    this.real = real;
  }

  SessionStore store() {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, method, arguments) -> ask(method, arguments));
  }

  private Object ask(Method method, Object[] arguments) throws ReflectiveOperationException {
    String verb = method.getName();
    calls.add(verb);
    if (unanswered.contains(verb)) {
      return unavailable(verb);
    }
    Object answer = method.invoke(real, arguments);
    return answersLost.contains(verb) ? unavailable(verb) : answer;
  }

  private static Future<?> unavailable(String verb) {
    return Future.failedFuture(new SessionStoreException(verb + " timed out", null));
  }

  /** The verbs asked for since this was last called. */
  List<String> calls() {
    List<String> since = List.copyOf(calls);
    calls.clear();
    return since;
  }

  /** From now on these verbs do nothing and fail. */
  void fail(String... verbs) {
    unanswered.addAll(List.of(verbs));
  }

  /** From now on these verbs do their work and fail nevertheless. */
  void loseAnswersOf(String... verbs) {
    answersLost.addAll(List.of(verbs));
  }

  void recover() {
    unanswered.clear();
    answersLost.clear();
  }
}
