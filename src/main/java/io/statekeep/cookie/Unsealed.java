package io.statekeep.cookie;

/**
 * A text that a signed or encrypted cookie held.
 *
 * @param text what was signed
 * @param issuedAtSeconds when, in seconds since the epoch
 * @param byFirstKey false if an older key of the ring signed it: write it again, so that the old
 *     key can go
 */
public record Unsealed(String text, long issuedAtSeconds, boolean byFirstKey) {
  @Override
  public String toString() {
    return "Unsealed[issuedAtSeconds=" + issuedAtSeconds + "]";
  }
}
