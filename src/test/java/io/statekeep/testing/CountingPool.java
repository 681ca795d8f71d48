package io.statekeep.testing;

import io.vertx.sqlclient.Pool;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Writes down the statements that go through pools, by their first word. Thread-safe. */
public final class CountingPool {
  private final List<String> statements = new ArrayList<>();

  /** The same pools, watched. */
  public Supplier<Pool> around(Supplier<Pool> pools) {
    return () -> watch(Pool.class, pools.get());
  }

  /** What has gone through since the last call. */
  public synchronized List<String> take() {
    List<String> taken = List.copyOf(statements);
    statements.clear();
    return taken;
  }

  private synchronized void note(String sql) {
    statements.add(sql.substring(0, sql.indexOf(' ')));
  }

  private <T> T watch(Class<T> type, Object target) {
    InvocationHandler handler = (proxy, method, arguments) -> invoke(target, method, arguments);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("preparedQuery") || method.getName().equals("query")) {
      note((String) arguments[0]);
    }
    try {
      Object result = method.invoke(target, arguments);
      return method.getName().equals("getConnection")
          ? ((io.vertx.core.Future<?>) result)
              .map(connection -> watch(io.vertx.sqlclient.SqlConnection.class, connection))
          : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
