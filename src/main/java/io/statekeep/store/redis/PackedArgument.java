package io.statekeep.store.redis;

import io.netty.buffer.ByteBufUtil;

/**
 * Many arguments of a script as one, since each costs Redis more than what it says: {@code
 * unpacked} of {@code common.lua} reads it. Each has its length in bytes and a colon in front.
 */
final class PackedArgument {
  private final StringBuilder text = new StringBuilder(160);

  PackedArgument add(String part) {
    text.append(ByteBufUtil.utf8Bytes(part)).append(':').append(part);
    return this;
  }

  PackedArgument add(long number) {
    return add(Long.toString(number));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
