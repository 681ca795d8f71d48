package io.statekeep.session;

/** What may be a subject. */
public final class Subjects {
  private Subjects() {}

  /**
   * Whether this is 1 to 255 characters of valid Unicode without a NUL, which not every database
   * can hold.
   */
  public static boolean isValid(String subject) {
    if (subject.isEmpty() || subject.length() > SessionPolicy.MAX_SUBJECT_CHARS) {
      return false;
    }
    return subject.codePoints().noneMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF));
  }

  static void check(String subject) {
    if (!isValid(subject)) {
      throw new IllegalArgumentException("subject is not 1..255 characters of valid Unicode");
    }
  }
}
