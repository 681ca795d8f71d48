package io.statekeep.service.config;

import io.statekeep.session.SessionPolicy;
import io.statekeep.store.redis.RedisAddress;
import io.statekeep.store.redis.RedisAddress.Mode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads {@code redis.*}. */
final class RedisReader {
  private static final String WITH_CLUSTER = " with redis.mode: cluster";

  private RedisReader() {}

  static RedisAddress read(ConfigReader reader, Duration timeout) {
    Mode mode =
        reader.choice(
            ConfigKey.REDIS_MODE,
            Map.of(
                "standalone", Mode.STANDALONE,
                "sentinel", Mode.SENTINEL,
                "cluster", Mode.CLUSTER));
    List<String> urls =
        Arrays.stream(reader.text(ConfigKey.REDIS_URL).split(",", -1)).map(String::strip).toList();
    if (!urls.stream().allMatch(RedisReader::isUrl)) {
      reader.problem(
          ConfigKey.REDIS_URL, "must be redis://host:port/database or rediss://..., or a list");
    } else if (mode == Mode.STANDALONE && urls.size() > 1) {
      reader.problem(
          ConfigKey.REDIS_URL,
          "must be one URL with redis.mode: standalone; a list is of sentinels or of a cluster");
    } else if (mode == Mode.CLUSTER && !urls.stream().allMatch(RedisReader::isOfDatabase0)) {
      reader.problem(ConfigKey.REDIS_URL, "must name no database but 0" + WITH_CLUSTER);
    }
    return new RedisAddress(
        mode, urls, reader.nonEmpty(ConfigKey.REDIS_MASTER_NAME), timeout.toMillis());
  }

  /** Whether the rest of the configuration goes with these servers. */
  static void check(ConfigReader reader, Config.Store store, SessionPolicy policy) {
    if (store.redis().mode() != Mode.CLUSTER) {
      return;
    }
    if (store.redisPrefix().contains("{")) {
      // What is in the first braces of a key says where a cluster keeps it.
      reader.problem(ConfigKey.REDIS_PREFIX, "must be without {" + WITH_CLUSTER);
    }
    if (policy.maxPerSubject() > 0) {
      reader.problem(
          ConfigKey.SESSION_MAX_PER_SUBJECT,
          "must be 0"
              + WITH_CLUSTER
              + ": the sessions of a subject are on several servers, and no step of one can count"
              + " them all");
    }
  }

  private static boolean isOfDatabase0(String url) {
    return URI.create(url).getPath().matches("|/0*");
  }

  private static boolean isUrl(String text) {
    try {
      URI url = new URI(text);
      return ("redis".equals(url.getScheme()) || "rediss".equals(url.getScheme()))
          && url.getHost() != null
          && (url.getPort() == -1 || (url.getPort() > 0 && url.getPort() < 65_536))
          && url.getPath().matches("|/\\d{0,5}");
    } catch (URISyntaxException e) {
      // Its message quotes the URL with the password in it.
      return false;
    }
  }
}
