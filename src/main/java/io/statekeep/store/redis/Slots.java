package io.statekeep.store.redis;

/** The slots of a Redis Cluster. */
final class Slots {
  /** How many there are. */
  static final int COUNT = 16_384;

  private static final int POLYNOMIAL = 0x1021;

  private Slots() {}

  /** The slot of all keys with this in braces: its CRC-16 as XMODEM has it. */
  static int of(char inBraces) {
    int crc = inBraces << 8;
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
    }
    return (crc & 0xFFFF) % COUNT;
  }
}
