package io.statekeep.web.api;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys that open the API, any number alive at once. Immutable. */
public final class ApiKeys {
  /** No key opens it. */
  public static final ApiKeys NONE = new ApiKeys(List.of());

  private static final String GENERATED = "generated";

  private final List<ApiKey> keys;

  private ApiKeys(List<ApiKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads a comma list of {@code name=secret} or {@code name=sha256:HEX}, each with {@code :read}
   * at its end or without.
   *
   * @throws IllegalArgumentException with all that is wrong, by place in the list and without any
   *     secret
   */
  public static ApiKeys parse(String commaList) {
    List<ApiKey> keys = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    int place = 0;
    for (String text : commaList.split(",", -1)) {
      place++;
      try {
        keys.add(ApiKey.parse(text.strip()));
      } catch (IllegalArgumentException e) {
        problems.add("key " + place + " " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new ApiKeys(keys);
  }

  /** One key that may do everything, made by the service itself. */
  public static ApiKeys generated(String secret) {
    String digest = HexFormat.of().formatHex(Digests.sha256(secret));
    return new ApiKeys(List.of(ApiKey.parse(GENERATED + "=sha256:" + digest)));
  }

  /** The key with this secret. All are compared, whichever it is. */
  Optional<ApiKey> find(String secret) {
    byte[] digest = Digests.sha256(secret);
    @Nullable ApiKey found = null;
    for (ApiKey key : keys) {
      // Not left early: the time must not tell the place.
      found = key.matches(digest) && found == null ? key : found;
    }
    return Optional.ofNullable(found);
  }

  @Override
  public String toString() {
    return keys.toString();
  }
}
