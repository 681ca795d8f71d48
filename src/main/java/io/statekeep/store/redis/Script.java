package io.statekeep.store.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One verb as a Lua script: the server runs it as one step. */
enum Script {
  CREATE("create_usual", "common", "room", "create"),
  SAVE("guess", "common", "apply", "save"),
  VISIT("common", "apply", "visit"),
  ROTATE("common", "apply", "room", "rotate"),
  DELETE("common", "delete"),
  DELETE_SUBJECT("common", "delete_subject"),
  LIST("common", "list"),
  PURGE("common", "purge"),
  APPEND("common", "append"),
  INDEX("common", "index"),
  TRIM("common", "trim");

  private final String text;
  private final String sha1;

  Script(String... parts) {
    StringBuilder joined = new StringBuilder("local function run()\n").append(read("slack"));
    for (String part : parts) {
      joined.append(read(part));
    }
    text = joined.append("end\n").append(read("run")).toString();
    sha1 = sha1(text);
  }

  String text() {
    return text;
  }

  /** Whether all that it goes by is of one session, and among its keys. */
  boolean isOfOneSession() {
    return this == SAVE || this == VISIT || this == DELETE;
  }

  /** The name under which Redis remembers the text. */
  String sha1() {
    return sha1;
  }

  private static String read(String part) {
    String file = part + ".lua";
    try (InputStream in = Script.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("no " + file + " beside its class");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
