package bench;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.cookie.RequestCookies;
import io.statekeep.cookie.SetCookieTemplate;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Cookie lines, read and written. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CookieBenchmark {
  private static final String TOKEN = "t".repeat(87);
  private static final long NOW = 1_800_000_000_000L;

  private final SetCookieTemplate template =
      new SetCookieTemplate("sessionid", CookieAttributes.PLAIN);
  private long now = NOW;

  /** A line with the session's cookie behind others. */
  @State(Scope.Benchmark)
  public static class Line {
    @Param({"0", "10", "100"})
    public int others;

    private String text;

    @Setup
    public void fill() {
      StringBuilder pairs = new StringBuilder();
      for (int i = 0; i < others; i++) {
        pairs.append("name").append(i).append("=value").append(i).append("; ");
      }
      text = pairs.append("sessionid=").append(TOKEN).toString();
    }
  }

  @Benchmark
  public String parse(Line line) {
    return RequestCookies.of(line.text).first("sessionid");
  }

  /** A line that cannot be cached: its {@code Expires} changes every second. */
  @Benchmark
  public byte[] write() {
    now += 1000;
    return template.bytes(TOKEN, 1_209_600L, now);
  }
}
