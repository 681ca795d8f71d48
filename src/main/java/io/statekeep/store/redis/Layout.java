package io.statekeep.store.redis;

import io.statekeep.session.Repeat;
import io.statekeep.session.SessionKey;
import java.util.List;

/**
 * Which keys there are. One server keeps all together. A cluster keeps each of the 64 partitions
 * together: the partition's character stands in braces behind the prefix, and the cluster chooses
 * the slot by what is in braces, so that all keys of one script are in one slot.
 */
final class Layout {
  private static final String CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final List<Keys> partitions;

  private Layout(List<Keys> partitions) {
    this.partitions = partitions;
  }

  static Layout ofOneServer(String prefix) {
    return new Layout(List.of(new Keys(prefix, 0)));
  }

  /**
   * @param prefix without an opening brace
   */
  static Layout ofCluster(String prefix) {
    return new Layout(
        CHARACTERS
            .chars()
            .mapToObj(c -> new Keys(prefix + "{" + (char) c + "}:", Slots.of((char) c)))
            .toList());
  }

  Keys of(SessionKey key) {
    return at(key.partition());
  }

  Keys of(Repeat repeat) {
    return at(repeat.partition());
  }

  /** The keys of this partition. */
  Keys at(int partition) {
    return partitions.get(partitions.size() == 1 ? 0 : partition);
  }

  List<Keys> all() {
    return partitions;
  }
}
